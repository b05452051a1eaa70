package app_test

import (
	"net/http"
	"testing"

	"offhook/internal/app"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
)

// TestWhoIsRemovedWhileTheServerRunsIsOut: another process does it, as the
// command line does, and tells the server nothing.
func TestWhoIsRemovedWhileTheServerRunsIsOut(t *testing.T) {
	dir := t.TempDir()
	info, _, end := runDemo(t, dir, false)
	defer end()
	one, two := newCaller(t, info, info.Users[0], 700), newCaller(t, info, info.Users[1], 1100)
	way := signIn(t, info, info.Users[1])
	status := func() int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), "GET", "/restapi/v1.0/account/~/extension/~", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := way.Do(t.Context(), "g", req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if got := status(); got != 200 {
		t.Fatalf("the token is answered %d", got)
	}
	one.place(two.user.ExtensionNumber)
	two.call(call.Ringing)
	two.do("answer", softphone.Details{})
	one.call(call.Connected)
	one.ear.Hears(t, 1100)

	data, err := app.OpenData(t.Context(), dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := data.RemoveUser(t.Context(), two.user.Username); err != nil {
		t.Fatal(err)
	}
	if err := data.Close(); err != nil {
		t.Fatal(err)
	}
	if got := status(); got != http.StatusUnauthorized {
		t.Errorf("the token of who was removed is answered %d", got)
	}
	one.call(call.Ended)
	two.call(call.Ended)
}
