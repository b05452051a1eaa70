package listen_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"offhook/internal/listen"
	"offhook/internal/rc"
)

func start(t *testing.T, cfg listen.Config, h http.Handler) *listen.Listener {
	t.Helper()
	l, err := listen.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- l.Serve(h) }()
	t.Cleanup(func() {
		l.Shutdown(context.Background())
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l
}

func TestAListenerAnswersOnlyToItsOwnNames(t *testing.T) {
	var log bytes.Buffer
	l := start(t, listen.Config{
		Name: "widget", Addr: "127.0.0.1:0", Hosts: []string{"phone.example.com"},
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, listen.BaseURL(r)) }))

	for host, want := range map[string]int{
		strings.TrimPrefix(l.URL, "http://"):                                               200,
		strings.Replace(strings.TrimPrefix(l.URL, "http://"), "localhost", "127.0.0.1", 1): 200,
		"phone.example.com":     200,
		"PHONE.example.com":     200,
		"evil.example.com":      421,
		"localhost":             421, // without the port it is another origin
		"phone.example.com:444": 421,
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", l.URL+"/x?code=s3cret", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		req.Header.Set("X-Forwarded-Host", "phone.example.com")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("Host %q: %d, want %d", host, resp.StatusCode, want)
		}
		if want == 200 && string(body) != l.URL {
			t.Errorf("Host %q: the base URL is %q, want the public one %q", host, body, l.URL)
		}
	}
	if strings.Contains(log.String(), "s3cret") || !strings.Contains(log.String(), "path=/x") {
		t.Errorf("the log must have paths and no queries:\n%s", &log)
	}
}

func TestATakenPortIsASentence(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	first := start(t, listen.Config{Name: "widget", Addr: "127.0.0.1:0", Log: log}, http.NotFoundHandler())
	addr := strings.Replace(strings.TrimPrefix(first.URL, "http://"), "localhost", "127.0.0.1", 1)
	_, err := listen.Open(listen.Config{Name: "widget", Flag: "--widget-addr", Addr: addr, Log: log})
	var told *rc.Error
	if !errors.As(err, &told) || !strings.Contains(told.Message, addr) || !strings.Contains(told.Message, "--widget-addr") {
		t.Errorf("%v; want a sentence with the port and the flag", err)
	}
}

func TestAPanicIsAnsweredAndLoggedWithoutItsValue(t *testing.T) {
	var log bytes.Buffer
	l := start(t, listen.Config{Name: "widget", Addr: "127.0.0.1:0", Log: slog.New(slog.NewTextHandler(&log, nil))},
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("s3cret") }))
	resp, err := http.Get(l.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 500 || strings.Contains(log.String(), "s3cret") {
		t.Errorf("status %d, log:\n%s", resp.StatusCode, &log)
	}
	if n := strings.Count(log.String(), "request panicked"); n != 1 || !strings.Contains(log.String(), "listen_test.go") {
		t.Errorf("the log has the panic %d times, want it once and with its stack:\n%s", n, &log)
	}
}

func TestAPanicInsideAnAnswerBreaksTheAnswer(t *testing.T) {
	l := start(t, listen.Config{Name: "widget", Addr: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)},
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("the first half"))
			panic("s3cret")
		}))
	resp, err := http.Get(l.URL)
	if err != nil {
		return // broken before anything arrived
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err == nil {
		t.Errorf("the answer %q looks whole", body)
	}
}
