package desk

import (
	"errors"
	"slices"
	"testing"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

func readyDesk(t *testing.T) *Desk {
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	return d
}

func TestPreferencesOutliveTheDeskAndTheGrant(t *testing.T) {
	h := newHouse(t)
	d := open(t, h.pool(t))
	if got := d.Preferences(); got != (Preferences{}) {
		t.Fatalf("preferences of who has chosen nothing: %+v", got)
	}
	want := Preferences{Theme: "dark", Enter: "newline", Sound: "knock", Volume: "35", AreaCode: "415"}
	err := d.SetPreferences(t.Context(), map[string]string{"theme": "dark", "enter": "newline", "sound": "knock", "volume": "35", "areaCode": "415"})
	if err != nil || d.Preferences() != want {
		t.Fatalf("after the choice: %+v, %v; want %+v", d.Preferences(), err, want)
	}
	if got := open(t, h.pool(t)).Preferences(); got != want {
		t.Errorf("at another server: %+v, want %+v", got, want)
	}
	err = h.db.Widget().Write(t.Context(), func(tx store.WidgetTx) error {
		again := store.Grant{ID: "g", Platform: "p", ClientID: "c", OwnerID: "101", Sealed: []byte{1}, CreatedAt: time.Now()}
		return errors.Join(tx.DeleteGrant(t.Context(), "g"), tx.AddGrant(t.Context(), again))
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := open(t, h.pool(t)).Preferences(); got != want {
		t.Errorf("after signing out and in again: %+v, want %+v", got, want)
	}
}

func TestPreferencesReachTheDesksOfOtherServers(t *testing.T) {
	h := newHouse(t)
	one, other := open(t, h.pool(t)), open(t, h.pool(t))
	if err := one.SetPreferences(t.Context(), map[string]string{"theme": "contrast"}); err != nil {
		t.Fatal(err)
	}
	until(t, other, "the theme of the other server", func() bool { return other.Preferences().Theme == "contrast" })
	if err := other.SetPreferences(t.Context(), map[string]string{"enter": "newline"}); err != nil {
		t.Fatal(err)
	}
	until(t, one, "both preferences", func() bool { return one.Preferences() == Preferences{Theme: "contrast", Enter: "newline"} })
}

func TestTheChosenNumberIsTheFirstToSendFrom(t *testing.T) {
	d := readyDesk(t)
	d.mu.Lock()
	id := *d.identity
	id.Numbers = append(slices.Clone(id.Numbers), rc.PhoneNumber{ID: 3, PhoneNumber: "+14155550177", UsageType: "CompanyNumber", Features: []string{"SmsSender"}})
	d.settle(id, newChange())
	d.mu.Unlock()
	if from := d.Me().Senders()[0].Number; from != ada {
		t.Fatalf("texts go out from %s, want the direct number", from)
	}
	if err := d.SetPreferences(t.Context(), map[string]string{"sender": "+14155550177"}); err != nil {
		t.Fatal(err)
	}
	if from := d.Me().Senders()[0].Number; from != "+14155550177" {
		t.Errorf("texts go out from %s, want the chosen number", from)
	}
}

func TestTheNumbersOfCallQueuesAreNotToSendFrom(t *testing.T) {
	d := readyDesk(t)
	d.mu.Lock()
	id := *d.identity
	before := len(d.me.Senders())
	queue := &rc.ExtensionRef{ID: 500, ExtensionNumber: "500", Name: "Front desk", Type: rc.TypeDepartment}
	id.Numbers = append(slices.Clone(id.Numbers), rc.PhoneNumber{ID: 4, PhoneNumber: "+14155550178", UsageType: "DirectNumber", Extension: queue, Features: []string{"SmsSender"}})
	d.settle(id, newChange())
	d.mu.Unlock()
	if all := d.Me().Senders(); len(all) != before || slices.ContainsFunc(all, func(n OwnNumber) bool { return n.Number == "+14155550178" }) {
		t.Errorf("texts can go out from %+v, want no number of a queue", all)
	}
}

func TestAPreferenceThatThereIsNotChangesNothing(t *testing.T) {
	d := readyDesk(t)
	for _, tt := range []struct{ name, value string }{
		{"theme", "neon"},
		{"colour", "red"},
		{"country", "XX"},
		{"areaCode", "015"},
		{"areaCode", "41"},
		{"volume", "101"},
		{"volume", "-0"},
		{"sound", "https://evil.example/x.mp3"},
		{"ringtone", "https://evil.example/x.mp3"},
		{"ringtone", "constructor"},
		{"ringVolume", "101"},
		{"sender", "+19995550100"},
	} {
		err := d.SetPreferences(t.Context(), map[string]string{"enter": "newline", tt.name: tt.value})
		if e, ok := errors.AsType[*rc.Error](err); !ok || e.Message == "" || d.Preferences() != (Preferences{}) {
			t.Errorf("%s %q: %v, and now %+v; want a sentence, and nothing changed", tt.name, tt.value, err, d.Preferences())
		}
	}
}

func TestNumbersWithoutTheirAreaCodeAreReadWhereTheUserSaysWhichIsMeant(t *testing.T) {
	d := readyDesk(t)
	read := func(typed string) string {
		d.mu.Lock()
		defer d.mu.Unlock()
		n, _ := d.ledger.people.possible(typed)
		return n
	}
	if n := read("555-0188"); n != "" {
		t.Errorf("a short number without an area code is read as %s", n)
	}
	for _, tt := range []struct{ country, area, typed, want string }{
		{"", "415", "555-0188", "+14155550188"},
		{"", "415", "(650) 555-0188", "+16505550188"},
		{"CA", "604", "5550188", "+16045550188"},
		{"DE", "415", "555-0188", "+495550188"}, // it has no such area codes
		{"DE", "", "030 123456", "+4930123456"},
	} {
		if err := d.SetPreferences(t.Context(), map[string]string{"country": tt.country, "areaCode": tt.area}); err != nil {
			t.Fatal(err)
		}
		if got := read(tt.typed); got != tt.want {
			t.Errorf("%q in %q with the area code %q: %q, want %q", tt.typed, tt.country, tt.area, got, tt.want)
		}
	}
}
