package desk

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
)

// handlePages takes internal messages.
func (p *platform) handlePages(handle func(string, rc.Group, http.HandlerFunc)) {
	handle("POST /restapi/v1.0/account/~/extension/~/company-pager", rc.Medium, func(w http.ResponseWriter, r *http.Request) {
		var req rc.PagerRequest
		if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		p.mu.Lock()
		p.pages = append(p.pages, req)
		m := *p.addPage(rc.Outbound, req.From.ExtensionNumber, extensions(req.To), req.Text)
		p.mu.Unlock()
		answerJSON(w, m)
		go p.notify("", map[string]any{"changes": []any{}})
	})
}

func extensions(to []rc.Caller) (all []string) {
	for _, c := range to {
		all = append(all, c.ExtensionNumber)
	}
	return all
}

// addPage stores an internal message; the caller holds mu.
func (p *platform) addPage(direction, from string, to []string, text string) *rc.Message {
	people := append([]string{from}, to...)
	slices.Sort(people)
	m := p.add(rc.Inbound, "pager "+strings.Join(people, " "), nil, text) // a conversation for these people
	if m.Direction = direction; direction == rc.Outbound {
		m.ReadStatus, m.MessageStatus = rc.Read, rc.Sent
	}
	m.Type, m.From, m.To = rc.TypePager, &rc.Caller{ExtensionNumber: from}, nil
	for _, n := range to {
		m.To = append(m.To, rc.Caller{ExtensionNumber: n})
	}
	return m
}

func TestInternalMessagesAreConversationsOfTheirOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mu.Lock()
	h.pageable = true
	h.add(rc.Inbound, grace, []string{ada}, "by number")
	h.mu.Unlock()
	d := open(t, h.pool(t))
	ready(t, d)

	h.mu.Lock()
	asked := h.addPage(rc.Inbound, "102", []string{"101", "103"}, "by extension").ID
	h.mu.Unlock()
	h.notify("", map[string]any{"changes": []any{}})
	until(t, d, "the internal message and the directory", func() bool { return d.Unread() == 2 && d.Me().Company == "Acme" })
	var inside Conversation
	for _, c := range d.Conversations("", 0) {
		if c.Internal {
			inside = c
		}
	}
	if inside.Title != "Gráce Hopper, No Number" || inside.Parties[0].ExtensionID != "102" || inside.Parties[0].Number != "ext:102" {
		t.Errorf("the conversation: %+v", inside)
	}

	if _, err := d.Send(t.Context(), Outgoing{ID: "u1", ConversationID: inside.ID, Text: "on my way"}); err != nil {
		t.Fatal(err)
	}
	h.waitFor(t, func() bool { return len(h.pages) == 1 })
	want := rc.PagerRequest{From: &rc.Caller{ExtensionNumber: "101"}, ReplyOn: asked, To: []rc.Caller{{ExtensionNumber: "102"}, {ExtensionNumber: "103"}}, Text: "on my way"}
	h.mu.Lock()
	if diff := cmp.Diff(want, h.pages[0]); diff != "" {
		t.Errorf("what was sent (-want +got):\n%s", diff)
	}
	h.mu.Unlock()
	until(t, d, "the answer", func() bool {
		_, m, err := d.Conversation(inside.ID)
		return err == nil && len(m) == 2 && m[1].State == Sent
	})
	if got := d.Correspondents(); len(got) != 1 || got[0].Number != grace {
		t.Errorf("who is asked for outside: %+v", got)
	}
}

func TestColleaguesAreOfferedBothWays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mu.Lock()
	h.pageable = true
	h.mu.Unlock()
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "the directory", func() bool { return len(d.Lookup("Gráce", 9)) == 2 })
	numbers := func(query string) (all []string) {
		for _, p := range d.Lookup(query, 9) {
			all = append(all, p.Number)
		}
		return all
	}
	for query, want := range map[string][]string{
		"grace":     {grace, "ext:102"},
		"102":       {grace, "ext:102"},
		"No Number": {"ext:103"},
		"ext:103":   {"ext:103"},
	} {
		if got := numbers(query); !cmp.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", query, got, want)
		}
	}
	for _, tt := range []struct {
		name string
		o    Outgoing
		want string
	}{
		{"to a colleague and a number", Outgoing{To: []string{"ext:102", bob}}, "not to both"},
		{"to nobody's extension", Outgoing{To: []string{"ext:999"}}, "Nobody in your company"},
		{"with a file", Outgoing{To: []string{"ext:102"}, Files: []string{"f"}}, "carry no pictures"},
		{"too long", Outgoing{To: []string{"ext:102"}, Text: strings.Repeat("\U0001F600", 600)}, "at most 1024"},
	} {
		tt.o.ID = tt.name
		if tt.o.Text == "" {
			tt.o.Text = "hi"
		}
		if _, err := d.Send(t.Context(), tt.o); !isKind(err, rc.Invalid) && !isKind(err, rc.TooLarge) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
