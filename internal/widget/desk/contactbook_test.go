package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"offhook/internal/bus"
	"offhook/internal/rc"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/seal"
)

// A bookStreet answers for a platform with a long address book, without a
// network, so that the test's time can pass by itself. Like the platform it
// counts what is asked of a group in a minute, and remembers whether that was
// ever too much.
type bookStreet struct {
	many  int
	asked []string // the pages, in order
	times []time.Time
	whole int // pages of syncs from the beginning
	late  int // requests beyond the limit
}

func (s *bookStreet) Do(_ context.Context, _ string, req *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	switch req.URL.Path {
	case bookSyncPath:
		s.page(w, req.URL.Query())
	case accountPath:
		fmt.Fprint(w, `{"id":1}`)
	case extensionPath:
		fmt.Fprint(w, `{"id":101,"extensionNumber":"101","name":"Ada","status":"Enabled"}`)
	default:
		fmt.Fprint(w, `{"records":[],"syncInfo":{"syncToken":"t"}}`)
	}
	return w.Result(), nil
}

// Gateway is not to be had: contacts need none.
func (s *bookStreet) Gateway(context.Context, string, *url.URL) (*http.Client, error) {
	return nil, fmt.Errorf("there is no gateway")
}

func (s *bookStreet) page(w http.ResponseWriter, q url.Values) {
	now := time.Now()
	s.times = append(s.times, now)
	in := 0
	for _, t := range s.times {
		if now.Sub(t) < time.Minute {
			in++
		}
	}
	if in > rc.Heavy.Limit() {
		s.late++
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	s.asked = append(s.asked, q.Get("syncType")+q.Get("pageId"))
	at, _ := strconv.Atoi(q.Get("pageId"))
	if q.Get("syncType") == rc.FSync && at == 0 {
		s.whole++
	}
	size, _ := strconv.Atoi(q.Get("perPage"))
	out := rc.AddressBookSync{Records: []rc.PersonalContact{}}
	to := min(at+size, s.many)
	if q.Get("syncType") == rc.ISync {
		to = at
	}
	for i := at; i < to; i++ {
		out.Records = append(out.Records, person(i))
	}
	if to < s.many && q.Get("syncType") == rc.FSync {
		out.NextPageID = int64(to)
	} else {
		out.SyncInfo = &rc.SyncInfo{SyncToken: "t"}
	}
	json.NewEncoder(w).Encode(out) //nolint:errcheck // into memory
}

// person is a contact as real ones are: half of the fields filled in.
func person(i int) rc.PersonalContact {
	return rc.PersonalContact{
		ID: int64(i + 1), URI: "https://platform.example/restapi/v1.0/account/1/extension/101/address-book/contact/" + strconv.Itoa(i+1), Availability: rc.Alive,
		FirstName: "Given" + strconv.Itoa(i%997), LastName: "Family" + strconv.Itoa(i), Company: "Company " + strconv.Itoa(i%5003), JobTitle: "Buyer",
		Email: fmt.Sprintf("given.family%d@company.example", i), MobilePhone: fmt.Sprintf("+1415%07d", 2_000_000+i), BusinessPhone: fmt.Sprintf("(212) %03d-%04d", 200+i/10_000, i%10_000),
		BusinessAddress: &rc.ContactAddress{Street: "1 Main Street", City: "Springfield", Zip: strconv.Itoa(10_000 + i%90_000)},
	}
}

// bookPool is a server on a database.
func bookPool(db *sqlstore.DB, ring *seal.Ring, s *bookStreet) *Pool {
	return &Pool{Store: db.Widget(), Bus: new(bus.InProcess), Ring: ring, Street: s, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
}

// A platform takes ten of these requests a minute, of 250 contacts each: to
// read 50,000 takes twenty minutes at the least. The user sees how far it is,
// has those that have come, and after a restart it goes on where it was.
// OFFHOOK_CONTACTS is how many contacts there are.
func TestALongBookComesWithinTheLimitsAndOverARestart(t *testing.T) {
	many := 10_000
	if n, err := strconv.Atoi(os.Getenv("OFFHOOK_CONTACTS")); err == nil {
		many = n
	}
	least := time.Duration(many/250/10) * time.Minute // as the platform's limit has it
	synctest.Test(t, func(t *testing.T) {
		ring, err := seal.New(map[uint32][]byte{1: make([]byte, 32)})
		if err != nil {
			t.Fatal(err)
		}
		db := sqlstore.OpenTest(t)
		err = db.Widget().Write(t.Context(), func(tx store.WidgetTx) error {
			return tx.AddGrant(t.Context(), store.Grant{ID: "g", Platform: "p", ClientID: "c", OwnerID: "101", Sealed: []byte{1}, CreatedAt: time.Now()})
		})
		if err != nil {
			t.Fatal(err)
		}
		s := &bookStreet{many: many}
		began := time.Now()
		first := bookPool(db, ring, s)
		d := open(t, first)
		until := func(what string, ok func() bool) {
			t.Helper()
			for !ok() {
				if time.Since(began) > time.Hour {
					t.Fatalf("%s did not happen: %d pages were asked for, %d too many, %v", what, len(s.asked), s.late, s.times[len(s.times)-30:])
				}
				time.Sleep(time.Second) // the bubble's own time
				synctest.Wait()
			}
		}
		look := func(d *Desk) { // a tab is open
			w := d.Watch(d.Position())
			go func() {
				for range w.C {
				}
			}()
		}
		look(d)
		have := func() int { _, n := d.ContactsComing(); return n }
		until("a fifth of it", func() bool { return have() >= many/5 })
		if coming, n := d.ContactsComing(); !coming || n >= many/2 {
			t.Errorf("after %v: coming %v, %d contacts", time.Since(began), coming, n)
		}
		last := person(have() - 1)
		if all := d.Lookup(last.LastName, 1); len(all) != 1 || all[0].Number != last.MobilePhone {
			t.Errorf("%s has come and is found as %+v", last.LastName, all)
		}
		if n := d.Personal().Len(); n != have() {
			t.Errorf("the book has %d of %d contacts", n, have())
		}

		first.Close()
		before := have()
		second := bookPool(db, ring, s)
		defer second.Close()
		d = open(t, second)
		look(d)
		if coming, n := d.ContactsComing(); !coming || n < before-250 {
			t.Errorf("after a restart: coming %v, %d contacts of %d", coming, n, before)
		}
		until("the whole book", func() bool { coming, _ := d.ContactsComing(); return !coming })
		took := time.Since(began)
		if n := d.Personal().Len(); n != many || s.whole != 1 {
			t.Errorf("%d contacts, begun %d times; want %d, begun once", n, s.whole, many)
		}
		if s.late > 0 {
			t.Errorf("%d requests were beyond the platform's limit", s.late)
		}
		if took < least-time.Minute || took > least*3/2+2*time.Minute {
			t.Errorf("it took %v, want %v and what is left to the user", took, least)
		}
		t.Logf("%d contacts in %v", many, took)
	})
}

// BenchmarkContacts says what a long book costs whoever has it: memory of each
// contact, and the time that a page of a sync, a search and a list take.
func BenchmarkContacts(b *testing.B) {
	for _, many := range []int{1_000, 49_500} {
		b.Run(strconv.Itoa(many), func(b *testing.B) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			d := &Desk{pool: &Pool{Now: time.Now}, ledger: newLedger("g", newPeople("US", nil)), feed: newFeed(), changed: make(map[rowKey]bool), keep: make(chan struct{}, 1)}
			page := func(from int) {
				s := rc.AddressBookSync{NextPageID: int64(from + 250)}
				for i := from; i < from+250; i++ {
					s.Records = append(s.Records, person(i))
				}
				d.takeContacts(s)
			}
			for at := 0; at < many; at += 250 {
				page(at)
				clear(d.changed)
			}
			d.Personal()
			runtime.GC()
			runtime.ReadMemStats(&after)
			began := time.Now()
			page(many)
			paged := time.Since(began)
			began = time.Now()
			d.Personal()
			booked := time.Since(began)
			for b.Loop() {
				contact.Search("family 499", d.Personal()).Window(0, 100)
			}
			runtime.KeepAlive(d)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(many), "bytes/contact")
			b.ReportMetric(float64(paged.Microseconds()), "µs/page")
			b.ReportMetric(float64(booked.Microseconds()), "µs/book")
		})
	}
}
