package app_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"offhook/internal/app"
	"offhook/internal/platform/console"
	"offhook/internal/rc"
)

// byJWT signs in with a JWT credential and the demo's app for it.
func byJWT(t *testing.T, info app.DemoInfo, assertion string) (rc.TokenInfo, int) {
	t.Helper()
	i := slices.IndexFunc(info.Apps, func(a app.App) bool { return a.ClientID == "offhook-demo-jwt" })
	if i < 0 {
		t.Fatal("the demo has no app for JWT credentials")
	}
	resp, err := http.PostForm(info.Platform.URL+rc.TokenPath, url.Values{
		"grant_type": {rc.GrantJWTBearer}, "assertion": {assertion}, "client_id": {info.Apps[i].ClientID}, "client_secret": {info.Apps[i].ClientSecret},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var tokens rc.TokenInfo
	_ = json.NewDecoder(resp.Body).Decode(&tokens)
	return tokens, resp.StatusCode
}

func TestTheDemosJWTsWorkFromStartToStart(t *testing.T) {
	dir := t.TempDir()
	first, _, end := runDemo(t, dir, false)
	old := first.Users[1].JWT
	tokens, status := byJWT(t, first, old)
	if status != http.StatusOK {
		t.Fatalf("the first start: %d", status)
	}
	end()

	second, _, end := runDemo(t, dir, false)
	for name, assertion := range map[string]string{"from before": old, "of this start": second.Users[1].JWT} {
		if again, status := byJWT(t, second, assertion); status != http.StatusOK || again.OwnerID != tokens.OwnerID {
			t.Errorf("a JWT %s: %d, of %s", name, status, again.OwnerID)
		}
	}
	data, err := app.OpenData(t.Context(), dir, "")
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	made, err := data.AddCredential(t.Context(), console.CredentialSpec{Username: second.Users[0].Username, Label: "night job", ClientIDs: []string{"offhook-demo-jwt"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, status := byJWT(t, second, made.JWT); status != http.StatusOK {
		t.Errorf("a credential that was added while the demo runs: %d", status)
	}
	if err := data.RevokeCredential(t.Context(), made.ID); err != nil {
		t.Error(err)
	}
	if _, status := byJWT(t, second, made.JWT); status != http.StatusBadRequest {
		t.Errorf("after its revocation: %d, want 400", status)
	}
	if all, err := data.Credentials(t.Context()); err != nil || len(all) != 3 || all[0].JWT != "" || all[0].Username != second.Users[0].Username {
		t.Errorf("the list: %+v, %v; want the demo's three, without tokens", all, err)
	}
	end()

	third, _, end := runDemo(t, dir, true)
	defer end()
	if _, status := byJWT(t, third, old); status != http.StatusBadRequest {
		t.Errorf("a JWT from before --reset: %d, want 400", status)
	}
}
