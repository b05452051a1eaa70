// Package storetest is the one suite that every database of the store must
// pass. A subject's tests are in the file of its name.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"offhook/internal/store"
)

// A DB is an open database with both houses' views.
type DB interface {
	Platform() store.Platform
	Widget() store.Widget
}

// at is the moment that rows of these tests were made.
var at = time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)

// Run tests the empty database that open returns, a new one for each subject.
func Run(t *testing.T, open func(t *testing.T) DB) {
	t.Run("write", func(t *testing.T) { testWrite(t, open(t)) })
	t.Run("accounts", func(t *testing.T) { testAccounts(t, open(t).Platform()) })
	t.Run("embeds", func(t *testing.T) { testEmbeds(t, open(t).Widget()) })
	t.Run("flows", func(t *testing.T) { testFlows(t, open(t).Widget()) })
	t.Run("grants", func(t *testing.T) { testGrants(t, open(t).Widget()) })
	t.Run("sessions", func(t *testing.T) { testSessions(t, open(t).Widget()) })
	t.Run("tickets", func(t *testing.T) { testTickets(t, open(t).Widget()) })
	t.Run("intakes", func(t *testing.T) { testIntakes(t, open(t).Widget()) })
	t.Run("audit", func(t *testing.T) { testAudit(t, open(t).Widget()) })
	t.Run("logs", func(t *testing.T) { testLogs(t, open(t).Widget()) })
	t.Run("guards", func(t *testing.T) { testGuards(t, open(t).Widget()) })
	t.Run("call notes", func(t *testing.T) { testCallNotes(t, open(t).Widget()) })
	t.Run("phones", func(t *testing.T) { testPhones(t, open(t).Widget()) })
	t.Run("revocations", func(t *testing.T) { testRevocations(t, open(t).Widget()) })
	t.Run("preferences", func(t *testing.T) { testPreferences(t, open(t).Widget()) })
	t.Run("desks", func(t *testing.T) { testDesks(t, open(t).Widget()) })
	t.Run("messages", func(t *testing.T) { testMessages(t, open(t).Platform()) })
	t.Run("voicemail and faxes", func(t *testing.T) { testMediaMessages(t, open(t).Platform()) })
	t.Run("attachments", func(t *testing.T) { testAttachments(t, open(t).Platform()) })
	t.Run("desk files", func(t *testing.T) { testDeskFiles(t, open(t).Widget()) })
	t.Run("presence", func(t *testing.T) { testPresence(t, open(t).Platform()) })
	t.Run("templates", func(t *testing.T) { testTemplates(t, open(t).Platform()) })
	t.Run("contacts", func(t *testing.T) { testContacts(t, open(t).Platform()) })
	t.Run("calls", func(t *testing.T) { testCalls(t, open(t).Platform()) })
	t.Run("devices", func(t *testing.T) { testDevices(t, open(t).Platform()) })
	t.Run("credentials", func(t *testing.T) { testCredentials(t, open(t).Platform()) })
	t.Run("oauth", func(t *testing.T) { testOAuth(t, open(t).Platform()) })
	t.Run("authorize", func(t *testing.T) { testAuthorize(t, open(t).Platform()) })
	t.Run("outside", func(t *testing.T) { testOutside(t, open(t).Platform()) })
	t.Run("queues", func(t *testing.T) { testQueues(t, open(t).Platform()) })
	t.Run("threads", func(t *testing.T) { testThreads(t, open(t).Platform()) })
	t.Run("robots", func(t *testing.T) { testRobots(t, open(t).Platform()) })
	t.Run("settings", func(t *testing.T) { testSettings(t, open(t).Platform()) })
	t.Run("webhooks", func(t *testing.T) { testWebhooks(t, open(t).Platform()) })
	t.Run("wstokens", func(t *testing.T) { testWSTokens(t, open(t).Platform()) })
}

func testWrite(t *testing.T, db DB) {
	ctx := t.Context()
	p := db.Platform()

	boom := errors.New("boom")
	err := p.Write(ctx, func(tx store.PlatformTx) error {
		if err := tx.AddAccount(ctx, store.Account{ID: 1, CreatedAt: at}); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("Write returned %v, want fn's own error", err)
	}
	if _, err := p.Account(ctx, 1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a failed write left its row: %v", err)
	}

	// Writes at the same moment: half fail, and only their own changes go.
	var wg sync.WaitGroup
	for i := int64(10); i < 60; i++ {
		wg.Go(func() {
			err := p.Write(ctx, func(tx store.PlatformTx) error {
				if err := tx.AddAccount(ctx, store.Account{ID: i, Company: fmt.Sprint(i), CreatedAt: at}); err != nil {
					return err
				}
				if i%2 == 1 {
					return boom
				}
				return nil
			})
			if (err != nil) != (i%2 == 1) {
				t.Errorf("write %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	all, err := p.Accounts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 25 {
		t.Errorf("%d accounts after 25 good and 25 failed writes, want 25", len(all))
	}

	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if err := p.Write(cancelled, func(store.PlatformTx) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("Write with a cancelled context: %v", err)
	}

	// What a write changes is its caller's again when Write returns, also when
	// that is because the caller has given up.
	var written int
	for range 50 {
		soon, giveUp := context.WithCancel(ctx)
		running := make(chan struct{})
		go func() {
			<-running
			giveUp()
		}()
		_ = p.Write(soon, func(store.PlatformTx) error {
			close(running)
			for range 100 {
				written++
			}
			return nil
		})
		written++
		giveUp()
	}
	if written != 50*101 {
		t.Errorf("%d steps were written, want all of them", written)
	}
}
