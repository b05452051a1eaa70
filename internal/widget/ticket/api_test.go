package ticket_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/embed"
	"offhook/internal/widget/streettest"
)

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func TestATicketSignsInOnce(t *testing.T) {
	r := newRig(t)
	ticket, _ := r.ticket(r.byCode("ada"))
	a := r.redeem("one", ticket)
	if a.status != 200 || a.fields["signedIn"] != true || len(a.cookies) != 1 {
		t.Fatalf("a good ticket: %d %s, %d cookies; want to be signed in", a.status, a.text, len(a.cookies))
	}
	if got := r.owner("one", a.cookies[0]); got != "ada" {
		t.Errorf("signed in as %q, want ada", got)
	}
	again := r.redeem("one", ticket)
	if again.status != 200 || again.fields["signedIn"] != false || again.fields["stale"] != true || len(again.cookies) != 0 {
		t.Errorf("the same ticket again: %d %s; want no error and nobody signed in", again.status, again.text)
	}
}

func TestATicketIsTakenByOneOfMany(t *testing.T) {
	r := newRig(t)
	ticket, _ := r.ticket(r.byCode("ada"))
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			if len(r.redeem("one", ticket).cookies) > 0 {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 24 were signed in by one ticket, want 1", won.Load())
	}
}

func TestATicketIsGoodInItsOwnPlaceOnly(t *testing.T) {
	for _, frame := range []string{"elsewhere", "other-app", "other-platform"} {
		t.Run(frame, func(t *testing.T) {
			r := newRig(t)
			ticket, _ := r.ticket(r.byCode("ada"))
			if a := r.redeem(frame, ticket); a.status != 200 || a.fields["signedIn"] != false || len(a.cookies) != 0 {
				t.Errorf("shown in another frame: %d %s; want nobody signed in", a.status, a.text)
			}
			// Somebody else has seen it, so it is worth nothing any more.
			if a := r.redeem("one", ticket); a.fields["signedIn"] != false {
				t.Errorf("shown in its own frame after that: %s; want nobody signed in", a.text)
			}
		})
	}
}

func TestAStaleTicketChangesNothing(t *testing.T) {
	r := newRig(t)
	ticket, _ := r.ticket(r.byCode("ada"))
	r.Clock.Advance(time.Minute)
	if a := r.redeem("one", ticket); a.status != 200 || a.fields["signedIn"] != false || a.fields["stale"] != true {
		t.Errorf("after a minute: %d %s; want no error and nobody signed in", a.status, a.text)
	}
	fresh, _ := r.ticket(r.byCode("ada"))
	cookie := r.redeem("one", fresh).cookies[0]
	for _, text := range []string{ticket, fresh, "OHTK_" + strings.Repeat("A", 43), "", "x"} {
		a := r.redeem("one", text, cookie)
		if a.status != 200 || a.fields["signedIn"] != true || len(a.cookies) != 0 || r.owner("one", cookie) != "ada" {
			t.Errorf("the ticket %q while signed in: %d %s; want the session as it was", text, a.status, a.text)
		}
	}
}

func TestAnotherUsersTicketReplacesTheSession(t *testing.T) {
	r := newRig(t)
	first, _ := r.ticket(r.byCode("ada"))
	ada := r.redeem("one", first).cookies[0]
	again, _ := r.ticket(r.byCode("ada"))
	if a := r.redeem("one", again, ada); a.fields["signedIn"] != true || len(a.cookies) != 0 {
		t.Errorf("another ticket of the same user: %s, %d cookies; want the session to go on", a.text, len(a.cookies))
	}
	o := r.byCode("sam")
	o["user"] = "sam"
	other, _ := r.ticket(o)
	a := r.redeem("one", other, ada)
	if len(a.cookies) != 1 || r.owner("one", a.cookies[0]) != "sam" {
		t.Fatalf("another user's ticket: %d %s; want to be signed in as sam", a.status, a.text)
	}
	if got := r.owner("one", ada); got != "" {
		t.Errorf("the cookie from before is still signed in as %q", got)
	}
}

func TestATokenSetIsTransferred(t *testing.T) {
	r := newRig(t)
	info, err := r.Grants.Exchange(t.Context(), r.Platform.URL, "app", redirect, rc.Secret(r.code("ada")), verifier)
	if err != nil {
		t.Fatal(err)
	}
	a := r.ask("/api/tickets", r.order(fields{"tokens": info}))
	if a.status != http.StatusCreated || !strings.Contains(a.string("transferred"), "no longer work") {
		t.Fatalf("a token set: %d %s; want a ticket and a sentence that says what became of the tokens", a.status, a.text)
	}
	if _, err := r.Grants.Transfer(t.Context(), r.Platform.URL, "app", rc.Secret(info.RefreshToken)); err == nil {
		t.Error("the host's refresh token still works")
	}
	if r.Platform.Live() != 1 {
		t.Errorf("%d access tokens live, want only the new one", r.Platform.Live())
	}
	if b := r.redeem("one", a.string("ticket")); b.fields["signedIn"] != true {
		t.Errorf("its ticket: %s", b.text)
	}

	// The host goes on with access tokens of the grant, also after the user
	// has signed out of the phone.
	token := r.ask("/api/grants/"+a.string("grantId")+"/token", nil)
	if token.status != 200 || !strings.HasPrefix(token.string("access_token"), streettest.Mark) || token.fields["expires_in"].(float64) < 600 {
		t.Fatalf("an access token: %d %s", token.status, token.text)
	}
	if strings.Contains(token.text, "refresh") || token.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the answer holds a refresh token or may be cached: %v %s", token.header, token.text)
	}
}

func TestTheGrantOfATokenSetOutlivesTheBrowser(t *testing.T) {
	r := newRig(t)
	info, err := r.Grants.Exchange(t.Context(), r.Platform.URL, "app", redirect, rc.Secret(r.code("ada")), verifier)
	if err != nil {
		t.Fatal(err)
	}
	held, id := r.ticket(r.order(fields{"tokens": info}))
	cookie := r.redeem("one", held).cookies[0]
	if a := r.frame("POST", "one", "/signout", "{}", cookie); a.status != 200 {
		t.Fatalf("signing out: %d %s", a.status, a.text)
	}
	if a := r.ask("/api/grants/"+id+"/token", nil); a.status != 200 {
		t.Errorf("the host's server after the sign-out: %d %s; want a token", a.status, a.text)
	}
	next, same := r.ticket(r.order(fields{"grantId": id}))
	if same != id {
		t.Errorf("a ticket by grantId names %s, want %s", same, id)
	}
	if a := r.redeem("two", next); a.fields["signedIn"] != true {
		t.Errorf("a ticket by grantId: %s", a.text)
	}
	r.Clock.Advance(8 * 24 * time.Hour)
	if err := r.Grants.EndUnused(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if a := r.ask("/api/grants/"+id+"/token", nil); a.status != 404 {
		t.Errorf("after a week in which nobody asked: %d %s; want 404", a.status, a.text)
	}
}

func TestTheGrantOfACodeEndsWithTheLastSession(t *testing.T) {
	r := newRig(t)
	ticket, id := r.ticket(r.byCode("ada"))
	// Somebody's sign-out while the ticket is under way does not spoil it.
	if err := r.Grants.EndUnused(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	cookie := r.redeem("one", ticket).cookies[0]
	r.frame("POST", "one", "/signout", "{}", cookie)
	if _, err := r.Store.Grant(t.Context(), id); err == nil {
		t.Error("the grant outlives its last session although the host never asked for a token of it")
	}
	if a := r.ask("/api/tickets", r.order(fields{"grantId": id})); a.status != 404 || !strings.Contains(a.string("message"), "new code") {
		t.Errorf("a ticket for it: %d %s; want 404 and what to do", a.status, a.text)
	}
}

func TestAnAssertionGetsATicket(t *testing.T) {
	r := newRig(t)
	r.Platform.Answer = func(w http.ResponseWriter, req *http.Request) bool {
		id, secret, _ := req.BasicAuth()
		if req.PostFormValue("grant_type") != rc.GrantJWTBearer || req.PostFormValue("assertion") != "HUSH-jwt" || id != "app" || secret != "s3cret" {
			t.Errorf("the token endpoint was asked %v", req.PostForm)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":"HUSH-a","token_type":"bearer","expires_in":3600,"refresh_token":"HUSH-r","owner_id":"mei"}`))
		return true
	}
	if a := r.ask("/api/tickets", r.order(fields{"registeredJwt": true})); a.status != 409 || !strings.Contains(a.string("message"), "--jwt-file") {
		t.Errorf("a registered JWT where there is none: %d %s", a.status, a.text)
	}
	spec := embed.Spec{Platform: r.Platform.URL, ClientID: "app", Secret: "s3cret", Origins: []string{crm}, JWT: "HUSH-jwt"}
	if err := r.Embeds.Register(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	for _, proof := range []fields{{"assertion": "HUSH-jwt"}, {"registeredJwt": true}} {
		ticket, _ := r.ticket(r.order(proof))
		if a := r.redeem("one", ticket); len(a.cookies) != 1 || r.owner("one", a.cookies[0]) != "mei" {
			t.Errorf("a ticket by %v: %d %s; want to be signed in as mei", proof, a.status, a.text)
		}
	}
}

func TestTheAPIIsForServersWithAKey(t *testing.T) {
	r := newRig(t)
	other := r.embed("other", r.Platform.URL)
	ticket, id := r.ticket(r.byCode("ada"))
	header := func(name, value string) func(*http.Request) {
		return func(req *http.Request) { req.Header.Set(name, value) }
	}
	for _, tt := range []struct {
		name   string
		edit   func(*http.Request)
		status int
	}{
		{"no key", func(req *http.Request) { req.Header.Del("Authorization") }, 401},
		{"a wrong key", header("Authorization", "Bearer OHEK_"+strings.Repeat("A", 43)), 401},
		{"a ticket as a key", header("Authorization", "Bearer "+ticket), 401},
		{"the key in another scheme", header("Authorization", "Basic "+string(r.key)), 401},
		{"a page of the host's", header("Origin", crm), 403},
		{"a browser", header("Sec-Fetch-Site", "none"), 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, path := range []string{"/api/tickets", "/api/grants/" + id + "/token", "/api/grants/" + id + "/revoke"} {
				a := r.ask(path, r.order(fields{"grantId": id}), tt.edit)
				if a.status != tt.status || a.string("message") == "" || a.header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("%s: %d %s, want %d with a sentence and no CORS", path, a.status, a.text, tt.status)
				}
			}
		})
	}
	// Another embed's key sees no grant of ours, and cannot end it.
	theirs := header("Authorization", "Bearer "+string(other))
	if a := r.ask("/api/grants/"+id+"/token", nil, theirs); a.status != 404 {
		t.Errorf("a token with another embed's key: %d %s, want 404", a.status, a.text)
	}
	if a := r.ask("/api/tickets", r.order(fields{"grantId": id}), theirs); a.status != 404 {
		t.Errorf("a ticket with another embed's key: %d %s, want 404", a.status, a.text)
	}
	if a := r.ask("/api/grants/"+id+"/revoke", nil, theirs); a.status != 204 {
		t.Errorf("revoking with another embed's key: %d %s, want 204", a.status, a.text)
	}
	if _, err := r.Store.Grant(t.Context(), id); err != nil {
		t.Errorf("another embed's key has ended the grant: %v", err)
	}
}

func TestAKeyThatWasReplacedIsDead(t *testing.T) {
	r := newRig(t)
	old := r.key
	r.key = "OHEK_" + rc.Secret(strings.Repeat("B", 43))
	if err := r.Embeds.AddKey(t.Context(), r.Platform.URL, "app", r.key, false); err != nil {
		t.Fatal(err)
	}
	withOld := func(req *http.Request) { req.Header.Set("Authorization", "Bearer "+string(old)) }
	if a := r.ask("/api/tickets", r.byCode("ada"), withOld); a.status != 201 {
		t.Errorf("the old key beside a new one: %d %s", a.status, a.text)
	}
	if err := r.Embeds.AddKey(t.Context(), r.Platform.URL, "app", r.key, true); err != nil {
		t.Fatal(err)
	}
	if a := r.ask("/api/tickets", r.byCode("ada"), withOld); a.status != 401 {
		t.Errorf("the old key after it was ended: %d %s, want 401", a.status, a.text)
	}
	if a := r.ask("/api/tickets", r.byCode("ada")); a.status != 201 {
		t.Errorf("the new key: %d %s", a.status, a.text)
	}
}

func TestAnOrderIsReadStrictly(t *testing.T) {
	r := newRig(t)
	_, id := r.ticket(r.byCode("ada"))
	for name, tt := range map[string]struct {
		order  any
		status int
		says   string
	}{
		"no origin":               {fields{"user": "ada", "grantId": id}, 400, "origin"},
		"another origin":          {fields{"origin": "https://evil.example", "user": "ada", "grantId": id}, 403, crm},
		"an origin with a path":   {fields{"origin": crm + "/", "user": "ada", "grantId": id}, 403, crm},
		"no user":                 {fields{"origin": crm, "grantId": id}, 400, "user"},
		"a user with a line feed": {r.order(fields{"user": "a\nb", "grantId": id}), 400, "user"},
		"another user's grant":    {r.order(fields{"user": "sam", "grantId": id}), 404, "no such grant"},
		"an unknown grant":        {r.order(fields{"grantId": "nothing"}), 404, "no such grant"},
		"no proof":                {r.order(nil), 400, "one of code"},
		"two proofs":              {r.order(fields{"grantId": id, "assertion": "x"}), 400, "one of code"},
		"a code without redirect": {r.order(fields{"code": "x"}), 400, "redirectUri"},
		"a verifier without code": {r.order(fields{"grantId": id, "codeVerifier": "x"}), 400, "codeVerifier"},
		"a misspelt field":        {r.order(fields{"grantId": id, "code_verifier": "x"}), 400, `"code_verifier"`},
		"tokens without refresh":  {r.order(fields{"tokens": fields{"access_token": "x"}}), 400, "refresh_token"},
		"an unknown code":         {r.order(fields{"code": "x", "redirectUri": redirect}), 403, "The platform did not accept the code"},
		"an unknown token":        {r.order(fields{"tokens": fields{"refresh_token": "x"}}), 403, "The platform did not accept the refresh token"},
		"not an object":           {[]int{1}, 400, "JSON object"},
		"a large request":         {r.order(fields{"assertion": strings.Repeat("x", 40<<10)}), 413, "32 kB"},
	} {
		t.Run(name, func(t *testing.T) {
			a := r.ask("/api/tickets", tt.order)
			if a.status != tt.status || !strings.Contains(a.string("message"), tt.says) || a.string("error") == "" || strings.Contains(a.text, streettest.Mark) {
				t.Errorf("%d %s, want %d and a sentence with %q", a.status, a.text, tt.status, tt.says)
			}
		})
	}
	if a := r.ask("/api/tickets", r.byCode("ada"), func(req *http.Request) { req.Header.Set("Content-Type", "text/plain") }); a.status != 400 {
		t.Errorf("another content type: %d %s, want 400", a.status, a.text)
	}
}

func TestACodeIsSpentOnce(t *testing.T) {
	r := newRig(t)
	o := r.byCode("ada")
	r.ticket(o)
	if a := r.ask("/api/tickets", o); a.status != 403 {
		t.Errorf("the same code again: %d %s, want 403", a.status, a.text)
	}
	stolen := r.byCode("ada")
	stolen["codeVerifier"] = strings.Repeat("y", 43)
	if a := r.ask("/api/tickets", stolen); a.status != 403 {
		t.Errorf("a code without its verifier: %d %s, want 403", a.status, a.text)
	}
}

func TestTheHostsServerEndsAGrant(t *testing.T) {
	r := newRig(t)
	ticket, id := r.ticket(r.byCode("ada"))
	cookie := r.redeem("one", ticket).cookies[0]
	for range 2 {
		if a := r.ask("/api/grants/"+id+"/revoke", nil); a.status != 204 {
			t.Errorf("ending the grant: %d %s", a.status, a.text)
		}
	}
	if got := r.owner("one", cookie); got != "" {
		t.Errorf("the phone is still signed in as %q", got)
	}
	if a := r.ask("/api/grants/"+id+"/token", nil); a.status != 404 {
		t.Errorf("a token of it: %d %s, want 404", a.status, a.text)
	}
	if len(r.Platform.Revoked()) != 1 {
		t.Errorf("%d tokens were revoked at the platform, want 1", len(r.Platform.Revoked()))
	}
}

func TestAGrantThatNobodysTicketMadeIsNotTheKeys(t *testing.T) {
	r := newRig(t)
	info, err := r.Grants.Exchange(t.Context(), r.Platform.URL, "app", redirect, rc.Secret(r.code("ada")), verifier)
	if err != nil {
		t.Fatal(err)
	}
	g, err := r.Grants.Join(t.Context(), r.Platform.URL, "app", info) // as the sign-in window does
	if err != nil {
		t.Fatal(err)
	}
	if a := r.ask("/api/grants/"+g.ID+"/token", nil); a.status != 404 {
		t.Errorf("a token of a grant that a window made: %d %s, want 404", a.status, a.text)
	}
}

func TestTooManyRequestsWait(t *testing.T) {
	r := newRig(t)
	limited := 0
	for range 210 {
		if a := r.ask("/api/grants/nothing/token", nil); a.status == 429 {
			limited++
			if a.header.Get("Retry-After") == "" {
				t.Error("a limited request does not hear when to come back")
			}
		}
	}
	if limited != 10 {
		t.Errorf("%d of 210 requests at once were limited, want 10", limited)
	}
	r.Clock.Advance(time.Second)
	if a := r.ask("/api/grants/nothing/token", nil); a.status != 404 {
		t.Errorf("a second later: %d, want to be let in", a.status)
	}
}

func TestOnlyHashesAreKept(t *testing.T) {
	r := newRig(t)
	ticket, id := r.ticket(r.byCode("ada"))
	keys, err := r.Store.EmbedKeys(t.Context(), r.Platform.URL, "app")
	if err != nil || len(keys) != 1 || strings.Contains(keys[0].Hash, string(r.key)[5:]) {
		t.Errorf("the key's row: %+v, %v", keys, err)
	}
	r.write(func(tx store.WidgetTx) error {
		if _, err := tx.TakeTicket(t.Context(), ticket, r.Clock.Now()); err == nil {
			t.Error("the ticket is kept as it is")
		}
		return nil
	})
	if a := r.redeem("one", ticket); a.fields["signedIn"] != true {
		t.Errorf("its ticket for %s: %s", id, a.text)
	}
}

func TestEveryFieldThatTheDocumentNamesIsKnown(t *testing.T) {
	r := newRig(t)
	text, err := os.ReadFile("../../../docs/sign-in.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(text), "### POST /api/tickets")
	part, _, _ = strings.Cut(part, "```")
	names := regexp.MustCompile(`(?m)^\| (.*?) \|`).FindAllStringSubmatch(part, -1)
	known := 0
	for _, row := range names {
		for _, name := range regexp.MustCompile("`([a-zA-Z]+)`").FindAllStringSubmatch(row[1], -1) {
			known++
			a := r.ask("/api/tickets", fields{name[1]: nil})
			if strings.Contains(a.text, "There is no field") {
				t.Errorf("docs/sign-in.md names the field %s: %s", name[1], a.text)
			}
		}
	}
	if known != 9 {
		t.Errorf("docs/sign-in.md names %d fields, want 9", known)
	}
}

func TestTheAuditTrailTellsWhatAServerDid(t *testing.T) {
	r := newRig(t)
	ticket, id := r.ticket(r.byCode("ada"))
	r.redeem("one", ticket)
	r.redeem("one", ticket)
	r.ask("/api/grants/"+id+"/token", nil)
	r.ask("/api/grants/"+id+"/revoke", nil)
	r.ask("/api/tickets", r.order(nil), func(req *http.Request) { req.Header.Set("Authorization", "Bearer OHEK_wrong") })
	entries, err := r.Store.AuditEntries(t.Context(), store.AuditFilter{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	secrets := regexp.MustCompile(`OH[A-Z]+_`)
	for _, e := range entries {
		got = append(got, string(e.Kind))
		// Ids are random letters and may hold OH; every secret of ours begins with OH, two letters and a line.
		if text := fmt.Sprint(e); e.Way != "ticket" || secrets.MatchString(text) || strings.Contains(text, streettest.Mark) {
			t.Errorf("an entry of another way, or with a secret: %+v", e)
		}
		if e.Kind != store.AuditRefusal && (e.OwnerID != "ada" || e.GrantID != id) {
			t.Errorf("an entry that does not say who: %+v", e)
		}
	}
	if want := "ticket sign-in refusal token sign-out refusal"; strings.Join(got, " ") != want {
		t.Errorf("the trail has %v, want %s", got, want)
	}
}
