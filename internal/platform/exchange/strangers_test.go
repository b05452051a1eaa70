package exchange_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/sip"
	"offhook/internal/store"
)

// alarms are those that an exchange has set, which ring when a test says so.
type alarms chan func()

func (a alarms) after(_ time.Duration, f func()) func() bool {
	a <- f
	return func() bool { return true }
}

// ring waits until so many alarms have been set, and rings them.
func (a alarms) ring(t *testing.T, count int) {
	t.Helper()
	for range count {
		mediatest.Wait(t, "an alarm", a)()
	}
}

// stranger connects and says nothing.
func (w *world) stranger(t *testing.T) (*sip.Flow, error) {
	t.Helper()
	f, err := sip.Dial(t.Context(), w.url, http.DefaultClient, sip.HandlerFunc(func(*sip.Tx) {}))
	if err == nil {
		t.Cleanup(f.Close)
	}
	return f, err
}

func TestAConnectionThatProvesNothingEnds(t *testing.T) {
	t.Parallel()
	a := make(alarms, 8)
	w := newWorld(t, func(x *exchange.Exchange) { x.Limits.After = a.after })
	ada := w.handset(t, apitest.Ada, adaHz)
	silent, err := w.stranger(t)
	if err != nil {
		t.Fatal(err)
	}
	asking, err := w.stranger(t)
	if err != nil {
		t.Fatal(err)
	}
	// It asks and is challenged, again and again, which proves nothing.
	res, err := asking.Do(t.Context(), register("80001"), nil)
	if err != nil || res.StatusCode != 401 {
		t.Fatalf("a REGISTER without proof: %v, %v", res, err)
	}
	a.ring(t, 3) // of the phone, and of two strangers
	mediatest.Wait(t, "the silent connection to end", silent.Done())
	mediatest.Wait(t, "the asking connection to end", asking.Done())
	if got := ada.register("600"); got.StatusCode != 200 {
		t.Errorf("the phone that has proven whose it is was answered with %d", got.StatusCode)
	}
}

func register(username string) *sip.Request {
	at := sip.URI{Scheme: "sip", User: username, Host: domain}
	req := sip.NewRequest(sip.Outline{Method: sip.REGISTER, Target: sip.URI{Scheme: "sip", Host: domain}, From: sip.Address{URI: at}, To: sip.Address{URI: at}})
	sip.SetHeader(req, "Contact", "<sip:"+username+"@a.invalid;transport=ws>")
	return req
}

func TestStrangersAreFew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.Limits.StrangersOfOne = 2 })
	w.handset(t, apitest.Ada, adaHz) // which is none
	one, err := w.stranger(t)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.stranger(t); err != nil {
		t.Fatal(err)
	}
	if _, err := w.stranger(t); err == nil {
		t.Error("a third stranger was let in")
	}
	one.Close()
	w.until(t, "room for a third stranger", func() bool {
		_, err := w.stranger(t)
		w.stir()
		return err == nil
	})
}

func TestConnectionsAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.Limits.Connections = 1 })
	w.handset(t, apitest.Ada, adaHz)
	if _, err := w.stranger(t); err == nil {
		t.Error("a second connection was let in")
	}
}

func TestPasswordsAreNotGuessedOnOneConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.Limits.Wrong = 3 })
	f, err := w.stranger(t)
	if err != nil {
		t.Fatal(err)
	}
	for try := 1; ; try++ {
		req := register("80001")
		res, err := f.Do(t.Context(), req, nil)
		if err == nil && res.StatusCode == 401 {
			if err := (sip.Credentials{Username: "80001", Password: "guess", Domain: domain}).Answer(req, res); err != nil {
				t.Fatal(err)
			}
			res, err = f.Do(t.Context(), req, nil)
		}
		if try > 3 {
			if err == nil {
				t.Errorf("the guess %d was answered with %d", try, res.StatusCode)
			}
			break
		}
		if err != nil || res.StatusCode != 403 {
			t.Fatalf("the guess %d: %v, %v", try, res, err)
		}
		if try == 3 {
			mediatest.Wait(t, "the connection to end", f.Done())
		}
	}
}

// A slow store reads no device before it may.
type slow struct {
	store.Platform
	may chan struct{}
}

func (s slow) SIPDevice(ctx context.Context, id int64) (store.SIPDevice, error) {
	<-s.may
	return s.Platform.SIPDevice(ctx, id)
}

func TestRequestsDoNotPileUpBehindASlowStore(t *testing.T) {
	t.Parallel()
	may := make(chan struct{})
	w := newWorld(t, func(x *exchange.Exchange) { x.Store, x.Limits.Waiting = slow{x.Store, may}, 2 })
	f, err := w.stranger(t)
	if err != nil {
		t.Fatal(err)
	}
	req := register("80001")
	res, err := f.Do(t.Context(), req, nil)
	if err != nil {
		t.Fatal(err)
	}
	codes := make(chan int, 5)
	for range cap(codes) {
		again := register("80001")
		if err := (sip.Credentials{Username: "80001", Password: "guess", Domain: domain}).Answer(again, res); err != nil {
			t.Fatal(err)
		}
		go func() {
			res, err := f.Do(t.Context(), again, nil)
			if err != nil {
				codes <- 0
				return
			}
			codes <- res.StatusCode
		}()
	}
	got := map[int]int{}
	for range 3 {
		got[mediatest.Wait(t, "an answer", codes)]++
	}
	close(may)
	for range 2 {
		got[mediatest.Wait(t, "an answer", codes)]++
	}
	if got[503] != 3 || got[403] != 2 {
		t.Errorf("the requests were answered with %v, want three 503", got)
	}
}
