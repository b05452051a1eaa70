package exchange_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/rigtest"
	"offhook/internal/sip"
	"offhook/internal/store"
)

const domain = "sip.example.test"

// patience is how long a test waits before it fails: far more than any machine
// needs.
const patience = time.Minute

// A world is an exchange with the people of apitest.
type world struct {
	*apitest.World
	x   *exchange.Exchange
	log *rigtest.Log
	url string

	mu    sync.Mutex
	left  []session.Voicemail // guarded by mu
	next  int64               // guarded by mu; device ids
	steps []step              // guarded by mu
	moved chan struct{}       // has room for one: something was told
}

// A step is what is told of a party.
type step struct {
	Extension int64
	Session   string
	State     string // and reason
}

// plain seals nothing: what is sealed well is tested elsewhere.
type plain struct{}

func (plain) Seal(text []byte, _ string) []byte { return text }

func (plain) Open(sealed []byte, _ string) ([]byte, error) { return sealed, nil }

// LeaveVoicemail keeps what is said to voicemails.
func (w *world) LeaveVoicemail(_ context.Context, v session.Voicemail) (int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left = append(w.left, v)
	w.stir()
	return int64(len(w.left)), nil
}

// Deliver would tell the owners.
func (w *world) Deliver() {}

// stir wakes whoever waits. w.mu is held.
func (w *world) stir() {
	select {
	case w.moved <- struct{}{}:
	default:
	}
}

func newWorld(t *testing.T, change ...func(*exchange.Exchange)) *world {
	t.Helper()
	w := &world{World: apitest.New(t), log: new(rigtest.Log), next: 80000, moved: make(chan struct{}, 1)}
	book := session.New(w.Store, w.Bus, &store.IDs{Now: w.Now}, w.Now, w.log.Logger())
	book.Mailbox = w
	book.Presence = w
	if err := book.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.x = &exchange.Exchange{
		Store: w.Store, Book: book, Engine: mediatest.Engine(t), Sealer: plain{}, Domain: domain, Now: w.Now, Log: w.log.Logger(),
		Number: func(dialled string) (string, bool) { return dialled, strings.HasPrefix(dialled, "+") },
	}
	for _, f := range change {
		f(w.x)
	}
	w.x.Start()
	mux := http.NewServeMux()
	w.x.Mount(mux)
	s := httptest.NewServer(w.x.AtRoot(mux))
	w.url = strings.Replace(s.URL, "http:", "ws:", 1)
	t.Cleanup(func() {
		w.x.Close()
		book.Close()
		s.Close()
		if strings.Contains(w.log.String(), "a step that cannot be") {
			t.Errorf("the log says:\n%s", w.log)
		}
	})
	return w
}

// CallsChanged notes how far an extension's calls are.
func (w *world) CallsChanged(_ context.Context, _, extensionID int64, calls []rc.ActiveCall) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range calls {
		w.steps = append(w.steps, step{extensionID, c.TelephonySessionID, c.TelephonyStatus})
	}
	w.stir()
}

// leftFor waits for the only message, which is for somebody.
func (w *world) leftFor(t *testing.T, extensionID int64) {
	t.Helper()
	w.until(t, "the message", func() bool { return len(w.left) == 1 })
	if got := w.left[0].ExtensionID; got != extensionID {
		t.Errorf("the message is for %d, want %d", got, extensionID)
	}
}

// until waits for something that is told.
func (w *world) until(t *testing.T, what string, right func() bool) {
	t.Helper()
	late := time.After(patience)
	for {
		w.mu.Lock()
		ok := right()
		w.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-w.moved:
		case <-late:
			t.Fatalf("never saw %s; told %v", what, w.steps)
		}
	}
}

// rows are the ended calls in somebody's log, the oldest first.
func (w *world) rows(t *testing.T, extensionID int64) []store.Call {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	if err := w.x.Book.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	all, err := w.Store.Calls(t.Context(), apitest.Acme, store.CallQuery{ExtensionID: extensionID}, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(all)
	return all
}

// A handset is a phone: it registers, calls, rings, and has a voice, which is
// one tone.
type handset struct {
	t      *testing.T
	w      *world
	flow   *sip.Flow
	id     string
	engine *media.Engine
	hertz  float64
	// classic phones have no WebRTC.
	classic bool

	calls    chan *sip.Tx // INVITEs
	byes     chan *sip.Tx
	messages chan int // commands of agent messages
	infos    chan string
	sipfrags chan string
	contact  string
	// thinks has a NOTIFY or BYE that is answered by the test, where slow is set.
	thinks chan *sip.Tx
	slow   atomic.Bool
}

func (w *world) handset(t *testing.T, extensionID int64, hertz float64) *handset {
	t.Helper()
	p := w.unregistered(t, extensionID, hertz)
	if res := p.register("60"); res.StatusCode != 200 {
		t.Fatalf("registering: %d", res.StatusCode)
	}
	return p
}

func (w *world) unregistered(t *testing.T, extensionID int64, hertz float64) *handset {
	t.Helper()
	w.mu.Lock()
	w.next++
	id := w.next
	w.mu.Unlock()
	d := store.SIPDevice{
		ID: id, AccountID: apitest.Acme, ExtensionID: extensionID, ClientID: "app", Instance: fmt.Sprint(id), Type: "WebPhone", Username: fmt.Sprint("u", id),
		SealedPassword: []byte("s3cret"), CreatedAt: w.Now(),
	}
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		if err := tx.PutApp(t.Context(), store.App{ClientID: "app", CreatedAt: w.Now()}); err != nil {
			return err
		}
		return tx.AddSIPDevice(t.Context(), d)
	})
	if err != nil {
		t.Fatal(err)
	}
	p := &handset{
		t: t, w: w, id: fmt.Sprint(id), hertz: hertz, engine: mediatest.Engine(t), calls: make(chan *sip.Tx, 9), byes: make(chan *sip.Tx, 9),
		messages: make(chan int, 99), infos: make(chan string, 9), thinks: make(chan *sip.Tx, 9), sipfrags: make(chan string, 9), contact: "sip:" + sip.Token() + "@phone.invalid",
	}
	p.dial()
	return p
}

// dial connects the phone, perhaps again.
func (p *handset) dial() {
	p.t.Helper()
	f, err := sip.Dial(p.t.Context(), p.w.url, nil, p)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { f.Close(); <-f.Done() })
	p.flow = f
}

// ServeSIP does what every phone does.
func (p *handset) ServeSIP(tx *sip.Tx) {
	req := tx.Request()
	if p.slow.Load() && (req.Method == sip.NOTIFY || req.Method == sip.BYE) {
		p.thinks <- tx
		return
	}
	switch req.Method {
	case sip.INVITE:
		_ = tx.Respond(100, "Trying")
		_ = tx.Respond(180, "Ringing")
		p.calls <- tx
		return
	case sip.MESSAGE:
		if p.classic {
			p.t.Error("a phone that is no web phone was sent a message")
		}
		var m struct {
			Hdr struct {
				Cmd string `xml:"Cmd,attr"`
			} `xml:"Hdr"`
			Bdy struct {
				Cln string `xml:"Cln,attr"`
			} `xml:"Bdy"`
		}
		if err := xml.Unmarshal(req.Body(), &m); err != nil || m.Bdy.Cln != p.id {
			p.t.Errorf("a message for %s: %v\n%s", p.id, err, req.Body())
		}
		n, _ := strconv.Atoi(m.Hdr.Cmd)
		p.messages <- n
	case sip.BYE:
		p.byes <- tx
	case sip.INFO:
		p.infos <- string(req.Body())
	case sip.NOTIFY:
		p.sipfrags <- strings.TrimSpace(string(req.Body()))
	case sip.ACK:
		return
	}
	_ = tx.Respond(200, "OK")
}

// ask sends a request that is to be challenged, and answers the challenge.
func (p *handset) ask(req *sip.Request, provisional func(*sip.Response)) *sip.Response {
	p.t.Helper()
	res, err := p.flow.Do(p.t.Context(), req, provisional)
	if err == nil && (res.StatusCode == 401 || res.StatusCode == 407) {
		if err = (sip.Credentials{Username: p.id, Password: "s3cret", Domain: domain}).Answer(req, res); err == nil {
			res, err = p.flow.Do(p.t.Context(), req, provisional)
		}
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return res
}

func (p *handset) at(user string) sip.URI { return sip.URI{Scheme: "sip", User: user, Host: domain} }

func (p *handset) register(expires string) *sip.Response {
	p.t.Helper()
	us := sip.Address{URI: p.at("u" + p.id)}
	req := sip.NewRequest(sip.Outline{Method: sip.REGISTER, Target: sip.URI{Scheme: "sip", Host: domain}, From: us, To: us})
	sip.SetHeader(req, "Contact", fmt.Sprintf(`<%s>;expires=%s;+sip.instance="<urn:uuid:%s>"`, p.contact, expires, p.id))
	// Headers are read from the wire, as the exchange reads them.
	return p.ask(req, nil)
}

// A talk is a call as one phone has it.
type talk struct {
	*sip.Dialog
	p      *handset
	leg    *media.Leg
	ear    *mediatest.Ear
	sdp    []byte
	codes  []int  // of the responses to our INVITE
	ids    string // p-rc-api-ids
	invite *sip.Request
	hush   func() // ends the voice
}

// call places a call that is accepted.
func (p *handset) call(to string) *talk {
	p.t.Helper()
	c := p.try(to)
	if got := c.codes[len(c.codes)-1]; got != 200 {
		p.t.Fatalf("calling %s: %v", to, c.codes)
	}
	return c
}

// try places a call.
func (p *handset) try(to string, headers ...string) *talk {
	p.t.Helper()
	leg := mediatest.Leg(p.t, p.engine)
	offer, err := p.offer(leg)
	if err != nil {
		p.t.Fatal(err)
	}
	req := sip.NewRequest(sip.Outline{Method: sip.INVITE, Target: p.at(to), From: sip.Address{URI: p.at("u" + p.id)}, To: sip.Address{URI: p.at(to)}})
	sip.SetHeader(req, "Contact", "<"+p.contact+">")
	for i := 0; i < len(headers); i += 2 {
		sip.SetHeader(req, headers[i], headers[i+1])
	}
	sip.SetBody(req, sip.SDP, []byte(offer))
	c := &talk{p: p, leg: leg, sdp: []byte(offer), invite: req}
	note := func(res *sip.Response) {
		c.codes = append(c.codes, res.StatusCode)
		if ids := sip.HeaderValue(res, "p-rc-api-ids"); ids != "" {
			c.ids = ids
		}
	}
	res := p.ask(req, note)
	note(res)
	if res.StatusCode != 200 {
		return c
	}
	c.Dialog = sip.NewUAC(p.flow, req, res)
	if err := c.Ack(nil, ""); err != nil {
		p.t.Fatal(err)
	}
	if err := leg.SetAnswer(string(res.Body())); err != nil {
		p.t.Fatal(err)
	}
	c.speak()
	return c
}

func (p *handset) offer(leg *media.Leg) (string, error) {
	if p.classic {
		return leg.OfferClassic(true)
	}
	return leg.Offer(p.t.Context())
}

func (c *talk) speak() {
	c.hush = mediatest.Sing(c.p.t, c.leg, c.p.hertz)
	c.ear = mediatest.Listen(c.p.t, c.leg)
}

// rings waits for a call.
func (p *handset) rings() *sip.Tx {
	p.t.Helper()
	return mediatest.Wait(p.t, "the phone to ring", p.calls)
}

// answer takes a call that rings.
func (p *handset) answer(tx *sip.Tx) *talk {
	p.t.Helper()
	leg := mediatest.Leg(p.t, p.engine)
	sdp, err := leg.Answer(p.t.Context(), string(tx.Request().Body()))
	if err != nil {
		p.t.Fatal(err)
	}
	c := &talk{Dialog: sip.NewUAS(tx, p.flow.Contact("phone")), p: p, leg: leg, sdp: []byte(sdp)}
	if err := tx.Respond(200, "OK", sip.WithBody(sip.SDP, c.sdp)); err != nil {
		p.t.Fatal(err)
	}
	c.speak()
	return c
}

// says sends an agent message about a call that rings.
func (p *handset) says(tx *sip.Tx, cmd int, body string) {
	p.t.Helper()
	if code := p.message(tx, cmd, body); code != 200 {
		p.t.Fatalf("message %d: %d", cmd, code)
	}
}

// message sends an agent message, and returns the status of its answer.
func (p *handset) message(tx *sip.Tx, cmd int, body string) int {
	p.t.Helper()
	res, err := p.sends(tx, cmd, body)
	if err != nil {
		p.t.Fatalf("message %d: %v", cmd, err)
	}
	return res.StatusCode
}

// sends sends an agent message.
func (p *handset) sends(tx *sip.Tx, cmd int, body string) (*sip.Response, error) {
	req := sip.NewRequest(sip.Outline{
		Method: sip.MESSAGE, Target: p.at("exchange"), From: sip.Address{URI: p.at(p.id)}, To: sip.Address{URI: p.at("exchange")}, CallID: tx.Request().CallID().Value(),
	})
	sip.SetBody(req, "x-rc/agent", fmt.Appendf(nil, `<Msg><Hdr SID="1" Req="1" From="a" To="b" Cmd="%d"/><Bdy Cln="%s"%s/></Msg>`, cmd, p.id, body))
	return p.flow.Do(p.t.Context(), req, nil)
}

// hold sends a re-INVITE.
func (c *talk) hold(on bool) {
	c.p.t.Helper()
	direction, want := sip.SendRecv, sip.SendRecv
	if on {
		direction, want = sip.SendOnly, sip.RecvOnly
	}
	c.sdp = sip.NextVersion(sip.WithDirection(c.sdp, direction))
	req := c.Request(sip.INVITE, c.sdp, sip.SDP)
	res, err := c.Do(c.p.t.Context(), req, nil)
	if err != nil || res.StatusCode != 200 {
		c.p.t.Fatalf("hold %v: %v, %v", on, res, err)
	}
	if got := sip.DirectionOf(res.Body()); got != want {
		c.p.t.Errorf("hold %v was answered %s, want %s", on, got, want)
	}
	if err := c.AckOf(req); err != nil {
		c.p.t.Fatal(err)
	}
}

func (c *talk) hangup() {
	c.p.t.Helper()
	if res, err := c.Do(c.p.t.Context(), c.Request(sip.BYE, nil, ""), nil); err != nil || res.StatusCode != 200 {
		c.p.t.Fatalf("BYE: %v, %v", res, err)
	}
}

// send sends a request in the call, and returns the status of its answer.
func (c *talk) send(method sip.Method, body, contentType string, headers ...string) int {
	c.p.t.Helper()
	req := c.Request(method, []byte(body), contentType)
	for i := 0; i < len(headers); i += 2 {
		sip.SetHeader(req, headers[i], headers[i+1])
	}
	res, err := c.Do(c.p.t.Context(), req, nil)
	if err != nil {
		c.p.t.Fatal(err)
	}
	return res.StatusCode
}

// ended waits for the exchange's BYE.
func (p *handset) ended() {
	p.t.Helper()
	mediatest.Wait(p.t, "the call to be ended", p.byes)
}

// told waits for an agent message.
func (p *handset) told(want int) {
	p.t.Helper()
	for {
		if got := mediatest.Wait(p.t, fmt.Sprint("the message ", want), p.messages); got == want {
			return
		}
	}
}

// quiet waits until a call that rang is cancelled.
func quiet(t *testing.T, tx *sip.Tx) {
	t.Helper()
	mediatest.Wait(t, "the ringing to end", tx.Cancelled())
}

// idle waits until no call goes on and no port of the exchange is open.
func (w *world) idle(t *testing.T) {
	t.Helper()
	w.calls(t, 0)
	w.settles(t, func() bool { return w.x.Engine.Legs() == 0 })
}

// calls waits until no more than n calls go on.
func (w *world) calls(t *testing.T, n int) {
	t.Helper()
	w.settles(t, func() bool { return w.x.Calls() <= n })
}

// settles waits until the exchange is as it should be after calls.
func (w *world) settles(t *testing.T, right func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !right(); {
		if time.Now().After(end) {
			t.Fatalf("%d ports are open and %d calls go on", w.x.Engine.Legs(), w.x.Calls())
		}
		if err := w.x.Book.Flush(t.Context()); err != nil { // a moment passes
			t.Fatal(err)
		}
	}
}
