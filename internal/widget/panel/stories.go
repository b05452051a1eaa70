package panel

import (
	"context"
	"html/template"
	"net/http"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/form"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/visit"
)

// A story is one state of one panel, drawn from made-up data and without
// scripts. The same stories are the golden tests.
type story struct {
	Name    string
	Title   string
	Tab     string // phone, history, settings or contacts, or empty for the messages
	Offline string // the sentence of the offline strip
	Out     bool   // signed out
	Side    bool   // the list stands beside the panel where there is room
	Small   bool   // the call that rings over the panel is a bar
	draw    func(d *fixtureDesk, p page) (name string, data any)
	over    func(d *fixtureDesk, p page) (name string, data any) // what of calls is over the panel; nil for nothing
}

// storyTime is when all stories happen.
var storyTime = time.Date(2026, 11, 20, 14, 32, 0, 0, time.UTC)

func storyPage(d Desk) page {
	frame := store.Frame{Key: "story", Platform: "https://platform.ringcentral.com", Origin: "https://crm.example.com"}
	return page{"story", visit.Visit{Frame: frame}, d, clock{storyTime, time.UTC}, false, nil, true}
}

var stories = append([]story{
	signinStory("sign-in", "Sign in", "idle", "", ""),
	signinStory("sign-in-ended", "Sign in, after a session ended", "idle", "", "You were signed out. Sign in to go on."),
	signinStory("sign-in-waiting", "Sign in, window open", "waiting", "", ""),
	signinStory("sign-in-blocked", "Sign in, window blocked", "blocked", "", ""),
	signinStory("sign-in-code", "Sign in, by code", "code", "That is not the code in the sign-in window. Look again: it has six digits.", ""),
	signinStory("sign-in-failed", "Sign in, failed", "failed", "The sign-in took too long. Please try again.", ""),
	{Name: "messages", Title: "Messages", draw: listStory("")},
	{Name: "messages-offline", Title: "Messages, offline", Offline: "No connection to the phone system. Trying again by itself.", draw: listStory("")},
	{Name: "messages-empty", Title: "Messages, none yet", draw: func(d *fixtureDesk, p page) (string, any) {
		d.conversations = nil
		return listStory("")(d, p)
	}},
	{Name: "messages-loading", Title: "Messages, loading", draw: func(d *fixtureDesk, p page) (string, any) {
		d.conversations, d.status = nil, Status{State: Loading}
		return listStory("")(d, p)
	}},
	{Name: "messages-unreachable", Title: "Messages, never connected", draw: func(d *fixtureDesk, p page) (string, any) {
		d.conversations, d.status = nil, Status{Offline, "The phone system does not answer. Trying again by itself."}
		return listStory("")(d, p)
	}},
	{Name: "messages-nothing-found", Title: "Messages, nothing found", draw: func(d *fixtureDesk, p page) (string, any) {
		d.conversations = nil
		return listStory("walnut table")(d, p)
	}},
	{Name: "conversation", Title: "Conversation", Side: true, draw: threadStory("41", "")},
	{Name: "conversation-new", Title: "Conversation, unread and a draft", Side: true, draw: threadStory("42", "Thanks, I will be there at")},
	{Name: "conversation-failed", Title: "Conversation, a text failed", draw: threadStory("44", "")},
	{Name: "conversation-group", Title: "Conversation with several people", draw: threadStory("43", "")},
	{Name: "conversation-people", Title: "Conversation, who is in it", draw: func(d *fixtureDesk, p page) (string, any) {
		c, _, err := d.Conversation("43")
		must(err)
		c.Parties = append(c.Parties, cold, Party{Name: "Jonas Weber", Number: "ext:104", Display: "Ext. 104", Extension: "104", Initials: "JW", Internal: true})
		return "members", newMembers(p, c)
	}},
	{Name: "conversation-empty", Title: "Conversation, nothing said yet", draw: threadStory("47", "")},
	{Name: "conversation-hostile", Title: "Conversation with hostile text", draw: threadStory("48", "</textarea><script>alert(1)</script>")},
	filesStory(),
	{Name: "compose", Title: "New message", draw: func(d *fixtureDesk, p page) (string, any) {
		return "compose", newCompose(p, "")
	}},
	{Name: "compose-found", Title: "New message, people found", draw: func(d *fixtureDesk, p page) (string, any) {
		return composeStory(p, newRecipients(p, "", d.Lookup("", found)))
	}},
	{Name: "compose-nobody", Title: "New message, nobody found", draw: func(d *fixtureDesk, p page) (string, any) {
		return composeStory(p, newRecipients(p, "zz", nil))
	}},
	{Name: "number", Title: "Number, known", draw: func(d *fixtureDesk, p page) (string, any) {
		return "number", newNumber(p, priya.Number, []Party{priya})
	}},
	{Name: "number-unknown", Title: "Number, unknown", draw: func(d *fixtureDesk, p page) (string, any) {
		return "number", newNumber(p, "+16505550188", []Party{{Number: "+16505550188", Display: "(650) 555-0188"}})
	}},
	{Name: "number-own", Title: "Number, one's own", draw: func(d *fixtureDesk, p page) (string, any) {
		return "number", newNumber(p, dana.Number, nil)
	}},
	{Name: "settings", Title: "Settings", Tab: "settings", draw: func(d *fixtureDesk, p page) (string, any) {
		return "settings", newSettings(p, "0.1.0")
	}},
	{Name: "settings-loading", Title: "Settings, loading", Tab: "settings", draw: func(d *fixtureDesk, p page) (string, any) {
		d.me, d.status = Me{}, Status{State: Loading}
		return "settings", newSettings(p, "0.1.0")
	}},
	{Name: "settings-busy", Title: "Settings, not to be disturbed", Tab: "settings", draw: func(d *fixtureDesk, p page) (string, any) {
		d.presence = Presence{ExtensionID: "1001", Reach: "dnd", UserStatus: "Busy", DNDStatus: "DoNotAcceptAnyCalls", Message: "In a meeting until two"}
		return "settings", newSettings(p, "0.1.0")
	}},
	{Name: "messages-no-presence", Title: "Messages, presence not to be had", draw: func(d *fixtureDesk, p page) (string, any) {
		d.presence = Presence{}
		return listStory("")(d, p)
	}},
	{Name: "presence", Title: "The menu of one's own status", draw: func(d *fixtureDesk, p page) (string, any) {
		d.presence.Message = "Back at two"
		return "presence-story", newPresence(p)
	}},
	{Name: "templates", Title: "Templates", draw: func(d *fixtureDesk, p page) (string, any) {
		return "templates-story", newTemplates(p, append(d.texts, Template{"5", "Order", "Hi {{first name}}, {{my name}} of {{My company}} here: order {{order number}} is ready.", false}), p.values("42", ""))
	}},
	{Name: "templates-none", Title: "Templates, none yet", draw: func(d *fixtureDesk, p page) (string, any) {
		return "templates-story", newTemplates(p, nil, nil)
	}},
	{Name: "nothing", Title: "No conversation open", Side: true, draw: func(d *fixtureDesk, p page) (string, any) { return "nothing", p }},
	{Name: "failure", Title: "A panel did not open", draw: func(d *fixtureDesk, p page) (string, any) {
		return "failure", "The phone cannot be reached right now. It will try again by itself."
	}},
	{Name: "skeleton", Title: "A panel is loading", draw: func(d *fixtureDesk, p page) (string, any) { return "skeleton", nil }},
}, append(callStories(), append(settingStories(), append(formStories(), append(peopleStories(), append(historyStories, mailStories...)...)...)...)...)...)

// formStories are the pages that a host page may describe, drawn by form, and
// what else its application adds.
func formStories() (all []story) {
	for _, s := range form.Stories {
		all = append(all, story{Name: "page-" + s.Name, Title: s.Title, Tab: "page", draw: func(_ *fixtureDesk, p page) (string, any) {
			drawn := form.Panel{ID: s.Name, Kind: s.Kind, Back: s.Kind == "page", Page: form.Story(s.Page), Check: s.Check, Language: p.Lang}
			drawn.Title = drawn.Page.Title
			html, err := drawn.HTML()
			must(err)
			return "drawn", html
		}})
	}
	return append(all, actStories()...)
}

func signinStory(name, title, state, message, notice string) story {
	return story{Name: name, Title: title, Out: true, draw: func(d *fixtureDesk, p page) (string, any) {
		return "signin", signinView{AppName: appName, Platform: "RingCentral", Host: "crm.example.com", State: state, Message: message, Notice: notice}
	}}
}

func listStory(query string) func(*fixtureDesk, page) (string, any) {
	return func(d *fixtureDesk, p page) (string, any) {
		v, err := newMessages(context.Background(), p, listing{Query: query})
		must(err)
		return "messages", v
	}
}

func threadStory(id, draft string) func(*fixtureDesk, page) (string, any) {
	return func(d *fixtureDesk, p page) (string, any) {
		c, messages, err := d.Conversation(id)
		must(err)
		return "conversation", newConversation(p, c, messages, draft)
	}
}

func composeStory(p page, found recipientsView) (string, any) {
	v := newCompose(p, "")
	v.Found = found
	return "compose", v
}

// must panics: a story that does not fit its fixtures is a mistake in our
// source.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// HTML draws the story's panel in a language; nil is English.
func (s *story) HTML(l *lang.Language) (template.HTML, error) { return drawn(l, s.draw) }

// SideHTML draws the list beside the panel.
func (s *story) SideHTML(l *lang.Language) (template.HTML, error) {
	if !s.Side {
		return "", nil
	}
	return drawn(l, listStory(""))
}

// OverHTML draws what of calls is over the panel.
func (s *story) OverHTML(l *lang.Language) (template.HTML, error) {
	if s.over == nil {
		return "", nil
	}
	return drawn(l, s.over)
}

func drawn(l *lang.Language, draw func(*fixtureDesk, page) (string, any)) (template.HTML, error) {
	d := newFixtureDesk()
	p := storyPage(d)
	p.Lang = l
	name, data := draw(d, p)
	return templates.Fragment(l, name, data)
}

func (h *Handler) mountStories(mux *http.ServeMux) {
	mux.HandleFunc("GET /_stories", func(w http.ResponseWriter, r *http.Request) {
		pagePolicy(w)
		h.document(w, r, http.StatusOK, "stories", stories)
	})
	mux.HandleFunc("GET /_stories/{name}", func(w http.ResponseWriter, r *http.Request) {
		pagePolicy(w)
		lang.In(w, lang.Match(r.FormValue("language")))
		for _, s := range stories {
			if s.Name == r.PathValue("name") {
				h.document(w, r, http.StatusOK, "shell", storyShell(s))
				return
			}
		}
		h.Visits.Error(w, r, rc.Errorf(rc.NotFound, "There is no such story."))
	})
}

func storyShell(s story) shellPage {
	v := newShell(visit.ShellView{Frame: storyPage(nil).visit.Frame, Framed: true, SignedIn: !s.Out, Platform: "RingCentral"})
	v.Story = &s
	return v
}
