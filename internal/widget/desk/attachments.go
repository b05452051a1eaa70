package desk

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"offhook/internal/rc"
)

// A File is a picture or file of a text.
type File struct {
	ID            string
	Name          string // may be empty
	ContentType   string
	Size          int64 // 0 when nobody has said
	Width, Height int   // of a picture, 0 when nobody has said
	Upload        bool  // it is kept here and not at the platform: see Upload
}

// maxContent is the largest attachment that is fetched.
const maxContent = 8 << 20

// filesOf are a record's pictures and files: everything but its text.
func filesOf(m *rc.Message) []File {
	var files []File
	for _, a := range m.Attachments {
		if a.Type == rc.TypeMMS {
			files = append(files, File{
				ID: strconv.FormatInt(a.ID, 10), Name: a.FileName, ContentType: a.ContentType, Size: a.Size, Width: a.Width, Height: a.Height,
			})
		}
	}
	return files
}

// A Carried is what a text carries that has no words of its own.
type Carried struct {
	Files    int
	Pictures bool   // all of them are
	Name     string // of the only one
}

func carried(text string, files []File) (c Carried) {
	if strings.TrimSpace(text) != "" || len(files) == 0 {
		return c
	}
	c.Files = len(files)
	c.Pictures = !slices.ContainsFunc(files, func(f File) bool { return !strings.HasPrefix(f.ContentType, "image/") })
	if c.Files == 1 {
		c.Name = files[0].Name
	}
	return c
}

// Attachment returns a file of a text and its bytes, from the platform or
// from what was fetched before. What is not here any more is NotFound.
func (d *Desk) Attachment(ctx context.Context, messageID, id string) (File, []byte, error) {
	d.touch()
	f, ok := d.attachment(messageID, id)
	switch {
	case !ok:
		return f, nil, noFile()
	case f.Size > maxContent:
		return f, nil, rc.Errorf(rc.TooLarge, "This file is too large to be shown here.")
	}
	body, err := d.pool.contents.get(ctx, contentKey{d.grantID, messageID, id}, func() ([]byte, error) { return d.fetch(ctx, messageID, id) })
	return f, body, err
}

func noFile() error { return rc.Errorf(rc.NotFound, "This file is not here any more.") }

// attachment finds what the record of a text says of one of its files.
func (d *Desk) attachment(messageID, id string) (File, bool) {
	number, _ := strconv.ParseInt(messageID, 10, 64)
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.ledger.messages[number]
	if m == nil {
		return File{}, false
	}
	for _, f := range filesOf(&m.Message) {
		if f.ID == id {
			return f, true
		}
	}
	return File{}, false
}

// fetch asks the platform for the bytes of an attachment. The user's texts go
// before it.
func (d *Desk) fetch(ctx context.Context, messageID, id string) ([]byte, error) {
	a, err := d.do(ctx, call{
		group: rc.Medium, priority: live, method: http.MethodGet, path: storePath + "/" + messageID + "/content/" + id, accept: "*/*",
	})
	if err == nil {
		return a.body, nil
	}
	if refused, ok := errors.AsType[*refusal](err); ok && refused.Status == http.StatusNotFound {
		return nil, noFile()
	}
	if ctx.Err() == nil && !errors.Is(err, errEnded) {
		d.log.Warn("fetching an attachment", "err", err)
	}
	return nil, noFileNow()
}

func noFileNow() error {
	return rc.Errorf(rc.Unavailable, "This file cannot be had right now. Try again in a moment.")
}
