package notify_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"offhook/internal/platform/event"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	messageStore = "/restapi/v1.0/account/~/extension/~/message-store"
	instantSMS   = messageStore + "/instant?type=SMS"
)

func TestTheFirstFrameStatesTheGatewaysPromises(t *testing.T) {
	p := newPlatform(t)
	token := p.wsToken("ada")
	if want := "ws" + strings.TrimPrefix(p.url, "http") + "/ws"; token.URI != want || token.ExpiresIn != 60 {
		t.Errorf("token for %s, %d s; want %s, 60 s", token.URI, token.ExpiresIn, want)
	}
	first := p.dial(url.Values{"access_token": {token.WSAccessToken}}).read()
	var got rc.ConnectionDetails
	first.into(&got)
	got.CreationTime = ""
	want := rc.ConnectionDetails{
		MaxConnectionsPerSession: 50, RecoveryBufferSize: 100, RecoveryTimeout: 180,
		IdleTimeout: 1800, AbsoluteTimeout: 86400, MaxActiveRequests: 10,
	}
	if first.meta.Type != "ConnectionDetails" || first.meta.Status != 200 || got != want {
		t.Errorf("first frame %s\nwant ConnectionDetails %+v", first.text, want)
	}
	if first.meta.WSC == nil || first.meta.WSC.Sequence != 1 || url.QueryEscape(first.meta.WSC.Token) != first.meta.WSC.Token {
		t.Errorf("wsc %+v, want sequence 1 and a token that needs no escaping", first.meta.WSC)
	}
}

func TestASocketTokenOpensSocketsUntilItsSessionEnds(t *testing.T) {
	p := newPlatform(t)
	token := url.Values{"access_token": {p.wsToken("ada").WSAccessToken}}
	for range 2 { // released clients reconnect with the token they have
		if f := p.dial(token).read(); f.meta.Type != "ConnectionDetails" {
			t.Fatalf("first frame %s", f.text)
		}
	}
	p.endSession("s-ada")
	for name, query := range map[string]url.Values{"of an ended session": token, "unknown": {"access_token": {"RCWS_X"}}, "missing": nil} {
		k := p.dial(query)
		if f := k.read(); f.meta.Type != "Error" || f.meta.Status != 401 || f.code() != "OAU-213" {
			t.Errorf("token %s: first frame %s, want Error 401 OAU-213", name, f.text)
		}
		if _, err := k.tryRead(); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
			t.Errorf("token %s: then %v, want the socket closed", name, err)
		}
	}
	if strings.Contains(p.log.String(), token.Get("access_token")) {
		t.Error("the log holds a socket token")
	}
}

// endSession ends an OAuth session in the store, without announcing it.
func (p *platform) endSession(id string) {
	p.t.Helper()
	err := p.store.Write(p.t.Context(), func(tx store.PlatformTx) error {
		_, err := tx.EndOAuthSession(p.t.Context(), id)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func TestTheEndOfASessionClosesItsSocketsAtOnce(t *testing.T) {
	p := newPlatform(t)
	open, first := p.connect("ada", "")
	open.subscribe(messageStore)
	left, leftFirst := p.connect("ada", "")
	_ = left.ws.CloseNow()
	other, _ := p.subscribe("ada again", messageStore)

	p.endSession("s-ada")
	if err := event.PublishSessionEnd(t.Context(), p.bus, event.SessionEnd{SessionID: "s-ada"}); err != nil {
		t.Fatal(err)
	}
	if f := open.read(); f.meta.Type != "Error" || f.code() != "OAU-213" {
		t.Errorf("got %s, want Error OAU-213", f.text)
	}
	if _, err := open.tryRead(); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("then %v, want the socket closed", err)
	}
	for _, wsc := range []string{first.meta.WSC.Token, leftFirst.meta.WSC.Token} {
		_, again := p.connect("ada again", wsc)
		if !strings.Contains(again.text, `"recoveryState":"Failed"`) {
			t.Errorf("another sign-in recovered a session that was ended: %s", again.text)
		}
	}
	p.text(101, 7)
	if n := other.read().notification(); textID(n) != 7 {
		t.Errorf("the user's other sign-in got %+v, want text 7", n)
	}
}

func TestAFrameThatCannotBeReadIsAnsweredAndTheSocketStaysOpen(t *testing.T) {
	p := newPlatform(t)
	k, _ := p.connect("ada", "")
	for _, text := range []string{``, `{`, `{}`, `[]`, `[1]`, `["x"]`, `null`, `[{},{},{}]`, `[{"type":"ServerNotification"}]`, `[{"type":"ClientRequest","headers":7}]`} {
		k.write(text)
		if f := k.read(); f.meta.Type != "Error" || f.meta.Status != 400 {
			t.Errorf("frame %q: got %s, want Error 400", text, f.text)
		}
	}
	k.write(`[{"type":"Heartbeat","messageId":"h1"}]`)
	if f := k.read(); f.text != `[{"type":"Heartbeat","messageId":"h1"}]` {
		t.Errorf("heartbeat answered by %s", f.text)
	}
}

func TestAnOversizedFrameEndsTheSocket(t *testing.T) {
	p := newPlatform(t)
	k, _ := p.connect("ada", "")
	// The gateway may close before it has taken everything.
	_ = k.ws.Write(t.Context(), websocket.MessageText, make([]byte, 3<<20))
	if _, err := k.tryRead(); err == nil {
		t.Error("a frame of 3 MiB was answered, want the socket closed")
	}
}

func TestRecovery(t *testing.T) {
	p := newPlatform(t)
	k, _ := p.connect("ada", "")
	sub := k.subscribe(messageStore)
	p.text(101, 1)
	seen := k.read()
	if seen.meta.WSC.Sequence != 2 || seen.notification().SubscriptionID != sub.ID {
		t.Fatalf("notification %s, want sequence 2 for %s", seen.text, sub.ID)
	}
	_ = k.ws.CloseNow()
	for id := range int64(3) {
		p.text(101, 2+id)
	}

	again, details := p.connect("ada again", seen.meta.WSC.Token)
	if !strings.Contains(details.text, `"recoveryState":"Successful"`) {
		t.Fatalf("recovering: %s", details.text)
	}
	for id := range int64(3) {
		f := again.read()
		if n := f.notification(); textID(n) != 2+id || f.meta.WSC.Sequence != 3+id || n.SubscriptionID != sub.ID {
			t.Errorf("missed text %d: got %s", 2+id, f.text)
		}
	}
	p.text(101, 5)
	if n := again.read().notification(); textID(n) != 5 {
		t.Errorf("after recovery: %+v, want text 5", n)
	}

	t.Run("from an earlier frame repeats what came after it", func(t *testing.T) {
		third, _ := p.connect("ada", seen.meta.WSC.Token)
		if n := third.read().notification(); textID(n) != 2 {
			t.Errorf("got %+v, want text 2", n)
		}
		if _, err := again.tryRead(); err == nil {
			t.Error("the socket that was replaced is still open")
		}
	})
	for name, tt := range map[string]struct{ as, wsc string }{
		"by another user":       {"bob", seen.meta.WSC.Token},
		"by another app":        {"ada crm", seen.meta.WSC.Token},
		"with fewer scopes":     {"ada small", seen.meta.WSC.Token},
		"from the future":       {"ada", strings.Split(seen.meta.WSC.Token, ".")[0] + ".99"},
		"from before the start": {"ada", strings.Split(seen.meta.WSC.Token, ".")[0] + ".0"},
		"of an unknown session": {"ada", "NOPE.2"},
		"without a sequence":    {"ada", "NOPE"},
	} {
		t.Run(name+" fails", func(t *testing.T) {
			k, f := p.connect(tt.as, tt.wsc)
			var details rc.ConnectionDetails
			f.into(&details)
			if details.RecoveryState != "Failed" || details.RecoveryErrorCode != "WSG-1005" || f.meta.WSC.Sequence != 1 {
				t.Errorf("first frame %s, want Failed WSG-1005", f.text)
			}
			k.write(`[{"type":"Heartbeat","messageId":"h"}]`)
			if f := k.read(); f.meta.Type != "Heartbeat" {
				t.Errorf("a session that was not recovered got %s", f.text)
			}
		})
	}
}

func TestRecoveryKeepsTheNewestHundredAndShowsTheGap(t *testing.T) {
	p := newPlatform(t)
	k, first := p.connect("ada", "")
	k.subscribe(messageStore)
	_ = k.ws.CloseNow()
	watcher, _ := p.subscribe("ada again", messageStore)
	for id := range int64(150) {
		p.text(101, id+1)
		watcher.read() // it has been fanned out
	}
	again, details := p.connect("ada", first.meta.WSC.Token)
	if details.meta.WSC.Sequence != 1 {
		t.Errorf("recovered at %d, want 1, what the client has seen", details.meta.WSC.Sequence)
	}
	for id := range int64(100) {
		f := again.read()
		if n := f.notification(); textID(n) != 51+id || f.meta.WSC.Sequence != 52+id {
			t.Fatalf("got %s, want text %d with sequence %d", f.text, 51+id, 52+id)
		}
	}
}

func TestASignInHasAtMostFiftySockets(t *testing.T) {
	p := newPlatform(t)
	token := url.Values{"access_token": {p.wsToken("ada").WSAccessToken}}
	var last *client
	for range 50 {
		last = p.dial(token)
		last.read()
	}
	if f := p.dial(token).read(); f.meta.Type != "Error" || f.meta.Status != 429 {
		t.Errorf("socket 51: %s, want Error 429", f.text)
	}
	_ = last.ws.CloseNow()
	// The gateway notices in its own time; a session without a socket makes
	// room.
	for {
		if f := p.dial(token).read(); f.meta.Type == "ConnectionDetails" {
			break
		}
	}
}

func TestASlowClientDelaysNobodyAndIsCutOff(t *testing.T) {
	p := newPipedPlatform(t) // whose pipes hold little
	slow, _ := p.subscribe("ada", messageStore)
	quick, _ := p.subscribe("ada again", messageStore)
	for id := range int64(1200) { // more than the backlog
		p.text(101, id+1)
		if n := quick.read().notification(); textID(n) != id+1 {
			t.Fatalf("the quick client got %+v, want text %d", n, id+1)
		}
	}
	for {
		if _, err := slow.tryRead(); err != nil {
			break
		}
	}
}

func TestCloseSendsClientsAway(t *testing.T) {
	p := newPlatform(t)
	k, _ := p.connect("ada", "")
	closed := make(chan struct{})
	go func() { p.h.Close(); close(closed) }()
	if _, err := k.tryRead(); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("on Close: %v, want 1001", err)
	}
	<-closed
	late := p.dial(url.Values{"access_token": {"RCWS_X"}})
	if _, err := late.tryRead(); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("after Close: %v, want 1001", err)
	}
}
