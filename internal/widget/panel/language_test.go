package panel

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"offhook/internal/widget/contact"
	"offhook/internal/widget/form"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// Whoever adds words to a panel has them said in the reader's language, or
// this test names them.
func TestEverythingIsSaidInTheReadersLanguage(t *testing.T) {
	data := storyData()
	pretend := lang.Pretend()
	for _, s := range stories {
		t.Run(s.Name, func(t *testing.T) {
			if drawn, err := s.HTML(pretend); err != nil {
				t.Error(err)
			} else if !strings.Contains(string(drawn), lang.Open) {
				t.Error("nothing is said at all")
			} else {
				for _, words := range unsaid(string(drawn), data) {
					t.Errorf("%q is not said in the reader's language", words)
				}
			}
		})
	}
}

func TestTheDocumentIsInTheReadersLanguage(t *testing.T) {
	for _, s := range []story{stories[0], {Name: "away", Offline: "No connection.", draw: listStory("")}} {
		drawn, err := templates.Fragment(lang.Pretend(), "shell", storyShell(s))
		if err != nil {
			t.Fatal(err)
		}
		for _, words := range unsaid(string(drawn), storyData()) {
			t.Errorf("%q is not said in the reader's language", words)
		}
		if !strings.Contains(string(drawn), `<html lang="en-XA" dir="rtl"`) {
			t.Errorf("the document does not say its language and direction: %.200s", drawn)
		}
	}
}

func TestPartsThatNoStoryShowsAreInTheReadersLanguage(t *testing.T) {
	d := newFixtureDesk()
	p := storyPage(d)
	p.Lang = lang.Pretend()
	books := newFixtureBooks(0)
	ada := Party{Name: "Ada Example", Number: "ext:105", Display: "Ext. 105", Extension: "105", Internal: true}
	talk := Conversation{ID: "9", Parties: []Party{dana, ada}, Title: ada.Name, Internal: true}
	nameless := talk
	nameless.Parties, nameless.Title = []Party{dana, {Number: ada.Number, Display: ada.Display, Internal: true}}, ada.Display
	sent := Fax{ID: "9", Parties: []Party{{}}, At: storyTime, State: Sent}
	data := storyData()
	add(data, ada.Name)
	for _, part := range []struct {
		name string
		view any
	}{
		{"options", newRecipients(p, "ada", []Party{ada, cold})},
		{"conversation", newConversation(p, talk, nil, "")},
		{"conversation", newConversation(p, nameless, nil, "")},
		{"row", newRow(p, nameless)},
		{"contact-texts", newContactTexts(p, contact.Contact{Name: "Marta Lindqvist", Numbers: []contact.Number{{Number: marta.Number}}})},
		{"contact-texts", newContactTexts(p, contact.Contact{Name: "Åsa Öberg"})},
		{"contact-calls", contactCalls{Name: "Åsa Öberg", More: true}},
		{"contact-calls", newContactCalls(p, contact.Contact{Name: "Marta Lindqvist", Numbers: []contact.Number{{Number: marta.Number}}})},
		{"holders", crmPage(p, books).holders("", marta)},
		{"templates", templatesView{page: p, Failed: "The phone service does not answer."}},
		{"fax-form", faxFormView{page: p, Failed: p.Lang.Say("None can be had.")}},
		{"fax-row", p.faxRow(sent, d.mailbox)},
		{"spoken", spokenView{page: p, Spelt: "ask"}},
		{"spoken", spokenView{page: p}},
		{"own-wide", newOwn(p)},
		{"who-words", newWho(p, omar)},
		{"refuse", p.Lang.Sentence("There is no phone.")},
		{"kinds", kindsView{"fax", d.mailbox}},
		{"rows", messagesView{page: p, Only: true}},
		{"call", newCall(p, Call{Result: "No Answer", Party: evil, Legs: []CallLeg{{To: dana}, {Type: "Hunting", To: omar}, {Type: "Pickup"}}}, true)},
	} {
		drawn, err := templates.Fragment(p.Lang, part.name, part.view)
		if err != nil {
			t.Fatal(err)
		}
		for _, words := range unsaid(string(drawn), data) {
			t.Errorf("%s: %q is not said in the reader's language", part.name, words)
		}
	}
}

// What is not said is found, even between two sentences and within one.
func TestUnsaidFindsWhatNobodySays(t *testing.T) {
	for page, want := range map[string][]string{
		`<p>⟦From ⟧Marta⟦.⟧</p>`:                             nil,
		`<p>⟦From ⟧the phone⟦.⟧</p>`:                         {"the phone"},
		`<p title="Close"><time>Yesterday</time></p>`:        {"Close"},
		`<p>Marta · Enter sends</p>`:                         {"Enter sends"},
		`<p>12 · (415) 555-0144</p><script>let x</script>`:   nil,
		`<p data-x="Not read out">⟦Read⟧</p><p>Marta ML</p>`: {"Marta ML"},
	} {
		if got := unsaid(page, map[string]bool{"Marta": true}); !slices.Equal(got, want) {
			t.Errorf("of %s nobody says %q, want %q", page, got, want)
		}
	}
}

// aloud are the attributes that people see or hear.
var aloud = []string{"aria-label", "aria-roledescription", "aria-valuetext", "title", "placeholder", "alt", "data-said"}

// silent are the elements whose words are no sentences: times, which the
// page's module writes, and the letters of a face or a key.
var silent = regexp.MustCompile(`^(time|svg|script|style)$| face( |$)|^face( |$)|^pad__letters$`)

// unsaid returns the words of a page that nobody says and that are no data.
func unsaid(page string, data map[string]bool) (all []string) {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return []string{err.Error()}
	}
	look := func(text string) {
		for _, words := range pieces(text) {
			if !data[words] && !partOf(data, words) && !slices.Contains(all, words) {
				all = append(all, words)
			}
		}
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			look(n.Data)
		}
		class := ""
		for _, a := range n.Attr {
			if a.Key == "class" {
				class = a.Val
			}
			if slices.Contains(aloud, a.Key) {
				look(a.Val)
			}
		}
		if n.Type == html.ElementNode && (silent.MatchString(n.Data) || silent.MatchString(class)) {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	return all
}

var spoken = regexp.MustCompile(lang.Open + `[^` + lang.Shut + `]*` + lang.Shut)

// pieces are what stands outside of the brackets, apart from signs. A single
// letter heads a list or is a key.
func pieces(text string) (all []string) {
	for _, piece := range between.Split(spoken.ReplaceAllString(markup.Line(text), " · "), -1) {
		piece = strings.TrimFunc(piece, func(r rune) bool { return !unicode.IsLetter(r) })
		if len([]rune(piece)) > 1 {
			all = append(all, piece)
		}
	}
	return all
}

// between is what stands between two names or texts in one line.
var between = regexp.MustCompile(` [·–] |[:,] `)

// partOf finds a piece of what somebody wrote: a text around a link, or the
// beginning of a long one.
func partOf(data map[string]bool, words string) bool {
	if len([]rune(words)) < 12 {
		return false
	}
	for d := range data {
		if strings.Contains(d, words) {
			return true
		}
	}
	return false
}

// storyData is what the stories are made from: names, numbers, texts, what a
// page describes itself, and what every language calls the same.
func storyData() map[string]bool {
	all := make(map[string]bool)
	for _, s := range []string{
		whom, "{{firstName}}", "{{lastName}}", "{{company}}", "{{myName}}", // are filled in
		appName, "Offhook 0.1.0", "RingCentral", "platform.ringcentral.com", "crm.example.com", "htmx", "PDF.js", "Lucide", "0BSD", "ISC, MIT", "Apache License 2.0",
		"walnut", "walnut table", "zzz", "Classic", "Back at two", "In a meeting until two", "Thanks, I will be there at", "</textarea><script>alert(1)</script>",
		"The phone cannot be reached right now. It will try again by itself.", "HarborCRM", "New <task>", "Show in HarborCRM", "Nordgren & Sons", "Nordgren Roofs",
		storyCaller, storyQueue, storyLabel, "Introduction", "Reminder: our appointment tomorrow at a quarter past nine", "Order", "Hi", "{{first name}}", "Dana Whitfield of Harbor Supply here: order", "{{order number}}", "is ready.", "The invoice for October is attached to the",
	} {
		add(all, s)
	}
	for _, l := range lang.All {
		add(all, l.Name)
	}
	for _, s := range storySounds {
		add(all, s)
	}
	d := newFixtureDesk()
	ownStory(d)
	gather(all, reflect.ValueOf(d))
	gather(all, reflect.ValueOf(newFixtureBooks(80).Source))
	gather(all, reflect.ValueOf(d.Colleagues()))
	d.queues = storyQueues
	gather(all, reflect.ValueOf(d.Queues()))
	gather(all, reflect.ValueOf(d.Personal()))
	gather(all, reflect.ValueOf(fileMessages()))
	gather(all, reflect.ValueOf(form.Stories))
	for _, c := range d.Countries() {
		add(all, c.Name)
	}
	return all
}

// add keeps a text as a page shows it: whole, and in pieces.
func add(all map[string]bool, text string) {
	all[markup.Line(text)] = true
	for _, piece := range pieces(text) {
		all[piece] = true
	}
}

// codes are the members that hold what the platform calls something: the page
// says those in words of its own.
var codes = []string{"State", "Result", "Reason", "Type", "UserStatus", "DNDStatus", "Reach", "Spelt", "UsageType", "ContentType", "ID", "Error", "Sentence", "Title"}

// gather collects every text of a value, also of JSON.
func gather(all map[string]bool, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		text := v.String()
		var parsed any
		if strings.HasPrefix(text, "{") && json.Unmarshal([]byte(text), &parsed) == nil {
			gather(all, reflect.ValueOf(parsed))
		}
		for _, span := range markup.Markdown(text) {
			add(all, span.Text)
		}
		add(all, text)
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			gather(all, v.Elem())
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice {
			gather(all, reflect.ValueOf(string(v.Bytes())))
			return
		}
		for i := range v.Len() {
			gather(all, v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			gather(all, v.MapIndex(k))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); !slices.Contains(codes, f.Name) {
				gather(all, v.Field(i))
			}
		}
	}
}

// A translation changes what is said and nothing else: not a tag, not an
// address, not what a module looks for. What each sentence must keep is
// checked beside the catalogs; here whole panels are, in one language of each
// direction.
func TestPanelsAreTheSameInEveryLanguage(t *testing.T) {
	for _, s := range stories {
		english := s.tags(t, nil)
		for _, l := range []*lang.Language{lang.Find("de-DE"), lang.Find("he-IL")} {
			if diff := cmp.Diff(english, s.tags(t, l)); diff != "" {
				t.Errorf("%s in %s (-English +%s):\n%s", s.Name, l.Name, l.Name, diff)
			}
		}
	}
}

// tags are a story's tags without what is read out, in no order: a sentence
// may place what is filled in where its language has it.
func (s *story) tags(t *testing.T, l *lang.Language) (all []string) {
	t.Helper()
	drawn, err := s.HTML(l)
	if err != nil {
		t.Fatalf("%s in %s: %v", s.Name, l.Name, err)
	}
	for z := html.NewTokenizer(strings.NewReader(string(drawn))); z.Next() != html.ErrorToken; {
		token := z.Token()
		if token.Type == html.TextToken {
			continue
		}
		token.Attr = slices.DeleteFunc(token.Attr, func(a html.Attribute) bool { return slices.Contains(aloud, a.Key) || a.Key == "data-name" })
		all = append(all, strings.Replace(token.String(), " icon--turned", "", 1)) // arrows point the other way
	}
	slices.Sort(all)
	return all
}
