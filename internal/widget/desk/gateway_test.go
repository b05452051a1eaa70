package desk

import (
	"context"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"offhook/internal/rc"
)

func TestABrokenSocketIsRecoveredWithoutSubscribingAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	h.cut()
	until(t, d, "noticing", func() bool { return !d.Status().Live })
	if s := d.Status(); s.State != Ready {
		t.Errorf("status while REST still answers: %+v", s)
	}
	ready(t, d)
	h.receive(bob, "after")
	until(t, d, "the text", func() bool { return d.Unread() == 1 })
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.counts["subscribe"] != 1 || h.counts["POST /restapi/oauth/wstoken"] != 1 {
		t.Errorf("counts: %v; want one subscription and one token", h.counts)
	}
}

func TestATextOverTheLimitWaitsAndGoesOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	h.mu.Lock()
	h.overLimit = 1
	h.mu.Unlock()
	id, err := d.Send(t.Context(), Outgoing{ID: "u1", To: []string{bob}, Text: "hi"})
	if err != nil {
		t.Fatal(err)
	}
	until(t, d, "being sent", func() bool {
		_, messages, err := d.Conversation(id)
		if err != nil || messages[0].State == Failed {
			t.Fatalf("%+v %v", messages, err)
		}
		return settled(d)
	})
	if got := h.outbound(); len(got) != 1 {
		t.Errorf("sent %q", got)
	}
}

// A pipe is a listener whose connections stay inside the process.
type pipe struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error   { close(p.done); return nil }
func (p *pipe) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p *pipe) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	p.conns <- there
	return here, nil
}

func TestASilentGatewayIsAskedAndThenLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		heard := make(chan rc.FrameMeta, 1)
		l := &pipe{make(chan net.Conn), make(chan struct{})}
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conn, err := websocket.Accept(w, r, nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.CloseNow()
			for {
				meta, _, err := read(r.Context(), conn)
				if err != nil {
					return
				}
				heard <- meta // and never answers
			}
		})}
		go server.Serve(l) //nolint:errcheck // it ends with the test
		defer server.Close()
		transport := &http.Transport{DialContext: l.dial}
		conn, _, err := websocket.Dial(t.Context(), "ws://gateway/ws", &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		frames := make(chan struct{}, 1)
		wake(frames)
		if err := beat(t.Context(), conn, frames); err == nil || time.Since(begin) != silence+answerTimeout {
			t.Errorf("left after %v: %v", time.Since(begin), err)
		}
		if meta := <-heard; meta.Type != rc.FrameHeartbeat || meta.MessageID == "" {
			t.Errorf("asked with %+v", meta)
		}
		conn.CloseNow()
		transport.CloseIdleConnections()
	})
}

func TestAnInstantEventIsReadWhateverItsIdsAreWrittenAs(t *testing.T) {
	for name, body := range map[string]string{
		"strings": `{"id":"9007199254740993","conversationId":"12","extensionId":"101","type":"SMS","attachments":[{"id":"5","type":"Text"}]}`,
		"numbers": `{"id":9007199254740993,"conversationId":12,"extensionId":101,"type":"SMS","attachments":[{"id":5,"type":"Text"}]}`,
	} {
		m, err := instantMessage([]byte(body))
		if err != nil || m.ID != 9007199254740993 || conversationOf(&m) != "12" || m.ExtensionID != "101" || m.Attachments[0].ID != 5 || m.Availability != rc.Alive {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
	for _, body := range []string{`{}`, `[]`, `{"id":"x"}`, `{"id":{}}`, `{"id":1,"to":7}`, ``} {
		if m, err := instantMessage([]byte(body)); err == nil {
			t.Errorf("%s was read as %+v", body, m)
		}
	}
}

func FuzzInstantMessage(f *testing.F) {
	f.Add([]byte(`{"id":"1","conversationId":"2","attachments":[{"id":"1"}],"from":{"phoneNumber":"+1"},"to":[{}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := instantMessage(body)
		if err != nil {
			return
		}
		l := newLedger("g", newPeople("US", nil))
		l.apply(m, 0, newChange())
	})
}
