package oauth

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// A rule says how many attempts are free, and how the wait grows after them.
type rule struct {
	free  int
	first time.Duration // the wait after the first attempt too many; it doubles
	most  time.Duration // the longest wait
}

var perClient = rule{free: 60, first: time.Minute, most: time.Minute}

// forgetAfter is how long a tally is remembered after its last attempt.
const forgetAfter = 15 * time.Minute

// A throttle counts attempts by key. Its zero value is ready to use.
type throttle struct {
	mu      sync.Mutex
	tallies map[string]*tally // guarded by mu
	swept   time.Time         // guarded by mu
}

type tally struct {
	attempts int
	last     time.Time
	until    time.Time // no attempt counts before
}

// take counts an attempt and returns zero, or how long to wait. An attempt
// while waiting does not count and does not make the wait longer.
func (t *throttle) take(key string, r rule, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep(now)
	v := t.tallies[key]
	if v == nil {
		v = new(tally)
		t.tallies[key] = v
	}
	if wait := v.until.Sub(now); wait > 0 {
		return wait
	}
	v.attempts++
	v.last = now
	if over := v.attempts - r.free; over >= 0 {
		wait := r.first << min(over, 10)
		v.until = now.Add(min(wait, r.most))
	}
	return 0
}

// wait returns how long the key's next attempt would have to wait.
func (t *throttle) wait(key string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if v := t.tallies[key]; v != nil {
		return max(0, v.until.Sub(now))
	}
	return 0
}

// forgive forgets a key after a success.
func (t *throttle) forgive(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tallies, key)
}

// giveBack takes one attempt back: it was a success.
func (t *throttle) giveBack(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if v := t.tallies[key]; v != nil {
		v.attempts--
	}
}

// sweep forgets idle keys, at most once a minute. t.mu is held.
func (t *throttle) sweep(now time.Time) {
	if t.tallies != nil && now.Sub(t.swept) < time.Minute {
		return
	}
	t.swept = now
	if t.tallies == nil {
		t.tallies = make(map[string]*tally)
	}
	for key, v := range t.tallies {
		if now.Sub(v.last) >= forgetAfter && now.After(v.until) {
			delete(t.tallies, key)
		}
	}
}

// remote is the address that attempts are counted by. Of IPv6 it is the
// network, because one customer has all of it.
func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.Unmap().Is4() {
		return host
	}
	network, err := addr.WithZone("").Prefix(64)
	if err != nil {
		return host
	}
	return network.String()
}
