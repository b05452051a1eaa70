package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// report writes the table. The first operation is the yardstick; busy says
// what else the machine had to do.
func report(cfg config, busy string, operations []operation, rounds [][]result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured on %s on %d cores shared with the load, %s/%s, SQLite with synchronous=FULL: %d clients, medians of %d rounds of %v, interleaved. %s\n\n",
		time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, cfg.workers, cfg.rounds, cfg.length, busy)
	b.WriteString("| what | in a second (min–max) | of the yardstick | p50 ms | p99 ms | server's processor µs each |\n| --- | --: | --: | --: | --: | --: |\n")
	yardstick := median(rounds[0], perSecond)
	for i, op := range operations {
		all := rounds[i]
		fmt.Fprintf(&b, "| %s | %.0f (%.0f–%.0f) | %.3f | %.2f | %.2f | %d |\n", op.name,
			median(all, perSecond), slices.MinFunc(all, bySpeed).perSecond, slices.MaxFunc(all, bySpeed).perSecond, median(all, perSecond)/yardstick,
			milliseconds(median(all, func(r result) time.Duration { return r.p50 })),
			milliseconds(median(all, func(r result) time.Duration { return r.p99 })),
			median(all, func(r result) time.Duration { return r.cpu }).Microseconds())
	}
	return b.String()
}

// neighbours says how busy the machine is before anything is measured: times
// of a busy machine are long, ratios and processor time move less.
func neighbours() (string, error) {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "", fmt.Errorf("reading the load average: %w", err)
	}
	load, err := strconv.ParseFloat(strings.Fields(string(text))[0], 64)
	if err != nil {
		return "", fmt.Errorf("the kernel tells the load average in an unknown form: %w", err)
	}
	if load > 1 {
		return fmt.Sprintf("Other programs were running (load average %.1f before the first round): times are long, ratios and processor time move less.", load), nil
	}
	return fmt.Sprintf("The machine was otherwise idle (load average %.1f before the first round).", load), nil
}

func perSecond(r result) float64 { return r.perSecond }

func bySpeed(a, b result) int { return cmp.Compare(a.perSecond, b.perSecond) }

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median[T cmp.Ordered](all []result, of func(result) T) T {
	var values []T
	for _, r := range all {
		values = append(values, of(r))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// Marks around the table in the file.
const (
	begin = "<!-- oauth -->\n"
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
