package signin_test

import (
	"encoding/json"
	"sync"
	"testing"
	"time"
)

func TestTheTypedCode(t *testing.T) {
	// complete brings flow A to where the window has no opener.
	complete := func(t *testing.T, r *rig) (handle, code string) {
		r.start(t, "one", flowA, secretA)
		handle = handleOf(t, r.back(t, r.open(t, flowA, "101")))
		a := r.ask(t, "POST", "/signin/code", map[string]string{"flow": flowA, "handle": handle})
		var body struct{ Code, Origin, App string }
		if err := json.Unmarshal([]byte(a.body), &body); err != nil || len(body.Code) != 6 || body.Origin != "https://crm.example" {
			t.Fatalf("asking for a code: %d %s", a.status, a.body)
		}
		return handle, body.Code
	}
	typed := func(t *testing.T, r *rig, code string) answer {
		return r.redeem(t, "one", flowA, map[string]string{"code": code, "secret": secretA})
	}
	wrong := func(code string) string {
		if code[0] == '0' {
			return "1" + code[1:]
		}
		return "0" + code[1:]
	}
	t.Run("signs in, once", func(t *testing.T) {
		r := newRig(t)
		_, code := complete(t, r)
		want(t, "a wrong code", typed(t, r, wrong(code)), 403, "six digits")
		if a := typed(t, r, code); a.status != 200 || a.cookie() == nil {
			t.Errorf("the code: %d %s", a.status, a.body)
		}
		want(t, "again", typed(t, r, code), 409, "used already")
	})
	t.Run("three tries, then the tokens are revoked", func(t *testing.T) {
		r := newRig(t)
		_, code := complete(t, r)
		want(t, "first", typed(t, r, wrong(code)), 403, "six digits")
		want(t, "second", typed(t, r, wrong(code)), 403, "six digits")
		want(t, "third", typed(t, r, wrong(code)), 409, "too often")
		want(t, "the right one", typed(t, r, code), 409, "too often")
		r.Grants.Close()
		if r.Platform.Live() != 0 {
			t.Error("the tokens still work")
		}
	})
	t.Run("many tries at once are three tries", func(t *testing.T) {
		r := newRig(t)
		_, code := complete(t, r)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { typed(t, r, wrong(code)) })
		}
		wg.Wait()
		want(t, "the right one", typed(t, r, code), 409, "too often")
	})
	t.Run("two minutes", func(t *testing.T) {
		r := newRig(t)
		_, code := complete(t, r)
		r.Clock.Advance(2*time.Minute + time.Second)
		want(t, "too late", typed(t, r, code), 409, "expired")
	})
	t.Run("one code, and only with the handle", func(t *testing.T) {
		r := newRig(t)
		handle, _ := complete(t, r)
		want(t, "a second code", r.ask(t, "POST", "/signin/code", map[string]string{"flow": flowA, "handle": handle}), 409, "used already")
		r.start(t, "two", flowB, secretB)
		handleOf(t, r.back(t, r.open(t, flowB, "102")))
		want(t, "a stranger's handle", r.ask(t, "POST", "/signin/code", map[string]string{"flow": flowB, "handle": handle}), 409, "used already")
	})
	t.Run("a frame that was only slow may still use the handle", func(t *testing.T) {
		r := newRig(t)
		handle, _ := complete(t, r)
		if a := r.redeem(t, "one", flowA, map[string]string{"handle": handle, "secret": secretA}); a.status != 200 {
			t.Errorf("the handle after the code was shown: %d %s", a.status, a.body)
		}
	})
}
