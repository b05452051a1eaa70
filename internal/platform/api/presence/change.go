package presence

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"offhook/internal/listen"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/event"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// maxMessage is how many characters a status message may have; ours, for the
// contract names no limit.
const maxMessage = 200

func (h *Handler) put(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	var req rc.PresenceRequest
	if err := wire.Body(w, r, &req); err != nil {
		return err
	}
	if err := check(req); err != nil {
		return err
	}
	p, err := h.change(r.Context(), e, func(p *store.Presence) { apply(req, p) })
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, record(listen.BaseURL(r), e, view{Presence: p, calls: h.active(e.ID)}, detail{}))
	return nil
}

// check requires values that the contract knows. Unknown is what others see,
// and cannot be chosen.
func check(req rc.PresenceRequest) error {
	for _, f := range []struct {
		name    string
		value   *string
		allowed []string
	}{
		{"userStatus", req.UserStatus, []string{rc.Available, rc.Busy, rc.Offline}},
		{"dndStatus", req.DNDStatus, []string{rc.TakeAllCalls, rc.DoNotAcceptDepartmentCalls, rc.TakeDepartmentCallsOnly, rc.DoNotAcceptAnyCalls}},
		{"dndStatusPersonal", req.DNDStatusPersonal, []string{rc.TakeAllCalls, rc.DoNotAcceptAnyCalls}},
		{"callerIdVisibility", req.CallerIDVisibility, []string{"All", "None", "PermittedUsers"}},
	} {
		if f.value != nil && !slices.Contains(f.allowed, *f.value) {
			return target.Invalid(f.name, "Send "+strings.Join(f.allowed, " or ")+".")
		}
	}
	if req.Message != nil && utf8.RuneCountInString(*req.Message) > maxMessage {
		return target.Invalid("message", fmt.Sprintf("Send at most %d characters.", maxMessage))
	}
	return nil
}

// apply puts a request into force. dndStatus says both halves; the newer
// members say one each, and win.
func apply(req rc.PresenceRequest, p *store.Presence) {
	set(&p.UserStatus, req.UserStatus)
	if req.DNDStatus != nil {
		for halves, status := range dndStatuses {
			if status == *req.DNDStatus {
				p.RefusesPersonal, p.RefusesQueues = halves[0], halves[1]
			}
		}
	}
	if req.DNDStatusPersonal != nil {
		p.RefusesPersonal = *req.DNDStatusPersonal == rc.DoNotAcceptAnyCalls
	}
	if req.AcceptCallQueueCalls != nil {
		p.RefusesQueues = !*req.AcceptCallQueueCalls
	}
	if req.AllowSeeMyPresence != nil {
		p.Hidden = !*req.AllowSeeMyPresence
	}
	set(&p.Message, req.Message)
	set(&p.CallerIDVisibility, req.CallerIDVisibility)
	set(&p.RingOnMonitoredCall, req.RingOnMonitoredCall)
	set(&p.PickUpCallsOnHold, req.PickUpCallsOnHold)
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// change changes an extension's presence and tells those who may know.
func (h *Handler) change(ctx context.Context, e store.Extension, fn func(*store.Presence)) (store.Presence, error) {
	var before, after store.Presence
	err := h.Store.Write(ctx, func(tx store.PlatformTx) error {
		p, err := tx.ChangePresence(ctx, e.AccountID, e.ID)
		if err != nil {
			return err
		}
		before = p
		fn(&p)
		after = p
		return tx.SavePresence(ctx, p)
	})
	if err != nil {
		return after, fmt.Errorf("changing the presence of extension %d: %w", e.ID, err)
	}
	if after != before {
		h.announce(ctx, before, after, h.active(e.ID))
	}
	return after, nil
}

// nobody is a viewer who is no extension.
const nobody = 0

// CallsChanged tells which calls an extension has now, with those that have
// just ended. It is what an exchange calls, in the order of the changes.
func (h *Handler) CallsChanged(ctx context.Context, accountID, extensionID int64, calls []rc.ActiveCall) {
	var now store.Presence
	err := h.Store.Write(ctx, func(tx store.PlatformTx) (err error) {
		now, err = tx.ChangePresence(ctx, accountID, extensionID)
		return err
	})
	if err != nil {
		if _, gone := h.Store.Extension(ctx, extensionID); errors.Is(gone, store.ErrNotFound) {
			return // removed in a call, and nobody is left to be told of
		}
		h.Log.Error("counting a change of calls", "ext", extensionID, "err", err)
		return
	}
	h.announce(ctx, now, now, calls)
}

// announce publishes a change. What is stored is stored, so a bus that fails
// is logged, and clients see the change when they ask again.
func (h *Handler) announce(ctx context.Context, before, after store.Presence, calls []rc.ActiveCall) {
	own := body(view{Presence: after, calls: calls})
	// Others learn that somebody hides, and nothing from then on.
	var others any = body(as(nobody, after, calls))
	if after.Hidden && before.Hidden {
		others = nil
	}
	a, x := after.AccountID, after.ExtensionID
	filter := rc.PresenceFilter(a, x)
	h.publish(ctx, after, filter, own, others)
	h.publish(ctx, after, fmt.Sprintf("/restapi/v1.0/account/%d/presence", a), own, others)
	h.announceToAdmirers(ctx, after, own, others)
	if now := dndStatus(view{Presence: after}); now != dndStatus(view{Presence: before}) {
		h.publish(ctx, after, filter+"/dnd", rc.DNDEvent{ExtensionID: strconv.FormatInt(x, 10), DNDStatus: now}, nil)
	}
}

// announceToAdmirers tells those whose favorite the extension is, under
// filters of their own.
func (h *Handler) announceToAdmirers(ctx context.Context, after store.Presence, own, others any) {
	if others == nil {
		return
	}
	holders, err := h.Store.FavoriteOf(ctx, after.ExtensionID)
	if err != nil {
		h.Log.Error("reading whose favorite somebody is", "ext", after.ExtensionID, "err", err)
	}
	for _, holder := range holders {
		h.publish(ctx, after, rc.ExtensionPath(after.AccountID, holder)+"/favorite/presence", own, others)
	}
}

func (h *Handler) publish(ctx context.Context, p store.Presence, filter string, own, others any) {
	if err := event.PublishShared(ctx, h.Bus, p.AccountID, p.ExtensionID, filter, own, others); err != nil {
		h.Log.Error("announcing a change of presence", "ext", p.ExtensionID, "err", err)
	}
}
