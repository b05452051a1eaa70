package softphone_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/sip"
)

const (
	domain   = "sip.example.com"
	username = "16505550100*101"
	authID   = "80001"
	password = "correct horse battery staple"
)

// An sbc is a platform's session border controller as contract section 8 has
// it, and no kinder: it challenges, answers 200 before anybody has answered,
// writes SDP without BUNDLE, sends one 18x, and ends calls with a BYE to the
// address of record.
type sbc struct {
	t      *testing.T
	server *httptest.Server
	engine *media.Engine
	auth   *sip.Challenger

	mu       sync.Mutex
	heard    map[string][]string    // guarded by mu; methods and statuses, by Call-ID
	flow     *sip.Flow              // guarded by mu; of the last REGISTER
	contact  string                 // guarded by mu
	leases   int                    // guarded by mu; REGISTERs that were accepted
	calls    map[string]*sbcCall    // guarded by mu
	news     chan struct{}          // guarded by mu; closed when something has happened, and replaced
	refuse   int                    // guarded by mu; the status of the next REGISTERs, 0 for none
	final    int                    // guarded by mu; the status of INVITEs in place of 200
	later    string                 // guarded by mu; when they may be tried again, in seconds
	command  func(string) int       // guarded by mu; the code that an INFO command gets
	messages []string               // guarded by mu; bodies of MESSAGEs
	warning  string                 // guarded by mu; that MESSAGEs are refused with, empty for none
	onRefer  func(*sbcCall, string) // guarded by mu
}

// An sbcCall is a call as the controller has it.
type sbcCall struct {
	dialog *sip.Dialog
	invite *sip.Request
	leg    *media.Leg
	ended  bool
	holds  []sip.Direction
	ctx    context.CancelFunc // of a call to the phone
}

func newSBC(t *testing.T) *sbc {
	s := &sbc{
		t: t, engine: mediatest.Engine(t), auth: sip.NewChallenger(domain, time.Now), heard: map[string][]string{},
		calls: map[string]*sbcCall{}, news: make(chan struct{}),
	}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sip.Serve(w, r, s, sip.ServeOptions{})
	}))
	t.Cleanup(s.server.Close)
	t.Cleanup(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.flow != nil {
			s.flow.Close()
		}
	})
	return s
}

// change changes the controller and wakes who waits.
func (s *sbc) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.news)
	s.news = make(chan struct{})
}

// until waits until ok holds, which is called under the lock.
func (s *sbc) until(what string, ok func() bool) {
	s.t.Helper()
	deadline := time.After(40 * time.Second)
	for {
		s.mu.Lock()
		done, news := ok(), s.news
		s.mu.Unlock()
		if done {
			return
		}
		select {
		case <-news:
		case <-deadline:
			s.mu.Lock()
			defer s.mu.Unlock()
			s.t.Fatalf("%s did not happen; heard %v", what, s.heard)
		}
	}
}

func (s *sbc) note(id, what string) {
	s.change(func() { s.heard[id] = append(s.heard[id], what) })
}

func (s *sbc) respond(tx *sip.Tx, code int, reason string, opts ...sip.Option) {
	s.note(tx.Request().CallID().Value(), fmt.Sprint(code))
	_ = tx.Respond(code, reason, opts...)
}

// proven answers a challenge where it has to.
func (s *sbc) proven(tx *sip.Tx) bool {
	p, ok := s.auth.Proof(tx)
	if ok && p.Username == authID && p.Valid(password) {
		return true
	}
	code := "407"
	if tx.Request().Method == sip.REGISTER {
		code = "401"
	}
	s.note(tx.Request().CallID().Value(), code)
	_ = s.auth.Challenge(tx)
	return false
}

// ServeSIP takes the phone's requests.
func (s *sbc) ServeSIP(tx *sip.Tx) {
	req := tx.Request()
	id := req.CallID().Value()
	s.note(id, string(req.Method))
	s.mu.Lock()
	c := s.calls[id]
	if c != nil && c.dialog == nil {
		c = nil // its answer is not yet here
	}
	s.mu.Unlock()
	switch req.Method {
	case sip.REGISTER:
		s.register(tx)
	case sip.INVITE:
		s.respond(tx, 100, "Trying")
		if c != nil {
			s.hold(tx, c)
		} else if s.proven(tx) {
			s.connect(tx)
		}
	case sip.BYE:
		s.respond(tx, 200, "OK")
		s.end(c)
	case sip.MESSAGE:
		warning := ""
		s.change(func() { s.messages, warning = append(s.messages, string(req.Body())), s.warning })
		if warning != "" {
			s.respond(tx, 403, "Forbidden", sip.With("Warning", warning))
			return
		}
		s.respond(tx, 200, "OK")
	case sip.INFO:
		s.respond(tx, 200, "OK")
		s.do(c, req.Body())
	case sip.REFER:
		s.respond(tx, 202, "Accepted")
		s.mu.Lock()
		then := s.onRefer
		s.mu.Unlock()
		if c != nil {
			go then(c, sip.HeaderValue(req, "Refer-To"))
		}
	case sip.ACK:
	default:
		s.respond(tx, 200, "OK")
	}
}

func (s *sbc) register(tx *sip.Tx) {
	s.respond(tx, 100, "Trying")
	s.mu.Lock()
	refuse := s.refuse
	s.mu.Unlock()
	if refuse != 0 {
		s.respond(tx, refuse, "No")
		return
	}
	if !s.proven(tx) {
		return
	}
	contact := sip.HeaderValue(tx.Request(), "Contact")
	s.change(func() { s.flow, s.contact = tx.Flow(), contact; s.leases++ })
	s.respond(tx, 200, "OK", sip.With("Contact", contact))
}

// connect answers a call of the phone at once.
func (s *sbc) connect(tx *sip.Tx) {
	ids := sip.With("p-rc-api-ids", "party-id=p-a1-1;session-id=s-a1")
	if strings.HasPrefix(tx.Request().Recipient.User, "conf_") {
		ids = sip.With("p-rc-api-ids", "party-id=p-c1-1;session-id=s-c1")
	}
	s.respond(tx, 183, "Session Progress", ids)
	s.mu.Lock()
	final, later := s.final, s.later
	s.mu.Unlock()
	if final != 0 {
		opts := []sip.Option{ids}
		if later != "" {
			opts = append(opts, sip.With("Retry-After", later))
		}
		s.respond(tx, final, "Busy Here", opts...)
		return
	}
	leg, err := s.engine.Leg()
	if err != nil {
		s.t.Error(err)
		return
	}
	answer, err := leg.Answer(context.Background(), string(tx.Request().Body()))
	if err != nil {
		s.t.Error(err)
		return
	}
	answer = strings.Replace(answer, "a=group:BUNDLE 0\r\n", "", 1)
	c := &sbcCall{dialog: sip.NewUAS(tx, sip.URI{Scheme: "sip", User: "sbc", Host: domain}), invite: tx.Request(), leg: leg}
	s.change(func() { s.calls[c.dialog.CallID] = c })
	s.respond(tx, 200, "OK", ids, sip.WithBody(sip.SDP, []byte(answer)))
}

// hold answers a re-INVITE.
func (s *sbc) hold(tx *sip.Tx, c *sbcCall) {
	dir := sip.DirectionOf(tx.Request().Body())
	s.change(func() { c.holds = append(c.holds, dir) })
	s.respond(tx, 200, "OK", sip.WithBody(sip.SDP, sip.WithDirection([]byte(c.leg.Local()), dir.Reverse())))
}

// do replies to a command by an INFO of its own.
func (s *sbc) do(c *sbcCall, body []byte) {
	var q struct {
		Request struct {
			ID      int    `json:"reqid"`
			Command string `json:"command"`
		} `json:"request"`
	}
	if err := json.Unmarshal(body, &q); err != nil {
		s.t.Errorf("the phone sent %q: %v", body, err)
		return
	}
	if c == nil {
		return
	}
	s.mu.Lock()
	code := 0
	if s.command != nil {
		code = s.command(q.Request.Command)
	}
	s.mu.Unlock()
	reply := fmt.Sprintf(`{"response":{"reqid":%d,"command":%q,"result":{"code":%d,"description":"Succeeded","park extension":"813"}}}`, q.Request.ID, q.Request.Command, code)
	go func() {
		_, _ = c.dialog.Do(context.Background(), c.dialog.Request(sip.INFO, []byte(reply), "application/json;charset=utf-8"), nil)
	}()
}

func (s *sbc) end(c *sbcCall) {
	if c == nil {
		return
	}
	s.change(func() { c.ended = true })
	if c.leg != nil {
		c.leg.Close()
	}
}

// bye ends a call by a BYE to the address of record.
func (s *sbc) bye(c *sbcCall) {
	req := c.dialog.Request(sip.BYE, nil, "")
	req.Recipient = sip.URI{Scheme: "sip", Host: domain}
	res, err := c.dialog.Do(context.Background(), req, nil)
	if err == nil && res.StatusCode != 200 && res.StatusCode != 481 { // 481: both hung up at the same moment
		s.t.Errorf("the phone answered BYE with %v", res)
	}
	s.end(c)
}

// call is the phone's only call, once it has been accepted.
func (s *sbc) call() (c *sbcCall) {
	s.t.Helper()
	s.until("a call", func() bool {
		for _, one := range s.calls {
			if !one.ended && one.leg != nil {
				c = one
			}
		}
		return c != nil
	})
	return c
}

// A ring is how a call comes in.
type ring struct {
	headers map[string]string
	noOffer bool
}

// ringing calls the phone; cancel takes the call back.
func (s *sbc) ringing(r ring) *sbcCall {
	s.t.Helper()
	s.mu.Lock()
	flow, contact := s.flow, s.contact
	s.mu.Unlock()
	to, err := sip.ParseAddress(contact)
	if err != nil {
		s.t.Fatal(err)
	}
	from := sip.Address{Name: "WIRELESS CALLER", URI: sip.URI{Scheme: "sip", User: "+16505550199", Host: domain}}
	req := sip.NewRequest(sip.Outline{Method: sip.INVITE, Target: to.URI, From: from, To: sip.Address{URI: sip.URI{Scheme: "sip", User: username, Host: domain}}})
	sip.SetHeader(req, "P-rc", `<Msg><Hdr SID="35463" Req="{A}" From="#996@`+domain+`:5060" To="`+username+`" Cmd="6"/><Bdy SrvLvl="-149" Phn="+16505550199" Nm="Grace Hopper" ToPhn="+16505550101" ToNm="Ada" RecUrl=""/></Msg>`)
	sip.SetHeader(req, "p-rc-api-ids", "party-id=p-b2-2;session-id=s-b2")
	for name, value := range r.headers {
		for req.RemoveHeader(name) {
		}
		if value != "" {
			sip.SetHeader(req, name, value)
		}
	}
	leg := mediatest.Leg(s.t, s.engine)
	if !r.noOffer {
		offer, err := leg.Offer(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		sip.SetBody(req, sip.SDP, []byte(strings.Replace(offer, "a=group:BUNDLE 0\r\n", "", 1)))
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.t.Cleanup(cancel)
	c := &sbcCall{invite: req, ctx: cancel}
	id := req.CallID().Value()
	s.change(func() { s.calls[id] = c })
	go func() {
		res, err := flow.Do(ctx, req, func(res *sip.Response) { s.note(id, fmt.Sprint(res.StatusCode)) })
		if err != nil {
			return
		}
		s.note(id, fmt.Sprint(res.StatusCode))
		if res.StatusCode >= 300 {
			return
		}
		d := sip.NewUAC(flow, req, res)
		var late []byte
		if r.noOffer {
			var answer string
			answer, err = leg.Answer(ctx, string(res.Body()))
			late = []byte(answer)
		} else {
			err = leg.SetAnswer(string(res.Body()))
		}
		if ctx.Err() != nil {
			return // the test is over, and its legs are closed
		}
		if err != nil {
			s.t.Error(err)
			return
		}
		s.change(func() { c.dialog, c.leg = d, leg }) // first: what the phone asks for next is answered in it
		_ = d.Ack(late, sip.SDP)
		s.agent(c, 7)
	}()
	return c
}

// agent sends the phone an agent message about a call.
func (s *sbc) agent(c *sbcCall, command int) {
	s.mu.Lock()
	flow := s.flow
	s.mu.Unlock()
	me := sip.Address{URI: sip.URI{Scheme: "sip", User: "996", Host: domain}}
	req := sip.NewRequest(sip.Outline{Method: sip.MESSAGE, Target: c.invite.Recipient, From: me, To: sip.Address{URI: c.invite.To().Address}, CallID: c.invite.CallID().Value()})
	sip.SetBody(req, "x-rc/agent", fmt.Appendf(nil, `<Msg><Hdr SID="35463" Req="{A}" From="#996@%s" To="%s" Cmd="%d"/><Bdy Cln="%s"/></Msg>`, domain, username, command, authID))
	_, _ = flow.Do(context.Background(), req, nil)
}

// transcript is what was said about a call so far, requests and responses.
func (s *sbc) transcript(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.heard[id], " ")
}
