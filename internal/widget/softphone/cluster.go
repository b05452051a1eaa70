package softphone

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"offhook/internal/bus"
	"offhook/internal/store"
	"offhook/internal/widget/call"
)

// A Cluster is the nodes that share a store and a bus. One of them at a time
// has the phone of a grant: it is registered for the user, and their calls
// live there; the others ask it. A node has a phone for as long as it says so
// in the store, and what it has is free when it has not said so for a while.
type Cluster struct {
	Store store.Widget
	// Node names this process, and no other that was before or comes after.
	Node string
	// Lease is how long a node that says nothing keeps its phones; zero means
	// 15 s.
	Lease time.Duration
	// Beat is how often a node says that it is there, and asks whether others
	// are; zero means 5 s.
	Beat time.Duration
}

// askedAt is the subject on which a node answers, toldOf the one on which the
// node that has a phone tells how it is.
func askedAt(node string) string   { return "widget.phone.node." + node }
func toldOf(grantID string) string { return "widget.phone.told." + grantID }

// A telling is what the node that has a phone tells the others.
type telling struct {
	Node     string         `json:"node"`
	Snapshot *call.Snapshot `json:"snapshot,omitempty"`
	// Over is true when the node does not have the phone any more.
	Over bool `json:"over,omitempty"`
}

// join begins a node's part in a cluster.
func (p *Pool) join() (leave func(), err error) {
	c := p.Cluster
	c.Lease, c.Beat = cmp.Or(c.Lease, 15*time.Second), cmp.Or(c.Beat, 5*time.Second)
	p.seats = make(map[string]*seat)
	silent, err := p.Bus.Answer(askedAt(c.Node), p.answer)
	if err != nil {
		return nil, fmt.Errorf("answering other servers: %w", err)
	}
	ctx, cancel := context.WithCancel(p.ctx)
	var keeping sync.WaitGroup
	keeping.Go(func() { p.keep(ctx) })
	return func() {
		cancel()
		keeping.Wait()
		silent()
	}, nil
}

// keep says that this node is there for as long as ctx lasts.
func (p *Pool) keep(ctx context.Context) {
	beat := time.NewTicker(p.Cluster.Beat)
	defer beat.Stop()
	strays := map[string]bool{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
		had := p.having()
		var kept []string
		err := p.Cluster.Store.Write(ctx, func(tx store.WidgetTx) (err error) {
			kept, err = tx.KeepPhones(ctx, p.Cluster.Node, p.Now().Add(p.Cluster.Lease))
			return err
		})
		if err != nil {
			if ctx.Err() == nil { // calls go on: no other node can have the phones either
				p.Log.Error("keeping this server's phones", "err", err)
			}
			continue
		}
		strays = p.compare(ctx, had, kept, strays)
	}
}

// having is the phones that this node has.
func (p *Pool) having() map[string]*seat {
	p.mu.Lock()
	defer p.mu.Unlock()
	had := make(map[string]*seat)
	for grantID, s := range p.seats {
		if ph, _ := s.at(); ph != nil {
			had[grantID] = s
		}
	}
	return had
}

// compare gives up phones that are another node's by now, and frees those that
// nobody here has: twice in a row, because one may just be about to be had.
func (p *Pool) compare(ctx context.Context, had map[string]*seat, kept []string, strays map[string]bool) map[string]bool {
	now, next := p.having(), map[string]bool{}
	for _, grantID := range kept {
		delete(had, grantID)
		switch {
		case now[grantID] != nil:
		case strays[grantID]:
			p.release(ctx, grantID)
		default:
			next[grantID] = true
		}
	}
	for _, s := range had {
		p.following.Go(s.lapse) // keep has ended before that is waited for
	}
	return next
}

// claim says which node has a phone: this one, when no other does.
func (p *Pool) claim(ctx context.Context, grantID string) (holder string, err error) {
	err = p.Cluster.Store.Write(ctx, func(tx store.WidgetTx) (err error) {
		now := p.Now()
		holder, err = tx.ClaimPhone(ctx, grantID, p.Cluster.Node, now, now.Add(p.Cluster.Lease))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("finding the server that has the phone: %w", err)
	}
	return holder, nil
}

// release lets other nodes have a phone, and tells them.
func (p *Pool) release(ctx context.Context, grantID string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime)
	defer cancel()
	err := p.Cluster.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.ReleasePhone(ctx, grantID, p.Cluster.Node) })
	if err != nil {
		p.Log.Warn("a phone is free only when this server's time is over", "grant", grantID, "err", err)
	}
	p.tell(ctx, grantID, telling{Over: true})
}

// tell tells the other nodes of a phone. What is lost they notice at their
// next beat.
func (p *Pool) tell(ctx context.Context, grantID string, t telling) {
	t.Node = p.Cluster.Node
	data, err := json.Marshal(t)
	if err == nil {
		err = p.Bus.Publish(ctx, toldOf(grantID), data)
	}
	if err != nil {
		p.Log.Error("telling other servers of a phone", "grant", grantID, "err", err)
	}
}

// errUnheard says that a question has come to nobody.
var errUnheard = errors.New("the question was not heard")

// askNode asks the node that has a phone.
func (p *Pool) askNode(ctx context.Context, node, grantID string, q enquiry) (a finding, err error) {
	q.Grant = grantID
	data, err := json.Marshal(q)
	if err != nil {
		return a, err
	}
	data, err = p.Bus.Ask(ctx, askedAt(node), data)
	if errors.Is(err, bus.ErrNobody) {
		return a, errUnheard
	}
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	return a, err
}

// lent is a phone of this node's, for another that asks for it; nil where it
// is not here.
func (p *Pool) lent(grantID string) *Phone {
	p.mu.Lock()
	s := p.seats[grantID]
	p.mu.Unlock()
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phone == nil || s.over {
		return nil
	}
	s.asked = p.Now()
	s.phone.use()
	return s.phone
}
