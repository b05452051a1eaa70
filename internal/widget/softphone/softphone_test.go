package softphone_test

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/media/mediatest"
	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
)

func TestAPhoneRegistersAsTheContractHasIt(t *testing.T) {
	r := registered(t)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.heard) != 1 {
		t.Errorf("heard %v, want one registration", r.heard)
	}
	for _, said := range r.heard {
		if got, want := strings.Join(said, " "), "REGISTER 100 401 REGISTER 100 200"; got != want {
			t.Errorf("registering was %q, want %q", got, want)
		}
	}
	for _, want := range []string{";expires=60", "+sip.instance=\"<urn:uuid:"} {
		if !strings.Contains(r.contact, want) {
			t.Errorf("the Contact is %s, which lacks %s", r.contact, want)
		}
	}
	if line := r.phone.Snapshot().Line; line.Device != authID || line.Sentence != "" {
		t.Errorf("the line is %+v", line)
	}
}

func TestConnectedComesFromTelephonyEvents(t *testing.T) {
	r := registered(t)
	id := r.place("+16505550199")
	c := r.sbc.call()
	if c.invite.Recipient.User != "+16505550199" || c.invite.Recipient.Host != domain {
		t.Errorf("the INVITE went to %s", c.invite.Recipient.String())
	}
	r.until("the ACK", func() bool { return strings.HasSuffix(strings.Join(r.heard[c.dialog.CallID], " "), "ACK") })
	if got, want := r.transcript(c.dialog.CallID), "INVITE 100 407 INVITE 100 183 200 ACK"; got != want {
		t.Errorf("the call was %q, want %q", got, want)
	}
	r.newest("the session's name", func(c call.Call) bool { return c.TelephonySessionID == "s-a1" && c.PartyID == "p-a1-1" })
	if s := r.phone.Snapshot().Calls[0].State; s != call.Dialing {
		t.Errorf("after the 200 alone the call is %s", s)
	}
	r.desk.tell("s-a1", 1, outbound(rc.PartySetup, ""))
	r.desk.tell("s-a1", 2, outbound(rc.PartyProceeding, ""))
	r.state(call.Ringing)
	r.desk.tell("s-a1", 3, outbound(rc.PartyAnswered, ""))
	got := r.state(call.Connected)
	if got.ID != id || got.Name != "Grace Hopper" || got.SessionID != "77" || got.Answered.IsZero() {
		t.Errorf("the call is %+v", got)
	}
	r.desk.tell("s-a1", 1, outbound(rc.PartyDisconnected, rc.ReasonNoAnswer)) // late, and so nothing
	r.act(id, "hangup", softphone.Details{})
	r.until("the BYE", func() bool { return c.ended })
	if got := r.state(call.Ended); got.Outcome != call.HungUp {
		t.Errorf("the call ended as %+v", got)
	}
}

func TestACallThatWasPlacedIsToldOfBeforeItsIDIs(t *testing.T) {
	r := registered(t)
	held, hold, placed, early := make(chan struct{}), make(chan struct{}), make(chan error, 1), make(chan bool, 1)
	r.phone.Step(func() {
		close(held)
		<-hold
	})
	<-held
	go func() {
		_, err := r.phone.Place(t.Context(), softphone.Order{To: "+16505550199"})
		placed <- err
	}()
	for r.phone.Steps() == 0 { // until the call is asked for
		runtime.Gosched()
	}
	r.phone.Step(func() { // the snapshot is drawn after it
		select {
		case <-placed:
			early <- true
		case <-time.After(50 * time.Millisecond):
			early <- false
		}
	})
	close(hold)
	if <-early {
		t.Fatal("the call's id was there before the call")
	}
	if err := <-placed; err != nil || len(r.phone.Snapshot().Calls) != 1 {
		t.Errorf("the calls are %+v, %v", r.phone.Snapshot().Calls, err)
	}
}

func TestWithoutTelephonyEventsTheAcceptanceHasToDo(t *testing.T) {
	r := registered(t, func(r *rig) { r.desk.on = false })
	r.place("+16505550199")
	r.state(call.Connected)
}

func TestAnEventMayBeFasterThanTheResponseThatNamesItsSession(t *testing.T) {
	r := registered(t)
	r.desk.tell("s-a1", 5, outbound(rc.PartyAnswered, ""))
	r.place("+16505550199")
	r.state(call.Connected)
}

func TestEventsThatWereMissedAreAskedFor(t *testing.T) {
	r := registered(t)
	r.place("+16505550199")
	r.sbc.call()
	r.newest("the session's name", func(c call.Call) bool { return c.TelephonySessionID != "" })
	r.desk.mu.Lock()
	r.desk.sessions["s-a1"] = rc.TelephonySession{ID: "s-a1", Parties: []rc.TelephonyParty{{ID: "p-a1-1", Status: rc.PartyStatus{Code: rc.PartyAnswered}}}}
	followed := r.desk.followed
	r.desk.mu.Unlock()
	followed(false)
	followed(true)
	r.state(call.Connected)
}

func TestTheNumberThatThePlatformShowsIsTheCallsUnlessItIsWithheld(t *testing.T) {
	for anonymous, want := range map[bool]string{false: "+16505550100", true: ""} {
		r := registered(t)
		if _, err := r.phone.Place(t.Context(), softphone.Order{To: "+16505550199", Anonymous: anonymous}); err != nil {
			t.Fatal(err)
		}
		p := outbound(rc.PartyAnswered, "")
		p.From.PhoneNumber = "+16505550100"
		r.desk.tell("s-a1", 1, p)
		if got := r.state(call.Connected).Line; got != want {
			t.Errorf("withheld %v: the call is from %q, want %q", anonymous, got, want)
		}
	}
}

func TestWhoWaitsInAQueueIsNotHungUpOn(t *testing.T) {
	r := registered(t, func(r *rig) {
		r.pool.Waits.Unsure, r.pool.Waits.Again = 20*time.Millisecond, 20*time.Millisecond
		r.desk.inquiries = make(chan struct{})
	})
	says := func(code string) {
		r.desk.mu.Lock()
		defer r.desk.mu.Unlock()
		r.desk.sessions["s-a1"] = rc.TelephonySession{ID: "s-a1", Parties: []rc.TelephonyParty{{ID: "p-a1-1", Status: rc.PartyStatus{Code: code}}}}
	}
	says(rc.PartyProceeding)
	id := r.place("+16505550199")
	r.state(call.Ringing)
	for range 5 {
		<-r.desk.inquiries
	}
	if c := r.newest("the call", func(c call.Call) bool { return c.ID == id }); c.State != call.Ringing {
		t.Fatalf("the call is %+v", c)
	}
	says(rc.PartyAnswered)
	r.state(call.Connected)
}

func TestBothSidesHearEachOther(t *testing.T) {
	r := registered(t)
	tab, err := r.tab("tab 1", false)
	if err != nil {
		t.Fatal(err)
	}
	_, c := r.talk()
	mediatest.Sing(t, tab, 700)
	stop := mediatest.Sing(t, c.leg, 1100)
	far, here := mediatest.Listen(t, c.leg), mediatest.Listen(t, tab)
	far.Hears(t, 700)
	here.Hears(t, 1100)
	stop()
}

func TestRefusalsSayWhy(t *testing.T) {
	const later, unconnected = "Retry-After", "unconnected" // in place of a reason
	for _, tt := range []struct {
		status   int
		reason   string
		outcome  call.Outcome
		sentence string
	}{
		{486, "", call.Failed, "The line is busy."},
		{486, rc.ReasonInvalidNumber, call.Failed, "This number does not exist. Check it, then call again."},
		{486, rc.ReasonBlocked, call.Failed, "Your phone service does not let you call this number."},
		{486, unconnected, call.Failed, "This phone cannot call outside numbers yet. Ask your administrator to connect it to the telephone network."},
		{480, "", call.Missed, "Nobody answered."},
		{603, "", call.Declined, "The call was declined."},
		{403, "", call.Failed, "Your phone service does not let you call this number."},
		{403, later, call.Failed, "Too many calls were placed within a minute. Wait a moment, then call again."},
		{500, "", call.Failed, "The phone service could not place the call. Try again in a moment."},
	} {
		r := registered(t)
		r.change(func() {
			if r.final = tt.status; tt.reason == later {
				r.later = "60"
			}
		})
		r.place("+16505550199")
		r.state(call.Ended)
		if tt.reason != "" && tt.reason != later { // it comes after the response
			over := outbound(rc.PartyDisconnected, tt.reason)
			if tt.reason == unconnected {
				over.Status.Reason, over.Status.Description = rc.ReasonBlocked, rc.OutsideUnconnected
			}
			r.desk.tell("s-a1", 3, over)
		}
		r.newest("the sentence “"+tt.sentence+"”", func(c call.Call) bool { return c.Outcome == tt.outcome && c.Sentence == tt.sentence })
	}
}

func TestAnIncomingCallIsAnsweredAsTheContractHasIt(t *testing.T) {
	r := registered(t)
	tab, err := r.tab("tab 1", false)
	if err != nil {
		t.Fatal(err)
	}
	c := r.ringing(ring{headers: map[string]string{"p-rc-api-call-info": "callAttributes=reject;callerIdName=Grace;queueName=Sales;displayInfo=queueName"}})
	in := r.state(call.Ringing)
	want := call.Call{Direction: call.Inbound, State: call.Ringing, Number: "+16505550199", Name: "Grace Hopper", Line: "+16505550101", Queue: "Sales", TelephonySessionID: "s-b2", PartyID: "p-b2-2"}
	want.ID, want.Began = in.ID, in.Began
	if diff := cmp.Diff(want, in); diff != "" {
		t.Errorf("the call (-want +got):\n%s", diff)
	}
	r.until("the confirmation", func() bool { return len(r.messages) == 1 })
	if got, want := r.messages[0], `<Msg><Hdr SID="35463" Req="{A}" From="`+username+`" To="#996@`+domain+`:5060" Cmd="17"/><Bdy Cln="`+authID+`"/></Msg>`; strings.ReplaceAll(got, "></Bdy>", "/>") != want {
		t.Errorf("the phone confirms with %s, want %s", got, want)
	}
	r.show(in.ID)
	r.act(in.ID, "answer", softphone.Details{})
	r.until("the ACK", func() bool { return c.leg != nil })
	mediatest.Sing(t, c.leg, 1100)
	mediatest.Listen(t, tab).Hears(t, 1100)
	// Responses are noted by another goroutine than requests: in any order.
	said := strings.Fields(r.transcript(c.dialog.CallID))
	slices.Sort(said)
	if got, want := strings.Join(said, " "), "100 180 200 200 MESSAGE"; !strings.HasPrefix(got, want) {
		t.Errorf("the call was %q, want %q", got, want)
	}
	if s := r.phone.Snapshot(); s.Active != in.ID || s.Calls[0].State != call.Connected {
		t.Errorf("after the answer the phone is %+v", s)
	}
	r.bye(c)
	if got := r.state(call.Ended); got.Outcome != call.HungUp {
		t.Errorf("the call ended as %+v", got)
	}
}

func TestAnInviteWithoutAnOfferIsAnsweredWithOurs(t *testing.T) {
	r := registered(t)
	tab, err := r.tab("tab 1", false)
	if err != nil {
		t.Fatal(err)
	}
	c := r.ringing(ring{noOffer: true})
	in := r.state(call.Ringing)
	r.act(in.ID, "answer", softphone.Details{})
	r.until("the ACK", func() bool { return c.leg != nil })
	mediatest.Sing(t, c.leg, 1100)
	mediatest.Listen(t, tab).Hears(t, 1100)
}

func TestACallThatAsksForItIsAnsweredByItself(t *testing.T) {
	r := registered(t)
	r.ringing(ring{headers: map[string]string{"Alert-Info": "Auto Answer"}})
	r.state(call.Connected)
}

func TestWhatBecomesOfACallThatRings(t *testing.T) {
	for _, tt := range []struct {
		name     string
		waits    softphone.Waits
		unseen   bool
		then     func(r *rig, id string, c *sbcCall)
		outcome  call.Outcome
		sentence string
	}{
		{"the caller gives up", softphone.Waits{}, false, func(_ *rig, _ string, c *sbcCall) { c.ctx() }, call.Missed, ""},
		{"the caller gives up before a page showed it", softphone.Waits{}, true, func(_ *rig, _ string, c *sbcCall) { c.ctx() }, call.Missed, "The call came in while no open page could show it."},
		{"another phone answers", softphone.Waits{}, false, func(r *rig, _ string, c *sbcCall) { r.agent(c, 7) }, call.Elsewhere, ""},
		{"another phone answers, and the CANCEL is faster", softphone.Waits{}, false, func(r *rig, _ string, c *sbcCall) {
			c.ctx()
			r.state(call.Ended)
			r.agent(c, 7)
		}, call.Elsewhere, ""},
		{"no page shows it", softphone.Waits{Shown: time.Millisecond, Unseen: 20 * time.Millisecond}, true, func(*rig, string, *sbcCall) {}, call.Missed, "The call came in while no open page could show it."},
		{"it is declined", softphone.Waits{}, false, func(r *rig, id string, _ *sbcCall) { r.act(id, "hangup", softphone.Details{}) }, call.Declined, ""},
		{"it goes to voicemail", softphone.Waits{}, false, func(r *rig, id string, _ *sbcCall) { r.act(id, "voicemail", softphone.Details{}) }, call.Voicemail, ""},
		{"it is forwarded", softphone.Waits{}, false, func(r *rig, id string, _ *sbcCall) {
			r.act(id, "forward", softphone.Details{To: "+16505550123"})
			r.until("the message", func() bool {
				return strings.Contains(strings.Join(r.messages, ""), `FwdDly="0" Phn="+16505550123" PhnTp="3"`)
			})
		}, call.Forwarded, ""},
		{"it is replied to", softphone.Waits{}, false, func(r *rig, id string, _ *sbcCall) {
			r.act(id, "reply", softphone.Details{Text: `Five "minutes" & more`})
			r.until("the message", func() bool {
				return strings.Contains(strings.Join(r.messages, ""), `RepTp="0" Bdy="Five &#34;minutes&#34; &amp; more"`)
			})
		}, call.Replied, ""},
		{"the line breaks", softphone.Waits{}, false, func(r *rig, _ string, _ *sbcCall) { r.flow.Close() }, call.Missed, "The line to the phone service broke while it rang."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := registered(t, func(r *rig) {
				tt.waits.Retry = 10 * time.Millisecond
				r.pool.Waits = tt.waits
			})
			c := r.ringing(ring{})
			in := r.newest("a call", func(call.Call) bool { return true })
			if !tt.unseen {
				r.show(in.ID)
			}
			r.until("the 180", func() bool { return strings.Contains(strings.Join(r.heard[c.invite.CallID().Value()], " "), "180") })
			tt.then(r, in.ID, c)
			r.newest("the end", func(c call.Call) bool { return c.ID == in.ID && c.Outcome == tt.outcome && c.Sentence == tt.sentence })
		})
	}
}

func TestACallRingsOnWhoseCallerCannotBeWrittenTo(t *testing.T) {
	for _, tt := range []struct{ name, warning, want string }{
		{"as the platform of this product says it", `399 sip.example.test "` + rc.CallerUnwritable + `"`, rc.CallerUnwritable},
		{"in words that nobody knows", `399 sip.example.test "Their` + "\t" + ` mailbox is full."`, "Their mailbox is full."},
		{"without a word", `399 sip.example.test`, "The phone service did not do this. Answer or decline the call."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := registered(t)
			r.change(func() { r.warning = tt.warning })
			r.ringing(ring{})
			in := r.state(call.Ringing)
			err := r.phone.Act(t.Context(), in.ID, "reply", softphone.Details{Text: "Later"})
			if told := new(rc.Error); !errors.As(err, &told) || told.Message != tt.want {
				t.Errorf("the user is told %v, want %s", err, tt.want)
			}
			r.act(in.ID, "answer", softphone.Details{})
			r.state(call.Connected)
		})
	}
}

func TestACallOfAQueueCanBeAnsweredAndDeclinedOnly(t *testing.T) {
	r := registered(t)
	r.ringing(ring{headers: map[string]string{"p-rc-api-call-info": "callAttributes=queue-call,reject;queueName=Sales"}})
	in := r.state(call.Ringing)
	for _, act := range []string{"voicemail", "forward", "reply"} {
		if err := r.phone.Act(t.Context(), in.ID, act, softphone.Details{To: "101", Text: "No"}); kind(err) != rc.Conflict {
			t.Errorf("%s: %v", act, err)
		}
	}
	r.act(in.ID, "hangup", softphone.Details{})
	r.state(call.Ended)
}

func TestTheFarSideMayHold(t *testing.T) {
	r := registered(t)
	_, c := r.answered()
	for _, tt := range []struct {
		dir  sip.Direction
		held bool
		want sip.Direction
	}{{sip.SendOnly, true, sip.RecvOnly}, {sip.SendRecv, false, sip.SendRecv}, {sip.Inactive, true, sip.Inactive}} {
		body := sip.WithDirection(sip.NextVersion([]byte(c.leg.Local())), tt.dir)
		res, err := c.dialog.Do(t.Context(), c.dialog.Request(sip.INVITE, body, sip.SDP), nil)
		if err != nil || res.StatusCode != 200 || sip.DirectionOf(res.Body()) != tt.want {
			t.Fatalf("a re-INVITE with %s was answered with %v %v", tt.dir, res, err)
		}
		r.see("what "+string(tt.dir)+" means for those who look", func(s call.Snapshot) bool { return s.Calls[0].FarHeld == tt.held })
	}
}

func TestASecondCallHoldsTheFirst(t *testing.T) {
	r := registered(t)
	first, c := r.talk()
	second, _ := r.answered()
	s := r.see("the first on hold", func(s call.Snapshot) bool { return s.Calls[0].State == call.Held })
	if s.Active != second || len(c.holds) != 1 || c.holds[0] != sip.SendOnly {
		t.Errorf("the phone is %+v, the first call was told %v", s, c.holds)
	}
	r.act(first, "activate", softphone.Details{})
	s = r.see("the second on hold", func(s call.Snapshot) bool { return s.Calls[1].State == call.Held })
	if s.Active != first || s.Calls[0].State != call.Connected {
		t.Errorf("the phone is %+v", s)
	}
	r.act(first, "hangup", softphone.Details{})
	if s := r.phone.Snapshot(); s.Active != "" || s.Calls[1].State != call.Held {
		t.Errorf("after the first call the phone is %+v", s)
	}
}

func TestCommandsWithinACall(t *testing.T) {
	r := registered(t)
	id, c := r.talk()
	r.act(id, "record", softphone.Details{})
	r.newest("the recording", func(c call.Call) bool { return c.Recording })
	r.change(func() { r.command = func(string) int { return 1 } })
	off := false
	if err := r.phone.Act(t.Context(), id, "record", softphone.Details{On: &off}); kind(err) != rc.Unavailable || !r.phone.Snapshot().Calls[0].Recording {
		t.Errorf("a command that the platform refuses: %v, %+v", err, r.phone.Snapshot())
	}
	r.change(func() { r.command = nil })
	r.act(id, "park", softphone.Details{})
	r.until("the BYE", func() bool { return c.ended })
	if got := r.state(call.Ended); got.Outcome != call.Moved || got.Sentence != "The call is parked. It can be picked up by calling *813." {
		t.Errorf("the parked call is %+v", got)
	}
}

func TestTransfers(t *testing.T) {
	notify := func(r *rig, c *sbcCall, body string) {
		req := c.dialog.Request(sip.NOTIFY, []byte(body), "message/sipfrag")
		sip.SetHeader(req, "Event", "refer")
		if _, err := c.dialog.Do(t.Context(), req, nil); err != nil {
			t.Error(err)
		}
	}
	t.Run("to a number", func(t *testing.T) {
		r := registered(t)
		id, c := r.talk()
		targets := make(chan string, 1)
		r.onRefer = func(c *sbcCall, to string) {
			targets <- to
			notify(r, c, "SIP/2.0 100 Trying")
			notify(r, c, "SIP/2.0 200 OK")
			r.bye(c)
		}
		r.act(id, "transfer", softphone.Details{To: "101"})
		if got := <-targets; got != "<sip:101@"+domain+">" {
			t.Errorf("the call was referred to %s", got)
		}
		if got := r.state(call.Ended); got.Outcome != call.Moved || got.MovedTo.Number != "101" {
			t.Errorf("the call ended as %+v", got)
		}
		r.until("the BYE", func() bool { return c.ended })
	})
	t.Run("to who cannot be reached", func(t *testing.T) {
		r := registered(t)
		id, _ := r.talk()
		r.onRefer = func(c *sbcCall, _ string) { notify(r, c, "SIP/2.0 486 Busy Here") }
		if err := r.phone.Act(t.Context(), id, "transfer", softphone.Details{To: "101"}); kind(err) != rc.Unavailable {
			t.Errorf("the transfer: %v", err)
		}
		if s := r.phone.Snapshot().Calls[0].State; s != call.Connected {
			t.Errorf("after it the call is %s", s)
		}
	})
	t.Run("to another call", func(t *testing.T) {
		r := registered(t)
		first, _ := r.talk()
		second, consult := r.answered()
		targets := make(chan string, 1)
		r.onRefer = func(c *sbcCall, to string) {
			targets <- to
			notify(r, c, "SIP/2.0 200 OK")
			r.bye(consult)
			r.bye(c)
		}
		r.act(first, "transfer", softphone.Details{CallID: second})
		d := consult.dialog // the controller's own view: our tags the other way round
		want := "?Replaces=" + d.CallID + "%3Bto-tag%3D" + d.LocalTag + "%3Bfrom-tag%3D" + d.RemoteTag + ">"
		if got := <-targets; !strings.HasSuffix(got, want) {
			t.Errorf("the call was referred to %s, want its end to be %s", got, want)
		}
		s := r.see("both ends", func(s call.Snapshot) bool { return s.Calls[0].Over() && s.Calls[1].Over() })
		if s.Calls[0].Outcome != call.Moved || s.Calls[1].Outcome != call.Moved || s.Calls[0].MovedTo.Number != s.Calls[1].Number {
			t.Errorf("the calls ended as %+v", s.Calls)
		}
	})
}

func TestACallThatTheFarSideTransfersGoesOnUnderAnotherName(t *testing.T) {
	r := registered(t)
	r.talk()
	gone := outbound(rc.PartyGone, rc.ReasonAttendedTransfer)
	gone.Status.PeerID = &rc.PeerID{SessionID: "78", TelephonySessionID: "s-c3", PartyID: "p-c3-2"}
	r.desk.tell("s-a1", 4, gone)
	r.desk.tell("s-c3", 1, rc.EventParty{ID: "p-c3-2", Direction: rc.Outbound, To: rc.TelephonyEnd{PhoneNumber: "+16505550123", Name: "Alan Turing"}, Status: rc.PartyStatus{Code: rc.PartyAnswered}})
	got := r.newest("the new name", func(c call.Call) bool { return c.Name == "Alan Turing" })
	if got.TelephonySessionID != "s-c3" || got.Number != "+16505550123" || got.State != call.Connected {
		t.Errorf("the call is %+v", got)
	}
}
