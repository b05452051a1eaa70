package exchange_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/platform/exchange/sound"
	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/store"
)

// waiting is Cy, a customer whom Bob has put on hold.
func (w *world) waiting(t *testing.T) (bob *handset, customer, agent *talk) {
	t.Helper()
	cy := w.handset(t, apitest.Cy, cyHz)
	bob = w.handset(t, apitest.Bob, bobHz)
	customer = cy.call("102")
	agent = bob.answer(bob.rings())
	customer.ear.Hears(t, bobHz)
	agent.hold(true)
	return bob, customer, agent
}

// handOn connects whoever is on hold with whom the second call asks, and the
// phone has neither call any more.
func (c *talk) handOn(t *testing.T, second *talk) {
	t.Helper()
	c.handTo(t, second)
	c.p.ended()
	c.p.ended()
}

// asksMailbox calls Ada, whose voicemail listens.
func (p *handset) asksMailbox(t *testing.T) *talk {
	t.Helper()
	c := p.call("101")
	c.hush()
	c.beeped(t)
	return c
}

// concludes says the end of a message to a voicemail that listens.
func (c *talk) concludes(t *testing.T) {
	t.Helper()
	c.hush()
	c.say(t)
	c.press(t, '#')
}

func TestACustomerIsHandedToWhatTheExchangeAnswers(t *testing.T) {
	t.Parallel()
	t.Run("a service", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		bob, customer, agent := w.waiting(t)
		consult := bob.call("*601")
		consult.ear.Hears(t, bobHz)
		agent.handOn(t, consult)
		customer.ear.Hears(t, cyHz) // the echo
		customer.hangup()
		w.idle(t)
	})
	t.Run("the menu of the company", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		ada := w.handset(t, apitest.Ada, adaHz)
		bob, customer, agent := w.waiting(t)
		consult := bob.call(apitest.AcmeMain)
		agent.handOn(t, consult)
		customer.keys(t, "0")
		there := ada.answer(ada.rings())
		customer.ear.Hears(t, adaHz)
		customer.speak()
		there.ear.Hears(t, cyHz)
		customer.hangup()
		ada.ended()
		w.idle(t)
	})
}

// A lockedBox is a voicemail that is being opened until the call ends.
type lockedBox struct{ sound.Mailbox }

// New waits.
func (lockedBox) New(ctx context.Context) ([]sound.Left, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// lockedBoxes are those of everybody.
type lockedBoxes struct{}

func (lockedBoxes) Mailbox(store.Extension) sound.Mailbox { return lockedBox{} }

func TestNobodyIsHandedToWhatIsForOneUserAlone(t *testing.T) {
	t.Parallel()
	for name, number := range map[string]string{"the user's own voicemail": "*86", "the question whose call to listen to": "*80", "the emergency services": "911"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, inAmerica, func(x *exchange.Exchange) { x.Mailboxes = lockedBoxes{} })
			bob, customer, agent := w.waiting(t)
			bob.lives(home)
			consult := bob.call(number)
			agent.handTo(t, consult)
			for _, want := range []string{"SIP/2.0 100 Trying", "SIP/2.0 404 Not Found"} {
				if got := mediatest.Wait(t, "how the transfer goes", bob.sipfrags); got != want {
					t.Errorf("told %q, want %q", got, want)
				}
			}
			session, party := inbound(w, customer)
			refused(t, "joining the two calls", w.x.BridgeParty(t.Context(), session, party, sessionOf(consult.ids), partyOf(consult.ids)), rc.Conflict)
			agent.hold(false)
			customer.ear.Hears(t, bobHz)
			agent.ear.Hears(t, cyHz)
		})
	}
}

// parks asks for the other side to be parked. The phone that does so has yet to
// hang up.
func (c *talk) parks() {
	c.p.t.Helper()
	c.send(sip.INFO, `{"request":{"reqid":1,"command":"callpark"}}`, "application/json;charset=utf-8")
	if got := mediatest.Wait(c.p.t, "the outcome of the park", c.p.infos); !strings.Contains(got, `"park extension":"801"`) {
		c.p.t.Fatalf("parking: %s", got)
	}
}

// waits holds that a call of Ada's is parked: Cy, whom nothing has rung, picks
// it up.
func (w *world) waits(t *testing.T, cy *handset, a *talk) {
	t.Helper()
	cy.unrung(t)
	c := cy.call("*801")
	a.ear.Hears(t, cyHz)
	c.ear.Hears(t, adaHz)
	a.hangup()
	cy.ended()
	w.idle(t)
}

func TestAParkedCallIsTransferredNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, bob, a, b := w.connected(t)
	cy := w.handset(t, apitest.Cy, cyHz)
	p := w.part(t, apitest.Bob)
	elsewhere := bob.call("*601")
	b.parks()
	refused(t, "transferring it", w.x.TransferParty(t.Context(), p.session, p.party, rc.CallTarget{ExtensionNumber: "103"}), rc.Conflict)
	refused(t, "joining it with another call", w.x.BridgeParty(t.Context(), p.session, p.party, sessionOf(elsewhere.ids), partyOf(elsewhere.ids)), rc.Conflict)
	elsewhere.hangup()
	b.hangup()
	w.waits(t, cy, a)
}

func TestACallThatIsParkedBeforeItsTransferStaysParked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, seldom)
	_, bob, a, b := w.connected(t)
	cy := w.handset(t, apitest.Cy, cyHz)
	queued, goOn := w.stall(t, sessionOf(a.ids))
	transferred := make(chan int, 1)
	go func() { transferred <- b.send(sip.REFER, "", "", "Refer-To", "<sip:103@"+domain+">") }()
	w.settles(t, func() bool { return queued() >= 1 })
	b.send(sip.INFO, `{"request":{"reqid":1,"command":"callpark"}}`, "application/json;charset=utf-8")
	w.settles(t, func() bool { return queued() >= 2 })
	goOn()
	if code := mediatest.Wait(t, "the transfer to begin", transferred); code != 202 {
		t.Fatalf("REFER was answered %d", code)
	}
	for _, want := range []string{"SIP/2.0 100 Trying", "SIP/2.0 200 OK"} { // it has been found out who is called
		if got := mediatest.Wait(t, "how the transfer goes", bob.sipfrags); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
	a.ear.HearsOther(t, bobHz)
	b.hangup()
	w.waits(t, cy, a)
}

func TestAMessageIsFromWhoSpeaksAtItsEnd(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		from  string
		leave func(t *testing.T, w *world) (customer *talk)
	}{
		"after both have spoken": {"Cy", func(t *testing.T, w *world) *talk {
			bob, customer, agent := w.waiting(t)
			consult := bob.asksMailbox(t)
			consult.say(t)
			agent.handOn(t, consult)
			customer.concludes(t)
			return customer
		}},
		"who came while phones rang": {"Cy", func(t *testing.T, w *world) *talk {
			ada := w.handset(t, apitest.Ada, adaHz)
			bob, customer, agent := w.waiting(t)
			consult := bob.call("101")
			tx := ada.rings()
			agent.handOn(t, consult)
			ada.says(tx, 17, "")
			ada.says(tx, 11, "")
			customer.leavesAMessage(t)
			return customer
		}},
		"who withholds their number": {"", func(t *testing.T, w *world) *talk {
			cy, bob := w.handset(t, apitest.Cy, cyHz), w.handset(t, apitest.Bob, bobHz)
			customer := cy.try("102", "P-Asserted-Identity", "<sip:anonymous@"+domain+">")
			agent := bob.answer(bob.rings())
			customer.ear.Hears(t, bobHz)
			consult := bob.asksMailbox(t)
			agent.handOn(t, consult)
			customer.concludes(t)
			return customer
		}},
		"who is gone before the goodbye": {"Bob Stone", func(t *testing.T, w *world) *talk {
			bob, customer, _ := w.waiting(t)
			consult := bob.asksMailbox(t)
			consult.say(t)
			session, agent := inbound(w, customer)
			asked, leave := w.stall(t, session)
			joined := make(chan error, 1)
			go func() {
				joined <- w.x.BridgeParty(t.Context(), session, agent, sessionOf(consult.ids), partyOf(consult.ids))
			}()
			w.settles(t, func() bool { return asked() >= 1 })
			coming, come := w.stall(t, sessionOf(consult.ids))
			leave()
			w.settles(t, func() bool { return coming() >= 1 })
			consult.press(t, '#')
			w.leftFor(t, apitest.Ada)
			come()
			done(t, mediatest.Wait(t, "the two calls to be joined", joined))
			bob.ended()
			bob.ended()
			return customer
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, seldom)
			customer := tt.leave(t, w)
			w.leftFor(t, apitest.Ada)
			customer.p.ended()
			w.idle(t)
			if got := w.left[0].From; got.Name != tt.from {
				t.Errorf("it is from %+v, want %q", got, tt.from)
			}
			var log store.Call
			w.settles(t, func() bool {
				log = w.rows(t, apitest.Ada)[0]
				return log.Record.Message != nil
			})
			if got := log.Record.From.Name; got != tt.from {
				t.Errorf("the log that names it has a call from %q, want %q", got, tt.from)
			}
			theirs := slices.IndexFunc(w.rows(t, apitest.Cy), func(c store.Call) bool { return c.Record.SessionID == log.Record.SessionID })
			if theirs < 0 {
				t.Fatal("whom it was taken to has no such call in their log")
			}
			if got := w.rows(t, apitest.Cy)[theirs].Record.To.Name; got != "Ada Test" {
				t.Errorf("the log of who came has a call to %q, want Ada's voicemail", got)
			}
		})
	}
}
