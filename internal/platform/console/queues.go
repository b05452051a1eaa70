package console

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// maxQueueName is how many characters the name of a call queue may have.
const maxQueueName = 64

// A QueueSpec describes a call queue to register.
type QueueSpec struct {
	AccountID   int64 // zero means the only account
	Name        string
	Number      string   // extension number; empty takes the first free one
	PhoneNumber string   // in E.164; empty takes the first free one after the main number
	Members     []string // usernames
}

// RegisterQueue adds a call queue with a number and members. Errors of kind
// Invalid and Conflict say what to change.
func (c *Console) RegisterQueue(ctx context.Context, spec QueueSpec) (store.Queue, store.PhoneNumber, error) {
	q := store.Queue{ID: c.ids.Next(), Name: strings.TrimSpace(spec.Name), CreatedAt: c.now()}
	n := store.PhoneNumber{ID: c.ids.Next(), ExtensionID: q.ID, UsageType: "DirectNumber"}
	if q.Name == "" || utf8.RuneCountInString(q.Name) > maxQueueName || strings.ContainsAny(q.Name, "\r\n\t\x00") {
		return q, n, rc.Errorf(rc.Invalid, "Give the queue a name of one line, of at most %d characters.", maxQueueName)
	}
	err := c.Store.Write(ctx, func(tx store.PlatformTx) error {
		account, err := accountOf(ctx, tx, spec.AccountID)
		if err != nil {
			return err
		}
		q.AccountID, n.AccountID = account.ID, account.ID
		if q.Number, err = c.extensionNumber(ctx, tx, account, spec.Number); err != nil {
			return err
		}
		if n.Number, err = directNumber(ctx, tx, account, spec.PhoneNumber); err != nil {
			return err
		}
		if err := tx.AddQueue(ctx, q); err != nil {
			return fmt.Errorf("adding the queue: %w", err)
		}
		for _, username := range spec.Members {
			if err := join(ctx, tx, q, username); err != nil {
				return err
			}
		}
		return tx.AddPhoneNumber(ctx, n)
	})
	return q, n, err
}

// join makes a user a member of a queue. Who is one already stays one.
func join(ctx context.Context, tx store.PlatformTx, q store.Queue, username string) error {
	e, err := userOf(ctx, tx, q, username)
	if err != nil {
		return err
	}
	if _, err := tx.Robot(ctx, e.ID); !errors.Is(err, store.ErrNotFound) {
		return conflict(err, "%s answers texts by itself and cannot be a member.", username)
	}
	return tx.AddQueueMember(ctx, store.QueueMember{QueueID: q.ID, ExtensionID: e.ID, Accepts: true})
}

// userOf finds a user of the queue's account.
func userOf(ctx context.Context, tx store.PlatformTx, q store.Queue, username string) (store.Extension, error) {
	e, err := tx.ExtensionByUsername(ctx, username)
	if err == nil && e.AccountID != q.AccountID {
		err = store.ErrNotFound
	}
	return e, notFound(err, "There is no user called %q in the queue's company.", username)
}

// ChangeMembers makes users members of a queue, which its extension number
// names, and others no members any more.
func (c *Console) ChangeMembers(ctx context.Context, number string, add, remove []string) error {
	return c.Store.Write(ctx, func(tx store.PlatformTx) error {
		q, err := queueByNumber(ctx, tx, number)
		if err != nil {
			return err
		}
		for _, username := range remove {
			e, err := userOf(ctx, tx, q, username)
			if err != nil {
				return err
			}
			there, err := tx.RemoveQueueMember(ctx, q.ID, e.ID)
			if err != nil {
				return err
			}
			if !there {
				return rc.Errorf(rc.NotFound, "%s is no member of %s.", username, q.Name)
			}
		}
		for _, username := range add {
			if err := join(ctx, tx, q, username); err != nil {
				return err
			}
		}
		return nil
	})
}

// RemoveQueue removes a call queue, by extension number, with its numbers and
// threads.
func (c *Console) RemoveQueue(ctx context.Context, number string) (q store.Queue, err error) {
	err = c.Store.Write(ctx, func(tx store.PlatformTx) error {
		if q, err = queueByNumber(ctx, tx, number); err != nil {
			return err
		}
		_, err = tx.RemoveQueue(ctx, q.ID)
		return err
	})
	return q, err
}

// queueByNumber finds a queue of any account; two with the number are a
// Conflict error.
func queueByNumber(ctx context.Context, r store.PlatformReader, number string) (q store.Queue, err error) {
	all, err := queues(ctx, r)
	if err != nil {
		return q, err
	}
	found := 0
	for _, each := range all {
		if each.Number == number {
			q, found = each, found+1
		}
	}
	switch found {
	case 0:
		return q, rc.Errorf(rc.NotFound, "There is no call queue with the extension %q; offhook queue list shows all.", number)
	case 1:
		return q, nil
	}
	return q, rc.Errorf(rc.Conflict, "Several companies have a call queue with the extension %s.", number)
}

// Queues returns the call queues of every account, by extension number.
func (c *Console) Queues(ctx context.Context) ([]store.Queue, error) { return queues(ctx, c.Store) }

func queues(ctx context.Context, r store.PlatformReader) (all []store.Queue, err error) {
	accounts, err := r.Accounts(ctx)
	for _, a := range accounts {
		own, err := r.Queues(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, own...)
	}
	return all, err
}
