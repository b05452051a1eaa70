package panel

import (
	"context"
	"net/http"
	"slices"

	"offhook/internal/widget/lang"
	"offhook/internal/widget/visit"
)

// appName is what the phone calls itself.
const appName = "Offhook"

// Shell writes the frame's document. The caller has proven the origin and
// written the policy headers.
func (h *Handler) Shell(w http.ResponseWriter, r *http.Request, v visit.ShellView) {
	page := newShell(v)
	kept := h.kept(r, v, &page)
	page.Theme, page.Language = kept.Theme, kept.Language
	if page.Relays == "" && h.Relays != nil {
		page.Relays = h.Relays.JSON("")
	}
	lang.In(w, lang.Match(kept.Language, v.Query.Get("language"), r.Header.Get("Accept-Language")))
	h.document(w, r, http.StatusOK, "shell", page)
}

// kept is how the user of a frame likes the phone, so that nothing flashes in
// another theme or language before the first module runs. For whoever cannot
// be asked it is as their system is. A call that goes on is noted on the page,
// which comes back to it before anything else.
func (h *Handler) kept(r *http.Request, v visit.ShellView, page *shellPage) (none Preferences) {
	if !v.SignedIn || h.Desks == nil {
		return none
	}
	session, err := h.Visits.Sessions.Session(r, v.Frame)
	if err != nil || session == nil {
		return none
	}
	if !slices.Contains(v.Hidden, "calls") {
		page.Calling, page.Microphone = h.calling(r.Context(), session.GrantID)
	}
	if h.Relays != nil {
		page.Relays = h.Relays.JSON(session.GrantID)
	}
	d, err := h.Desks.Desk(r.Context(), session.GrantID)
	if err != nil {
		return none // the panels say what is wrong
	}
	return d.Preferences()
}

// calling reports whether a call goes on that is spoken in, and which tab has
// its microphone.
func (h *Handler) calling(ctx context.Context, grantID string) (on bool, microphone string) {
	now, err := h.now(ctx, grantID)
	if err != nil {
		return false, "" // the phone works without calls, and says what is wrong
	}
	for _, c := range now.Calls {
		if !c.Over() && !waits(c) && !c.Dropping() {
			return true, now.Microphone
		}
	}
	return false, ""
}

// Relays say how a user's browser reaches the relays of sound, as JSON; empty
// where there are none. An empty grant ID is for nobody in particular.
type Relays interface{ JSON(grantID string) string }

// A shellPage is the shell with the panel it begins with.
type shellPage struct {
	visit.ShellView
	AppName  string
	Theme    string // empty for as the system
	Language string // that the user has chosen, empty for none
	// Calling says that a call goes on, Microphone which tab has its microphone.
	Calling    bool
	Microphone string
	Relays     string // for sound, as JSON; empty for none
	Signin     signinView
	Story      *story // draws a panel without scripts
}

func newShell(v visit.ShellView) shellPage {
	return shellPage{ShellView: v, AppName: appName, Signin: signinView{AppName: appName, Platform: v.Platform, Host: hostOf(v.Frame.Origin), State: "idle"}}
}

// Refuse writes a page that says why there is no phone here.
func (h *Handler) Refuse(w http.ResponseWriter, r *http.Request, status int, sentence string) {
	lang.Answer(w, r)
	h.document(w, r, status, "refuse", lang.Of(w).Sentence(sentence))
}

func (h *Handler) document(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	if err := render(w, status, name, data); err != nil {
		h.Visits.Error(w, r, err)
	}
}

// A signinView is the sign-in panel in one of the states of oh:signin.
type signinView struct {
	AppName  string
	Platform string // where one signs in, as people call it
	Host     string // the page around the phone
	State    string
	Message  string
	Notice   string
}

// In says whether a part of the panel shows in the current state.
func (v signinView) In(states ...string) bool {
	for _, s := range states {
		if s == v.State {
			return true
		}
	}
	return false
}

func (h *Handler) signin(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	return render(w, http.StatusOK, "signin", signinView{AppName: appName, Platform: hostOf(v.Frame.Platform), Host: hostOf(v.Frame.Origin), State: "idle"})
}
