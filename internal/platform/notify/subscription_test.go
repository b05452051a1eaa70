package notify_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/event"
	"offhook/internal/rc"
)

func TestASubscriptionGetsItsEvents(t *testing.T) {
	p := newPlatform(t)
	k, _ := p.connect("ada", "")
	answer := k.call("POST", "/restapi/v1.0/subscription/", subscription(messageStore, instantSMS, "/restapi/v1.0/glip/posts", messageStore))
	var sub rc.Subscription
	answer.into(&sub)
	own := "/restapi/v1.0/account/100001/extension/101/message-store"
	want := []string{own, own + "/instant?type=SMS", "/restapi/v1.0/glip/posts"}
	if !cmp.Equal(sub.EventFilters, want) || sub.Status != "Active" || sub.DeliveryMode.TransportType != "WebSocket" || sub.ExpiresIn != 86399 ||
		sub.URI != p.url+"/restapi/v1.0/subscription/"+sub.ID || answer.meta.Headers["WSG-SubscriptionId"] != sub.ID {
		t.Errorf("subscription %s\nwant filters %v", answer.text, want)
	}

	p.text(101, 1)
	f := k.read()
	n := f.notification()
	if n.Event != own || n.SubscriptionID != sub.ID || n.OwnerID != "101" || n.UUID == "" || n.UUID != f.meta.MessageID || n.Timestamp.IsZero() || f.meta.Status != 200 || textID(n) != 1 {
		t.Errorf("notification %s", f.text)
	}
	body := map[string]string{"id": "5", "subject": `a "quoted" <b> ü`}
	if err := event.Publish(t.Context(), p.bus, account, 101, rc.InstantSMSFilter(account, 101), body); err != nil {
		t.Fatal(err)
	}
	n = k.read().notification()
	var got map[string]string
	if err := json.Unmarshal(n.Body, &got); err != nil || n.Event != own+"/instant?type=SMS" || !cmp.Equal(got, body) {
		t.Errorf("instant notification %+v, want body %v", n, body)
	}
}

func TestNobodyGetsAnothersEvents(t *testing.T) {
	p := newPlatform(t)
	ada, _ := p.subscribe("ada", messageStore)
	bob, sub := p.subscribe("bob", messageStore, "/restapi/v1.0/account/~/extension/101/message-store", "/restapi/v1.0/account/7/presence")
	if len(sub.EventFilters) != 1 || len(sub.Disabled) != 2 || sub.Disabled[0].Reason != "CMN-404" || sub.Disabled[0].Message == "" {
		t.Errorf("bob's filters %v, disabled %+v; want the two of others disabled", sub.EventFilters, sub.Disabled)
	}
	p.text(101, 1)
	p.text(102, 2)
	if n := ada.read().notification(); textID(n) != 1 {
		t.Errorf("ada got %+v, want text 1", n)
	}
	if n := bob.read().notification(); textID(n) != 2 {
		t.Errorf("bob got %+v, want text 2", n)
	}
	// An account that is not the event's is out even with the same path.
	if err := event.Publish(t.Context(), p.bus, 7, 101, rc.MessageStoreFilter(account, 101), nil); err != nil {
		t.Fatal(err)
	}
	p.text(101, 3)
	if n := ada.read().notification(); textID(n) != 3 {
		t.Errorf("ada got %+v, want text 3", n)
	}
}

func TestTheAnswerComesBeforeTheFirstNotification(t *testing.T) {
	p := newPlatform(t)
	watcher, _ := p.subscribe("ada again", messageStore)
	var wg sync.WaitGroup
	for round := range 20 {
		k, _ := p.connect("ada", "")
		start := make(chan struct{})
		wg.Go(func() {
			<-start
			for id := range int64(20) {
				p.text(101, id+1)
			}
		})
		close(start)
		k.request(rc.FrameMeta{MessageID: "s", Method: "POST", Path: "/restapi/v1.0/subscription"}, subscription(messageStore))
		if f := k.read(); f.meta.Type != "ClientRequest" {
			t.Fatalf("round %d: the first frame is %s, want the answer", round, f.text)
		}
		wg.Wait()
		for range 20 {
			watcher.read()
		}
		_ = k.ws.CloseNow()
	}
}

func TestNotificationsComeInOrder(t *testing.T) {
	p := newPlatform(t)
	k, _ := p.subscribe("ada", messageStore)
	for id := range int64(500) {
		p.text(101, id+1)
	}
	for id := range int64(500) {
		f := k.read()
		if n := f.notification(); textID(n) != id+1 || f.meta.WSC.Sequence != id+2 {
			t.Fatalf("got %s, want text %d with sequence %d", f.text, id+1, id+2)
		}
	}
}

func TestAConnectionHasOneSubscription(t *testing.T) {
	p := newPlatform(t)
	k, first := p.subscribe("ada", messageStore)
	second := k.subscribe(instantSMS)
	if status, _ := p.request("GET", "/restapi/v1.0/subscription/"+first.ID, "ada", ""); status != 404 {
		t.Errorf("the first subscription after a second: %d, want 404", status)
	}
	p.text(101, 1) // nobody wants it now
	if err := event.Publish(t.Context(), p.bus, account, 101, rc.InstantSMSFilter(account, 101), nil); err != nil {
		t.Fatal(err)
	}
	if n := k.read().notification(); n.SubscriptionID != second.ID {
		t.Errorf("got %+v, want one for %s", n, second.ID)
	}
}

func TestTheSubscriptionResource(t *testing.T) {
	p := newPlatform(t)
	k, sub := p.subscribe("ada", messageStore)
	path := "/restapi/v1.0/subscription/" + sub.ID
	record := func(body []byte) (s rc.Subscription) {
		t.Helper()
		if err := json.Unmarshal(body, &s); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		return s
	}

	for _, other := range []string{"bob", "ada crm"} {
		for _, tt := range [][2]string{{"GET", path}, {"PUT", path}, {"DELETE", path}, {"POST", path + "/renew"}} {
			if status, body := p.request(tt[0], tt[1], other, ""); status != 404 || strings.Contains(string(body), "message-store") {
				t.Errorf("%s of ada's subscription by %s: %d %s, want 404", tt[0], other, status, body)
			}
		}
		if _, body := p.request("GET", "/restapi/v1.0/subscription", other, ""); strings.Contains(string(body), sub.ID) {
			t.Errorf("the list of %s holds ada's subscription: %s", other, body)
		}
	}
	var list rc.List[rc.Subscription]
	_, body := p.request("GET", "/restapi/v1.0/subscription", "ada again", "")
	if err := json.Unmarshal(body, &list); err != nil || len(list.Records) != 1 || list.Records[0].ID != sub.ID {
		t.Errorf("the list of the user's other sign-in: %s, %v; want %s", body, err, sub.ID)
	}

	if status, body := p.request("PUT", path, "ada", `{"eventFilters":["`+instantSMS+`"]}`); status != 200 || !strings.Contains(record(body).EventFilters[0], "instant") {
		t.Errorf("PUT with filters: %d %s", status, body)
	}
	for _, tt := range [][2]string{{"PUT", path}, {"POST", path + "/renew"}, {"GET", path}} {
		if status, body := p.request(tt[0], tt[1], "ada", ""); status != 200 || record(body).ID != sub.ID || len(record(body).EventFilters) != 1 {
			t.Errorf("%s %s: %d %s, want the subscription as it is", tt[0], tt[1], status, body)
		}
	}
	if err := event.Publish(t.Context(), p.bus, account, 101, rc.InstantSMSFilter(account, 101), nil); err != nil {
		t.Fatal(err)
	}
	if n := k.read().notification(); !strings.HasSuffix(n.Event, "instant?type=SMS") {
		t.Errorf("after PUT: %+v, want the new filter's event", n)
	}

	if f := k.call("DELETE", path, nil); f.meta.Status != 204 {
		t.Errorf("DELETE: %s, want 204", f.text)
	}
	if f := k.call("DELETE", path, nil); f.meta.Status != 404 {
		t.Errorf("DELETE again: %s, want 404", f.text)
	}
}

func TestAnUpdateOverAnotherSocketBringsTheSubscriptionThere(t *testing.T) {
	p := newPlatform(t)
	old, sub := p.subscribe("ada", messageStore)
	k, _ := p.connect("ada", "")
	if f := k.call("PUT", "/restapi/v1.0/subscription/"+sub.ID, subscription(messageStore)); f.meta.Status != 200 {
		t.Fatalf("PUT: %s", f.text)
	}
	p.text(101, 1)
	if n := k.read().notification(); n.SubscriptionID != sub.ID {
		t.Errorf("got %+v, want one for %s", n, sub.ID)
	}
	old.write(`[{"type":"Heartbeat","messageId":"h"}]`)
	if f := old.read(); f.meta.Type != "Heartbeat" {
		t.Errorf("the old socket got %s", f.text)
	}
	small, _ := p.connect("ada small", "")
	if f := small.call("PUT", "/restapi/v1.0/subscription/"+sub.ID, nil); f.meta.Status != 403 {
		t.Errorf("PUT by a token that may not read messages: %s, want 403", f.text)
	}
}

func TestSubscriptionsThatAreRefused(t *testing.T) {
	p := newPlatform(t)
	k, _ := p.connect("ada small", "")
	mode := `"deliveryMode":{"transportType":"WebSocket"}`
	for _, tt := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"a transport that is not offered", `{"eventFilters":["/restapi/x"],"deliveryMode":{"transportType":"PubNub"}}`, 400, "CMN-101"},
		{"no delivery mode", `{"eventFilters":["/restapi/x"]}`, 400, "CMN-101"},
		{"no filters", `{` + mode + `}`, 400, "CMN-101"},
		{"empty filters", `{"eventFilters":[],` + mode + `}`, 400, "CMN-101"},
		{"a filter that is no path", `{"eventFilters":["message-store"],` + mode + `}`, 400, "SUB-508"},
		{"a filter with a broken query", `{"eventFilters":["/restapi/x?%zz"],` + mode + `}`, 400, "SUB-508"},
		{"a missing permission", `{"eventFilters":["` + messageStore + `"],` + mode + `}`, 403, "CMN-401"},
		{"another extension only", `{"eventFilters":["/restapi/v1.0/account/~/extension/102/message-store"],` + mode + `}`, 403, "CMN-404"},
		{"a body of the wrong shape", `{"eventFilters":7}`, 400, "CMN-103"},
	} {
		f := k.call("POST", "/restapi/v1.0/subscription", json.RawMessage(tt.body))
		if f.meta.Status != tt.status || f.code() != tt.code {
			t.Errorf("%s: %s, want %d %s", tt.name, f.text, tt.status, tt.code)
		}
	}
	status, body := p.request("POST", "/restapi/v1.0/subscription", "ada", `{"eventFilters":["`+messageStore+`"],`+mode+`}`)
	if status != 400 || !strings.Contains(string(body), "wstoken") {
		t.Errorf("a WebSocket subscription by HTTP: %d %s, want 400 saying where to go", status, body)
	}
}

func TestAUserAndAppHaveThirtySubscriptions(t *testing.T) {
	p := newPlatform(t)
	var last *client
	for range 30 {
		last, _ = p.subscribe("ada", messageStore)
	}
	k, _ := p.connect("ada", "")
	if f := k.call("POST", "/restapi/v1.0/subscription", subscription(messageStore)); f.meta.Status != 403 || f.code() != "SUB-505" {
		t.Errorf("subscription 31: %s, want 403 SUB-505", f.text)
	}
	last.subscribe(instantSMS) // replacing is not one more
	p.subscribe("ada crm", messageStore)
	p.subscribe("bob", messageStore)

	_ = last.ws.CloseNow()
	for { // until the gateway has noticed
		if f := k.call("POST", "/restapi/v1.0/subscription", subscription(messageStore)); f.meta.Status == 200 {
			break
		}
	}
}

func BenchmarkFanOut(b *testing.B) {
	for _, sockets := range []int{1, 20} {
		b.Run(fmt.Sprintf("sockets=%d", sockets), func(b *testing.B) {
			p := newPlatform(b)
			var clients []*client
			for range sockets {
				k, _ := p.subscribe("ada", messageStore)
				clients = append(clients, k)
			}
			b.ReportAllocs()
			for b.Loop() { // from the event to its frame at every client
				p.text(101, 1)
				for _, k := range clients {
					if _, _, err := k.ws.Read(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkEventThatNobodyWants shows what an event costs when a thousand
// subscriptions are to others.
func BenchmarkEventThatNobodyWants(b *testing.B) {
	p := newPlatform(b)
	filters := make([]string, 1000)
	for i := range filters {
		filters[i] = fmt.Sprintf("/restapi/v1.0/test/%d", i)
	}
	p.subscribe("bob", filters...)
	k, _ := p.subscribe("ada", instantSMS)
	b.ReportAllocs()
	for b.Loop() {
		for range 100 {
			p.text(101, 1)
		}
		if err := event.Publish(b.Context(), p.bus, account, 101, rc.InstantSMSFilter(account, 101), nil); err != nil {
			b.Fatal(err)
		}
		if _, _, err := k.ws.Read(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
