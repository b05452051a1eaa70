package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"offhook/internal/media"
)

// A relay is what carries calls, as a program of one core.
type relay struct {
	name    string
	kind    string // as connect knows it
	command []string
	folder  string // of what the program was given, removed after the run
}

// Addresses that the relays listen on for what is to be carried.
const (
	ourControl   = "127.0.0.1:19101"
	ngControl    = "127.0.0.1:19102"
	janusControl = "127.0.0.1:19103"
)

// installed are this product and those of the others that are there.
func installed(cfg config) ([]relay, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	relays := []relay{
		{name: "no relay: far end to far end", kind: "direct"},
		{name: "offhook", kind: "offhook", command: []string{self, relayArg, ourControl, cfg.ip + ":19110"}},
	}
	if path, err := exec.LookPath("rtpengine"); err == nil {
		relays = append(relays, relay{name: "rtpengine", kind: "rtpengine", command: []string{path, "--config-file=none", "--foreground", "--log-stderr", "--log-level=2",
			"--table=-1", "--interface=" + cfg.ip, "--listen-ng=" + ngControl, "--port-min=31000", "--port-max=33000", "--num-threads=1"}})
	}
	if path, err := exec.LookPath("janus"); err == nil {
		r, err := janusRelay(path)
		if err != nil {
			return nil, err
		}
		relays = append(relays, r)
	}
	return relays, nil
}

// janusRelay writes what Janus is to be told. With one loop for the one core
// it has no thread for each far end, which would wait for each other.
func janusRelay(path string) (relay, error) {
	folder, err := os.MkdirTemp("", "calls-janus-*")
	if err != nil {
		return relay{}, err
	}
	for name, text := range map[string]string{
		"janus.jcfg":                      "general: { debug_level = 1\nevent_loops = 1 }\nmedia: { rtp_port_range = \"33001-35000\" }\nnat: {}\nplugins: { disable = \"libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,libjanus_textroom.so,libjanus_videoroom.so,libjanus_voicemail.so\" }\ntransports: { disable = \"libjanus_http.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so\" }\n",
		"janus.transport.websockets.jcfg": "general: { ws = true, ws_port = 19103, ws_ip = \"127.0.0.1\" }\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			return relay{}, err
		}
	}
	return relay{name: "Janus (video call plugin)", kind: "janus", command: []string{path, "--configs-folder=" + folder}, folder: folder}, nil
}

// start runs the relay on the machine's last core until stop is called.
func (r relay) start(ctx context.Context) (pid int, stop func(), err error) {
	if r.command == nil {
		return 0, func() {}, nil
	}
	c := exec.CommandContext(ctx, "taskset", append([]string{"-c", lastCore()}, r.command...)...)
	c.Env = append(os.Environ(), "GOMAXPROCS=1")
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	if err := c.Start(); err != nil {
		return 0, nil, fmt.Errorf("starting %s: %w", r.name, err)
	}
	return c.Process.Pid, func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(5*time.Second, func() { _ = c.Process.Kill() }) // Janus may wait for its sessions for ever
		_ = c.Wait()
		late.Stop()
	}, nil
}

// A pair is one call in our relay.
type pair struct {
	bridge media.Bridge
	legs   int
}

// serveRelay carries calls as the widget's server does: both sides are browsers
// on one shared port. A far end posts its offer with the name of its call.
func serveRelay(ctx context.Context, control, sound string) error {
	e, err := media.NewEngine(media.Config{BrowserAddr: sound})
	if err != nil {
		return err
	}
	var mu sync.Mutex
	pairs := map[string]*pair{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /join", func(w http.ResponseWriter, r *http.Request) {
		offer, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		l, answer, err := e.Browser(r.Context(), string(offer))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		p := pairs[r.FormValue("call")]
		if p == nil {
			p = &pair{}
			pairs[r.FormValue("call")] = p
		}
		p.bridge.Set(media.Side(p.legs), l)
		p.legs++
		_, _ = io.WriteString(w, answer)
	})
	s := &http.Server{Addr: control, Handler: mux}
	go func() {
		<-ctx.Done()
		_ = s.Close()
	}()
	if err := s.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return e.Close()
}

// lastCore is a core that the load does not use, where there are two.
func lastCore() string { return strconv.Itoa(cores() - 1) }

// measure lets the load, on the first core, use the relay for one round.
func measure(ctx context.Context, cfg config, r relay) (got result, err error) {
	pid, stop, err := r.start(ctx)
	if err != nil {
		return got, err
	}
	defer stop()
	self, err := os.Executable()
	if err != nil {
		return got, err
	}
	c := exec.CommandContext(ctx, "taskset", "-c", "0", self, loadArg, r.kind, strconv.Itoa(pid), strconv.Itoa(cfg.calls), cfg.length.String(), cfg.ip)
	c.Env, c.Stderr = append(os.Environ(), "GOMAXPROCS=1"), os.Stderr
	out, err := c.Output()
	if err != nil {
		return got, fmt.Errorf("the load: %w", err)
	}
	return got, json.Unmarshal(out, &got)
}
