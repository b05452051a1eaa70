// Package robot runs the test numbers of the platform: extensions that answer
// texts by themselves, so that one person can try a conversation alone.
//
// They answer internal messages, too. A robot's unread texts are what it has still to answer, so that nothing is
// forgotten over a restart. Robots do not answer robots, also not those of
// another account: two of them would never stop.
package robot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"offhook/internal/bus"
	"offhook/internal/platform/api/messages"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/event"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// lookAgain is how often robots look for texts that nobody told them of.
const lookAgain = time.Minute

// Robots answers for every robot of the platform.
type Robots struct {
	Store store.Platform
	Bus   bus.Bus
	// Send sends a text for an extension, as [messages.Office.Send] does.
	Send func(ctx context.Context, sender *plan.Plan, extensionID int64, t messages.Text) (store.Message, error)
	// Page sends an internal message, as [messages.Office.Page] does.
	Page func(ctx context.Context, p *plan.Plan, sender store.Extension, t messages.Page) (store.Message, error)
	Base string // the platform's own address, for links in events
	Now  func() time.Time
	Log  *slog.Logger
}

// Run answers texts until ctx ends.
func (b *Robots) Run(ctx context.Context) {
	wake := make(chan struct{}, 1)
	cancel, err := event.Subscribe(b.Bus, b.Log, func(e event.Event) {
		if e.Filter != rc.MessageStoreFilter(e.AccountID, e.ExtensionID) {
			return
		}
		switch _, err := b.Store.Robot(ctx, e.ExtensionID); {
		case err == nil:
			select {
			case wake <- struct{}{}:
			default:
			}
		case !errors.Is(err, store.ErrNotFound) && ctx.Err() == nil:
			b.Log.Error("asking whether an extension is a robot", "ext", e.ExtensionID, "err", err)
		}
	})
	if err != nil {
		b.Log.Error("listening for texts to robots", "err", err)
		return
	}
	defer cancel()
	for {
		wait, err := b.answerAll(ctx)
		if err != nil && ctx.Err() == nil {
			b.Log.Error("answering for robots", "err", err)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// answerAll answers what is due, and says how long nothing more will be.
func (b *Robots) answerAll(ctx context.Context) (wait time.Duration, err error) {
	all, err := b.Store.Robots(ctx)
	if err != nil {
		return lookAgain, err
	}
	wait = lookAgain
	var failed []error
	for _, r := range all {
		w, err := b.answer(ctx, r)
		if err == nil {
			err = b.forget(ctx, r)
		}
		if err != nil { // the others have something to say all the same
			failed = append(failed, fmt.Errorf("robot %d: %w", r.ExtensionID, err))
		}
		wait = min(wait, w)
	}
	return wait, errors.Join(failed...)
}

// answer answers one robot's unread texts, oldest first, as far as they are
// due. Those that it could not answer are looked at again with the next.
func (b *Robots) answer(ctx context.Context, r store.Robot) (wait time.Duration, err error) {
	unread, err := b.Store.Messages(ctx, r.ExtensionID, store.MessageQuery{
		Types: []string{rc.TypeSMS, rc.TypePager}, Directions: []string{rc.Inbound}, ReadStatuses: []string{rc.Unread},
	}, 0, 0)
	if err != nil {
		return lookAgain, err
	}
	wait = lookAgain
	var failed []error
	for _, m := range slices.Backward(unread) {
		if left := m.CreatedAt.Add(pause(r.Kind, m.Text)).Sub(b.Now()); left > 0 {
			wait = min(wait, left)
			continue
		}
		reply := b.reply
		if m.Type == rc.TypePager {
			reply = b.page
		}
		err := reply(ctx, r, m)
		if err == nil {
			err = b.read(ctx, m)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("message %d: %w", m.ID, err))
		}
	}
	return wait, errors.Join(failed...)
}

// reply sends what a robot says to a text, unless a robot sent it.
func (b *Robots) reply(ctx context.Context, r store.Robot, m store.Message) error {
	asker, robot, err := b.asker(ctx, m.From.PhoneNumber)
	if err != nil || robot {
		return err
	}
	p, err := plan.Read(ctx, b.Store, m.AccountID)
	if err != nil {
		return err
	}
	t := messages.Text{From: own(p, r.ExtensionID, m), To: []string{m.From.PhoneNumber}, AskedBy: cmp.Or(asker, r.ExtensionID), Base: b.Base}
	if t.From == "" {
		return nil // it has lost its number
	}
	if t.Files, err = b.files(ctx, m); err != nil {
		return err
	}
	compose(r.Kind, m, &t)
	_, err = b.Send(ctx, p, r.ExtensionID, t)
	return b.unlessTold(r, err)
}

// unlessTold takes a refusal for an answer: it would be refused again.
func (b *Robots) unlessTold(r store.Robot, err error) error {
	var told *rc.Error
	if errors.As(err, &told) {
		b.Log.Warn("a robot's answer was refused", "ext", r.ExtensionID, "err", told)
		return nil
	}
	return err
}

// page answers an internal message, unless a robot sent it.
func (b *Robots) page(ctx context.Context, r store.Robot, m store.Message) error {
	sender, err := strconv.ParseInt(m.From.ExtensionID, 10, 64)
	if err != nil {
		return fmt.Errorf("reading who sent internal message %d: %w", m.ID, err)
	}
	if _, err := b.Store.Robot(ctx, sender); err == nil {
		return nil
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	p, err := plan.Read(ctx, b.Store, m.AccountID)
	if err != nil {
		return err
	}
	self, ok := p.Extension(r.ExtensionID)
	if _, there := p.Extension(sender); !ok || !there {
		return nil // one of them has left
	}
	t := messages.Page{To: []int64{sender}, Body: m.Text, Base: b.Base}
	composePage(r.Kind, p, self, m, &t)
	_, err = b.Page(ctx, p, self, t)
	return b.unlessTold(r, err)
}

// asker is the extension that has a number, 0 for one that nobody has here, and
// whether it is a robot.
func (b *Robots) asker(ctx context.Context, number string) (id int64, robot bool, err error) {
	n, err := b.Store.PhoneNumber(ctx, number)
	if errors.Is(err, store.ErrNotFound) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	switch _, err := b.Store.Robot(ctx, n.ExtensionID); {
	case errors.Is(err, store.ErrNotFound):
		return n.ExtensionID, false, nil
	default:
		return n.ExtensionID, err == nil, err
	}
}

// own is the number of the robot that a text was sent to.
func own(p *plan.Plan, extensionID int64, m store.Message) string {
	for _, to := range m.To {
		if n, ok := p.Number(to.PhoneNumber); ok && n.ExtensionID == extensionID {
			return n.Number
		}
	}
	return ""
}

// files are the pictures and files of a text.
func (b *Robots) files(ctx context.Context, m store.Message) (all []messages.File, err error) {
	for _, a := range m.Attachments {
		body, err := b.Store.AttachmentContent(ctx, m.ExtensionID, a.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue // purged meanwhile
		}
		if err != nil {
			return nil, err
		}
		all = append(all, messages.File{Type: a.Type, Name: a.FileName, ContentType: a.ContentType, Width: a.Width, Height: a.Height, Body: body})
	}
	return all, nil
}

// read marks a text as answered, and keeps its files no longer: they take the
// room of whoever sent them, who cannot purge them here.
func (b *Robots) read(ctx context.Context, m store.Message) error {
	return b.Store.Write(ctx, func(tx store.PlatformTx) error {
		change, err := tx.NextMessageChange(ctx, m.ExtensionID)
		if err != nil {
			return err
		}
		fresh, err := tx.Message(ctx, m.ExtensionID, m.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := tx.DeleteAttachmentContents(ctx, m.ExtensionID, m.ID); err != nil {
			return err
		}
		fresh.ReadStatus, fresh.Attachments, fresh.Change = rc.Read, nil, change
		return tx.SaveMessage(ctx, fresh)
	})
}
