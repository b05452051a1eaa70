// Package media answers with the bytes of sounds, pictures and documents: as
// a whole or the part of it that Range asks for, shown or saved as the two
// parameters of every medium say (contract 4).
package media

import (
	"bytes"
	"mime"
	"net/http"
	"time"

	"offhook/internal/platform/api/target"
)

// A Medium is what is answered.
type Medium struct {
	Type string
	Name string // of the file; may be empty
	At   time.Time
	Body []byte
}

// Serve answers with a medium. Strangers made its bytes: whatever they are,
// they run nothing on the platform's origin.
func Serve(w http.ResponseWriter, r *http.Request, m Medium) error {
	disposition, err := disposition(r, m.Name)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", m.Type)
	h.Set("Content-Disposition", disposition)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "private")
	http.ServeContent(w, r, "", m.At, bytes.NewReader(m.Body))
	return nil
}

// disposition reads the two parameters that say how a browser should treat a
// medium. Without the second it has its own name.
func disposition(r *http.Request, name string) (string, error) {
	q := r.URL.Query()
	kind := "inline"
	switch q.Get("contentDisposition") {
	case "", "Inline":
	case "Attachment":
		kind = "attachment"
	default:
		return "", target.Invalid("contentDisposition", "Send Inline or Attachment.")
	}
	if wanted := q.Get("contentDispositionFilename"); wanted != "" {
		name = wanted
	}
	if name == "" {
		return kind, nil
	}
	value := mime.FormatMediaType(kind, map[string]string{"filename": name})
	if value == "" {
		return "", target.Invalid("contentDispositionFilename", "Send a plain file name.")
	}
	return value, nil
}
