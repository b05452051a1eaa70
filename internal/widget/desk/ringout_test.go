package desk

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
)

// handleRingOuts keeps what was asked for.
func (p *platform) handleRingOuts(handle func(string, rc.Group, http.HandlerFunc)) {
	handle("POST "+ringOutPath, rc.Heavy, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.ringOuts = append(p.ringOuts, string(body))
		answerJSON(w, rc.RingOutCall{ID: "s-1"})
	})
}

// ringing is a desk whose user's plan has calls that ring both ends.
func ringing(t *testing.T) *Desk {
	d := readyDesk(t)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.me.Features["RingOut"] = true
	return d
}

// rings is how a user calls.
func rings(d *Desk) string {
	number, prompt := d.RingsFirst()
	if prompt {
		number += ", after 1"
	}
	return number
}

func TestTheUsersOwnPhoneAsksForAKeyWhereTheyWantThat(t *testing.T) {
	d := ringing(t)
	for _, tt := range []struct {
		values map[string]string
		want   string
	}{
		{map[string]string{"ringoutPrompt": "on"}, ""},
		{map[string]string{"callWith": "ringout"}, ada + ", after 1"},
		{map[string]string{"myLocation": "(415) 555-0177"}, "+14155550177, after 1"},
		{map[string]string{"ringoutPrompt": ""}, "+14155550177"},
	} {
		if err := d.SetPreferences(t.Context(), tt.values); err != nil {
			t.Fatal(err)
		}
		if got := rings(d); got != tt.want {
			t.Errorf("after %v it rings at %q, want %q", tt.values, got, tt.want)
		}
	}
	if err := d.SetPreferences(t.Context(), map[string]string{"ringoutPrompt": "maybe"}); err == nil {
		t.Error("there is no such choice, and yet it is kept")
	}
}

func TestAPageSaysHowTheyCallUntilTheyHaveChosen(t *testing.T) {
	d := ringing(t)
	suggest := func(way string) {
		t.Helper()
		if err := d.SuggestWay(t.Context(), way); err != nil {
			t.Fatal(err)
		}
	}
	wants := func(what, want string) {
		t.Helper()
		if got := rings(d); got != want {
			t.Errorf("%s: it rings at %q, want %q", what, got, want)
		}
	}
	suggest("pigeon")
	wants("a way that there is not", "")
	suggest(RingOut)
	wants("a page with ringout", ada)
	suggest("")
	wants("another that says nothing", ada)
	suggest(Browser)
	wants("a page with browser", "")
	suggest(RingOut)
	if err := d.SetPreferences(t.Context(), map[string]string{"callWith": Browser}); err != nil {
		t.Fatal(err)
	}
	wants("a user who wants the browser", "")
	suggest(Browser)
	suggest(RingOut)
	wants("a page with ringout, after they have chosen", "")
	if err := d.SetPreferences(t.Context(), map[string]string{"callWith": RingOut}); err != nil {
		t.Fatal(err)
	}
	suggest(Browser)
	wants("a page with browser, after they have chosen their phone", ada)
}

func TestAWayThatAPageSuggestsIsKept(t *testing.T) {
	h := newHouse(t)
	if err := open(t, h.pool(t)).SuggestWay(t.Context(), RingOut); err != nil {
		t.Fatal(err)
	}
	d := open(t, h.pool(t))
	if got, want := d.Preferences(), (Preferences{PageWay: RingOut}); got != want {
		t.Errorf("at another server: %+v, want %+v", got, want)
	}
	ready(t, d)
	if got := rings(d); got != "" {
		t.Errorf("it rings at %q, and yet the user's plan has no such calls", got)
	}
	if err := d.SetPreferences(t.Context(), map[string]string{"callWith": Browser}); err != nil {
		t.Errorf("choosing the browser without such calls: %v", err)
	}
}

func TestThePlatformIsToldWhetherToAskForAKey(t *testing.T) {
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	for _, prompt := range []bool{true, false} {
		if _, err := d.BeginRingOut(t.Context(), ada, grace, "", prompt); err != nil {
			t.Fatal(err)
		}
	}
	h.platform.mu.Lock()
	defer h.platform.mu.Unlock()
	var got []bool
	for _, body := range h.platform.ringOuts {
		var in struct{ PlayPrompt *bool }
		if err := json.Unmarshal([]byte(body), &in); err != nil || in.PlayPrompt == nil {
			t.Fatalf("the platform was asked %s: %v", body, err)
		}
		got = append(got, *in.PlayPrompt)
	}
	if diff := cmp.Diff([]bool{true, false}, got); diff != "" {
		t.Errorf("playPrompt (-want +got):\n%s", diff)
	}
}
