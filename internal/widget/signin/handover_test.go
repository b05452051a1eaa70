package signin_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/internal/store"
	"offhook/internal/widget/embed"
	"offhook/internal/widget/visit"
)

// window makes the frame known of a window that the page of frame "one" has
// opened, and returns its key.
func (r *rig) window(t *testing.T, key string, edit ...func(*store.Frame)) string {
	t.Helper()
	f := store.Frame{Key: key, Platform: r.Platform.URL, ClientID: "app", Prefix: "one", Origin: r.URL, Opener: "https://crm.example"}
	for _, fn := range edit {
		fn(&f)
	}
	r.Frame(t, f)
	return key
}

// wait begins the flow of a window.
func (r *rig) wait(t *testing.T, key, flow, secret string, edit ...func(*http.Request)) answer {
	t.Helper()
	return r.ask(t, "POST", "/p/"+key+"/signin/window", map[string]string{"flow": flow, "secret": secret}, edit...)
}

// give has the frame "one" hand over to a flow.
func (r *rig) give(t *testing.T, flow string, edit ...func(*http.Request)) answer {
	t.Helper()
	return r.ask(t, "POST", "/p/one/signin/"+flow+"/handover", struct{}{}, edit...)
}

// given is the handle that a frame was told for a window.
func given(t *testing.T, a answer) string {
	t.Helper()
	var o struct{ Flow, Handle string }
	if err := json.Unmarshal([]byte(a.body), &o); err != nil || a.status != 200 || o.Handle == "" || len(a.cookies) != 0 {
		t.Fatalf("handing over: %d %s %v", a.status, a.body, a.cookies)
	}
	return o.Handle
}

// handOver takes the whole way from the frame "one" to a window.
func (r *rig) handOver(t *testing.T, key, flow, secret string, page *http.Cookie) *http.Cookie {
	t.Helper()
	want(t, "waiting", r.wait(t, key, flow, secret), 201, "")
	handle := given(t, r.give(t, flow, with(page)))
	a := r.redeem(t, key, flow, map[string]string{"handle": handle, "secret": secret})
	if a.status != 200 || a.cookie() == nil {
		t.Fatalf("redeeming: %d %s %v", a.status, a.body, a.cookies)
	}
	return a.cookie()
}

func (r *rig) audited(t *testing.T) []store.AuditEntry {
	t.Helper()
	entries, err := r.Store.AuditEntries(t.Context(), store.AuditFilter{})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestAWindowIsSignedInByThePageThatOpenedIt(t *testing.T) {
	r := newRig(t)
	r.window(t, "window")
	page := r.signIn(t, "one", flowA, secretA, "101")
	c := r.handOver(t, "window", flowB, secretB, page)
	if c.Value == page.Value || !c.HttpOnly || !c.Secure || !c.Partitioned || !strings.HasPrefix(c.Name, "__Host-oh-window") {
		t.Errorf("the window's cookie %v; want one of its own, as every one is", c)
	}
	if !r.signedIn(t, "window", with(c)) || !r.signedIn(t, "one", with(page)) {
		t.Error("want both signed in")
	}
	if r.signedIn(t, "one", with(&http.Cookie{Name: "__Host-oh-one", Value: c.Value})) || r.signedIn(t, "two", with(c)) {
		t.Error("the window's cookie opens another frame")
	}
	if r.Platform.Live() != 1 {
		t.Errorf("%d sessions at the platform; want the one of before", r.Platform.Live())
	}
	entries := r.audited(t)
	last := entries[len(entries)-1]
	if last.Kind != store.AuditSignIn || last.Way != "window" || last.OwnerID != "101" || !strings.Contains(last.Detail, "https://crm.example") {
		t.Errorf("written down: %+v", last)
	}
	for _, e := range entries {
		line, _ := json.Marshal(e)
		for _, secret := range []string{c.Value, page.Value, secretB, flowB} {
			if strings.Contains(string(line), secret) {
				t.Errorf("a secret is in the audit trail: %s", line)
			}
		}
	}
}

func TestHandOversThatSignNobodyIn(t *testing.T) {
	type attempt struct {
		*rig
		page *http.Cookie
	}
	proof := func(handle, secret string) map[string]string {
		return map[string]string{"handle": handle, "secret": secret}
	}
	for _, tt := range []struct {
		name string
		try  func(t *testing.T, r attempt)
	}{
		{"a handle that was used", func(t *testing.T, r attempt) {
			handle := given(t, r.give(t, flowB, with(r.page)))
			r.redeem(t, "window", flowB, proof(handle, secretB))
			want(t, "again", r.redeem(t, "window", flowB, proof(handle, secretB)), 409, "used already")
		}},
		{"a handle that is redeemed by many at once", func(t *testing.T, r attempt) {
			handle := given(t, r.give(t, flowB, with(r.page)))
			var mu sync.Mutex
			var all []int
			var group sync.WaitGroup
			for range 8 {
				group.Go(func() {
					a := r.redeem(t, "window", flowB, proof(handle, secretB))
					mu.Lock()
					defer mu.Unlock()
					all = append(all, a.status)
				})
			}
			group.Wait()
			if slices.Sort(all); all[0] != 200 || all[1] != 409 {
				t.Errorf("answers %v; want one 200", all)
			}
		}},
		{"half a minute later", func(t *testing.T, r attempt) {
			handle := given(t, r.give(t, flowB, with(r.page)))
			r.Clock.Advance(30 * time.Second)
			want(t, "late", r.redeem(t, "window", flowB, proof(handle, secretB)), 404, "expired")
		}},
		{"asked half a minute later", func(t *testing.T, r attempt) {
			r.Clock.Advance(30 * time.Second)
			want(t, "late", r.give(t, flowB, with(r.page)), 404, "expired")
		}},
		{"without the window's secret", func(t *testing.T, r attempt) {
			handle := given(t, r.give(t, flowB, with(r.page)))
			for _, secret := range []string{"", secretA, handle} {
				want(t, "secret "+secret, r.redeem(t, "window", flowB, proof(handle, secret)), 404, "somewhere else")
			}
		}},
		{"without the handle", func(t *testing.T, r attempt) {
			handle := given(t, r.give(t, flowB, with(r.page)))
			for _, other := range []string{"", handle[1:], secretB} {
				want(t, "handle "+other, r.redeem(t, "window", flowB, proof(other, secretB)), 403, "")
			}
			want(t, "by a typed code", r.redeem(t, "window", flowB, map[string]string{"code": "000000", "secret": secretB}), 403, "")
		}},
		{"before the page has answered", func(t *testing.T, r attempt) {
			want(t, "early", r.redeem(t, "window", flowB, proof(secretA, secretB)), 409, "not ready")
		}},
		{"in another frame", func(t *testing.T, r attempt) {
			handle := given(t, r.give(t, flowB, with(r.page)))
			r.window(t, "twin", func(f *store.Frame) { f.Prefix = "two" })
			for _, key := range []string{"one", "two", "twin"} {
				want(t, key, r.redeem(t, key, flowB, proof(handle, secretB)), 404, "somewhere else")
			}
		}},
		{"in another browser", func(t *testing.T, r attempt) {
			want(t, "the page", r.give(t, flowB, with(r.page), header("User-Agent", "Other/1.0")), 404, "somewhere else")
			handle := given(t, r.give(t, flowB, with(r.page)))
			want(t, "the window", r.ask(t, "POST", "/p/window/signin/"+flowB+"/redeem", proof(handle, secretB), header("User-Agent", "Other/1.0")), 403, "not the window")
		}},
		{"by a page that is signed out", func(t *testing.T, r attempt) {
			want(t, "signed out", r.give(t, flowB), 401, "signed out")
		}},
		{"by a page twice", func(t *testing.T, r attempt) {
			given(t, r.give(t, flowB, with(r.page)))
			want(t, "again", r.give(t, flowB, with(r.page)), 404, "")
		}},
		{"by a request of another site, or without our header", func(t *testing.T, r attempt) {
			for name, edit := range map[string]func(*http.Request){
				"another site": header("Sec-Fetch-Site", "cross-site"), "a sibling": header("Sec-Fetch-Site", "same-site"),
				"no header": func(req *http.Request) { req.Header.Del(visit.Header) },
			} {
				want(t, name, r.give(t, flowB, with(r.page), edit), 403, "")
				want(t, name, r.wait(t, "window", "flow-"+strings.Repeat("c", 24), secretB, edit), 403, "")
			}
		}},
		{"the page has signed out meanwhile", func(t *testing.T, r attempt) {
			handle := given(t, r.give(t, flowB, with(r.page)))
			r.ask(t, "POST", "/p/one/signout", struct{}{}, with(r.page))
			want(t, "late", r.redeem(t, "window", flowB, proof(handle, secretB)), 409, "signed out meanwhile")
		}},
		{"the operator has removed the app meanwhile", func(t *testing.T, r attempt) {
			handle := given(t, r.give(t, flowB, with(r.page)))
			if err := r.Embeds.Remove(t.Context(), r.Platform.URL, "app"); err != nil {
				t.Fatal(err)
			}
			if a := r.redeem(t, "window", flowB, proof(handle, secretB)); a.status == 200 || len(a.cookies) > 0 {
				t.Errorf("signed in: %d %s", a.status, a.body)
			}
		}},
		{"a window where somebody else is signed in", func(t *testing.T, r attempt) {
			flow, secret := flowOf(7)
			other := r.signIn(t, "window", flow, secret, "102")
			handle := given(t, r.give(t, flowB, with(r.page)))
			a := r.redeem(t, "window", flowB, proof(handle, secretB), with(other))
			want(t, "switching", a, 409, "Somebody else")
			if !r.signedIn(t, "window", with(other)) {
				t.Error("who was signed in in the window is not any more")
			}
		}},
		{"the platform's way for a window's flow", func(t *testing.T, r attempt) {
			want(t, "opened", r.ask(t, "GET", "/signin/window?flow="+flowB, nil), 409, "used already")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.window(t, "window")
			page := r.signIn(t, "one", flowA, secretA, "101")
			want(t, "waiting", r.wait(t, "window", flowB, secretB), 201, "")
			tt.try(t, attempt{r, page})
		})
	}
}

// TestAPageSignsInItsOwnWindowsOnly: a page that may embed the phone could be
// signed in as whoever it likes, and must not sign in another page's window.
func TestAPageSignsInItsOwnWindowsOnly(t *testing.T) {
	r := newRig(t)
	page := r.signIn(t, "one", flowA, secretA, "101")
	for name, edit := range map[string]func(*store.Frame){
		"opened by another page":  func(f *store.Frame) { f.Opener = "https://evil.example" },
		"opened by nobody":        func(f *store.Frame) { f.Opener = "" },
		"of another app":          func(f *store.Frame) { f.ClientID = "other" },
		"of another platform":     func(f *store.Frame) { f.Platform = "https://platform.example" },
		"of another phone there":  func(f *store.Frame) { f.Prefix = "two" },
		"that is no page of ours": func(f *store.Frame) { f.Origin = "https://evil.example" },
	} {
		key := r.window(t, strings.ReplaceAll(name, " ", "-"), edit)
		flow := "flow-" + strings.Repeat("x", 20) + key
		if a := r.wait(t, key, flow, secretB); a.status != 201 {
			if len(a.cookies) > 0 {
				t.Errorf("a window %s: %v", name, a.cookies)
			}
			continue
		}
		want(t, "a window "+name, r.give(t, flow, with(page)), 404, "somewhere else")
	}
	flow, secret := flowOf(3)
	r.start(t, "two", flow, secret)
	want(t, "the flow of a sign-in", r.give(t, flow, with(page)), 404, "somewhere else")
}

func TestSigningOutEndsPageAndWindow(t *testing.T) {
	for name, tt := range map[string]struct {
		of, path            string
		page, window, other bool
	}{
		"the page signs out":                   {"one", "/signout", false, false, true},
		"the window signs out":                 {"window", "/signout", false, false, true},
		"the page signs out everywhere":        {"one", "/signout-everywhere", false, false, false},
		"another page of the same user's":      {"two", "/signout", true, true, false},
		"the window signs out everywhere":      {"window", "/signout-everywhere", false, false, false},
		"the second window of the same page's": {"second", "/signout", false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			flow, secret := flowOf(1)
			cookies := map[string]*http.Cookie{"one": r.signIn(t, "one", flowA, secretA, "101"), "two": r.signIn(t, "two", flow, secret, "101")}
			for i, key := range []string{r.window(t, "window"), r.window(t, "second")} {
				flow, secret := flowOf(i + 2)
				cookies[key] = r.handOver(t, key, flow, secret, cookies["one"])
			}
			if a := r.ask(t, "POST", "/p/"+tt.of+tt.path, struct{}{}, with(cookies[tt.of])); a.status != 200 {
				t.Fatalf("signing out: %d %s", a.status, a.body)
			}
			for key, want := range map[string]bool{"one": tt.page, "window": tt.window, "second": tt.window, "two": tt.other} {
				if got := r.signedIn(t, key, with(cookies[key])); got != want {
					t.Errorf("%s is signed in: %v, want %v", key, got, want)
				}
			}
		})
	}
}

func TestSomebodyElseInThePageEndsTheWindow(t *testing.T) {
	r := newRig(t)
	r.window(t, "window")
	page := r.signIn(t, "one", flowA, secretA, "101")
	window := r.handOver(t, "window", flowB, secretB, page)
	flow, secret := flowOf(1)
	page = r.signIn(t, "one", flow, secret, "102", with(page))
	if r.signedIn(t, "window", with(window)) || !r.signedIn(t, "one", with(page)) {
		t.Error("the window goes on as who was signed in before")
	}
}

// TestAPageThatIsClosedLeavesTheWindow: idling out is no sign-out.
func TestAPageThatIsClosedLeavesTheWindow(t *testing.T) {
	r := newRig(t)
	r.window(t, "window")
	page := r.signIn(t, "one", flowA, secretA, "101")
	window := r.handOver(t, "window", flowB, secretB, page)
	for range 8 {
		r.Clock.Advance(24 * time.Hour)
		r.signedIn(t, "window", with(window))
	}
	if err := r.sessions().Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.signedIn(t, "one", with(page)) || !r.signedIn(t, "window", with(window)) {
		t.Error("want the page's session to have idled out, and the window's to go on")
	}
	want(t, "handing over what has idled out", r.give(t, flowB, with(page)), 401, "")
}

// TestAnHoursSignInIsHandedOverForAnHour: a window lasts no longer unused than
// the page that it comes from.
func TestAnHoursSignInIsHandedOverForAnHour(t *testing.T) {
	r := newRig(t)
	r.register(t, embed.Spec{Implicit: true})
	r.window(t, "window")
	r.start(t, "one", flowA, secretA)
	fragment := r.Platform.Implicit(r.ask(t, "GET", "/signin/window?flow="+flowA, nil).to.String(), "101")
	var o struct{ Handle string }
	if err := json.Unmarshal([]byte(r.ask(t, "POST", "/signin/fragment", map[string]string{"fragment": fragment.Encode()}).body), &o); err != nil {
		t.Fatal(err)
	}
	page := r.redeem(t, "one", flowA, map[string]string{"handle": o.Handle, "secret": secretA}).cookie()
	window := r.handOver(t, "window", flowB, secretB, page)
	r.Clock.Advance(59 * time.Minute)
	if !r.signedIn(t, "window", with(window)) {
		t.Error("signed out before the hour was over")
	}
	r.Clock.Advance(61 * time.Minute)
	if r.signedIn(t, "window", with(window)) {
		t.Error("signed in an hour after the last use")
	}
}
