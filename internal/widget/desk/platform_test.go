package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"offhook/internal/rc"
)

// Numbers of the double.
const (
	ada     = "+16505550101" // the user
	grace   = "+16505550102" // a colleague
	company = "+16505550100"
	bob     = "+16505559999" // somebody outside
)

// A platform is a double of the platform over real sockets: one user's
// message store, the gateway, and the rate limits as the contract has them.
type platform struct {
	t      *testing.T
	server *httptest.Server

	mu          sync.Mutex
	messages    []*rc.Message
	changed     []int // positions in messages, by order of change
	seq         int
	nextID      int64
	convs       map[string]int64
	sockets     map[*websocket.Conn]string // subscription id
	limits      map[rc.Group][]time.Time
	penalty     map[rc.Group]time.Time
	limited     int  // answers 429
	generous    bool // to take more than the contract says of everything but sign-ins
	counts      map[string]int
	down        bool
	loseAnswers int // POST sms is done, the answer is lost
	refuseSends int // POST sms is cut before it is done
	rejectTexts bool
	overLimit   int               // so many POST sms are answered 429
	recovers    string            // the subscription that a connection with a wsc gets back
	stirred     chan struct{}     // closed at each request, and replaced
	unfinished  chan struct{}     // when set, POST sms waits for it after having stored
	oldTokens   bool              // sync tokens are refused
	contents    map[string]string // of attachments, by id
	present     map[string]rc.Presence
	noPresence  bool // the app has no permission for it
	templates   []rc.MessageTemplate
	noTemplates bool
	book        []rc.PersonalContact
	bookPage    int      // contacts of a page; 0 for all
	bookStops   bool     // the network fails after the first page
	bookAsked   []string // kind and page of each request
	hasCalls    bool     // the user may read their call log
	calls       []rc.CallRecord
	sound       []byte // of every recording
	readOnly    bool   // the app may not change contacts
	favorites   []rc.Favorite
	puts        []string  // read statuses that were set, by request
	syncFrom    time.Time // what a full sync begins with
	pages       []rc.PagerRequest
	pageable    bool     // the user may send internal messages
	deletes     []string // what DELETE asked for
	noDeletes   bool
	mailRoom
	mostFilters int // of a subscription that the app has the permissions for; 0 for any
}

func newPlatform(t *testing.T) *platform {
	p := &platform{
		t: t, nextID: 1000, convs: make(map[string]int64), sockets: make(map[*websocket.Conn]string),
		limits: make(map[rc.Group][]time.Time), penalty: make(map[rc.Group]time.Time), counts: make(map[string]int),
		stirred: make(chan struct{}),
	}
	mux := http.NewServeMux()
	handle := func(pattern string, g rc.Group, h http.HandlerFunc) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			p.mu.Lock()
			down := p.down
			p.counts[pattern]++
			close(p.stirred)
			p.stirred = make(chan struct{})
			p.mu.Unlock()
			if down {
				panic(http.ErrAbortHandler)
			}
			if p.take(w.Header(), g) {
				h(w, r)
				return
			}
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
			fmt.Fprint(w, `{"errorCode":"CMN-301","message":"Request rate exceeded"}`)
		})
	}
	handle("POST /restapi/oauth/wstoken", rc.Auth, p.wsToken)
	handle("GET /restapi/v1.0/account/~", rc.Light, p.fixed(rc.Account{ID: 1, MainNumber: company}))
	handle("GET /restapi/v1.0/account/~/extension/~", rc.Light, p.fixed(rc.Extension{
		ID: 101, ExtensionNumber: "101", Name: "Ada Test", Contact: rc.ContactInfo{FirstName: "Ada", LastName: "Test"},
		RegionalSettings: rc.RegionalSettings{HomeCountry: rc.Country{ISOCode: "US"}},
	}))
	handle("GET /restapi/v1.0/account/~/extension/~/features", rc.Medium, func(w http.ResponseWriter, _ *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		answerJSON(w, rc.List[rc.Feature]{Records: []rc.Feature{{ID: "SMSSending", Available: true}, {ID: callFeature, Available: p.hasCalls}, {ID: voicemailFeature, Available: p.hasMail}, {ID: faxFeature, Available: p.hasMail}, {ID: pagesFeature, Available: p.pageable}}})
	})
	handle("GET /restapi/v1.0/account/~/extension/~/phone-number", rc.Light, p.fixed(rc.List[rc.PhoneNumber]{Records: []rc.PhoneNumber{
		{ID: 1, PhoneNumber: company, UsageType: "MainCompanyNumber", Features: []string{"CallerId"}},
		{ID: 2, PhoneNumber: ada, UsageType: "DirectNumber", Features: []string{"CallerId", "SmsSender", "MmsSender"}},
	}}))
	handle("GET /restapi/v1.0/account/~/directory/entries", rc.Medium, p.fixed(rc.List[rc.DirectoryEntry]{Records: []rc.DirectoryEntry{
		{ID: "101", FirstName: "Ada", LastName: "Test", ExtensionNumber: "101", Account: &rc.DirectoryAccount{CompanyName: "Acme"},
			PhoneNumbers: []rc.DirectoryNumber{{PhoneNumber: ada, UsageType: "DirectNumber"}}},
		{ID: "102", FirstName: "Gráce", LastName: "Hopper", ExtensionNumber: "102",
			PhoneNumbers: []rc.DirectoryNumber{{PhoneNumber: company, UsageType: "MainCompanyNumber"}, {PhoneNumber: grace, UsageType: "DirectNumber"}}},
		{ID: "103", FirstName: "No", LastName: "Number", ExtensionNumber: "103"},
	}}))
	handle("GET /restapi/v1.0/account/~/extension/~/message-sync", rc.Light, p.sync)
	handle("POST /restapi/v1.0/account/~/extension/~/sms", rc.Medium, p.sms)
	handle("PUT /restapi/v1.0/account/~/extension/~/message-store/{ids}", rc.Medium, p.put)
	p.handleRemovals(handle)
	p.handlePages(handle)
	p.handleOlder(handle)
	p.handleFiles(handle)
	p.handlePresence(handle)
	p.handleTemplates(handle)
	p.handleBook(handle)
	p.handleCalls(handle)
	p.handleContacts(handle)
	p.handleFavorites(handle)
	p.handleMail(handle)
	mux.HandleFunc("GET /ws", p.gateway)
	p.server = httptest.NewServer(mux)
	t.Cleanup(func() {
		p.server.CloseClientConnections()
		p.server.Close()
	})
	return p
}

// take counts a request as contract 2.7 says.
func (p *platform) take(h http.Header, g rc.Group) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.limits[g] = slices.DeleteFunc(p.limits[g], func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	limit := g.Limit()
	if p.generous && g != rc.Auth {
		limit *= 10
	}
	ok := len(p.limits[g]) < limit && now.After(p.penalty[g])
	if ok {
		p.limits[g] = append(p.limits[g], now)
	} else {
		p.penalty[g] = now.Add(time.Minute)
		p.limited++
	}
	h.Set("X-Rate-Limit-Group", strings.ToLower(string(g)))
	h.Set("X-Rate-Limit-Limit", strconv.Itoa(limit))
	h.Set("X-Rate-Limit-Remaining", strconv.Itoa(limit-len(p.limits[g])))
	h.Set("X-Rate-Limit-Window", "60")
	return ok
}

func (p *platform) fixed(v any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, v) }
}

func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(http.ErrAbortHandler)
	}
}

func (p *platform) wsToken(w http.ResponseWriter, _ *http.Request) {
	answerJSON(w, map[string]any{"uri": strings.Replace(p.server.URL, "http", "ws", 1) + "/ws", "ws_access_token": "w", "expires_in": 30})
}

func (p *platform) sync(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	from := 0
	if r.URL.Query().Get("syncType") == rc.ISync {
		n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Query().Get("syncToken"), "t"))
		if err != nil || p.oldTokens {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"errorCode":"MSG-333","message":"Sync token is invalid"}`)
			return
		}
		from = n
	}
	records := []rc.Message{}
	for i, m := range p.messages {
		if p.changed[i] > from && (from > 0 || m.Availability == rc.Alive && !m.CreationTime.Before(p.syncFrom)) {
			records = append(records, *m)
		}
	}
	answerJSON(w, rc.MessageSync{Records: records, SyncInfo: rc.SyncInfo{SyncType: r.URL.Query().Get("syncType"), SyncToken: fmt.Sprintf("t%d", p.seq)}})
}

// add stores a message; the caller holds mu.
func (p *platform) add(direction, from string, to []string, text string) *rc.Message {
	p.nextID++
	p.seq++
	others := slices.Clone(to)
	if direction == rc.Inbound {
		others = append(others, from)
	}
	others = slices.DeleteFunc(others, func(n string) bool { return n == ada })
	slices.Sort(others)
	key := strings.Join(others, " ")
	if p.convs[key] == 0 {
		p.convs[key] = 9007199254740993 + int64(len(p.convs))
	}
	now := rc.TimeOf(time.Now().Add(time.Duration(p.seq) * time.Millisecond)) // no two at the same moment
	m := &rc.Message{
		ID: p.nextID, Type: rc.TypeSMS, Direction: direction, Availability: rc.Alive, ReadStatus: rc.Read, MessageStatus: rc.Sent,
		Subject: text, CreationTime: now, LastModifiedTime: now, ConversationID: p.convs[key],
		Conversation: &rc.URIID{ID: strconv.FormatInt(p.convs[key], 10)}, From: &rc.Caller{PhoneNumber: from}, Attachments: []rc.Attachment{},
	}
	for _, n := range to {
		m.To = append(m.To, rc.Caller{PhoneNumber: n})
	}
	if direction == rc.Inbound {
		m.ReadStatus, m.MessageStatus = rc.Unread, rc.Received
	}
	p.messages = append(p.messages, m)
	p.changed = append(p.changed, p.seq)
	return m
}

// receive lets a text arrive, with its two events.
func (p *platform) receive(from, text string) int64 {
	p.mu.Lock()
	m := *p.add(rc.Inbound, from, []string{ada}, text)
	p.mu.Unlock()
	p.instant(m)
	p.notify("", map[string]any{"changes": []any{}})
	return m.ID
}

// instant tells of a text that has arrived.
func (p *platform) instant(m rc.Message) {
	data, err := json.Marshal(m)
	if err != nil {
		p.t.Error(err)
	}
	var body map[string]any
	if err := json.Unmarshal(data, &body); err != nil {
		p.t.Error(err)
	}
	body["id"], body["conversationId"], body["ownerId"] = strconv.FormatInt(m.ID, 10), m.Conversation.ID, "101"
	delete(body, "conversation")
	p.notify("/instant?type=SMS", body)
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

func (p *platform) sms(w http.ResponseWriter, r *http.Request) {
	var req rc.SMSRequest
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.post(w, r, req, nil)
}

// post takes a text as its knobs say.
func (p *platform) post(w http.ResponseWriter, r *http.Request, req rc.SMSRequest, files []rc.Attachment) {
	p.mu.Lock()
	if p.refuseSends > 0 {
		p.refuseSends--
		p.mu.Unlock()
		panic(http.ErrAbortHandler)
	}
	if p.overLimit > 0 {
		p.overLimit--
		p.mu.Unlock()
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	if p.rejectTexts {
		p.mu.Unlock()
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"errorCode":"MSG-246","message":"Recipients are not allowed"}`)
		return
	}
	var to []string
	for _, c := range req.To {
		to = append(to, c.PhoneNumber)
	}
	made := p.add(rc.Outbound, req.From.PhoneNumber, to, req.Text)
	made.Attachments = append(made.Attachments, files...)
	m := *made
	lose := p.loseAnswers > 0
	if lose {
		p.loseAnswers--
	}
	wait := p.unfinished
	p.mu.Unlock()
	if lose {
		panic(http.ErrAbortHandler)
	}
	if wait != nil {
		select {
		case <-wait:
		case <-r.Context().Done():
		}
	}
	answerJSON(w, m)
	go p.notify("", map[string]any{"changes": []any{}})
}

func (p *platform) put(w http.ResponseWriter, r *http.Request) {
	var body struct {
		ReadStatus string `json:"readStatus"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	p.puts = append(p.puts, body.ReadStatus)
	if p.noChanges {
		p.mu.Unlock()
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"errorCode":"CMN-408","message":"In order to call this API endpoint, user needs to have [EditMessages] permission."}`)
		return
	}
	ids := strings.Split(r.PathValue("ids"), ",")
	for i, m := range p.messages {
		if slices.Contains(ids, strconv.FormatInt(m.ID, 10)) {
			p.seq++
			m.ReadStatus, m.LastModifiedTime = body.ReadStatus, rc.TimeOf(time.Now())
			p.changed[i] = p.seq
		}
	}
	p.mu.Unlock()
	w.WriteHeader(cmp.Or(map[bool]int{true: http.StatusMultiStatus}[len(ids) > 1], http.StatusOK))
	fmt.Fprint(w, `{}`)
	go p.notify("", map[string]any{"changes": []any{}})
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

// waitFor waits, request by request, until ok holds; ok is called with mu
// held.
func (p *platform) waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		p.mu.Lock()
		done, stirred := ok(), p.stirred
		p.mu.Unlock()
		if done {
			return
		}
		select {
		case <-stirred:
		case <-deadline:
			t.Fatal("the platform was not asked")
		}
	}
}

// outbound returns the texts that were sent, in order.
func (p *platform) outbound() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var texts []string
	for _, m := range p.messages {
		if m.Direction == rc.Outbound {
			texts = append(texts, m.Subject)
		}
	}
	return texts
}
