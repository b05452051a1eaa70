package desk

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/internal/rc"
)

// maxMessages bounds how many texts a desk holds; the oldest go first.
const maxMessages = 5000

// A ledger is a desk's texts, by conversation, with what is written and not
// yet sent. It does no locking and no talking; its desk does both.
type ledger struct {
	grantID  string
	people   *people
	own      map[string]bool // the user's numbers
	messages map[int64]*message
	threads  map[string]*thread // by the id they are known under now
	locals   map[string]*thread // by the id that their numbers make
	items    []*item            // the outbox, in order
	byItem   map[string]*item
	keys     map[int64]string // the client's ids of texts sent from here
	reads    map[int64]*mark  // texts marked here; the platform may not know yet
	drafts   map[string]string
	unread   int
	removals []*removal // what was deleted here; the platform may not know yet
	buried   []int64    // the texts that were deleted last, wherever
	failures []string   // what failed for good and nobody has looked at: see Failure; replaced, never changed
}

// A message is a text that the platform has.
type message struct {
	rc.Message
	thread *thread
	folded string // the text as searches see it
	hidden bool   // deleted here: in no thread and no count
	older  bool   // read when somebody asked for it, and not kept
}

// A thread is a conversation. Its id is the platform's once there is one;
// the id made from its numbers finds it before and after.
type thread struct {
	id       string
	local    string
	numbers  []string // of the others, sorted
	sender   string   // the user's number in it
	messages []*message
	whole    bool // the platform has no older texts
	kept     bool // was begun here: has a row of its own, and people may hold its local id
	unread   int
}

// A mark says that the user has read a text, or will come back to it.
type mark struct {
	status string    // rc.Read or rc.Unread
	acked  bool      // the platform has answered that it knows
	gen    int       // the newest sync started when it did: records that it brings may be older
	at     time.Time // when the text changed by it, as the platform says; zero when it does not
	theirs string    // what the newest record said, which may have been marked elsewhere meanwhile
}

// before reports whether a record is known to be newer than the mark.
func (r *mark) before(m *rc.Message) bool { return !r.at.IsZero() && m.LastModifiedTime.After(r.at) }

// A change collects what has to be told and kept.
type change struct {
	records []recordChange
	threads map[*thread]bool
	rows    map[rowKey]bool
	names   bool
	failed  []string // keys of what has just failed for good
}

type recordChange struct {
	message *rc.Message
	isNew   bool
}

// A rowKey names a row of the desk.
type rowKey struct{ kind, id string }

func newChange() *change {
	return &change{threads: make(map[*thread]bool), rows: make(map[rowKey]bool)}
}

func newLedger(grantID string, p *people) *ledger {
	return &ledger{
		grantID: grantID, people: p, own: make(map[string]bool), messages: make(map[int64]*message),
		threads: make(map[string]*thread), locals: make(map[string]*thread), byItem: make(map[string]*item),
		keys: make(map[int64]string), reads: make(map[int64]*mark), drafts: make(map[string]string),
	}
}

// localID is the id that a set of numbers makes. It does not show them.
func (l *ledger) localID(numbers []string) string {
	sum := sha256.Sum256([]byte(l.grantID + " " + strings.Join(numbers, " ")))
	return "n" + base64.RawURLEncoding.EncodeToString(sum[:12])
}

// thread finds a conversation by either of its ids.
func (l *ledger) thread(id string) *thread {
	if t := l.threads[id]; t != nil {
		return t
	}
	return l.locals[id]
}

// with returns the conversation with these numbers, sorted, and begins one
// where there is none.
func (l *ledger) with(numbers []string) (t *thread, isNew bool) {
	id := l.localID(numbers)
	if t := l.locals[id]; t != nil {
		return t, false
	}
	t = &thread{id: id, local: id, numbers: numbers, kept: true}
	l.threads[id], l.locals[id] = t, t
	return t, true
}

// parties splits a record's numbers into the others' and the user's own.
func (l *ledger) parties(m *rc.Message) (others []string, sender string) {
	note := func(c *rc.Caller) {
		n := address(m, c)
		switch {
		case n == "":
		case l.own[n]:
			sender = cmp.Or(sender, n)
		case !slices.Contains(others, n):
			others = append(others, n)
		}
	}
	if m.From != nil {
		note(m.From)
	}
	// Before the user's numbers are known, the only recipient is the user.
	if m.Direction == rc.Outbound || len(m.To) > 1 || len(others) == 0 || len(m.To) == 1 && l.own[address(m, &m.To[0])] {
		for i := range m.To {
			note(&m.To[i])
		}
	}
	if len(others) == 0 && sender != "" {
		others = []string{sender} // texts to oneself
	}
	slices.Sort(others)
	return others, sender
}

// conversationOf is the platform's id of a record's conversation.
func conversationOf(m *rc.Message) string {
	switch {
	case m.Conversation != nil && m.Conversation.ID != "":
		return m.Conversation.ID
	case m.ConversationID != 0:
		return strconv.FormatInt(m.ConversationID, 10)
	}
	return ""
}

// threadOf finds or begins the conversation of a record.
func (l *ledger) threadOf(m *rc.Message, c *change) *thread {
	others, sender := l.parties(m)
	id, local := conversationOf(m), l.localID(others)
	t := l.threads[id]
	if id == "" {
		t = l.locals[local]
	}
	if t == nil {
		if known := l.locals[local]; known != nil && known.id == local && id != "" {
			// Begun here; from now on it has the platform's id, too.
			delete(l.threads, known.id)
			t = known
			t.id = id
		} else {
			t = &thread{id: cmp.Or(id, local), local: local, numbers: others}
		}
		l.threads[t.id] = t
	}
	// Two conversations can have the same numbers when the user has several;
	// the newer one answers for them.
	if at := l.locals[local]; at == nil || at != t && newest(at).Before(m.CreationTime.Time) {
		l.locals[local] = t
	}
	t.sender = cmp.Or(sender, t.sender)
	c.threads[t] = true
	return t
}

func newest(t *thread) time.Time {
	if len(t.messages) == 0 {
		return time.Time{}
	}
	return t.messages[len(t.messages)-1].CreationTime.Time
}

// apply takes over a record. gen is the sync that brought it, or 0 for an
// event. It reports whether anything is different now.
func (l *ledger) apply(m rc.Message, gen int, c *change) bool {
	old := l.messages[m.ID]
	if m.Availability == rc.Deleted || m.Availability == rc.Purged {
		l.bury(m.ID)
		if old == nil {
			return false
		}
		l.remove(old, c)
		return true
	}
	if m.Type != rc.TypeSMS && m.Type != rc.TypePager || m.ID == 0 {
		return false
	}
	// Syncs come in order. What is told besides may come late, and may have been
	// changed in the millisecond that it was written in.
	if old != nil && (m.LastModifiedTime.Before(old.LastModifiedTime.Time) || gen == 0 && m.LastModifiedTime.Equal(old.LastModifiedTime.Time)) {
		return false
	}
	if r := l.reads[m.ID]; r != nil {
		if r.acked && (m.ReadStatus == r.status || gen > r.gen || r.before(&m)) {
			delete(l.reads, m.ID) // it says the same, or was marked otherwise elsewhere
		} else {
			r.theirs, m.ReadStatus = m.ReadStatus, r.status
		}
	}
	if old != nil {
		if reflect.DeepEqual(m, old.Message) {
			return false
		}
		l.take(old)
	}
	if m.From != nil && m.Direction == rc.Inbound {
		l.people.hear(m.From)
	} else {
		for i := range m.To {
			l.people.hear(&m.To[i])
		}
	}
	t := l.threadOf(&m, c)
	n := &message{Message: m, thread: t, folded: fold(m.Subject), hidden: l.isRemoved(&m), older: old != nil && old.older}
	l.messages[m.ID] = n
	if !n.older {
		c.rows[rowKey{rowMessage, strconv.FormatInt(m.ID, 10)}] = true
	}
	if n.hidden {
		l.prune(t)
		return true
	}
	l.place(n)
	if old != nil && !old.older && lost(&old.Message, &m) {
		c.failed = append(c.failed, textKey(m.ID))
	}
	told := m // watchers keep it, while ours may be marked read
	c.records = append(c.records, recordChange{&told, old == nil})
	l.adopt(n, c)
	return true
}

// burials is how many deleted texts are remembered: as many as a gateway tells
// again after a break (contract 7.2), several times over.
const burials = 500

// bury remembers that a text was deleted. A gateway that was lost tells again
// what it had told before, and a text does not come back by that.
func (l *ledger) bury(id int64) {
	l.buried = append(l.buried, id)
	l.buried = l.buried[max(0, len(l.buried)-burials):]
}

func compareMessages(a, b *message) int {
	return cmp.Or(a.CreationTime.Compare(b.CreationTime.Time), cmp.Compare(a.ID, b.ID))
}

// place puts a message into its thread and the counts.
func (l *ledger) place(m *message) {
	t := m.thread
	if i, found := slices.BinarySearchFunc(t.messages, m, compareMessages); found {
		t.messages[i] = m
	} else {
		t.messages = slices.Insert(t.messages, i, m)
	}
	l.count(m, +1)
}

// take removes a message from its thread and the counts.
func (l *ledger) take(m *message) {
	if m.hidden {
		return
	}
	l.count(m, -1)
	if i := slices.Index(m.thread.messages, m); i >= 0 {
		m.thread.messages = slices.Delete(m.thread.messages, i, i+1)
	}
}

// remove forgets a message.
func (l *ledger) remove(m *message, c *change) {
	l.take(m)
	delete(l.messages, m.ID)
	delete(l.reads, m.ID)
	c.threads[m.thread] = true
	c.rows[rowKey{rowMessage, strconv.FormatInt(m.ID, 10)}] = true
	l.prune(m.thread)
}

// prune forgets a thread that holds nothing.
func (l *ledger) prune(t *thread) {
	if len(t.messages) > 0 || t.kept || slices.ContainsFunc(l.items, func(i *item) bool { return i.thread == t }) {
		return
	}
	if l.threads[t.id] == t { // another may have taken its place
		delete(l.threads, t.id)
	}
	if l.locals[t.local] == t {
		delete(l.locals, t.local)
	}
}

func unread(m *message) bool {
	return m.Direction == rc.Inbound && m.ReadStatus == rc.Unread
}

func (l *ledger) count(m *message, by int) {
	if unread(m) {
		m.thread.unread += by
		l.unread += by
	}
}

// trim forgets the oldest messages beyond what a desk holds, and reports
// whether there were any.
func (l *ledger) trim(c *change) bool {
	if len(l.messages) <= maxMessages {
		return false
	}
	oldest := make([]*message, 0, len(l.messages))
	for _, m := range l.messages {
		if !m.older {
			oldest = append(oldest, m)
		}
	}
	over := len(oldest) - maxMessages
	if over <= 0 {
		return false
	}
	slices.SortFunc(oldest, compareMessages)
	for _, m := range oldest[:over] {
		m.thread.whole = false
		l.remove(m, c)
	}
	return true
}

// markRead marks every unread text of a thread and reports whether there was
// one.
func (l *ledger) markRead(t *thread, c *change) bool {
	any := false
	for _, m := range t.messages {
		if !unread(m) {
			continue
		}
		any = true
		l.mark(m, rc.Read, c)
	}
	return any
}

// markUnread marks the newest text that somebody else wrote, so that a thread
// that was read asks to be looked at again. It reports whether that made a
// difference.
func (l *ledger) markUnread(t *thread, c *change) bool {
	if t.unread > 0 {
		return false
	}
	m := newestInbound(t)
	if m != nil {
		l.mark(m, rc.Unread, c)
	}
	return m != nil
}

func newestInbound(t *thread) *message {
	for _, m := range slices.Backward(t.messages) {
		if m.Direction == rc.Inbound {
			return m
		}
	}
	return nil
}

// mark sets whether a text was read, for the platform to be told.
func (l *ledger) mark(m *message, status string, c *change) {
	l.set(m, status, c)
	l.reads[m.ID] = &mark{status: status}
}

func (l *ledger) set(m *message, status string, c *change) {
	l.count(m, -1)
	m.ReadStatus = status
	l.count(m, +1)
	c.threads[m.thread] = true
	c.rows[rowKey{rowMessage, strconv.FormatInt(m.ID, 10)}] = true
	c.rows[rowKey{rowReads, ""}] = true
}

// acknowledged notes that the platform has marked a text, which changed by it
// at a time. A record that has come meanwhile may be newer than that.
func (l *ledger) acknowledged(id int64, status string, at time.Time, gen int, c *change) {
	r, m := l.reads[id], l.messages[id]
	if r == nil || r.status != status { // marked otherwise meanwhile
		return
	}
	r.acked, r.gen, r.at = true, gen, at
	if m != nil && r.theirs != "" && r.theirs != status && r.before(&m.Message) {
		l.set(m, r.theirs, c)
		delete(l.reads, id)
	}
}

// resettle files every message again after the user's numbers or their
// country have become known or have changed.
func (l *ledger) resettle(own map[string]bool, c *change) {
	l.own = own
	old := l.messages
	begun := make(map[string]*thread)
	for _, t := range l.threads {
		if t.kept {
			begun[t.local] = t
		}
	}
	l.messages, l.threads, l.locals, l.unread = make(map[int64]*message), make(map[string]*thread), make(map[string]*thread), 0
	for local, t := range begun {
		t.id, t.messages, t.unread = local, nil, 0
		l.threads[local], l.locals[local] = t, t
	}
	ordered := make([]*message, 0, len(old))
	for _, m := range old {
		ordered = append(ordered, m)
	}
	slices.SortFunc(ordered, compareMessages)
	quiet := newChange()
	for _, m := range ordered {
		l.apply(m.Message, 0, quiet)
		if n := l.messages[m.ID]; n != nil {
			n.older = m.older
		}
	}
	for _, i := range l.items {
		i.thread, _ = l.with(i.thread.numbers)
	}
	c.names = true
}
