package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// helloArg makes this program the yardstick instead.
const helloArg = "serve-hello"

// protectedPath is answered only to who sends a token.
const protectedPath = "/protected"

// serveHello answers every request with the same few bytes, until its input
// ends.
func serveHello() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("http://" + ln.Addr().String())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	err = http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == protectedPath && !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `{"hello":"world"}`)
	}))
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// A process is a server that runs for the measurement.
type process struct {
	url string
	pid int
	end func() error
}

// startSelf runs this program as one of its servers, until its input ends.
func startSelf(ctx context.Context, args ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", args[0], err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", args[0], err)
	}
	end := func() error { return errors.Join(in.Close(), cmd.Wait()) }
	return &process{strings.TrimSpace(line), cmd.Process.Pid, end}, nil
}

// A platform is a demo that runs for the measurement, in a folder of its own.
type platform struct {
	process
	binary, dir string
	app         registered
}

type registered struct {
	ID     string `json:"clientId"`
	Secret string `json:"clientSecret"`
}

func startPlatform(ctx context.Context, cfg config) (*platform, error) {
	dir, err := os.MkdirTemp("", "offhook-bench-")
	if err != nil {
		return nil, err
	}
	p := &platform{binary: cfg.binary, dir: filepath.Join(dir, "data")}
	if p.binary == "" {
		p.binary = filepath.Join(dir, "offhook")
		if out, err := exec.CommandContext(ctx, "go", "build", "-o", p.binary, "offhook/cmd/offhook").CombinedOutput(); err != nil {
			return nil, fmt.Errorf("building: %w\n%s", err, out)
		}
	}
	args := []string{"demo", "--dir", p.dir}
	for _, flag := range []string{"--widget-addr", "--platform-addr", "--platform-tls-addr", "--host-addr"} {
		args = append(args, flag, "127.0.0.1:0")
	}
	cmd := exec.CommandContext(ctx, p.binary, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the platform: %w", err)
	}
	p.pid = cmd.Process.Pid
	p.end = func() error {
		err := cmd.Process.Signal(os.Interrupt)
		return errors.Join(err, cmd.Wait(), os.RemoveAll(dir))
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil { // it says when it is ready
		return nil, errors.Join(fmt.Errorf("starting the platform: %w", err), p.end())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return p, p.learn()
}

// learn reads what the demo says of itself.
func (p *platform) learn() error {
	text, err := os.ReadFile(filepath.Join(p.dir, "demo.json"))
	if err != nil {
		return err
	}
	var facts struct {
		Platform struct {
			URL string `json:"url"`
		} `json:"platform"`
		Apps []registered `json:"apps"`
	}
	if err := json.Unmarshal(text, &facts); err != nil {
		return fmt.Errorf("reading demo.json: %w", err)
	}
	if len(facts.Apps) < 2 {
		return errors.New("the demo has no confidential app")
	}
	p.url, p.app = facts.Platform.URL, facts.Apps[1]
	return nil
}
