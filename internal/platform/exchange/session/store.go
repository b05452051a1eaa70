package session

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// put writes rows as one change of each account, in the order of the
// accounts: two writers that begin changes in different orders would wait
// for each other. Of a row that is there twice the last wins.
func put(ctx context.Context, tx store.PlatformTx, rows []store.Call) error {
	last := map[string]store.Call{}
	changes := map[int64]int64{}
	for _, r := range rows {
		last[r.ID] = r
		changes[r.AccountID] = 0
	}
	for _, account := range slices.Sorted(maps.Keys(changes)) {
		change, err := tx.NextCallChange(ctx, account)
		if err != nil {
			return err
		}
		changes[account] = change
	}
	for _, id := range slices.Sorted(maps.Keys(last)) {
		r := last[id]
		r.Change = changes[r.AccountID]
		if err := tx.PutCall(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// page is how many rows are looked at in one go.
const page = 200

// stopped is what the log says of calls that went on when the process died.
const stopped = "The platform stopped during the call"

// sweep closes the rows of calls that an earlier process did not end.
func (k *Book) sweep(ctx context.Context) error {
	accounts, err := k.store.Accounts(ctx)
	if err != nil {
		return fmt.Errorf("reading the accounts whose calls were left: %w", err)
	}
	for _, a := range accounts {
		for {
			left, err := k.store.Calls(ctx, a.ID, store.CallQuery{Active: true}, 0, page)
			if err != nil {
				return fmt.Errorf("reading the calls that were left: %w", err)
			}
			if len(left) == 0 {
				break
			}
			for i := range left {
				closeLeft(&left[i], rc.TimeOf(k.now()))
			}
			if err := k.store.Write(ctx, func(tx store.PlatformTx) error { return put(ctx, tx, left) }); err != nil {
				return fmt.Errorf("closing the calls that were left: %w", err)
			}
		}
	}
	return nil
}

// closeLeft ends a row whose call nobody can tell of any more. How long it
// was is not known.
func closeLeft(c *store.Call, at rc.Time) {
	c.Active = false
	c.Record.LastModifiedTime = at
	end := func(f *rc.CallFacts) {
		answered := f.Reason == connected
		f.Reason, f.ReasonDescription = "Stopped", stopped
		switch {
		case answered && f.Direction == rc.Inbound:
			f.Result = rc.CallAccepted
		case answered:
			f.Result = rc.CallConnected
		case f.Direction == rc.Inbound:
			f.Result = rc.CallMissed
		default:
			f.Result = rc.CallHangUp
		}
	}
	end(&c.Record.CallFacts)
	for i := range c.Record.Legs {
		end(&c.Record.Legs[i].CallFacts)
	}
}
