package notify_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offhook/internal/rc"
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
		p := newPipedPlatform(t)
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

func TestASessionThatEndedUnannouncedIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipedPlatform(t)
		k, _ := p.connect("ada", "")
		p.endSession("s-ada")
		start := time.Now()
		if f := k.read(); f.code() != "OAU-213" || time.Since(start) > 6*time.Minute {
			t.Errorf("after %v: %s, want Error OAU-213 within minutes", time.Since(start), f.text)
		}
	})
}
