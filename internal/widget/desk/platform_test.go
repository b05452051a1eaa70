package desk

import (
	"encoding/json"
	"fmt"
	"io"
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

// portraitPath is where the double has pictures.
const portraitPath = accountPath + "/extension/{id}/profile-image"

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
	ringOuts    []string // what was asked for
	sound       []byte   // of every recording
	readOnly    bool     // the app may not change contacts
	favorites   []rc.Favorite
	puts        []string  // read statuses that were set, by request
	syncFrom    time.Time // what a full sync begins with
	pages       []rc.PagerRequest
	pageable    bool     // the user may send internal messages
	deletes     []string // what DELETE asked for
	noDeletes   bool
	partly      map[int64][]int // statuses that a change of several messages has for one, in turn
	mailRoom
	portrait    http.HandlerFunc // answers with pictures
	mostFilters int              // of a subscription that the app has the permissions for; 0 for any
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
		{ID: "102", FirstName: "Gráce", LastName: "Hopper", ExtensionNumber: "102", ProfileImage: &rc.TaggedURI{ETag: `W/"1"`},
			PhoneNumbers: []rc.DirectoryNumber{{PhoneNumber: company, UsageType: "MainCompanyNumber"}, {PhoneNumber: grace, UsageType: "DirectNumber"}}},
		{ID: "103", FirstName: "No", LastName: "Number", ExtensionNumber: "103"},
	}}))
	handle("GET "+portraitPath, rc.Medium, func(w http.ResponseWriter, r *http.Request) { p.portrait(w, r) })
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
	p.handleRingOuts(handle)
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

// readForm reads a body that carries files, of which it tells.
func readForm(r *http.Request, request any, file func(name, kind, body string)) error {
	parts, err := r.MultipartReader()
	for err == nil {
		part, next := parts.NextPart()
		if next != nil {
			break
		}
		body, _ := io.ReadAll(part)
		if part.FormName() == "json" {
			err = json.Unmarshal(body, request)
			continue
		}
		file(part.FileName(), part.Header.Get("Content-Type"), string(body))
	}
	return err
}

// stirs waits, by the requests that come, until ok holds of the double, whose
// mu is held for it. Each change there is followed by another request.
func (p *platform) stirs(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		p.mu.Lock()
		done, next := ok(), p.stirred
		p.mu.Unlock()
		if done {
			return
		}
		select {
		case <-next:
		case <-deadline:
			t.Fatalf("%s did not happen", what)
		}
	}
}

// refuses says what a change has for each of several messages, of which it
// takes those that it does not make. The caller holds mu.
func (p *platform) refuses(ids []string) (left []string, parts []map[string]any) {
	for _, id := range ids {
		n, _ := strconv.ParseInt(id, 10, 64)
		status := http.StatusOK
		if all := p.partly[n]; len(ids) > 1 && len(all) > 0 {
			status, p.partly[n] = all[0], all[1:]
		}
		if status == http.StatusOK {
			left = append(left, id)
		}
		parts = append(parts, map[string]any{"resourceId": id, "status": status, "body": map[string]any{"errorCode": "CMN-408"}})
	}
	return left, parts
}

// waitFor waits until the platform was asked for what ok looks at.
func (p *platform) waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	p.stirs(t, "a request to the platform", ok)
}
