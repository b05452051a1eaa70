package messages

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"offhook/internal/platform/api/faxpage"
	"offhook/internal/platform/api/target"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const pngType = "image/png"

// isDrawn tells documents whose pages were drawn here from PDFs that came as
// such. It goes by the size that is kept beside a document and by nothing in
// it, so that no file can pretend.
func isDrawn(a store.Attachment) bool { return a.ContentType == pdfType && a.Width == faxpage.Width }

// asAccepted is a document of a fax in the form that a request takes.
func asAccepted(r *http.Request, p part) (part, error) {
	asPNG, err := prefersPNG(strings.Join(r.Header.Values("Accept"), ","), p.drawn)
	if !asPNG || err != nil {
		return p, err
	}
	return pngOf(r, p)
}

// prefersPNG reports whether a page as PNG is wanted rather than the PDF.
// Clients that take neither, such as SDKs that always ask for JSON, get the
// PDF.
func prefersPNG(accept string, drawn bool) (bool, error) {
	asPDF, asPNG := quality(accept, pdfType), quality(accept, pngType)
	switch {
	case asPNG <= asPDF, asPDF > 0 && !drawn:
		return false, nil
	case !drawn:
		return false, rc.Coded(rc.Unacceptable, "MSG-343", "The pages of a document that came as PDF cannot be had as PNG; ask for application/pdf")
	}
	return true, nil
}

// pngOf draws a page. The contract names no parameter for pages; ours is page,
// from 1.
func pngOf(r *http.Request, p part) (part, error) {
	page := 1
	if text := r.URL.Query().Get("page"); text != "" {
		var err error
		if page, err = strconv.Atoi(text); err != nil || page < 1 {
			return p, target.Invalid("page", "Send a number from 1.")
		}
	}
	done, err := beginRendering(r.Context())
	if err != nil {
		return p, err
	}
	defer done()
	body, err := faxpage.PNG(r.Context(), p.body, page)
	if errors.Is(err, faxpage.ErrNoPage) {
		return p, target.Missing("page")
	}
	if err != nil {
		return p, fmt.Errorf("drawing %s: %w", p.name, err)
	}
	name := fmt.Sprintf("%s-%d.png", strings.TrimSuffix(p.name, ".pdf"), page)
	return part{kind: pngType, name: name, body: body}, nil
}

// beginRendering waits for a place among the faxes that are drawn, until done
// is called. It ends early when nobody waits for it any more.
func beginRendering(ctx context.Context) (done func(), err error) {
	select {
	case rendering <- struct{}{}:
		return func() { <-rendering }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting to draw the pages of a fax: %w", ctx.Err())
	}
}

// quality is how much a media type is wanted, from 0 to 1 (RFC 9110 section
// 12.5.1): what names it more closely decides. Without the header all are.
func quality(accept, kind string) float64 {
	if strings.TrimSpace(accept) == "" {
		return 1
	}
	family, _, _ := strings.Cut(kind, "/")
	best, wanted := 0, 0.0
	for entry := range strings.SplitSeq(accept, ",") {
		name, params, err := mime.ParseMediaType(entry)
		closeness := map[string]int{"*/*": 1, family + "/*": 2, kind: 3}[name]
		if err != nil || closeness <= best {
			continue
		}
		best, wanted = closeness, 1
		if text, ok := params["q"]; ok {
			if wanted, err = strconv.ParseFloat(text, 64); err != nil || !(wanted >= 0 && wanted <= 1) {
				wanted = 0
			}
		}
	}
	return wanted
}
