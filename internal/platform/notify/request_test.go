package notify_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// mountEcho adds REST operations that show what reached them.
func (p *platform) mountEcho() {
	face := p.h.Face
	p.mux.HandleFunc("/restapi/v1.0/echo", func(w http.ResponseWriter, r *http.Request) {
		c, err := face.Caller(r)
		if err != nil {
			face.Error(w, r, err)
			return
		}
		body, _ := io.ReadAll(r.Body)
		wire.JSON(w, http.StatusCreated, map[string]any{
			"method": r.Method, "query": r.URL.Query(), "body": string(body), "ext": c.ExtensionID,
			"auth": r.Header.Get("Authorization"), "cookie": r.Header.Get("Cookie"), "agent": r.Header.Get("X-User-Agent"),
			"type": r.Header.Get("Content-Type"), "host": r.Host,
		})
	})
	p.mux.HandleFunc("GET /restapi/v1.0/multipart", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "multipart/mixed; boundary=Boundary_1")
		_, _ = io.WriteString(w, "--Boundary_1\r\n\r\n{}\r\n--Boundary_1--\r\n")
	})
	p.mux.HandleFunc("GET /restapi/v1.0/text", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, `see you at "six"`)
	})
	p.mux.HandleFunc("GET /restapi/v1.0/audio", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "audio/mpeg")
		_, _ = w.Write([]byte{0xff, 0xfb})
	})
	p.mux.HandleFunc("GET /restapi/v1.0/panic", func(http.ResponseWriter, *http.Request) { panic("boom") })
	p.mux.HandleFunc("DELETE /restapi/v1.0/gone", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
}

func TestARequestOverTheSocketReachesTheRESTHandlerAsItsOwner(t *testing.T) {
	p := newPlatform(t)
	p.mountEcho()
	k, _ := p.connect("ada", "")
	k.request(rc.FrameMeta{
		MessageID: "id/0", Method: "POST", Path: "/restapi/v1.0/echo?a=1",
		Headers: map[string]string{"X-User-Agent": "App/1.0", "authorization": "Bearer bob", "Cookie": "c=1"},
		Query:   map[string]any{"b": []any{"x", "y"}, "n": 9007199254740991.0, "yes": true},
	}, map[string]any{"text": "hé <b>"})
	answer := k.read()
	if answer.meta.Type != "ClientRequest" || answer.meta.MessageID != "id/0" || answer.meta.Status != 201 {
		t.Errorf("answer %s, want ClientRequest id/0 201", answer.text)
	}
	if answer.meta.Headers["RCRequestId"] == "" || !strings.HasPrefix(answer.meta.Headers["Content-Type"], "application/json") || answer.meta.WSC == nil {
		t.Errorf("answer's meta %+v lacks RCRequestId, Content-Type or wsc", answer.meta)
	}
	var got map[string]any
	answer.into(&got)
	want := map[string]string{
		"method": "POST", "body": `{"text":"hé \u003cb\u003e"}`, "ext": "101", "auth": "", "cookie": "", "agent": "App/1.0",
		"type": "application/json", "host": strings.TrimPrefix(p.url, "http://"),
		"query": "map[a:[1] b:[x y] n:[9007199254740991] yes:[true]]",
	}
	for name, v := range want {
		if fmt.Sprint(got[name]) != v {
			t.Errorf("the handler saw %s %q, want %q", name, fmt.Sprint(got[name]), v)
		}
	}
}

func TestAnswersTravelInTheFormTheirTypeAllows(t *testing.T) {
	p := newPlatform(t)
	p.mountEcho()
	k, _ := p.connect("ada", "")
	k.request(rc.FrameMeta{MessageID: "1", Method: "DELETE", Path: "/restapi/v1.0/gone"}, nil)
	if f := k.read(); f.meta.Status != 204 || f.body != nil {
		t.Errorf("an answer without a body: %s, want one element and 204", f.text)
	}
	k.request(rc.FrameMeta{MessageID: "2", Method: "GET", Path: "/restapi/v1.0/text"}, nil)
	if f := k.read(); string(f.body) != `"see you at \"six\""` {
		t.Errorf("a text: %s, want it as a JSON string", f.text)
	}
	k.request(rc.FrameMeta{MessageID: "3", Method: "GET", Path: "/restapi/v1.0/audio"}, nil)
	if f := k.read(); f.meta.Status != 400 || f.code() != "CMN-202" {
		t.Errorf("a recording: %s, want 400 CMN-202", f.text)
	}
	k.request(rc.FrameMeta{MessageID: "4", Method: "GET", Path: "/restapi/v1.0/multipart"}, nil)
	_, raw, err := k.ws.Read(t.Context())
	if _, body, ok := strings.Cut(string(raw), ",--Boundary_1"); err != nil || !ok || !strings.HasSuffix(body, "--Boundary_1--]") {
		t.Errorf("a multipart answer: %s, %v; want it raw after the meta", raw, err)
	}
	k.request(rc.FrameMeta{MessageID: "5", Method: "GET", Path: "/restapi/v1.0/panic"}, nil)
	if f := k.read(); f.meta.Status < 500 || strings.Contains(f.text, "boom") {
		t.Errorf("a handler that panics: %s, want 5xx", f.text)
	}
}

func TestRequestsThatDoNotTravelOverTheSocket(t *testing.T) {
	p := newPlatform(t)
	p.mountEcho()
	p.mux.HandleFunc("GET /signin", func(http.ResponseWriter, *http.Request) { t.Error("a frame reached the sign-in page") })
	k, _ := p.connect("ada", "")
	for _, tt := range []struct {
		method, path string
		status       int
	}{
		{"POST", rc.WSTokenPath, 404},
		{"POST", "/restapi/%6fauth/wstoken", 404},
		{"GET", "/signin", 404},
		{"GET", "/ws", 404},
		{"GET", "//elsewhere.example/restapi/v1.0/echo", 400},
		{"GET", "https://elsewhere.example/restapi/v1.0/echo", 400},
		{"GET", "restapi/v1.0/echo", 400},
		{"GET", "", 400},
		{"GET", "/restapi/%zz", 400},
		{"GET POST", "/restapi/v1.0/echo", 400},
		{"CONNECT", "/restapi/v1.0/echo", 400},
		{"", "/restapi/v1.0/echo", 400},
		{"GET", "/restapi/v1.0/../oauth/authorize", 307}, // the mux cleans paths by redirect, which is not followed
		{"GET", "/restapi/v1.0/nothing", 404},
	} {
		if f := k.call(tt.method, tt.path, nil); f.meta.Status != tt.status || f.meta.Type != "ClientRequest" {
			t.Errorf("%s %q: %s, want %d", tt.method, tt.path, f.text, tt.status)
		}
	}
}

func TestTheHeadOfARequestIsNoLargerThanByHTTP(t *testing.T) {
	p := newPlatform(t)
	p.mountEcho()
	k, _ := p.connect("ada", "")
	const path = "/restapi/v1.0/echo"
	long := strings.Repeat("7", 64<<10)
	for name, tt := range map[string]struct {
		meta   rc.FrameMeta
		status int
	}{
		"all that fits":     {rc.FrameMeta{Path: path + "?owner=" + long[:60<<10]}, 201},
		"a long path":       {rc.FrameMeta{Path: path + long}, 413},
		"a long query":      {rc.FrameMeta{Path: path, Query: map[string]any{"owner": long}}, 413},
		"a long header":     {rc.FrameMeta{Path: path, Headers: map[string]string{"Accept-Language": long}}, 413},
		"a header unpassed": {rc.FrameMeta{Path: path, Headers: map[string]string{"Cookie": long}}, 201},
	} {
		tt.meta.MessageID, tt.meta.Method = name, "GET"
		k.request(tt.meta, nil)
		if f := k.read(); f.meta.Status != tt.status {
			t.Errorf("%s: %d, want %d", name, f.meta.Status, tt.status)
		}
	}
}

func TestASocketHasAtMostTenRequestsAtATime(t *testing.T) {
	p := newPlatform(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	p.mux.HandleFunc("GET /restapi/v1.0/wait", func(http.ResponseWriter, *http.Request) {
		entered <- struct{}{}
		<-leave
	})
	k, _ := p.connect("ada", "")
	for i := range 10 {
		k.request(rc.FrameMeta{MessageID: fmt.Sprint(i), Method: "GET", Path: "/restapi/v1.0/wait"}, nil)
		<-entered
	}
	k.request(rc.FrameMeta{MessageID: "eleven", Method: "GET", Path: "/restapi/v1.0/wait"}, nil)
	if f := k.read(); f.meta.MessageID != "eleven" || f.meta.Status != 429 || f.meta.Headers["Retry-After"] == "" {
		t.Errorf("the eleventh request: %s, want 429 with Retry-After", f.text)
	}
	close(leave)
	for range 10 {
		if f := k.read(); f.meta.Status != 200 {
			t.Errorf("a request within the limit: %s", f.text)
		}
	}
}

// FuzzFrames holds that whatever a client sends is answered by at most one
// frame that can be read, and that the socket stays open.
func FuzzFrames(f *testing.F) {
	for _, seed := range []string{
		`[{"type":"Heartbeat","messageId":"1"}]`, `[{"type":"ClientRequest","messageId":"2","method":"GET","path":"/restapi/v1.0/subscription","query":{"a":[1,null,{}]}}]`,
		`[{"type":"ClientRequest","method":"PUT","path":"/restapi/v1.0/subscription/x"},{"eventFilters":["/x"]}]`,
		`[{"type":"ClientRequest","method":"POST","path":"/restapi/oauth/wstoken"}]`, `[[]]`, `{"type":1}`, "\xff", `[{"headers":{"Accept":"\n"}}]`,
	} {
		f.Add(seed)
	}
	first, _ := newPlatform(f).connect("ada", "")
	round := 0
	f.Fuzz(func(t *testing.T, text string) {
		round++
		end := fmt.Sprintf("end of round %d", round)
		if len(text) > 1<<20 || strings.Contains(text, "end of round") {
			return // larger than a frame, or mistaken for our own
		}
		k := &client{t, first.ws}
		k.write(text)
		k.write(`[{"type":"Heartbeat","messageId":"` + end + `"}]`)
		for answers, ended := 0, false; !ended || answers == 0; {
			got, err := k.tryRead()
			switch {
			case err != nil:
				t.Fatalf("after %q: %v", text, err)
			case got.meta.MessageID == end:
				ended = true
			default:
				answers++
				if got.meta.Type != rc.FrameError && got.meta.Type != rc.FrameHeartbeat && got.meta.Type != rc.FrameClientRequest {
					t.Errorf("%q is answered by %s", text, got.text)
				}
			}
		}
	})
}
