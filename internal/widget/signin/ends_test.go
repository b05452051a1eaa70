package signin_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"offhook/internal/store"
	"offhook/internal/widget/session"
	"offhook/internal/widget/streettest"
	"offhook/internal/widget/visit"
)

// flowOf makes ids and secrets of flows.
func flowOf(n int) (flow, secret string) {
	return fmt.Sprintf("%s-%d", strings.Repeat("f", 22), n), fmt.Sprintf("%s-%d", strings.Repeat("s", 43), n)
}

// signInByHandle takes the whole way in a browser that refuses cookies.
func (r *rig) signInByHandle(t *testing.T, key string, n int, owner string, edit ...func(*http.Request)) string {
	t.Helper()
	flow, secret := flowOf(n)
	r.start(t, key, flow, secret)
	proof := map[string]string{"handle": handleOf(t, r.back(t, r.open(t, flow, owner))), "secret": secret}
	a := r.redeem(t, key, flow, proof, append([]func(*http.Request){header(visit.SessionHeader, visit.NoHandle)}, edit...)...)
	handle := a.header.Get(visit.SessionHeader)
	if a.status != 200 || handle == "" || len(a.cookies) != 0 {
		t.Fatalf("redeeming: %d, cookies %v; want a handle in a header and no cookie", a.status, a.cookies)
	}
	return handle
}

func (r *rig) sessions() *session.Sessions { return r.Flows.Sessions.(*session.Sessions) }

func by(handle string) func(*http.Request) { return header(visit.SessionHeader, handle) }

func TestAFrameFindsOutWhetherCookiesAreKept(t *testing.T) {
	r := newRig(t)
	a := r.ask(t, "GET", "/p/one/session", nil)
	c := a.cookie()
	if a.body != `{"signedIn":false,"cookies":false}`+"\n" || c == nil || !c.Partitioned || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteNoneMode || c.Path != "/" {
		t.Fatalf("the first question: %s with %v; want a cookie with the attributes of the real one", a.body, a.cookies)
	}
	if a := r.ask(t, "GET", "/p/one/session", nil, with(c)); a.body != `{"signedIn":false,"cookies":true}`+"\n" || len(a.cookies) != 0 {
		t.Errorf("the second question: %s with %v; want to hear that it was kept", a.body, a.cookies)
	}
}

func TestAHandleStandsForTheCookie(t *testing.T) {
	r := newRig(t)
	handle := r.signInByHandle(t, "one", 1, "101")
	if !r.signedIn(t, "one", by(handle)) {
		t.Error("signed out with the handle")
	}
	for name, edit := range map[string]func(*http.Request){
		"no handle":              func(*http.Request) {},
		"half a handle":          by(handle[:len(handle)/2]),
		"another handle":         by(strings.Repeat("A", len(handle))),
		"the handle as a cookie": with(&http.Cookie{Name: "__Host-oh-one", Value: handle}),
		"the word for no handle": by(visit.NoHandle),
		"the handle in an address": func(req *http.Request) {
			req.URL.RawQuery = "session=" + handle + "&" + visit.SessionHeader + "=" + handle
		},
	} {
		if r.signedIn(t, "one", edit) {
			t.Errorf("%s: signed in", name)
		}
	}
	if r.signedIn(t, "two", by(handle)) {
		t.Error("the handle works in another frame")
	}
	cookie := r.signIn(t, "two", flowA, secretA, "101")
	if r.signedIn(t, "two", with(cookie), by(handle)) {
		t.Error("a frame's handle gives way to a cookie; want the handle alone to count")
	}
	if r.signedIn(t, "two", by(cookie.Value)) {
		t.Error("a cookie's value works as a handle")
	}
}

func TestAHandleChangesAndDiesWithItsSocket(t *testing.T) {
	r := newRig(t)
	first := r.signInByHandle(t, "one", 1, "101")
	frame, err := r.Store.Frame(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.sessions().ByHandle(t.Context(), frame, first)
	if err != nil || s == nil {
		t.Fatalf("the session of the handle: %+v, %v", s, err)
	}
	r.Clock.Advance(5 * time.Minute)
	second, err := r.sessions().Renew(t.Context(), s.ID)
	if err != nil || second == first || second == "" {
		t.Fatalf("renewing: %q, %v", second, err)
	}
	r.Clock.Advance(time.Minute)
	if !r.signedIn(t, "one", by(first)) || !r.signedIn(t, "one", by(second)) {
		t.Error("before the frame shows that it has the new handle, both must work: the new one may be lost")
	}
	if err := r.sessions().Settle(t.Context(), s.ID, "a stranger's"); err != nil || !r.signedIn(t, "one", by(first)) {
		t.Errorf("a handle that is none settles: %v", err)
	}
	if err := r.sessions().Settle(t.Context(), s.ID, second); err != nil {
		t.Fatal(err)
	}
	r.Clock.Advance(31 * time.Second)
	if r.signedIn(t, "one", by(first)) || !r.signedIn(t, "one", by(second)) {
		t.Error("after settling: want the new handle alone")
	}
	// Requests do not keep it alive: whoever has stolen one has minutes.
	for range 9 {
		r.Clock.Advance(time.Minute)
		r.signedIn(t, "one", by(second))
	}
	if r.signedIn(t, "one", by(second)) {
		t.Error("ten minutes after its socket's last sign of life the handle still works")
	}
	if next, err := r.sessions().Renew(t.Context(), s.ID); err != nil || next != "" {
		t.Errorf("renewing what has died: %q, %v; want nothing", next, err)
	}
}

func TestHandlesAreKeptAsHashes(t *testing.T) {
	r := newRig(t)
	handle := r.signInByHandle(t, "one", 1, "101")
	if _, err := r.Store.SessionByHandle(t.Context(), handle, r.Clock.Now()); err == nil {
		t.Error("the handle itself is in the table")
	}
	a := r.ask(t, "POST", "/p/one/signout", struct{}{}, by(handle))
	if a.status != 200 || r.signedIn(t, "one", by(handle)) || r.Platform.Live() != 0 {
		t.Errorf("signing out by handle: %d, %d live tokens", a.status, r.Platform.Live())
	}
}

func TestSigningOutEverywhere(t *testing.T) {
	r := newRig(t)
	one := r.signIn(t, "one", flowA, secretA, "101")
	two := r.signIn(t, "two", flowB, secretB, "101")
	handle := r.signInByHandle(t, "two", 1, "101")
	other := r.signInByHandle(t, "one", 2, "102")
	r.Grants.Close()
	for name, edit := range map[string]func(*http.Request){
		"another site's page": header("Sec-Fetch-Site", "cross-site"),
		"a sibling's page":    header("Sec-Fetch-Site", "same-site"),
		"no header of ours":   func(req *http.Request) { req.Header.Del(visit.Header) },
		"a foreign Origin": func(req *http.Request) {
			req.Header.Del("Sec-Fetch-Site")
			req.Header.Set("Origin", "https://evil.example")
		},
		"a null Origin": func(req *http.Request) { req.Header.Del("Sec-Fetch-Site"); req.Header.Set("Origin", "null") },
		"an Origin on other port": func(req *http.Request) {
			req.Header.Del("Sec-Fetch-Site")
			req.Header.Set("Origin", "http://127.0.0.1:1")
		},
	} {
		for _, path := range []string{"/p/one/signout-everywhere", "/p/one/signout"} {
			if a := r.ask(t, "POST", path, struct{}{}, with(one), edit); a.status != 403 || !r.signedIn(t, "one", with(one)) {
				t.Errorf("%s asks for %s: %d %s, want 403 and nothing done", name, path, a.status, a.body)
			}
		}
	}
	if a := r.ask(t, "POST", "/p/one/signout-everywhere", struct{}{}); a.status != 401 {
		t.Errorf("signed out: %d, want 401", a.status)
	}
	a := r.ask(t, "POST", "/p/one/signout-everywhere", struct{}{}, with(one))
	if a.status != 200 || a.cookie() == nil || a.cookie().MaxAge >= 0 {
		t.Fatalf("signing out everywhere: %d %s %v", a.status, a.body, a.cookies)
	}
	if r.signedIn(t, "one", with(one)) || r.signedIn(t, "two", with(two)) || r.signedIn(t, "two", by(handle)) {
		t.Error("a session of the user lives on")
	}
	if !r.signedIn(t, "one", by(other)) || r.Platform.Live() != 1 {
		t.Errorf("%d live tokens; want the other user's session and tokens alone", r.Platform.Live())
	}
}

// TestSixBrowsersStaySignedIn: platforms keep five sessions for a user and
// app and end the oldest, so the phone must be one.
func TestSixBrowsersStaySignedIn(t *testing.T) {
	r := newRig(t)
	var cookies []*http.Cookie
	for n := range 6 {
		flow, secret := flowOf(n)
		cookies = append(cookies, r.signIn(t, []string{"one", "two"}[n%2], flow, secret, "101"))
	}
	r.Grants.Close()
	for n, c := range cookies {
		if !r.signedIn(t, []string{"one", "two"}[n%2], with(c)) {
			t.Errorf("browser %d is signed out", n)
		}
	}
	if r.Platform.Live() != 1 {
		t.Errorf("%d sessions at the platform, want one", r.Platform.Live())
	}
}

// TestTwoPhonesInOnePage: two prefixes, two users, one browser with both
// cookies.
func TestTwoPhonesInOnePage(t *testing.T) {
	r := newRig(t)
	first := r.signIn(t, "one", flowA, secretA, "101")
	second := r.signIn(t, "two", flowB, secretB, "102", with(first))
	if first.Name == second.Name {
		t.Fatalf("both phones have the cookie %s", first.Name)
	}
	for key, owner := range map[string]string{"one": "101", "two": "102"} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", r.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		with(first)(req)
		with(second)(req)
		f, err := r.Store.Frame(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		s, err := r.sessions().Session(req, f)
		if err != nil || s == nil {
			t.Fatalf("phone %s: %+v, %v", key, s, err)
		}
		if g, err := r.Store.Grant(t.Context(), s.GrantID); err != nil || g.OwnerID != owner {
			t.Errorf("phone %s acts as %s, %v; want %s", key, g.OwnerID, err, owner)
		}
	}
	r.ask(t, "POST", "/p/one/signout", struct{}{}, with(first), with(second))
	if r.signedIn(t, "one", with(first), with(second)) || !r.signedIn(t, "two", with(first), with(second)) {
		t.Error("signing out of one phone: want the other signed in")
	}
}

// TestSessionsAreNotFixed: whatever cookie or handle a browser comes with,
// signing in makes a new one, and the old one is worth nothing.
func TestSessionsAreNotFixed(t *testing.T) {
	r := newRig(t)
	planted := &http.Cookie{Name: "__Host-oh-one", Value: strings.Repeat("A", 43)}
	c := r.signIn(t, "one", flowA, secretA, "101", with(planted))
	if c.Value == planted.Value || r.signedIn(t, "one", with(planted)) {
		t.Error("a planted cookie became the session's")
	}
	if c.Name != planted.Name || !c.Secure || !c.HttpOnly || !c.Partitioned || c.SameSite != http.SameSiteNoneMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("the cookie's attributes: %v", c)
	}
	for name, value := range map[string]string{"half": c.Value[:20], "and more": c.Value + "A", "empty": ""} {
		if r.signedIn(t, "one", with(&http.Cookie{Name: c.Name, Value: value})) {
			t.Errorf("%s of the cookie signs in", name)
		}
	}
	known := strings.Repeat("B", 43)
	handle := r.signInByHandle(t, "two", 1, "101", by(known))
	if handle == known || r.signedIn(t, "two", by(known)) {
		t.Error("a known handle became the session's")
	}
}

func TestTheAuditTrailTellsWhoAndHow(t *testing.T) {
	r := newRig(t)
	c := r.signIn(t, "one", flowA, secretA, "101")
	r.start(t, "two", flowB, secretB)
	query := r.open(t, flowB, "102")
	query.Del("code")
	query.Set("error", "access_denied")
	r.back(t, query)
	r.ask(t, "POST", "/p/one/signout", struct{}{}, with(c))
	flow, secret := flowOf(1)
	r.signIn(t, "one", flow, secret, "101")
	r.Clock.Advance(8 * 24 * time.Hour)
	if err := r.sessions().Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}

	entries, err := r.Store.AuditEntries(t.Context(), store.AuditFilter{})
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		kind   store.AuditKind
		owner  string
		detail string
	}{
		{store.AuditSignIn, "101", ""}, {store.AuditRefusal, "", "access_denied"}, {store.AuditSignOut, "101", session.SignedOut},
		{store.AuditSignIn, "101", ""}, {store.AuditSignOut, "101", session.Expired},
	}
	if len(entries) != len(want) {
		t.Fatalf("%d entries, want %d: %+v", len(entries), len(want), entries)
	}
	for i, e := range entries {
		if e.Kind != want[i].kind || e.OwnerID != want[i].owner || !strings.HasPrefix(e.Detail, want[i].detail) {
			t.Errorf("entry %d: %+v, want %+v", i, e, want[i])
		}
		if e.Way != "code" || e.Platform != r.Platform.URL || e.ClientID != "app" || e.Origin != "https://crm.example" {
			t.Errorf("entry %d does not say which app, way and page: %+v", i, e)
		}
		for what, text := range map[string]string{"token or code": streettest.Mark, "frame's secret": secretA, "cookie": c.Value, "flow": flowA} {
			if strings.Contains(fmt.Sprintf("%+v", e), text) {
				t.Errorf("entry %d holds a %s: %+v", i, what, e)
			}
		}
	}
}

func TestImplicitSessionsLastAnHour(t *testing.T) {
	r := newRig(t)
	c := r.signIn(t, "one", flowA, secretA, "101")
	frame, err := r.Store.Frame(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), "GET", r.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	with(c)(req)
	s, err := r.sessions().Session(req, frame)
	if err != nil || s == nil {
		t.Fatalf("the session: %+v, %v", s, err)
	}
	w := httptest.NewRecorder()
	if _, err := r.sessions().Begin(w, req, frame, s.GrantID, session.Implicit); err != nil {
		t.Fatal(err)
	}
	implicit := w.Result().Cookies()[0]
	r.Clock.Advance(50 * time.Minute)
	if !r.signedIn(t, "one", with(implicit)) {
		t.Error("signed out after fifty idle minutes")
	}
	r.Clock.Advance(59 * time.Minute)
	if !r.signedIn(t, "one", with(implicit)) {
		t.Error("use did not start the hour anew")
	}
	r.Clock.Advance(61 * time.Minute)
	if r.signedIn(t, "one", with(implicit)) {
		t.Error("signed in after an idle hour")
	}
}
