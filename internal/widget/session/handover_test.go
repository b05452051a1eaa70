package session_test

import (
	"net/http/httptest"
	"sync"
	"testing"

	"offhook/internal/widget/session"
)

// TestWhatIsHandedOverInTheMomentOfASignOutEndsWithIt, whichever is first.
func TestWhatIsHandedOverInTheMomentOfASignOutEndsWithIt(t *testing.T) {
	r := newRig(t)
	window := frame
	window.Key = "other"
	for range 40 {
		page := r.session(t, "key", r.begin(t, "grant-101"))
		var group sync.WaitGroup
		w := httptest.NewRecorder()
		req := request(t)
		group.Go(func() { _, _ = r.HandOver(w, req, window, *page, "window") })
		group.Go(func() {
			if err := r.End(t.Context(), *page, session.SignedOut); err != nil {
				t.Error(err)
			}
		})
		group.Wait()
		if c := w.Result().Cookies(); len(c) > 0 && r.session(t, "other", c...) != nil {
			t.Fatal("the window's session has outlived the sign-out that it was handed over in")
		}
		if rest, err := r.Store.SessionsOf(t.Context(), "grant-101"); err != nil || len(rest) > 0 {
			t.Fatalf("sessions that are left: %+v, %v", rest, err)
		}
	}
}

// TestBothSigningOutAtOnceEndBoth: neither waits for the other for ever.
func TestBothSigningOutAtOnceEndBoth(t *testing.T) {
	r := newRig(t)
	window := frame
	window.Key = "other"
	for range 40 {
		page := r.session(t, "key", r.begin(t, "grant-101"))
		there, err := r.HandOver(httptest.NewRecorder(), request(t), window, *page, "window")
		if err != nil || there.Parent != page.ID {
			t.Fatalf("handing over: %+v, %v", there, err)
		}
		var group sync.WaitGroup
		for _, s := range []string{page.ID, there.ID} {
			group.Go(func() {
				one := *page
				if s == there.ID {
					one = there
				}
				if err := r.End(t.Context(), one, session.SignedOut); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if rest, err := r.Store.SessionsOf(t.Context(), "grant-101"); err != nil || len(rest) > 0 {
			t.Fatalf("sessions that are left: %+v, %v", rest, err)
		}
	}
}
