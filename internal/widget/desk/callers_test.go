package desk

import (
	"testing"
	"time"

	"offhook/internal/rc"
)

func nameOf(d *Desk, number string) string {
	for _, p := range d.Lookup(number, 1) {
		if p.Number == number && p.Heard {
			return p.Name
		}
	}
	return ""
}

func TestCallersAreNamedInTextsToo(t *testing.T) {
	t.Parallel()
	const stranger, other = "+12125550188", "+12125550189"
	h := withCalls(t)
	h.called(3*time.Hour, func(c *rc.CallRecord) { c.From = &rc.CallParty{PhoneNumber: stranger, Name: "LUMEN  LTD"} })
	h.called(2*time.Hour, func(c *rc.CallRecord) { c.From = &rc.CallParty{PhoneNumber: stranger, Name: "WIRELESS CALLER"} })
	h.called(time.Hour, func(c *rc.CallRecord) { c.From = &rc.CallParty{PhoneNumber: grace, Name: "G HOPPER"} })
	h.receive(stranger, "the sample arrived")
	first := h.pool(t)
	d := open(t, first)
	ready(t, d)
	until(t, d, "the calls", func() bool { return len(d.Calls()) == 3 })
	if all := d.Conversations("lumen", 0); len(all) != 1 || all[0].Title != "LUMEN LTD" || all[0].Parties[0].Name != "LUMEN LTD" || !all[0].Parties[0].Heard {
		t.Errorf("a text of somebody who has called is found by their name as %+v", all)
	}
	until(t, d, "the directory's name, whatever a call says", func() bool {
		p := d.Lookup(grace, 1)
		return len(p) == 1 && p[0].Name == "Gráce Hopper" && !p[0].Heard
	})

	// While it rings, before any log has it.
	h.send("/restapi/v1.0/account/1/extension/101/telephony/sessions", map[string]any{"parties": []any{map[string]any{
		"status": map[string]any{"code": "Proceeding"}, "direction": rc.Inbound,
		"from": map[string]any{"phoneNumber": other, "name": "Harbour Office"}, "to": map[string]any{"phoneNumber": ada, "name": "Ada"},
	}}})
	until(t, d, "the name of a ringing call", func() bool { return nameOf(d, other) == "Harbour Office" })

	first.Close()
	h.setDown(true)
	if got := nameOf(open(t, h.pool(t)), stranger); got != "LUMEN LTD" {
		t.Errorf("after a restart without a platform the caller is %q", got)
	}
}

func TestTheNewestNameOfACallerCounts(t *testing.T) {
	p := newPeople("US", nil)
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	hear := func(name string, after time.Duration) bool {
		return p.hearCaller(&rc.CallParty{PhoneNumber: "+12125550188", Name: name}, at.Add(after))
	}
	for _, tt := range []struct {
		name  string
		after time.Duration
		news  bool
		want  string
	}{
		{"LUMEN", 0, true, "LUMEN"}, {"LUMEN", time.Hour, false, "LUMEN"}, {"Older name", -time.Hour, false, "LUMEN"},
		{"Lumen Interiors", 2 * time.Hour, true, "Lumen Interiors"}, {"Unknown", 3 * time.Hour, false, "Lumen Interiors"}, {"", 4 * time.Hour, false, "Lumen Interiors"},
	} {
		if got := hear(tt.name, tt.after); got != tt.news {
			t.Errorf("hearing %q is news: %v, want %v", tt.name, got, tt.news)
		}
		if got := p.party("+12125550188"); got.Name != tt.want || !got.Heard {
			t.Errorf("after %q the caller is %+v, want %q", tt.name, got, tt.want)
		}
	}
	p.hear(&rc.Caller{PhoneNumber: "+12125550188", Name: "As texts say"})
	if got := p.party("+12125550188").Name; got != "As texts say" {
		t.Errorf("with a name of a text the caller is %q", got)
	}
}
