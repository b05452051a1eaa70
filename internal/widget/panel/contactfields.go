package panel

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// Bounds of what a contact may say, as the platform takes them.
const (
	fieldLimit = 250
	notesLimit = 4000
	maxEmails  = 3
)

// A contactField is one line of the form.
type contactField struct {
	Name  string // the contract's member
	Label string
	Type  string // of the input
	Auto  string // what a browser may complete it with
	Value string
}

// contactFields are the lines of the form; after the gap those that are
// seldom needed.
var contactFields, moreFields = []contactField{
	{Name: "firstName", Label: lang.Mark("First name"), Type: "text"},
	{Name: "lastName", Label: lang.Mark("Last name"), Type: "text"},
	{Name: "company", Label: lang.Mark("Company"), Type: "text"},
	{Name: "jobTitle", Label: lang.Mark("Job title"), Type: "text"},
}, []contactField{
	{Name: "middleName", Label: lang.Mark("Middle name"), Type: "text"},
	{Name: "nickName", Label: lang.Mark("Nickname"), Type: "text"},
	{Name: "webPage", Label: lang.Mark("Web page"), Type: "url"},
	{Name: "birthday", Label: lang.Mark("Birthday"), Type: "date"},
}

// A phoneKind is a type of number with the members that can hold it.
type phoneKind struct {
	Key, Label string
	members    []string
}

var phoneKinds = []phoneKind{
	{"mobile", lang.Mark("Mobile"), []string{"mobilePhone"}},
	{"business", lang.Mark("Work"), []string{"businessPhone", "businessPhone2"}},
	{"home", lang.Mark("Home"), []string{"homePhone", "homePhone2"}},
	{"company", lang.Mark("Company"), []string{"companyPhone"}},
	{"other", lang.Mark("Other"), []string{"otherPhone"}},
	{"callback", lang.Mark("Callback"), []string{"callbackPhone"}},
	{"assistant", lang.Mark("Assistant"), []string{"assistantPhone"}},
	{"car", lang.Mark("Car"), []string{"carPhone"}},
	{"fax", lang.Mark("Work fax"), []string{"businessFax"}},
	{"otherFax", lang.Mark("Other fax"), []string{"otherFax"}},
}

// A phoneRow is a number in the form.
type phoneRow struct {
	Kind   string
	Number string // as somebody writes it
	member string // that holds it
}

// textMember is where a contact keeps a member that is a text; nil for
// another.
func textMember(c *rc.PersonalContact, name string) *string {
	switch name {
	case "firstName":
		return &c.FirstName
	case "lastName":
		return &c.LastName
	case "company":
		return &c.Company
	case "jobTitle":
		return &c.JobTitle
	case "middleName":
		return &c.MiddleName
	case "nickName":
		return &c.NickName
	case "webPage":
		return &c.WebPage
	case "notes":
		return &c.Notes
	case "email":
		return &c.Email
	case "email2":
		return &c.Email2
	case "email3":
		return &c.Email3
	}
	return nil
}

var emailMembers = []string{"email", "email2", "email3"}

// show fills the form with a contact; was is what a change is compared with.
func (f *contactForm) show(c, was rc.PersonalContact) {
	raw, _ := json.Marshal(was) // of texts
	f.Was, f.Notes, f.Unfold = string(raw), c.Notes, false
	f.Fields, f.More, f.Phones, f.Emails = nil, nil, nil, nil
	for _, field := range inOrder(f.Lang, contactFields) {
		field.Value = *textMember(&c, field.Name)
		f.Fields = append(f.Fields, field)
	}
	for _, field := range moreFields {
		if text := textMember(&c, field.Name); text != nil {
			field.Value = *text
		} else if !c.Birthday.IsZero() {
			field.Value = c.Birthday.UTC().Format(time.DateOnly)
		}
		f.Unfold = f.Unfold || field.Value != ""
		f.More = append(f.More, field)
	}
	for _, p := range c.Phones() {
		if *p.Number != "" {
			f.Phones = append(f.Phones, phoneRow{kindOf(p.Member), f.desk.WriteNumber(*p.Number), p.Member})
		}
	}
	for _, name := range emailMembers {
		if text := *textMember(&c, name); text != "" {
			f.Emails = append(f.Emails, text)
		}
	}
}

// inOrder has the family's name asked for first where readers write it first.
func inOrder(l *lang.Language, fields []contactField) []contactField {
	if !l.FamilyFirst() {
		return fields
	}
	all := slices.Clone(fields)
	slices.SortStableFunc(all, func(a, b contactField) int { return rankOf(a.Name) - rankOf(b.Name) })
	return all
}

// rankOf puts lastName before firstName, and both before the rest.
func rankOf(member string) int {
	switch member {
	case "lastName":
		return 0
	case "firstName":
		return 1
	}
	return 2
}

func kindOf(member string) string {
	for _, k := range phoneKinds {
		if slices.Contains(k.members, member) {
			return k.Key
		}
	}
	return "other"
}

// take fills the form with what was typed, and returns the contact as the
// user saw it and as it would be then. What cannot be is in Wrong.
func (f *contactForm) take(v url.Values) (was, now rc.PersonalContact) {
	f.Was = v.Get("was")
	_ = json.Unmarshal([]byte(f.Was), &was) // what is none is an empty one
	now = was
	f.Fields, f.More = slices.Clone(contactFields), slices.Clone(moreFields)
	for _, fields := range [][]contactField{f.Fields, f.More} {
		for i := range fields {
			fields[i].Value = markup.Line(v.Get(fields[i].Name))
			if to := textMember(&now, fields[i].Name); to != nil {
				*to = fields[i].Value
			}
		}
	}
	for _, field := range f.More {
		f.Unfold = f.Unfold || field.Value != ""
	}
	f.Notes = strings.TrimSpace(strings.ReplaceAll(markup.NoOverrides(v.Get("notes")), "\r\n", "\n"))
	now.Notes = f.Notes
	f.takeBirthday(&now)
	f.takePage(was, &now)
	f.takePhones(v, was, &now)
	f.takeEmails(v, was, &now)
	return was, now
}

func (f *contactForm) takeBirthday(now *rc.PersonalContact) {
	text := f.text("birthday")
	if !now.Birthday.IsZero() && now.Birthday.UTC().Format(time.DateOnly) == text {
		return
	}
	now.Birthday = rc.Time{}
	if text == "" {
		return
	}
	at, err := time.Parse(time.DateOnly, text)
	if err != nil || at.Year() < 1000 {
		f.Wrong["birthday"] = f.Lang.Say("This is not a date. Write it with year, month and day.")
		return
	}
	now.Birthday = rc.TimeOf(at)
}

// takePage reads an address as people write it, without https.
func (f *contactForm) takePage(was rc.PersonalContact, now *rc.PersonalContact) {
	if now.WebPage == "" || now.WebPage == was.WebPage {
		return
	}
	if !strings.Contains(now.WebPage, "://") {
		now.WebPage = "https://" + now.WebPage
	}
	if u, err := url.Parse(now.WebPage); err != nil || u.Scheme != "https" && u.Scheme != "http" || !strings.Contains(u.Host, ".") {
		f.Wrong["webPage"] = f.Lang.Say("This is not the address of a web page. Write it as https://example.com.")
	}
}

// takePhones puts each number where its kind has room.
func (f *contactForm) takePhones(v url.Values, was rc.PersonalContact, now *rc.PersonalContact) {
	place := make(map[string]*string)
	for _, p := range now.Phones() {
		place[p.Member], *p.Number = p.Number, ""
	}
	kinds := v["phoneKind"]
	for i, typed := range v["phoneNumber"] {
		if typed = markup.Line(typed); typed == "" || i >= len(kinds) || len(f.Phones) == len(place) {
			continue
		}
		row, at := phoneRow{Kind: kinds[i], Number: typed}, len(f.Phones)
		k := slices.IndexFunc(phoneKinds, func(k phoneKind) bool { return k.Key == row.Kind })
		if k < 0 {
			row.Kind, k = "other", 4
		}
		for _, member := range phoneKinds[k].members {
			if *place[member] == "" && row.member == "" {
				row.member = member
			}
		}
		switch number, ok := f.number(typed, was); {
		case row.member == "":
			f.Wrong[phoneField(at)] = f.Lang.Say("There is no room for another number of the type “%s”. Choose another type.", f.Lang.Say(phoneKinds[k].Label))
		case !ok:
			*place[row.member] = typed
			f.Wrong[phoneField(at)] = f.Lang.Say("“%s” is not a phone number. Check the digits, and begin with + and the country code for another country.", markup.Cut(typed, 40))
		default:
			*place[row.member] = number
		}
		f.Phones = append(f.Phones, row)
	}
}

// phoneField is what the row of a number is called in Wrong.
func phoneField(i int) string { return fmt.Sprint("phone-", i) }

func emailField(i int) string { return fmt.Sprint("email-", i) }

// number reads a number; one that stands as it was is what it was.
func (f *contactForm) number(typed string, was rc.PersonalContact) (string, bool) {
	for _, p := range was.Phones() {
		if *p.Number != "" && (typed == *p.Number || typed == f.desk.WriteNumber(*p.Number)) {
			return *p.Number, true
		}
	}
	return f.desk.ReadNumber(typed)
}

func (f *contactForm) takeEmails(v url.Values, was rc.PersonalContact, now *rc.PersonalContact) {
	known := []string{was.Email, was.Email2, was.Email3}
	for _, name := range emailMembers {
		*textMember(now, name) = ""
	}
	for _, typed := range v["email"] {
		if typed = markup.Line(typed); typed == "" || len(f.Emails) == maxEmails {
			continue
		}
		at := len(f.Emails)
		if a, err := mail.ParseAddress(typed); !slices.Contains(known, typed) && (err != nil || a.Address != typed) {
			f.Wrong[emailField(at)] = f.Lang.Say("This is not an e-mail address. Write it as name@example.com.")
		}
		*textMember(now, emailMembers[at]) = typed
		f.Emails = append(f.Emails, typed)
	}
}

// check says what no contact may be.
func (f *contactForm) check() {
	empty := len(f.Phones) == 0 && len(f.Emails) == 0
	for _, name := range []string{"firstName", "lastName", "company", "nickName"} {
		empty = empty && f.text(name) == ""
	}
	if empty && len(f.Wrong) == 0 {
		f.Wrong["firstName"] = f.Lang.Say("Write a name, a company, a number or an e-mail address.")
	}
	for _, field := range slices.Concat(f.Fields, f.More) {
		if utf8.RuneCountInString(field.Value) > fieldLimit {
			f.Wrong[field.Name] = f.Lang.Say("This is too long. Write at most %d characters.", fieldLimit)
		}
	}
	for i, e := range f.Emails {
		if utf8.RuneCountInString(e) > fieldLimit {
			f.Wrong[emailField(i)] = f.Lang.Say("This is too long. Write at most %d characters.", fieldLimit)
		}
	}
	if utf8.RuneCountInString(f.Notes) > notesLimit {
		f.Wrong["notes"] = f.Lang.Say("These notes are too long. Write at most %d characters.", notesLimit)
	}
}

// text is what the form has of a member.
func (f *contactForm) text(member string) string {
	for _, field := range slices.Concat(f.Fields, f.More) {
		if field.Name == member {
			return field.Value
		}
	}
	if i := slices.Index(emailMembers, member); i >= 0 && i < len(f.Emails) {
		return f.Emails[i]
	}
	for _, row := range f.Phones {
		if row.member == member {
			return row.Number
		}
	}
	if member == "notes" {
		return f.Notes
	}
	return ""
}

// blame says a sentence at the field of a member, where the form has one.
func (f *contactForm) blame(member, sentence string) {
	if i := slices.Index(emailMembers, member); i >= 0 && i < len(f.Emails) {
		f.Wrong[emailField(i)] = sentence
		return
	}
	for i, row := range f.Phones {
		if row.member == member {
			f.Wrong[phoneField(i)] = sentence
			return
		}
	}
	known := slices.ContainsFunc(slices.Concat(f.Fields, f.More), func(c contactField) bool { return c.Name == member })
	if known || member == "notes" {
		f.Wrong[member] = sentence
	}
}

// offer puts a number into the form that it was opened for, and finds who
// else may have it.
func (f *contactForm) offer(number string) {
	f.Number = number
	f.Phones = slices.DeleteFunc(f.Phones, func(r phoneRow) bool { return r.Number == "" })
	written := f.desk.WriteNumber(number)
	if slices.ContainsFunc(f.Phones, func(r phoneRow) bool { return r.Number == written || r.Number == number }) {
		return
	}
	free := "mobile"
	for _, kind := range []string{"mobile", "business", "home", "other"} {
		if !slices.ContainsFunc(f.Phones, func(r phoneRow) bool { return r.Kind == kind }) {
			free = kind
			break
		}
	}
	f.Phones = append(f.Phones, phoneRow{Kind: free, Number: written})
	if f.New() {
		f.pick("")
	}
}
