package grant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"offhook/internal/bus"
	"offhook/internal/rc"
	"offhook/internal/rigtest"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/audit"
	"offhook/internal/widget/desk"
	"offhook/internal/widget/grant"
	"offhook/internal/widget/streettest"
)

// childOf names the variable that makes the test binary a process of a test:
// it holds an order.
const childOf = "GRANT_TEST_ORDER"

// An order is what a process of TestFourProcessesRefreshOnce does.
type order struct {
	DSN, Grant, Name string
	Now              time.Time
}

func TestMain(m *testing.M) {
	if text := os.Getenv(childOf); text != "" {
		if err := obey(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// obey waits for a byte, so that all processes begin together, and asks
// twenty-five times at once.
func obey(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx := context.Background()
	db, err := sqlstore.Open(ctx, o.DSN)
	if err != nil {
		return err
	}
	log, now := slog.New(slog.NewTextHandler(os.Stderr, nil)), func() time.Time { return o.Now }
	g := &grant.Grants{
		Store: db.Widget(), Audit: &audit.Trail{Store: db.Widget(), Now: now, Log: log}, Bus: new(bus.InProcess), Ring: ring, Secrets: secrets{},
		Client: http.DefaultClient, Holder: o.Name, Now: now, Log: log,
	}
	fmt.Println("ready")
	if _, err := io.ReadFull(os.Stdin, make([]byte, 1)); err != nil {
		return err
	}
	failed := make(chan error, 25)
	var wg sync.WaitGroup
	for range cap(failed) {
		wg.Go(func() { failed <- once(ctx, g, o.Grant) })
	}
	wg.Wait()
	close(failed)
	g.Close()
	for e := range failed {
		err = errors.Join(err, e)
	}
	return errors.Join(err, db.Close())
}

// once asks the platform for something as the grant's user.
func once(ctx context.Context, g *grant.Grants, id string) error {
	req, err := http.NewRequestWithContext(ctx, "GET", "/restapi/v1.0/echo", nil)
	if err != nil {
		return err
	}
	res, err := g.Do(ctx, id, req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if owner := res.Header.Get("Owner"); owner != "101" {
		return fmt.Errorf("status %d as %q, want 101", res.StatusCode, owner)
	}
	return nil
}

func TestFourProcessesRefreshOnce(t *testing.T) {
	dsns := map[string]string{"SQLite": filepath.Join(t.TempDir(), "shared.db")}
	if dsn := sqlstore.TestPostgres(t); dsn != "" {
		dsns["PostgreSQL"] = dsn
	}
	for name, dsn := range dsns {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			db, err := sqlstore.Open(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			r.Grants = r.process(db, "parent")
			g := r.signIn(t, "public", "101")
			r.clock.Advance(2 * time.Hour)
			var children []*child
			for i := range 4 {
				children = append(children, startChild(t, order{dsn, g.ID, fmt.Sprint("process-", i), r.clock.Now()}))
			}
			for _, c := range children {
				c.begin(t)
			}
			for i, c := range children {
				if err := c.cmd.Wait(); err != nil {
					t.Errorf("process %d: %v", i, err)
				}
			}
			if n := r.platform.Refreshes(); n != 1 {
				t.Errorf("%d refreshes by four processes with 25 requests each, want 1", n)
			}
		})
	}
}

type child struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out io.Reader
}

func startChild(t *testing.T, o order) *child {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: exec.CommandContext(t.Context(), os.Args[0])}
	c.cmd.Env = append(os.Environ(), childOf+"="+string(text))
	c.cmd.Stderr = t.Output()
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if c.out, err = c.cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c.out, make([]byte, len("ready\n"))); err != nil {
		t.Fatalf("process %s did not get ready: %v", o.Name, err)
	}
	return c
}

func (c *child) begin(t *testing.T) {
	t.Helper()
	if _, err := c.in.Write([]byte{1}); err != nil {
		t.Error(err)
	}
}

// repeating is RingCentral's rule (contract 2.5): while the new access token
// is unused, the old refresh token gives the same answer again.
func repeating(p *streettest.Platform) func(http.ResponseWriter, *http.Request) bool {
	var mu sync.Mutex
	given := map[string]rc.TokenInfo{}
	return func(w http.ResponseWriter, r *http.Request) bool {
		old := r.PostFormValue("refresh_token")
		if old == "" {
			return false
		}
		mu.Lock()
		defer mu.Unlock()
		info, again := given[old]
		if !again {
			info = p.Mint("101")
			given[old] = info
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(info)
		return true
	}
}

// dying is a process that ends between the platform's answer and the save.
type dying struct {
	store.Widget
}

type dyingTx struct{ store.WidgetTx }

var errDead = errors.New("the process has ended")

func (dyingTx) SaveTokens(context.Context, store.Grant) (bool, error) { return false, errDead }

func (d dying) Write(ctx context.Context, fn func(store.WidgetTx) error) error {
	return d.Widget.Write(ctx, func(tx store.WidgetTx) error { return fn(dyingTx{tx}) })
}

func TestACrashBetweenRefreshAndSaveCostsNothing(t *testing.T) {
	r := newRig(t)
	g := r.signIn(t, "public", "101")
	r.platform.Answer = repeating(r.platform)
	r.clock.Advance(2 * time.Hour)
	first := r.process(r.db, "dies")
	first.Store = dying{Widget: first.Store}
	if err := once(t.Context(), first, g.ID); !errors.Is(err, errDead) {
		t.Fatalf("the process that dies: %v", err)
	}
	first.Close()
	r.clock.Advance(16 * time.Second) // its lease runs out
	if err := once(t.Context(), r.Grants, g.ID); err != nil {
		t.Errorf("the next process: %v; want it signed in with the tokens that the platform repeats", err)
	}
}

// TestClocksThatDiffer: the lease of a process whose clock is behind seems to
// have run out. The platform is strict, so that whoever comes second is
// refused; the user stays signed in.
func TestClocksThatDiffer(t *testing.T) {
	r := newRig(t)
	g := r.signIn(t, "public", "101")
	r.clock.Advance(2 * time.Hour)
	ahead := rigtest.NewClock()
	ahead.Advance(2*time.Hour + time.Minute)
	other := r.process(r.db, "ahead")
	other.Now = ahead.Now

	arrived, refused := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	count := 0
	r.platform.Answer = func(w http.ResponseWriter, req *http.Request) bool {
		mu.Lock()
		count++
		n := count
		mu.Unlock()
		if n == 1 {
			close(arrived)
			<-refused
			return false // the double renews
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_grant"}`)
		close(refused)
		return true
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := once(t.Context(), r.Grants, g.ID); err != nil {
			t.Errorf("the process that was first: %v", err)
		}
	})
	<-arrived
	if err := once(t.Context(), other, g.ID); err != nil {
		t.Errorf("the process that was refused: %v; want it to use the other's tokens", err)
	}
	wg.Wait()
	other.Close()
}

// street is a desk's way to the platform.
type street struct{ *grant.Grants }

func (s street) Gateway(context.Context, string, *url.URL) (*http.Client, error) {
	return nil, errors.New("there is no gateway here")
}

func TestNoDraftIsLostWhenThePlatformEndsTheSession(t *testing.T) {
	r := newRig(t)
	pool := &desk.Pool{Store: r.Store, Bus: r.bus, Ring: ring, Street: street{r.Grants}, Log: slog.New(slog.DiscardHandler), Now: r.clock.Now}
	defer pool.Close()
	draft := func(g store.Grant) string {
		t.Helper()
		d, err := pool.Desk(t.Context(), g.ID)
		if err != nil {
			t.Fatal(err)
		}
		text, err := d.Draft(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	g := r.signIn(t, "public", "101")
	d, err := pool.Desk(t.Context(), g.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.SaveDraft(t.Context(), "", "half a sentence"); err != nil {
		t.Fatal(err)
	}
	r.platform.Forget(true)
	watch := d.Watch(d.Position())
	wantKind(t, "a refused refresh", once(t.Context(), r.Grants, g.ID), rc.Unauthenticated)
	for e := range watch.C { // until the desk has heard of it
		if e.Type == desk.EventEnded {
			break
		}
	}
	watch.Close()
	if _, err := pool.Desk(t.Context(), g.ID); err == nil {
		t.Error("the desk opens although nobody is signed in")
	}

	other := r.signIn(t, "public", "102")
	if text := draft(other); text != "" {
		t.Errorf("somebody else signs in and finds the draft %q", text)
	}
	again := r.signIn(t, "public", "101")
	if text := draft(again); text != "half a sentence" {
		t.Errorf("the draft after signing in again: %q", text)
	}

	if err := r.End(t.Context(), again.ID, grant.SignedOut); err != nil {
		t.Fatal(err)
	}
	if text := draft(r.signIn(t, "public", "101")); text != "" {
		t.Errorf("the draft after a sign-out: %q, want it gone", text)
	}
}

func TestWhatLapsedIsForgottenAfterAWeek(t *testing.T) {
	r := newRig(t)
	g := r.signIn(t, "public", "101")
	r.platform.Forget(true)
	wantKind(t, "a refused refresh", once(t.Context(), r.Grants, g.ID), rc.Unauthenticated)
	for _, tt := range []struct {
		after time.Duration
		gone  bool
	}{{6 * 24 * time.Hour, false}, {25 * time.Hour, true}} {
		r.clock.Advance(tt.after)
		if err := r.Forget(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Store.GrantOf(t.Context(), r.platform.URL, "public", "101"); errors.Is(err, store.ErrNotFound) != tt.gone {
			t.Errorf("after another %v: %v, want it gone: %v", tt.after, err, tt.gone)
		}
	}
}

func TestFailedRefreshesAreAudited(t *testing.T) {
	r := newRig(t)
	g := r.signIn(t, "public", "101")
	r.clock.Advance(2 * time.Hour)
	r.platform.Answer = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(500); return true }
	for range 3 { // one outage is one entry
		wantKind(t, "a platform that is down", once(t.Context(), r.Grants, g.ID), rc.Unavailable)
	}
	r.platform.Answer = nil
	if err := once(t.Context(), r.Grants, g.ID); err != nil {
		t.Fatal(err)
	}
	r.platform.Forget(true)
	wantKind(t, "a refused refresh", once(t.Context(), r.Grants, g.ID), rc.Unauthenticated)
	entries, err := r.Store.AuditEntries(t.Context(), store.AuditFilter{})
	if err != nil || len(entries) != 2 {
		t.Fatalf("entries %+v, %v; want one for the outage and one for the refusal", entries, err)
	}
	for _, e := range entries {
		if e.Kind != store.AuditRefreshFailure || e.OwnerID != "101" || e.ClientID != "public" || e.Platform != r.platform.URL || e.GrantID != g.ID {
			t.Errorf("an entry that does not say whose refresh failed: %+v", e)
		}
	}
	if entries[1].Detail != "the platform refused the refresh token: invalid_grant" {
		t.Errorf("the refusal's detail: %q", entries[1].Detail)
	}
}
