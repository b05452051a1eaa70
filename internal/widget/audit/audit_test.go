package audit_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/audit"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newTrail(t *testing.T, w store.Widget, log *strings.Builder) *audit.Trail {
	return &audit.Trail{Store: w, Now: func() time.Time { return noon }, Log: slog.New(slog.NewTextHandler(log, nil))}
}

func TestEntriesOfTwoProcessesAreAllKept(t *testing.T) {
	w := sqlstore.OpenTest(t).Widget()
	var wg sync.WaitGroup
	for process := range 4 {
		trail := newTrail(t, w, new(strings.Builder))
		wg.Go(func() {
			for i := range 50 {
				trail.Record(t.Context(), store.AuditEntry{Kind: store.AuditSignIn, OwnerID: fmt.Sprint(process), Detail: fmt.Sprint(i)})
			}
		})
	}
	wg.Wait()
	all, err := w.AuditEntries(t.Context(), store.AuditFilter{})
	if err != nil || len(all) != 200 {
		t.Fatalf("%d entries, %v; want 200", len(all), err)
	}
	for owner := range 4 {
		mine, err := w.AuditEntries(t.Context(), store.AuditFilter{OwnerID: fmt.Sprint(owner)})
		if err != nil || len(mine) != 50 || mine[0].Detail != "0" || mine[49].Detail != "49" {
			t.Errorf("process %d: %d entries, %v; want 50 in their order", owner, len(mine), err)
		}
	}
}

func TestAnEntryOutlivesItsRequest(t *testing.T) {
	w := sqlstore.OpenTest(t).Widget()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	newTrail(t, w, new(strings.Builder)).Record(ctx, store.AuditEntry{Kind: store.AuditSignOut, ClientID: "app\nsign-in user=root\x1b[2J", Detail: strings.Repeat("é", 500)})
	all, err := w.AuditEntries(t.Context(), store.AuditFilter{})
	if err != nil || len(all) != 1 || !all[0].At.Equal(noon) {
		t.Fatalf("entries: %+v, %v; want the one, at noon", all, err)
	}
	if e := all[0]; e.ClientID != "appsign-in user=root[2J" || len(e.Detail) > 300 || strings.ContainsRune(e.Detail, '\uFFFD') {
		t.Errorf("client %q, detail of %d bytes; want one line without control characters, and an end", e.ClientID, len(e.Detail))
	}
}

// full is a store on a full disk.
type full struct{ store.Widget }

func (full) Write(context.Context, func(store.WidgetTx) error) error {
	return errors.New("the disk is full")
}

func TestAnEntryThatCannotBeWrittenIsLogged(t *testing.T) {
	log := new(strings.Builder)
	newTrail(t, full{}, log).Record(t.Context(), store.AuditEntry{Kind: store.AuditRefusal, Origin: "https://crm.example", Address: "192.0.2.1"})
	for _, want := range []string{"could not be written", "refusal", "https://crm.example", "192.0.2.1", "the disk is full"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
}

func TestExport(t *testing.T) {
	w := sqlstore.OpenTest(t).Widget()
	trail := newTrail(t, w, new(strings.Builder))
	trail.Record(t.Context(), store.AuditEntry{
		Kind: store.AuditSignIn, Way: "code", Platform: "https://platform.example.com", ClientID: `=HYPERLINK("x")`, OwnerID: "101", GrantID: "g",
		Origin: "https://crm.example", Address: "192.0.2.1",
	})
	for range 1200 { // more than is read at a time
		trail.Record(t.Context(), store.AuditEntry{Kind: store.AuditRefreshFailure, Detail: "the code, \"expired\""})
	}
	export := func(f store.AuditFilter, format audit.Format) string {
		t.Helper()
		var b strings.Builder
		if err := audit.Export(t.Context(), w, f, format, &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	rows, err := csv.NewReader(strings.NewReader(export(store.AuditFilter{}, audit.CSV))).ReadAll()
	want := []string{"2026-03-01T12:00:00Z", "sign-in", "code", "101", `'=HYPERLINK("x")`, "https://platform.example.com", "https://crm.example", "192.0.2.1", "", "g"}
	if err != nil || len(rows) != 1202 || !cmp.Equal(rows[1], want) || rows[1201][8] != `the code, "expired"` {
		t.Errorf("CSV: %d rows, %v\n%s", len(rows), err, cmp.Diff(want, rows[1]))
	}
	var one map[string]string
	if err := json.Unmarshal([]byte(export(store.AuditFilter{OwnerID: "101"}, audit.JSON)), &one); err != nil || one["app"] != `=HYPERLINK("x")` || one["at"] != "2026-03-01T12:00:00Z" {
		t.Errorf("JSON of one user: %v, %v", one, err)
	}
	line := `2026-03-01T12:00:00Z  sign-in  way=code  user=101  app="=HYPERLINK(\"x\")"  platform=https://platform.example.com  origin=https://crm.example  address=192.0.2.1  grant=g` + "\n"
	if got := export(store.AuditFilter{OwnerID: "101"}, audit.Text); got != line {
		t.Errorf("text:\n%s", cmp.Diff(line, got))
	}
	if got := export(store.AuditFilter{Since: noon.Add(time.Second)}, audit.Text); got != "" {
		t.Errorf("since later: %q, want nothing", got)
	}
}

func TestAFloodOfRefusalsHidesNoOther(t *testing.T) {
	w := sqlstore.OpenTest(t).Widget()
	trail := newTrail(t, w, new(strings.Builder))
	record := func(kind store.AuditKind, address string) {
		trail.Record(t.Context(), store.AuditEntry{Kind: kind, Address: address})
	}
	count := func(address string) (n int, last string) {
		t.Helper()
		all, err := w.AuditEntries(t.Context(), store.AuditFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			if strings.HasPrefix(e.Address, address) {
				n, last = n+1, e.Detail
			}
		}
		return n, last
	}
	for i := range 200 {
		record(store.AuditRefusal, "192.0.2.1")
		record(store.AuditRefusal, fmt.Sprintf("2001:db8::%x", i))
	}
	record(store.AuditRefusal, "192.0.2.2")
	record(store.AuditSignIn, "192.0.2.1")
	if n, _ := count("192.0.2.2"); n != 1 {
		t.Errorf("%d refusals of the other address, want 1", n)
	}
	if n, _ := count("192.0.2.1"); n != 61 {
		t.Errorf("%d entries of the flooding address, want 60 refusals and the sign-in", n)
	}
	if n, last := count("2001:db8::"); n != 60 || !strings.Contains(last, "left out") {
		t.Errorf("%d entries of one network, the last says %q; want 60, and that there were more", n, last)
	}
	trail.Now = func() time.Time { return noon.Add(time.Minute) }
	record(store.AuditRefusal, "192.0.2.1")
	if n, _ := count("192.0.2.1"); n != 62 {
		t.Errorf("%d entries a minute later, want one more", n)
	}
}
