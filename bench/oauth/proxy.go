package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"time"

	"offhook/internal/app"
	"offhook/internal/bus"
	"offhook/internal/listen"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/audit"
	"offhook/internal/widget/embed"
	"offhook/internal/widget/grant"
	"offhook/internal/widget/session"
	"offhook/internal/widget/visit"
)

// proxyArg makes this program the widget's way to a platform; the platform's
// address follows.
const proxyArg = "serve-proxy"

const (
	barePath  = "/bare"         // through a reverse proxy of the standard library
	beginPath = "/begin"        // signs a user in
	callPath  = "/p/bench/call" // of who is signed in
)

// A proxy is what every request of the widget to a platform goes through:
// the listener, the frame, the session of a cookie, the user's grant, its
// sealed token, and the client that goes to no other platform. Panels are
// drawn from the desk and wait for no platform, so the widget itself has no
// address that does this alone.
type proxy struct {
	frame    store.Frame
	grants   *grant.Grants
	sessions *session.Sessions
}

func serveProxy(platform string) error {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "offhook-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	data, err := app.OpenData(ctx, dir, "")
	if err != nil {
		return err
	}
	defer data.Close()
	handler, err := newProxy(ctx, data, platform)
	if err != nil {
		return err
	}
	l, err := listen.Open(listen.Config{Name: "proxy", Addr: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	fmt.Println(l.URL)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		l.Shutdown(ctx)
	}()
	return l.Serve(handler)
}

func newProxy(ctx context.Context, data *app.Data, platform string) (http.Handler, error) {
	st, log, b := data.DB.Widget(), slog.New(slog.DiscardHandler), new(bus.InProcess)
	records := embed.Records{{Name: "Bench", Origin: platform, AllowPrivate: true}}
	trail := &audit.Trail{Store: st, Now: time.Now, Log: log}
	grants := &grant.Grants{
		Store: st, Audit: trail, Bus: b, Ring: data.Ring, Secrets: &embed.Registry{Store: st, Ring: data.Ring, Records: records, Now: time.Now},
		Client: embed.NewClient(records, nil), Holder: "bench", Now: time.Now, Log: log,
	}
	p := &proxy{
		frame:  store.Frame{Key: "bench", Platform: platform, ClientID: "bench", Origin: "https://crm.example", CreatedAt: time.Now()},
		grants: grants, sessions: &session.Sessions{Store: st, Bus: b, Grants: grants, Audit: trail, Now: time.Now, Log: log},
	}
	if err := st.Write(ctx, func(tx store.WidgetTx) error { return tx.PutFrame(ctx, p.frame) }); err != nil {
		return nil, err
	}
	upstream, err := url.Parse(platform)
	if err != nil {
		return nil, err
	}
	bare := httputil.NewSingleHostReverseProxy(upstream)
	bare.Transport = &http.Transport{MaxIdleConnsPerHost: 16} // as many as the widget's client keeps
	mux := http.NewServeMux()
	mux.Handle("GET "+barePath, bare)
	mux.HandleFunc("POST "+beginPath, p.begin)
	visits := &visit.Face{Store: st, Sessions: p.sessions, Log: log}
	visits.SignedIn(mux, "GET /p/{key}/call", p.call)
	return mux, nil
}

// begin signs in whom ?user names, as at the end of a flow.
func (p *proxy) begin(w http.ResponseWriter, r *http.Request) {
	user := r.URL.Query().Get("user")
	g, err := p.grants.Join(r.Context(), p.frame.Platform, p.frame.ClientID, rc.TokenInfo{
		AccessToken: "access-of-" + user, TokenType: "bearer", ExpiresIn: 86400, RefreshToken: "refresh-of-" + user, RefreshTokenExpiresIn: 86400, OwnerID: user,
	})
	if err == nil {
		_, err = p.sessions.Begin(w, r, p.frame, g.ID, "code")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// call fetches from the platform with the token of who is signed in.
func (p *proxy) call(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, protectedPath, nil)
	if err != nil {
		return err
	}
	res, err := p.grants.Do(r.Context(), v.Session.GrantID, req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	w.Header().Set("Content-Type", res.Header.Get("Content-Type"))
	w.WriteHeader(res.StatusCode)
	_, err = io.Copy(w, res.Body)
	return err
}

// signIn gives every person a session of the widget.
func (p *process) signIn(ctx context.Context, client *http.Client, people []*person) error {
	for i, who := range people {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, fmt.Sprintf("%s%s?user=%d", p.url, beginPath, i), nil)
		if err != nil {
			return err
		}
		res, err := client.Do(r)
		if err != nil {
			return err
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK || len(res.Cookies()) != 1 {
			return fmt.Errorf("signing in at the proxy: %s with %d cookies", res.Status, len(res.Cookies()))
		}
		who.cookie = res.Cookies()[0]
	}
	return nil
}

// ask fetches a path, as a person who is signed in where that is needed.
func (p *process) ask(client *http.Client, path string) func(context.Context, *person) error {
	return func(ctx context.Context, who *person) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+path, nil)
		if err != nil {
			return err
		}
		if path == callPath {
			r.AddCookie(&http.Cookie{Name: who.cookie.Name, Value: who.cookie.Value})
		}
		return send(client, r, nil)
	}
}
