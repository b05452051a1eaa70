// Command calls measures what a call costs that the server carries: processor
// time, calls per core, how long it takes to connect, and what the way adds to
// the sound's. Beside it stand rtpengine and Janus, where they are installed,
// in the same rounds: times of two machines cannot be compared, ratios can.
//
// Each relay is a process of its own on one core; the load, two far ends for
// each call with DTLS-SRTP and 50 packets of Opus in a second each way, is
// another on the other.
//
//	go run ./bench/calls            prints the table
//	go run ./bench/calls -write     and keeps it in bench/results.md
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// A config is what a run can be told.
type config struct {
	calls  int
	rounds int
	length time.Duration // of the sound that is measured in a round
	write  bool
	ip     string // of this machine; Janus uses no loopback
}

// Arguments by which the program starts itself.
const (
	relayArg = "-relay" // with an address to listen on for offers, and one for sound
	loadArg  = "-load"  // with the name of a relay, its process, calls, length, the machine's address
)

func main() {
	if err := start(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func start(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch {
	case len(args) == 3 && args[0] == relayArg:
		return serveRelay(ctx, args[1], args[2])
	case len(args) == 6 && args[0] == loadArg:
		return serveLoad(ctx, args[1:])
	}
	cfg := config{}
	flag.IntVar(&cfg.calls, "calls", 100, "calls at a time")
	flag.IntVar(&cfg.rounds, "rounds", 5, "how often everything is measured; the median counts")
	flag.DurationVar(&cfg.length, "length", 8*time.Second, "how long the sound is measured in a round")
	flag.BoolVar(&cfg.write, "write", false, "keep the table in bench/results.md")
	flag.Parse()
	var err error
	if cfg.ip, err = address(); err != nil {
		return err
	}
	return run(ctx, cfg)
}

// address is one of this machine's that is not loopback.
func address() (string, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return "", fmt.Errorf("listing this machine's addresses: %w", err)
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() {
			return n.IP.String(), nil
		}
	}
	return "127.0.0.1", nil // Janus will fail, the others do not
}

// run measures every relay in every round and reports.
func run(ctx context.Context, cfg config) error {
	relays, err := installed(cfg)
	if err != nil {
		return err
	}
	busy, err := neighbours()
	if err != nil {
		return err
	}
	results := make([][]result, len(relays))
	for round := range cfg.rounds {
		for i, r := range relays {
			got, err := measure(ctx, cfg, r)
			if err != nil {
				return fmt.Errorf("measuring %s: %w", r.name, err)
			}
			fmt.Fprintf(os.Stderr, "round %d, %s: %s\n", round+1, r.name, got)
			results[i] = append(results[i], got)
		}
	}
	table := report(cfg, busy, relays, results)
	fmt.Print(table)
	if cfg.write {
		return keep(table)
	}
	return nil
}
