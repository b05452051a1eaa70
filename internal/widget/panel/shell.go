package panel

import (
	"net/http"

	"offhook/internal/widget/visit"
)

// appName is what the phone calls itself.
const appName = "Offhook"

// Shell writes the frame's document. The caller has proven the origin and
// written the policy headers.
func (h *Handler) Shell(w http.ResponseWriter, r *http.Request, v visit.ShellView) {
	page := newShell(v)
	page.Theme = h.theme(r, v)
	h.document(w, r, http.StatusOK, "shell", page)
}

// theme is how the user of a frame likes the phone, so that nothing flashes
// in another before the first module runs. Whoever cannot be asked is drawn
// as the system is.
func (h *Handler) theme(r *http.Request, v visit.ShellView) string {
	if !v.SignedIn || h.Desks == nil {
		return ""
	}
	session, err := h.Visits.Sessions.Session(r, v.Frame)
	if err != nil || session == nil {
		return ""
	}
	d, err := h.Desks.Desk(r.Context(), session.GrantID)
	if err != nil {
		return "" // the panels say what is wrong
	}
	return d.Preferences().Theme
}

// A shellPage is the shell with the panel it begins with.
type shellPage struct {
	visit.ShellView
	AppName string
	Theme   string // empty for as the system
	Signin  signinView
	Story   *story // draws a panel without scripts
}

func newShell(v visit.ShellView) shellPage {
	return shellPage{ShellView: v, AppName: appName, Signin: signinView{AppName: appName, Platform: v.Platform, Host: hostOf(v.Frame.Origin), State: "idle"}}
}

// Refuse writes a page that says why there is no phone here.
func (h *Handler) Refuse(w http.ResponseWriter, r *http.Request, status int, sentence string) {
	h.document(w, r, status, "refuse", sentence)
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
