package panel

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"offhook/internal/store"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/visit"
)

// Audit writes down what somebody may have to account for.
type Audit interface {
	Record(ctx context.Context, e store.AuditEntry)
}

// A guardView asks the frame to ask the host page's application, whose answer
// only the frame can get.
type guardView struct {
	Service    string           `json:"service"`
	Recipients []guardRecipient `json:"recipients"`
}

type guardRecipient struct {
	PhoneNumber string `json:"phoneNumber"`
	Name        string `json:"name,omitempty"`
}

// guard keeps a text back until the host page's application has been asked
// whether its recipients may be contacted, where it wants to be asked
// (contract/service.md 13). What the user decided against its advice, or
// without its answer, is written down. The frame says as well when its page
// wants to be asked: this server may not have heard of it yet. The question is
// an answer like any other, because a refusal would stand in the console of
// every page that guards its users. done means that the request has been
// answered.
func (h *Handler) guard(w http.ResponseWriter, r *http.Request, p page, o Outgoing) (done bool, err error) {
	if h.Services == nil {
		return false, nil
	}
	name, err := h.Services.Guard(r.Context(), p.visit)
	if err != nil {
		return false, err
	}
	shown := name
	if name == "" && r.PostForm.Get("guarded") != "" {
		name, shown = "The page around the phone", p.Lang.Say("The page around the phone")
	}
	if name == "" {
		return false, nil
	}
	to, err := recipientsOf(p, o)
	if err != nil || len(to) == 0 {
		return false, err // colleagues alone, who are nobody's contacts
	}
	switch verdict := r.PostForm.Get("checked"); verdict {
	case "":
		w.Header().Set("X-Offhook-Guard", "do-not-contact")
		visit.JSON(w, http.StatusOK, guardView{shown, to})
		return true, nil
	case "allowed":
	default:
		h.Audit.Record(r.Context(), h.against(p, name, verdict, to))
	}
	return false, nil
}

func (h *Handler) against(p page, service, verdict string, to []guardRecipient) store.AuditEntry {
	numbers := make([]string, len(to))
	for i, r := range to {
		numbers[i] = r.PhoneNumber
	}
	f, s := p.visit.Frame, p.visit.Session
	return store.AuditEntry{
		Kind: store.AuditContact, Platform: f.Platform, ClientID: f.ClientID, GrantID: s.GrantID, Origin: f.Origin,
		Detail: fmt.Sprintf("extension %s: a text to %s although %s: %s", p.desk.Me().ExtensionNumber, strings.Join(numbers, ", "), markup.Line(service), markup.Cut(markup.Line(verdict), 120)),
	}
}

// nameOf is who a number is of, as far as anybody here knows.
func (p page) nameOf(number string) string {
	for _, party := range p.desk.Lookup(number, 1) {
		if party.Number == number {
			return markup.Line(party.Name)
		}
	}
	return ""
}

// internalPrefix begins the address of a colleague, where a number stands
// otherwise.
const internalPrefix = "ext:"

// recipientsOf are the people whom a text would reach by their numbers.
func recipientsOf(p page, o Outgoing) ([]guardRecipient, error) {
	var to []guardRecipient
	if o.ConversationID == "" {
		for _, number := range o.To {
			if strings.HasPrefix(number, internalPrefix) {
				continue
			}
			to = append(to, guardRecipient{number, p.nameOf(number)})
		}
		return to, nil
	}
	c, _, err := p.desk.Conversation(o.ConversationID)
	if err != nil {
		return nil, err
	}
	for _, party := range others(c.Parties) {
		if party.Internal {
			continue
		}
		to = append(to, guardRecipient{party.Number, markup.Line(party.Name)})
	}
	return to, nil
}
