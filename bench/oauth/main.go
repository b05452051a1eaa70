// Command oauth measures the local platform's authorization server from
// outside, as a client: the binary runs as a process of its own, everything
// goes over HTTP, and nothing is configured that an operator could not. Beside
// it stands the widget's way to a platform, between a cookie and a token.
// Requests of a bare net/http server, measured between the others, are the
// yardstick: times of two machines cannot be compared, ratios can.
//
//	go run ./bench/oauth            prints the table
//	go run ./bench/oauth -write     and keeps it in bench/results.md
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"time"
)

// A config is what a run can be told.
type config struct {
	binary  string
	workers int
	rounds  int
	length  time.Duration // of one operation in one round
	write   bool
}

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == helloArg:
		serveHello()
		return
	case len(os.Args) == 3 && os.Args[1] == proxyArg:
		if err := serveProxy(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	var cfg config
	flag.StringVar(&cfg.binary, "binary", "", "the offhook to measure (default: it is built)")
	flag.IntVar(&cfg.workers, "workers", 16, "clients at a time, each a user")
	flag.IntVar(&cfg.rounds, "rounds", 5, "how often everything is measured; the median counts")
	flag.DurationVar(&cfg.length, "length", 3*time.Second, "how long each operation is measured in a round")
	flag.BoolVar(&cfg.write, "write", false, "keep the table in bench/results.md")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, cfg); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run starts the servers, measures, and ends them.
func run(ctx context.Context, cfg config) (err error) {
	busy, err := neighbours()
	if err != nil {
		return err
	}
	hello, err := startSelf(ctx, helloArg)
	if err != nil {
		return err
	}
	defer hello.end()
	proxy, err := startSelf(ctx, proxyArg, hello.url)
	if err != nil {
		return err
	}
	defer proxy.end()
	platform, err := startPlatform(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, platform.end()) }()

	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: cfg.workers}, Timeout: 10 * time.Second}
	people, err := platform.people(ctx, client, cfg.workers)
	if err != nil {
		return err
	}
	if err := proxy.signIn(ctx, client, people); err != nil {
		return err
	}
	operations := []operation{
		{"a bare net/http server's answer", hello.pid, hello.ask(client, "/")},
		{"refresh of a session", platform.pid, platform.refresh(client)},
		{"sign-in with a JWT credential", platform.pid, platform.exchange(client)},
		{"introspection of an access token", platform.pid, platform.introspect(client)},
		{"the same answer through httputil.ReverseProxy", proxy.pid, proxy.ask(client, barePath)},
		{"the same answer through the widget, as a signed-in user", proxy.pid, proxy.ask(client, callPath)},
	}
	rounds := make([][]result, len(operations))
	for range cfg.rounds {
		for i, op := range operations {
			r, err := measure(ctx, op, people, cfg.length)
			if err != nil {
				return fmt.Errorf("%s: %w", op.name, err)
			}
			rounds[i] = append(rounds[i], r)
		}
	}
	table := report(cfg, busy, operations, rounds)
	fmt.Print(table)
	if cfg.write {
		return keep(table)
	}
	return nil
}
