package embed

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"offhook/internal/store"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/protocol"
	"offhook/internal/widget/visit"
)

// settle puts into v what the address says of the phone itself. What cannot
// be done costs a sentence to the page's developers, never the phone.
func settle(v *visit.ShellView, e store.Embed) {
	v.Hidden = hidden(v.Query)
	v.Analytics = v.Query.Get("enableAnalytics") != ""
	v.Drops = v.Query.Get("enableVoicemailDrop") != ""
	v.Sounds = v.Drops || v.Query.Get("enableRingtoneSettings") != ""
	var note string
	if v.Styles, note = styles(v.Query.Get("stylesUri"), e); note != "" {
		v.Notes = append(v.Notes, note)
	}
	if wish := v.Query.Get("language"); wish != "" && !lang.Speaks(wish) {
		v.Notes = append(v.Notes, "The phone does not speak the language that the parameter language names, so it speaks as the browser does. Use one such as de-DE or fr-CA.")
	}
	if v.CallWith, note = callWith(v.Query.Get("defaultCallWith")); note != "" {
		v.Notes = append(v.Notes, note)
	}
	v.Notes = append(v.Notes, idle(v.Query)...)
}

// callWith is how the page has users call who have not chosen, or a sentence
// where there is no such way here. The reference widget looks for the longer
// names (contract/service.md 18), so pages that worked with it have those.
func callWith(wish string) (way, note string) {
	switch way = strings.TrimPrefix(wish, "callingOptions-"); way {
	case "", "browser", "ringout":
		return way, ""
	case "softphone", "jupiter":
		return "", "This phone hands no calls to the app that the parameter defaultCallWith names, so it changes nothing. Use browser or ringout."
	}
	return "", "There is no such way to call as the parameter defaultCallWith names, so it changes nothing. Use browser or ringout."
}

// hidden are the parts of the phone that the page wants away. The parameters
// that take something away do so by being there (contract/service.md 18).
// Reading texts is all that there is of messages here.
func hidden(query url.Values) (parts []string) {
	if query.Has("disableMessages") || query.Has("disableReadText") {
		parts = append(parts, "text")
	}
	if query.Has("disableContacts") {
		parts = append(parts, "contacts")
	}
	if query.Has("disableCall") {
		parts = append(parts, "calls")
	}
	if query.Has("disableCallHistory") {
		parts = append(parts, "history")
	}
	return parts
}

// styles returns the page's style sheet if it may be loaded, or a sentence. A
// sheet can read what it is laid over, so it comes from where the operator
// says.
func styles(address string, e store.Embed) (sheet, note string) {
	if address == "" {
		return "", ""
	}
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return "", "The parameter stylesUri is not an address, so the phone looks as usual."
	}
	origin, err := ParseOrigin(u.Scheme + "://" + u.Host)
	if err != nil {
		return "", "The parameter stylesUri must be a full address, such as https://crm.example.com/phone.css. The phone looks as usual."
	}
	if !slices.Contains(e.AssetOrigins, origin) {
		return "", fmt.Sprintf("The style sheet of stylesUri was not loaded: %s is none of the app's asset origins. Ask your administrator to run “offhook embed add” with --asset-origin %s.", origin, origin)
	}
	return u.String(), ""
}

// idle are sentences for the parameters that do nothing here.
func idle(query url.Values) (notes []string) {
	for _, p := range protocol.Parameters {
		if !p.Done && query.Has(p.Name) {
			notes = append(notes, fmt.Sprintf("The parameter %s does nothing in this phone. %s", p.Name, strings.ReplaceAll(p.Note, "`", "")))
		}
	}
	return notes
}

// allowAssets lets a document load what the host's own application shows:
// pictures, recorded sound and the style sheet, from the operator's asset
// origins. They are fetched without credentials, because such servers know
// nothing of the resource policy that our embedder policy would ask for.
func allowAssets(h http.Header, e store.Embed, v visit.ShellView) {
	if len(e.AssetOrigins) == 0 {
		return
	}
	p := h.Get("Content-Security-Policy")
	from := strings.Join(e.AssetOrigins, " ")
	p = strings.Replace(p, "img-src 'self'", "img-src 'self' "+from, 1)
	if v.Styles != "" {
		p = strings.Replace(p, "style-src 'self'", "style-src 'self' "+from, 1)
	}
	if v.Sounds {
		p = strings.Replace(p, "connect-src 'self'", "connect-src 'self' "+from, 1)
	}
	h.Set("Content-Security-Policy", p)
	h.Set("Cross-Origin-Embedder-Policy", "credentialless")
}

// What an application may call itself: products as RFC 9110 section 10.1.5
// has them, and nothing that could end a header or fill it.
var (
	notProduct = regexp.MustCompile(`[^A-Za-z0-9._+/ -]+`)
	spaces     = regexp.MustCompile(` +`)
)

const maxProduct = 64

func product(text string) string {
	text = strings.TrimSpace(spaces.ReplaceAllString(notProduct.ReplaceAllString(text, ""), " "))
	return strings.TrimSpace(text[:min(len(text), maxProduct)])
}

// appOf is what the page calls its own application.
func appOf(query url.Values) visit.App {
	return visit.App{Agent: product(query.Get("userAgent")), Version: product(query.Get("appVersion"))}
}
