package panel

import (
	"cmp"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// textLimit is the longest text the platform takes (contract 7.2).
const textLimit = 1000

// shown is how many messages a conversation shows at first, and how many
// more each time someone looks for earlier ones.
const shown = 100

// together is how close two texts of one sender stand to share a time line.
const together = 5 * time.Minute

// A conversationView is one conversation with its composer.
type conversationView struct {
	page
	Conversation
	Others []Party
	Who    whoView // the one other person
	Face   Party   // likewise, as they are drawn

	Holders holdersView // likewise
	Sub     string      // the number, or how many people
	Dial    string      // what calls the one other person
	Info    string      // the route of the number's own page, for one other person
	Draft   string
	Added   []fileView // what goes with the draft
	Attach  bool       // pictures and files can be sent
	Thread  threadView
	Limit   int
	Log     template.HTML // the button that logs it
	Acts    Acts
}

// Composing says that the composer belongs to a conversation.
func (conversationView) Composing() bool { return false }

// A threadView is the messages of a conversation. New is the key of the
// first message that was unread when the conversation was opened, so that
// the line above it stays while it is being read.
type threadView struct {
	page
	ID    string
	New   string
	Show  int // how many messages at most, the newest ones
	Group bool
	More  bool // there are earlier ones
	Older bool // and perhaps more at the platform
	Items []item
}

// An item is a bubble with what stands above and below it.
type item struct {
	Message
	Day    *stamp // a new day begins above
	DayID  string
	Fresh  bool // unread messages begin here
	First  bool // the first of a run by one sender
	Last   bool // the last of a run: carries the time
	When   stamp
	Spans  []span
	Shown  []fileView
	Tell   string // what became of it, in words; empty when not worth a word
	Author string
	Log    template.HTML // how its day stands, at the first of a day
	Pick   template.HTML // what chooses it to be logged, or opens its log
	group  bool
}

// ShowAuthor says whether a name stands above the bubble: where several
// people write, at the first of each run.
func (i item) ShowAuthor() bool { return i.group && i.First && !i.FromMe }

// Refresh is the address that the thread loads itself from.
func (v threadView) Refresh() string { return v.address(v.Show) }

// Earlier is the address with more of what came before.
func (v threadView) Earlier() string { return v.address(v.Show + shown) }

func (v threadView) address(show int) string {
	q := url.Values{"new": {v.New}, "show": {strconv.Itoa(show)}}
	return v.Path("conversations", v.ID, "messages") + "?" + q.Encode()
}

func (h *Handler) conversation(w http.ResponseWriter, r *http.Request, p page) error {
	c, messages, err := p.desk.Conversation(r.PathValue("id"))
	if err != nil {
		return err
	}
	draft, err := p.desk.Draft(r.Context(), c.ID)
	if err != nil {
		return err
	}
	v := newConversation(p, c, messages, draft)
	if v.Added, err = h.added(r.Context(), p, c.ID); err != nil {
		return err
	}
	v.Holders.mayKeep(r.Context(), p)
	if err := h.log(r.Context(), &v); err != nil {
		return err
	}
	return render(w, http.StatusOK, "conversation", v)
}

func newConversation(p page, c Conversation, messages []Message, draft string) conversationView {
	v := conversationView{page: p, Conversation: c, Others: others(c.Parties), Draft: draft, Limit: textLimit, Attach: p.desk.Me().CanAttach && !c.Internal}
	switch {
	case len(v.Others) > 1:
		v.Sub = p.Lang.Count(len(v.Others)+1, "%d person", "%d people")
	case len(v.Others) == 1 && v.Others[0].Display != c.Title:
		v.Sub = p.written(v.Others[0])
	}
	v.Title = p.titled(c)
	if len(v.Others) == 1 {
		v.Who, v.Face = newWho(p, v.Others[0]), p.portrayed(v.Others[0])
		v.Holders = p.holders(c.ID, v.Others[0])
		v.Dial = p.dial(v.Others[0])
		if !c.Internal { // a colleague's own page is there
			v.Info = "#/number/" + url.PathEscape(v.Others[0].Number)
		}
	}
	v.Thread = newThread(p, c, messages, firstUnread(messages), shown)
	v.Acts = Acts{ID: c.ID, Answered: c.Answered}
	return v
}

func (h *Handler) thread(w http.ResponseWriter, r *http.Request, p page) error {
	c, messages, err := p.desk.Conversation(r.PathValue("id"))
	if err != nil {
		return err
	}
	show, err := strconv.Atoi(r.FormValue("show"))
	if err != nil || show < shown {
		show = shown
	}
	v := newThread(p, c, messages, r.FormValue("new"), upTo(messages, r.FormValue("at"), show))
	if err := h.markDays(r.Context(), &v); err != nil {
		return err
	}
	return render(w, http.StatusOK, "thread-items", v)
}

// upTo is how many messages to show so that one of them is among them, with
// some that came before.
func upTo(messages []Message, key string, show int) int {
	for i, m := range messages {
		if key != "" && m.Key == key {
			return max(show, len(messages)-i+shown/2)
		}
	}
	return show
}

func firstUnread(messages []Message) string {
	for _, m := range messages {
		if m.Unread && !m.FromMe {
			return m.Key
		}
	}
	return ""
}

func newThread(p page, c Conversation, messages []Message, fresh string, show int) threadView {
	v := threadView{page: p, ID: c.ID, New: fresh, Show: show, Group: len(others(c.Parties)) > 1}
	v.Older = c.Older
	if v.More = len(messages) > show; v.More {
		messages = messages[len(messages)-show:]
	}
	for i, m := range messages {
		it := item{Message: m, When: p.clock.Clock(m.At), Spans: spans(m.Text), Shown: p.fileViews(m.ID, m.Files), Author: cmp.Or(markup.Line(m.From.Name), m.From.Display), group: v.Group, Fresh: fresh != "" && m.Key == fresh}
		it.First, it.Last = true, true
		if i > 0 && !it.Fresh {
			it.First = !sameRun(p.clock, messages[i-1], m)
		}
		if i+1 < len(messages) && (fresh == "" || messages[i+1].Key != fresh) {
			it.Last = !sameRun(p.clock, m, messages[i+1])
		}
		if i == 0 || !p.clock.date(messages[i-1].At).Equal(p.clock.date(m.At)) {
			day := p.clock.Day(m.At)
			it.Day, it.DayID = &day, p.clock.date(m.At).Format(time.DateOnly)
		}
		v.Items = append(v.Items, it)
	}
	tell(v.Items)
	return v
}

func sameRun(c clock, a, b Message) bool {
	return a.FromMe == b.FromMe && a.From.Number == b.From.Number && a.State != Failed &&
		b.At.Sub(a.At) < together && c.date(a.At).Equal(c.date(b.At))
}

// tell puts a word on the newest of my messages, and on those still going;
// on every bubble it would be noise.
func tell(items []item) {
	words := map[MessageState]string{Sending: lang.Mark("Sending"), Sent: lang.Mark("Sent"), Delivered: lang.Mark("Delivered")}
	newest := true
	for i := len(items) - 1; i >= 0; i-- {
		it := &items[i]
		if !it.FromMe {
			continue
		}
		if newest || it.State == Sending {
			it.Tell = words[it.State]
			it.Last = it.Last || it.Tell != ""
		}
		newest = false
	}
}

// send takes a text for a conversation or for new recipients. It answers
// when the desk has stored it; delivery is told by events.
func (h *Handler) send(w http.ResponseWriter, r *http.Request, p page) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	o := Outgoing{ID: r.PostForm.Get("id"), ConversationID: r.PathValue("id"), To: r.PostForm["to"], From: r.PostForm.Get("from"), Text: r.PostForm.Get("text"), Files: r.PostForm["file"]}
	switch {
	case o.ID == "" || len(o.ID) > 64:
		return rc.Errorf(rc.Invalid, "This message has no proper id. Reload the page and send it again.")
	case strings.TrimSpace(o.Text) == "" && len(o.Files) == 0:
		return rc.Errorf(rc.Invalid, "Write something first.")
	case utf8.RuneCountInString(o.Text) > textLimit:
		return rc.Errorf(rc.Invalid, "This text is too long. Send at most %d characters at once.", textLimit)
	case o.ConversationID == "" && len(o.To) == 0:
		return rc.Errorf(rc.Invalid, "Add at least one recipient.")
	}
	if done, err := h.guard(w, r, p, o); done || err != nil {
		return err
	}
	h.typed(r, p, o.ID)
	id, err := p.desk.Send(r.Context(), o)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]string{"conversation": id})
}

func (h *Handler) read(w http.ResponseWriter, r *http.Request, p page) error {
	return done(w, p.desk.MarkRead(r.Context(), r.PathValue("id")))
}

func (h *Handler) retry(w http.ResponseWriter, r *http.Request, p page) error {
	return done(w, p.desk.Retry(r.Context(), r.PathValue("id")))
}

func (h *Handler) draft(w http.ResponseWriter, r *http.Request, p page) error {
	text, err := p.desk.Draft(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, err = w.Write([]byte(text))
	return err
}

// saveDraft keeps what is written; the page for a new text has an empty id.
func (h *Handler) saveDraft(w http.ResponseWriter, r *http.Request, p page) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	text := r.PostForm.Get("text")
	if utf8.RuneCountInString(text) > 10*textLimit {
		return rc.Errorf(rc.TooLarge, "This draft is too long to keep.")
	}
	return done(w, p.desk.SaveDraft(r.Context(), r.PathValue("id"), text))
}

func done(w http.ResponseWriter, err error) error {
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

// readForm reads a small form.
func readForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		return rc.Errorf(rc.Invalid, "This request could not be read. Reload the page and try again.")
	}
	return nil
}
