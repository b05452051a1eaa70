package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"offhook/internal/media"
)

// A result is what one relay did in one round.
type result struct {
	Up        int           // calls that connected
	Sent      int           // packets
	Received  int           // packets
	P50, P99  time.Duration // of the way from far end to far end
	Setup     time.Duration // median, from the first offer until both sides are connected
	SetupCPU  time.Duration // of the relay, for one call
	PacketCPU time.Duration // of the relay, for one packet that arrived
	PerCore   float64       // calls that one core would carry
	Memory    int           // bytes of the relay for one call
}

func (r result) String() string {
	return fmt.Sprintf("%d up, %d of %d packets, %v/%v, setup %v (%v), %v a packet, %.0f calls per core, %d kB",
		r.Up, r.Received, r.Sent, r.P50, r.P99, r.Setup, r.SetupCPU, r.PacketCPU, r.PerCore, r.Memory/1024)
}

// A farEnd is one phone.
type farEnd struct {
	leg *media.Leg
	mu  sync.Mutex
	ms  []time.Duration // guarded by mu: how long each packet took
	seq uint16
}

// load is all calls of a round.
type load struct {
	calls   [][2]*farEnd
	measure atomic.Bool
}

// payload is as large as speech in Opus at 32 kbit/s.
const payload = 80

func (l *load) open(e *media.Engine) (*farEnd, error) {
	leg, err := e.Leg()
	if err != nil {
		return nil, err
	}
	f := &farEnd{leg: leg}
	leg.Listen(func(p media.Packet) {
		if !l.measure.Load() || len(p.Payload) != payload {
			return
		}
		took := time.Duration(time.Now().UnixNano() - int64(binary.LittleEndian.Uint64(p.Payload)))
		f.mu.Lock()
		f.ms = append(f.ms, took)
		f.mu.Unlock()
	})
	return f, nil
}

// serveLoad connects calls through a relay, speaks, and prints the result.
func serveLoad(ctx context.Context, args []string) error {
	pid, errPID := strconv.Atoi(args[1])
	n, errN := strconv.Atoi(args[2])
	length, errLength := time.ParseDuration(args[3])
	if errPID != nil || errN != nil || errLength != nil {
		return fmt.Errorf("the load cannot read %q", args)
	}
	e, err := media.NewEngine(media.Config{LegIP: net.ParseIP(args[4])})
	if err != nil {
		return err
	}
	way, err := newWay(ctx, args[0])
	if err != nil {
		return err
	}
	l := &load{}
	began, memory := cpu(pid), rss(pid)
	setups, err := l.connect(ctx, e, way, n)
	if err != nil {
		return err
	}
	r := result{Up: len(setups), Setup: middle(setups), SetupCPU: (cpu(pid) - began) / time.Duration(n)}
	l.speak(&r, pid, length)
	r.Memory = (rss(pid) - memory) / n
	return json.NewEncoder(os.Stdout).Encode(r)
}

// connect opens calls, four at a time, and returns how long each took.
func (l *load) connect(ctx context.Context, e *media.Engine, w way, n int) (setups []time.Duration, err error) {
	l.calls = make([][2]*farEnd, n)
	var mu sync.Mutex
	var wait sync.WaitGroup
	room := make(chan struct{}, 4)
	for i := range l.calls {
		room <- struct{}{}
		wait.Go(func() {
			defer func() { <-room }()
			took, failed := l.call(ctx, e, w, i)
			mu.Lock()
			defer mu.Unlock()
			if failed != nil {
				err = fmt.Errorf("call %d: %w", i, failed)
				return
			}
			setups = append(setups, took)
		})
	}
	wait.Wait()
	return setups, err
}

func (l *load) call(ctx context.Context, e *media.Engine, w way, i int) (time.Duration, error) {
	ctx, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	began := time.Now()
	for side := range 2 {
		f, err := l.open(e)
		if err != nil {
			return 0, err
		}
		l.calls[i][side] = f
	}
	a, b := l.calls[i][0].leg, l.calls[i][1].leg
	if err := w.connect(ctx, i, a, b); err != nil {
		return 0, err
	}
	for _, leg := range []*media.Leg{a, b} {
		select {
		case <-leg.Connected():
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return time.Since(began), nil
}

// speak sends 50 packets in a second each way of every call, spread evenly.
// The first second is not measured.
func (l *load) speak(r *result, pid int, length time.Duration) {
	const every = 20 * time.Millisecond
	start, packet := time.Now(), make([]byte, payload)
	warm, end := start.Add(time.Second), start.Add(time.Second+length)
	var before time.Duration
	for tick := 0; ; tick++ {
		for i, c := range l.calls {
			due := start.Add(time.Duration(tick)*every + every*time.Duration(i)/time.Duration(len(l.calls)))
			time.Sleep(time.Until(due)) // at the speed of speech
			for _, f := range c {
				f.seq++
				binary.LittleEndian.PutUint64(packet, uint64(time.Now().UnixNano()))
				f.leg.Write(l, media.Packet{Codec: media.Opus, Clock: 48000, Sequence: f.seq, Timestamp: uint32(f.seq) * 960, Payload: packet})
			}
			if l.measure.Load() {
				r.Sent += 2
			}
		}
		now := time.Now()
		if !l.measure.Load() && now.After(warm) {
			before = cpu(pid)
			l.measure.Store(true)
		}
		if now.After(end) {
			l.measure.Store(false)
			l.count(r, cpu(pid)-before)
			return
		}
	}
}

func (l *load) count(r *result, used time.Duration) {
	var all []time.Duration
	for _, c := range l.calls {
		for _, f := range c {
			f.mu.Lock()
			all = append(all, f.ms...)
			f.mu.Unlock()
		}
	}
	slices.Sort(all)
	if r.Received = len(all); len(all) == 0 {
		return
	}
	r.P50, r.P99 = all[len(all)/2], all[len(all)*99/100]
	r.PacketCPU = used / time.Duration(len(all))
	if used > 0 {
		// By what arrived: on a busy machine the load itself falls behind, and
		// a relay that has less to do would seem to carry more.
		const packets = 100 // of a call in a second
		r.PerCore = 1 / (packets * r.PacketCPU.Seconds())
	}
}

func middle(all []time.Duration) time.Duration {
	slices.Sort(all)
	if len(all) == 0 {
		return 0
	}
	return all[len(all)/2]
}
