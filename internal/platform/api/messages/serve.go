package messages

import (
	"bytes"
	"net/http"
	"time"
)

// ServeContent answers with the bytes of an attachment, or the part of them
// that Range asks for.
func ServeContent(w http.ResponseWriter, r *http.Request, kind, name string, at time.Time, body []byte) error {
	disposition, err := contentDisposition(r, name)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", disposition)
	// Strangers made these bytes: whatever they are, they run nothing here.
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
	w.Header().Set("Cache-Control", "private")
	http.ServeContent(w, r, "", at, bytes.NewReader(body))
	return nil
}
