package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// report writes the table. Ratios are of the same round, then the median.
func report(cfg config, busy string, relays []relay, results [][]result) string {
	for _, r := range relays {
		if r.folder != "" {
			_ = os.RemoveAll(r.folder)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Measured on %s, each relay on one core: %d calls, medians of %d rounds of %v, interleaved. %s\n\n",
		time.Now().UTC().Format(time.DateOnly), cfg.calls, cfg.rounds, cfg.length, busy)
	b.WriteString("| relay | calls per core (min–max) | offhook's of it | µs a packet | p50 ms of the way | connected after ms | processor ms to connect | kB a call | packets delivered |\n| --- | --: | --: | --: | --: | --: | --: | --: | --: |\n")
	const us = 1 // offhook's place
	for i, r := range relays {
		all := results[i]
		fmt.Fprintf(&b, "| %s | ", r.name)
		if r.command == nil {
			b.WriteString("– | – | – |")
		} else {
			var ratios []float64
			for round := range all {
				ratios = append(ratios, results[us][round].PerCore/all[round].PerCore)
			}
			slices.Sort(ratios)
			perCore := of(all, func(r result) float64 { return r.PerCore })
			fmt.Fprintf(&b, "%.0f (%.0f–%.0f) | %.2f | %.1f |", perCore[len(perCore)/2], perCore[0], perCore[len(perCore)-1], ratios[len(ratios)/2],
				float64(mid(all, func(r result) time.Duration { return r.PacketCPU }).Nanoseconds())/1000)
		}
		fmt.Fprintf(&b, " %.2f | %.0f | %.1f | %d | %.1f %% |\n",
			milliseconds(mid(all, func(r result) time.Duration { return r.P50 })), milliseconds(mid(all, func(r result) time.Duration { return r.Setup })),
			milliseconds(mid(all, func(r result) time.Duration { return r.SetupCPU })), mid(all, func(r result) int { return r.Memory })/1024,
			100*mid(all, func(r result) float64 { return float64(r.Received) / float64(max(r.Sent, 1)) }))
	}
	return b.String()
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func of[T cmp.Ordered](all []result, value func(result) T) (values []T) {
	for _, r := range all {
		values = append(values, value(r))
	}
	slices.Sort(values)
	return values
}

func mid[T cmp.Ordered](all []result, value func(result) T) T {
	return of(all, value)[len(all)/2]
}

// Marks around the table in the file.
const (
	begin = "<!-- calls -->\n"
	end   = "<!-- end -->\n"
)

// keep puts the table between the marks of the file.
func keep(table string) error {
	path := filepath.Join("bench", "results.md")
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("keeping the table (run this from the top of the repository): %w", err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return fmt.Errorf("%s has no place for the table", path)
	}
	return os.WriteFile(path, []byte(before+begin+table+end+after), 0o644)
}
