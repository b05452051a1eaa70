package app

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// pingTime is how long the store may take to answer: whoever asks for a
// server's health gives up soon.
const pingTime = 2 * time.Second

// healthPath is the same in both houses. It tells nothing but yes or no.
const healthPath = "/healthz"

// A pinger is a store that can be asked whether it can be reached.
type pinger interface {
	Ping(ctx context.Context) error
}

// mountHealth answers whoever restarts servers or chooses among them: 200
// while requests are served and the store can be read, else 503. It asks no
// platform: that one is down is no reason to restart the widget.
func mountHealth(mux *http.ServeMux, db pinger, log *slog.Logger) {
	mux.HandleFunc("GET "+healthPath, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		ctx, cancel := context.WithTimeout(r.Context(), pingTime)
		defer cancel()
		if err := db.Ping(ctx); err != nil {
			if r.Context().Err() == nil {
				log.Error("the store cannot be read", "err", err)
			}
			http.Error(w, "The store cannot be read; the server's log says why.", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("ok\n"))
	})
}
