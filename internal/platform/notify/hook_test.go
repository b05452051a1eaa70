package notify_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offhook/internal/platform/event"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const hookAddress = "https://crm.example/events?key=k3y"

// A vault seals nothing and remembers for which row it was asked.
type vault struct{}

func (vault) Seal(plain []byte, row string) []byte { return append([]byte(row+"|"), plain...) }

func (vault) Open(sealed []byte, row string) ([]byte, error) {
	plain, ok := bytes.CutPrefix(sealed, []byte(row+"|"))
	if !ok {
		return nil, errors.New("sealed for another row")
	}
	return plain, nil
}

// A receiver is every address that webhooks go to: it echoes validation
// tokens, answers with status, and keeps what arrives.
type receiver struct {
	arrived chan *got

	mu     sync.Mutex
	status int                                          // of the answers to events; guarded by mu
	shake  func(r *http.Request, answer *http.Response) // spoils handshakes; guarded by mu
	shakes int                                          // guarded by mu
}

// A got is a request that arrived.
type got struct {
	at     time.Time
	url    string
	header http.Header
	body   string
}

func newReceiver() *receiver { return &receiver{arrived: make(chan *got, 1000), status: 200} }

func (v *receiver) answers(status int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.status = status
}

func (v *receiver) spoil(shake func(*http.Request, *http.Response)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.shake = shake
}

// RoundTrip implements http.RoundTripper.
func (v *receiver) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	res := &http.Response{StatusCode: v.status, Header: http.Header{}, Body: http.NoBody, Request: r}
	if token := r.Header.Get("Validation-Token"); token != "" && len(body) == 0 {
		v.shakes++
		res.StatusCode = 200
		res.Header.Set("Validation-Token", token)
		if v.shake != nil {
			v.shake(r, res)
		}
	} else {
		v.arrived <- &got{time.Now(), r.URL.String(), r.Header, string(body)}
	}
	if res.StatusCode == 0 {
		return nil, errors.New("connection refused by 10.0.0.1")
	}
	return res, nil
}

func hookRequest(filters ...string) string {
	text, _ := json.Marshal(filters)
	return fmt.Sprintf(`{"eventFilters":%s,"deliveryMode":{"transportType":"WebHook","address":%q,"verificationToken":"s3cret"}}`, text, hookAddress)
}

// hook makes a webhook as the named user.
func (p *platform) hook(as string, filters ...string) rc.Subscription {
	p.t.Helper()
	return p.subscriptionOf("POST", "/restapi/v1.0/subscription", as, hookRequest(filters...))
}

// subscriptionOf makes a request that must be answered with a subscription.
func (p *platform) subscriptionOf(method, path, as, body string) (sub rc.Subscription) {
	p.t.Helper()
	status, answer := p.request(method, path, as, body)
	if err := json.Unmarshal(answer, &sub); status != 200 || err != nil {
		p.t.Fatalf("%s %s as %s: %d %s", method, path, as, status, answer)
	}
	if strings.Contains(string(answer), "s3cret") {
		p.t.Errorf("%s tells the app's token: %s", path, answer)
	}
	return sub
}

func TestAWebhookGetsItsEvents(t *testing.T) {
	p := newPlatform(t)
	sub := p.hook("ada", messageStore, "/restapi/v1.0/account/~/extension/102/message-store")
	if len(sub.EventFilters) != 1 || len(sub.Disabled) != 1 || sub.Status != "Active" || sub.ExpiresIn != 604799 && sub.ExpiresIn != 604800 ||
		sub.DeliveryMode.TransportType != "WebHook" || sub.DeliveryMode.Address != hookAddress || sub.URI != p.url+"/restapi/v1.0/subscription/"+sub.ID {
		t.Errorf("subscription %+v", sub)
	}
	for id := range int64(20) {
		p.text(102, 99)
		p.text(101, id+1)
	}
	for id := range int64(20) {
		r := <-p.hooks.arrived
		var n rc.Notification
		if err := json.Unmarshal([]byte(r.body), &n); err != nil || textID(n) != id+1 || n.SubscriptionID != sub.ID || n.OwnerID != "101" || n.Event != sub.EventFilters[0] {
			t.Fatalf("got %s, want text %d for %s", r.body, id+1, sub.ID)
		}
		h := r.header
		if r.url != hookAddress || h.Get("Verification-Token") != "s3cret" || h.Get("User-Agent") != "RingCentral-Webhook/8.3" || h.Get("Validation-Token") != "" ||
			!strings.HasPrefix(h.Get("Content-Type"), "application/json") || h.Get("Authorization") != "" {
			t.Errorf("request to %s with %v", r.url, h)
		}
	}
}

func TestAHandshakeDecidesWhetherAWebhookIsMade(t *testing.T) {
	p := newPlatform(t)
	mode := func(fields string) string {
		return `{"eventFilters":["` + messageStore + `"],"deliveryMode":{"transportType":"WebHook",` + fields + `}}`
	}
	good := `"address":"` + hookAddress + `"`
	for _, tt := range []struct {
		name, request string
		shake         func(*http.Request, *http.Response)
		code          string
	}{
		{"it answers another status", mode(good), func(_ *http.Request, res *http.Response) { res.StatusCode = 204 }, "SUB-525"},
		{"it redirects", mode(good), func(_ *http.Request, res *http.Response) { res.StatusCode = 302 }, "SUB-525"},
		{"it keeps the token", mode(good), func(_ *http.Request, res *http.Response) { res.Header = http.Header{} }, "SUB-525"},
		{"it sends another", mode(good), func(_ *http.Request, res *http.Response) { res.Header.Set("Validation-Token", "x") }, "SUB-525"},
		{"it says too much", mode(good), func(_ *http.Request, res *http.Response) {
			res.Body = io.NopCloser(strings.NewReader(strings.Repeat("x", 1000)))
		}, "SUB-525"},
		{"it cannot be reached", mode(good), func(_ *http.Request, res *http.Response) { res.StatusCode = 0 }, "SUB-525"},
		{"plain http", mode(`"address":"http://crm.example/"`), nil, "CMN-101"},
		{"a user in the address", mode(`"address":"https://a:b@crm.example/"`), nil, "CMN-101"},
		{"no address", mode(`"encryption":false`), nil, "CMN-101"},
		{"a life that is too long", strings.Replace(mode(good), "{", `{"expiresIn":315360001,`, 1), nil, "CMN-101"},
		{"a negative life", strings.Replace(mode(good), "{", `{"expiresIn":-1,`, 1), nil, "CMN-101"},
		{"no filters", strings.Replace(mode(good), messageStore, "", 1), nil, "SUB-508"},
		{"only filters of others", strings.Replace(mode(good), "~/message-store", "102/message-store", 1), nil, "CMN-404"},
		{"a token that is no header", mode(good + `,"verificationToken":"a\r\nb"`), nil, "CMN-101"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p.hooks.spoil(tt.shake)
			status, body := p.request("POST", "/restapi/v1.0/subscription", "ada", tt.request)
			var e rc.ErrorEnvelope
			if err := json.Unmarshal(body, &e); err != nil || status == 200 || e.ErrorCode != tt.code || strings.Contains(string(body), "10.0.0.1") {
				t.Errorf("%d %s, want %s and nothing of the network", status, body, tt.code)
			}
		})
	}
	p.hooks.spoil(nil)
	if _, body := p.request("GET", "/restapi/v1.0/subscription", "ada", ""); !strings.Contains(string(body), `"records":[]`) {
		t.Errorf("refused webhooks were kept: %s", body)
	}
	local := p.subscriptionOf("POST", "/restapi/v1.0/subscription", "ada", mode(`"address":"http://localhost:9/x","validationToken":"guide"`))
	p.text(101, 1)
	if r := <-p.hooks.arrived; r.header.Get("Validation-Token") != "guide" || r.header.Get("Verification-Token") != "" || local.ID == "" {
		t.Errorf("the guide's field: %v", r.header)
	}
	if log := p.log.String(); strings.Contains(log, "k3y") || strings.Contains(log, "s3cret") {
		t.Errorf("the log tells secrets: %s", log)
	}
}

func TestWhoMayTouchAWebhook(t *testing.T) {
	p := newPlatform(t)
	sub := p.hook("ada", messageStore)
	path := "/restapi/v1.0/subscription/" + sub.ID
	for _, other := range []string{"bob", "ada crm"} {
		for _, tt := range [][2]string{{"GET", path}, {"PUT", path}, {"DELETE", path}, {"POST", path + "/renew"}} {
			if status, body := p.request(tt[0], tt[1], other, ""); status != 404 || strings.Contains(string(body), "k3y") {
				t.Errorf("%s by %s: %d %s, want 404", tt[0], other, status, body)
			}
		}
		if _, body := p.request("GET", "/restapi/v1.0/subscription", other, ""); strings.Contains(string(body), sub.ID) {
			t.Errorf("the list of %s holds ada's webhook", other)
		}
	}
	k, socket := p.subscribe("ada", messageStore)
	var list rc.List[rc.Subscription]
	if f := k.call("GET", "/restapi/v1.0/subscription", nil); json.Unmarshal(f.body, &list) != nil || len(list.Records) != 2 || list.Records[0].ID != sub.ID || list.Records[1].ID != socket.ID {
		t.Errorf("the list %s, want the webhook and the socket's subscription", f.text)
	}
	if got := p.subscriptionOf("GET", path, "ada again", ""); got.ID != sub.ID {
		t.Errorf("by another sign-in of the user: %+v", got)
	}
	if got := p.subscriptionOf("PUT", path, "ada", `{"eventFilters":["`+instantSMS+`"],"expiresIn":60}`); len(got.EventFilters) != 1 || got.EventFilters[0] == sub.EventFilters[0] || got.ExpiresIn > 60 {
		t.Errorf("after PUT: %+v", got)
	}
	if status, body := p.request("PUT", path, "ada", `{"eventFilters":["`+instantSMS+`"],"deliveryMode":{"transportType":"WebHook","address":"https://evil.example/"}}`); status != 400 {
		t.Errorf("another address by PUT: %d %s", status, body)
	}
	if got := p.subscriptionOf("PUT", path, "ada", ""); len(got.EventFilters) != 1 || !strings.HasSuffix(got.EventFilters[0], "instant?type=SMS") {
		t.Errorf("an empty PUT changes filters: %+v", got)
	}
	// A sign-in with fewer permissions takes the events away with it.
	if status, body := p.request("PUT", path, "ada small", ""); status != 403 {
		t.Errorf("renewed without the permission: %d %s", status, body)
	}
	if status, _ := p.request("DELETE", path, "ada", ""); status != 204 {
		t.Errorf("DELETE: %d", status)
	}
	if status, _ := p.request("GET", path, "ada", ""); status != 404 {
		t.Errorf("after DELETE: %d", status)
	}
}

func TestWebhooksAndSocketsShareThirtySubscriptions(t *testing.T) {
	p := newPlatform(t)
	p.subscribe("ada", messageStore)
	for range 29 {
		p.hook("ada", messageStore)
	}
	if status, body := p.request("POST", "/restapi/v1.0/subscription", "ada", hookRequest(messageStore)); status != 403 || !strings.Contains(string(body), "SUB-505") {
		t.Errorf("one webhook too many: %d %s", status, body)
	}
	k, _ := p.connect("ada", "")
	if f := k.call("POST", "/restapi/v1.0/subscription", subscription(messageStore)); f.code() != "SUB-505" {
		t.Errorf("one socket too many: %s", f.text)
	}
	p.hook("ada crm", messageStore)
}

func TestAWebhookOutlivesItsSignInButNotItsPermissions(t *testing.T) {
	p := newPlatform(t)
	p.hook("ada", messageStore)
	err := p.store.Write(t.Context(), func(tx store.PlatformTx) error {
		_, err := tx.EndOAuthSession(t.Context(), "s-ada")
		return errors.Join(err, event.PublishSessionEnd(t.Context(), p.bus, event.SessionEnd{SessionID: "s-ada"}))
	})
	if err != nil {
		t.Fatal(err)
	}
	p.text(101, 1)
	if r := <-p.hooks.arrived; !strings.Contains(r.body, `"newMessageIds":[1]`) {
		t.Errorf("after the sign-in ended: %s", r.body)
	}
	app := store.App{ClientID: "phone", Scopes: rc.ScopeSet{rc.ReadAccounts}}
	if err := p.store.Write(t.Context(), func(tx store.PlatformTx) error { return tx.PutApp(t.Context(), app) }); err != nil {
		t.Fatal(err)
	}
	watcher := p.hook("ada crm", messageStore)
	p.text(101, 2)
	if r := <-p.hooks.arrived; !strings.Contains(r.body, watcher.ID) {
		t.Errorf("an app that may not read messages any more got %s", r.body)
	}
	if _, body := p.request("GET", "/restapi/v1.0/subscription", "ada", ""); !strings.Contains(string(body), `"reason":"CMN-401"`) {
		t.Errorf("the list does not say why: %s", body)
	}
}

func TestAFailingWebhookIsTriedAgainAndThenBlacklisted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipedPlatform(t)
		sub := p.hook("ada", messageStore)
		p.hooks.answers(500)
		p.text(101, 1)
		p.text(101, 2)
		var times []time.Duration
		first := <-p.hooks.arrived
		for range 4 {
			r := <-p.hooks.arrived
			if r.body != first.body {
				t.Errorf("the second event overtook the first: %s", r.body)
			}
			times = append(times, r.at.Sub(first.at).Truncate(time.Second))
		}
		if fmt.Sprint(times) != "[1s 3s 7s 15s]" {
			t.Errorf("tried again after %v", times)
		}
		p.hooks.answers(200)
		for _, want := range []string{`"newMessageIds":[1]`, `"newMessageIds":[2]`} {
			if r := <-p.hooks.arrived; !strings.Contains(r.body, want) {
				t.Errorf("once it works: %s, want %s", r.body, want)
			}
		}

		p.hooks.answers(302)
		p.text(101, 3)
		time.Sleep(20 * time.Minute)
		path := "/restapi/v1.0/subscription/" + sub.ID
		closed := p.subscriptionOf("GET", path, "ada", "")
		if closed.Status != "Blacklisted" || closed.Blacklisted == nil || !strings.Contains(closed.Blacklisted.Reason, "302") || closed.Blacklisted.BlacklistedAt.IsZero() {
			t.Fatalf("after 20 minutes of failures: %+v", closed)
		}
		for len(p.hooks.arrived) > 0 {
			<-p.hooks.arrived
		}
		p.hooks.answers(200)
		p.text(101, 4)
		time.Sleep(time.Hour)
		if n := len(p.hooks.arrived); n > 0 {
			t.Errorf("%d events went to a blacklisted address", n)
		}
		p.hooks.spoil(func(_ *http.Request, res *http.Response) { res.StatusCode = 500 })
		if status, body := p.request("POST", path+"/renew", "ada", ""); status != 400 || !strings.Contains(string(body), "SUB-525") {
			t.Errorf("renewing while it fails: %d %s", status, body)
		}
		p.hooks.spoil(nil)
		if open := p.subscriptionOf("POST", path+"/renew", "ada", ""); open.Status != "Active" || open.Blacklisted != nil {
			t.Errorf("after renewing: %+v", open)
		}
		p.text(101, 5)
		if r := <-p.hooks.arrived; !strings.Contains(r.body, `"newMessageIds":[5]`) {
			t.Errorf("after renewing: %s", r.body)
		}
	})
}

// rewrite replaces a webhook in the store, by what another version or another
// key of the server would have left.
func (p *platform) rewrite(sub rc.Subscription, change func(*store.Webhook)) {
	p.t.Helper()
	k, err := p.store.Webhook(p.t.Context(), sub.ID)
	if err != nil {
		p.t.Fatal(err)
	}
	change(&k)
	err = p.store.Write(p.t.Context(), func(tx store.PlatformTx) error {
		_, err := tx.DeleteWebhook(p.t.Context(), sub.ID)
		return errors.Join(err, tx.AddWebhook(p.t.Context(), k))
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func TestAWebhookWhoseTokenCannotBeReadIsBlacklisted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipedPlatform(t)
		sub := p.hook("ada", messageStore)
		p.rewrite(sub, func(k *store.Webhook) { k.SealedToken = []byte("by another key") })
		p.text(101, 1)
		time.Sleep(20 * time.Minute)
		got := p.subscriptionOf("GET", "/restapi/v1.0/subscription/"+sub.ID, "ada", "")
		if got.Status != "Blacklisted" || got.Blacklisted == nil || !strings.Contains(got.Blacklisted.Reason, "verification token") || len(p.hooks.arrived) > 0 {
			t.Errorf("after 20 minutes: %+v, %d events went out", got, len(p.hooks.arrived))
		}
		if !strings.Contains(p.log.String(), "sealed for another row") {
			t.Errorf("the operator is not told: %s", p.log)
		}
	})
}

func TestAWebhookWhoseFiltersCannotBeReadDisturbsNoOther(t *testing.T) {
	p := newPlatform(t)
	broken, good := p.hook("ada", messageStore), p.hook("ada crm", messageStore)
	p.rewrite(broken, func(k *store.Webhook) { k.Filters = []string{"?%zz"} })
	p.text(101, 1)
	if r := <-p.hooks.arrived; !strings.Contains(r.body, good.ID) {
		t.Errorf("got %s, want an event of %s", r.body, good.ID)
	}
	if !strings.Contains(p.log.String(), broken.ID) {
		t.Errorf("the log does not name %s: %s", broken.ID, p.log)
	}
}

func TestAWebhookEndsAndSaysSoBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipedPlatform(t)
		body := strings.Replace(hookRequest(messageStore, "/restapi/v1.0/subscription/~?threshold=600&interval=240"), "{", `{"expiresIn":3600,`, 1)
		sub := p.subscriptionOf("POST", "/restapi/v1.0/subscription", "ada", body)
		time.Sleep(51 * time.Minute)
		var n rc.Notification
		if r := <-p.hooks.arrived; json.Unmarshal([]byte(r.body), &n) != nil || n.Event != "/restapi/v1.0/subscription/~?threshold=600&interval=240" || !strings.Contains(string(n.Body), `"expiresIn":`) {
			t.Errorf("reminder %s", r.body)
		}
		time.Sleep(3 * time.Minute)
		if n := len(p.hooks.arrived); n > 0 {
			t.Errorf("%d reminders within the interval", n)
		}
		<-p.hooks.arrived
		p.subscriptionOf("POST", "/restapi/v1.0/subscription/"+sub.ID+"/renew", "ada", "")
		time.Sleep(45 * time.Minute)
		if n := len(p.hooks.arrived); n > 0 {
			t.Errorf("%d reminders after renewing", n)
		}
		time.Sleep(16 * time.Minute)
		for len(p.hooks.arrived) > 0 {
			<-p.hooks.arrived
		}
		p.text(101, 1)
		time.Sleep(time.Minute)
		if status, _ := p.request("GET", "/restapi/v1.0/subscription/"+sub.ID, "ada", ""); status != 404 || len(p.hooks.arrived) > 0 {
			t.Errorf("after its end: %d, %d events", status, len(p.hooks.arrived))
		}
	})
}
