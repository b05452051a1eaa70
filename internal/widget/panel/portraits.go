package panel

import (
	"context"
	"net/http"
	"strings"
)

// Portraits are the pictures of colleagues, and of the user.
type Portraits interface {
	// PictureOf names somebody's picture, by the extension's id; empty for who
	// has none.
	PictureOf(extensionID string) string
	// Portrait is a picture by its name's two parts. The error is an *rc.Error,
	// Unavailable for what may be asked for again later.
	Portrait(ctx context.Context, extensionID, tag string) (Portrait, error)
}

// A Portrait is a picture, small enough for a list.
type Portrait struct {
	ContentType string
	Body        []byte
}

// portrayed gives somebody's picture its address in this frame. It names the
// picture as well as the person, so that a browser keeps it for ever.
func (p page) portrayed(party Party) Party {
	if p.Held { // a browser that refuses our cookies could not ask for it as its user
		party.Picture = ""
		return party
	}
	if party.Picture == "" && party.ExtensionID != "" {
		party.Picture = p.desk.PictureOf(party.ExtensionID)
	}
	if who, tag, ok := strings.Cut(party.Picture, "/"); ok && who != "" {
		party.Picture = p.Path("portraits", who, tag)
	}
	return party
}

// Portrayed is the address of a picture, empty where there is none to draw.
func (p Party) Portrayed() string {
	if strings.HasPrefix(p.Picture, "/") {
		return p.Picture
	}
	return ""
}

// portrait answers with a picture. Whoever may not be asked now is told when to
// come again, and initials stand there until then.
func (h *Handler) portrait(w http.ResponseWriter, r *http.Request, p page) error {
	picture, err := p.desk.Portrait(r.Context(), r.PathValue("extension"), r.PathValue("tag"))
	if err != nil {
		return err
	}
	head := w.Header()
	head.Set("Content-Type", picture.ContentType)
	head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	head.Set("Cache-Control", "private, max-age=31536000, immutable")
	_, err = w.Write(picture.Body)
	return err
}
