package softphone_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/widget/softphone"
)

func TestAUserIsKnownToARelayByANameThatEnds(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	urls := []string{"turn:turn.example.com:3478", "turns:turn.example.com:443?transport=tcp"}
	r := &softphone.Relays{URLs: urls, Secret: "shared", Now: func() time.Time { return now }}
	var got struct {
		Servers []struct {
			URLs                 []string
			Username, Credential string
		}
		Seconds int
	}
	text := r.JSON("g-1")
	if err := json.Unmarshal([]byte(text), &got); err != nil || len(got.Servers) != 1 {
		t.Fatalf("%s: %v", text, err)
	}
	s := got.Servers[0]
	until, who, _ := strings.Cut(s.Username, ":")
	mac := hmac.New(sha1.New, []byte("shared"))
	mac.Write([]byte(s.Username))
	if want := base64.StdEncoding.EncodeToString(mac.Sum(nil)); s.Credential != want || !cmp.Equal(s.URLs, urls) || until != "1800028800" || len(who) != 16 {
		t.Errorf("%s: want %v, a name until eight hours from now, and its password %s", text, urls, want)
	}
	if got.Seconds != 4*3600 {
		t.Errorf("a page asks again after %d s, want half of the time", got.Seconds)
	}
	if again := r.JSON("g-1"); again != text {
		t.Errorf("the same user is %s, then %s", text, again)
	}
	if other := r.JSON("g-2"); other == text || strings.Contains(text+other, "shared") || strings.Contains(text, "g-1") {
		t.Errorf("users are told apart by %s and %s, want neither the secret nor a grant in them", text, other)
	}
}

func TestRelaysWithAFixedPassword(t *testing.T) {
	r := &softphone.Relays{URLs: []string{"turn:turn.example.com"}, Username: "phone", Password: "open"}
	for _, tt := range []struct {
		name, grant string
		relays      *softphone.Relays
		want        string
	}{
		{"somebody signed in", "g-1", r, `{"servers":[{"urls":["turn:turn.example.com"],"username":"phone","credential":"open"}],"seconds":14400}`},
		{"nobody is told it", "", r, `{"servers":[],"seconds":0}`},
		{"no relays", "g-1", new(softphone.Relays), ""},
		{"none are set", "g-1", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.relays.JSON(tt.grant); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
	if text := fmt.Sprintf("%v %+v %#v", *r, *r, *r); strings.Contains(text, "open") {
		t.Errorf("the password is printed: %s", text)
	}
}
