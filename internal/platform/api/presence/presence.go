// Package presence answers who can be reached: what each extension says of
// itself, what colleagues see of it, and the events that tell of changes
// (contract 5.2 and 7.3).
//
// An extension speaks for itself only. Everybody of its account may look,
// unless it hides: then it looks to them like somebody who is offline, and
// nothing more is said.
package presence

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"offhook/internal/bus"
	"offhook/internal/listen"
	"offhook/internal/platform/api/batch"
	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	accountPath   = target.AccountPath
	extensionPath = target.ExtensionPath
)

// maxBatch is how many extensions one request may name (contract 4).
const maxBatch = 30

// A Handler answers the operations of presence.
type Handler struct {
	Face  *wire.Face
	Store store.Platform
	Bus   bus.Bus
	Calls Calls // nil where there is no exchange
	Log   *slog.Logger
}

// Calls tells which calls an extension has.
type Calls interface {
	Active(extensionID int64) []rc.ActiveCall
}

// Mount registers the operations.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Face.Handle(mux, "GET", extensionPath+"/presence", h.get)
	h.Face.Handle(mux, "PUT", extensionPath+"/presence", h.put)
	h.Face.Handle(mux, "GET", accountPath+"/presence", h.list)
	h.Face.Handle(mux, "GET", extensionPath+"/unified-presence", h.unified)
	h.Face.Handle(mux, "PATCH", extensionPath+"/unified-presence", h.patchUnified)
}

func (h *Handler) get(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	d, err := details(r)
	if err != nil {
		return err
	}
	if isBatch(r) {
		return h.batch(w, r, c, batch.Answer, func(e store.Extension, p view) any { return record(listen.BaseURL(r), e, p, d) })
	}
	e, err := target.Extension(r, c, h.Store)
	if err != nil {
		return err
	}
	p, err := h.seen(r, c, e)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, record(listen.BaseURL(r), e, p, d))
	return nil
}

// A detail is how much of calls somebody has asked for.
type detail struct {
	calls bool
	sip   bool // the dialogs, too
}

// details reads the parameters that ask for calls as well.
func details(r *http.Request) (d detail, err error) {
	for _, name := range []string{"detailedTelephonyState", "sipData"} {
		text := r.URL.Query().Get(name)
		if text == "" {
			continue
		}
		on, err := strconv.ParseBool(text)
		if err != nil {
			return d, target.Invalid(name, "Send true or false.")
		}
		if name == "sipData" {
			d.sip = on
		} else {
			d.calls = on
		}
	}
	return d, nil
}

// A view is a presence as somebody sees it.
type view struct {
	store.Presence
	veiled bool // it hides, and the viewer is somebody else
	calls  []rc.ActiveCall
}

// seen is the presence of an extension as the caller may see it.
func (h *Handler) seen(r *http.Request, c wire.Caller, e store.Extension) (view, error) {
	p, err := h.Store.Presence(r.Context(), e.ID)
	if errors.Is(err, store.ErrNotFound) {
		p, err = store.DefaultPresence(e.AccountID, e.ID), nil
	}
	if err != nil {
		return view{}, fmt.Errorf("reading the presence of extension %d: %w", e.ID, err)
	}
	return as(c.ExtensionID, p, h.active(e.ID)), nil
}

func (h *Handler) active(extensionID int64) []rc.ActiveCall {
	if h.Calls == nil {
		return nil
	}
	return h.Calls.Active(extensionID)
}

// as is a presence with calls as a viewer of the same account sees it: who
// they are with only where that is shown, and their dialogs never.
func as(viewer int64, p store.Presence, calls []rc.ActiveCall) view {
	if viewer == p.ExtensionID {
		return view{Presence: p, calls: calls}
	}
	if p.Hidden {
		return veil(p)
	}
	calls = slices.Clone(calls)
	for i := range calls {
		calls[i].SIPData = nil
		if p.CallerIDVisibility != "All" {
			calls[i].From, calls[i].FromName, calls[i].To, calls[i].ToName = "", "", "", ""
		}
	}
	return view{Presence: p, calls: calls}
}

// veil is what others see of who hides: nobody who is there.
func veil(p store.Presence) view {
	return view{veiled: true, Presence: store.Presence{
		ExtensionID: p.ExtensionID, AccountID: p.AccountID, Sequence: p.Sequence, UserStatus: rc.Offline, Hidden: true, CallerIDVisibility: "None",
	}}
}

// list answers for the whole account, by extension number.
func (h *Handler) list(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	if err := target.Account(r, c); err != nil {
		return err
	}
	cut, err := page.Parse(r.URL.Query())
	if err != nil {
		return err
	}
	d, err := details(r)
	if err != nil {
		return err
	}
	extensions, err1 := h.Store.Extensions(r.Context(), c.AccountID)
	said, err2 := h.Store.Presences(r.Context(), c.AccountID)
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("reading the presence of account %d: %w", c.AccountID, err)
	}
	by := make(map[int64]store.Presence, len(said))
	for _, p := range said {
		by[p.ExtensionID] = p
	}
	base := listen.BaseURL(r)
	var records []rc.Presence
	for _, e := range page.Cut(cut, extensions) {
		p, ok := by[e.ID]
		if !ok {
			p = store.DefaultPresence(e.AccountID, e.ID)
		}
		records = append(records, record(base, e, as(c.ExtensionID, p, h.active(e.ID)), d))
	}
	uri := fmt.Sprintf("%s/restapi/v1.0/account/%d/presence", base, c.AccountID)
	wire.JSON(w, http.StatusOK, page.List(r, uri, cut, records, len(extensions)))
	return nil
}

func isBatch(r *http.Request) bool { return strings.Contains(r.PathValue("extensionId"), ",") }

// An answerer writes the parts of a batch.
type answerer func(w http.ResponseWriter, r *http.Request, parameter string, parts []batch.Part) error

// batch answers for the extensions that the path joins by commas.
func (h *Handler) batch(w http.ResponseWriter, r *http.Request, c wire.Caller, answer answerer, body func(store.Extension, view) any) error {
	if err := target.Account(r, c); err != nil {
		return err
	}
	ids := strings.Split(r.PathValue("extensionId"), ",")
	if len(ids) > maxBatch {
		return batch.TooMany(maxBatch)
	}
	base := listen.BaseURL(r)
	parts := make([]batch.Part, len(ids))
	for i, id := range ids {
		one := r.Clone(r.Context()) // the same question of one extension
		one.SetPathValue("extensionId", strings.TrimSpace(id))
		e, err := target.Extension(one, c, h.Store)
		parts[i] = batch.Part{ID: id, Href: fmt.Sprintf("%s/restapi/v1.0/account/%d/extension/%s", base, c.AccountID, id)}
		if missing, ok := errors.AsType[*rc.Error](err); ok && missing.Kind == rc.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		p, err := h.seen(r, c, e)
		if err != nil {
			return err
		}
		parts[i].Body = body(e, p)
	}
	return answer(w, r, "extensionId", parts)
}
