package embed

import (
	"context"
	"net/url"
	"regexp"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// prefixes become parts of element ids in host pages.
var prefixes = regexp.MustCompile(`^[A-Za-z0-9._-]{0,64}$`)

// admit finds the app that an address asks for and says by an *rc.Error why a
// page of the given origin may not show it. own is the widget's own origin.
func (h *Handler) admit(ctx context.Context, query url.Values, origin, own string) (p Record, e store.Embed, err error) {
	clientID := firstOf(query, "clientId", "appKey")
	if clientID == "" {
		return p, e, rc.Errorf(rc.Invalid, "This phone was embedded without the parameter clientId. Add the client id of your app to its address.")
	}
	if !prefixes.MatchString(query.Get("prefix")) {
		return p, e, rc.Errorf(rc.Invalid, "The parameter prefix may have up to 64 letters, digits, dots, hyphens and underscores.")
	}
	if p, err = h.Registry.platformOf(ctx, query.Get("appServer"), clientID); err != nil {
		return p, e, err
	}
	if e, err = h.Registry.Embed(ctx, p.Origin, clientID); err != nil {
		return p, e, err
	}
	return p, e, h.mayFrame(e, origin, own)
}

// opener is the page that a window of the phone's own says to have been opened
// by, empty where it could not have been. It proves nothing and gives nothing:
// what it does is keep the windows of different pages apart, so that none can
// sign in the window of another. Whether there is such a page, and who is
// signed in there, package signin finds out.
func (h *Handler) opener(query url.Values, e store.Embed, origin, own string) string {
	opener, err := ParseOrigin(query.Get("fromPopup"))
	if err != nil || origin != own || opener == own || !h.Registry.Frames(e, opener) {
		return ""
	}
	return opener
}

// Check answers before a snippet is written what app.html would answer to a
// page of the given origin: nil when it would show the phone, else an
// *rc.Error with the sentence that the page would show. Nothing is recorded.
func (h *Handler) Check(ctx context.Context, query url.Values, origin, own string) error {
	if origin != "" {
		var err error
		if origin, err = ParseOrigin(origin); err != nil {
			return err
		}
	} else {
		origin = own
	}
	_, e, err := h.admit(ctx, query, origin, own)
	if err != nil {
		return err
	}
	_, err = redirectOf(e, query.Get("redirectUri"), own)
	return err
}
