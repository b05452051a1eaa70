package logbook

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/visit"
)

// Triggers of a call's log (contract/service.md 6).
const (
	triggerCreate = "createLog"
	triggerEdit   = "editLog"
	triggerView   = "viewLog"
	triggerSync   = "callLogSync"
	triggerPicked = "contactUpdated"
)

// Bounds of what is logged of calls without a click.
const (
	// callsBack is how old a call may be that is logged by itself: no older than
	// what was logged is remembered, so that none is logged twice.
	callsBack = 7 * 24 * time.Hour
	// callsShown is how many calls a page is asked about.
	callsShown = 300
	// asking is how long a call waits for what the page knows of it and of
	// whom it was with.
	asking = 20 * time.Second
	// between is how often is looked whether it has said so.
	between = time.Second
)

// calls are those of the past, each once (contract/service.md 5 and 6).
type calls struct{ *Handler }

func (calls) kind() string { return kindCall }

func (calls) logger(l Loggers) Logger { return l.Call }

func (h calls) form(v visit.Visit) *Form { return h.Services.CallForm(v) }

func (calls) freshness() (askAgain, forget time.Duration) { return 2 * time.Hour, 4 * time.Hour }

// A pastCall is a call as one user has it.
type pastCall struct {
	h    calls
	c    visitor
	call Call
}

// of are the calls of a desk that may be logged, newest first. A session is
// logged once, however many records it has in the user's log: the newest of
// them stands for it.
func (h calls) of(ctx context.Context, d Desk) []Call {
	all, readable := d.Calls(ctx)
	if !readable {
		return nil
	}
	seen := map[string]bool{}
	var out []Call
	for _, c := range all {
		r := c.Record
		if r.SessionID == "" || seen[r.SessionID] || r.Type == rc.Fax || r.Result == rc.CallInProgress {
			continue
		}
		seen[r.SessionID] = true
		out = append(out, c)
	}
	return out
}

func (h calls) thing(ctx context.Context, c visitor, id string) (thing, error) {
	d, err := h.Desks.Desk(ctx, c.visit.Session.GrantID)
	if err != nil {
		return nil, err
	}
	all := h.of(ctx, d)
	i := slices.IndexFunc(all, func(c Call) bool { return c.Record.SessionID == id })
	if i < 0 {
		return nil, rc.Errorf(rc.NotFound, "This call is not in your history any more.")
	}
	return pastCall{h, c, all[i]}, nil
}

func (p pastCall) logID() string { return p.call.Record.SessionID }

func (p pastCall) people() []Person { return p.h.with(p.c.visit, p.call) }

// with are the contacts that a call may have been with.
func (h calls) with(v visit.Visit, c Call) []Person {
	if c.Other.Number == "" {
		return nil
	}
	return h.Services.People(v, "", c.Other.Number)
}

// results are the usual ones of calls (contract/platform.md), which the
// platform tells in English.
var results = []string{
	lang.Mark("Call connected"), lang.Mark("Missed"), lang.Mark("Voicemail"), lang.Mark("Accepted"), lang.Mark("Rejected"), lang.Mark("Busy"),
	lang.Mark("No Answer"), lang.Mark("Hang Up"), lang.Mark("In Progress"), lang.Mark("Answered Elsewhere"),
}

// about says whose call it was, and what became of it.
func (p pastCall) about() string {
	r, l := p.call.Record, p.c.visit.Language
	with := markup.Cut(markup.Line(cmp.Or(p.call.Other.Name, p.call.Other.Number, p.call.Other.Extension)), 180)
	var line string
	switch inbound := r.Direction == rc.Inbound; {
	case inbound && with == "":
		line = l.Say("Call from an unknown number")
	case inbound:
		line = l.Say("Call from %s", with)
	case with == "":
		line = l.Say("Call to an unknown number")
	default:
		line = l.Say("Call to %s", with)
	}
	if r.Result != "" {
		result := markup.Cut(markup.Line(r.Result), 60)
		if slices.Contains(results, result) {
			result = l.Say(result)
		}
		line += " · " + result
	}
	if r.Duration > 0 && !r.IsMissed() {
		line += fmt.Sprintf(" · %d:%02d", r.Duration/60, r.Duration%60)
	}
	return line
}

func (p pastCall) event(context.Context) (any, error) {
	return p.h.object(p.c.page(), &p.c.visit, p.call)
}

// drafts are the one entry of a press. Its trigger says whether the page has
// logged the call before.
func (p pastCall) drafts(ctx context.Context, q press) ([]draft, error) {
	view, err := p.h.viewOf(ctx, p.c, p.h)
	if err != nil {
		return nil, err
	}
	trigger := triggerCreate
	switch {
	case q.FormData != nil:
		trigger = triggerForm
	case q.Chosen:
		trigger = triggerPicked
	case q.View:
		trigger = triggerView
	case view.marks(p.logID()).Logged:
		trigger = triggerEdit
	}
	d, err := p.h.draft(p.c.page(), &p.c.visit, p.call, trigger)
	if err != nil {
		return nil, err
	}
	d.press = q.ID
	d.body["redirect"] = !q.Chosen
	p.h.involve(d.body, &p.c.visit, p.call)
	if q.FormData != nil {
		d.body["formData"] = q.FormData
		if note, ok := q.FormData["note"].(string); ok {
			d.body["note"] = note
		}
	}
	return []draft{d}, nil
}

// isLogged says whether a page has said that a call is logged.
func (h calls) isLogged(page target, session string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return logged(h.known(shelf{page, kindCall}).of(session, h.Now()))
}

func (h calls) draft(page target, v *visit.Visit, c Call, trigger string) (draft, error) {
	object, err := h.object(page, v, c)
	if err != nil {
		return draft{}, err
	}
	session := c.Record.SessionID
	return draft{
		kind: kindCall, thing: session, logID: session, newest: state(c), trigger: trigger,
		body: map[string]any{"call": object, "triggerType": trigger},
	}, nil
}

// state is what tells a record that says more from what it said before.
func state(c Call) string {
	if c.Record.Recording != nil {
		return "recorded " + c.Record.Recording.ID
	}
	return "ended"
}

// involve says whom a call was with: the chosen or only contact, or null.
func (h calls) involve(body map[string]any, v *visit.Visit, c Call) {
	var with json.RawMessage
	if v != nil && c.Other.Number != "" {
		with = h.Services.Entity(*v, "", c.Other.Number)
	}
	if c.Record.Direction == rc.Inbound {
		body["fromEntity"] = with
	} else {
		body["toEntity"] = with
	}
}

// object is a call as pages get it (contract/service.md 5): the platform's
// record without its address, with times in milliseconds and with what the
// page knows. There is no token in it, and no player of ours to link to.
func (h calls) object(page target, v *visit.Visit, c Call) (map[string]any, error) {
	out, err := recordOfCall(c)
	if err != nil {
		return nil, err
	}
	side := map[bool]string{true: "from", false: "to"}[c.Record.Direction == rc.Inbound]
	out["fromMatches"], out["toMatches"] = []json.RawMessage{}, []json.RawMessage{}
	if v != nil {
		out[side+"Matches"] = rawOf(h.with(*v, c))
		if id := idOf(h.Services.Entity(*v, "", c.Other.Number)); id != nil && c.Other.Number != "" {
			out["toNumberEntity"] = id
		}
	}
	out["activityMatches"] = h.entities(shelf{page, kindCall}, c.Record.SessionID)
	return out, nil
}

// idOf is the id of a contact, as the page wrote it.
func idOf(contact json.RawMessage) json.RawMessage {
	var c struct{ ID json.RawMessage }
	if json.Unmarshal(contact, &c) != nil {
		return nil
	}
	return c.ID
}

func recordOfCall(c Call) (map[string]any, error) {
	r := c.Record
	r.URI, r.Legs = "", nil
	data, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("drawing up a call for a logger: %w", err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, fmt.Errorf("drawing up a call for a logger: %w", err)
	}
	out["startTime"], out["lastModifiedTime"] = r.StartTime.UnixMilli(), r.LastModifiedTime.UnixMilli()
	out["fromName"], out["toName"] = nameOf(r.From), nameOf(r.To)
	if r.Extension != nil {
		out["extension"] = r.Extension // exactly: a number passed through JSON's may lose its end
	}
	if r.Recording != nil {
		recording := *r.Recording
		recording.ContentURI = withoutQuery(recording.ContentURI)
		out["recording"] = recording
	}
	return out, nil
}

func nameOf(p *rc.CallParty) string {
	if p == nil {
		return ""
	}
	return p.Name
}

// shown are the newest calls, and the one that is open.
func (h calls) shown(ctx context.Context, c visitor, open string) ([]string, error) {
	d, err := h.Desks.Desk(ctx, c.visit.Session.GrantID)
	if err != nil {
		return nil, err
	}
	var ids []string
	for i, one := range h.of(ctx, d) {
		switch id := one.Record.SessionID; {
		case id == open:
			ids = slices.Insert(ids, 0, id)
		case i < callsShown:
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// due are the calls that are to be logged by themselves: those that ended
// since that was switched on, and of what is logged already what came to be
// known since, such as a recording. The oldest comes first.
func (h calls) due(ctx context.Context, l ledger, s store.LogSettings, d Desk, recorded []store.LogEntry) ([]draft, error) {
	var drafts []draft
	waits := false
	for _, c := range slices.Backward(h.of(ctx, d)) {
		ended := endOf(c)
		if h.Now().Sub(ended) > callsBack {
			continue
		}
		before, told := logsOf(c, recorded)
		fresh := autoOf(s).Call && !s.CallSince.IsZero() && !ended.Before(s.CallSince)
		known := ended.After(l.began) && h.isLogged(l.page, c.Record.SessionID)
		if told || !before && !fresh && !known {
			continue
		}
		if !before && !h.ready(l, c) {
			waits = true
			continue
		}
		one, err := h.draft(l.page, l.visit, c, triggerSync)
		if err != nil {
			return nil, err
		}
		if !before {
			h.involve(one.body, l.visit, c)
		}
		drafts = append(drafts, one)
	}
	if waits {
		time.AfterFunc(between, l.review)
	}
	return drafts, nil
}

func endOf(c Call) time.Time {
	return c.Record.StartTime.Add(time.Duration(c.Record.Duration) * time.Second)
}

// logsOf says whether a call was logged from here before, and whether all
// that is known of it now was told then.
func logsOf(c Call, recorded []store.LogEntry) (before, told bool) {
	for _, e := range recorded {
		if e.Kind != kindCall || e.Thing != c.Record.SessionID || e.Trigger == triggerView {
			continue
		}
		before, told = true, told || e.Newest == state(c)
	}
	return before, told
}

// ready says whether a page has been asked what it knows of a call, and of
// whom it was with, or has had its time.
func (h calls) ready(l ledger, c Call) bool {
	if l.visit == nil || h.Now().Sub(l.seen(c.Record.SessionID)) >= asking {
		return true
	}
	loggers := h.Services.Loggers(*l.visit)
	if loggers.Call.Matcher != "" && loggers.Authorized {
		h.mu.Lock()
		one := h.known(shelf{l.page, kindCall}).by[c.Record.SessionID]
		asked := one != nil && !one.got.IsZero()
		h.mu.Unlock()
		if !asked {
			return false
		}
	}
	return c.Other.Number == "" || h.Services.Asked(*l.visit, c.Other.Number)
}
