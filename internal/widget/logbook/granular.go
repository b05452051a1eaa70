package logbook

import (
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// triggerSelected logs texts that the user has chosen (contract/service.md
// 8.4).
const triggerSelected = "selectedLog"

// Bounds of chosen texts: of one log, of one question about them, and of how
// many are remembered of one page.
const (
	maxSelected = 200
	maxPicks    = 5000
	pickAgain   = time.Minute
)

// A pick is what a page has said of one text, in memory alone, as the page
// says it again.
type pick struct {
	logID string
	asked time.Time
}

// A wantedTexts tells a tab which texts its page is to be asked about.
type wantedTexts struct {
	ConversationID string   `json:"conversationId"`
	MessageIDs     []string `json:"messageIds"`
}

// wantedTexts are those of the open conversation that nothing is known of.
func (h *Handler) wantedTexts(ctx context.Context, c visitor, open string) (*wantedTexts, error) {
	if open == "" || c.matcher(texts{h}) == "" || !h.granular(ctx, c) {
		return nil, nil
	}
	t, err := texts{h}.chat(ctx, c, open)
	if told := (*rc.Error)(nil); errors.As(err, &told) {
		return nil, nil // it is gone
	} else if err != nil {
		return nil, err
	}
	now, out := h.Now(), &wantedTexts{open, []string{}}
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.picksOf(c.page())
	for _, m := range t.thread.Messages {
		if p := known[m.ID]; len(out.MessageIDs) < maxMatch && p.logID == "" && now.Sub(p.asked) >= pickAgain {
			known[m.ID] = pick{asked: now}
			out.MessageIDs = append(out.MessageIDs, strconv.FormatInt(m.ID, 10))
		}
	}
	if len(out.MessageIDs) == 0 {
		return nil, nil
	}
	return out, nil
}

// picksOf needs h.mu.
func (h *Handler) picksOf(page target) map[int64]pick {
	if h.picks == nil {
		h.picks = map[target]map[int64]pick{}
	}
	if h.picks[page] == nil || len(h.picks[page]) > maxPicks {
		h.picks[page] = map[int64]pick{}
	}
	return h.picks[page]
}

// pickedUp keeps which texts a page has logged, and tells every tab.
func (h *Handler) pickedUp(ctx context.Context, page target, logs map[string]string) {
	h.mu.Lock()
	known, news := h.picksOf(page), false
	for text, logID := range logs {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || logID == "" || len(logID) > 200 || len(known) > maxPicks {
			continue
		}
		news = news || known[id].logID != logID
		known[id] = pick{logID, h.Now()}
	}
	h.mu.Unlock()
	if news {
		h.announceMarks(ctx, page)
	}
}

// takePicks answers POST /p/{key}/log/texts with what the page has said of
// single texts. What it left out is not logged.
func (h *Handler) takePicks(w http.ResponseWriter, r *http.Request, c visitor) error {
	var q struct {
		Found map[string]struct{ LogID string }
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&q); err != nil {
		return rc.Errorf(rc.TooLarge, "The answer about messages was larger than 1 MB or not plain data. Nothing was done.")
	}
	if !h.granular(r.Context(), c) {
		return rc.Errorf(rc.Conflict, "The page does not log single messages any more.")
	}
	logs := map[string]string{}
	for text, found := range q.Found {
		logs[text] = found.LogID
	}
	h.pickedUp(r.Context(), c.page(), logs)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// chosenLogged marks the texts of an entry that a page has acknowledged.
func (h *Handler) chosenLogged(ctx context.Context, page target, e store.LogEntry, logID string) {
	if e.Trigger != triggerSelected || logID == "" {
		return
	}
	plain, err := h.body(e)
	var body struct{ SelectedMessageIDs []string }
	if err != nil || json.Unmarshal(plain, &body) != nil {
		return // it was done before, and what it said is gone
	}
	logs := map[string]string{}
	for _, id := range body.SelectedMessageIDs {
		logs[id] = logID
	}
	h.pickedUp(ctx, page, logs)
}

// A textPick is what stands beside a text: what chooses it, or what opens its
// log.
type textPick struct{ ID, LogID string }

// Texts returns what to draw beside each text of a conversation, by its id;
// nil where texts are not chosen one by one.
func (h *Handler) Texts(ctx context.Context, v visit.Visit) (func(id string) template.HTML, error) {
	c, ok, err := h.visible(ctx, v)
	if !ok || !h.granular(ctx, c) {
		return nil, err
	}
	return func(id string) template.HTML {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return "" // it has not been sent
		}
		h.mu.Lock()
		p := h.picksOf(c.page())[n]
		h.mu.Unlock()
		return h.drawn(v.Language, "pick", textPick{id, p.logID})
	}, nil
}

// chosen is the one entry of those texts of a conversation that the user has
// chosen.
func (t chat) chosen(ctx context.Context, p press) ([]draft, error) {
	if !t.h.granular(ctx, t.c) {
		return nil, rc.Errorf(rc.Conflict, "The page around the phone does not log single messages any more. Reload it and try again.")
	}
	some := group{thread: t.thread}
	ids := []string{}
	for _, m := range t.thread.Messages {
		if slices.Contains(p.Messages, m.ID) && len(ids) < maxSelected {
			some.messages = append(some.messages, m)
			ids = append(ids, strconv.FormatInt(m.ID, 10))
		}
	}
	if len(ids) == 0 {
		return nil, rc.Errorf(rc.Conflict, "These messages are not there any more. Nothing was logged.")
	}
	it, err := t.h.item(ctx, t.c.target.owner, t.at, some)
	if err != nil {
		return nil, err
	}
	var with json.RawMessage
	if len(t.thread.Others) == 1 {
		with = t.h.Services.Entity(t.c.visit, t.thread.ID, t.thread.Others[0].Number)
	}
	return []draft{{
		kind: kindMessage, thing: t.thread.ID, logID: t.thread.ID + "/selected", newest: some.key(), trigger: triggerSelected, press: p.ID,
		body: map[string]any{
			"conversation": map[string]any{
				"conversationId": it.ConversationID, "messages": it.Messages, "correspondents": it.Correspondents, "self": it.Self, "type": it.Type,
			},
			"triggerType": triggerSelected, "selectedMessageIds": ids, "correspondentEntity": with,
		},
	}}, nil
}

// granular says whether texts are logged one by one: the page wants it, and
// nothing is logged by itself.
func (h *Handler) granular(ctx context.Context, c visitor) bool {
	if !c.may[kindMessage] || !c.loggers.Message.Granular || c.loggers.Message.Path == "" || c.hooked() {
		return false
	}
	s, err := h.settings(ctx, c.target)
	return err == nil && !autoOf(s).Message
}
