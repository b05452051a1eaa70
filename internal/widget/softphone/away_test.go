package softphone_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"offhook/internal/sip"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
)

func TestACallThatNobodyComesBackToGoesWhereItsUserWants(t *testing.T) {
	mailbox, number := call.Fallback{Way: call.ToMailbox}, call.Fallback{Way: call.ToNumber, Number: "+16505550177"}
	for _, tt := range []struct {
		name     string
		to       call.Fallback
		mailbox  bool   // the platform takes it
		refer    string // the platform's answer to a transfer
		outcome  call.Outcome
		sentence string
	}{
		{"the end", call.Fallback{}, false, "", call.HungUp, "No page with this phone came back in time, so the call was ended."},
		{"voicemail", mailbox, true, "", call.Moved, "No page with this phone came back in time, so the call went to your voicemail."},
		{"no voicemail", mailbox, false, "", call.HungUp, "No page with this phone came back in time. The call could not go where you wanted it to, so it was ended."},
		{"a number", number, false, "SIP/2.0 200 OK", call.Moved, "No page with this phone came back in time, so the call was forwarded."},
		{"a number that cannot be reached", number, false, "SIP/2.0 486 Busy Here", call.HungUp, "No page with this phone came back in time. The call could not go where you wanted it to, so it was ended."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			targets, parties := make(chan string, 1), make(chan string, 1)
			r := registered(t, func(r *rig) {
				r.pool.Waits.Gap, r.pool.Waits.Grace = time.Hour, time.Hour
				r.desk.fallbacks = call.Fallbacks{Left: tt.to, Grace: 20 * time.Millisecond}
				if tt.mailbox {
					r.desk.toMailbox = func(_ context.Context, session, party string) error {
						parties <- session + " " + party
						return nil
					}
				}
				r.onRefer = func(c *sbcCall, to string) {
					targets <- to
					req := c.dialog.Request(sip.NOTIFY, []byte(tt.refer), "message/sipfrag")
					sip.SetHeader(req, "Event", "refer")
					_, _ = c.dialog.Do(t.Context(), req, nil)
				}
			})
			if _, err := r.tab("one", false); err != nil {
				t.Fatal(err)
			}
			_, c := r.talk()
			r.phone.Leave("one")
			if got := r.state(call.Ended); got.Outcome != tt.outcome || got.Sentence != tt.sentence {
				t.Errorf("the call ended as %+v", got)
			}
			r.until("the BYE", func() bool { return c.ended })
			if tt.refer != "" {
				if got := <-targets; got != "<sip:+16505550177@"+domain+">" {
					t.Errorf("the call was referred to %s", got)
				}
			}
			if tt.mailbox {
				if got := <-parties; got != "s-a1 p-a1-1" {
					t.Errorf("%s went to voicemail", got)
				}
			}
		})
	}
}

func TestACallThatNoPageShowsGoesWhereItsUserWants(t *testing.T) {
	for _, tt := range []struct {
		name     string
		to       call.Fallback
		headers  map[string]string
		message  string // to the platform
		outcome  call.Outcome
		sentence string
	}{
		{"on by the platform's rules", call.Fallback{}, nil, "", call.Missed, "The call came in while no open page could show it."},
		{"to voicemail", call.Fallback{Way: call.ToMailbox}, nil, `Cmd="11"`, call.Voicemail, "No open page showed this call, so it went to your voicemail."},
		{"to a number", call.Fallback{Way: call.ToNumber, Number: "+16505550177"}, nil, `FwdDly="0" Phn="+16505550177"`, call.Forwarded, "No open page showed this call, so it was forwarded."},
		{"nowhere from a queue, which has others to ring", call.Fallback{Way: call.ToMailbox}, map[string]string{"p-rc-api-call-info": "callAttributes=queue-call,reject"}, "", call.Missed, "The call came in while no open page could show it."},
		{"nowhere where the platform takes no word", call.Fallback{Way: call.ToMailbox}, map[string]string{"P-rc": ""}, "", call.Missed, "The call came in while no open page could show it."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := registered(t, func(r *rig) {
				r.pool.Waits.Shown, r.pool.Waits.Unseen = time.Hour, time.Millisecond // in no order
				r.desk.fallbacks = call.Fallbacks{Unseen: tt.to}
			})
			r.ringing(ring{headers: tt.headers})
			got := r.newest("the end", func(c call.Call) bool { return c.Over() })
			if got.Outcome != tt.outcome || got.Sentence != tt.sentence || !got.Unseen {
				t.Errorf("the call ended as %+v", got)
			}
			if tt.message != "" {
				r.until("the message", func() bool { return strings.Contains(strings.Join(r.messages, ""), tt.message) })
			}
		})
	}
}

func TestAPageThatShowsACallTakesBackThatNoneDoes(t *testing.T) {
	r := registered(t, func(r *rig) { r.pool.Waits.Shown, r.pool.Waits.Unseen = time.Millisecond, time.Hour })
	r.ringing(ring{})
	c := r.newest("a call that nobody shows", func(c call.Call) bool { return c.Unseen })
	if c.Sentence != "No open page has shown this call yet." {
		t.Errorf("it says %q", c.Sentence)
	}
	r.show(c.ID)
	r.newest("a call like any other", func(c call.Call) bool { return !c.Unseen && c.Sentence == "" && c.State == call.Ringing })
}

func TestCalleesSeeTheNumberThatTheUserHasChosen(t *testing.T) {
	for _, tt := range []struct {
		name, chosen string
		order        softphone.Order
		want         string
	}{
		{"the platform's choice", "", softphone.Order{}, ""},
		{"theirs", "+16505550101", softphone.Order{}, "<sip:+16505550101@" + domain + ">"},
		{"none", "anonymous", softphone.Order{}, "<sip:anonymous@" + domain + ">"},
		{"another one for this call", "anonymous", softphone.Order{From: "+16505550101"}, "<sip:+16505550101@" + domain + ">"},
		{"none for this call", "+16505550101", softphone.Order{Anonymous: true}, "<sip:anonymous@" + domain + ">"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := registered(t, func(r *rig) { r.desk.callerID = tt.chosen })
			tt.order.To = "+16505550199"
			if _, err := r.phone.Place(t.Context(), tt.order); err != nil {
				t.Fatal(err)
			}
			if got := sip.HeaderValue(r.sbc.call().invite, "P-Asserted-Identity"); got != tt.want {
				t.Errorf("callees see %q, want %q", got, tt.want)
			}
		})
	}
}
