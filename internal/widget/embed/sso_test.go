package embed_test

import (
	"strings"
	"testing"
)

func TestSingleSignOnMayAskThePlatformInAFrame(t *testing.T) {
	g := newRegistry(t)
	for _, tt := range []struct {
		name, target, frames, embedder string
	}{
		{"an ordinary frame", "/app.html?clientId=app", "", "require-corp"},
		{"single sign-on", "/app.html?clientId=app&authMode=sso", "; frame-src 'self' " + local, "require-corp"},
		{"single sign-on with a platform that knows no resource policy", "/app.html?appKey=app&authMode=sso&embedderPolicy=none", "; frame-src 'self' " + local, ""},
		{"another mode", "/app.html?clientId=app&authMode=x", "", "require-corp"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, s := serve(g, tt.target, from(crm+"/"))
			if s.view == nil {
				t.Fatalf("no phone: %d %s", w.Code, w.Body)
			}
			policy := w.Header().Get("Content-Security-Policy")
			_, frames, found := strings.Cut(policy, "; frame-src")
			if found {
				frames = "; frame-src" + frames
			}
			if frames != tt.frames || s.view.Signin.SSO != (tt.frames != "") {
				t.Errorf("the frame may frame %q and knows of single sign-on: %v; want %q", frames, s.view.Signin.SSO, tt.frames)
			}
			if got := w.Header().Get("Cross-Origin-Embedder-Policy"); got != tt.embedder {
				t.Errorf("Cross-Origin-Embedder-Policy %q, want %q", got, tt.embedder)
			}
		})
	}
}
