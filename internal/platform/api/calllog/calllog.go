// Package calllog answers who called whom (contract 5.5): the call log of a
// user and of the company, the sync by which clients keep a copy, the calls
// that go on, and what was recorded. A user sees their own calls; the
// company's are for its administrators. Seed writes calls of the past; the
// log of a call that has ended looks the same whoever wrote it.
package calllog

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

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

// maxIDs is how many records one request may name.
const maxIDs = 30

// A Handler answers the operations of the call log.
type Handler struct {
	Face  *wire.Face
	Store store.Platform
	Now   func() time.Time
}

// Mount registers the operations.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Face.Handle(mux, "GET", extensionPath+"/call-log", h.of(h.own, h.list))
	h.Face.Handle(mux, "DELETE", extensionPath+"/call-log", h.remove)
	h.Face.Handle(mux, "GET", extensionPath+"/call-log/{callRecordId}", h.of(h.own, h.get))
	h.Face.Handle(mux, "GET", extensionPath+"/call-log-sync", h.of(h.own, h.sync))
	h.Face.Handle(mux, "GET", extensionPath+"/active-calls", h.of(h.own, h.active))
	h.Face.Handle(mux, "GET", accountPath+"/call-log", h.of(h.company, h.list))
	h.Face.Handle(mux, "GET", accountPath+"/call-log-sync", h.of(h.company, h.sync))
	h.Face.Handle(mux, "GET", accountPath+"/active-calls", h.of(h.company, h.active))
	h.Face.Handle(mux, "GET", accountPath+"/recording/{recordingId}", h.recording)
	h.Face.Handle(mux, "GET", accountPath+"/recording/{recordingId}/content", h.content)
}

// A book is a call log that the caller may read: one extension's, or the
// company's.
type book struct {
	accountID   int64
	extensionID int64     // 0 for the company's
	path        string    // of the account or extension, with real ids
	since       time.Time // when its owner was made: a platform that started over has another
	country     string    // the account's main number, by which numbers are read
}

// A reader answers for one call log.
type reader func(w http.ResponseWriter, r *http.Request, b book) error

// of answers with a call log that find says the caller may read.
func (h *Handler) of(find func(*http.Request, wire.Caller) (book, error), read reader) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		b, err := find(r, c)
		if err != nil {
			return err
		}
		return read(w, r, b)
	}
}

// own is the caller's own call log.
func (h *Handler) own(r *http.Request, c wire.Caller) (book, error) {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return book{}, err
	}
	a, err := h.account(r.Context(), e.AccountID)
	return book{e.AccountID, e.ID, rc.ExtensionPath(e.AccountID, e.ID), e.CreatedAt, a.MainNumber}, err
}

// company is the call log of everybody, which administrators read. The
// contract asks for less where it is synced; what one user may not list,
// they may not sync either.
func (h *Handler) company(r *http.Request, c wire.Caller) (book, error) {
	if err := target.Account(r, c); err != nil {
		return book{}, err
	}
	admin, err := h.administers(r.Context(), c)
	if err != nil {
		return book{}, err
	}
	if !admin {
		return book{}, rc.Coded(rc.Denied, "CMN-408", "In order to call this API endpoint, user needs to have [FullCompanyCallLog] permission for requested resource")
	}
	a, err := h.account(r.Context(), c.AccountID)
	return book{a.ID, 0, "/restapi/v1.0/account/" + strconv.FormatInt(a.ID, 10), a.CreatedAt, a.MainNumber}, err
}

func (h *Handler) administers(ctx context.Context, c wire.Caller) (bool, error) {
	e, err := h.Store.Extension(ctx, c.ExtensionID)
	if err != nil {
		return false, fmt.Errorf("reading extension %d: %w", c.ExtensionID, err)
	}
	return e.Admin, nil
}

func (h *Handler) account(ctx context.Context, id int64) (store.Account, error) {
	a, err := h.Store.Account(ctx, id)
	if err != nil {
		return a, fmt.Errorf("reading account %d: %w", id, err)
	}
	return a, nil
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, b book) error {
	q, err := h.query(r, b)
	if err != nil {
		return err
	}
	return h.page(w, r, b, "/call-log", q)
}

// active answers with the calls that go on.
func (h *Handler) active(w http.ResponseWriter, r *http.Request, b book) error {
	q := store.CallQuery{ExtensionID: b.extensionID, Active: true}
	if err := kinds(r.URL.Query(), &q); err != nil {
		return err
	}
	return h.page(w, r, b, "/active-calls", q)
}

func (h *Handler) page(w http.ResponseWriter, r *http.Request, b book, path string, q store.CallQuery) error {
	p, err := page.Parse(r.URL.Query())
	if err != nil {
		return err
	}
	detailed, err := detailed(r.URL.Query())
	if err != nil {
		return err
	}
	total, err1 := h.Store.CountCalls(r.Context(), b.accountID, q)
	calls, err2 := h.Store.Calls(r.Context(), b.accountID, q, p.Offset(), p.Size)
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("listing calls: %w", err)
	}
	base := listen.BaseURL(r)
	wire.JSON(w, http.StatusOK, page.List(r, base+b.path+path, p, records(base, calls, detailed), total))
	return nil
}

func (h *Handler) get(w http.ResponseWriter, r *http.Request, b book) error {
	detailed, err := detailed(r.URL.Query())
	if err != nil {
		return err
	}
	ids := strings.Split(r.PathValue("callRecordId"), ",")
	if len(ids) > maxIDs {
		return batch.TooMany(maxIDs)
	}
	base := listen.BaseURL(r)
	parts := make([]batch.Part, len(ids))
	for i, id := range ids {
		c, err := h.Store.Call(r.Context(), b.accountID, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("reading call %s: %w", id, err)
		}
		parts[i] = batch.Part{ID: id, Href: base + b.path + "/call-log/" + id}
		if err == nil && c.ExtensionID == b.extensionID {
			parts[i].Body = record(base, c, detailed)
		}
	}
	if len(ids) > 1 {
		return batch.Answer(w, r, "callRecordId", parts)
	}
	if parts[0].Body == nil {
		return target.Missing("callRecordId")
	}
	wire.JSON(w, http.StatusOK, parts[0].Body)
	return nil
}

// remove deletes the caller's ended calls, all of them or those before
// dateTo.
func (h *Handler) remove(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	before, err := page.Moment(r.URL.Query(), "dateTo")
	if err != nil {
		return err
	}
	if before.IsZero() {
		before = h.Now()
	}
	err = h.Store.Write(r.Context(), func(tx store.PlatformTx) error {
		change, err := tx.NextCallChange(r.Context(), e.AccountID)
		if err != nil {
			return err
		}
		return tx.DeleteCalls(r.Context(), e.ID, before, change)
	})
	if err != nil {
		return fmt.Errorf("deleting calls: %w", err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
