package desk

import (
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/gif" // what people upload
	"image/jpeg"
	"image/png"
	"net/http"
	"regexp"
	"time"

	"golang.org/x/image/draw"

	"offhook/internal/rc"
)

// Bounds of the pictures of colleagues.
const (
	portraitSide    = 160             // pixels of the longer side: twice what the largest is shown at, for dense screens
	portraitPixels  = 40_000_000      // of what is made smaller; more would take too much memory
	portraitsAtOnce = 3               // questions to the platform
	portraitWait    = 3 * time.Second // for the user's budget; a browser that waits longer has no connection left for the phone
)

// A Portrait is a picture of somebody of the company, small enough for a list.
type Portrait struct {
	ContentType string
	Body        []byte
}

// portraits is who may be asked for, and whom the platform has no picture of.
// Its own copies are among those of attachments: see contents.
type portraits struct {
	asking chan struct{}   // holds one token for each question under way
	none   map[string]bool // by picture; guarded by the desk's mu
}

// extensionID is an id that may stand in a path.
var extensionID = regexp.MustCompile(`^[0-9]{1,20}$`)

// portraitOf names somebody's picture, as an address ends: who it is, and
// which of their pictures. It is empty for who has none.
func portraitOf(e *rc.DirectoryEntry) string {
	if e == nil || e.ProfileImage == nil || e.ProfileImage.ETag == "" || !extensionID.MatchString(e.ID) {
		return ""
	}
	return e.ID + "/" + plainTag.ReplaceAllString(e.ProfileImage.ETag, "-")
}

// plainTag is what an entity tag may not have in an address.
var plainTag = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// PictureOf names the picture of a colleague, or of the user, by the
// extension's id; empty for who has none.
func (d *Desk) PictureOf(extensionID string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.pictureOf(extensionID)
}

func (d *Desk) pictureOf(extensionID string) string {
	picture := portraitOf(d.ledger.people.byID[extensionID])
	if d.portraits.none[picture] {
		return ""
	}
	return picture
}

// Portrait is somebody's picture by its name, for which it asks the platform
// unless it is here: a few at once, after everything else that the user does,
// and never while the platform wants no more. The error is an *rc.Error, which
// is Unavailable for what may be asked for again later.
func (d *Desk) Portrait(ctx context.Context, extensionID, tag string) (Portrait, error) {
	d.touch()
	picture := extensionID + "/" + tag
	if d.PictureOf(extensionID) != picture {
		return Portrait{}, noFile()
	}
	body, err := d.pool.contents.get(ctx, contentKey{d.grantID, "portrait/" + extensionID, tag}, func() ([]byte, error) {
		ctx, cancel := context.WithTimeout(ctx, portraitWait)
		defer cancel()
		return d.fetchPortrait(ctx, extensionID, picture)
	})
	if err != nil {
		return Portrait{}, err
	}
	return Portrait{http.DetectContentType(body), body}, nil
}

func (d *Desk) fetchPortrait(ctx context.Context, extensionID, picture string) ([]byte, error) {
	select {
	case d.portraits.asking <- struct{}{}:
		defer func() { <-d.portraits.asking }()
	case <-ctx.Done():
		return nil, noFileNow()
	}
	t, err := d.budget.acquire(ctx, rc.Medium, background)
	if err != nil {
		return nil, noFileNow()
	}
	a, err := d.send(context.WithoutCancel(ctx), call{method: http.MethodGet, group: rc.Medium, path: accountPath + "/extension/" + extensionID + "/profile-image", accept: "image/*"}, t)
	refused, isRefusal := errors.AsType[*refusal](err)
	switch {
	case isRefusal && refused.Status < 500:
		return nil, d.nobodys(picture)
	case err != nil:
		return nil, noFileNow()
	}
	body, err := smaller(a.body)
	if err != nil {
		d.log.Info("a picture of a colleague cannot be shown", "err", err)
		return nil, d.nobodys(picture)
	}
	return body, nil
}

// nobodys notes that there is nothing to show, so that it is not asked for
// again.
func (d *Desk) nobodys(picture string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.portraits.none == nil {
		d.portraits.none = make(map[string]bool)
	}
	d.portraits.none[picture] = true
	return noFile()
}

// smaller draws a picture anew, as large as it is shown. What it returns is
// nobody's file any more.
func smaller(body []byte) ([]byte, error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if config.Width < 1 || config.Height < 1 || config.Width > portraitPixels/config.Height {
		return nil, errors.New("it has too many pixels")
	}
	whole, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	scale := min(1, float64(portraitSide)/float64(max(config.Width, config.Height)))
	small := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(config.Width)*scale)), max(1, int(float64(config.Height)*scale))))
	draw.ApproxBiLinear.Scale(small, small.Bounds(), whole, whole.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if format == "jpeg" {
		err = jpeg.Encode(&out, small, &jpeg.Options{Quality: 85})
	} else {
		err = png.Encode(&out, small)
	}
	return out.Bytes(), err
}
