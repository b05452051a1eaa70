package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

var logOwner = store.LogOwner{Platform: "p", ClientID: "c", OwnerID: "o"}

// logEntry is one that waits, of Ada's conversation.
func logEntry(id string, position int64) store.LogEntry {
	return store.LogEntry{
		ID: id, Owner: logOwner, Target: "https://crm.example", Kind: "message", Thing: "7", LogID: "7/1/2/2026", Newest: id, Trigger: "auto",
		Position: position, State: store.LogWaiting, NextAt: at, Since: at, CreatedAt: at, UpdatedAt: at, Sealed: []byte("sealed"),
	}
}

func ids(entries []store.LogEntry) []string {
	all := []string{}
	for _, e := range entries {
		all = append(all, e.ID)
	}
	return all
}

func testLogs(t *testing.T, w store.Widget) {
	t.Run("a log is tried in order", func(t *testing.T) { testLogOrder(t, w) })
	t.Run("one holder tries", func(t *testing.T) { testLogClaims(t, w) })
	t.Run("what is done stays done", func(t *testing.T) { testLogEnds(t, w) })
	t.Run("settings", func(t *testing.T) { testLogSettings(t, w) })
	t.Run("typing", func(t *testing.T) { testLogTyping(t, w) })
}

// tx returns a function that writes and fails the test on errors.
func tx(t *testing.T, w store.Widget) func(fn func(tx store.WidgetTx) error) {
	return func(fn func(tx store.WidgetTx) error) {
		t.Helper()
		if err := w.Write(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
}

func testLogOrder(t *testing.T, w store.Widget) {
	ctx, write := t.Context(), tx(t, w)
	due := func(now time.Time) []string {
		t.Helper()
		all, err := w.DueLogEntries(ctx, logOwner, "https://crm.example", now, 10)
		if err != nil {
			t.Fatal(err)
		}
		return ids(all)
	}
	first, second, other, foreign := logEntry("a", 1), logEntry("b", 2), logEntry("c", 3), logEntry("d", 4)
	second.Trigger = "manual"
	other.LogID, other.NextAt = "8/1/2/2026", at.Add(time.Minute)
	foreign.Owner.OwnerID = "somebody else"
	write(func(tx store.WidgetTx) error {
		return errors.Join(tx.AddLogEntry(ctx, second), tx.AddLogEntry(ctx, first), tx.AddLogEntry(ctx, other), tx.AddLogEntry(ctx, foreign))
	})
	if got, err := w.LogEntry(ctx, "a"); err != nil || !cmp.Equal(first, got) {
		t.Errorf("LogEntry: %v\n%s", err, cmp.Diff(first, got))
	}
	err := w.Write(ctx, func(tx store.WidgetTx) error { return tx.AddLogEntry(ctx, first) })
	if !errors.Is(err, store.ErrExists) {
		t.Errorf("the same entry again: %v, want ErrExists", err)
	}
	if diff := cmp.Diff([]string{"a"}, due(at)); diff != "" {
		t.Errorf("an entry overtook an older one of its log (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a", "c"}, due(at.Add(time.Hour))); diff != "" {
		t.Error(diff)
	}
	write(func(tx store.WidgetTx) error {
		_, err := tx.FinishLogEntry(ctx, logOwner, "a", "", at)
		return err
	})
	if diff := cmp.Diff([]string{"b"}, due(at)); diff != "" {
		t.Error(diff)
	}
	for _, tt := range []struct {
		now  time.Time
		want int
	}{{at.Add(-time.Second), 0}, {at, 2}} {
		targets, err := w.DueLogTargets(ctx, tt.now)
		if err != nil || len(targets) != tt.want {
			t.Errorf("due at %v: %+v, %v", tt.now, targets, err)
		}
	}
	better := logEntry("e", 5)
	better.Trigger = "manual"
	write(func(tx store.WidgetTx) error {
		return errors.Join(tx.SupersedeLogEntries(ctx, better), tx.AddLogEntry(ctx, better))
	})
	if diff := cmp.Diff([]string{"e"}, due(at)); diff != "" {
		t.Errorf("a better entry did not take the place of an untried one (-want +got):\n%s", diff)
	}
	open, err := w.OpenLogEntries(ctx, logOwner, "https://crm.example")
	if diff := cmp.Diff([]string{"c", "e"}, ids(open)); err != nil || diff != "" {
		t.Errorf("open: %v %s", err, diff)
	}
	since, err := w.LogEntriesSince(ctx, logOwner, "https://crm.example", at)
	if diff := cmp.Diff([]string{"a", "c", "e"}, ids(since)); err != nil || diff != "" {
		t.Errorf("since: %v %s", err, diff)
	}
	all, err := w.AllOpenLogEntries(ctx)
	if diff := cmp.Diff([]string{"c", "d", "e"}, ids(all)); err != nil || diff != "" {
		t.Errorf("everybody's: %v %s", err, diff)
	}
	write(func(tx store.WidgetTx) error { return tx.SweepLogEntries(ctx, at.Add(time.Hour), at.Add(time.Hour)) })
}

func testLogClaims(t *testing.T, w store.Widget) {
	ctx, write := t.Context(), tx(t, w)
	claim := func(holder string, now time.Time) (ok bool) {
		t.Helper()
		write(func(tx store.WidgetTx) (err error) {
			ok, err = tx.ClaimLogEntry(ctx, "h", holder, now, now.Add(time.Minute))
			return err
		})
		return ok
	}
	e := logEntry("h", 1)
	e.Target = store.LogWebhook
	write(func(tx store.WidgetTx) error { return tx.AddLogEntry(ctx, e) })
	if claim("one", at.Add(-time.Second)) {
		t.Error("an entry was claimed before its time")
	}
	if !claim("one", at) || claim("two", at) || claim("one", at.Add(30*time.Second)) {
		t.Error("a claim is not for one holder, once")
	}
	write(func(tx store.WidgetTx) error { return tx.ShortenLogClaims(ctx, "one", at.Add(3*time.Second)) })
	if claim("two", at.Add(2*time.Second)) || !claim("two", at.Add(3*time.Second)) {
		t.Error("a claim did not end when its holder went away")
	}
	write(func(tx store.WidgetTx) error {
		if ok, err := tx.FailLogEntry(ctx, "h", "one", store.LogWaiting, "Nobody there.", at, at); ok || err != nil {
			t.Errorf("somebody who did not hold it has failed: %v %v", ok, err)
		}
		ok, err := tx.FailLogEntry(ctx, "h", "two", store.LogWaiting, "Nobody there.", at.Add(time.Hour), at.Add(time.Minute))
		if !ok {
			t.Error("the holder could not fail")
		}
		return err
	})
	got, err := w.LogEntry(ctx, "h")
	want := e
	want.Attempts, want.Reason, want.NextAt, want.UpdatedAt = 2, "Nobody there.", at.Add(time.Hour), at.Add(time.Minute)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	for _, tt := range []struct {
		now  time.Time
		want []string
	}{{at.Add(time.Minute), []string{}}, {at.Add(time.Hour), []string{"h"}}} {
		due, err := w.DueHookEntries(ctx, tt.now, 10)
		if diff := cmp.Diff(tt.want, ids(due)); err != nil || diff != "" {
			t.Errorf("due at %v: %v %s", tt.now, err, diff)
		}
	}
}

func testLogEnds(t *testing.T, w store.Widget) {
	ctx, write := t.Context(), tx(t, w)
	finish := func(o store.LogOwner) (ok bool) {
		write(func(tx store.WidgetTx) (err error) {
			ok, err = tx.FinishLogEntry(ctx, o, "f", store.LogDiscarded, at.Add(time.Hour))
			return err
		})
		return ok
	}
	e := logEntry("f", 9)
	e.Target = "https://other.example"
	write(func(tx store.WidgetTx) error { return tx.AddLogEntry(ctx, e) })
	if finish(store.LogOwner{Platform: "p", ClientID: "c", OwnerID: "x"}) {
		t.Error("somebody else ended an entry")
	}
	if !finish(logOwner) || finish(logOwner) {
		t.Error("an entry is not ended once")
	}
	if got, err := w.LogEntry(ctx, "f"); err != nil || len(got.Sealed) > 0 || got.State != store.LogDone || got.Reason != store.LogDiscarded {
		t.Errorf("after the end: %+v, %v", got, err)
	}
	stuck, fresh := logEntry("s", 10), logEntry("t", 11)
	stuck.Target, fresh.Target = e.Target, e.Target
	stuck.State, stuck.Reason, stuck.NextAt = store.LogStuck, "Nobody there.", at.Add(time.Hour)
	write(func(tx store.WidgetTx) error {
		return errors.Join(tx.AddLogEntry(ctx, stuck), tx.AddLogEntry(ctx, fresh), tx.RetryLogEntries(ctx, logOwner, e.Target, at))
	})
	due, err := w.DueLogEntries(ctx, logOwner, e.Target, at, 10)
	if diff := cmp.Diff([]string{"s"}, ids(due)); err != nil || diff != "" {
		t.Errorf("after a retry: %v %s", err, diff)
	}
	var n int64
	write(func(tx store.WidgetTx) (err error) {
		n, err = tx.DiscardLogEntries(ctx, logOwner, e.Target, at)
		return err
	})
	open, err := w.OpenLogEntries(ctx, logOwner, e.Target)
	if diff := cmp.Diff([]string{"t"}, ids(open)); err != nil || n != 1 || diff != "" {
		t.Errorf("%d discarded; open: %v %s", n, err, diff)
	}
	write(func(tx store.WidgetTx) error { return tx.SweepLogEntries(ctx, at.Add(2*time.Hour), at) })
	if _, err := w.LogEntry(ctx, "f"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an entry that was done long ago: %v", err)
	}
	if _, err := w.LogEntry(ctx, "t"); err != nil {
		t.Errorf("an entry that waits was swept: %v", err)
	}
}

func testLogSettings(t *testing.T, w store.Widget) {
	ctx, write := t.Context(), tx(t, w)
	if _, err := w.LogSettings(ctx, logOwner, store.LogWebhook); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown settings: %v", err)
	}
	s := store.LogSettings{Owner: logOwner, Target: store.LogWebhook, MessageDefault: true, Zone: "Europe/Berlin", Locale: "de-DE"}
	write(func(tx store.WidgetTx) error { return tx.PutLogPlace(ctx, s) })
	s.Call, s.CallDefault = "on", true
	write(func(tx store.WidgetTx) error {
		return errors.Join(tx.PutLogChoice(ctx, logOwner, store.LogWebhook, "", "off"), tx.PutLogChoice(ctx, logOwner, store.LogWebhook, "", "on"), tx.PutLogPlace(ctx, s), tx.PutLogCallSince(ctx, logOwner, store.LogWebhook, at))
	})
	s.CallSince = at
	if got, err := w.LogSettings(ctx, logOwner, store.LogWebhook); err != nil || got != s {
		t.Errorf("LogSettings: %+v, %v", got, err)
	}
	page := store.LogSettings{Owner: logOwner, Target: "https://crm.example", Message: "on"}
	write(func(tx store.WidgetTx) error { return tx.PutLogChoice(ctx, logOwner, page.Target, "on", "") })
	if got, err := w.LogSettings(ctx, logOwner, page.Target); err != nil || got != page {
		t.Errorf("LogSettings of a page: %+v, %v", got, err)
	}
	auto := func() []store.LogSettings {
		all, err := w.AutoLoggers(ctx)
		if err != nil {
			t.Error(err)
		}
		return all
	}
	if got := auto(); len(got) > 0 {
		t.Errorf("without a webhook: %+v", got)
	}
	h := store.LogHook{Platform: "p", ClientID: "c", URL: "https://crm.example/logs", SealedSecret: []byte("s"), CreatedAt: at}
	write(func(tx store.WidgetTx) error { return tx.PutLogHook(ctx, h) })
	h.URL = "https://crm.example/log"
	write(func(tx store.WidgetTx) error { return tx.PutLogHook(ctx, h) })
	if got, err := w.LogHook(ctx, "p", "c"); err != nil || !cmp.Equal(h, got) {
		t.Errorf("LogHook: %+v, %v", got, err)
	}
	if diff := cmp.Diff([]store.LogSettings{s}, auto()); diff != "" {
		t.Error(diff)
	}
	write(func(tx store.WidgetTx) error { return tx.PutLogChoice(ctx, logOwner, store.LogWebhook, "off", "") })
	if got := auto(); len(got) != 1 {
		t.Errorf("somebody whose calls alone are logged: %+v", got)
	}
	write(func(tx store.WidgetTx) error { return tx.PutLogChoice(ctx, logOwner, store.LogWebhook, "", "off") })
	if got := auto(); len(got) > 0 {
		t.Errorf("somebody who switched it off: %+v", got)
	}
	write(func(tx store.WidgetTx) error {
		return errors.Join(tx.DeleteLogHook(ctx, "p", "c"), tx.DeleteLogHook(ctx, "p", "c"))
	})
	if _, err := w.LogHook(ctx, "p", "c"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a deleted webhook: %v", err)
	}
}

func testLogTyping(t *testing.T, w store.Widget) {
	ctx, write := t.Context(), tx(t, w)
	for _, ms := range []int64{1200, 3400} {
		write(func(tx store.WidgetTx) error { return tx.PutLogTyping(ctx, logOwner, "t1", ms, at) })
	}
	write(func(tx store.WidgetTx) error { return tx.PutLogTyping(ctx, logOwner, "old", 1, at.Add(-time.Hour)) })
	if ms, err := w.LogTyping(ctx, logOwner, "t1"); err != nil || ms != 3400 {
		t.Errorf("LogTyping: %d, %v", ms, err)
	}
	other := logOwner
	other.OwnerID = "somebody else"
	if _, err := w.LogTyping(ctx, other, "t1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another user's text: %v", err)
	}
	write(func(tx store.WidgetTx) error { return tx.SweepLogEntries(ctx, at, at) })
	if _, err := w.LogTyping(ctx, logOwner, "old"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an old text: %v", err)
	}
	if _, err := w.LogTyping(ctx, logOwner, "t1"); err != nil {
		t.Errorf("a newer one: %v", err)
	}
}
