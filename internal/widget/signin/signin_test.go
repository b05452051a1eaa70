package signin_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"offhook/internal/widget/session"
	"offhook/internal/widget/streettest"
)

func TestSigningIn(t *testing.T) {
	r := newRig(t)
	if r.signedIn(t, "one") {
		t.Error("signed in before anybody signed in")
	}
	c := r.signIn(t, "one", flowA, secretA, "101")
	if c.Name != "__Host-oh-one" || c.Path != "/" || c.Domain != "" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteNoneMode || !c.Partitioned || len(c.Value) != 43 {
		t.Errorf("the cookie's attributes: %+v", c)
	}
	if !r.signedIn(t, "one", with(c)) {
		t.Error("signed out after signing in")
	}
	if r.signedIn(t, "two", with(&http.Cookie{Name: "__Host-oh-two", Value: c.Value})) {
		t.Error("the cookie's value works in another frame under that frame's name")
	}
	if r.signedIn(t, "one", with(&http.Cookie{Name: c.Name, Value: c.Value[:42]})) {
		t.Error("a part of the cookie's value works")
	}
	if r.Platform.Live() != 1 || len(r.Platform.Revoked()) != 0 {
		t.Errorf("%d live tokens, %d revoked; want 1 and 0", r.Platform.Live(), len(r.Platform.Revoked()))
	}
}

func TestTheWindowMayBeFirst(t *testing.T) {
	r := newRig(t)
	opened := make(chan int)
	go func() {
		a := r.ask(t, "GET", "/signin/window?flow="+flowA, nil)
		opened <- a.status
	}()
	r.start(t, "one", flowA, secretA)
	if status := <-opened; status != 303 {
		t.Errorf("a window that came before its flow: %d, want it sent on", status)
	}
}

func TestTheFrameSeesHowFarItIs(t *testing.T) {
	r := newRig(t)
	watch := func(known string) string { return r.ask(t, "GET", "/p/one/signin/"+flowA+"?"+known, nil).body }
	r.start(t, "one", flowA, secretA)
	if got := watch(""); !strings.Contains(got, `"state":"waiting","seen":false`) {
		t.Errorf("after the start: %s", got)
	}
	query := make(chan url.Values)
	go func() { query <- r.open(t, flowA, "101") }()
	if got := watch("state=waiting&seen=false"); !strings.Contains(got, `"seen":true`) {
		t.Errorf("when the window arrives: %s", got)
	}
	q := <-query
	q.Set("error", "access_denied")
	q.Del("code")
	want(t, "a user who says no", r.back(t, q), 403, "did not allow")
	if got := watch("state=waiting&seen=true"); !strings.Contains(got, "failed") || !strings.Contains(got, "did not allow") {
		t.Errorf("after a no: %s, want the same sentence", got)
	}
	want(t, "another frame's look", r.ask(t, "GET", "/p/two/signin/"+flowA+"?", nil), 404, "expired")
	want(t, "a look at nothing", r.ask(t, "GET", "/p/one/signin/"+flowB+"?", nil), 404, "expired")
}

func TestPlatformsInTrouble(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer func(w http.ResponseWriter, r *http.Request) bool
		status int
		text   string
	}{
		{"500", func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(500); return true }, 503, "does not answer"},
		{"wrong JSON", func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = io.WriteString(w, streettest.Mark+"{")
			return true
		}, 503, "does not answer"},
		{"nobody's tokens", func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"access_token":"`+streettest.Mark+`a"}`)
			return true
		}, 503, "who signed in"},
		{"an app that is not allowed", func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(401)
			_, _ = io.WriteString(w, `{"error":"invalid_client","error_description":"`+streettest.Mark+`"}`)
			return true
		}, 403, "administrator"},
		{"a redirect elsewhere", func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "/restapi/v1.0/echo", http.StatusSeeOther)
			return true
		}, 403, "administrator"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.start(t, "one", flowA, secretA)
			q := r.open(t, flowA, "101")
			r.Platform.Answer = tt.answer
			want(t, "the callback", r.back(t, q), tt.status, tt.text)
			if got := r.ask(t, "GET", "/p/one/signin/"+flowA+"?", nil).body; !strings.Contains(got, "failed") || !strings.Contains(got, tt.text) {
				t.Errorf("the frame hears %s, want the same sentence", got)
			}
		})
	}
	for _, status := range []int{401, 403, 502} {
		t.Run(fmt.Sprint("discovery that answers ", status, " is no permission"), func(t *testing.T) {
			r := newRig(t)
			r.Platform.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
			r.start(t, "one", flowA, secretA)
			want(t, "the window", r.ask(t, "GET", "/signin/window?flow="+flowA, nil), 503, "does not answer")
		})
	}
	t.Run("discovery in another's name", func(t *testing.T) {
		r := newRig(t)
		r.Platform.Issuer = "https://evil.example"
		r.start(t, "one", flowA, secretA)
		want(t, "the window", r.ask(t, "GET", "/signin/window?flow="+flowA, nil), 503, "does not answer")
	})
	t.Run("a platform that promises no iss needs none", func(t *testing.T) {
		r := newRig(t)
		r.Platform.Promise(false)
		r.start(t, "one", flowA, secretA)
		q := r.open(t, flowA, "101")
		q.Del("iss")
		handleOf(t, r.back(t, q))
	})
}

func TestSigningOut(t *testing.T) {
	r := newRig(t)
	one := r.signIn(t, "one", flowA, secretA, "101")
	two := r.signIn(t, "two", flowB, secretB, "101")
	r.Grants.Close() // the second sign-in's revocation of the first tokens
	if r.Platform.Live() != 1 {
		t.Fatalf("%d live tokens after two sign-ins of one user, want 1", r.Platform.Live())
	}
	a := r.ask(t, "POST", "/p/one/signout", struct{}{}, with(one))
	if a.status != 200 || a.cookie() == nil || a.cookie().MaxAge >= 0 || !a.cookie().Partitioned {
		t.Errorf("signing out: %d, cookie %v; want it deleted", a.status, a.cookies)
	}
	if r.signedIn(t, "one", with(one)) || !r.signedIn(t, "two", with(two)) || r.Platform.Live() != 1 {
		t.Error("signing out in one frame: want that one signed out, the other not, and the tokens alive")
	}
	r.ask(t, "POST", "/p/two/signout", struct{}{}, with(two))
	if r.signedIn(t, "two", with(two)) || r.Platform.Live() != 0 {
		t.Error("the last sign-out leaves tokens that work")
	}
	if a := r.ask(t, "POST", "/p/two/signout", struct{}{}, with(two)); a.status != 200 {
		t.Errorf("signing out again: %d %s, want 200", a.status, a.body)
	}
}

func TestAnotherUserReplacesTheSession(t *testing.T) {
	r := newRig(t)
	first := r.signIn(t, "one", flowA, secretA, "101")
	second := r.signIn(t, "one", flowB, secretB, "102", with(first))
	if r.signedIn(t, "one", with(first)) || !r.signedIn(t, "one", with(second)) {
		t.Error("want the first session ended and the second alive")
	}
	if r.Platform.Live() != 1 {
		t.Errorf("%d live tokens, want the second user's only", r.Platform.Live())
	}
}

func TestIdleSessionsEnd(t *testing.T) {
	r := newRig(t)
	sessions := r.Flows.Sessions.(*session.Sessions)
	c := r.signIn(t, "one", flowA, secretA, "101")
	r.Clock.Advance(6 * 24 * time.Hour)
	if !r.signedIn(t, "one", with(c)) {
		t.Error("signed out after six idle days")
	}
	r.Clock.Advance(6 * 24 * time.Hour)
	if !r.signedIn(t, "one", with(c)) {
		t.Error("use on the sixth day did not start the seven days anew")
	}
	r.Clock.Advance(7*24*time.Hour + time.Second)
	if r.signedIn(t, "one", with(c)) {
		t.Error("signed in after seven idle days")
	}
	if err := sessions.Sweep(t.Context()); err != nil || r.Platform.Live() != 0 {
		t.Errorf("after the sweep: %v, %d live tokens; want none", err, r.Platform.Live())
	}
}

func TestGivingUpInThePhoneEndsTheFlow(t *testing.T) {
	r := newRig(t)
	r.start(t, "one", flowA, secretA)
	handle := handleOf(t, r.back(t, r.open(t, flowA, "101")))
	cancel := func(key, secret string) answer {
		return r.ask(t, "POST", "/p/"+key+"/signin/"+flowA+"/cancel", map[string]string{"secret": secret})
	}
	want(t, "with another secret", cancel("one", secretB), 404, "expired")
	want(t, "from another frame", cancel("two", secretA), 404, "expired")
	want(t, "with its own", cancel("one", secretA), 200, "")
	want(t, "twice", cancel("one", secretA), 200, "")
	want(t, "redeeming it", r.ask(t, "POST", "/p/one/signin/"+flowA+"/redeem", map[string]string{"handle": handle, "secret": secretA}), 409, "You gave up this sign-in in the phone.")
	r.Grants.Close()
	if r.Platform.Live() != 0 {
		t.Error("the tokens of a flow that was given up still work")
	}
}

func TestUnfinishedFlowsLeaveNothing(t *testing.T) {
	r := newRig(t)
	r.start(t, "one", flowA, secretA)
	handleOf(t, r.back(t, r.open(t, flowA, "101")))
	if err := r.Flows.Sweep(t.Context()); err != nil || r.Platform.Live() != 1 {
		t.Errorf("a sweep within its ten minutes: %v, %d live tokens; want it left alone", err, r.Platform.Live())
	}
	f, err := r.Store.Flow(t.Context(), flowA)
	if err != nil || strings.Contains(string(f.Sealed), streettest.Mark) {
		t.Errorf("the flow's row shows its tokens (%v)", err)
	}
	r.Clock.Advance(11 * time.Minute)
	if err := r.Flows.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.Grants.Close()
	if r.Platform.Live() != 0 {
		t.Error("the tokens of a flow that nobody finished still work")
	}
	if _, err := r.Store.Flow(t.Context(), flowA); err == nil {
		t.Error("the flow is still there")
	}
}

func TestTheLastPageKeepsItsOpener(t *testing.T) {
	r := newRig(t)
	a := r.ask(t, "GET", "/signin/done", nil)
	want(t, "the page", a, 200, "widget/window.js")
	for name, value := range map[string]string{
		"Cross-Origin-Opener-Policy": "", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
	} {
		if got := a.header.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
}

func TestTheWindowSpeaksTheLanguageOfThePhone(t *testing.T) {
	r := newRig(t)
	german := header("Accept-Language", "de-DE")
	r.ask(t, "POST", "/p/one/signin", map[string]string{"flow": flowA, "secret": secretA}, german)
	a := r.back(t, r.open(t, flowA, "101"))
	if a.to == nil || a.to.RawQuery != "language=de-DE" {
		t.Fatalf("the last page of a German phone in an English browser: %v", a.to)
	}
	page := r.ask(t, "GET", "/signin/done?"+a.to.RawQuery, nil)
	if !strings.Contains(page.body, `<html lang="de-DE" dir="ltr" data-words="`) {
		t.Errorf("the last page:\n%s", page.body)
	}
	for _, language := range []string{`"><script>`, "no language", "%00"} {
		page := r.ask(t, "GET", "/signin/done?language="+url.QueryEscape(language), nil, header("Accept-Language", "he"))
		if !strings.Contains(page.body, `<html lang="he-IL" dir="rtl" data-words="`) {
			t.Errorf("the language %q:\n%s", language, page.body)
		}
	}
}
