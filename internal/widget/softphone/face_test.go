package softphone_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"offhook/internal/media/mediatest"
	"offhook/internal/store"
	"offhook/internal/widget/call"
	"offhook/internal/widget/visit"
)

// oneFrame is a store with one frame.
type oneFrame struct{ store.EmbedReader }

func (oneFrame) Frame(_ context.Context, key string) (store.Frame, error) {
	if key != "frame" {
		return store.Frame{}, store.ErrNotFound
	}
	return store.Frame{Key: key}, nil
}

// byHeader signs in whom a test's header says.
type byHeader struct{}

func (byHeader) Session(r *http.Request, _ store.Frame) (*store.Session, error) {
	if id := r.Header.Get("Test-Grant"); id != "" {
		return &store.Session{ID: "s", GrantID: id}, nil
	}
	return nil, nil
}

func (byHeader) Ended(*http.Request, store.Frame) (string, error) { return "", nil }

func TestTheRoutesOfCalls(t *testing.T) {
	r := registered(t, func(r *rig) {
		r.pool.Visits = &visit.Face{Store: oneFrame{}, Sessions: byHeader{}, Log: slog.New(slog.DiscardHandler)}
	})
	mux := http.NewServeMux()
	r.pool.Mount(mux)
	ask := func(method, path, body string, edit ...func(http.Header)) (int, string) {
		req := httptest.NewRequest(method, "/p/frame"+path, strings.NewReader(body))
		req.Header.Set(visit.Header, "1")
		req.Header.Set("Test-Grant", "g")
		for _, f := range edit {
			f(req.Header)
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, req)
		return w.Code, strings.TrimSpace(w.Body.String())
	}

	without := func(name string) func(http.Header) { return func(h http.Header) { h.Del(name) } }
	foreign := func(h http.Header) { h.Set("Sec-Fetch-Site", "cross-site") }
	for _, path := range []string{"/calls", "/calls/ringing", "/calls/retry", "/calls/x/hangup", "/calls/x/drop", "/audio", "/audio/leave"} {
		for name, edit := range map[string]func(http.Header){"without our header": without(visit.Header), "from another site": foreign} {
			if code, _ := ask("POST", path, `{"to":"101"}`, edit); code != http.StatusForbidden {
				t.Errorf("POST %s %s: status %d, want 403", path, name, code)
			}
		}
		if code, _ := ask("POST", path, `{"to":"101"}`, without("Test-Grant")); code != http.StatusUnauthorized {
			t.Errorf("POST %s signed out: status %d, want 401", path, code)
		}
	}
	if calls := r.phone.Snapshot().Calls; len(calls) > 0 {
		t.Fatalf("what was refused has called: %+v", calls)
	}

	for _, tt := range []struct {
		name, path, body string
		status           int
		want             string
	}{
		{"no number", "/calls", `{"to":"Ada"}`, 400, "“Ada” is not a phone number."},
		{"no JSON", "/calls", `to=101`, 400, "The phone sent something that its server does not understand. Reload the page."},
		{"a call that is not there", "/calls/x/hangup", `{}`, 404, "This call is over."},
		{"an act that is none", "/calls/x/dance", `{}`, 404, "The phone sent something that its server does not understand. Reload the page."},
		{"sound without a tab", "/audio", `{"sdp":"v=0"}`, 400, "The phone sent something that its server does not understand. Reload the page."},
		{"a ring that is not there", "/calls/ringing", `{"tab":"t","ids":["x"]}`, 200, `{"first":false}`},
		{"a tab that leaves", "/audio/leave", `{"tab":"t"}`, 200, `{}`},
		{"trying again", "/calls/retry", ``, 200, `{}`},
	} {
		if code, body := ask("POST", tt.path, tt.body); code != tt.status || body != tt.want {
			t.Errorf("%s: status %d %s, want %d %s", tt.name, code, body, tt.status, tt.want)
		}
	}

	code, body := ask("POST", "/calls", `{"to":"+16505550199"}`)
	var placed struct{ ID string }
	if err := json.Unmarshal([]byte(body), &placed); err != nil || code != 200 || placed.ID == "" {
		t.Fatalf("placing a call: status %d %s", code, body)
	}
	leg := mediatest.Leg(t, r.engine)
	offer, err := leg.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sound, err := json.Marshal(map[string]any{"tab": "t", "sdp": offer, "take": false})
	if err != nil {
		t.Fatal(err)
	}
	code, body = ask("POST", "/audio", string(sound))
	var answer struct {
		SDP     string
		Version uint64
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || code != 200 || answer.Version == 0 || leg.SetAnswer(answer.SDP) != nil {
		t.Fatalf("lending a microphone: status %d %s", code, body)
	}
	if code, body := ask("POST", "/calls/"+placed.ID+"/hangup", ""); code != 200 {
		t.Errorf("hanging up: status %d %s", code, body)
	}
	code, body = ask("GET", "/calls", "", without(visit.Header))
	var s call.Snapshot
	if err := json.Unmarshal([]byte(body), &s); err != nil || code != 200 || len(s.Calls) != 1 || s.Calls[0].Outcome != call.Cancelled || s.Microphone != "t" {
		t.Errorf("the snapshot: status %d %s", code, body)
	}
	if strings.Contains(body, password) {
		t.Error("the phone's password is in the snapshot")
	}
}

// wary is a page that wants to be asked before anybody is contacted.
type wary struct{ noted []string }

func (*wary) Guard(context.Context, visit.Visit) (string, error) { return "Acme", nil }

func (w *wary) Record(_ context.Context, e store.AuditEntry) { w.noted = append(w.noted, e.Detail) }

func TestThePageIsAskedBeforeACallIsTakenToSomebody(t *testing.T) {
	page := new(wary)
	r := registered(t, func(r *rig) {
		r.pool.Visits = &visit.Face{Store: oneFrame{}, Sessions: byHeader{}, Log: slog.New(slog.DiscardHandler)}
		r.pool.Guards, r.pool.Audit = page, page
	})
	mux := http.NewServeMux()
	r.pool.Mount(mux)
	referred := make(chan string, 1)
	r.onRefer = func(_ *sbcCall, to string) { referred <- to }
	id, _ := r.talk()
	ask := func(act, body string) *httptest.ResponseRecorder {
		req := httptest.NewRequestWithContext(t.Context(), "POST", "/p/frame/calls/"+id+"/"+act, strings.NewReader(body))
		req.Header.Set(visit.Header, "1")
		req.Header.Set("Test-Grant", "g")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, req)
		return w
	}
	for _, act := range []string{"transfer", "forward"} {
		w := ask(act, `{"to":"+16505550123"}`)
		if w.Header().Get("X-Offhook-Guard") == "" || strings.TrimSpace(w.Body.String()) != `{"service":"Acme","recipients":[{"phoneNumber":"+16505550123"}]}` {
			t.Errorf("%s without a verdict: status %d %s", act, w.Code, w.Body)
		}
	}
	if len(referred) > 0 {
		t.Fatal("the call was transferred before the page was asked")
	}
	go ask("transfer", `{"to":"+16505550123","checked":"warned: angry"}`) // which waits for the platform
	if got := <-referred; got != "<sip:+16505550123@"+domain+">" {
		t.Errorf("the call was referred to %s", got)
	}
	if want := "a call transferred to +16505550123 although Acme: warned: angry"; len(page.noted) != 1 || page.noted[0] != want {
		t.Errorf("written down: %q, want %q", page.noted, want)
	}
}

func TestTabsThatSayWithoutEndThatTheyRingAreStopped(t *testing.T) {
	_, ask := framed(t)
	const body = `{"tab":"t","ids":["x"]}`
	for range 40 * 6 { // many tabs, each for many calls
		if w, said := ask("POST", "/calls/ringing", body); w.Code != 200 {
			t.Fatalf("status %d %s", w.Code, said)
		}
	}
	for range 10_000 {
		if w, _ := ask("POST", "/calls/ringing", body); w.Code == http.StatusTooManyRequests {
			if w.Header().Get("Retry-After") == "" {
				t.Error("nobody says when to come again")
			}
			return
		}
	}
	t.Error("they go on without end")
}
