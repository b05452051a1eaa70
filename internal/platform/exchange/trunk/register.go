package trunk

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/internal/sip"
)

// allowed is what the carrier may ask for.
const allowed = "INVITE, ACK, CANCEL, BYE, INFO, OPTIONS, PRACK, UPDATE, NOTIFY"

// extensions are what the carrier may require.
var extensions = []string{sip.Reliable, sip.Timed}

// answerTime is how long the carrier may think about a question whether it is
// there, or a registration.
const answerTime = 10 * time.Second

// look sees to a connection for as long as it is good: it registers, again in
// time, and asks whether the carrier is there. It reports whether it ever was.
func (t *Trunk) look(f *sip.Flow) (worked bool) {
	defer t.leave(f)
	for {
		next, ok := t.greet(f)
		worked = worked || ok
		if !ok && t.socket == nil {
			return worked // a new connection may find another way
		}
		if !t.wait(next, f) {
			return worked
		}
		if t.socket != nil && !ok {
			return worked // its name may lead somewhere else now
		}
	}
}

// greet registers, or asks whether the carrier is there, and returns when to
// do that again.
func (t *Trunk) greet(f *sip.Flow) (next time.Duration, ok bool) {
	if !t.cfg.Register {
		ok = t.ping(f)
		return t.cfg.Every, ok
	}
	held, trouble := t.register(f, t.cfg.Expires)
	if trouble != "" {
		if t.ctx.Err() == nil { // not because it is being closed
			t.become(false, trouble)
		}
		return t.cfg.Every, false
	}
	t.become(true, "")
	// Between two registrations, which may be far apart, a connection may die.
	end := time.Now().Add(held * 3 / 4)
	for {
		left := time.Until(end)
		if left <= t.cfg.Every {
			return max(left, 0), true
		}
		if !t.wait(t.cfg.Every, f) {
			return 0, true
		}
		if !t.ping(f) {
			return t.cfg.Retry, false
		}
	}
}

// ping asks whether the carrier is there. Any answer will do: some know no
// OPTIONS.
func (t *Trunk) ping(f *sip.Flow) bool {
	ctx, stop := context.WithTimeout(t.ctx, answerTime)
	defer stop()
	us := sip.Address{URI: sip.URI{Scheme: "sip", User: t.User(), Host: t.cfg.Domain}}
	req := sip.NewRequest(sip.Outline{Method: sip.OPTIONS, Target: t.at(""), From: us, To: sip.Address{URI: t.at("")}})
	req.AppendHeader(sip.ContactHeader(t.Contact(f), ""))
	_, err := f.Do(ctx, req, nil)
	if t.ctx.Err() != nil {
		return false
	}
	if err != nil {
		t.become(false, "The carrier does not answer.")
		return false
	}
	t.become(true, "")
	return true
}

// at is a user of the carrier's, or the carrier itself.
func (t *Trunk) at(user string) sip.URI {
	uri := sip.URI{Scheme: "sip", User: user, Host: t.cfg.Domain}
	if host, port, err := net.SplitHostPort(t.cfg.Address); err == nil && !t.anyPort && sip.Bracketed(host) == t.cfg.Domain && port != "5060" && port != "5061" {
		uri.Port, _ = strconv.Atoi(port) // 0 leaves it away
	}
	return uri
}

// Contact is how the carrier reaches us: by the connection that is there, or
// where we listen.
func (t *Trunk) Contact(f *sip.Flow) sip.URI {
	uri := f.Contact(t.User())
	if t.listener != nil {
		if _, port, err := net.SplitHostPort(t.listener.Addr().String()); err == nil {
			uri.Port, _ = strconv.Atoi(port) // it is a number
		}
	}
	if t.cfg.Host != "" {
		uri.Host = sip.Bracketed(t.cfg.Host)
	}
	return uri
}

// register registers for a time, which may become another one; trouble is a
// sentence when it fails.
func (t *Trunk) register(f *sip.Flow, expires time.Duration) (held time.Duration, trouble string) {
	ctx, stop := context.WithTimeout(t.ctx, answerTime)
	defer stop()
	for range 2 {
		res, err := t.ask(ctx, f, t.registration(f, expires), nil)
		switch {
		case err != nil:
			return 0, "The carrier does not answer the registration."
		case res.StatusCode == 423:
			seconds, err := strconv.Atoi(strings.TrimSpace(sip.HeaderValue(res, "Min-Expires")))
			if err != nil || seconds > 24*60*60 {
				return 0, "The carrier finds the time of the registration too short, and does not say how long it is to be."
			}
			expires = time.Duration(seconds) * time.Second
		case challenged(res) || res.StatusCode == 403:
			return 0, fmt.Sprintf("The carrier refuses the username or the password (%d).", res.StatusCode)
		case res.StatusCode >= 300:
			return 0, fmt.Sprintf("The carrier refuses the registration (%d %s).", res.StatusCode, res.Reason)
		default:
			return t.granted(f, res, expires), ""
		}
	}
	return 0, "The carrier finds the time of the registration too short twice."
}

func (t *Trunk) registration(f *sip.Flow, expires time.Duration) *sip.Request {
	us := sip.Address{URI: t.at(t.cfg.Username)}
	us.URI.Port = 0
	req := sip.NewRequest(sip.Outline{Method: sip.REGISTER, Target: t.at(""), From: us, To: us})
	req.AppendHeader(sip.ContactHeader(t.Contact(f), ""))
	sip.SetHeader(req, "Expires", strconv.Itoa(int(expires.Seconds())))
	sip.SetHeader(req, "Allow", allowed)
	return req
}

// granted is how long our own address holds among all that the carrier lists.
func (t *Trunk) granted(f *sip.Flow, res *sip.Response, asked time.Duration) time.Duration {
	ours := t.Contact(f)
	text := sip.HeaderValue(res, "Expires")
	for _, h := range res.GetHeaders("Contact") {
		a, err := sip.ParseAddress(h.Value())
		if err != nil || a.URI.User != ours.User || a.URI.Host != ours.Host || a.URI.Port != ours.Port {
			continue
		}
		if e, ok := a.Params.Get("expires"); ok {
			text = e
		}
	}
	seconds, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || seconds <= 0 {
		return asked
	}
	return min(time.Duration(seconds)*time.Second, 24*time.Hour)
}

// leave ends the registration when the trunk is closed.
func (t *Trunk) leave(f *sip.Flow) {
	t.mu.Lock()
	registered := t.cfg.Register && t.ready
	t.mu.Unlock()
	if t.ctx.Err() == nil || !registered {
		return
	}
	ctx, stop := context.WithTimeout(context.Background(), farewell)
	defer stop()
	_, _ = t.ask(ctx, f, t.registration(f, 0), nil) // it would end by itself
}

// ServeSIP takes what the carrier asks. What it requires and we do not have is
// refused (RFC 3261 section 8.2.2.3).
func (t *Trunk) ServeSIP(tx *sip.Tx) {
	req := tx.Request()
	needs := slices.DeleteFunc(sip.OptionTags(req, "Require"), func(tag string) bool { return slices.Contains(extensions, tag) })
	if len(needs) > 0 && !req.IsAck() {
		_ = tx.Respond(420, "Bad Extension", sip.With("Unsupported", strings.Join(needs, ", "))) // a flow that has ended needs none
		return
	}
	switch {
	case req.Method == sip.OPTIONS:
		_ = tx.Respond(200, "OK", sip.With("Allow", allowed), sip.With("Accept", sip.SDP), sip.With("Supported", strings.Join(extensions, ", ")))
	case slices.Contains([]sip.Method{sip.REGISTER, sip.SUBSCRIBE, sip.PUBLISH, sip.MESSAGE}, req.Method):
		_ = tx.Respond(405, "Method Not Allowed", sip.With("Allow", allowed))
	default:
		t.h.ServeTrunk(tx)
	}
}
