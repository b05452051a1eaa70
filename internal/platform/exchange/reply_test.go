package exchange_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// letters are the replies that were sent.
type letters chan session.Reply

func (l letters) Reply(_ context.Context, r session.Reply) error {
	l <- r
	return nil
}

func TestWhoIsCalledWritesInsteadOfAnswering(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, want string
		reply      func(w *world, bob *handset, tx *sip.Tx)
	}{
		{"by a request", "In the theatre", func(w *world, _ *handset, _ *sip.Tx) {
			p := w.part(t, apitest.Bob)
			done(t, w.x.ReplyParty(t.Context(), p.session, p.party, rc.CallReply{Text: "In the theatre"}))
		}},
		{"by a request with a pattern", "Please call me back in 2 hours.", func(w *world, _ *handset, _ *sip.Tx) {
			p := w.part(t, apitest.Bob)
			pattern := &rc.ReplyPattern{Pattern: "CallMeBack", Time: 2, TimeUnit: "Hour"}
			done(t, w.x.ReplyParty(t.Context(), p.session, p.party, rc.CallReply{Pattern: pattern}))
		}},
		{"on the phone, in own words", "Later, please", func(_ *world, bob *handset, tx *sip.Tx) { bob.says(tx, 14, ` RepTp="0" Bdy="Later, please"`) }},
		{"with a minute", "I will call you back in 1 minute.", func(_ *world, bob *handset, tx *sip.Tx) { bob.says(tx, 14, ` RepTp="1" Dir="0" Vl="1" Units="0"`) }},
		{"with days, the other way", "Please call me back in 3 days.", func(_ *world, bob *handset, tx *sip.Tx) { bob.says(tx, 14, ` RepTp="1" Dir="1" Vl="3" Units="2"`) }},
		{"later", "I will call you back later.", func(_ *world, bob *handset, tx *sip.Tx) { bob.says(tx, 14, ` RepTp="4" Dir="0" Vl="5"`) }},
		{"in a meeting", "I am in a meeting.", func(_ *world, bob *handset, tx *sip.Tx) { bob.says(tx, 14, ` RepTp="5"`) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sent := make(letters, 1)
			w := newWorld(t, func(x *exchange.Exchange) { x.Book.Replies = sent })
			ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
			ada.call("102")
			tx := bob.rings()
			tt.reply(w, bob, tx)
			quiet(t, tx)
			ada.ended() // after she has been told
			w.idle(t)
			r := <-sent
			if diff := cmp.Diff([]any{apitest.Bob, apitest.AdaPhone, tt.want}, []any{r.ExtensionID, r.To.Number, r.Text}); diff != "" {
				t.Errorf("the message (-want +got):\n%s", diff)
			}
			wantRows(t, w, apitest.Bob, "Inbound Reply")
			wantRows(t, w, apitest.Ada, "Outbound Reply")
		})
	}
}

func TestAReplyWithoutWordsDeclines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	a := ada.call("102")
	tx := bob.rings()
	bob.says(tx, 14, ` RepTp="0"`)
	quiet(t, tx)
	a.hangup()
	w.idle(t)
	wantRows(t, w, apitest.Bob, "Inbound Rejected")
}

// A censor refuses what is to be sent, as often as it is let.
type censor struct {
	errs chan error // of the replies, one after the other
	asks chan struct{}
}

func (c censor) Reply(context.Context, session.Reply) error {
	c.asks <- struct{}{}
	return <-c.errs
}

func newCensor() censor { return censor{make(chan error, 9), make(chan struct{}, 9)} }

func TestAReplyThatCannotBeSentRingsOn(t *testing.T) {
	t.Parallel()
	unwritable := &rc.Error{Kind: rc.Conflict, Message: rc.CallerUnwritable}
	for _, tt := range []struct {
		name  string
		err   error
		reply func(w *world, bob *handset, tx *sip.Tx)
	}{
		{"by a request", unwritable, func(w *world, _ *handset, _ *sip.Tx) {
			p := w.part(t, apitest.Bob)
			err := w.x.ReplyParty(t.Context(), p.session, p.party, rc.CallReply{Text: "In the theatre"})
			var told *rc.Error
			if !errors.As(err, &told) || told.Message != rc.CallerUnwritable {
				t.Errorf("the request was answered %v", err)
			}
		}},
		{"on the phone", unwritable, func(_ *world, bob *handset, tx *sip.Tx) {
			res := bob.replies(tx)
			if warning := sip.HeaderValue(res, "Warning"); res.StatusCode != 403 || !strings.Contains(warning, `"`+rc.CallerUnwritable+`"`) {
				t.Errorf("the phone was answered %d, %s", res.StatusCode, warning)
			}
		}},
		{"on the phone, for a reason that is nobody's business", errors.New("the disk is full"), func(_ *world, bob *handset, tx *sip.Tx) {
			if res := bob.replies(tx); res.StatusCode != 500 || strings.Contains(res.String(), "disk") {
				t.Errorf("the phone was answered %s", res)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			no := newCensor()
			no.errs <- tt.err
			w := newWorld(t, func(x *exchange.Exchange) { x.Book.Replies = no })
			ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
			a := ada.call("102")
			tx := bob.rings()
			tt.reply(w, bob, tx)
			b := bob.answer(tx) // it rings still
			a.ear.Hears(t, bobHz)
			b.ear.Hears(t, adaHz)
			a.hangup()
			bob.ended()
			w.idle(t)
			wantRows(t, w, apitest.Bob, "Inbound Accepted")
			wantRows(t, w, apitest.Ada, "Outbound Call connected")
		})
	}
}

// replies asks to reply to a call that rings.
func (p *handset) replies(tx *sip.Tx) *sip.Response {
	p.t.Helper()
	res, err := p.sends(tx, 14, ` RepTp="0" Bdy="Later, please"`)
	if err != nil {
		p.t.Fatal(err)
	}
	return res
}

func TestAReplyIsSentOnceAndTheCallMayEndMeanwhile(t *testing.T) {
	t.Parallel()
	slow := newCensor()
	w := newWorld(t, func(x *exchange.Exchange) { x.Book.Replies = slow })
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	a := ada.call("102")
	tx := bob.rings()
	p := w.part(t, apitest.Bob)
	first := make(chan error, 1)
	go func() { first <- w.x.ReplyParty(t.Context(), p.session, p.party, rc.CallReply{Text: "Later"}) }()
	mediatest.Wait(t, "the message", slow.asks)
	refused(t, "a second message", w.x.ReplyParty(t.Context(), p.session, p.party, rc.CallReply{Text: "Later"}), rc.Conflict)
	a.hangup()
	quiet(t, tx)
	slow.errs <- nil
	if err := mediatest.Wait(t, "the first to be answered", first); err != nil {
		t.Errorf("a message that was sent: %v", err)
	}
	w.idle(t)
	wantRows(t, w, apitest.Ada, "Outbound Hang Up")
}
