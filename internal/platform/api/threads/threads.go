// Package threads answers the operations of the shared inbox (contract 5.4):
// what is in the threads of a caller's call queues, who answers them, and
// when they end. Threads of other queues do not exist for the caller; texts
// are sent by package messages.
package threads

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/internal/listen"
	"offhook/internal/platform/api/inbox"
	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const path = target.AccountPath + "/message-threads"

// day is how far back a list of texts goes when the request does not say.
const day = 24 * time.Hour

// A Handler answers the operations of threads.
type Handler struct {
	Face  *wire.Face
	Inbox inbox.Inbox
}

// Mount registers the operations.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Face.Handle(mux, "GET", path, h.list)
	h.Face.Handle(mux, "GET", path+"/{threadId}", h.get)
	h.Face.Handle(mux, "GET", path+"/messages", h.messages)
	h.Face.Handle(mux, "GET", path+"/messages/{messageId}/content/{attachmentId}", h.content)
	h.Face.Handle(mux, "GET", path+"/sync", h.sync)
	h.Face.Handle(mux, "GET", path+"/entries/sync", h.entriesSync)
	h.Face.Handle(mux, "POST", path+"/{threadId}/resolve", h.resolve)
	h.Face.Handle(mux, "POST", path+"/{threadId}/assign", h.assign)
}

// A view is what a caller may see: their account's names, and their queues.
type view struct {
	plan   *plan.Plan
	queues []int64
}

func (h *Handler) view(r *http.Request, c wire.Caller) (v view, err error) {
	if err := target.Account(r, c); err != nil {
		return v, err
	}
	if v.plan, err = plan.Read(r.Context(), h.Inbox.Store, c.AccountID); err != nil {
		return v, err
	}
	v.queues, err = h.Inbox.Queues(r.Context(), c.ExtensionID)
	return v, err
}

// query reads the filters that lists have in common.
func (v view) query(q url.Values) (tq store.ThreadQuery, err error) {
	tq = store.ThreadQuery{AccountID: v.plan.Account.ID, QueueIDs: v.queues}
	owners, err := ids(q, "ownerExtensionIds")
	if err != nil {
		return tq, err
	}
	alive := len(values(q, "availability")) == 0
	for _, a := range values(q, "availability") {
		if a != rc.Alive && a != rc.Deleted {
			return tq, target.Invalid("availability", "Send Alive or Deleted.")
		}
		alive = alive || a == rc.Alive
	}
	tq.QueueIDs = slices.DeleteFunc(slices.Clone(v.queues), func(id int64) bool {
		return !alive || len(owners) > 0 && !slices.Contains(owners, id) // nothing here is ever deleted
	})
	switch tq.Status = q.Get("threadStatus"); tq.Status {
	case "", rc.ThreadOpen, rc.ThreadIsResolved:
	default:
		return tq, target.Invalid("threadStatus", "Send Open or Resolved.")
	}
	if tq.From, err = page.Moment(q, "creationTimeFrom"); err != nil {
		return tq, err
	}
	tq.To, err = page.Moment(q, "creationTimeTo")
	return tq, err
}

// number reads a phone number to select by.
func (v view) number(q url.Values, name string) (string, error) {
	text := strings.TrimSpace(q.Get(name)) // a plus sign that was not escaped arrives as a space
	if text == "" {
		return "", nil
	}
	n, ok := region.Parse(text, region.Country("", v.plan.Account.MainNumber).ISOCode)
	if !ok || n.Extension != "" {
		return "", target.Invalid(name, "Write it as +16505550100.")
	}
	return n.E164, nil
}

// values are those of a parameter that may be repeated or joined by commas.
func values(q url.Values, name string) []string {
	return strings.FieldsFunc(strings.Join(q[name], ","), func(c rune) bool { return c == ',' || c == ' ' })
}

// maxIDs bounds how many things one request may name: databases take only so
// many values at once.
const maxIDs = 1000

func ids(q url.Values, name string) (all []int64, err error) {
	texts := values(q, name)
	if len(texts) > maxIDs {
		return nil, target.Invalid(name, fmt.Sprintf("Send at most %d ids.", maxIDs))
	}
	for _, text := range texts {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, target.Invalid(name, "Send ids.")
		}
		all = append(all, id)
	}
	return all, nil
}

// asked reads what every list is asked for: which page, of what, by whom.
func (h *Handler) asked(r *http.Request, c wire.Caller) (g page.Page, v view, tq store.ThreadQuery, err error) {
	q := r.URL.Query()
	if g, err = page.Parse(q); err != nil {
		return g, v, tq, err
	}
	if v, err = h.view(r, c); err != nil {
		return g, v, tq, err
	}
	tq, err = v.query(q)
	return g, v, tq, err
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	q := r.URL.Query()
	g, v, tq, err := h.asked(r, c)
	if err != nil {
		return err
	}
	var err1, err2 error
	tq.Owner, err1 = v.number(q, "ownerPhoneNumber")
	tq.Guest, err2 = v.number(q, "guestPhoneNumber")
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	total, err := h.Inbox.Store.CountThreads(r.Context(), tq)
	if err != nil {
		return fmt.Errorf("counting threads: %w", err)
	}
	all, err := h.Inbox.Store.Threads(r.Context(), tq, g.Offset(), g.Size)
	if err != nil {
		return fmt.Errorf("listing threads: %w", err)
	}
	records := make([]rc.MessageThread, len(all))
	for i, t := range all {
		records[i] = inbox.Record(v.plan, t)
	}
	answer(w, r, g, records, total)
	return nil
}

// answer writes a page. The lists of threads have paging and no links.
func answer[T any](w http.ResponseWriter, r *http.Request, g page.Page, records []T, total int) {
	l := page.List(r, "", g, records, total)
	l.URI, l.Navigation = "", nil
	wire.JSON(w, http.StatusOK, l)
}

func (h *Handler) get(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	v, err := h.view(r, c)
	if err != nil {
		return err
	}
	t, err := h.thread(r, v)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, inbox.Record(v.plan, t))
	return nil
}

// thread reads the thread that the path names, if the caller may see it.
func (h *Handler) thread(r *http.Request, v view) (store.Thread, error) {
	id, err := threadID(r)
	if err != nil {
		return store.Thread{}, err
	}
	t, err := h.Inbox.Store.Thread(r.Context(), v.plan.Account.ID, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !slices.Contains(v.queues, t.QueueID) {
		return store.Thread{}, target.Missing("threadId")
	}
	if err != nil {
		return t, fmt.Errorf("reading thread %d: %w", id, err)
	}
	return t, nil
}

func threadID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("threadId"), 10, 64)
	if err != nil {
		return 0, target.Missing("threadId")
	}
	return id, nil
}

func (h *Handler) messages(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	q := r.URL.Query()
	g, v, tq, err := h.asked(r, c)
	if err != nil {
		return err
	}
	tq.Kinds = []string{store.ThreadMessage}
	var err1, err2 error
	tq.EntryIDs, err1 = ids(q, "messageIds")
	tq.ThreadIDs, err2 = ids(q, "threadIds")
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if tq.From.IsZero() && len(tq.EntryIDs) == 0 && len(tq.ThreadIDs) == 0 {
		end := tq.To
		if end.IsZero() {
			end = h.Inbox.Now()
		}
		tq.From = end.Add(-day)
	}
	total, err := h.Inbox.Store.CountThreadEntries(r.Context(), tq)
	if err != nil {
		return fmt.Errorf("counting the texts of threads: %w", err)
	}
	all, err := h.Inbox.Store.ThreadEntries(r.Context(), tq, g.Offset(), g.Size)
	if err != nil {
		return fmt.Errorf("listing the texts of threads: %w", err)
	}
	records := make([]rc.ThreadMessage, len(all))
	for i, e := range all {
		records[i] = inbox.MessageRecord(listen.BaseURL(r), v.plan, e)
	}
	answer(w, r, g, records, total)
	return nil
}
