package panel

import "net/http"

// Front is what the page at the widget's own address says.
type Front struct {
	URL      string // the widget's own address, for the snippet
	ClientID string // an app to try; a placeholder when empty
	Demo     string // the demo's host page, if there is one
}

func (h *Handler) front(w http.ResponseWriter, r *http.Request) {
	pagePolicy(w)
	v := h.Front
	if v.ClientID == "" {
		v.ClientID = "your-client-id"
	}
	h.document(w, r, http.StatusOK, "front", v)
}

// pagePolicy is the policy of pages that nobody frames.
func pagePolicy(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
}
