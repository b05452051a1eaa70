package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// An operation is something to measure, done by one client at a time for
// each person.
type operation struct {
	name string
	pid  int // of the server whose processor time counts
	do   func(ctx context.Context, p *person) error
}

// A result is one operation in one round.
type result struct {
	perSecond float64
	p50, p99  time.Duration
	cpu       time.Duration // of the server, for one request
}

// measure lets everybody do the operation, again and again, for a while. The
// first failure ends it: a server that refuses is quick.
func measure(ctx context.Context, op operation, people []*person, length time.Duration) (result, error) {
	before, err := processorTime(op.pid)
	if err != nil {
		return result{}, err
	}
	var mu sync.Mutex
	var times []time.Duration
	var failed error
	var wg sync.WaitGroup
	begun := time.Now()
	for _, p := range people {
		wg.Go(func() {
			own, err := repeat(ctx, op, p, begun.Add(length))
			mu.Lock()
			defer mu.Unlock()
			times, failed = append(times, own...), errors.Join(failed, err)
		})
	}
	wg.Wait()
	passed := time.Since(begun)
	after, err := processorTime(op.pid)
	if err := errors.Join(failed, err); err != nil {
		return result{}, err
	}
	slices.Sort(times)
	return result{
		perSecond: float64(len(times)) / passed.Seconds(),
		p50:       times[len(times)/2], p99: times[len(times)*99/100],
		cpu: (after - before) / time.Duration(len(times)),
	}, nil
}

func repeat(ctx context.Context, op operation, p *person, until time.Time) (times []time.Duration, err error) {
	for at := time.Now(); at.Before(until); {
		if err := op.do(ctx, p); err != nil {
			return times, err
		}
		now := time.Now()
		times = append(times, now.Sub(at))
		at = now
	}
	return times, nil
}

// tick is the unit of /proc/PID/stat, a hundredth of a second on every Linux
// that Go runs on.
const tick = 10 * time.Millisecond

// processorTime is what a process has used so far, in user and kernel mode.
func processorTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("reading the server's processor time: %w", err)
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name before it may hold anything
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, errors.New("the kernel tells the server's processor time in an unknown form")
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	kernel, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+kernel) * tick, errors.Join(err1, err2)
}
