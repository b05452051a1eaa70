// Package templates answers message templates: texts to begin from, of a
// user and of the company (contract 5.4). A user sees their own and the
// company's; the company's are changed by administrators.
package templates

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Limits of templates. The number is RingCentral's, for each user and for
// the company; the lengths are ours, a text's own for the text.
const (
	maxTemplates = 25
	maxName      = 100
	maxText      = 1000
)

const path = "/message-store-templates"

// mainSite is the only site of an account here.
var mainSite = rc.Site{ID: "main-site", Name: "Main Site"}

// A Handler answers the operations of message templates.
type Handler struct {
	Face  *wire.Face
	Store store.Platform
	IDs   *store.IDs
	Now   func() time.Time
}

// Mount registers the operations.
func (h *Handler) Mount(mux *http.ServeMux) {
	const account = target.AccountPath
	const own = account + "/extension/{extensionId}" + path
	h.Face.Handle(mux, "GET", account+path, h.company)
	h.Face.Handle(mux, "GET", own, h.list)
	h.Face.Handle(mux, "POST", own, h.create)
	h.Face.Handle(mux, "PUT", own+"/{templateId}", h.update)
	h.Face.Handle(mux, "DELETE", own+"/{templateId}", h.remove)
}

// company lists the company's templates.
func (h *Handler) company(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	if err := target.Account(r, c); err != nil {
		return err
	}
	return h.answerList(w, r, c.AccountID, 0)
}

// list lists what the user can begin from: their own first, then the
// company's, or those of one scope.
func (h *Handler) list(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	switch r.URL.Query().Get("scope") {
	case "":
		return h.answerList(w, r, e.AccountID, e.ID, 0)
	case rc.PersonalTemplate:
		return h.answerList(w, r, e.AccountID, e.ID)
	case rc.CompanyTemplate:
		return h.answerList(w, r, e.AccountID, 0)
	}
	return target.Invalid("scope", "Send Company or Personal.")
}

// answerList lists the templates of owners; zero is the company, whose
// templates belong to the one site.
func (h *Handler) answerList(w http.ResponseWriter, r *http.Request, accountID int64, owners ...int64) error {
	answer := rc.MessageTemplates{Records: []rc.MessageTemplate{}}
	sites := r.URL.Query()["siteIds"]
	for _, owner := range owners {
		if owner == 0 && len(sites) > 0 && !slices.Contains(sites, mainSite.ID) {
			continue
		}
		all, err := h.Store.Templates(r.Context(), accountID, owner)
		if err != nil {
			return fmt.Errorf("listing templates: %w", err)
		}
		for _, t := range all {
			answer.Records = append(answer.Records, record(t))
		}
	}
	wire.JSON(w, http.StatusOK, answer)
	return nil
}

func record(t store.Template) rc.MessageTemplate {
	v := rc.MessageTemplate{ID: strconv.FormatInt(t.ID, 10), DisplayName: t.Name, Body: rc.MessageTemplateBody{Text: t.Text}, Scope: rc.PersonalTemplate}
	if t.ExtensionID == 0 {
		v.Scope, v.Site = rc.CompanyTemplate, &mainSite
	}
	return v
}

func (h *Handler) create(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, req, err := h.read(w, r, c)
	if err != nil {
		return err
	}
	t := store.Template{ID: h.IDs.Next(), AccountID: e.AccountID, ExtensionID: e.ID, Name: req.DisplayName, Text: req.Body.Text, CreatedAt: h.Now()}
	if req.Scope == rc.CompanyTemplate {
		t.ExtensionID = 0
	}
	if err := mayChange(e, t); err != nil {
		return err
	}
	err = h.Store.Write(r.Context(), func(tx store.PlatformTx) error {
		all, err := tx.Templates(r.Context(), t.AccountID, t.ExtensionID)
		if err != nil {
			return err
		}
		if len(all) >= maxTemplates {
			return rc.Coded(rc.Denied, "CMN-109", "There are %d templates already, which is the limit; delete one first", maxTemplates)
		}
		return tx.AddTemplate(r.Context(), t)
	})
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusCreated, record(t))
	return nil
}

func (h *Handler) update(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, req, err := h.read(w, r, c)
	if err != nil {
		return err
	}
	if id := r.PathValue("templateId"); req.ID != "" && req.ID != id {
		return &rc.Error{Kind: rc.Invalid, Code: "CMN-108", Parameter: "id", Message: "The id in the body is not the one in the path"}
	}
	var t store.Template
	err = h.Store.Write(r.Context(), func(tx store.PlatformTx) error {
		if t, err = find(r.Context(), tx, e, r.PathValue("templateId")); err != nil {
			return err
		}
		if req.Scope != "" && req.Scope != record(t).Scope {
			return target.Invalid("scope", "A template stays where it was made; make another one.")
		}
		t.Name, t.Text = req.DisplayName, req.Body.Text
		return tx.SaveTemplate(r.Context(), t)
	})
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, record(t))
	return nil
}

func (h *Handler) remove(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	err = h.Store.Write(r.Context(), func(tx store.PlatformTx) error {
		t, err := find(r.Context(), tx, e, r.PathValue("templateId"))
		if err != nil {
			return err
		}
		return tx.DeleteTemplate(r.Context(), t.AccountID, t.ID)
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// find reads the template that the path names, for somebody to change.
// Another user's looks absent.
func find(ctx context.Context, tx store.PlatformTx, e store.Extension, id string) (store.Template, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return store.Template{}, target.Missing("templateId")
	}
	t, err := tx.Template(ctx, e.AccountID, n)
	if errors.Is(err, store.ErrNotFound) || err == nil && t.ExtensionID != 0 && t.ExtensionID != e.ID {
		return t, target.Missing("templateId")
	}
	if err != nil {
		return t, fmt.Errorf("reading template %d: %w", n, err)
	}
	return t, mayChange(e, t)
}

// mayChange refuses the company's templates to all but administrators.
func mayChange(e store.Extension, t store.Template) error {
	if t.ExtensionID == 0 && !e.Admin {
		return rc.Coded(rc.Denied, "CMN-402", "Only an administrator may change the company's templates")
	}
	return nil
}

// read reads a request for a template of the caller's.
func (h *Handler) read(w http.ResponseWriter, r *http.Request, c wire.Caller) (store.Extension, rc.MessageTemplate, error) {
	var req rc.MessageTemplate
	e, err := target.Own(r, c, h.Store)
	if err == nil {
		err = wire.Body(w, r, &req)
	}
	if err != nil {
		return e, req, err
	}
	req.DisplayName = strings.TrimSpace(req.DisplayName)
	switch {
	case req.DisplayName == "" || utf8.RuneCountInString(req.DisplayName) > maxName:
		err = target.Invalid("displayName", fmt.Sprintf("Send between 1 and %d characters.", maxName))
	case strings.TrimSpace(req.Body.Text) == "" || utf8.RuneCountInString(req.Body.Text) > maxText:
		err = target.Invalid("body.text", fmt.Sprintf("Send between 1 and %d characters.", maxText))
	case req.Scope != "" && req.Scope != rc.PersonalTemplate && req.Scope != rc.CompanyTemplate:
		err = target.Invalid("scope", "Send Company or Personal.")
	case req.Site != nil && req.Site.ID != mainSite.ID:
		err = target.Invalid("site", "The account's only site is main-site.")
	}
	return e, req, err
}
