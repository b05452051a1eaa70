package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"offhook/internal/rc"
)

// handleBook adds an address book to the double. Contacts are in the order of
// their changes; the sync token is how many changes a client has seen.
func (p *platform) handleBook(handle func(string, rc.Group, http.HandlerFunc)) {
	handle("GET "+bookSyncPath, rc.Heavy, func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		q := r.URL.Query()
		from, err := 0, error(nil)
		if q.Get("syncType") == rc.ISync {
			if from, err = strconv.Atoi(q.Get("syncToken")); err != nil || p.oldTokens {
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(w, `{"errorCode":"CMN-101","message":"It is not known any more"}`)
				return
			}
		}
		p.bookAsked = append(p.bookAsked, q.Get("syncType")+q.Get("pageId"))
		if at := q.Get("pageId"); at != "" {
			from, _ = strconv.Atoi(at)
		}
		size := len(p.book)
		if p.bookPage > 0 {
			size = p.bookPage
		}
		to := min(from+size, len(p.book))
		s := rc.AddressBookSync{Records: []rc.PersonalContact{}}
		for _, c := range p.book[from:to] {
			if c.Availability == rc.Alive || q.Get("syncType") == rc.ISync {
				s.Records = append(s.Records, c)
			}
		}
		if to < len(p.book) {
			s.NextPageID = int64(to)
			if p.bookStops {
				p.down = true
			}
		} else {
			s.SyncInfo = &rc.SyncInfo{SyncType: q.Get("syncType"), SyncToken: strconv.Itoa(len(p.book))}
		}
		answerJSON(w, s)
	})
}

func (p *platform) keep(all ...rc.PersonalContact) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range all {
		if c.Availability == "" {
			c.Availability = rc.Alive
		}
		p.book = append(p.book, c)
	}
}

func title(d *Desk) string {
	all := d.Conversations("", 1)
	if len(all) == 0 {
		return ""
	}
	return all[0].Title
}

func TestPersonalContactsNameNumbers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.receive(bob, "who am I?")
	h.keep(rc.PersonalContact{ID: 1, FirstName: "Bob", LastName: "Outside", MobilePhone: "(650) 555-9999", Company: "Elsewhere", BusinessFax: "+16505558888"})
	d := open(t, h.pool(t))
	until(t, d, "the name", func() bool { return title(d) == "Bob Outside" })
	if got := d.Lookup("elsewh", 5); len(got) != 1 || got[0].Number != bob || got[0].Name != "Bob Outside" {
		t.Errorf("found by company: %+v", got)
	}
	if got := d.Lookup("Outside", 5); len(got) != 1 {
		t.Errorf("one person is found once: %+v", got)
	}
	if c, ok := d.Personal().Get("1"); !ok || len(c.Numbers) != 2 || c.Numbers[1].Type != "fax" {
		t.Errorf("in the book: %+v", c)
	}

	h.keep(rc.PersonalContact{ID: 1, FirstName: "Robert", MobilePhone: "+16505559999"})
	d.RefreshContacts()
	until(t, d, "the new name", func() bool { return title(d) == "Robert" })
	h.keep(rc.PersonalContact{ID: 1, Availability: rc.Deleted})
	d.RefreshContacts()
	until(t, d, "the number again", func() bool { return title(d) == "(650) 555-9999" })
	h.mu.Lock()
	asked := h.bookAsked
	h.mu.Unlock()
	if want := []string{"FSync", "ISync", "ISync"}; !slices.Equal(asked, want) {
		t.Errorf("asked %v, want %v", asked, want)
	}
}

func TestALongAddressBookIsReadInPagesAndGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 5 {
		h.keep(rc.PersonalContact{ID: int64(i + 1), FirstName: fmt.Sprint("c", i)})
	}
	h.bookPage, h.bookStops = 2, true
	first := h.pool(t)
	d := open(t, first)
	until(t, d, "the first page", func() bool { return d.Personal().Len() == 2 })
	first.Close()

	h.setDown(false)
	h.mu.Lock()
	h.bookStops = false
	h.mu.Unlock()
	second := h.pool(t)
	d = open(t, second)
	if d.Personal().Len() < 2 {
		t.Error("what was read is gone after a restart")
	}
	until(t, d, "all pages", func() bool { return d.Personal().Len() == 5 })
	h.mu.Lock()
	asked := h.bookAsked
	h.mu.Unlock()
	if asked[0] != "FSync" || slices.Contains(asked[1:], "FSync") || !slices.Contains(asked, "FSync4") {
		t.Errorf("asked %v, want the walk to go on where it was", asked)
	}
}

func TestWhoLooksAtContactsRightAfterARestartSeesNewOnes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.keep(rc.PersonalContact{ID: 1, FirstName: "Old"})
	first := h.pool(t)
	d := open(t, first)
	until(t, d, "the first", func() bool { return d.Personal().Len() == 1 })
	first.Close()
	h.keep(rc.PersonalContact{ID: 2, FirstName: "New"})
	d = open(t, h.pool(t))
	d.RefreshContacts() // before the platform has said who the user is
	until(t, d, "the new one", func() bool { return d.Personal().Len() == 2 })
}

func TestAnAddressBookThatStartedOverForgetsWhatIsGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.keep(rc.PersonalContact{ID: 1, FirstName: "Old"}, rc.PersonalContact{ID: 2, FirstName: "Stays"})
	d := open(t, h.pool(t))
	until(t, d, "both", func() bool { return d.Personal().Len() == 2 })
	h.mu.Lock()
	h.book, h.oldTokens = h.book[1:], true
	h.mu.Unlock()
	d.RefreshContacts()
	until(t, d, "one", func() bool { return d.Personal().Len() == 1 })
	if _, ok := d.Personal().Get("2"); !ok {
		t.Error("the wrong one is gone")
	}
}
