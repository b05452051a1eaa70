package trunk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"offhook/internal/rc"
)

// shortest is the number of digits below which a number is never sent to a
// carrier, with its country code. Every emergency number in the world is
// shorter, also behind a country code; no list of them can be out of date.
const shortest = 8

// A Refusal is why a call is not let out, as people are told it.
type Refusal struct {
	Reason   string // rc.Reason…
	Sentence string
}

// Error is for callers that pass it on.
func (r *Refusal) Error() string { return r.Sentence }

// Grants says who may call outside at all.
type Grants interface {
	MayCallOutside(ctx context.Context, extensionID int64) (bool, error)
}

// A Gate is what stands between the platform and money: every call outside
// passes Admit, whoever and whatever asks for it.
type Gate struct {
	Grants Grants
	// Country is the country, as an ISO code, of a number in E.164; false for
	// one that nobody can have, and for one that costs extra.
	Country func(e164 string) (iso string, ok bool)
	// Countries are those that may be called; empty lets nothing out.
	Countries []string
	// PerUser and PerMinute are how many calls one user, and all together, may
	// begin in a minute; zero is 6 and 30.
	PerUser, PerMinute int
	Now                func() time.Time // nil is time.Now
}

// A gate counts.
type gate struct {
	Gate
	mu    sync.Mutex
	all   bucket           // guarded by mu
	users map[int64]bucket // guarded by mu; by extension
}

func (g *gate) prepare(of Gate) {
	g.Gate = of
	if g.PerUser == 0 {
		g.PerUser = 6
	}
	if g.PerMinute == 0 {
		g.PerMinute = 30
	}
	if g.Now == nil {
		g.Now = time.Now
	}
	g.users = map[int64]bucket{}
}

// Admit counts a call of an extension to a number in E.164 and lets it out; a
// *Refusal when it does not, any other error is the store's.
func (t *Trunk) Admit(ctx context.Context, by int64, e164 string) error {
	return t.gate.admit(ctx, by, e164)
}

// Allows is Admit for somebody who only wants to know, and counts nothing.
func (t *Trunk) Allows(ctx context.Context, by int64, e164 string) error {
	return t.gate.allows(ctx, by, e164)
}

func (g *gate) admit(ctx context.Context, by int64, e164 string) error {
	if err := g.allows(ctx, by, e164); err != nil {
		return err
	}
	return g.count(by)
}

func (g *gate) allows(ctx context.Context, by int64, e164 string) error {
	digits, international := strings.CutPrefix(e164, "+")
	if !international || strings.Trim(digits, "0123456789") != "" {
		return &Refusal{rc.ReasonInvalidNumber, "This number cannot be called."}
	}
	if len(digits) < shortest {
		return &Refusal{rc.ReasonBlocked, "Emergency and other short numbers cannot be called through this line."}
	}
	country, ok := g.Country(e164)
	if !ok {
		return &Refusal{rc.ReasonInvalidNumber, "This number cannot be called."}
	}
	if by == 0 {
		return &Refusal{rc.ReasonBlocked, "Nobody answers for the cost of this call."}
	}
	may, err := g.Grants.MayCallOutside(ctx, by)
	if err != nil {
		return fmt.Errorf("reading whether extension %d may call outside: %w", by, err)
	}
	if !may {
		return &Refusal{rc.ReasonBlocked, "You may not call numbers outside of the company. Ask your administrator to allow it."}
	}
	if !slices.Contains(g.Countries, country) {
		return &Refusal{rc.ReasonInternationalDisabled, "Numbers of this country may not be called. Ask your administrator to allow the country."}
	}
	return nil
}

// count takes a token of the user and one of the trunk.
func (g *gate) count(by int64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.Now()
	for id, b := range g.users {
		if b.full(now, g.PerUser) { // knows nothing that a new one would not
			delete(g.users, id)
		}
	}
	user, ok := g.users[by].take(now, g.PerUser)
	if !ok {
		return &Refusal{rc.ReasonBlocked, fmt.Sprintf("You may begin %d calls outside in a minute. Wait a moment and call again.", g.PerUser)}
	}
	all, ok := g.all.take(now, g.PerMinute)
	if !ok {
		return &Refusal{rc.ReasonBlocked, "Too many calls go out at the moment. Wait a minute and call again."}
	}
	g.users[by], g.all = user, all
	return nil
}

// A bucket holds the calls that may begin: a minute's fill it. Its zero value
// is full.
type bucket struct {
	spent float64 // at the time of at
	at    time.Time
}

// left is what is missing from a full bucket by now.
func (b bucket) missing(now time.Time, perMinute int) float64 {
	return max(0, b.spent-now.Sub(b.at).Minutes()*float64(perMinute))
}

func (b bucket) full(now time.Time, perMinute int) bool { return b.missing(now, perMinute) == 0 }

// take returns the bucket with one call less, and whether there was one.
func (b bucket) take(now time.Time, perMinute int) (bucket, bool) {
	spent := b.missing(now, perMinute) + 1
	return bucket{spent, now}, spent <= float64(perMinute)
}
