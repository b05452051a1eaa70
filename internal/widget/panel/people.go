package panel

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/visit"
)

// Colleagues of the stories.
func (d *fixtureDesk) Colleagues() *contact.Book {
	return bookOf(contact.Company,
		`{"id":"1002","name":"Priya Raman","extensionNumber":"102","jobTitle":"Buyer","department":"Purchasing","emails":["priya@harborsupply.example"],"phoneNumbers":[{"phoneNumber":"+16505550102","phoneType":"direct"}]}`,
		`{"id":"1003","name":"Omar Haddad","extensionNumber":"103","jobTitle":"Driver","emails":["omar@harborsupply.example"],"phoneNumbers":[{"phoneNumber":"+16505550103","phoneType":"direct"}]}`,
		`{"id":"1004","name":"Jonas Weber","extensionNumber":"104","emails":["jonas@harborsupply.example"]}`,
	)
}

// Queues of the stories.
func (d *fixtureDesk) Queues() *contact.Book {
	return bookOf(contact.Queue, d.queues...)
}

var storyQueues = []string{
	`{"id":"1900","name":"Sales","extensionNumber":"900","phoneNumbers":[{"phoneNumber":"+16505550190","phoneType":"direct"}]}`, `{"id":"1901","name":"Support","extensionNumber":"901"}`,
}

func bookOf(typ string, contacts ...string) *contact.Book {
	var entries []contact.Entry
	for _, raw := range contacts {
		c, why := contact.Parse(json.RawMessage(raw), typ)
		if c.ID == "" {
			panic(why)
		}
		entries = append(entries, contact.NewEntry(c))
	}
	return contact.NewBook(entries)
}

// fixtureBooks are what the application of the stories' page knows.
type fixtureBooks struct{ contact.Source }

// harborIcon is a picture as a page would send one.
const harborIcon = "data:image/svg+xml,%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22%20viewBox=%220%200%2016%2016%22%3E%3Crect%20width=%2216%22%20height=%2216%22%20rx=%224%22%20fill=%22%23c2410c%22/%3E%3Cpath%20d=%22M4%2011V5l4%204%204-4v6%22%20stroke=%22white%22%20stroke-width=%222%22%20fill=%22none%22/%3E%3C/svg%3E"

func newFixtureBooks(many int) *fixtureBooks {
	contacts := []string{
		`{"id":"c1","name":"Marta Lindqvist","company":"Lindqvist Bygg","jobTitle":"Site manager","emails":["marta@lindqvist.example"],"phoneNumbers":[{"phoneNumber":"+14155550144","phoneType":"mobile"},{"phoneNumber":"+14155550145","phoneType":"business"}]}`,
		`{"id":"c2","name":"Lumen Interiors","phoneNumbers":[{"phoneNumber":"+12125550166","phoneType":"company"}]}`,
		`{"id":"c3","name":"Åsa Öberg","company":"Öberg & Co","emails":["asa@oberg.example"]}`,
		`{"id":"c4","name":"王伟","company":"Pacific Tiles","phoneNumbers":[{"phoneNumber":"+14155550147","phoneType":"mobile"}]}`,
		"{\"id\":\"c5\",\"name\":\"<img src=x onerror='alert(1)'> \u202egnihton\",\"company\":\"</a><script>alert(1)</script>\"}",
		`{"id":"c6","name":"Marta Lindqvist-Olsson","company":"Olsson Flooring","phoneNumbers":[{"phoneNumber":"+14155550144"}]}`,
	}
	for i := range many {
		contacts = append(contacts, fmt.Sprintf(`{"id":"m%d","name":"%c%s Customer %d","company":"Company %d"}`, i, 'A'+rune(i*7%26), []string{"nna", "ell", "ona"}[i%3], i, i))
	}
	return &fixtureBooks{contact.Source{
		Type: "HarborCRM", Name: "HarborCRM", Icon: harborIcon, Book: bookOf("HarborCRM", contacts...), Syncs: true, Activities: "Activities",
		Buttons: []contact.Button{{ID: "later", Type: "contactAction", Label: "Call back later", Icon: "clock"}},
	}}
}

func (b *fixtureBooks) Contacts(visit.Visit) (contact.Source, bool) { return b.Source, true }

func (b *fixtureBooks) Contact(_ visit.Visit, id string) (contact.Contact, bool) {
	return b.Book.Get(id)
}

func (b *fixtureBooks) Whose(_ visit.Visit, _, number string) []contact.Contact {
	return b.Book.Whose(number)
}

// crmPage is a page whose application has contacts.
func crmPage(p page, books *fixtureBooks) page {
	p.desk = namedDesk{p.desk, visit.Visit{Frame: store.Frame{Key: "story"}}, books}
	return p
}

func peopleStory(query, source string, many int, change func(*fixtureBooks)) func(*fixtureDesk, page) (string, any) {
	return func(_ *fixtureDesk, p page) (string, any) {
		books := newFixtureBooks(many)
		if change != nil {
			change(books)
		}
		return "contacts", newPeople(context.Background(), crmPage(p, books), query, source, 0)
	}
}

func contactStory(id string) func(*fixtureDesk, page) (string, any) {
	return func(d *fixtureDesk, p page) (string, any) {
		books := newFixtureBooks(0)
		c, ok := books.Book.Get(id)
		if !ok {
			c, _ = d.Colleagues().Get(id)
		}
		return "contact", newContact(crmPage(p, books), c, books.Source, ok)
	}
}

// ownStory gives the stories' user a contact.
func ownStory(d *fixtureDesk) (contact.Contact, rc.PersonalContact) {
	record := rc.PersonalContact{
		ID: 7, FirstName: "Nils", LastName: "Nordgren", Company: "Nordgren Tak", JobTitle: "Roofer", MobilePhone: "+14155550177",
		BusinessPhone: "+14155550178", Email: "nils@nordgren.example", Notes: "Prefers texts.\nOn the roof until four.", WebPage: "https://nordgren.example",
	}
	d.records = map[string]rc.PersonalContact{"7": record}
	d.personal = []string{`{"id":"7","type":"personal","name":"Nils Nordgren","company":"Nordgren Tak","jobTitle":"Roofer","emails":["nils@nordgren.example"],"phoneNumbers":[{"phoneNumber":"+14155550177","phoneType":"mobile"},{"phoneNumber":"+14155550178","phoneType":"business"}]}`}
	c, _ := d.Personal().Get("7")
	return c, record
}

// peopleStories are the states of the contacts.
func peopleStories() []story {
	return []story{
		{Name: "contacts-overseen", Title: "Contacts, colleagues in calls that the user may listen in on", Tab: "contacts", draw: func(d *fixtureDesk, p page) (string, any) {
			d.overseen = []Presence{{ExtensionID: "1002", Reach: "busy", TelephonyStatus: rc.TelephonyConnected}, {ExtensionID: "1003", Reach: "busy", TelephonyStatus: rc.TelephonyOnHold}}
			return peopleStory("", "", 0, nil)(d, p)
		}},
		{Name: "contacts", Title: "Contacts", Tab: "contacts", draw: peopleStory("", "", 80, nil)},
		{Name: "contacts-company", Title: "Contacts without an application", Tab: "contacts", draw: func(d *fixtureDesk, p page) (string, any) {
			return "contacts", newPeople(context.Background(), p, "", "", 0)
		}},
		{Name: "contacts-syncing", Title: "Contacts, being asked for", Tab: "contacts", draw: peopleStory("", "", 0, func(b *fixtureBooks) { b.Syncing, b.SoFar = true, 3200 })},
		{Name: "contacts-coming", Title: "Contacts, one's own on their way", Tab: "contacts", draw: func(d *fixtureDesk, p page) (string, any) {
			ownStory(d)
			d.coming = 3250
			return "contacts", newPeople(context.Background(), p, "", "", 0)
		}},
		{Name: "contacts-trouble", Title: "Contacts, not answered", Tab: "contacts", draw: peopleStory("", "", 0, func(b *fixtureBooks) { b.Trouble = "HarborCRM did not answer." })},
		{Name: "contacts-none", Title: "Contacts, the application has none", Tab: "contacts", draw: peopleStory("", application, 0, func(b *fixtureBooks) { b.Book = nil })},
		{Name: "contacts-found", Title: "Contacts, found", Tab: "contacts", draw: peopleStory("lind", "", 0, nil)},
		{Name: "contacts-nobody", Title: "Contacts, nobody found", Tab: "contacts", draw: peopleStory("zzz", contact.Company, 0, nil)},
		{Name: "contacts-queues", Title: "Contacts, the company's queues", Tab: "contacts", draw: func(d *fixtureDesk, p page) (string, any) {
			d.queues = storyQueues
			return "contacts", newPeople(context.Background(), p, "", contact.Queue, 0)
		}},
		{Name: "contact", Title: "Contact", Tab: "contacts", draw: contactStory("c1")},
		{Name: "contact-colleague", Title: "Contact, a colleague", Tab: "contacts", draw: contactStory("1002")},
		{Name: "contacts-favorites", Title: "Contacts, favorites", Tab: "contacts", draw: func(d *fixtureDesk, p page) (string, any) {
			ownStory(d)
			d.favorites = []contact.Key{{Type: contact.Personal, ID: "7"}, {Type: contact.Company, ID: "1002"}, {Type: contact.Company, ID: "gone"}}
			return "contacts", newPeople(context.Background(), crmPage(p, newFixtureBooks(0)), "", "", 0)
		}},
		{Name: "contact-personal", Title: "Contact, one's own", Tab: "contacts", draw: func(d *fixtureDesk, p page) (string, any) {
			c, _ := ownStory(d)
			v := newContact(p, c, contact.Source{}, false)
			v.May, v.Notes = true, d.records["7"].Notes
			return "contact", v
		}},
		{Name: "contact-new", Title: "Contact, being made", Tab: "contacts", draw: func(d *fixtureDesk, p page) (string, any) {
			return "contact-form", newContactForm(p, newContactID, rc.PersonalContact{})
		}},
		{Name: "contact-save", Title: "Contact, made of a number", Tab: "contacts", draw: func(d *fixtureDesk, p page) (string, any) {
			ownStory(d)
			f := newContactForm(p, newContactID, rc.PersonalContact{})
			f.offer(cold.Number)
			return "contact-form", f
		}},
		{Name: "contact-wrong", Title: "Contact, wrongly filled in", Tab: "contacts", draw: func(d *fixtureDesk, p page) (string, any) {
			_, record := ownStory(d)
			f := newContactForm(p, "7", record)
			f.take(url.Values{"firstName": {"Nils"}, "phoneKind": {"mobile", "mobile", "home"}, "phoneNumber": {"555", "(415) 555-0171", "+14155550172"}, "email": {"nils"}, "webPage": {"nowhere"}, "notes": {"</textarea><script>alert(1)</script>"}})
			f.check()
			f.Unfold, f.Kept = true, true
			return "contact-form", f
		}},
		{Name: "contact-clash", Title: "Contact, changed elsewhere meanwhile", Tab: "contacts", draw: func(d *fixtureDesk, p page) (string, any) {
			_, was := ownStory(d)
			now, theirs := was, was
			now.Company, theirs.Company = "Nordgren & Sons", "Nordgren Roofs"
			f := newContactForm(p, "7", was)
			f.clash(&contact.Clash{Theirs: theirs, Fields: contact.Clashes(was, now, theirs)}, was, now)
			return "contact-form", f
		}},
		{Name: "contact-hostile", Title: "Contact with hostile text", Tab: "contacts", draw: contactStory("c5")},
	}
}
