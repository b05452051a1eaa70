package hostlink_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"offhook/internal/store"
	"offhook/internal/widget/hostlink"
)

// handles are the handles of session-1.
type handles struct {
	mu      sync.Mutex
	good    string // guarded by mu
	renewed int    // guarded by mu
	over    bool   // guarded by mu
	settled chan string
}

func (h *handles) ByHandle(_ context.Context, f store.Frame, handle string) (*store.Session, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if handle == "broken" {
		return nil, errors.New("the database is away")
	}
	if h.good == "" || handle != h.good {
		return nil, nil
	}
	return &store.Session{ID: "session-1", FrameKey: f.Key, GrantID: "grant-1"}, nil
}

func (h *handles) Renew(context.Context, string) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return "", nil
	}
	h.renewed++
	return fmt.Sprint("handle-", h.renewed), nil
}

// EndedHandle knows why handle-7 is over.
func (h *handles) EndedHandle(_ context.Context, _ store.Frame, handle string) (string, error) {
	if handle == "handle-7" {
		return "everywhere", nil
	}
	return "", nil
}

func (h *handles) Settle(_ context.Context, sessionID, handle string) error {
	h.settled <- sessionID + " " + handle
	return nil
}

// withoutCookie is a house whose browser refuses cookies.
func withoutCookie(t *testing.T) (*house, *handles) {
	h, keys := open(t), &handles{good: "handle-0", settled: make(chan string, 1)}
	h.handler.Handles = keys
	h.sessions = []*store.Session{nil}
	return h, keys
}

// introduce dials as a frame with a handle does.
func (h *house) introduce(t *testing.T, hello map[string]any) *client {
	t.Helper()
	c, res, err := websocket.Dial(t.Context(), strings.Replace(h.URL, "http", "ws", 1)+"/p/"+frameKey+"/events?by=handle",
		&websocket.DialOptions{HTTPHeader: map[string][]string{"Origin": {h.URL}}})
	if err != nil {
		t.Fatal(err, res)
	}
	t.Cleanup(func() { c.CloseNow() })
	data, err := json.Marshal(hello)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Write(t.Context(), websocket.MessageText, data); err != nil {
		t.Fatal(err)
	}
	return &client{c, t}
}

func TestAHandleComesInTheFirstFrameAndChanges(t *testing.T) {
	h, keys := withoutCookie(t)
	c := h.introduce(t, map[string]any{"type": "hello", "session": "handle-0"})
	c.expect(`{"type":"handle","handle":"handle-1"}`)
	<-h.desk.watches
	c.expect(welcome)
	c.say(`{"type":"handle","handle":"handle-1"}`)
	if got := <-keys.settled; got != "session-1 handle-1" {
		t.Errorf("settled %q, want the session's new handle", got)
	}
}

func TestHandlesThatAreGoodForNothing(t *testing.T) {
	for name, session := range map[string]any{"unknown": "handle-9", "empty": "", "none": nil} {
		t.Run(name, func(t *testing.T) {
			h, _ := withoutCookie(t)
			c := h.introduce(t, map[string]any{"type": "hello", "session": session})
			c.expect(`{"type":"ended","reason":"expired"}`)
		})
	}
	t.Run("one that has just died", func(t *testing.T) {
		h, keys := withoutCookie(t)
		keys.over = true
		c := h.introduce(t, map[string]any{"type": "hello", "session": "handle-0"})
		c.expect(`{"type":"ended","reason":"expired"}`)
	})
	t.Run("one whose end is remembered", func(t *testing.T) {
		h, _ := withoutCookie(t)
		c := h.introduce(t, map[string]any{"type": "hello", "session": "handle-7"})
		c.expect(`{"type":"ended","reason":"everywhere"}`)
	})
	t.Run("one that cannot be checked", func(t *testing.T) {
		h, _ := withoutCookie(t)
		c := h.introduce(t, map[string]any{"type": "hello", "session": "broken"})
		c.expectClose(websocket.StatusTryAgainLater)
	})
	t.Run("no greeting", func(t *testing.T) {
		h, _ := withoutCookie(t)
		c := h.introduce(t, map[string]any{"type": "ping"})
		c.expectClose(websocket.StatusPolicyViolation)
	})
}

func TestAHandleIsNotReadWhereThereIsACookie(t *testing.T) {
	h, keys := withoutCookie(t)
	h.sessions = []*store.Session{{ID: "session-2", FrameKey: frameKey, GrantID: "grant-1"}}
	c := h.introduce(t, map[string]any{"type": "hello", "session": "handle-0"})
	<-h.desk.watches
	c.expect(welcome)
	keys.mu.Lock()
	defer keys.mu.Unlock()
	if keys.renewed != 0 {
		t.Error("the handle was renewed although the cookie counts")
	}
}

// TestWhatWasWrittenDownCounts: the desk meets a platform that refuses it and
// cannot know that the operator has ended everything.
func TestWhatWasWrittenDownCounts(t *testing.T) {
	h := open(t)
	c, w := h.greet(t)
	h.why = "embed-removed"
	w.c <- hostlink.Event{Type: "ended", Reason: "refused"}
	c.expect(`{"type":"ended","reason":"embed-removed"}`)
}
