package softphone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
)

// answerTime is how long the node that has a phone may take for an answer.
const answerTime = 30 * time.Second

// An enquiry is what a node asks of the phone of a grant, of itself or of the
// node that has it.
type enquiry struct {
	Grant string `json:"grant"`
	Do    string `json:"do"` // one of what is below, or empty to look
	// Seen is the newest version that pages of the asking node have seen.
	Seen uint64 `json:"seen,omitempty"`

	Order   Order    `json:"order,omitzero"`  // place
	Urgent  string   `json:"urgent,omitzero"` // of the order
	ID      string   `json:"id,omitempty"`    // act, merge, drop, supervise
	Name    string   `json:"name,omitempty"`  // act, drop, supervise
	Details Details  `json:"details,omitzero"`
	Other   string   `json:"other,omitempty"`  // merge
	IDs     []string `json:"ids,omitempty"`    // shown
	Tab     string   `json:"tab,omitempty"`    // attach, leave
	SDP     string   `json:"sdp,omitempty"`    // attach
	Take    bool     `json:"take,omitempty"`   // attach
	Parcel  string   `json:"parcel,omitempty"` // part, drop: what was sent before
	At      int      `json:"at,omitempty"`     // part, drop: how much of it
	Sound   []byte   `json:"sound,omitempty"`  // part, drop
}

// A finding is what became of an enquiry.
type finding struct {
	// Elsewhere is true where the node does not have the phone.
	Elsewhere bool      `json:"elsewhere,omitempty"`
	Refused   *rc.Error `json:"refused,omitempty"`
	// Failed is true where the node has written down what went wrong.
	Failed bool `json:"failed,omitempty"`

	ID       string         `json:"id,omitempty"`
	First    bool           `json:"first,omitempty"`
	SDP      string         `json:"sdp,omitempty"`
	Version  uint64         `json:"version,omitempty"`
	Snapshot *call.Snapshot `json:"snapshot,omitempty"` // the phone as it is now
}

// put puts a question to a phone of this node.
func (q enquiry) put(ctx context.Context, ph *Phone) (a finding, err error) {
	switch q.Do {
	case "place":
		q.Order.urgent = q.Urgent
		a.ID, err = ph.Place(ctx, q.Order)
	case "act":
		err = ph.Act(ctx, q.ID, q.Name, q.Details)
	case "merge":
		a.ID, err = ph.Merge(ctx, q.ID, q.Other)
	case "part":
		err = ph.pool.parcels.add(q.Parcel, q.At, q.Sound)
	case "drop":
		err = q.drop(ctx, ph)
	case "supervise":
		a.ID, err = ph.Supervise(ctx, q.ID, q.Name)
	case "shown":
		a.First, err = ph.Shown(ctx, q.IDs)
	case "attach":
		a.SDP, a.Version, err = ph.Attach(ctx, q.Tab, q.SDP, q.Take)
	case "leave":
		ph.Leave(q.Tab)
	case "":
		ph.outrun(q.Seen)
	default:
		err = fmt.Errorf("another server asks a phone to %q, which this one cannot", q.Do)
	}
	return a, err
}

// answer answers another node.
func (p *Pool) answer(ctx context.Context, data []byte) []byte {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	var q enquiry
	var a finding
	err := json.Unmarshal(data, &q)
	if err == nil {
		if ph := p.lent(q.Grant); ph != nil {
			a, err = q.put(ctx, ph)
			now := ph.Snapshot()
			a.Snapshot = &now
		} else {
			a.Elsewhere = true
		}
	}
	if refused, ok := errors.AsType[*rc.Error](err); ok {
		a.Refused = refused
	} else if err != nil {
		a.Failed = true
		if ctx.Err() == nil {
			p.Log.Error("answering another server about a phone", "grant", q.Grant, "err", err)
		}
	}
	out, err := json.Marshal(a)
	if err != nil {
		p.Log.Error("answering another server about a phone", "grant", q.Grant, "err", err)
	}
	return out
}

// err is what the asking node's user is told.
func (a finding) err() error {
	switch {
	case a.Refused != nil:
		return a.Refused
	case a.Failed:
		return errors.New("the server that has the phone could not do it")
	}
	return nil
}

// Place, Act and the other methods of a seat are those of [Phone].
func (s *seat) Place(ctx context.Context, o Order) (id string, err error) {
	a, err := s.ask(ctx, enquiry{Do: "place", Order: o, Urgent: o.urgent})
	return a.ID, err
}

func (s *seat) Act(ctx context.Context, id, name string, d Details) error {
	_, err := s.ask(ctx, enquiry{Do: "act", ID: id, Name: name, Details: d})
	return err
}

func (s *seat) Merge(ctx context.Context, id, other string) (string, error) {
	a, err := s.ask(ctx, enquiry{Do: "merge", ID: id, Other: other})
	return a.ID, err
}

func (s *seat) Supervise(ctx context.Context, extensionID, mode string) (id string, err error) {
	a, err := s.ask(ctx, enquiry{Do: "supervise", ID: extensionID, Name: mode})
	return a.ID, err
}

func (s *seat) Shown(ctx context.Context, ids []string) (first bool, err error) {
	a, err := s.ask(ctx, enquiry{Do: "shown", IDs: ids})
	return a.First, err
}

func (s *seat) Attach(ctx context.Context, tab, offer string, take bool) (sdp string, version uint64, err error) {
	a, err := s.ask(ctx, enquiry{Do: "attach", Tab: tab, SDP: offer, Take: take})
	return a.SDP, a.Version, err
}

func (s *seat) Leave(tab string) {
	ctx, cancel := context.WithTimeout(s.pool.ctx, answerTime)
	defer cancel()
	_, _ = s.ask(ctx, enquiry{Do: "leave", Tab: tab}) // its sound ends by itself as well
}

// ask puts a question to the phone, wherever it is. Where it was lost on the
// way nobody knows what has become of it, so that it is asked again only where
// it has not been heard.
func (s *seat) ask(ctx context.Context, q enquiry) (finding, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	s.use()
	for again := true; ; again = false {
		ph, owner := s.at()
		if ph != nil {
			return q.put(ctx, ph)
		}
		a, err := s.pool.askNode(ctx, owner, s.grantID, q)
		switch {
		case err == nil && !a.Elsewhere:
			if a.Snapshot != nil { // what is told of it may come later
				s.learn(*a.Snapshot)
			}
			return a, a.err()
		case err != nil && !errors.Is(err, errUnheard):
			s.log.Warn("the server that has a phone does not answer", "err", err)
			return finding{}, restarting()
		case !again:
			return finding{}, restarting()
		}
		if err := s.settle(ctx, true); err != nil {
			return finding{}, err
		}
	}
}
