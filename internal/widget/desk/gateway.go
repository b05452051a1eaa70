package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"offhook/internal/rc"
)

// Bounds of a gateway session.
const (
	dialTimeout   = 10 * time.Second
	answerTimeout = 10 * time.Second
	silence       = 30 * time.Second // then a heartbeat is sent
	maxFrame      = 1 << 20
)

// sessionsFilter is that of the user's calls.
const sessionsFilter = extensionPath + "/telephony/sessions"

// filters are the events that a desk listens to.
var filters = []string{
	storePath,
	storePath + "/instant?type=SMS",
	extensionPath,
	accountPath + "/directory/entries",
	extensionPath + "/presence",
	accountPath + "/presence",
	sessionsFilter,
	extensionPath + "/favorite",
}

// enough are how many of the filters, from the first on, are asked for: all;
// those without what comes now and then as well; those that a phone of texts
// does not do without. Where the app lacks a permission that one of them
// needs, the platform refuses all of them together.
var enough = []int{len(filters), 6, 4}

// A wsToken opens a gateway connection.
type wsToken struct {
	URI         string `json:"uri"`
	AccessToken string `json:"ws_access_token"`
	ExpiresIn   int    `json:"expires_in"`

	until time.Time
}

// A session is what outlives a gateway connection: the token to recover it
// and the subscription that a recovered connection still has.
type session struct {
	token        *wsToken
	wsc          *rc.WSC
	recoverUntil time.Time
	recovery     time.Duration
	subscription string
	share        int // which of enough the platform grants
}

// gateway keeps a connection to the platform's notifications:
//
//	token → dial → ConnectionDetails → subscribe → listen ─┐
//	  ▲                 (skipped when recovered)            │ broken
//	  └──────────────── wait, longer each time ◀────────────┘
func (d *Desk) gateway() {
	var s session
	var b backoff
	for {
		began := d.pool.Now()
		err := d.connect(d.ctx, &s)
		d.setConnected(false)
		d.telephony.follow(false)
		if errors.Is(err, errEnded) || d.ctx.Err() != nil {
			return
		}
		s.recoverUntil = d.pool.Now().Add(s.recovery)
		if d.pool.Now().Sub(began) > time.Minute {
			b = backoff{}
		}
		if b.failures <= 1 {
			d.log.Info("the notification gateway is gone", "err", err)
		}
		wait := b.next()
		if _, refused := errors.AsType[*refusal](err); refused {
			wait = time.Minute // without the permission, the desk looks by itself
		}
		wake(d.wantSync)
		if !d.pause(wait) {
			return
		}
	}
}

// connect opens a connection and listens until it breaks.
func (d *Desk) connect(ctx context.Context, s *session) error {
	if err := d.wsToken(ctx, s); err != nil {
		return err
	}
	conn, err := d.dial(ctx, s)
	if err != nil {
		s.token = nil
		return err
	}
	defer conn.CloseNow()
	conn.SetReadLimit(maxFrame)
	recovered, err := d.greet(ctx, conn, s)
	if err != nil {
		return err
	}
	if !recovered {
		s.subscription = ""
		if err := d.subscribe(ctx, conn, s); err != nil {
			return err
		}
		d.presenceGap()
		d.callsGap()
	}
	d.setConnected(true)
	d.telephony.follow(slices.Contains(filters[:enough[s.share]], sessionsFilter))
	// Whatever happened while nobody listened is in the next sync.
	wake(d.wantSync)
	d.mailStale()
	return d.listen(ctx, conn, s)
}

// wsToken gets a token for the gateway. One that still runs is used again, as
// released clients do, because the group that counts these requests is small.
func (d *Desk) wsToken(ctx context.Context, s *session) error {
	if s.token != nil && d.pool.Now().Before(s.token.until) {
		return nil
	}
	t, err := d.budget.acquire(ctx, rc.Auth, live)
	if err != nil {
		return err
	}
	// Kept before it is spent: a server that restarts again and again must
	// not ask more often than one that runs.
	d.mu.Lock()
	d.dirty(rowKey{rowSync, ""})
	d.mu.Unlock()
	d.write(ctx)
	a, err := d.send(ctx, call{group: rc.Auth, priority: live, method: http.MethodPost, path: "/restapi/oauth/wstoken"}, t)
	if err != nil {
		return err
	}
	var token wsToken
	if err := json.Unmarshal(a.body, &token); err != nil || token.URI == "" {
		return fmt.Errorf("the answer to POST wstoken names no address")
	}
	token.until = d.pool.Now().Add(time.Duration(token.ExpiresIn) * time.Second * 8 / 10)
	s.token = &token
	return nil
}

func (d *Desk) dial(ctx context.Context, s *session) (*websocket.Conn, error) {
	u, err := url.Parse(s.token.URI)
	if err != nil {
		return nil, fmt.Errorf("the gateway's address cannot be read")
	}
	client, err := d.pool.Street.Gateway(ctx, d.grantID, u)
	if err != nil {
		return nil, &refusal{Message: err.Error()} // and asking again would not change it
	}
	q := u.Query()
	q.Set("access_token", s.token.AccessToken)
	if s.wsc != nil && d.pool.Now().Before(s.recoverUntil) {
		q.Set("wsc", s.wsc.Token)
	}
	u.RawQuery = q.Encode()
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, resp, err := websocket.Dial(ctx, u.String(), &websocket.DialOptions{HTTPClient: client})
	if err == nil {
		return conn, nil
	}
	// The address holds the token, and so may the error.
	if resp != nil {
		return nil, fmt.Errorf("the gateway at %s answered with status %d", u.Host, resp.StatusCode)
	}
	return nil, fmt.Errorf("the gateway at %s does not answer", u.Host)
}

// greet reads the first frame and reports whether the old session goes on.
func (d *Desk) greet(ctx context.Context, conn *websocket.Conn, s *session) (recovered bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	meta, body, err := read(ctx, conn)
	if err != nil {
		return false, err
	}
	if meta.Type != rc.FrameConnectionDetails {
		return false, fmt.Errorf("the gateway began with %s: %s", meta.Type, gatewayError(body))
	}
	var details rc.ConnectionDetails
	if err := json.Unmarshal(body, &details); err != nil {
		return false, fmt.Errorf("reading the gateway's first frame: %w", err)
	}
	recovered = details.RecoveryState == "Successful" && s.subscription != ""
	s.wsc = meta.WSC
	s.recovery = time.Duration(details.RecoveryTimeout) * time.Second
	return recovered, nil
}

func gatewayError(body json.RawMessage) string {
	var e struct{ ErrorCode, Message string }
	if json.Unmarshal(body, &e) != nil {
		return "no reason given"
	}
	return e.ErrorCode + " " + e.Message
}

// subscribe asks for the events of filters, or for fewer where the platform
// refuses the whole.
func (d *Desk) subscribe(ctx context.Context, conn *websocket.Conn, s *session) error {
	for {
		err := d.subscribeTo(ctx, conn, s, filters[:enough[s.share]])
		r, refused := errors.AsType[*refusal](err)
		if !refused || r.Status != http.StatusForbidden || s.share+1 == len(enough) {
			return err
		}
		d.log.Info("the platform does not tell all that the phone could follow", "err", err)
		s.share++
	}
}

// subscribeTo asks for events and waits for the answer.
func (d *Desk) subscribeTo(ctx context.Context, conn *websocket.Conn, s *session, filters []string) error {
	t, err := d.budget.acquire(ctx, rc.Medium, live)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	id := newEpoch()
	err = write(ctx, conn, rc.FrameMeta{
		Type: rc.FrameClientRequest, MessageID: id, Method: http.MethodPost, Path: "/restapi/v1.0/subscription",
		Headers: map[string]string{"X-User-Agent": userAgent},
	}, rc.SubscriptionRequest{EventFilters: filters, DeliveryMode: &rc.DeliveryMode{TransportType: "WebSocket"}})
	if err != nil {
		return err
	}
	for {
		meta, body, err := read(ctx, conn)
		if err != nil {
			return err
		}
		if meta.MessageID != id || meta.Type == rc.FrameServerNotification {
			continue
		}
		h := make(http.Header)
		for k, v := range meta.Headers {
			h.Set(k, v)
		}
		d.budget.answered(rc.Medium, t, meta.Status, h)
		if meta.Status >= 300 || meta.Type != rc.FrameClientRequest {
			return &refusal{Status: meta.Status, Message: "the gateway refused the subscription: " + gatewayError(body)}
		}
		var sub rc.Subscription
		if err := json.Unmarshal(body, &sub); err != nil {
			return fmt.Errorf("reading the subscription: %w", err)
		}
		s.subscription = sub.ID
		return nil
	}
}

// listen handles frames until the connection breaks. A silent connection is
// asked for a sign of life.
func (d *Desk) listen(ctx context.Context, conn *websocket.Conn, s *session) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	frames := make(chan struct{}, 1)
	var wg sync.WaitGroup
	wg.Go(func() { cancel(beat(ctx, conn, frames)) })
	defer wg.Wait()
	defer cancel(nil)
	for {
		meta, body, err := read(ctx, conn)
		if err != nil {
			return cmp.Or(context.Cause(ctx), err)
		}
		wake(frames)
		if meta.WSC != nil && (s.wsc == nil || meta.WSC.Sequence >= s.wsc.Sequence) {
			s.wsc = meta.WSC
		}
		switch meta.Type {
		case rc.FrameServerNotification:
			var n rc.Notification
			if err := json.Unmarshal(body, &n); err != nil {
				d.log.Warn("reading a notification", "err", err)
				continue
			}
			if n.SubscriptionID == s.subscription {
				d.notified(n)
			}
		case rc.FrameError:
			return fmt.Errorf("the gateway says: %s", gatewayError(body))
		}
	}
}

// beat sends a heartbeat whenever the connection is silent, and returns when
// that is not answered. A frame on its way wakes frames.
func beat(ctx context.Context, conn *websocket.Conn, frames <-chan struct{}) error {
	heard := func(within time.Duration) bool {
		timer := time.NewTimer(within)
		defer timer.Stop()
		select {
		case <-frames:
			return true
		case <-ctx.Done():
			return true
		case <-timer.C:
			return false
		}
	}
	for ctx.Err() == nil {
		if heard(silence) {
			continue
		}
		if err := write(ctx, conn, rc.FrameMeta{Type: rc.FrameHeartbeat, MessageID: newEpoch()}, nil); err != nil {
			return err
		}
		if !heard(answerTimeout) {
			return errors.New("the gateway has fallen silent")
		}
	}
	return ctx.Err()
}

var extensionEvent = regexp.MustCompile(`/extension/[^/]+$`)

// notified acts on an event.
func (d *Desk) notified(n rc.Notification) {
	path, _, _ := strings.Cut(n.Event, "?")
	switch {
	case strings.HasSuffix(path, "/message-store/instant"):
		m, err := instantMessage(n.Body)
		if err != nil {
			d.log.Warn("reading an instant message", "err", err)
			wake(d.wantSync)
			return
		}
		d.mu.Lock()
		c := newChange()
		// Without the user's numbers it cannot be filed; the first sync has it.
		if d.identity != nil && !slices.Contains(d.ledger.buried, m.ID) {
			d.ledger.apply(m, 0, c)
		}
		d.commit(c)
		d.mu.Unlock()
	case strings.HasSuffix(path, "/message-store"):
		wake(d.wantSync)
		d.mailChanged(n.Body)
	case strings.HasSuffix(path, "/telephony/sessions"):
		d.ringing(n.Body)
		var e rc.TelephonyEvent
		if err := json.Unmarshal(n.Body, &e); err != nil {
			d.log.Warn("reading a telephony event", "err", err)
			wake(d.wantCalls) // a sync too many is harmless
			return
		}
		if telephonyEnded(e) {
			wake(d.wantCalls)
		}
		d.callTold(e)
		d.sessionTold(e)
		d.telephony.hear(e)
	case strings.HasSuffix(path, "/favorite"):
		wake(d.wantFavorites)
	case rc.IsPresencePath(path):
		d.presenceChanged(n.Body)
	case strings.Contains(path, "/directory/"):
		wake(d.wantDirectory)
	case extensionEvent.MatchString(path):
		wake(d.wantIdentity)
	}
}

// read reads one frame: an array of one or two elements.
func read(ctx context.Context, conn *websocket.Conn) (rc.FrameMeta, json.RawMessage, error) {
	_, data, err := conn.Read(ctx)
	if err != nil {
		return rc.FrameMeta{}, nil, fmt.Errorf("reading from the gateway: %w", err)
	}
	var parts []json.RawMessage
	var meta rc.FrameMeta
	if err := json.Unmarshal(data, &parts); err != nil || len(parts) == 0 {
		return meta, nil, errors.New("the gateway sent something that is not a frame")
	}
	if err := json.Unmarshal(parts[0], &meta); err != nil {
		return meta, nil, fmt.Errorf("reading a gateway frame: %w", err)
	}
	if len(parts) == 1 {
		return meta, nil, nil
	}
	return meta, parts[1], nil
}

// write writes one frame.
func write(ctx context.Context, conn *websocket.Conn, meta rc.FrameMeta, body any) error {
	frame := []any{meta}
	if body != nil {
		frame = append(frame, body)
	}
	data, err := json.Marshal(frame)
	if err != nil {
		return fmt.Errorf("encoding a gateway frame: %w", err)
	}
	if err := conn.Write(ctx, websocket.MessageText, data); err != nil {
		return fmt.Errorf("writing to the gateway: %w", err)
	}
	return nil
}
