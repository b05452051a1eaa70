package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
)

// Values of Presence.Reach.
const (
	ReachAvailable = "available"
	ReachBusy      = "busy"
	ReachDND       = "dnd" // takes no calls
	ReachOffline   = "offline"
)

// A Presence is whether somebody can be reached: the user, or a colleague.
// It is zero while nobody knows.
type Presence struct {
	ExtensionID     string
	Reach           string // of all that is known, in one word
	UserStatus      string // these three as the platform has them
	DNDStatus       string
	TelephonyStatus string
	Message         string // the status message
}

// A presence is what a desk knows of somebody.
type presence struct {
	Presence
	Sequence int64     // of the newest event; one gateway session counts for itself
	at       time.Time // when the newest event came, or the answer to a change
	old      bool      // the message may have changed: events do not carry it
}

// A PresenceChange is what the user says of themselves; nil stays as it is.
type PresenceChange struct {
	UserStatus *string
	DNDStatus  *string
	Message    *string
}

// setPatience is how long a user waits to learn what became of a change.
const setPatience = 10 * time.Second

// listenPatience is how long the first list of colleagues waits for the
// notification gateway.
const listenPatience = 3 * time.Second

// newPresence reads a platform's record.
func newPresence(id string, r rc.Presence) Presence {
	return Presence{id, reachOf(r.PresenceStatus, r.DNDStatus), r.UserStatus, r.DNDStatus, r.TelephonyStatus, r.Message}
}

func reachOf(status, dnd string) string {
	switch {
	case status == rc.Offline:
		return ReachOffline
	case dnd == rc.DoNotAcceptAnyCalls:
		return ReachDND
	case status == rc.Busy:
		return ReachBusy
	case status == rc.Available:
		return ReachAvailable
	}
	return ""
}

// Presence is the user's own; false while it is not known, or not to be had.
func (d *Desk) Presence() (Presence, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.ledger.people.present[d.me.ExtensionID]
	if p == nil {
		return Presence{}, false
	}
	return p.Presence, true
}

// SetPresence changes the user's own presence and waits for the platform,
// since nothing but its answer makes it true. The error is an *rc.Error with
// a sentence.
func (d *Desk) SetPresence(ctx context.Context, c PresenceChange) (Presence, error) {
	ctx, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	a, err := d.do(ctx, call{
		group: rc.Medium, priority: acting, method: http.MethodPut, path: extensionPath + "/presence",
		body: rc.PresenceRequest{UserStatus: c.UserStatus, DNDStatus: c.DNDStatus, Message: c.Message},
	})
	if err != nil {
		return Presence{}, notDone(err, lang.Mark("Your status was not changed."))
	}
	var r rc.Presence
	if err := json.Unmarshal(a.body, &r); err != nil {
		return Presence{}, fmt.Errorf("reading the answer to a change of presence: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	p := newPresence(d.me.ExtensionID, r)
	d.note(p, true)
	if known := d.ledger.people.present[p.ExtensionID]; known != nil {
		known.at = d.pool.Now() // answers to older questions know less
	}
	return p, nil
}

// notDone says why something that the user wanted was not done, after the
// sentence that says what.
func notDone(err error, what string) error {
	var r *refusal
	switch {
	case errors.Is(err, errEnded):
		return signedOut()
	case errors.As(err, &r) && r.Status == http.StatusForbidden:
		return rc.Errorf(rc.Denied, "%s Your phone service does not let this app change it. Ask your administrator to allow it.", what)
	case errors.As(err, &r):
		return rc.Errorf(rc.Invalid, "%s Your phone service says: %s", what, r.Message)
	case errors.Is(err, errLimited), errors.Is(err, context.DeadlineExceeded):
		return rc.Errorf(rc.TooMany, "%s Your phone service is busy. Try again in a minute.", what)
	}
	return rc.Errorf(rc.Unavailable, "%s The phone service does not answer. Try again in a moment.", what)
}

// note takes over what is known of somebody and tells it when it is news.
// Whole says that the message is known as well. The caller holds mu.
func (d *Desk) note(p Presence, whole bool) {
	if p.ExtensionID == "" || p.Reach == "" {
		return
	}
	known := d.ledger.people.present[p.ExtensionID]
	if known == nil {
		known = &presence{}
		d.ledger.people.present[p.ExtensionID] = known
	}
	if whole {
		known.old = false
	} else {
		p.Message = known.Message
	}
	// An event that changes nothing else changes the message: whoever looks
	// at it asks.
	if whole && known.Presence == p {
		return
	}
	known.Presence = p
	if p.ExtensionID == d.me.ExtensionID {
		d.dirty(rowKey{rowPresence, rowOwn})
	}
	told := p
	d.tell(Event{Type: EventPresence, ID: p.ExtensionID, Presence: &told})
}

// A presenceEvent is an event's body; its extension id is a number in live
// traffic and text in the specification (contract 4).
type presenceEvent struct {
	rc.PresenceEvent
	ExtensionID json.RawMessage `json:"extensionId"`
}

// presenceChanged acts on a presence event. One that is older than what is
// known says nothing new; the same one comes by every filter that it matches.
func (d *Desk) presenceChanged(body []byte) {
	var e presenceEvent
	if err := json.Unmarshal(body, &e); err != nil {
		d.log.Warn("reading a presence event", "err", err)
		return
	}
	id := strings.Trim(string(e.ExtensionID), `"`)
	d.mu.Lock()
	defer d.mu.Unlock()
	if known := d.ledger.people.present[id]; known != nil && e.Sequence != 0 && e.Sequence <= known.Sequence {
		return
	}
	d.note(Presence{
		ExtensionID: id, Reach: reachOf(e.PresenceStatus, e.DNDStatus), UserStatus: e.UserStatus, DNDStatus: e.DNDStatus, TelephonyStatus: e.TelephonyStatus,
	}, false)
	known := d.ledger.people.present[id]
	if known == nil {
		return
	}
	known.Sequence, known.at, known.old = e.Sequence, d.pool.Now(), true
	if id == d.me.ExtensionID {
		d.curious[id] = true
		wake(d.wantPresence)
	}
}

// AskPresence has the desk find out what events leave unsaid of whoever has
// a number: their message. It is told as an event when it is new.
func (d *Desk) AskPresence(number string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.ledger.people.byPhone[number]
	if e == nil {
		return
	}
	if known := d.ledger.people.present[e.ID]; known != nil && known.old {
		d.curious[e.ID] = true
		wake(d.wantPresence)
	}
}

// presenceGap notes that events may have been missed: everybody is asked for
// again, and the next events count from their own beginning.
func (d *Desk) presenceGap() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.ledger.people.present {
		p.Sequence = 0
	}
	d.curious[d.me.ExtensionID] = true
	wake(d.wantPresence)
	wake(d.wantColleagues)
}

// watcher asks for the presence of those whom somebody is curious about: the
// user at the beginning and after each event, colleagues when they are looked
// at. A platform that refuses it leaves the phone without presence.
func (d *Desk) watcher() {
	if !d.waitUntil(d.identified, d.wantPresence) {
		return
	}
	d.wonder(d.Me().ExtensionID)
	var b backoff
	for {
		select {
		case <-d.ctx.Done():
			return
		case <-d.wantPresence:
		}
		if !d.sleep(d.budget.pace(rc.Light)) {
			return
		}
		for id := d.wondered(); id != ""; id = d.wondered() {
			err := d.askPresence(d.ctx, id)
			_, refused := errors.AsType[*refusal](err)
			switch {
			case err == nil:
				b = backoff{}
			case errors.Is(err, errEnded) || d.ctx.Err() != nil:
				return
			case refused:
				d.log.Info("the platform does not tell presence", "err", err)
			default:
				d.wonder(id)
				if !d.pause(b.next()) {
					return
				}
			}
		}
	}
}

// wonder makes the desk curious about somebody.
func (d *Desk) wonder(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.curious[id] = true
	wake(d.wantPresence)
}

// wondered takes somebody whom the desk is curious about, the user first;
// empty for nobody.
func (d *Desk) wondered() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.curious, "")
	id := d.me.ExtensionID
	if !d.curious[id] {
		id = ""
		for other := range d.curious {
			id = other
			break
		}
	}
	delete(d.curious, id)
	return id
}

func (d *Desk) askPresence(ctx context.Context, id string) error {
	own, p := d.Me().ExtensionID, background
	path := accountPath + "/extension/" + id + "/presence"
	if id == own {
		path, p = extensionPath+"/presence", live
	}
	asked := d.pool.Now()
	r, err := get[rc.Presence](ctx, d, rc.Light, p, path, nil)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answered(newPresence(id, r), asked)
	return nil
}

// answered takes over an answer, unless an event has told more since it was
// asked for. The caller holds mu.
func (d *Desk) answered(p Presence, asked time.Time) {
	if known := d.ledger.people.present[p.ExtensionID]; known != nil && known.at.After(asked) {
		return
	}
	d.note(p, true)
}

// rollCall asks for the presence of all colleagues: at the beginning, when
// events may have been missed, and now and then.
func (d *Desk) rollCall() {
	if !d.waitUntil(d.identified, d.wantColleagues) {
		return
	}
	// Whoever listens from now on wants the list as well: one does for both,
	// and leaves more of the limit to the user.
	if _, open := d.await(listenPatience, d.wantColleagues); !open {
		return
	}
	var b backoff
	for {
		hush(d.wantColleagues) // what asked meanwhile is answered by this call
		at := d.pool.Now()
		list, err := all[rc.Presence](d.ctx, d, rc.Heavy, background, accountPath+"/presence", nil)
		if err == nil {
			d.present(list, at)
		}
		wait, _, open := d.again(&b, err, refresh)
		if !open {
			return
		}
		asked, open := d.await(wait, d.wantColleagues)
		if !open || asked && !d.sleep(d.budget.pace(rc.Heavy)) {
			return
		}
	}
}

// present takes over a list of everybody's presence.
func (d *Desk) present(list []rc.Presence, asked time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	listed := make(map[string]bool, len(list))
	for _, r := range list {
		if r.Extension == nil {
			continue
		}
		id := strconv.FormatInt(r.Extension.ID, 10)
		listed[id] = true
		d.answered(newPresence(id, r), asked)
	}
	for id := range d.ledger.people.present {
		if !listed[id] && id != d.me.ExtensionID {
			delete(d.ledger.people.present, id) // not a colleague any more
		}
	}
	d.dirty(rowKey{rowPresence, rowColleagues})
}

// Two rows of presence: the user's changes often, the colleagues' is long.
const (
	rowOwn        = "own"
	rowColleagues = "colleagues"
)

// presenceRow is what a row of presence holds. The caller holds mu.
func (d *Desk) presenceRow(id string) any {
	kept := []Presence{}
	for ext, p := range d.ledger.people.present {
		if (ext == d.me.ExtensionID) == (id == rowOwn) {
			kept = append(kept, p.Presence)
		}
	}
	return kept
}
