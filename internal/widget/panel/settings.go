package panel

import (
	"html/template"
	"net/http"
	"net/url"
)

// A settingsView says who is signed in, and where, and lists the pages of the
// settings with what is set there now.
type settingsView struct {
	page
	Me
	Direct  []OwnNumber
	Main    string // the company's number
	Host    string // the page that embeds the phone; empty when it stands alone
	App     string
	Version string
	HostApp string // the version of the host page's own application
	Status  Status
	Own     ownView
	Service template.HTML // what the host page's own application adds
	Logging template.HTML
	Pages   []settingsRow
}

func (h *Handler) settings(w http.ResponseWriter, r *http.Request, p page) error {
	v := newSettings(p, h.Version)
	if h.Services != nil {
		var err error
		if v.Service, err = h.Services.Settings(p.visit); err != nil {
			return err
		}
	}
	if h.Logs != nil {
		var err error
		if v.Logging, err = h.Logs.Settings(r.Context(), p.visit); err != nil {
			return err
		}
	}
	if v.Host == r.Host {
		v.Host = "" // opened as a page of its own
	}
	return render(w, http.StatusOK, "settings", v)
}

func newSettings(p page, version string) settingsView {
	v := settingsView{page: p, Me: p.desk.Me(), Host: hostOf(p.visit.Frame.Origin), App: hostOf(p.visit.Frame.Platform), Version: version, HostApp: p.visit.App.Version, Status: p.desk.Status(), Own: newOwn(p)}
	for _, n := range v.Numbers {
		if n.UsageType == "MainCompanyNumber" {
			v.Main = n.Display
		} else {
			v.Direct = append(v.Direct, n)
		}
	}
	if v.Name != "" {
		v.Pages = newPreferring(p, version).rows()
	}
	return v
}

// hostOf is the host of an origin as people read it.
func hostOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Host
}
