package softphone

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"unicode"

	"offhook/internal/store"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/visit"
)

// Guards know whom the page around a frame wants to be asked about.
type Guards interface {
	// Guard returns the title of the page's application when it must be asked
	// before anybody is contacted, else empty.
	Guard(ctx context.Context, v visit.Visit) (string, error)
}

// Audit writes down what somebody may have to account for.
type Audit interface {
	Record(ctx context.Context, e store.AuditEntry)
}

// A verdict is what the frame brings of the page's answer.
type verdict struct {
	Checked string `json:"checked"` // allowed, or why the user calls all the same; empty when the page was not asked
	Guarded bool   `json:"guarded"` // the page has told the frame that it wants to be asked
}

// A question asks the frame to ask its page, whose answer only the frame gets.
type question struct {
	Service    string   `json:"service"`
	Recipients []callee `json:"recipients"`
}

type callee struct {
	PhoneNumber string `json:"phoneNumber"`
}

// aPage is what a page is called that has not said its name here.
var aPage = lang.Mark("The page around the phone")

// guard keeps a call back until the page's application has been asked whether
// the number may be called, where it wants to be asked (contract/service.md
// 13). Colleagues, who have no number, may be called. What the user decided
// against its advice, or without its answer, is written down as what. done
// means that the request has been answered.
func (p *Pool) guard(w http.ResponseWriter, r *http.Request, v visit.Visit, what, to string, by verdict) (done bool, err error) {
	if p.Guards == nil {
		return false, nil
	}
	name, err := p.Guards.Guard(r.Context(), v)
	if err != nil {
		return false, err
	}
	shown := name
	if name == "" && by.Guarded {
		name, shown = aPage, v.Language.Say(aPage)
	}
	number, err := p.number(r.Context(), v, to)
	if err != nil || name == "" || !strings.HasPrefix(number, "+") {
		return false, err
	}
	switch by.Checked {
	case "":
		w.Header().Set("X-Offhook-Guard", "do-not-contact")
		visit.JSON(w, http.StatusOK, question{shown, []callee{{number}}})
		return true, nil
	case "allowed":
	default:
		f := v.Frame
		p.Audit.Record(r.Context(), store.AuditEntry{
			Kind: store.AuditContact, Platform: f.Platform, ClientID: f.ClientID, GrantID: v.Session.GrantID, Origin: f.Origin,
			Detail: fmt.Sprintf("%s to %s although %s: %s", what, number, plain(name, 60), plain(by.Checked, 120)),
		})
	}
	return false, nil
}

// number is what somebody typed, as it is dialled.
func (p *Pool) number(ctx context.Context, v visit.Visit, typed string) (string, error) {
	d, err := p.Desks.Desk(ctx, v.Session.GrantID)
	if err != nil {
		return "", err
	}
	return d.Dialable(typed)
}

// plain is a stranger's text on one line of the audit, cut to n characters.
func plain(s string, n int) string {
	line := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s))
	return string(line[:min(n, len(line))])
}
