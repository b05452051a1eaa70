package panel

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"

	"offhook/internal/widget/markup"
)

// A membersView is who is in a conversation of several.
type membersView struct {
	page
	Conversation
	Rows []memberRow
}

// A memberRow is one of them.
type memberRow struct {
	Face Party
	Name string
	Href string // the route of their page; empty for who has none
	Sub  string // the number, where the name does not say it
	Who  whoView
	Text string // the number that a text to them alone goes to; empty for none
}

// members answers with everybody in a conversation of several, as a page or as
// the rows alone.
func members(template string) deskFunc {
	return func(w http.ResponseWriter, r *http.Request, p page) error {
		c, _, err := p.desk.Conversation(r.PathValue("id"))
		if err != nil {
			return err
		}
		return render(w, http.StatusOK, template, newMembers(p, c))
	}
}

// newMembers asks nobody for presence: a group has many, and events tell what
// changes.
func newMembers(p page, c Conversation) membersView {
	v := membersView{page: p, Conversation: c}
	v.Title = p.titled(c)
	for _, party := range others(c.Parties) {
		v.Rows = append(v.Rows, p.member(party))
	}
	v.Rows = append(v.Rows, p.myself())
	return v
}

// myself is the user's own row, which leads nowhere.
func (p page) myself() memberRow {
	me := p.desk.Me()
	presence, _ := p.desk.Presence()
	party := Party{Name: me.Name, Initials: me.Initials, Self: true, ExtensionID: presence.ExtensionID, Reach: presence.Reach}
	row := memberRow{Name: p.Lang.Say("You")}
	switch {
	case len(me.Numbers) > 0:
		party.Number, row.Sub = me.Numbers[0].Number, me.Numbers[0].Display
	case me.ExtensionNumber != "":
		row.Sub = p.Lang.Say("Ext. %s", me.ExtensionNumber)
	}
	row.Face = p.portrayed(party)
	return row
}

func (p page) member(party Party) memberRow {
	row := memberRow{Face: p.portrayed(party), Name: cmp.Or(markup.Line(party.Name), p.written(party)), Who: whoView{page: p, Party: party}, Text: party.Number}
	if written := p.written(party); written != row.Name {
		row.Sub = written
	}
	held := p.holders("", party)
	switch {
	case held.Colleague != "":
		row.Href = held.Colleague
	case len(held.All) == 1 && !held.App.Views:
		row.Href = held.View().Href
	case strings.HasPrefix(party.Number, "+"):
		row.Href = "#/number/" + url.PathEscape(party.Number) // which says whose it may be
	}
	return row
}

// People is the route of the page that says who is in a conversation of
// several; empty for any other.
func (v conversationView) People() string {
	if len(v.Others) < 2 {
		return ""
	}
	return "#/conversations/" + url.PathEscape(v.ID) + "/people"
}

// Many is how many people a conversation has, the user among them.
func (v conversationView) Many() int { return len(v.Others) + 1 }
