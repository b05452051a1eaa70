package service

import (
	"encoding/json"
	"strings"
	"testing"

	"offhook/internal/widget/lang"
	"offhook/internal/widget/lang/langtest"
)

// Whatever the phone adds to what a page gives is said in the reader's
// language, and nothing that the page gives is.
func TestWhatThePhoneAddsToAServiceIsSaidInTheReadersLanguage(t *testing.T) {
	const own = "Kunde"
	text := json.RawMessage(`"Kunde"`)
	items := []Item{
		{ID: "1", Type: "boolean", Name: own, Description: own, Warning: own, ReadOnly: true, ReadOnlyReason: own},
		{ID: "2", Type: "option", Name: own, Options: []Option{{ID: "a", Name: own}}, Helper: own},
		{ID: "3", Type: "option", Name: own, Checkbox: true, Required: true, Options: []Option{{ID: "a", Name: own, Description: own}}},
		{ID: "4", Type: "button", Name: own, ButtonLabel: own}, {ID: "5", Type: "button", Name: own}, {ID: "6", Type: "button", ButtonType: "link", Name: own},
		{ID: "7", Type: "externalLink", Name: own, URI: "https://crm.example.com"}, {ID: "8", Type: "section", Name: own},
	}
	items = append(items, Item{ID: "9", Type: "group", Name: own, Items: items[:1]})
	entries := []Item{
		{ID: "1", Type: "array", Name: own, Value: json.RawMessage(`["Kunde"]`), MaxItems: 3}, {ID: "2", Type: "array", Name: own},
		{ID: "3", Type: "text", Name: own, Value: text, Placeholder: own}, {ID: "4", Type: "string", Name: own, Value: text},
		{ID: "5", Type: "typography", Value: text}, {ID: "6", Type: "admonition", Value: text},
	}
	reg := Registration{
		Name: own, DisplayName: own, Info: own, AuthorizationPath: "/a", AuthorizationLinks: []Link{{Label: own, URI: "https://crm.example.com"}},
		ShowAuthRedDot: true, FeedbackPath: "/f",
	}
	signedIn := card{Registration: reg, Authorized: true, Account: own, License: license{Status: own, Description: own}, Items: items, Title: own, Do: own}
	nameless := signedIn
	nameless.Account = ""
	for name, data := range map[string][]any{
		"card":       {card{Registration: reg, Title: own, Do: own}, signedIn, nameless, card{Items: items, Title: own}},
		"section":    {sectionView{Item{Name: own, Description: own, Items: entries}, "k"}},
		"banner":     {&Banner{ID: "b", Message: own, Closable: true, Action: &BannerAction{Label: own}}, &Banner{ID: "b", Message: own, Closable: true, CloseButtonLabel: own}},
		"tabs":       {[]*Page{{ID: "p", Title: own, UnreadCount: 3}, {ID: "q", Title: own, Icon: "data:,"}}},
		"apps":       {[]*App{{ID: "a", Name: own, Description: own}}},
		"activities": {[]activity{{Subject: own, At: "2026-11-22T00:00:00Z", Words: "Nov 22, 2026, 0:00 AM"}}, []activity(nil)},
		"found":      {[]hit{{ID: "f", Name: own, Number: "+16505550101", Sub: own, Faces: "K"}}},
	} {
		for _, one := range data {
			drawn, err := templates.Fragment(lang.Pretend(), name, one)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(drawn), lang.Open+own) {
				t.Errorf("%s says the page's own words in another language:\n%s", name, drawn)
			}
			for _, words := range langtest.Unsaid(string(drawn), own, "K") {
				t.Errorf("%s: %q is not said in the reader's language", name, words)
			}
		}
	}
}

func TestTheButtonOfAServiceSaysThePagesWordsFirst(t *testing.T) {
	for _, tt := range []struct {
		reg        Registration
		authorized bool
		want       string
	}{
		{Registration{}, false, "⟦Authorize⟧"},
		{Registration{}, true, "⟦Unauthorize⟧"},
		{Registration{UnauthorizedTitle: "Connect", AuthorizedTitle: "Leave"}, false, "Connect"},
		{Registration{UnauthorizedTitle: "Connect", AuthorizedTitle: "Leave"}, true, "Leave"},
	} {
		s := &Service{reg: tt.reg}
		s.account.Authorized = tt.authorized
		if got := s.card(lang.Pretend(), "k").Do; got != tt.want {
			t.Errorf("%+v, authorized %v: %q, want %q", tt.reg, tt.authorized, got, tt.want)
		}
	}
}
