package ticket_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/embed"
	"offhook/internal/widget/session"
	"offhook/internal/widget/streettest"
	"offhook/internal/widget/ticket"
	"offhook/internal/widget/visit"
)

const (
	crm      = "https://crm.example"
	redirect = crm + "/callback"
	verifier = "HUSH-verifier-of-the-host-0123456789012345678901234"
)

// A rig is the widget's side of tickets on a server of its own.
type rig struct {
	*httptest.Server
	*streettest.House
	t   *testing.T
	key rc.Secret
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t, House: streettest.NewHouse(t, embed.Record{Name: "Other", Origin: "https://other.example"})}
	tickets := &ticket.Handler{
		Store: r.Store, Embeds: r.Embeds, Grants: r.Grants, Entry: r.Flows, Audit: r.Trail, Visits: r.Visits, Now: r.Clock.Now, Log: r.Log.Logger(),
	}
	r.Server = r.Serve(t, []string{"OHTK_", "OHEK_"}, tickets)
	r.key = r.embed("app", r.Platform.URL)
	for _, f := range []store.Frame{
		{Key: "one", Platform: r.Platform.URL, ClientID: "app", Prefix: "one", Origin: crm},
		{Key: "two", Platform: r.Platform.URL, ClientID: "app", Prefix: "two", Origin: crm},
		{Key: "elsewhere", Platform: r.Platform.URL, ClientID: "app", Origin: "https://shop.example"},
		{Key: "other-app", Platform: r.Platform.URL, ClientID: "stranger", Origin: crm},
		{Key: "other-platform", Platform: "https://other.example", ClientID: "app", Origin: crm},
	} {
		r.Frame(t, f)
	}
	return r
}

// embed registers an app and returns its key.
func (r *rig) embed(clientID, platform string) rc.Secret {
	r.t.Helper()
	key := embed.NewKey()
	err := r.Embeds.Register(r.t.Context(), embed.Spec{Platform: platform, ClientID: clientID, Secret: "s3cret", Origins: []string{crm, "https://shop.example"}})
	if err == nil {
		err = r.Embeds.AddKey(r.t.Context(), platform, clientID, key, false)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return key
}

func (r *rig) write(fn func(tx store.WidgetTx) error) {
	r.t.Helper()
	if err := r.Store.Write(r.t.Context(), fn); err != nil {
		r.t.Fatal(err)
	}
}

// code is one that the platform has sent to the host's own server.
func (r *rig) code(owner string) string {
	query := r.Platform.Authorize(r.Platform.URL+rc.AuthorizePath+"?"+url.Values{
		"redirect_uri": {redirect}, "code_challenge": {challenge(verifier)},
	}.Encode(), owner)
	return query.Get("code")
}

// An answer is a response that has been read.
type answer struct {
	status  int
	text    string
	fields  map[string]any
	header  http.Header
	cookies []*http.Cookie
}

func (a answer) string(name string) string {
	s, _ := a.fields[name].(string)
	return s
}

func (r *rig) send(req *http.Request) answer {
	r.t.Helper()
	res, err := r.Client().Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	a := answer{status: res.StatusCode, text: string(text), header: res.Header, cookies: res.Cookies()}
	_ = json.Unmarshal(text, &a.fields)
	return a
}

// ask is the host's server; edit may spoil its request.
func (r *rig) ask(path string, body any, edit ...func(*http.Request)) answer {
	r.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(context.Background(), "POST", r.URL+path, strings.NewReader(string(text)))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+string(r.key))
	for _, e := range edit {
		e(req)
	}
	return r.send(req)
}

type fields map[string]any

func (r *rig) order(more fields) fields {
	o := fields{"origin": crm, "user": "ada"}
	for name, v := range more {
		o[name] = v
	}
	return o
}

// byCode is a good order.
func (r *rig) byCode(owner string) fields {
	return r.order(fields{"code": r.code(owner), "codeVerifier": verifier, "redirectUri": redirect})
}

// ticket asks for one that must be given.
func (r *rig) ticket(o fields) (ticket, grantID string) {
	r.t.Helper()
	a := r.ask("/api/tickets", o)
	if a.status != http.StatusCreated || !strings.HasPrefix(a.string("ticket"), "OHTK_") || a.string("grantId") == "" {
		r.t.Fatalf("asking for a ticket: %d %s", a.status, a.text)
	}
	return a.string("ticket"), a.string("grantId")
}

// redeem is the frame's own page, with the cookie that it may have.
func (r *rig) redeem(frame, ticket string, cookies ...*http.Cookie) answer {
	r.t.Helper()
	return r.frame("POST", frame, "/ticket", `{"ticket":"`+ticket+`"}`, cookies...)
}

func (r *rig) frame(method, frame, path, body string, cookies ...*http.Cookie) answer {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.URL+"/p/"+frame+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set(visit.Header, "1")
	for _, c := range cookies {
		req.AddCookie(c)
	}
	return r.send(req)
}

// owner is who a cookie is signed in as, or nobody.
func (r *rig) owner(frame string, c *http.Cookie) string {
	r.t.Helper()
	req := httptest.NewRequest("GET", "/", nil)
	req.AddCookie(c)
	f, err := r.Store.Frame(r.t.Context(), frame)
	if err != nil {
		r.t.Fatal(err)
	}
	s, err := (&session.Sessions{Store: r.Store, Now: r.Clock.Now, Log: slog.New(slog.DiscardHandler)}).Session(req, f)
	if err != nil {
		r.t.Fatal(err)
	}
	if s == nil {
		return ""
	}
	g, err := r.Store.Grant(r.t.Context(), s.GrantID)
	if err != nil {
		r.t.Fatal(err)
	}
	return g.OwnerID
}
