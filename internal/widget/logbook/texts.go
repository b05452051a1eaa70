package logbook

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/visit"
)

// texts are conversations, which are logged by their days
// (contract/service.md 8).
type texts struct{ *Handler }

func (texts) kind() string { return kindMessage }

func (texts) logger(l Loggers) Logger { return l.Message }

func (h texts) form(v visit.Visit) *Form { return h.Services.MessageForm(v) }

func (texts) freshness() (askAgain, forget time.Duration) { return 30 * time.Second, 30 * time.Minute }

// A chat is a conversation as one user has it.
type chat struct {
	h      texts
	c      visitor
	at     place
	thread Thread
}

func (h texts) thing(ctx context.Context, c visitor, id string) (thing, error) {
	t, err := h.chat(ctx, c, id)
	return t, err
}

func (h texts) chat(ctx context.Context, c visitor, id string) (chat, error) {
	s, err := h.settings(ctx, c.target)
	if err != nil {
		return chat{}, err
	}
	d, err := h.Desks.Desk(ctx, c.visit.Session.GrantID)
	if err != nil {
		return chat{}, err
	}
	t, err := d.Thread(id)
	return chat{h, c, placeOf(s), t}, err
}

func (t chat) logID() string {
	if len(t.thread.Messages) == 0 {
		return ""
	}
	return t.at.logID(t.thread.ID, t.thread.Messages[0].CreationTime.Time)
}

func (t chat) people() []Person {
	if len(t.thread.Others) != 1 {
		return nil
	}
	return t.h.Services.People(t.c.visit, t.thread.ID, t.thread.Others[0].Number)
}

func (t chat) about() string {
	l, many := t.c.visit.Language, len(t.thread.Messages)
	var names []string
	for _, p := range t.thread.Others {
		names = append(names, markup.Line(cmp.Or(p.Name, p.Number)))
	}
	if names == nil {
		return l.Count(many, "Conversation · %d message", "Conversation · %d messages")
	}
	with := markup.Cut(strings.Join(names, ", "), 180)
	return l.Count(many, "Conversation with %[2]s · %[1]d message", "Conversation with %[2]s · %[1]d messages", with)
}

// event is every day of a conversation by its date (contract/service.md 8.2).
func (t chat) event(ctx context.Context) (any, error) {
	all := map[string]item{}
	for _, g := range t.at.groups(t.thread) {
		it, err := t.h.item(ctx, t.c.target.owner, t.at, g)
		if err != nil {
			return nil, err
		}
		all[it.Date] = it
	}
	return all, nil
}

// drafts are its days, newest first.
func (t chat) drafts(ctx context.Context, p press) ([]draft, error) {
	if p.Messages != nil {
		return t.chosen(ctx, p)
	}
	trigger := triggerManual
	if p.FormData != nil {
		trigger = triggerForm
	}
	var drafts []draft
	for i, g := range t.at.groups(t.thread) {
		d, err := t.h.day(ctx, t.c.page(), &t.c.visit, g, t.at, trigger)
		if err != nil {
			return nil, err
		}
		d.press = p.ID
		d.body["redirect"] = i == 0 && !p.Chosen
		if p.FormData != nil {
			d.body["formData"] = p.FormData
		}
		drafts = append(drafts, d)
	}
	return drafts, nil
}

// day draws up one day of a conversation; v is nil without a page.
func (h texts) day(ctx context.Context, page target, v *visit.Visit, g group, at place, trigger string) (draft, error) {
	it, err := h.item(ctx, page.owner, at, g)
	if err != nil {
		return draft{}, err
	}
	it.Matches = h.entities(shelf{page, kindMessage}, it.ConversationLogID)
	var with json.RawMessage
	if v != nil && len(g.thread.Others) == 1 {
		with = h.Services.Entity(*v, g.thread.ID, g.thread.Others[0].Number)
	}
	return draft{
		kind: kindMessage, thing: g.thread.ID, logID: it.ConversationLogID, newest: g.key(), trigger: trigger,
		body: map[string]any{"conversation": it, "triggerType": trigger, "correspondentEntity": with},
	}, nil
}

// shown are the newest day of each newer conversation, and every day of the
// one that is open.
func (h texts) shown(ctx context.Context, c visitor, open string) ([]string, error) {
	s, err := h.settings(ctx, c.target)
	if err != nil {
		return nil, err
	}
	d, err := h.Desks.Desk(ctx, c.visit.Session.GrantID)
	if err != nil {
		return nil, err
	}
	at := placeOf(s)
	var ids []string
	if open != "" {
		if t, err := d.Thread(open); err == nil {
			for _, g := range at.groups(t) {
				ids = append(ids, at.logID(t.ID, g.newest().CreationTime.Time))
			}
		}
	}
	ids = ids[:min(len(ids), maxMatch/2)]
	for _, t := range d.ThreadsSince(h.Now().AddDate(0, 0, -30)) {
		ids = append(ids, at.logID(t.ID, t.Messages[0].CreationTime.Time))
	}
	return ids, nil
}

// due are the groups of today that are to be logged by themselves.
func (h texts) due(ctx context.Context, l ledger, s store.LogSettings, d Desk, recorded []store.LogEntry) ([]draft, error) {
	at := placeOf(s)
	var drafts []draft
	for _, t := range d.ThreadsSince(midnight(h.Now().Add(-lag), at.zone)) {
		g := at.groups(t)[0]
		if !h.dayIsDue(l, g, at, autoOf(s).Message, recorded) {
			continue
		}
		d, err := h.day(ctx, l.page, l.visit, g, at, triggerAuto)
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, d)
	}
	return drafts, nil
}

// dayIsDue says whether a group is to be logged by itself: when that is
// switched on, or the group is logged already and something came since.
func (h texts) dayIsDue(l ledger, g group, at place, always bool, recorded []store.LogEntry) bool {
	now, sent := h.Now(), g.newest().CreationTime.Time
	if at.day(sent) != at.day(now) && now.Sub(sent) > lag {
		return false
	}
	logID, before := at.logID(g.thread.ID, sent), false
	for _, e := range recorded {
		if e.Kind != kindMessage || e.Thing != g.thread.ID {
			continue
		}
		if e.Newest == g.key() {
			return false
		}
		before = before || e.LogID == logID
	}
	if always || before {
		return true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return sent.After(l.began) && logged(h.known(shelf{l.page, kindMessage}).of(logID, now))
}

// row answers GET /p/{key}/log/rows/{id}: a conversation of the list as the
// page gets it with the event of its own button (contract/service.md 12). It
// is the newest message's record with what is known around it.
func (h *Handler) row(w http.ResponseWriter, r *http.Request, c visitor) error {
	if !c.may[kindMessage] {
		return denied(capabilityOf[kindMessage])
	}
	t, err := texts{h}.chat(r.Context(), c, r.PathValue("id"))
	if err != nil {
		return err
	}
	if len(t.thread.Messages) == 0 {
		return rc.Errorf(rc.Conflict, "No text of this conversation has been sent yet.")
	}
	it, err := h.item(r.Context(), c.target.owner, t.at, t.at.groups(t.thread)[0])
	if err != nil {
		return err
	}
	out := it.Messages[0]
	out["conversationLogId"], out["date"] = it.ConversationLogID, it.Date
	out["self"], out["correspondents"] = it.Self, it.Correspondents
	out["unreadCounts"] = unread(t.thread)
	out["correspondentMatches"] = h.matchesOf(c.visit, t.thread)
	out["conversationMatches"] = h.entities(shelf{c.page(), kindMessage}, it.ConversationLogID)
	visit.JSON(w, http.StatusOK, out)
	return nil
}

// unread counts what came in and was not read.
func unread(t Thread) (n int) {
	for _, m := range t.Messages {
		if m.Direction == rc.Inbound && m.ReadStatus == rc.Unread {
			n++
		}
	}
	return n
}

// matchesOf are the contacts that the others of a conversation may be, as the
// page wrote them.
func (h *Handler) matchesOf(v visit.Visit, t Thread) []json.RawMessage {
	out := []json.RawMessage{}
	for _, other := range t.Others {
		out = append(out, rawOf(h.Services.People(v, t.ID, other.Number))...)
	}
	return out
}
