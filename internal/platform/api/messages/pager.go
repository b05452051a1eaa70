package messages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"offhook/internal/listen"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	maxPage       = 1024 // UTF-16 units of an internal message
	maxColleagues = 50   // recipients of one
)

// A Page is what an extension writes to colleagues, by their extensions.
type Page struct {
	To   []int64
	Body string
	Base string // the public URL of the platform, for links in events
}

// page answers POST extension/~/company-pager. An internal message needs no
// phone number; the same people are one conversation, whoever writes.
func (h *Handler) page(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	var req rc.PagerRequest
	if err := wire.Body(w, r, &req); err != nil {
		return err
	}
	p, err := plan.Read(r.Context(), h.Store, e.AccountID)
	if err != nil {
		return err
	}
	t, err := h.readPage(r.Context(), p, e, req)
	if err != nil {
		return err
	}
	t.Base = listen.BaseURL(r)
	m, err := h.Office.Page(r.Context(), p, e, t)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, record(t.Base, m))
	return nil
}

// readPage checks a request. Where it names no recipients it is an answer to
// everybody in the conversation of the message that it replies on.
func (h *Handler) readPage(ctx context.Context, p *plan.Plan, e store.Extension, req rc.PagerRequest) (Page, error) {
	if from := req.From; from != nil {
		if own, ok := colleague(p, *from); !ok || own.ID != e.ID {
			return Page{}, &rc.Error{Kind: rc.Denied, Code: "MSG-304", Parameter: "from",
				Message: "Extension number doesn't belong to the caller; send from your own extension, or leave from out"}
		}
	}
	switch n := len(utf16.Encode([]rune(req.Text))); {
	case strings.TrimSpace(req.Text) == "":
		return Page{}, target.Invalid("text", "Send a text of 1 to 1024 characters.")
	case n > maxPage:
		return Page{}, target.Invalid("text", "An internal message has at most 1024 characters.")
	}
	var answered []int64
	if req.ReplyOn != 0 {
		var err error
		if answered, err = h.participants(ctx, p, e, req.ReplyOn); err != nil {
			return Page{}, err
		}
	}
	to, err := readColleagues(p, e, req.To)
	if err != nil {
		return Page{}, err
	}
	if len(req.To) == 0 {
		to = answered
	}
	switch {
	case len(to) == 0:
		return Page{}, target.Invalid("to", "Send at least one colleague as to[].extensionNumber or to[].extensionId.")
	case len(to) > maxColleagues:
		return Page{}, target.Invalid("to", fmt.Sprintf("An internal message has at most %d recipients.", maxColleagues))
	}
	return Page{To: to, Body: req.Text}, nil
}

// participants are the others in the conversation of an internal message that
// the extension has.
func (h *Handler) participants(ctx context.Context, p *plan.Plan, e store.Extension, id int64) ([]int64, error) {
	m, err := h.Store.Message(ctx, e.ID, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && (m.Type != rc.TypePager || m.Availability == rc.Purged) {
		return nil, badParameter("replyOn")
	}
	if err != nil {
		return nil, fmt.Errorf("reading message %d: %w", id, err)
	}
	var others []int64
	for _, party := range append([]rc.Caller{m.From}, m.To...) {
		// Whoever has left the company gets no answer.
		if other, ok := colleague(p, party); ok && other.ID != e.ID && !slices.Contains(others, other.ID) {
			others = append(others, other.ID)
		}
	}
	return others, nil
}

func readColleagues(p *plan.Plan, e store.Extension, to []rc.Caller) ([]int64, error) {
	var all []int64
	for _, party := range to {
		other, ok := colleague(p, party)
		if !ok || other.ID == e.ID {
			return nil, badParameter("to")
		}
		if !slices.Contains(all, other.ID) {
			all = append(all, other.ID)
		}
	}
	return all, nil
}

// badParameter is the answer for an extension or message in a body that is
// not there: 400, because the resource of the path is.
func badParameter(name string) *rc.Error {
	return &rc.Error{Kind: rc.Invalid, Code: "CMN-102", Parameter: name, Message: fmt.Sprintf("Resource for parameter [%s] is not found", name)}
}

// colleague finds who is named by id or number. Where both are, they are one.
func colleague(p *plan.Plan, party rc.Caller) (store.Extension, bool) {
	byNumber, ok := p.ByExtensionNumber(party.ExtensionNumber)
	if party.ExtensionID == "" {
		return byNumber, ok && party.ExtensionNumber != ""
	}
	id, err := strconv.ParseInt(party.ExtensionID, 10, 64)
	byID, ok := p.Extension(id)
	return byID, err == nil && ok && (party.ExtensionNumber == "" || byNumber.ID == byID.ID)
}

// Page stores an internal message for its sender and every recipient,
// announces it, and returns the sender's copy. The recipients are of the
// sender's account.
func (o *Office) Page(ctx context.Context, p *plan.Plan, sender store.Extension, t Page) (store.Message, error) {
	d := newPage(p, sender, t)
	d.stamp(o.Now())
	if err := o.post(ctx, []*delivery{d}); err != nil {
		return store.Message{}, fmt.Errorf("storing an internal message: %w", err)
	}
	ctx = context.WithoutCancel(ctx) // it is stored, and the others are to hear of it
	for _, m := range d.copies {
		o.announceNew(ctx, t.Base, m)
	}
	o.Wake()
	return *d.copies[0], nil
}

// newPage writes everybody's copy without ids.
func newPage(p *plan.Plan, sender store.Extension, t Page) *delivery {
	party := func(e store.Extension) rc.Caller {
		return rc.Caller{ExtensionNumber: e.Number, ExtensionID: strconv.FormatInt(e.ID, 10), Name: e.Name()}
	}
	people := append([]int64{sender.ID}, t.To...)
	slices.Sort(people)
	members := "pager"
	for _, id := range people {
		members += " " + strconv.FormatInt(id, 10)
	}
	out := &store.Message{
		AccountID: sender.AccountID, ExtensionID: sender.ID, Type: rc.TypePager, Direction: rc.Outbound,
		Availability: rc.Alive, ReadStatus: rc.Read, Status: rc.Sent, Text: t.Body, From: party(sender),
	}
	d := &delivery{members: members, copies: []*store.Message{out}}
	for _, id := range t.To {
		e, _ := p.Extension(id)
		to := party(e)
		to.MessageStatus = rc.Sent
		out.To = append(out.To, to)
		d.copies = append(d.copies, &store.Message{
			AccountID: e.AccountID, ExtensionID: e.ID, Type: rc.TypePager, Direction: rc.Inbound,
			Availability: rc.Alive, ReadStatus: rc.Unread, Status: rc.Received, Text: t.Body, From: out.From,
		})
	}
	slices.SortFunc(out.To, func(a, b rc.Caller) int { return cmp.Compare(a.ExtensionNumber, b.ExtensionNumber) })
	for _, m := range d.copies[1:] {
		for _, to := range out.To {
			to.MessageStatus, to.Target = "", to.ExtensionID == strconv.FormatInt(m.ExtensionID, 10)
			m.To = append(m.To, to)
		}
	}
	return d
}
