package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

func queueURI(base string, q store.Queue) string { return base + rc.ExtensionPath(q.AccountID, q.ID) }

// queueExtension is a call queue as an extension.
func queueExtension(base string, q store.Queue) listed {
	return listed{
		ID: q.ID, URI: queueURI(base, q), ExtensionNumber: q.Number, Name: q.Name, Status: "Enabled", Type: rc.TypeDepartment,
		Contact: rc.ContactInfo{FirstName: q.Name}, Site: &rc.Site{ID: "main-site", Name: "Main Site"},
	}
}

// queue returns the call queue of the caller's account that the path names as
// an extension; false when it names none.
func (h *Handler) queue(r *http.Request, c wire.Caller) (store.Queue, bool, error) {
	if err := target.Account(r, c); err != nil {
		return store.Queue{}, false, err
	}
	id, err := strconv.ParseInt(r.PathValue("extensionId"), 10, 64)
	if err != nil {
		return store.Queue{}, false, nil
	}
	q, err := h.Store.Queue(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		return q, false, nil
	}
	if err != nil {
		return q, false, fmt.Errorf("reading call queue %d: %w", id, err)
	}
	return q, q.AccountID == c.AccountID, nil
}

// sharedNumbers are the numbers of the call queues that an extension is a
// member of, from which it may send texts into their threads.
func (h *Handler) sharedNumbers(ctx context.Context, base, uri string, p *plan.Plan, e store.Extension) (all []rc.PhoneNumber, err error) {
	memberships, err := h.Store.MemberQueues(ctx, e.ID)
	if err != nil {
		return nil, fmt.Errorf("reading the queues of extension %d: %w", e.ID, err)
	}
	for _, m := range memberships {
		for _, n := range p.NumbersOfQueue(m.QueueID) {
			number := phoneNumber(base, uri, p, n, e)
			number.Features = append(number.Features, featureSMSSender, featureMMSSender)
			all = append(all, number)
		}
	}
	return all, nil
}
