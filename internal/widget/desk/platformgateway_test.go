package desk

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"offhook/internal/rc"
)

func (p *platform) wsToken(w http.ResponseWriter, _ *http.Request) {
	answerJSON(w, map[string]any{"uri": strings.Replace(p.server.URL, "http", "ws", 1) + "/ws", "ws_access_token": "w", "expires_in": 30})
}

func (p *platform) notify(filter string, body any) {
	p.send("/restapi/v1.0/account/1/extension/101/message-store"+filter, body)
}

// send sends an event to every socket with a subscription.
func (p *platform) send(event string, body any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn, id := range p.sockets {
		if id == "" {
			continue
		}
		frame, err := json.Marshal([]any{
			rc.FrameMeta{Type: rc.FrameServerNotification, MessageID: "n", Status: 200},
			map[string]any{"event": event, "subscriptionId": id, "body": body},
		})
		if err != nil {
			p.t.Error(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		conn.Write(ctx, websocket.MessageText, frame) //nolint:errcheck // a socket that breaks is read again elsewhere
		cancel()
	}
}

func (p *platform) gateway(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	down := p.down
	p.mu.Unlock()
	if down || r.URL.Query().Get("access_token") != "w" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	p.mu.Lock()
	p.sockets[conn] = ""
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.sockets, conn)
		p.mu.Unlock()
	}()
	ctx := r.Context()
	details := rc.ConnectionDetails{RecoveryTimeout: 180}
	p.mu.Lock()
	if r.URL.Query().Get("wsc") == "s" && p.recovers != "" {
		details.RecoveryState = "Successful"
		p.sockets[conn] = p.recovers
	}
	p.mu.Unlock()
	err = write(ctx, conn, rc.FrameMeta{Type: rc.FrameConnectionDetails, WSC: &rc.WSC{Token: "s", Sequence: 1}}, details)
	for err == nil {
		var meta rc.FrameMeta
		var body json.RawMessage
		if meta, body, err = read(ctx, conn); err != nil {
			return
		}
		switch {
		case meta.Type == rc.FrameHeartbeat:
			err = write(ctx, conn, meta, nil)
		case meta.Type == rc.FrameClientRequest && meta.Method == http.MethodPost:
			h := make(http.Header)
			p.take(h, rc.Medium)
			headers := make(map[string]string)
			for k := range h {
				headers[k] = h.Get(k)
			}
			var asked rc.SubscriptionRequest
			if json.Unmarshal(body, &asked) != nil || p.mostFilters > 0 && len(asked.EventFilters) > p.mostFilters {
				err = write(ctx, conn, rc.FrameMeta{Type: rc.FrameClientRequest, MessageID: meta.MessageID, Status: http.StatusForbidden, Headers: headers}, rc.ErrorEnvelope{ErrorCode: "CMN-401"})
				continue
			}
			id := "sub-" + newEpoch()
			p.mu.Lock()
			p.counts["subscribe"]++
			p.sockets[conn] = id
			p.mu.Unlock()
			err = write(ctx, conn, rc.FrameMeta{Type: rc.FrameClientRequest, MessageID: meta.MessageID, Status: 200, Headers: headers}, rc.Subscription{ID: id})
		}
	}
}

// cut breaks every socket; the next connection recovers its session.
func (p *platform) cut() {
	p.mu.Lock()
	var conns []*websocket.Conn
	for c, id := range p.sockets {
		conns = append(conns, c)
		p.recovers = id
	}
	p.mu.Unlock()
	for _, c := range conns {
		c.CloseNow()
	}
}

// setDown takes the platform off the network, or brings it back.
func (p *platform) setDown(down bool) {
	p.mu.Lock()
	p.down = down
	var conns []*websocket.Conn
	for c := range p.sockets {
		conns = append(conns, c)
	}
	p.mu.Unlock()
	if down {
		for _, c := range conns {
			c.CloseNow()
		}
		p.server.CloseClientConnections()
	}
}
