package grant

import (
	"context"
	"errors"
	"fmt"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/intake"
	"offhook/internal/widget/lang"
)

const (
	// lease is how long one process may take for a refresh; answerTime,
	// within it, is how long it waits for the platform.
	lease      = 15 * time.Second
	answerTime = 10 * time.Second
	// patience is how long a request waits for somebody's refresh.
	patience = 30 * time.Second
)

// A flight is one refresh that every asker in this process shares.
type flight struct {
	done  chan struct{}
	grant store.Grant // set before done is closed
	err   error       // set before done is closed
}

// refreshed returns the grant with other tokens than seen's: those that
// somebody has saved meanwhile, or new ones from the platform.
func (g *Grants) refreshed(ctx context.Context, seen store.Grant) (store.Grant, error) {
	g.mu.Lock()
	f := g.flights[seen.ID]
	if f == nil {
		f = &flight{done: make(chan struct{})}
		if g.flights == nil {
			g.flights = make(map[string]*flight)
		}
		g.flights[seen.ID] = f
		// The flight is not the first asker's: it must end well for the
		// others when that one goes away.
		g.background(func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			f.grant, f.err = g.lead(ctx, seen)
			g.mu.Lock()
			delete(g.flights, seen.ID)
			g.mu.Unlock()
			close(f.done)
		})
	}
	g.mu.Unlock()
	select {
	case <-f.done:
	case <-ctx.Done():
		return store.Grant{}, ctx.Err()
	}
	if f.err == nil && f.grant.Version == seen.Version {
		// The flight was somebody's who had not seen our version yet, so it
		// found ours and stopped there. Ours is the one to replace now.
		return g.refreshed(ctx, seen)
	}
	return f.grant, f.err
}

// lead waits until the row's version moves or this process gets the lease,
// and then refreshes.
func (g *Grants) lead(ctx context.Context, seen store.Grant) (store.Grant, error) {
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, 250*time.Millisecond) {
		gr, err := g.now(ctx, seen.ID)
		if err != nil {
			return store.Grant{}, err
		}
		if gr.Version != seen.Version {
			return gr, nil
		}
		var mine bool
		err = g.Store.Write(ctx, func(tx store.WidgetTx) error {
			now := g.Now()
			if gr, err = tx.Grant(ctx, seen.ID); err != nil {
				return missing(seen.ID, err)
			}
			mine, err = tx.LeaseGrant(ctx, seen.ID, seen.Version, g.Holder, now, now.Add(lease))
			return err
		})
		if err != nil {
			return store.Grant{}, fmt.Errorf("leasing grant %s: %w", seen.ID, err)
		}
		if mine {
			return g.refresh(ctx, gr)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return store.Grant{}, rc.Errorf(rc.Unavailable, "The phone service is slow to answer. Please try again.")
		}
	}
}

// refresh asks the platform for new tokens and saves them. The lease is
// held.
func (g *Grants) refresh(ctx context.Context, gr store.Grant) (store.Grant, error) {
	t, err := g.open(gr)
	if err != nil {
		g.release(ctx, gr.ID)
		return store.Grant{}, err
	}
	asked, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	info, err := g.renew(asked, gr, t)
	if refused(err) {
		if !gr.LeaseUntil.IsZero() {
			g.outwait(ctx, gr)
		}
		return g.endRefused(ctx, gr, err)
	}
	g.tellFailure(ctx, gr, err)
	if err != nil {
		g.release(ctx, gr.ID)
		return store.Grant{}, err
	}
	if info.RefreshToken == "" {
		info.RefreshToken = t.Refresh // RFC 6749 section 6: it may stay the same
	}
	next := g.tokensOf(intake.Issue{TokenInfo: info, ClientSecret: t.ClientSecret})
	if next.Session == "" {
		next.Session = t.Session
	}
	return g.save(ctx, gr, next)
}

func (g *Grants) save(ctx context.Context, gr store.Grant, t tokens) (store.Grant, error) {
	next, err := g.sealed(gr, t)
	if err != nil {
		return store.Grant{}, err
	}
	var saved bool
	err = g.Store.Write(ctx, func(tx store.WidgetTx) error {
		saved, err = tx.SaveTokens(ctx, next)
		return err
	})
	if err != nil {
		return store.Grant{}, fmt.Errorf("saving the tokens of grant %s: %w", gr.ID, err)
	}
	if !saved {
		return g.overtaken(ctx, gr, t)
	}
	next.Version++
	return next, nil
}

// overtaken returns the grant as it is now, and revokes tokens that came too
// late for it: it has ended meanwhile, or has those of a new sign-in. Whoever
// did that has revoked the token that was spent for these, and a platform
// need not know what came of it. Tokens of the session that the grant has now
// stay, because revoking one ends them all (contract 2.1).
func (g *Grants) overtaken(ctx context.Context, gr store.Grant, late tokens) (store.Grant, error) {
	now, err := g.now(ctx, gr.ID)
	var useless bool
	switch current, openErr := g.open(now); {
	case err != nil:
		var gone *rc.Error
		useless = errors.As(err, &gone)
	case openErr == nil:
		useless = late.Session != "" && late.Session != current.Session
	}
	if useless {
		g.background(func(ctx context.Context) { g.revoke(ctx, gr.Platform, gr.ClientID, late) })
	}
	return now, err
}

// now returns the grant as it is now.
func (g *Grants) now(ctx context.Context, id string) (store.Grant, error) {
	gr, err := g.Store.Grant(ctx, id)
	if err != nil {
		return store.Grant{}, missing(id, err)
	}
	return gr, nil
}

// tellFailure notes in the audit trail that renewing has begun to fail
// without an answer; a platform that is down for long is one entry for each
// grant and process.
func (g *Grants) tellFailure(ctx context.Context, gr store.Grant, err error) {
	g.mu.Lock()
	before := g.failing[gr.ID]
	if g.failing == nil {
		g.failing = make(map[string]bool)
	}
	g.failing[gr.ID] = true
	if err == nil {
		delete(g.failing, gr.ID)
	}
	g.mu.Unlock()
	if err != nil && !before {
		g.Audit.Record(ctx, entry(gr, codeOf(err)))
	}
}

func entry(gr store.Grant, detail string) store.AuditEntry {
	return store.AuditEntry{
		Kind: store.AuditRefreshFailure, Platform: gr.Platform, ClientID: gr.ClientID, OwnerID: gr.OwnerID, GrantID: gr.ID, Detail: detail,
	}
}

// outwait gives another process time to save what it got from the platform.
// A lease that seemed to have run out may be that of a process whose clock is
// behind ours: the refresh token was refused to us because it was just used.
func (g *Grants) outwait(ctx context.Context, gr store.Grant) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	for {
		now, err := g.Store.Grant(ctx, gr.ID)
		if err != nil || now.Version != gr.Version {
			return // whoever ends the grant looks again
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return
		}
	}
}

// endRefused ends the grant, unless somebody has signed in again meanwhile.
// What the user wrote waits for them.
func (g *Grants) endRefused(ctx context.Context, gr store.Grant, cause error) (store.Grant, error) {
	reason, sentence := Refused, lang.Mark("The phone service has ended your session. Sign in again to go on.")
	if errors.Is(cause, errHourOver) && !g.Now().Before(gr.ExpiresAt) {
		reason, sentence = HourOver, lang.Mark("You were signed in for an hour, and that is over. Sign in again to go on.")
	}
	gone, sessions, err := g.lapse(ctx, gr.ID, reason, func(now store.Grant, _ uses) bool { return now.Version == gr.Version })
	if err != nil {
		return store.Grant{}, err
	}
	if gone.ID == "" {
		return g.now(ctx, gr.ID)
	}
	g.Log.Warn("a grant could not be renewed and ends", "grant", gr.ID, "err", cause)
	g.ended(ctx, gone, sessions, reason)
	g.Audit.Record(ctx, entry(gr, codeOf(cause)))
	return store.Grant{}, rc.Errorf(rc.Unauthenticated, "%s", sentence)
}

func (g *Grants) release(ctx context.Context, id string) {
	// Also when ctx has ended: the others should not wait for the lease.
	ctx = context.WithoutCancel(ctx)
	err := g.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.ReleaseGrant(ctx, id, g.Holder) })
	if err != nil {
		g.Log.Error("releasing the lease of a grant", "grant", id, "err", err)
	}
}
