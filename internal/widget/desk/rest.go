package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"offhook/internal/rc"
)

// Limits of one request.
const (
	requestTimeout = 15 * time.Second
	maxAnswer      = 16 << 20
)

// Paths of the user's own resources.
const (
	accountPath   = "/restapi/v1.0/account/~"
	extensionPath = accountPath + "/extension/~"
	storePath     = extensionPath + "/message-store"
)

// A call is one request to the platform.
type call struct {
	group    rc.Group
	priority priority
	method   string
	path     string
	query    url.Values
	body     any    // sent as JSON, or as it is when it is a form
	accept   string // empty means JSON
}

// An answer is what came back with a status below 300.
type answer struct {
	status      int
	contentType string
	body        []byte
}

// A refusal is the platform's answer that it will not do what was asked;
// asking again the same way is of no use.
type refusal struct {
	Status    int
	Code      string
	Message   string
	Parameter string // at fault, or empty
}

func (e *refusal) Error() string {
	return fmt.Sprintf("the platform answered %d %s: %s", e.Status, e.Code, e.Message)
}

// A trouble is a request without an answer that settles it: the network or
// the platform failed. When Sent is set the platform may have acted on it.
type trouble struct {
	Err  error
	Sent bool
}

func (e *trouble) Error() string { return e.Err.Error() }
func (e *trouble) Unwrap() error { return e.Err }

// errLimited is a 429: the platform did nothing, and the budget now waits.
var errLimited = errors.New("the platform's rate limit was exceeded")

// errEnded means that the grant is over; the desk closes.
var errEnded = errors.New("the grant has ended")

// do sends a call when the budget allows it. The error is a *refusal, a
// *trouble, errLimited, errEnded or ctx's.
func (d *Desk) do(ctx context.Context, c call) (answer, error) {
	t, err := d.budget.acquire(ctx, c.group, c.priority)
	if err != nil {
		return answer{}, err
	}
	return d.send(ctx, c, t)
}

// send sends a call that the budget has admitted with t.
func (d *Desk) send(ctx context.Context, c call, t *ticket) (answer, error) {
	return d.sendWithin(ctx, requestTimeout, c, t)
}

// sendWithin is send for what may take longer than others.
func (d *Desk) sendWithin(ctx context.Context, limit time.Duration, c call, t *ticket) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	req, err := newRequest(ctx, c)
	if err != nil {
		d.budget.refund(c.group, t)
		return answer{}, err
	}
	resp, err := d.pool.Street.Do(ctx, d.grantID, req)
	if err != nil {
		return answer{}, d.unanswered(c, t, err, connected.Load())
	}
	defer resp.Body.Close()
	d.budget.answered(c.group, t, resp.StatusCode, resp.Header)
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = fmt.Errorf("the answer is longer than %d bytes", maxAnswer)
	}
	if err != nil {
		d.unreached()
		return answer{}, &trouble{fmt.Errorf("reading the answer to %s %s: %w", c.method, c.path, err), true}
	}
	return d.judge(c, answer{resp.StatusCode, resp.Header.Get("Content-Type"), body})
}

func newRequest(ctx context.Context, c call) (*http.Request, error) {
	var body io.Reader
	contentType := "application/json"
	if f, ok := c.body.(form); ok {
		contentType, body = f.contentType, bytes.NewReader(f.body)
	} else if c.body != nil {
		data, err := json.Marshal(c.body)
		if err != nil {
			return nil, fmt.Errorf("encoding the body of %s %s: %w", c.method, c.path, err)
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, c.method, c.path, body)
	if err != nil {
		return nil, fmt.Errorf("asking for %s: %w", c.path, err)
	}
	req.URL.RawQuery = c.query.Encode()
	req.Header.Set("Accept", "application/json")
	if c.accept != "" {
		req.Header.Set("Accept", c.accept)
	}
	if c.body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("X-User-Agent", userAgent)
	return req, nil
}

// userAgent names this product to the platform.
const userAgent = "Offhook/1.0"

// unanswered judges an error of the street.
func (d *Desk) unanswered(c call, t *ticket, err error, connected bool) error {
	if !connected {
		d.budget.refund(c.group, t)
	}
	var e *rc.Error
	if errors.As(err, &e) && e.Kind == rc.Unauthenticated {
		d.end("refused")
		return errEnded
	}
	if d.ctx.Err() == nil {
		d.unreached()
	}
	return &trouble{fmt.Errorf("asking the platform for %s %s: %w", c.method, c.path, err), connected}
}

// judge turns an answer's status into an error.
func (d *Desk) judge(c call, a answer) (answer, error) {
	switch {
	case a.status < 300:
		d.reached()
		return a, nil
	case a.status == http.StatusTooManyRequests:
		d.reached()
		return a, errLimited
	case a.status >= 500, a.status == http.StatusRequestTimeout:
		d.unreached()
		return a, &trouble{fmt.Errorf("%s %s was answered with status %d", c.method, c.path, a.status), true}
	}
	d.reached()
	var envelope rc.ErrorEnvelope
	if err := json.Unmarshal(a.body, &envelope); err != nil {
		envelope.Message = http.StatusText(a.status)
	}
	return a, &refusal{a.status, envelope.ErrorCode, envelope.Message, envelope.ParameterName}
}

// get asks for a resource and decodes it.
func get[T any](ctx context.Context, d *Desk, g rc.Group, p priority, path string, query url.Values) (T, error) {
	var out T
	a, err := d.do(ctx, call{group: g, priority: p, method: http.MethodGet, path: path, query: query})
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(a.body, &out); err != nil {
		return out, fmt.Errorf("reading the answer to GET %s: %w", path, err)
	}
	return out, nil
}

// all asks for every page of a list.
func all[T any](ctx context.Context, d *Desk, g rc.Group, p priority, path string, query url.Values) ([]T, error) {
	var records []T
	for page := 1; page <= 100; page++ {
		q := url.Values{"perPage": {"1000"}, "page": {fmt.Sprint(page)}}
		for k, v := range query {
			q[k] = v
		}
		list, err := get[rc.List[T]](ctx, d, g, p, path, q)
		if err != nil {
			return nil, err
		}
		records = append(records, list.Records...)
		if list.Paging == nil || page >= list.Paging.TotalPages {
			break
		}
	}
	return records, nil
}
