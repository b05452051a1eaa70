package panel

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strings"

	"offhook/internal/widget/contact"
	"offhook/internal/widget/markup"
)

// variable is a place in a template that is filled in when it is used, such
// as {{firstName}}. The platform keeps templates as they are written and
// knows nothing of such places.
var variable = regexp.MustCompile(`\{\{\s*([\p{L}\p{N}][\p{L}\p{N} _.-]{0,39}?)\s*\}\}`)

// A filled is a template for somebody.
type filled struct {
	Template
	Parts []part // as it would stand in the text
	Open  int    // how many places nobody could fill
}

// A part is words of a template, or a place in it that is still open.
type part struct {
	Words string
	Open  bool
}

// Whole is the text with the open places in it.
func (f filled) Whole() string {
	var b strings.Builder
	for _, p := range f.Parts {
		b.WriteString(p.Words)
	}
	return b.String()
}

// fill puts what is known into a template.
func fill(t Template, values map[string]string) filled {
	f := filled{Template: t}
	last := 0
	add := func(words string, open bool) {
		if words != "" {
			f.Parts = append(f.Parts, part{words, open})
		}
	}
	for _, at := range variable.FindAllStringSubmatchIndex(t.Text, -1) {
		value := values[variableKey(t.Text[at[2]:at[3]])]
		add(t.Text[last:at[0]], false)
		if last = at[1]; value != "" {
			add(value, false)
			continue
		}
		add(t.Text[at[0]:at[1]], true)
		f.Open++
	}
	add(t.Text[last:], false)
	return f
}

// variableKey makes {{First name}}, {{first_name}} and {{firstName}} one.
func variableKey(name string) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "", ".", "").Replace(contact.Fold(name))
}

// values are what a template may say of the user and of whom a text is for:
// the one other person of a conversation, or one number.
func (p page) values(conversation, number string) map[string]string {
	me := p.desk.Me()
	all := map[string]string{"myname": me.Name, "mycompany": me.Company, "myjobtitle": me.JobTitle, "myemail": me.Email, "myextension": me.ExtensionNumber}
	all["myfirstname"], all["mylastname"] = split(me.Name)
	if len(me.Numbers) > 0 {
		all["mynumber"] = me.Numbers[0].Display
	}
	var with Party
	if c, _, err := p.desk.Conversation(conversation); conversation != "" && err == nil {
		if who := others(c.Parties); len(who) == 1 {
			with = who[0]
		}
	} else if found := p.desk.Lookup(number, 1); number != "" && len(found) > 0 && found[0].Number == number {
		with = found[0]
	}
	if with.Number != "" && !with.Self {
		p.describe(with, conversation, all)
	}
	for name, value := range all {
		all[name] = markup.Line(value)
	}
	return all
}

// describe adds what is known of the other person.
func (p page) describe(with Party, conversation string, all map[string]string) {
	all["number"] = with.Display
	if !with.Heard { // a name that came with a text may be anything
		all["name"] = with.Name
	}
	c, ok := contact.Contact{}, false
	if with.ExtensionID != "" {
		c, ok = p.desk.Colleagues().Get(with.ExtensionID)
	} else if own := p.desk.Personal().Whose(with.Number); len(own) > 0 {
		c, ok = own[0], true
	} else if theirs := p.whose(conversation, with.Number); len(theirs) > 0 {
		c, ok = theirs[0], true
	}
	if !ok {
		return
	}
	var parts struct{ FirstName, LastName string }
	_ = json.Unmarshal(c.Raw, &parts) // of what was JSON before; a source may have neither
	var first, last string
	if c.Type == contact.Company || c.Company != "" && c.Name != c.Company { // any other name may be a company's
		first, last = split(c.Name)
	}
	all["name"], all["company"], all["jobtitle"] = c.Name, c.Company, c.JobTitle
	all["firstname"] = cmp.Or(parts.FirstName, first)
	all["lastname"] = cmp.Or(parts.LastName, last)
	if len(c.Emails) > 0 {
		all["email"] = c.Emails[0]
	}
}

// split divides a name where nobody has said which part is which: what has
// one word only, or a number, is not divided.
func split(name string) (first, last string) {
	words := strings.Fields(name)
	if len(words) < 2 || strings.ContainsAny(name, "0123456789@") {
		return "", ""
	}
	if len(words) == 2 && contact.FamilyFirst(words[1], "", words[0]) {
		return words[1], words[0]
	}
	return words[0], strings.Join(words[1:], " ")
}
