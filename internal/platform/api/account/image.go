package account

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // for image.DecodeConfig
	_ "image/jpeg" // for image.DecodeConfig
	_ "image/png"  // for image.DecodeConfig
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Bounds of a picture. The sides keep a small file from growing to
// gigabytes in a browser.
const (
	maxImage = 5 << 20
	maxSide  = 4096
)

// profileImage answers with a colleague's picture, which everybody of the
// account may see.
func (h *Handler) profileImage(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Extension(r, c, h.Store)
	if err != nil {
		return err
	}
	i, err := h.Store.ProfileImage(r.Context(), e.ID)
	if errors.Is(err, store.ErrNotFound) {
		return target.Missing("profileImage")
	}
	if err != nil {
		return fmt.Errorf("reading the picture of extension %d: %w", e.ID, err)
	}
	tag := `"` + i.Tag + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", i.ContentType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(i.Body) // whoever hung up does not see it
	return nil
}

// putProfileImage takes a picture as the body, or as the part named image of a
// form, and answers with nothing.
func (h *Handler) putProfileImage(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	body, err := readImage(w, r)
	if err != nil {
		return err
	}
	kind, err := checkImage(body)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	i := store.ProfileImage{ExtensionID: e.ID, ContentType: kind, Tag: base64.RawURLEncoding.EncodeToString(sum[:16]), Body: body, ChangedAt: h.Now()}
	if err := h.Store.Write(r.Context(), func(tx store.PlatformTx) error { return tx.PutProfileImage(r.Context(), i) }); err != nil {
		return fmt.Errorf("keeping the picture of extension %d: %w", e.ID, err)
	}
	h.announce(r.Context(), e, true, "ProfileImage")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func readImage(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	limited := http.MaxBytesReader(w, r.Body, maxImage+64<<10) // a form has words of its own
	var from io.Reader = limited
	if kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); strings.HasPrefix(kind, "multipart/") {
		part, err := imagePart(multipart.NewReader(limited, params["boundary"]))
		if err != nil {
			return nil, err
		}
		from = part
	}
	body, err := io.ReadAll(from)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) || len(body) > maxImage {
		return nil, rc.Errorf(rc.TooLarge, "A picture has at most %d bytes", maxImage)
	}
	if err != nil {
		return nil, target.Invalid("image", "The picture could not be read to its end.")
	}
	return body, nil
}

func imagePart(m *multipart.Reader) (io.Reader, error) {
	for {
		part, err := m.NextPart()
		if err != nil {
			return nil, target.Invalid("image", "Send the picture as a part with a file name.")
		}
		if part.FileName() != "" || part.FormName() == "image" {
			return part, nil
		}
	}
}

// checkImage says what a picture is by what it holds, whatever its sender
// calls it: a browser must never be handed something that it would run.
func checkImage(body []byte) (kind string, err error) {
	about, format, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return "", rc.Coded(rc.Unsupported, "CMN-101", "The picture is not a PNG, JPEG or GIF")
	}
	if about.Width < 1 || about.Height < 1 || about.Width > maxSide || about.Height > maxSide {
		return "", target.Invalid("image", fmt.Sprintf("Each side has from 1 to %d pixels.", maxSide))
	}
	return "image/" + format, nil
}

func (h *Handler) deleteProfileImage(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	there := false
	err = h.Store.Write(r.Context(), func(tx store.PlatformTx) error {
		there, err = tx.DeleteProfileImage(r.Context(), e.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("deleting the picture of extension %d: %w", e.ID, err)
	}
	if there {
		h.announce(r.Context(), e, true, "ProfileImage")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
