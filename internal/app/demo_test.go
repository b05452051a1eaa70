package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"offhook/internal/app"
	"offhook/internal/platform/console"
	"offhook/internal/rc"
)

// signal is written to when the demo says that it runs.
type signal struct {
	bytes.Buffer
	ready chan struct{}
}

func (s *signal) Write(p []byte) (int, error) {
	defer close(s.ready)
	return s.Buffer.Write(p)
}

// runDemo starts a demo on free ports and returns what demo.json says, what
// people are told, and how to end it.
func runDemo(t testing.TB, dir string, reset bool, edit ...func(*app.DemoConfig)) (info app.DemoInfo, told string, end func()) {
	t.Helper()
	out := &signal{ready: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	cfg := app.DemoConfig{
		Dir: dir, Reset: reset, Out: out, LogLevel: "error",
		WidgetAddr: "127.0.0.1:0", PlatformAddr: "127.0.0.2:0", PlatformTLSAddr: "127.0.0.2:0", HostAddr: "127.0.0.1:0",
	}
	for _, fn := range edit {
		fn(&cfg)
	}
	go func() { done <- app.RunDemo(ctx, cfg) }()
	select {
	case <-out.ready:
	case err := <-done:
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "demo.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &info); err != nil {
		t.Fatal(err)
	}
	return info, out.String(), func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestTheDemoAnswersAndKeepsItsData(t *testing.T) {
	dir := t.TempDir()
	first, told, end := runDemo(t, dir, false)
	for _, url := range []string{first.Widget.URL + "/", first.Widget.URL + "/adapter.js", first.Platform.URL + "/restapi/v1.0/status", first.Host.URL + "/"} {
		if status, body := get(t, url); status != 200 || body == "" {
			t.Errorf("GET %s: %d", url, status)
		}
	}
	for _, want := range []string{first.Host.URL, first.Users[0].Username, first.Users[0].Password, first.Platform.CAFile} {
		if !strings.Contains(told, want) {
			t.Errorf("people are not told %q:\n%s", want, told)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "demo.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("demo.json: %v, %v; want mode 0600", info, err)
	}
	if len(first.Users) != 3 || len(first.Apps) < 2 || first.Apps[0].ClientSecret != "" || first.Apps[1].ClientSecret == "" {
		t.Errorf("demo.json has %d users and apps %+v", len(first.Users), first.Apps)
	}

	// Commands work on the folder while the demo runs; a second server does not.
	data, err := app.OpenData(t.Context(), dir, "")
	if err != nil {
		t.Fatal(err)
	}
	added, err := data.AddUser(t.Context(), console.UserSpec{FirstName: "Nia", LastName: "Roux", Email: "nia@harborpine.example"})
	if err != nil || added.ExtensionNumber != "104" || added.Password == "" {
		t.Errorf("AddUser while the demo runs: %+v, %v", added, err)
	}
	if err := data.Close(); err != nil {
		t.Error(err)
	}
	err = app.RunDemo(t.Context(), app.DemoConfig{Dir: dir, Out: io.Discard, HostAddr: "127.0.0.1:0"})
	var mistake *rc.Error
	if !errors.As(err, &mistake) || !strings.Contains(mistake.Message, dir) {
		t.Errorf("a second server on the folder: %v; want a sentence that names it", err)
	}
	end()
	if _, err := os.Stat(filepath.Join(dir, "demo.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("demo.json after the end: %v, want none", err)
	}

	second, _, end := runDemo(t, dir, false)
	if second.Account != first.Account || second.Users[0].ExtensionID != first.Users[0].ExtensionID || second.Apps[1].ClientSecret != first.Apps[1].ClientSecret {
		t.Errorf("the second start has other data:\n%+v\n%+v", first, second)
	}
	if second.Apps[0].RedirectURIs[0] != second.Widget.URL+"/redirect.html" {
		t.Errorf("redirect URIs do not follow the port in use: %v", second.Apps[0].RedirectURIs)
	}
	end()

	third, _, end := runDemo(t, dir, true)
	defer end()
	if third.Users[0].ExtensionID == first.Users[0].ExtensionID {
		t.Error("--reset kept the old users")
	}
}

func TestAnEndedDemosPagesAreForgotten(t *testing.T) {
	dir := t.TempDir()
	first, _, end := runDemo(t, dir, false)
	end()
	second, _, end := runDemo(t, dir, false, func(c *app.DemoConfig) { c.PlatformAddr = strings.TrimPrefix(first.Platform.URL, "http://") })
	defer end()
	if second.Platform.URL != first.Platform.URL {
		t.Fatalf("the platform moved from %s to %s", first.Platform.URL, second.Platform.URL)
	}
	if origins := originsOf(t, dir, second); slices.Contains(origins, first.Host.URL) || !slices.Contains(origins, second.Host.URL) {
		t.Errorf("the second start allows %v, want %s and not %s, whose port may be anybody's now", origins, second.Host.URL, first.Host.URL)
	}
}

// originsOf are the pages that may show the demo's first app.
func originsOf(t *testing.T, dir string, info app.DemoInfo) []string {
	t.Helper()
	data, err := app.OpenData(t.Context(), dir, "")
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	e, err := data.DB.Widget().Embed(t.Context(), info.Platform.URL, info.Apps[0].ClientID)
	if err != nil {
		t.Fatal(err)
	}
	return e.Origins
}

func TestTheDemoStaysOnThisMachine(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":8080", "192.0.2.1:80", "example.com:80"} {
		err := app.RunDemo(t.Context(), app.DemoConfig{
			Dir: t.TempDir(), Out: io.Discard, WidgetAddr: addr,
			PlatformAddr: "127.0.0.1:0", PlatformTLSAddr: "127.0.0.1:0", HostAddr: "127.0.0.1:0",
		})
		var mistake *rc.Error
		if !errors.As(err, &mistake) || !strings.Contains(mistake.Message, "--widget-addr") {
			t.Errorf("--widget-addr %s: %v; want a sentence that names the flag", addr, err)
		}
	}
}

func TestATakenPortNamesItsFlag(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	err = app.RunDemo(t.Context(), app.DemoConfig{
		Dir: t.TempDir(), Out: io.Discard, WidgetAddr: "127.0.0.1:0",
		PlatformAddr: "127.0.0.1:0", PlatformTLSAddr: "127.0.0.1:0", HostAddr: taken.Addr().String(),
	})
	var mistake *rc.Error
	if !errors.As(err, &mistake) || !strings.Contains(mistake.Message, "--host-addr") || !strings.Contains(mistake.Message, taken.Addr().String()) {
		t.Errorf("%v; want a sentence with the port and the flag", err)
	}
}
