package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/coder/websocket"

	"offhook/internal/media"
)

// janus is asked over one WebSocket; each far end is a session with a handle
// of the video call plugin, which relays between two registered names.
type janus struct {
	conn *websocket.Conn
	next atomic.Int64

	mu     sync.Mutex
	waits  map[string]chan reply // guarded by mu, as below; by transaction
	events map[int64]chan reply  // by handle
}

// A reply is a message of Janus's.
type reply struct {
	Janus       string
	Transaction string
	Sender      int64
	Data        struct{ ID int64 }
	Plugindata  struct {
		Data struct {
			Error  string
			Result struct{ Event string }
		}
	}
	JSEP struct{ SDP string }
}

func dialJanus(ctx context.Context) (*janus, error) {
	c, _, err := websocket.Dial(ctx, "ws://"+janusControl+"/", &websocket.DialOptions{Subprotocols: []string{"janus-protocol"}})
	if err != nil {
		return nil, fmt.Errorf("dialling Janus: %w", err)
	}
	c.SetReadLimit(1 << 20)
	j := &janus{conn: c, waits: map[string]chan reply{}, events: map[int64]chan reply{}}
	go j.read(ctx)
	return j, nil
}

func (j *janus) read(ctx context.Context) {
	for {
		_, b, err := j.conn.Read(ctx)
		if err != nil {
			return
		}
		var r reply
		if json.Unmarshal(b, &r) != nil || r.Janus == "ack" {
			continue
		}
		j.mu.Lock()
		to := j.waits[r.Transaction]
		if r.Janus == "event" {
			to = j.events[r.Sender]
		}
		j.mu.Unlock()
		select {
		case to <- r:
		default: // nobody waits for it
		}
	}
}

// ask sends a request and returns its answer.
func (j *janus) ask(ctx context.Context, m map[string]any) (reply, error) {
	t := strconv.FormatInt(j.next.Add(1), 10)
	m["transaction"] = t
	answer := make(chan reply, 1)
	j.mu.Lock()
	j.waits[t] = answer
	j.mu.Unlock()
	if err := j.write(ctx, m); err != nil {
		return reply{}, err
	}
	select {
	case r := <-answer:
		return r, nil
	case <-ctx.Done():
		return reply{}, ctx.Err()
	}
}

func (j *janus) write(ctx context.Context, m map[string]any) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return j.conn.Write(ctx, websocket.MessageText, b)
}

// A handle is a far end at Janus.
type handle struct {
	j           *janus
	session, id int64
	events      chan reply
}

func (j *janus) register(ctx context.Context, name string) (*handle, error) {
	s, err := j.ask(ctx, map[string]any{"janus": "create"})
	if err != nil {
		return nil, err
	}
	a, err := j.ask(ctx, map[string]any{"janus": "attach", "plugin": "janus.plugin.videocall", "session_id": s.Data.ID})
	if err != nil {
		return nil, err
	}
	h := &handle{j, s.Data.ID, a.Data.ID, make(chan reply, 32)}
	j.mu.Lock()
	j.events[h.id] = h.events
	j.mu.Unlock()
	if err := h.send(ctx, map[string]any{"request": "register", "username": name}, nil); err != nil {
		return nil, err
	}
	_, err = h.wait(ctx, "registered")
	return h, err
}

func (h *handle) send(ctx context.Context, body, jsep map[string]any) error {
	m := map[string]any{"janus": "message", "session_id": h.session, "handle_id": h.id, "body": body, "transaction": strconv.FormatInt(h.j.next.Add(1), 10)}
	if jsep != nil {
		m["jsep"] = jsep
	}
	return h.j.write(ctx, m)
}

// wait returns the description that comes with an event.
func (h *handle) wait(ctx context.Context, event string) (string, error) {
	for {
		select {
		case r := <-h.events:
			if e := r.Plugindata.Data.Error; e != "" {
				return "", fmt.Errorf("the relay says %s", e)
			}
			if r.Plugindata.Data.Result.Event == event {
				return r.JSEP.SDP, nil
			}
		case <-ctx.Done():
			return "", fmt.Errorf("waiting for Janus's %s: %w", event, ctx.Err())
		}
	}
}

func (j *janus) connect(ctx context.Context, call int, a, b *media.Leg) error {
	caller, err := j.register(ctx, fmt.Sprintf("a%d", call))
	if err != nil {
		return err
	}
	callee, err := j.register(ctx, fmt.Sprintf("b%d", call))
	if err != nil {
		return err
	}
	offer, err := a.Offer(ctx)
	if err != nil {
		return err
	}
	if err := caller.send(ctx, map[string]any{"request": "call", "username": fmt.Sprintf("b%d", call)}, map[string]any{"type": "offer", "sdp": offer}); err != nil {
		return err
	}
	there, err := callee.wait(ctx, "incomingcall")
	if err != nil {
		return err
	}
	answer, err := b.Answer(ctx, there)
	if err != nil {
		return err
	}
	if err := callee.send(ctx, map[string]any{"request": "accept"}, map[string]any{"type": "answer", "sdp": answer}); err != nil {
		return err
	}
	back, err := caller.wait(ctx, "accepted")
	if err != nil {
		return err
	}
	return a.SetAnswer(back)
}
