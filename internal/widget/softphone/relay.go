package softphone

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/visit"
)

// Relays are servers that pass the sound of browsers on whose networks let
// nothing else out (TURN, RFC 8656). The zero value is none.
type Relays struct {
	// URLs are as RFC 7065 writes them: turn:turn.example.com:3478, or
	// turns:turn.example.com:443?transport=tcp.
	URLs []string
	// Secret is shared with the servers. Each user is given a name and a
	// password of their own that hold for a while, and no page ever sees the
	// secret (coturn: use-auth-secret).
	Secret rc.Secret
	// Username and Password are what the servers know instead of a secret.
	// Whoever signs in can read them.
	Username string
	Password rc.Secret

	Now func() time.Time // nil means time.Now
}

// lease is how long a name of a relay holds. Pages ask for another when half
// of it is over, so that a call may last as long as the other half.
const lease = 8 * time.Hour

// A Reach is what a browser needs to use the relays (RTCIceServer of the Web).
type Reach struct {
	Servers []relayServer `json:"servers"`
	Seconds int           `json:"seconds"` // until a page should ask again
}

type relayServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username"`
	Credential string   `json:"credential"`
}

// For is how a grant's user reaches the relays. ok is false where there are none.
func (r *Relays) For(grantID string) (reach Reach, ok bool) {
	if r == nil || len(r.URLs) == 0 {
		return Reach{}, false
	}
	s := relayServer{URLs: r.URLs, Username: r.Username, Credential: string(r.Password)}
	if r.Secret != "" {
		s.Username, s.Credential = r.ticket(grantID)
	}
	return Reach{Servers: []relayServer{s}, Seconds: int(lease.Seconds()) / 2}, true
}

// ticket is a name that says how long it holds and, to those who read the
// relays' logs, that it is the same user again; and the password for it
// (draft-uberti-behave-turn-rest-00 section 2.2, which coturn follows).
func (r *Relays) ticket(grantID string) (name, password string) {
	now := time.Now
	if r.Now != nil {
		now = r.Now
	}
	who := sha256.Sum256([]byte("relay " + grantID))
	name = fmt.Sprintf("%d:%s", now().Add(lease).Unix(), hex.EncodeToString(who[:8]))
	mac := hmac.New(sha1.New, []byte(r.Secret))
	mac.Write([]byte(name))
	return name, base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// JSON is Reach as a page's attribute holds it: for somebody who is not signed
// in, grantID empty, it says that there is something to ask for. It is empty
// where there are no relays.
func (r *Relays) JSON(grantID string) string {
	reach, ok := r.For(grantID)
	if !ok {
		return ""
	}
	if grantID == "" {
		reach = Reach{Servers: []relayServer{}}
	}
	text, _ := json.Marshal(reach) // strings and numbers alone
	return string(text)
}

// relays answers a page whose names have grown old.
func (p *Pool) relays(w http.ResponseWriter, _ *http.Request, v visit.Visit) error {
	reach, ok := p.Relays.For(v.Session.GrantID)
	if !ok {
		return rc.Errorf(rc.NotFound, "This phone has no relays for sound.")
	}
	visit.JSON(w, http.StatusOK, reach)
	return nil
}
