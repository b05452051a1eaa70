package notify_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"offhook/internal/platform/notify"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// These tests run in bubbles, where time passes when everybody waits.

func TestASocketTokenLivesAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipedPlatform(t)
		query := url.Values{"access_token": {p.wsToken("ada").WSAccessToken}}
		time.Sleep(59 * time.Second)
		if f := p.dial(query).read(); f.meta.Type != "ConnectionDetails" {
			t.Errorf("after 59 s: %s", f.text)
		}
		time.Sleep(time.Second)
		if f := p.dial(query).read(); f.meta.Type != "Error" || f.code() != "OAU-213" {
			t.Errorf("after 60 s: %s, want Error OAU-213", f.text)
		}
	})
}

func TestASessionCanBeRecoveredForThreeMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipedPlatform(t)
		for _, tt := range []struct {
			away time.Duration
			want string
		}{
			{179 * time.Second, "Successful"},
			{181 * time.Second, "Failed"},
		} {
			k, first := p.connect("ada", "")
			sub := k.subscribe(messageStore)
			_ = k.ws.CloseNow()
			time.Sleep(tt.away)
			if _, f := p.connect("ada", first.meta.WSC.Token); !strings.Contains(f.text, tt.want) {
				t.Errorf("after %v: %s, want %s", tt.away, f.text, tt.want)
			}
			status, _ := p.request("GET", "/restapi/v1.0/subscription/"+sub.ID, "ada", "")
			if (status == 200) != (tt.want == "Successful") {
				t.Errorf("after %v the subscription is answered by %d", tt.away, status)
			}
		}
	})
}

// A second loss counts from its own moment, not from the first one's.
func TestEachLossOfASocketHasItsOwnThreeMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipedPlatform(t)
		k, first := p.connect("ada", "")
		for range 3 {
			_ = k.ws.CloseNow()
			time.Sleep(2 * time.Minute)
			var f gotFrame
			if k, f = p.connect("ada", first.meta.WSC.Token); !strings.Contains(f.text, "Successful") {
				t.Fatalf("recovery: %s", f.text)
			}
		}
	})
}

func TestAClientThatSendsNothingIsToldThatItIsIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipedPlatform(t)
		k, _ := p.connect("ada", "")
		start := time.Now()
		f := k.read() // answers pings meanwhile
		if f.meta.Type != "Error" || f.code() != "WSG-902" {
			t.Errorf("got %s, want Error WSG-902", f.text)
		}
		if idle := time.Since(start); idle < 30*time.Minute || idle > 31*time.Minute {
			t.Errorf("idle after %v, want 30 min", idle)
		}
	})
}

func TestASocketLastsADayAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipedPlatform(t, func(h *notify.Handler) { h.CheckEvery(10 * time.Minute) })
		k, _ := p.connect("ada", "")
		start := time.Now()
		stop := make(chan struct{})
		defer close(stop)
		go func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(20 * time.Minute):
					_ = k.ws.Write(context.Background(), 1, []byte(`[{"type":"Heartbeat","messageId":"h"}]`))
				}
			}
		}()
		f := k.read()
		for f.meta.Type == rc.FrameHeartbeat {
			f = k.read()
		}
		if open := time.Since(start); f.code() != "WSG-903" || open < 24*time.Hour || open > 24*time.Hour+time.Minute {
			t.Errorf("after %v: %s, want WSG-903 after a day", open, f.text)
		}
	})
}

func TestAClientThatAnswersNoPingIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipedPlatform(t)
		k, _ := p.connect("ada", "") // who does not read answers no ping
		sub := k.subscribe(messageStore)
		time.Sleep(41 * time.Second)
		if _, err := k.tryRead(); err == nil {
			t.Error("the socket is still open after 41 s without a pong")
		}
		if status, _ := p.request("GET", "/restapi/v1.0/subscription/"+sub.ID, "ada", ""); status != 200 {
			t.Errorf("its subscription is answered by %d, want 200 until recovery is over", status)
		}
	})
}

// TestWhatTheCommandLineEndsIsFeltAtOnce: another process writes to the store
// and announces nothing here.
func TestWhatTheCommandLineEndsIsFeltAtOnce(t *testing.T) {
	for name, end := range map[string]func(ctx context.Context, tx store.PlatformTx) error{
		"the sign-in": func(ctx context.Context, tx store.PlatformTx) error { return second(tx.EndOAuthSession(ctx, "s-ada")) },
		"the app":     func(ctx context.Context, tx store.PlatformTx) error { return second(tx.RemoveApp(ctx, "phone")) },
		"the user":    func(ctx context.Context, tx store.PlatformTx) error { return second(tx.RemoveExtension(ctx, 101)) },
		"the credential": func(ctx context.Context, tx store.PlatformTx) error {
			return second(tx.RevokeCredential(ctx, "jwt-ada"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPipedPlatform(t)
				p.byCredential("s-ada", "jwt-ada")
				k, first := p.connect("ada", "")
				k.subscribe(messageStore)
				if err := p.store.Write(t.Context(), func(tx store.PlatformTx) error { return end(t.Context(), tx) }); err != nil {
					t.Fatal(err)
				}
				ended := time.Now()
				if f := k.read(); f.code() != "OAU-213" || time.Since(ended) > 2*time.Second {
					t.Errorf("after %v: %s, want Error OAU-213 within two seconds", time.Since(ended), f.text)
				}
				if _, err := k.tryRead(); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
					t.Errorf("then %v, want the socket closed", err)
				}
				if name == "the sign-in" {
					if _, again := p.connect("ada again", first.meta.WSC.Token); !strings.Contains(again.text, `"recoveryState":"Failed"`) {
						t.Errorf("what was ended was recovered: %s", again.text)
					}
				}
			})
		})
	}
}

// TestNothingIsDeliveredAfterTheEnd: not even before the sign-ins are looked
// up again.
func TestNothingIsDeliveredAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipedPlatform(t)
		k, _ := p.subscribe("ada", messageStore)
		p.endSession("s-ada")
		ended := time.Now()
		p.text(101, 7)
		if f := k.read(); f.code() != "OAU-213" || time.Since(ended) != 0 {
			t.Errorf("after %v: %s, want Error OAU-213 in place of the text", time.Since(ended), f.text)
		}
	})
}

// byCredential makes an OAuth session one that a JWT credential signed in.
func (p *platform) byCredential(session, credential string) {
	p.t.Helper()
	ctx := p.t.Context()
	err := p.store.Write(ctx, func(tx store.PlatformTx) error {
		s, err := tx.OAuthSession(ctx, session)
		if err != nil {
			return err
		}
		if err := tx.AddCredential(ctx, store.Credential{ID: credential, ExtensionID: s.ExtensionID, CreatedAt: time.Now()}); err != nil {
			return err
		}
		if _, err := tx.EndOAuthSession(ctx, session); err != nil {
			return err
		}
		s.CredentialID = credential
		return tx.AddOAuthSession(ctx, s, "")
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func second[T any](_ T, err error) error { return err }
