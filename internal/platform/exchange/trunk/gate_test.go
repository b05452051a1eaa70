package trunk

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"offhook/internal/rc"
)

// grants let the extensions that it lists.
type grants map[int64]bool

func (g grants) MayCallOutside(_ context.Context, id int64) (bool, error) {
	if id == 666 {
		return false, errors.New("the store is gone")
	}
	return g[id], nil
}

func gateAt(now *time.Time, user, all int) *gate {
	g := new(gate)
	g.prepare(Gate{
		Grants: grants{1: true, 2: true, 3: true, 4: true}, Countries: []string{"US"}, PerUser: user, PerMinute: all, Now: func() time.Time { return *now },
		Country: func(e164 string) (string, bool) {
			switch {
			case strings.HasPrefix(e164, "+1900"):
				return "", false
			case strings.HasPrefix(e164, "+1"):
				return "US", true
			}
			return "DE", true
		},
	})
	return g
}

func TestTheGateSaysWhy(t *testing.T) {
	now := time.Unix(1e9, 0)
	g := gateAt(&now, 99, 99)
	for _, tt := range []struct {
		name   string
		by     int64
		number string
		reason string // empty lets out
	}{
		{"who may, to a country that may be called", 1, "+12125551234", ""},
		{"another country", 1, "+4930123456", rc.ReasonInternationalDisabled},
		{"a number that costs extra", 1, "+19005551234", rc.ReasonInvalidNumber},
		{"who may not", 9, "+12125551234", rc.ReasonBlocked},
		{"for nobody", 0, "+12125551234", rc.ReasonBlocked},
		{"no E.164", 1, "2125551234", rc.ReasonInvalidNumber},
		{"another address", 1, "+12125551234@evil.test", rc.ReasonInvalidNumber},
		{"a parameter", 1, "+12125551234;phone-context=x", rc.ReasonInvalidNumber},
		{"nothing", 1, "", rc.ReasonInvalidNumber},
		{"a plus", 1, "+", rc.ReasonBlocked},
	} {
		err := g.admit(t.Context(), tt.by, tt.number)
		var no *Refusal
		if !errors.As(err, &no) {
			no = &Refusal{}
		}
		if no.Reason != tt.reason || tt.reason == "" && err != nil || tt.reason != "" && !strings.HasSuffix(no.Sentence, ".") {
			t.Errorf("%s: %v (%s), want %q", tt.name, err, no.Reason, tt.reason)
		}
	}
	var no *Refusal
	if err := g.admit(t.Context(), 666, "+12125551234"); err == nil || errors.As(err, &no) {
		t.Errorf("a store that fails lets out or is blamed on the caller: %v", err)
	}
}

// The emergency numbers of the world, as they are dialled and behind every
// length of country code.
func TestNoEmergencyNumberGoesOut(t *testing.T) {
	now := time.Unix(1e9, 0)
	g := gateAt(&now, 9999, 9999)
	g.Countries = []string{"US", "DE"}
	for _, help := range []string{"000", "061", "100", "101", "102", "103", "104", "105", "108", "110", "111", "112", "113", "114", "115", "117", "118", "119", "120", "122", "123", "128", "131", "132", "133", "144", "150", "155", "158", "166", "190", "191", "192", "193", "194", "195", "197", "198", "199", "911", "933", "988", "991", "992", "993", "995", "998", "999", "1122", "1669"} {
		for _, code := range []string{"", "1", "49", "353"} {
			for _, plus := range []string{"", "+"} {
				if err := g.admit(t.Context(), 1, plus+code+help); err == nil {
					t.Errorf("%s%s%s goes out", plus, code, help)
				}
			}
		}
	}
}

func TestCallsAreCountedForEachUserAndForAll(t *testing.T) {
	now := time.Unix(1e9, 0)
	g := gateAt(&now, 2, 5)
	call := func(by int64) string {
		err := g.admit(t.Context(), by, "+12125551234")
		var no *Refusal
		switch {
		case err == nil:
			return "out"
		case errors.As(err, &no):
			first, _, _ := strings.Cut(no.Sentence, " ")
			return first
		}
		return err.Error()
	}
	want := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	want("the first", call(1), "out")
	want("the second", call(1), "out")
	want("the third of one user", call(1), "You")
	want("somebody else's", call(2), "out")
	want("and again", call(2), "out")
	want("the fifth of all", call(3), "out")
	want("the sixth of all", call(3), "Too")
	now = now.Add(12 * time.Second) // one of five
	want("when there is room again", call(3), "out")
	want("not two", call(4), "Too")
	now = now.Add(time.Hour)
	want("after an hour", call(1), "out")
	want("after an hour, the second", call(1), "out")
	want("an hour gives no more than a minute", call(1), "You")
	if len(g.users) > 4 {
		t.Errorf("%d users are remembered", len(g.users))
	}
	if err := g.allows(t.Context(), 1, "+12125551234"); err != nil {
		t.Errorf("asking is counted: %v", err)
	}
}
