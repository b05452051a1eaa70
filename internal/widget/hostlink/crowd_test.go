package hostlink_test

import (
	"testing"
	"time"

	"github.com/coder/websocket"

	"offhook/internal/store"
)

func TestATabTooManyIsTurnedAwayUntilAnotherGoes(t *testing.T) {
	h := open(t)
	var last *client
	for range 40 {
		last, _ = h.greet(t)
	}
	one := h.dial(t)
	one.say(`{"type":"hello","position":""}`)
	one.expect(`{"type":"crowded"}`)
	one.expectClose(4429)

	// Another session has its own.
	h.mu.Lock()
	mine := h.sessions
	h.sessions = []*store.Session{{ID: "session-2", FrameKey: frameKey, GrantID: "grant-1"}}
	h.mu.Unlock()
	h.greet(t)
	h.mu.Lock()
	h.sessions = mine
	h.mu.Unlock()

	last.Close(websocket.StatusNormalClosure, "")
	for late := time.Now().Add(time.Minute); ; {
		c := h.dial(t)
		c.say(`{"type":"hello","position":""}`)
		if _, data, err := c.Read(t.Context()); err == nil && string(data) != `{"type":"crowded"}` {
			return // the server has seen that the other one went
		}
		if c.CloseNow(); time.Now().After(late) {
			t.Fatal("there is no room when a tab has gone")
		}
	}
}
