package softphone

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/visit"
)

// guardDesk dials what is typed as it stands.
type guardDesk struct{ Desk }

func (guardDesk) Dialable(typed string) (string, error) { return typed, nil }

type guardDesks struct{}

func (guardDesks) Desk(context.Context, string) (Desk, error) { return guardDesk{}, nil }

// wary is a page that wants to be asked, under its name.
type wary string

func (w wary) Guard(context.Context, visit.Visit) (string, error) { return string(w), nil }

type notes struct{ list []string }

func (n *notes) Record(_ context.Context, e store.AuditEntry) { n.list = append(n.list, e.Detail) }

func TestWhomThePageWantsToBeAskedAboutIsNotCalledBefore(t *testing.T) {
	const asked = `{"service":"Acme","recipients":[{"phoneNumber":"+16505550102"}]}`
	for _, tt := range []struct {
		name, guard, to string
		by              verdict
		want            string // the question
		noted           []string
	}{
		{name: "the page is asked first", guard: "Acme", to: "+16505550102", want: asked},
		{name: "a page that allows it", guard: "Acme", to: "+16505550102", by: verdict{Checked: "allowed"}},
		{name: "a page that nobody asks", to: "+16505550102"},
		{name: "a colleague", guard: "Acme", to: "102"},
		{name: "a page that only its frame knows of", to: "+16505550102", by: verdict{Guarded: true}, want: strings.Replace(asked, "Acme", "The page around the phone", 1)},
		{
			name: "against its advice", guard: "Acme", to: "+16505550102", by: verdict{Checked: "warned: angry\nsince May"},
			noted: []string{"a call to +16505550102 although Acme: warned: angry since May"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := new(notes)
			p := &Pool{Desks: guardDesks{}, Guards: wary(tt.guard), Audit: n}
			w := httptest.NewRecorder()
			v := visit.Visit{Session: &store.Session{GrantID: "grant-1"}, Language: lang.Match("en-US")}
			done, err := p.guard(w, httptest.NewRequest("POST", "/calls", nil), v, "a call", tt.to, tt.by)
			if err != nil || done != (tt.want != "") || strings.TrimSpace(w.Body.String()) != tt.want {
				t.Errorf("%+v: done %t, error %v, answer %s, want %s", tt.by, done, err, w.Body, tt.want)
			}
			if done && w.Header().Get("X-Offhook-Guard") == "" {
				t.Error("the frame is not told that this is a question")
			}
			if diff := cmp.Diff(tt.noted, n.list); diff != "" {
				t.Errorf("written down (-want +got):\n%s", diff)
			}
		})
	}
}
