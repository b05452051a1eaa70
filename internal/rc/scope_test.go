package rc_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"offhook/internal/rc"
)

func TestScopesAreReadAsPeopleSpellThem(t *testing.T) {
	for spelled, want := range map[string]rc.Scope{
		"ReadMessages": rc.ReadMessages, "Read Messages": rc.ReadMessages, "Edit Message": rc.EditMessages,
		"VoIP Calling": rc.VoipCalling, "SMS": rc.SMS, "RingOut": rc.RingOut, "Active Call Control": rc.CallControl,
		"WebSocket": rc.WebSocket, "WebSocketsSubscription": rc.WebSocket, "WebSocketsSubscriptions": rc.WebSocket, "WebSocketSubscription": rc.WebSocket,
		"Read Call Recording": rc.ReadCallRecording, "Internal Messages": rc.InternalMessages, "Edit Presence": rc.EditPresence,
	} {
		if got, err := rc.ParseScope(spelled); err != nil || got != want {
			t.Errorf("ParseScope(%q) = %q, %v; want %q", spelled, got, err, want)
		}
	}
	if _, err := rc.ParseScope("Fly"); err == nil || !strings.Contains(err.Error(), "Fly") {
		t.Errorf("an unknown scope: %v, want a sentence with its name", err)
	}
}

func TestAScopeIncludesWhatItImplies(t *testing.T) {
	set := rc.SplitScopes("Accounts SMS")
	for _, s := range []rc.Scope{rc.Accounts, rc.EditAccounts, rc.ReadAccounts, rc.EditExtensions, rc.ReadMessages} {
		if !set.Has(s) {
			t.Errorf("%v lacks %s", set, s)
		}
	}
	if set.Has(rc.EditMessages) {
		t.Error("SMS must not include EditMessages")
	}
}

func TestOpenIDScopesNeedOpenID(t *testing.T) {
	for asked, want := range map[string][]string{
		"openid": {"openid"}, "profile SMS openid email": {"openid", "email", "profile"}, "email profile": nil, "": nil,
	} {
		if got := rc.SplitOpenID(asked); !slices.Equal(got, want) {
			t.Errorf("SplitOpenID(%q) = %v, want %v", asked, got, want)
		}
		if got := rc.SplitScopes(asked); slices.Contains(got, "openid") {
			t.Errorf("openid is a permission in %v", got)
		}
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	s, info := rc.Secret("s3cret"), rc.TokenInfo{AccessToken: "s3cret"}
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q", s, s, s, s, s), fmt.Sprintf("%v %+v %#v", info, info, info)} {
		if strings.Contains(text, "s3cret") {
			t.Errorf("a secret printed: %s", text)
		}
	}
}

func TestTimes(t *testing.T) {
	want := time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)
	for _, s := range []string{"2026-01-02T03:04:05.678Z", "2026-01-02T04:04:05.678+01:00", "2026-01-02T03:04:05.678+0000", "2026-01-02T03:04:05.678"} {
		if got, err := rc.ParseTime(s); err != nil || !got.Equal(want) {
			t.Errorf("ParseTime(%q) = %v, %v", s, got, err)
		}
	}
	out, err := json.Marshal(struct{ A, B rc.Time }{A: rc.TimeOf(want)})
	if err != nil || string(out) != `{"A":"2026-01-02T03:04:05.678Z","B":null}` {
		t.Errorf("times are written %s, %v", out, err)
	}
	if _, err := rc.ParseTime("soon"); err == nil {
		t.Error("ParseTime takes nonsense")
	}
}
