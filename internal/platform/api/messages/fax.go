package messages

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/internal/listen"
	"offhook/internal/platform/api/faxpage"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Bounds of a fax (contract 5.4).
const (
	maxFax           = 50 << 20
	maxFaxFiles      = 20
	maxFaxRecipients = 50
	maxCoverText     = 1024 // characters
)

// A faxLetter is a fax as a request has it.
type faxLetter struct {
	rc.FaxRequest
	files []File
}

// sendFax answers POST extension/~/fax: a form with documents, or JSON that
// asks for a fax to be sent again.
func (h *Handler) sendFax(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var l faxLetter
	if strings.HasPrefix(kind, "multipart/") {
		if l, err = readFaxForm(http.MaxBytesReader(w, r.Body, maxFax), params["boundary"]); err != nil {
			return err
		}
		return h.dispatchFax(w, r, e, l)
	}
	if err := wire.Body(w, r, &l.FaxRequest); err != nil {
		return err
	}
	return h.resendFax(w, r, e, l)
}

// dispatchFax makes the pages, and keeps the fax to be sent.
func (h *Handler) dispatchFax(w http.ResponseWriter, r *http.Request, e store.Extension, l faxLetter) error {
	p, err := plan.Read(r.Context(), h.Store, e.AccountID)
	if err != nil {
		return err
	}
	m, err := h.draftFax(p, e, l)
	if err != nil {
		return err
	}
	if len(l.files) == 0 && m.Facts.Cover == nil {
		return target.Invalid("attachment", "Send at least one document as a part named attachment.")
	}
	files, pages, err := h.render(r.Context(), p, m, l.files)
	if err != nil {
		return err
	}
	m.Facts.Pages = pages
	return h.acceptFax(w, r, m, files)
}

// resendFax sends the documents of another fax once more: to the same
// people, or to those that the request names.
func (h *Handler) resendFax(w http.ResponseWriter, r *http.Request, e store.Extension, l faxLetter) error {
	id, err := strconv.ParseInt(string(l.OriginalMessageID), 10, 64)
	if err != nil {
		return target.Invalid("originalMessageId", "Send the id of the fax that is to be sent again, or a form with documents.")
	}
	old, err := h.Store.Message(r.Context(), e.ID, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && (old.Type != rc.TypeFax || old.Availability == rc.Purged) {
		return target.Missing("originalMessageId")
	}
	if err != nil {
		return fmt.Errorf("reading fax %d: %w", id, err)
	}
	if len(l.To) == 0 && old.Direction == rc.Outbound {
		for _, to := range old.To {
			l.To = append(l.To, rc.Caller{PhoneNumber: to.PhoneNumber, Name: to.Name})
		}
	}
	l.FaxResolution, l.CoverIndex, l.CoverPageText = old.Facts.Resolution, nil, ""
	p, err := plan.Read(r.Context(), h.Store, e.AccountID)
	if err != nil {
		return err
	}
	m, err := h.draftFax(p, e, l)
	if err != nil {
		return err
	}
	m.Facts.Pages, m.Facts.Cover, m.Facts.CoverText = old.Facts.Pages, old.Facts.Cover, old.Facts.CoverText
	files, err := h.Office.documentsOf(r.Context(), old)
	if err != nil {
		return err
	}
	if len(files) < len(old.Attachments) { // purged meanwhile
		return target.Missing("originalMessageId")
	}
	return h.acceptFax(w, r, m, files)
}

// acceptFax stores a fax; the office sends it when it is due.
func (h *Handler) acceptFax(w http.ResponseWriter, r *http.Request, m store.Message, files []File) error {
	base := listen.BaseURL(r)
	f, err := h.Office.receiversOf(r.Context(), m)
	if err != nil {
		return fmt.Errorf("looking for who gets a fax: %w", err)
	}
	d := &delivery{copies: []*store.Message{&m}, files: files, alone: true, coming: bytesOf(files) * int64(len(f.receivers))}
	d.stamp(h.Now())
	if err := h.Office.post(r.Context(), []*delivery{d}); err != nil {
		return fmt.Errorf("storing a fax: %w", err)
	}
	h.Office.announceNew(context.WithoutCancel(r.Context()), base, &m)
	h.Office.Wake()
	wire.JSON(w, http.StatusOK, record(base, m))
	return nil
}

// draftFax checks whom a fax is for and how it is to look.
func (h *Handler) draftFax(p *plan.Plan, e store.Extension, l faxLetter) (store.Message, error) {
	m := store.Message{
		AccountID: p.Account.ID, ExtensionID: e.ID, Type: rc.TypeFax, Direction: rc.Outbound, Availability: rc.Alive, ReadStatus: rc.Read,
		Status: rc.Queued, Facts: store.MessageFacts{Resolution: l.FaxResolution, CoverText: l.CoverPageText},
	}
	numbers := p.NumbersOf(e.ID)
	if len(numbers) == 0 {
		return m, rc.Coded(rc.Denied, "MSG-242", "Sending faxes is not available: the extension has no number; give it one")
	}
	m.From = rc.Caller{PhoneNumber: numbers[0].Number, Name: p.Name(numbers[0].Number)}
	switch l.FaxResolution {
	case rc.FaxHigh, rc.FaxLow:
	case "":
		m.Facts.Resolution = rc.FaxHigh
	default:
		return m, target.Invalid("faxResolution", "Send High or Low.")
	}
	if l.CoverIndex != nil {
		if !faxpage.HasCover(*l.CoverIndex) {
			return m, target.Invalid("coverIndex", fmt.Sprintf("Send a number from 0 to %d; the dictionary has them.", len(faxpage.Covers)-1))
		}
		if *l.CoverIndex > 0 {
			m.Facts.Cover = l.CoverIndex
		}
	}
	if len([]rune(l.CoverPageText)) > maxCoverText {
		return m, target.Invalid("coverPageText", fmt.Sprintf("It has at most %d characters.", maxCoverText))
	}
	if m.Facts.Cover == nil {
		m.Facts.CoverText = ""
	}
	if l.SendTime != "" {
		at, err := rc.ParseTime(l.SendTime)
		if err != nil {
			return m, target.Invalid("sendTime", "Write it as 2026-01-02T03:04:05Z.")
		}
		if at.After(h.Now()) {
			m.DueAt = at.Time.UTC().Truncate(time.Millisecond)
		}
	}
	var err error
	m.To, err = readFaxRecipients(p, l)
	return m, err
}

func readFaxRecipients(p *plan.Plan, l faxLetter) ([]rc.Caller, error) {
	if len(l.To) == 0 {
		return nil, target.Invalid("to", "Send at least one recipient as to[].phoneNumber.")
	}
	if len(l.To) > maxFaxRecipients {
		return nil, target.Invalid("to", fmt.Sprintf("A fax has at most %d recipients.", maxFaxRecipients))
	}
	iso := region.Country("", p.Account.MainNumber).ISOCode
	if l.ISOCode != "" {
		iso = l.ISOCode
	}
	var all []rc.Caller
	for _, to := range l.To {
		n, ok := region.Parse(to.PhoneNumber, iso)
		if !ok || n.Extension != "" {
			return nil, target.Invalid("to.phoneNumber", "It is not a phone number that takes faxes; write it as +16505550100.")
		}
		if slices.ContainsFunc(all, func(c rc.Caller) bool { return c.PhoneNumber == n.E164 }) {
			continue
		}
		name := p.Name(n.E164)
		if name == "" {
			name = fileName(to.Name) // in one line, with nothing hidden in it
		}
		all = append(all, rc.Caller{PhoneNumber: n.E164, Name: name, MessageStatus: rc.Queued})
	}
	return all, nil
}
