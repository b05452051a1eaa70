package softphone

import (
	"cmp"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/widget/call"
)

// A talk is a call with what carries it. All of it belongs to the phone's
// actor.
type talk struct {
	call.Call
	ph *Phone

	flow   *sip.Flow
	keys   sip.Credentials
	sipID  string      // Call-ID
	dialog *sip.Dialog // nil until there is one
	invite *sip.Tx     // of an incoming call that has no answer yet
	notice *notice     // what the platform wrote on the INVITE for its agents; nil for nothing
	stop   func()      // takes an INVITE of ours back; nil when there is none under way
	local  []byte      // our description, as it was last sent
	wire   wire        // its sound

	message *message // that is left in the call, in place of the user; nil for none

	urgent      bool          // it is to the emergency services
	accepted    bool          // the platform has accepted a call of ours, which says nothing of the callee
	answering   bool          // an incoming call is being answered
	late        bool          // the ACK of our answer brings the platform's
	shown       bool          // a page has said that it shows the ring
	queued      bool          // of a call queue: it can be answered and declined, no more
	elsewhere   bool          // another phone of the user has answered
	leaving     call.Outcome  // what the user has told the platform to do with a call that rings
	remote      string        // the newest status that telephony events told, such as [rc.PartyAnswered]
	reason      string        // the reason that came with it
	because     string        // and its description, as the platform words it
	farewell    string        // said at the end of a call that was sent away because nobody was there; empty for others
	since       time.Time     // it was answered, or goes on after a hold
	tally       tally         // how it sounds
	stranger    bool          // the far side has transferred the call to somebody not yet known
	seen        int64         // the number of the newest telephony event
	pressed     chan struct{} // closed when the keys pressed last have been sent
	busy        bool          // a request within the call is under way
	waiting     []request
	replies     map[int]func(infoReply) // of commands, by the number of the question
	asked       int                     // the number of the last command
	refer       func(error)             // a transfer that goes on
	meeting     *meeting                // of a conference that the user hosts; nil for an ordinary call
	supervision *supervision            // of a call that the user was called into to listen in
	merging     bool                    // a conference is opened for it
	merged      bool                    // its far side goes into a conference, and it ends
	moving      bool                    // it ends when a transfer to it is done
	withheld    bool                    // the far side does not see the user's number
	heading     call.Far                // whom the far side is being transferred to
	transferred bool                    // the far side talks to somebody else now
	offered     string                  // the connection that the far side described last
	gone        chan struct{}           // closed by end
	alarms      []*alarm
}

// newTalk begins a call.
func (ph *Phone) newTalk(d call.Direction, s call.State) *talk {
	t := &talk{ph: ph, keys: credentials(ph.line.info), replies: make(map[int]func(infoReply)), gone: make(chan struct{})}
	t.Call = call.Call{ID: newID(), Direction: d, State: s, Began: ph.pool.Now()}
	ph.talks = append(ph.talks, t)
	ph.changed()
	return t
}

// newID names a call.
func newID() string { return strings.ToLower(rand.Text()[:16]) }

// move changes the state and reports whether that was legal.
func (t *talk) move(to call.State) bool {
	if !mayFollow(t.State, to) {
		return false
	}
	t.State = to
	if to == call.Connected {
		t.since, t.tally.tab = time.Now(), cmp.Or(t.ph.sound.tab, t.tally.tab)
	}
	if to == call.Connected && t.Answered.IsZero() {
		t.Answered = t.ph.pool.Now()
		t.Sentence = ""
		t.ph.seekFlips()
	}
	t.ph.changed()
	return true
}

// say tells people what is wrong with a call; empty takes it back.
func (t *talk) say(sentence string) {
	t.Sentence = sentence
	t.ph.changed()
}

// end is how every call ends: nothing of it is left but what people are told
// for a few seconds. Whoever calls it has told the platform, or heard it
// from there. Ending a call twice changes nothing.
func (t *talk) end(outcome call.Outcome, sentence string) {
	if !t.move(call.Ended) {
		return
	}
	ph := t.ph
	t.Ended = ph.pool.Now()
	sentence = t.dropped(sentence)
	t.Outcome, t.Sentence = t.fate(outcome, sentence)
	t.NoSuch = t.Sentence == noSuch
	t.Supervision, t.Muted, t.Recording, t.FarHeld, t.Unheard, t.Silent = "", false, false, false, false, false
	t.keep()
	t.recollect()
	for _, a := range t.alarms {
		a.stop()
	}
	for _, r := range t.waiting {
		r.answer(over())
	}
	t.alarms, t.waiting = nil, nil
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
	for number, reply := range t.replies {
		delete(t.replies, number)
		reply(infoReply{})
	}
	if t.refer != nil {
		t.refer(over())
		t.refer = nil
	}
	close(t.gone)
	t.wire.close()
	if ph.active == t {
		ph.hear(nil)
	}
	ph.review()
	ph.after(ph.pool.Waits.Past, t.forget)
	t.meeting.stands(notMerged())
	t.supervision.stands(over())
}

// forget takes a call that is over out of the snapshot.
func (t *talk) forget() {
	t.ph.talks = slices.DeleteFunc(t.ph.talks, func(o *talk) bool { return o == t })
	t.ph.changed()
	t.ph.line.rest()
}

func over() error { return rc.Errorf(rc.Conflict, "This call is over.") }

// alarm is an alarm that the call's end stops.
func (t *talk) alarm(a *alarm) { t.alarms = append(t.alarms, a) }

// live reports whether the call is not over.
func (t *talk) live() bool { return t.State != call.Ended }

// talking reports whether somebody has answered.
func (t *talk) talking() bool { return t.State == call.Connected || t.State == call.Held }

// live counts the calls that are not over.
func (ph *Phone) live() int {
	n := 0
	for _, t := range ph.talks {
		if t.live() {
			n++
		}
	}
	return n
}

// A request is something within a call that the platform has to answer.
type request struct {
	run func(done func(error))
	// answer is told how it went, once; also when the call ends before.
	answer func(error)
}

// next has a request wait for the one that is under way: a second re-INVITE
// would be refused (RFC 3261 section 14.1).
func (t *talk) next(r request) {
	if t.busy {
		t.waiting = append(t.waiting, r)
		return
	}
	t.busy = true
	r.run(func(err error) {
		r.answer(err)
		t.busy = false
		if len(t.waiting) > 0 && t.live() {
			first := t.waiting[0]
			t.waiting = t.waiting[1:]
			t.next(first)
		}
	})
}
