package app_test

import (
	"bytes"
	"cmp"
	"context"
	crand "crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"offhook/internal/app"
	"offhook/internal/bus"
	"offhook/internal/rc"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/desk"
	"offhook/internal/widget/seal"
)

// A line is a road whose connections can be cut. It tells its desk that the
// platform takes as many requests as it likes.
type line struct {
	*road
	mu    sync.Mutex
	conns map[net.Conn]bool // guarded by mu
}

func newLine(r *road) *line {
	l := &line{road: r, conns: make(map[net.Conn]bool)}
	dialer := new(net.Dialer)
	r.client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		if err == nil {
			l.mu.Lock()
			l.conns[conn] = true
			l.mu.Unlock()
		}
		return conn, err
	}
	return l
}

func (l *line) Do(ctx context.Context, grantID string, req *http.Request) (*http.Response, error) {
	resp, err := l.road.Do(ctx, grantID, req)
	if err == nil {
		resp.Header.Set("X-Rate-Limit-Limit", "1000000")
		resp.Header.Set("X-Rate-Limit-Remaining", "1000000")
	}
	return resp, err
}

// cut ends every connection, in whatever it is in the middle of.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for conn := range l.conns {
		conn.Close()
	}
	clear(l.conns)
}

// A view is one server's view of a user: a desk on a database of its own.
type view struct {
	name string
	line *line
	db   *sqlstore.DB
	ring *seal.Ring
	log  *slog.Logger
	pool *desk.Pool
	desk *desk.Desk
}

func newView(t testing.TB, name string, r *road) *view {
	t.Helper()
	ring, err := seal.New(map[uint32][]byte{1: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	v := &view{name: name, line: newLine(r), db: sqlstore.OpenTest(t), ring: ring, log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))}
	err = v.db.Widget().Write(t.Context(), func(tx store.WidgetTx) error {
		return tx.AddGrant(t.Context(), store.Grant{ID: "g", Sealed: []byte{1}, CreatedAt: time.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	v.start(t)
	t.Cleanup(func() { v.pool.Close() })
	v.ready(t)
	return v
}

// ready waits until the desk knows what the platform knows.
func (v *view) ready(t testing.TB) {
	t.Helper()
	until(t, v.desk, v.name+" ready and live", func() bool {
		s := v.desk.Status()
		return s.State == desk.Ready && s.Synced && s.Live
	})
}

// start begins as a server does, with what an earlier one has left.
func (v *view) start(t testing.TB) {
	t.Helper()
	v.pool = &desk.Pool{Store: v.db.Widget(), Bus: new(bus.InProcess), Ring: v.ring, Street: v.line, Log: v.log, FaxSettle: 15 * time.Second}
	d, err := v.pool.Desk(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	v.desk = d
}

// What a model's texts begin with: the demo's own history is left aside.
const written = "model "

// A line of what somebody sees of a text.
type seen struct {
	Text   string
	FromMe bool
	Unread bool
	State  desk.Delivery
}

// A picture is what a user sees: texts by conversation, people, and themselves.
type picture struct {
	Texts    map[string][]seen // by the others' numbers
	Contacts []string
	Mail     []string // voicemail and faxes
	Status   string
}

// mailLine is a line of what somebody sees of voicemail or a fax.
func mailLine(id, kind string, unread bool, state desk.Delivery) string {
	return fmt.Sprint(id, " ", kind, " unread:", unread, " ", state)
}

func sortSeen(all map[string][]seen) {
	for _, texts := range all {
		slices.SortFunc(texts, func(a, b seen) int {
			return cmp.Or(cmp.Compare(a.Text, b.Text), strings.Compare(string(a.State), string(b.State)))
		})
	}
}

// look is a view's picture.
func (v *view) look(t *testing.T) picture {
	t.Helper()
	p := picture{Texts: make(map[string][]seen)}
	for _, c := range v.desk.Conversations("", 0) {
		_, messages, err := v.desk.Conversation(c.ID)
		if err != nil {
			t.Fatal(err)
		}
		var others []string
		for _, party := range c.Parties {
			others = append(others, party.Number)
		}
		slices.Sort(others)
		key := strings.Join(others, " ")
		for _, m := range messages {
			if strings.HasPrefix(m.Text, written) {
				p.Texts[key] = append(p.Texts[key], seen{m.Text, m.FromMe, m.Unread, m.State})
			}
		}
	}
	sortSeen(p.Texts)
	book := v.desk.Personal()
	for _, c := range contact.Search("", book).Window(0, book.Len()) {
		p.Contacts = append(p.Contacts, c.Name)
	}
	slices.Sort(p.Contacts)
	for _, m := range v.desk.Voicemails() {
		p.Mail = append(p.Mail, mailLine(m.ID, rc.TypeVoiceMail, m.Unread, desk.Received))
	}
	for _, f := range v.desk.Faxes() {
		p.Mail = append(p.Mail, mailLine(f.ID, rc.TypeFax, f.Unread, f.State))
	}
	slices.Sort(p.Mail)
	presence, _ := v.desk.Presence()
	p.Status = presence.UserStatus + " " + presence.DNDStatus
	return p
}

// A client is an application of somebody else's, which speaks REST only.
type client struct {
	t    testing.TB
	road *road
}

// call asks the platform and reads its answer into out.
func (c *client) call(method, path string, body, out any) {
	c.t.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, "/restapi/v1.0/account/~/extension/~"+path, r)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.road.Do(c.t.Context(), "", req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if resp.StatusCode == http.StatusNotFound {
		return // somebody else has deleted it
	}
	if resp.StatusCode >= 300 {
		c.t.Fatalf("%s %s: %s %s", method, path, resp.Status, text)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			c.t.Fatal(err)
		}
	}
}

func (c *client) texts() []rc.Message {
	all := c.messages("messageType=SMS&messageType=Pager")
	return slices.DeleteFunc(all, func(m rc.Message) bool { return !strings.HasPrefix(m.Subject, written) })
}

// mail is the user's voicemail and faxes.
func (c *client) mail() []rc.Message {
	return c.messages("messageType=VoiceMail&messageType=Fax&dateFrom=2020-01-01T00:00:00Z")
}

func (c *client) messages(which string) []rc.Message {
	var all []rc.Message
	for page := 1; ; page++ {
		var list rc.List[rc.Message]
		c.call("GET", "/message-store?"+which+"&perPage=1000&page="+strconv.Itoa(page), nil, &list)
		all = append(all, list.Records...)
		if len(list.Records) < 1000 {
			return all
		}
	}
}

// look is the platform's picture of a user: the truth.
func (c *client) look(who app.User) picture {
	p := picture{Texts: make(map[string][]seen)}
	for _, m := range c.texts() {
		var others []string
		for _, caller := range append(slices.Clone(m.To), *m.From) {
			switch {
			case m.Type == rc.TypePager && caller.ExtensionNumber != who.ExtensionNumber:
				others = append(others, "ext:"+caller.ExtensionNumber)
			case m.Type == rc.TypeSMS && caller.PhoneNumber != who.PhoneNumber:
				others = append(others, caller.PhoneNumber)
			}
		}
		slices.Sort(others)
		s := seen{Text: m.Subject, FromMe: m.Direction == rc.Outbound, State: desk.Received}
		if s.FromMe {
			s.State = map[string]desk.Delivery{rc.Queued: desk.Sending, rc.Sent: desk.Sent, rc.Delivered: desk.Delivered}[m.MessageStatus]
		} else {
			s.Unread = m.ReadStatus == rc.Unread
		}
		key := strings.Join(others, " ")
		p.Texts[key] = append(p.Texts[key], s)
	}
	sortSeen(p.Texts)
	var contacts rc.List[rc.PersonalContact]
	c.call("GET", "/address-book/contact?perPage=1000", nil, &contacts)
	for _, c := range contacts.Records {
		p.Contacts = append(p.Contacts, strings.TrimSpace(c.FirstName+" "+c.LastName))
	}
	slices.Sort(p.Contacts)
	for _, m := range c.mail() {
		state := desk.Received
		if m.Direction == rc.Outbound {
			state = map[string]desk.Delivery{rc.Queued: desk.Sending, rc.Sent: desk.Sent, rc.SendingFailed: desk.Failed}[m.MessageStatus]
		}
		p.Mail = append(p.Mail, mailLine(strconv.FormatInt(m.ID, 10), m.Type, m.Direction == rc.Inbound && m.ReadStatus == rc.Unread, state))
	}
	slices.Sort(p.Mail)
	var presence rc.Presence
	c.call("GET", "/presence", nil, &presence)
	p.Status = presence.UserStatus + " " + presence.DNDStatus
	return p
}

// A world is everybody, and what they have been promised.
type world struct {
	t     *testing.T
	rand  *rand.Rand
	ada   app.User
	ben   app.User
	cleo  app.User // has no phone: she is in the group only
	views []*view  // two of Ada's, one of Ben's
	third *client  // Ada's
	bens  *client
	n     int
	sent  map[string]*view // texts that were taken, and by whom, nil for the client; all of them arrive
	gone  map[string]bool  // texts that somebody has deleted: who has them may differ
	data  *app.Data        // the platform's own
	faxed []string         // words on the cover pages of faxes that were taken
	less  bool             // somebody has deleted voicemail or a fax
}

func (w *world) text() string {
	w.n++
	return written + strconv.Itoa(w.n)
}

// to is whom a view writes to: the other by number or internally, or a group.
func (w *world) to(v *view) []string {
	other := w.ben
	if v == w.views[2] {
		other = w.ada
	}
	switch w.rand.IntN(4) {
	case 0:
		return []string{"ext:" + other.ExtensionNumber}
	case 1:
		return []string{"ext:" + other.ExtensionNumber, "ext:" + w.cleo.ExtensionNumber}
	}
	return []string{other.PhoneNumber}
}

// pick is a text of the model in one of a view's conversations.
func (w *world) pick(v *view) (conversation string, m desk.Message, ok bool) {
	all := v.desk.Conversations("", 0)
	for _, i := range w.rand.Perm(len(all)) {
		c := all[i]
		_, messages, err := v.desk.Conversation(c.ID)
		if err != nil {
			continue // gone in between
		}
		messages = slices.DeleteFunc(messages, func(m desk.Message) bool { return !strings.HasPrefix(m.Text, written) })
		if len(messages) > 0 {
			return c.ID, messages[w.rand.IntN(len(messages))], true
		}
	}
	return "", m, false
}

// arrived reports whether the sender of a text knows that it has gone out.
// Deleted before that it would be sent again: there is no trace of it.
func (w *world) arrived(text string) bool {
	v := w.sent[text]
	if v == nil {
		return true
	}
	for _, c := range v.desk.Conversations("", 0) {
		_, messages, _ := v.desk.Conversation(c.ID) // a conversation that has just gone has none
		if slices.ContainsFunc(messages, func(m desk.Message) bool { return m.Text == text && m.State != desk.Sending }) {
			return true
		}
	}
	return false
}

// act does one thing at random and says what it was. Only what was taken
// without an error is held against the phone.
func (w *world) act() string {
	t, ctx := w.t, w.t.Context()
	v := w.views[w.rand.IntN(len(w.views))]
	switch what := w.rand.IntN(26); {
	case what >= 20:
		return w.mail(v, what)
	case what < 6:
		text := w.text()
		if _, err := v.desk.Send(ctx, desk.Outgoing{ID: crand.Text(), To: w.to(v), Text: text}); err != nil {
			t.Fatalf("%s sends: %v", v.name, err)
		}
		w.sent[text] = v
		return v.name + " sends " + text
	case what < 8:
		text := w.text()
		w.third.call("POST", "/sms", rc.SMSRequest{From: rc.Caller{PhoneNumber: w.ada.PhoneNumber}, To: []rc.Caller{{PhoneNumber: w.ben.PhoneNumber}}, Text: text}, nil)
		w.sent[text] = nil
		return "the client sends " + text
	case what < 10:
		id, _, ok := w.pick(v)
		if ok {
			_ = v.desk.MarkRead(ctx, id)
		}
		return v.name + " reads"
	case what < 11:
		id, _, ok := w.pick(v)
		if ok {
			_ = v.desk.MarkUnread(ctx, id)
		}
		return v.name + " marks as unread"
	case what < 13:
		conversation, m, ok := w.pick(v)
		if !ok || !w.arrived(m.Text) {
			return "nothing to delete"
		}
		conversations, messages := []string(nil), []string{m.ID}
		if w.rand.IntN(5) == 0 {
			conversations, messages = []string{conversation}, nil
		}
		id, err := v.desk.Remove(ctx, conversations, messages)
		if err != nil {
			return v.name + " deletes nothing: " + err.Error()
		}
		if w.rand.IntN(2) == 0 {
			if err := v.desk.Undo(ctx, id); err == nil {
				return v.name + " deletes and brings back " + m.Text
			}
		}
		w.gone[m.Text] = true
		if len(conversations) > 0 {
			for text := range w.sent { // whatever is in it
				w.gone[text] = true
			}
		}
		v.desk.Confirm(id)
		return fmt.Sprint(v.name, " deletes ", m.Text, " and ", len(conversations), " conversations")
	case what < 15:
		texts := w.third.texts()
		if len(texts) == 0 {
			return "the client has nothing"
		}
		m := texts[w.rand.IntN(len(texts))]
		path := fmt.Sprintf("/message-store/%d", m.ID)
		if w.rand.IntN(3) == 0 && w.arrived(m.Subject) {
			w.gone[m.Subject] = true
			w.third.call("DELETE", path, nil, nil)
			return "the client deletes " + m.Subject
		}
		status := []string{rc.Read, rc.Unread}[w.rand.IntN(2)]
		w.third.call("PUT", path, map[string]any{"readStatus": status}, nil)
		return fmt.Sprintf("the client marks %s as %s", m.Subject, status)
	case what < 16:
		name := "Model" + strconv.Itoa(w.rand.IntN(1000))
		_, err := w.views[w.rand.IntN(2)].desk.AddContact(ctx, rc.PersonalContact{FirstName: name})
		return fmt.Sprintf("a contact %s: %v", name, err)
	case what < 17:
		status := []string{rc.Available, rc.Busy, rc.Offline}[w.rand.IntN(3)]
		_, err := w.views[w.rand.IntN(2)].desk.SetPresence(ctx, desk.PresenceChange{UserStatus: &status})
		return fmt.Sprintf("Ada is %s: %v", status, err)
	case what < 19:
		v.line.cut()
		return v.name + " is cut off"
	}
	v.pool.Close()
	v.start(t)
	return v.name + " starts anew"
}

// mail does one thing at random with voicemail or faxes.
func (w *world) mail(v *view, what int) string {
	t, ctx := w.t, w.t.Context()
	mine, theirs := w.ada, w.ben
	if v == w.views[2] {
		mine, theirs = theirs, mine
	}
	switch what {
	case 20:
		text := w.text()
		if err := v.desk.SendFax(ctx, desk.OutgoingFax{ID: crand.Text(), To: []string{theirs.PhoneNumber}, Cover: 1, CoverText: text}); err != nil {
			t.Fatalf("%s faxes: %v", v.name, err)
		}
		w.faxed = append(w.faxed, text)
		return v.name + " faxes " + text
	case 21:
		if _, err := w.data.AddVoicemail(ctx, app.VoicemailSpec{From: theirs.PhoneNumber, To: mine.PhoneNumber, Length: time.Second, Text: w.text()}); err != nil {
			t.Fatal(err)
		}
		return "voicemail for " + v.name
	case 22:
		all := w.third.mail()
		if len(all) == 0 {
			return "the client has no mail"
		}
		m := all[w.rand.IntN(len(all))]
		path := fmt.Sprintf("/message-store/%d", m.ID)
		if m.MessageStatus != rc.Queued && w.rand.IntN(3) == 0 {
			w.less = true
			w.third.call("DELETE", path, nil, nil)
			return "the client deletes mail " + path
		}
		status := []string{rc.Read, rc.Unread}[w.rand.IntN(2)]
		w.third.call("PUT", path, map[string]any{"readStatus": status}, nil)
		return fmt.Sprintf("the client marks mail %s as %s", path, status)
	}
	var ids []string
	for _, m := range v.desk.Voicemails() {
		ids = append(ids, m.ID)
	}
	for _, f := range v.desk.Faxes() {
		if f.State != desk.Sending {
			ids = append(ids, f.ID)
		}
	}
	if len(ids) == 0 {
		return v.name + " has no mail"
	}
	id := ids[w.rand.IntN(len(ids))]
	if what < 25 {
		read := w.rand.IntN(2) == 0
		return fmt.Sprint(v.name, " marks mail ", id, " read ", read, ": ", v.desk.MarkMail(id, read))
	}
	w.less = true
	err := v.desk.RemoveMail(id)
	if err == nil && w.rand.IntN(2) == 0 {
		return fmt.Sprint(v.name, " deletes mail ", id, " and has it back: ", v.desk.RestoreMail(id))
	}
	return fmt.Sprint(v.name, " deletes mail ", id, ": ", err)
}

// quiet waits until nobody's picture differs from the platform's.
func (w *world) quiet(after []string) {
	w.t.Helper()
	for _, v := range w.views {
		v.desk.RefreshContacts() // as somebody does who opens them: no event tells of a contact
		v.desk.RefreshMail()
	}
	deadline := time.Now().Add(3 * time.Minute)
	for {
		var diff string
		for i, v := range w.views {
			who, client := w.ada, w.third
			if i == 2 {
				who, client = w.ben, w.bens
			}
			if d := gocmp.Diff(client.look(who), v.look(w.t)); d != "" {
				diff += v.name + " (-platform +view):\n" + d
			}
		}
		if diff == "" {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("after\n%s\n%s", strings.Join(after, "\n"), diff)
		}
		time.Sleep(50 * time.Millisecond) // the platform has nothing to wait for: it is asked again
	}
}

// TestEverybodySeesTheSame has two servers of one user, one of another and
// somebody else's application do things at random, while connections are cut
// and servers start anew. Once it is quiet, all of them see what the platform
// has: nothing is lost, nothing is there twice. OFFHOOK_MODEL is the number
// of rounds and OFFHOOK_SEED where to begin.
func TestEverybodySeesTheSame(t *testing.T) {
	dir := t.TempDir()
	info, _, end := runDemo(t, dir, false, func(c *app.DemoConfig) { c.NoRateLimits = true })
	defer end()
	data, err := app.OpenData(t.Context(), dir, "")
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	number := func(name string, otherwise uint64) uint64 {
		if n, err := strconv.ParseUint(os.Getenv(name), 10, 64); err == nil {
			return n
		}
		return otherwise
	}
	seed := number("OFFHOOK_SEED", uint64(time.Now().UnixNano()))
	t.Logf("OFFHOOK_SEED=%d", seed)
	ada, ben, cleo := info.Users[0], info.Users[1], info.Users[2]
	w := &world{
		t: t, rand: rand.New(rand.NewPCG(seed, 0)), ada: ada, ben: ben, cleo: cleo, sent: make(map[string]*view), gone: make(map[string]bool),
		data: data, third: &client{t, signIn(t, info, ada)}, bens: &client{t, signIn(t, info, ben)},
	}
	for _, who := range []struct {
		name string
		user app.User
	}{{"Ada's office", ada}, {"Ada's home", ada}, {"Ben", ben}} {
		w.views = append(w.views, newView(t, who.name, signIn(t, info, who.user)))
	}
	for range number("OFFHOOK_MODEL", 3) {
		var done []string
		for range 40 {
			done = append(done, w.act())
		}
		w.quiet(done)
		w.kept()
	}
}

// kept holds the platform to what was promised: a text that was taken is
// there once on each side, unless somebody has deleted it there.
func (w *world) kept() {
	w.t.Helper()
	for _, c := range []*client{w.third, w.bens} {
		count := make(map[string]int)
		for _, m := range c.texts() {
			count[m.Subject]++
		}
		for text := range w.sent {
			if n := count[text]; n > 1 || n == 0 && !w.gone[text] {
				w.t.Errorf("%s is there %d times", text, n)
			}
		}
	}
	faxes := make(map[string]int)
	for _, c := range []*client{w.third, w.bens} {
		for _, m := range c.mail() {
			if m.Type == rc.TypeFax && m.Direction == rc.Outbound {
				faxes[m.CoverPageText]++
			}
		}
	}
	for _, text := range w.faxed {
		if n := faxes[text]; n > 1 || n == 0 && !w.less {
			w.t.Errorf("the fax %s is there %d times", text, n)
		}
	}
}
