package desk

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"offhook/internal/rc"
)

func TestWhatPeopleDial(t *testing.T) {
	t.Parallel()
	d := open(t, newHouse(t).pool(t))
	until(t, d, "the directory", func() bool { return d.Me().Company == "Acme" })
	for typed, want := range map[string]string{
		"(650) 555-0123":      "+16505550123",
		" 650.555.0123 ":      "+16505550123",
		"+49 30 901820":       "+4930901820",
		"1-800-FLOWERS":       "+18003569377",
		"102":                 "102", // a colleague, however many numbers they have
		internalPrefix + "10": "10",
		"911":                 "911",
		"*601":                "*601",
		"* 67":                "*67",
	} {
		if got, err := d.Dialable(typed); got != want || err != nil {
			t.Errorf("%q dials %q, %v, want %q", typed, got, err, want)
		}
	}
	for _, typed := range []string{"", "   ", "*", "Ada", "555-0123", "sip:me@example.com", "+1650555012\r\nEvil: 1", "*60a", "1234567"} {
		got, err := d.Dialable(typed)
		if e, ok := errors.AsType[*rc.Error](err); !ok || e.Kind != rc.Invalid {
			t.Errorf("%q dials %q, %v, want a refusal", typed, got, err)
		}
	}
	if got := d.CallerIDs(); len(got) != 2 || !d.MayShow(ada) || d.MayShow(bob) {
		t.Errorf("calls can be shown to come from %v", got)
	}
}

func TestTelephonyEventsAreToldInOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.pool(t)
	p.Linger = 10 * time.Millisecond // but for the listener, the desk would be closed in the middle
	d := open(t, p)
	told, followed := make(chan rc.TelephonyEvent, 8), make(chan bool, 8)
	stop := d.Telephony(func(e rc.TelephonyEvent) { told <- e }, func(on bool) { followed <- on })
	until(t, d, "the gateway", func() bool { return d.Status().Live })
	for on := range followed {
		if on {
			break
		}
	}
	if d.idle() {
		t.Error("a desk that somebody listens to is idle")
	}
	for n := range int64(3) {
		h.send("/restapi/v1.0/account/1/extension/101/telephony/sessions", rc.TelephonyEvent{Sequence: n, TelephonySessionID: "s-1"})
	}
	for n := range int64(3) {
		select {
		case e := <-told:
			if e.Sequence != n || e.TelephonySessionID != "s-1" {
				t.Errorf("event %d is %+v", n, e)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("event %d was not told", n)
		}
	}
	stop()
}

func TestAPlatformThatTellsNoCallsIsNotFollowed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mostFilters = 6
	d := open(t, h.pool(t))
	until(t, d, "the gateway", func() bool { return d.Status().Live })
	d.Telephony(func(rc.TelephonyEvent) {}, func(on bool) {
		if on {
			t.Error("calls are followed without the permission")
		}
	})
}

func TestWhyAPhoneCannotRegister(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]rc.Kind{403: rc.Denied, 429: rc.TooMany, 500: rc.Unavailable} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(rc.ErrorEnvelope{ErrorCode: "CMN-408", Message: "In order to call this API endpoint, application needs to have [VoipCalling] permission"})
		}))
		h := newHouse(t)
		h.server = server
		d := open(t, h.pool(t))
		_, err := d.Provision(t.Context(), rc.SIPProvisionRequest{})
		if e, ok := errors.AsType[*rc.Error](err); !ok || e.Kind != want {
			t.Errorf("status %d: %v, want kind %d", status, err, want)
		}
		server.Close()
	}
}
