package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"offhook/internal/listen"
)

// shutdownTime is how long running requests may take after Ctrl-C.
const shutdownTime = 3 * time.Second

// A door is a listener and what answers behind it.
type door struct {
	*listen.Listener
	handler http.Handler
}

// A house is running: its doors are open until Close.
type house struct {
	doors   []door
	closers []func()
	wg      sync.WaitGroup
	failed  chan error // the first listener that ended by itself
}

// serveAll starts serving at every door. closers run after the doors are
// shut, last one first.
func serveAll(doors []door, closers []func()) *house {
	h := &house{doors: doors, closers: closers, failed: make(chan error, len(doors))}
	for _, d := range doors {
		h.wg.Go(func() {
			if err := d.Serve(d.handler); err != nil {
				h.failed <- err
			}
		})
	}
	return h
}

// Close shuts the doors, gives running requests a moment, and ends what runs
// behind them.
func (h *house) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	var wg sync.WaitGroup
	for _, d := range h.doors {
		wg.Go(func() { d.Shutdown(ctx) })
	}
	wg.Wait()
	h.wg.Wait()
	for i := len(h.closers) - 1; i >= 0; i-- {
		h.closers[i]()
	}
}

// wait returns when ctx ends or a door fails.
func (h *house) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-h.failed:
		return err
	}
}

// An opener opens listeners until one fails; err is then why.
type opener struct {
	log  *slog.Logger
	open []*listen.Listener
	err  error
}

// listen returns nil after a failure.
func (o *opener) listen(cfg listen.Config) *listen.Listener {
	if o.err != nil {
		return nil
	}
	cfg.Log = o.log
	var l *listen.Listener
	if l, o.err = listen.Open(cfg); o.err == nil {
		o.open = append(o.open, l)
	}
	return l
}

// closeUnless gives the ports back when starting failed.
func (o *opener) closeUnless(started bool) {
	if started {
		return
	}
	for _, l := range o.open {
		l.Shutdown(context.Background())
	}
}

// newLog writes to standard error.
func newLog(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

// start locks the data folder of a configuration, lets prepare (which may be
// nil) at its files, opens it, and lets begin start what runs on it.
func start(ctx context.Context, cfg *Config, prepare func(dir string) error, begin func(context.Context, *Config, *Data, *slog.Logger) (*house, error)) (err error) {
	level, err := cfg.level()
	if err != nil {
		return err
	}
	if cfg.DataDir == "" {
		if cfg.DataDir, err = DefaultDir(); err != nil {
			return err
		}
	}
	unlock, err := Lock(cfg.DataDir)
	if err != nil {
		return err
	}
	defer unlock()
	if err := private(cfg.DataDir); err != nil {
		return err
	}
	if prepare != nil {
		if err := prepare(cfg.DataDir); err != nil {
			return err
		}
	}
	data, err := OpenData(ctx, cfg.DataDir, cfg.Database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, data.Close()) }()
	h, err := begin(ctx, cfg, data, newLog(level))
	if err != nil {
		return err
	}
	defer h.Close()
	return h.wait(ctx)
}
