package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"offhook/internal/store"
	calls "offhook/internal/widget/call"
)

// Bounds of the notes of calls.
const (
	notesFor  = 90 * 24 * time.Hour
	notesKept = 1000
)

func (d *Desk) noteRow(session string) string {
	return fmt.Sprintf("call note/%q/%q/%q/%q", d.owner.platform, d.owner.clientID, d.owner.ownerID, session)
}

// KeepCall keeps what is known of a call that is over, for ninety days and as
// long as it is among the user's last thousand calls.
func (d *Desk) KeepCall(ctx context.Context, n calls.Note) error {
	plain, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("encoding the note of a call: %w", err)
	}
	o := d.owner
	row := store.CallNote{
		Platform: o.platform, ClientID: o.clientID, OwnerID: o.ownerID, SessionID: n.Session, MadeAt: n.At,
		Sealed: d.pool.Ring.Seal(plain, d.noteRow(n.Session)),
	}
	err = d.pool.Store.Write(ctx, func(tx store.WidgetTx) error {
		return errors.Join(tx.PutCallNote(ctx, row), tx.TrimCallNotes(ctx, d.pool.Now().Add(-notesFor), o.platform, o.clientID, o.ownerID, notesKept))
	})
	if err != nil {
		return fmt.Errorf("writing the note of a call: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tell(Event{Type: EventCalls})
	return nil
}

// CallNote is what is known of a call by its telephony session; false for
// nothing.
func (d *Desk) CallNote(ctx context.Context, session string) (calls.Note, bool, error) {
	if session == "" {
		return calls.Note{}, false, nil
	}
	row, err := d.pool.Store.CallNote(ctx, d.owner.platform, d.owner.clientID, d.owner.ownerID, session)
	if errors.Is(err, store.ErrNotFound) {
		return calls.Note{}, false, nil
	}
	if err != nil {
		return calls.Note{}, false, fmt.Errorf("reading the note of a call: %w", err)
	}
	n, ok := d.readNote(row)
	return n, ok, nil
}

// CallNotes are the newest ones, the newest first.
func (d *Desk) CallNotes(ctx context.Context, limit int) ([]calls.Note, error) {
	rows, err := d.pool.Store.CallNotes(ctx, d.owner.platform, d.owner.clientID, d.owner.ownerID, limit)
	if err != nil {
		return nil, fmt.Errorf("reading the notes of calls: %w", err)
	}
	var all []calls.Note
	for _, row := range rows {
		if n, ok := d.readNote(row); ok {
			all = append(all, n)
		}
	}
	return all, nil
}

// readNote opens a row. What cannot be opened any more is logged and counts as
// none.
func (d *Desk) readNote(row store.CallNote) (n calls.Note, ok bool) {
	plain, err := d.pool.Ring.Open(row.Sealed, d.noteRow(row.SessionID))
	if err == nil {
		err = json.Unmarshal(plain, &n)
	}
	if err != nil {
		d.log.Error("the note of a call is lost", "err", err)
		return n, false
	}
	n.Session, n.At = row.SessionID, row.MadeAt
	return n, true
}
