package exchange_test

import (
	"sync/atomic"
	"testing"
	"time"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/sip"
)

// hurried has calls expire soon.
func hurried(cfg *trunk.Config) { cfg.LeastExpiry = 2 * time.Second }

// comesIn is a call from the carrier that Ada has answered.
func (w *world) comesIn(t *testing.T, c *carrier, f *sip.Flow, ada *handset, headers ...string) (*side, *sip.Response) {
	t.Helper()
	_, answer := c.call(t.Context(), f, apitest.AdaPhone, far, headers...)
	in := ada.answer(ada.rings())
	s, res := answer()
	if s == nil {
		t.Fatal("the call was not answered")
	}
	in.ear.Hears(t, 700)
	return s, res
}

func TestWeGiveTheSignsOfLifeThatWereAgreedOn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		allow string
		want  sip.Method
	}{
		"by UPDATE":         {"INVITE, ACK, UPDATE", sip.UPDATE},
		"by another INVITE": {"INVITE, ACK", sip.INVITE},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, c := trunked(t, trunk.UDP, hurried)
			signs := make(chan *sip.Tx, 9)
			c.alive = func(tx *sip.Tx) { signs <- tx }
			ada := w.handset(t, apitest.Ada, adaHz)
			w.ready(t)
			f := mediatest.Wait(t, "the trunk's connection", c.flows)
			s, res := w.comesIn(t, c, f, ada, "Require", "timer", "Supported", "timer", "Session-Expires", "3;refresher=uas", "Allow", tt.allow)
			if got := sip.HeaderValue(res, "Session-Expires"); got != "3;refresher=uas" || !sip.Requires(res, sip.Timed) {
				t.Errorf("agreed on %q, Require: %s", got, sip.HeaderValue(res, "Require"))
			}
			for n := range 2 {
				tx := mediatest.Wait(t, "a sign of life", signs)
				if got := tx.Request(); got.Method != tt.want || sip.HeaderValue(got, "Session-Expires") != "3;refresher=uac" {
					t.Errorf("the sign of life is %s with %q", got.Method, sip.HeaderValue(got, "Session-Expires"))
				}
				opts := []sip.Option{sip.With("Require", "timer"), sip.With("Session-Expires", "3;refresher=uac")}
				if tt.want == sip.INVITE {
					opts = append(opts, sip.WithBody(sip.SDP, []byte(s.sdp)))
				}
				if n == 0 {
					_ = tx.Respond(491, "Request Pending") // it is given again
					tx = mediatest.Wait(t, "the sign of life again", signs)
				}
				_ = tx.Respond(200, "OK", opts...)
			}
			s.ear.Hears(t, adaHz)
			tx := mediatest.Wait(t, "a sign of life", signs)
			_ = tx.Respond(481, "Call/Transaction Does Not Exist")
			ada.ended()
			w.idle(t)
		})
	}
}

func TestACallWithoutSignsOfLifeEnds(t *testing.T) {
	t.Parallel()
	w, c, ada := adasTrunk(t, trunk.UDP, hurried)
	f := mediatest.Wait(t, "the trunk's connection", c.flows)
	s, res := w.comesIn(t, c, f, ada, "Supported", "timer", "Session-Expires", "3")
	if got := sip.HeaderValue(res, "Session-Expires"); got != "3;refresher=uac" {
		t.Fatalf("agreed on %q", got)
	}
	begun := time.Now()
	req := s.Request(sip.UPDATE, nil, "")
	sip.Expiry{After: 6 * time.Second, Ours: true}.Ask(req)
	res, err := s.Do(t.Context(), req, nil)
	if err != nil || res.StatusCode != 200 || sip.HeaderValue(res, "Session-Expires") != "6;refresher=uac" {
		t.Fatalf("a sign of life: %v, %v", res, err)
	}
	mediatest.Wait(t, "the carrier to be told that it is over", c.byes)
	if lived := time.Since(begun); lived < 4*time.Second {
		t.Errorf("the call ended after %v, within the time of its last sign of life", lived)
	}
	ada.ended()
	w.idle(t)
}

func TestACarrierThatWantsEverLongerTimesIsNotAskedWithoutEnd(t *testing.T) {
	t.Parallel()
	w, c := trunked(t, trunk.UDP, hurried)
	var asked atomic.Int64
	c.alive = func(tx *sip.Tx) {
		_ = tx.Respond(422, "Session Interval Too Small", sip.TooShort(time.Hour+time.Duration(asked.Add(1))*time.Second))
	}
	ada := w.handset(t, apitest.Ada, adaHz)
	w.ready(t)
	f := mediatest.Wait(t, "the trunk's connection", c.flows)
	w.comesIn(t, c, f, ada, "Supported", "timer", "Session-Expires", "3;refresher=uas", "Allow", "INVITE, ACK, UPDATE")
	mediatest.Wait(t, "the call to end", c.byes)
	if n := asked.Load(); n < 2 || n > 9 {
		t.Errorf("the carrier was asked %d times, want some", n)
	}
	ada.ended()
	w.idle(t)
}

func TestWhatACarrierAgreesOnWhenItAnswers(t *testing.T) {
	t.Parallel()
	w, c := trunked(t, trunk.UDP, hurried)
	signs := make(chan *sip.Tx, 9)
	c.alive = func(tx *sip.Tx) { signs <- tx }
	ada := w.handset(t, apitest.Ada, adaHz)
	w.ready(t)
	out := ada.call(far)
	s := c.take(mediatest.Wait(t, "the carrier to be called", c.calls), 900, sip.With("Require", "timer"), sip.With("Session-Expires", "2;refresher=uac"), sip.With("Allow", "UPDATE"))
	out.ear.Hears(t, 900)
	tx := mediatest.Wait(t, "a sign of life", signs)
	_ = tx.Respond(422, "Session Interval Too Small", sip.TooShort(4*time.Second))
	tx = mediatest.Wait(t, "a longer time", signs)
	if got := sip.HeaderValue(tx.Request(), "Session-Expires"); got != "4;refresher=uac" {
		t.Errorf("asked for %q", got)
	}
	_ = tx.Respond(200, "OK", sip.With("Require", "timer"), sip.With("Session-Expires", "4;refresher=uas"))
	s.ear.Hears(t, adaHz)
	mediatest.Wait(t, "the end of the call, in which the carrier shows no life", c.byes)
	ada.ended()
	w.idle(t)
}

func TestATimeThatIsTooShortIsRefused(t *testing.T) {
	t.Parallel()
	w, c := trunked(t, trunk.UDP)
	w.ready(t)
	f := mediatest.Wait(t, "the trunk's connection", c.flows)
	_, answer := c.call(t.Context(), f, apitest.AdaPhone, far, "Supported", "timer", "Session-Expires", "60")
	if _, res := answer(); res == nil || res.StatusCode != 422 || sip.HeaderValue(res, "Min-SE") != "90" {
		t.Errorf("answered %v", res)
	}
	w.idle(t)
}
