package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // reads the size of pictures
	_ "image/jpeg" // reads the size of pictures
	_ "image/png"  // reads the size of pictures
	"strings"
	"time"
	"unicode"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// Bounds of what is added to drafts.
const (
	maxUploads  = 60 << 20           // of one user, with what waits to be sent
	keepUploads = 7 * 24 * time.Hour // what was added and never sent
	maxFileName = 120                // characters
)

// An Upload is a picture or file that is being added to a draft. ID is made
// by the client: adding the same ID twice adds it once.
type Upload struct {
	ID             string
	ConversationID string // empty for the page for a new text
	Name           string
	ContentType    string
	Body           []byte
}

// facts are what is kept sealed of a file besides its bytes.
type facts struct {
	Name        string `json:"name,omitempty"`
	ContentType string `json:"contentType"`
	Width       int    `json:"width,omitempty"`
	Height      int    `json:"height,omitempty"`
}

func factsName(grantID, id string) string { return "desk_files/" + grantID + "/" + id }
func bodyName(grantID, id string) string  { return factsName(grantID, id) + "/body" }

// AddFile writes a file down as part of a draft. What texts do not carry is
// an *rc.Error with a sentence.
func (d *Desk) AddFile(ctx context.Context, u Upload) (File, error) {
	d.touch()
	f, err := newFile(u)
	if err != nil {
		return f, err
	}
	return f, d.addFile(ctx, f, d.draftOf(u.ConversationID), u.Body, room{
		files: draftTexts * rc.MaxAttachments, bytes: draftTexts * rc.MaxAttachmentBytes, tooMany: tooManyFiles(), tooLarge: tooLargeTogether(),
		full: rc.Errorf(rc.TooMany, "Too many pictures and files wait to be sent. Wait until some of them are gone."),
	})
}

// addFile writes a file down as part of a draft that has so much room.
func (d *Desk) addFile(ctx context.Context, f File, draft string, body []byte, r room) error {
	row, err := d.sealFile(f, draft, body)
	if err != nil {
		return err
	}
	err = d.pool.Store.Write(ctx, func(tx store.WidgetTx) error {
		_, err := tx.DeskFile(ctx, d.grantID, f.ID)
		if !errors.Is(err, store.ErrNotFound) {
			return err // nil when it is offered again, because the answer was lost
		}
		if err := d.checkRoom(ctx, tx, draft, f.Size, r); err != nil {
			return err
		}
		return tx.AddDeskFile(ctx, row)
	})
	if told, ok := errors.AsType[*rc.Error](err); ok {
		return told
	}
	if err != nil {
		return fmt.Errorf("writing a file down: %w", err)
	}
	return nil
}

func newFile(u Upload) (File, error) {
	f := File{ID: u.ID, Name: fileName(u.Name), Size: int64(len(u.Body)), Upload: true}
	f.ContentType = rc.AttachmentType(u.ContentType, f.Name)
	switch {
	case u.ID == "" || len(u.ID) > 64:
		return f, rc.Errorf(rc.Invalid, "The file has no id. Reload the page and add it again.")
	case f.ContentType == "":
		return f, rc.Errorf(rc.Invalid, "Texts cannot carry this kind of file. Pictures, videos, MP3, contact cards, ZIP and RTF work.")
	case f.Size == 0:
		return f, rc.Errorf(rc.Invalid, "This file is empty.")
	case f.Size > rc.MaxAttachmentBytes:
		return f, rc.Errorf(rc.TooLarge, "This file is larger than 1.5 MB, which is all that a text can carry.")
	}
	if size, _, err := image.DecodeConfig(bytes.NewReader(u.Body)); err == nil && strings.HasPrefix(f.ContentType, "image/") {
		f.Width, f.Height = size.Width, size.Height
	}
	return f, nil
}

// fileName is a name as it may be shown and sent: without folders, in one
// line, not endless, and ending in what it is.
func fileName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == unicode.ReplacementChar {
			return -1
		}
		return c
	}, name)
	if all := []rune(name); len(all) > maxFileName {
		name = string(all[len(all)-maxFileName:])
	}
	return strings.TrimSpace(name)
}

func (d *Desk) sealFile(f File, draft string, body []byte) (store.DeskFile, error) {
	plain, err := json.Marshal(facts{f.Name, f.ContentType, f.Width, f.Height})
	if err != nil {
		return store.DeskFile{}, fmt.Errorf("encoding a file: %w", err)
	}
	return store.DeskFile{
		GrantID: d.grantID, ID: f.ID, Draft: draft, Position: d.pool.ids.Next(), Size: f.Size, CreatedAt: d.pool.Now(),
		Facts: d.pool.Ring.Seal(plain, factsName(d.grantID, f.ID)), Body: d.pool.Ring.Seal(body, bodyName(d.grantID, f.ID)),
	}, nil
}

func (d *Desk) openFacts(row store.DeskFile) (File, error) {
	var k facts
	plain, err := d.pool.Ring.Open(row.Facts, factsName(d.grantID, row.ID))
	if err == nil {
		err = json.Unmarshal(plain, &k)
	}
	if err != nil {
		return File{}, fmt.Errorf("opening file %s: %w", row.ID, err)
	}
	return File{ID: row.ID, Name: k.Name, ContentType: k.ContentType, Size: row.Size, Width: k.Width, Height: k.Height, Upload: true}, nil
}

// draftTexts is how many texts' files a draft may hold: those of texts that
// the browser has given away and the server has not taken are in it, too.
const draftTexts = 3

// A room is what a draft holds at most, and what is said of more.
type room struct {
	files             int
	bytes             int64
	tooMany, tooLarge error
	full              error // the user has filled all that is theirs
}

// checkRoom refuses what a draft cannot hold, and what one user may not fill
// the store with. What one text carries counts when it is sent.
func (d *Desk) checkRoom(ctx context.Context, tx store.WidgetTx, draft string, size int64, r room) error {
	files, err := tx.DeskFiles(ctx, d.grantID, draft)
	if err != nil {
		return err
	}
	if len(files) >= r.files {
		return r.tooMany
	}
	for _, f := range files {
		size += f.Size
	}
	if size > r.bytes {
		return r.tooLarge
	}
	kept, err := tx.DeskFileBytes(ctx, d.grantID)
	if err == nil && kept > maxUploads {
		err = r.full
	}
	return err
}

func tooManyFiles() error {
	return rc.Errorf(rc.Invalid, "A text carries at most %d pictures and files. Send the others with another one.", rc.MaxAttachments)
}

func tooLargeTogether() error {
	return rc.Errorf(rc.TooLarge, "Together these files are larger than 1.5 MB, which is all that a text can carry. Send some with another text.")
}

// DraftFiles are the files that were added to a conversation's draft.
func (d *Desk) DraftFiles(ctx context.Context, conversationID string) ([]File, error) {
	return d.filesIn(ctx, d.draftOf(conversationID))
}

// filesIn are the files that were added to a draft.
func (d *Desk) filesIn(ctx context.Context, draft string) ([]File, error) {
	rows, err := d.pool.Store.DeskFiles(ctx, d.grantID, draft)
	if err != nil {
		return nil, fmt.Errorf("reading the files of a draft: %w", err)
	}
	var files []File
	for _, r := range rows {
		f, err := d.openFacts(r)
		if err != nil {
			d.log.Error("reading what was added to a draft", "err", err)
			continue
		}
		files = append(files, f)
	}
	return files, nil
}

// Uploaded returns a file that was added to a draft or waits to be sent, and
// its bytes; NotFound when it is gone.
func (d *Desk) Uploaded(ctx context.Context, id string) (File, []byte, error) {
	row, err := d.pool.Store.DeskFile(ctx, d.grantID, id)
	if errors.Is(err, store.ErrNotFound) {
		return File{}, nil, noFile()
	}
	if err != nil {
		return File{}, nil, fmt.Errorf("reading file %s: %w", id, err)
	}
	f, err := d.openFacts(row)
	if err != nil {
		return f, nil, err
	}
	body, err := d.pool.Ring.Open(row.Body, bodyName(d.grantID, id))
	if err != nil {
		return f, nil, fmt.Errorf("opening file %s: %w", id, err)
	}
	return f, body, nil
}

// RemoveFile takes a file back from its draft; one that is being sent stays.
func (d *Desk) RemoveFile(ctx context.Context, id string) error {
	err := d.pool.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.DeleteDeskFile(ctx, d.grantID, id) })
	if err != nil {
		return fmt.Errorf("removing file %s: %w", id, err)
	}
	return nil
}

// enclose reads the facts of the files that a text is to carry.
func (d *Desk) enclose(ctx context.Context, item string, ids []string) ([]File, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if len(ids) > rc.MaxAttachments {
		return nil, tooManyFiles()
	}
	files, err := d.enclosed(ctx, item, ids, noFileToSend())
	var size int64
	for _, f := range files {
		size += f.Size
	}
	if size > rc.MaxAttachmentBytes {
		return nil, tooLargeTogether()
	}
	return files, err
}

func noFileToSend() error {
	return rc.Errorf(rc.Invalid, "A file is not here any more. Remove it and add it again.")
}

// enclosed reads the facts of the files that an item is to carry, and is gone
// where one is not to be had. Those of what another server has sent are gone,
// and are not asked for.
func (d *Desk) enclosed(ctx context.Context, item string, ids []string, gone error) (files []File, err error) {
	if _, err := d.pool.Store.OutboxItem(ctx, d.grantID, item); !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	for _, id := range ids {
		row, err := d.pool.Store.DeskFile(ctx, d.grantID, id)
		if errors.Is(err, store.ErrNotFound) {
			return nil, gone
		}
		if err != nil {
			return nil, fmt.Errorf("reading file %s: %w", id, err)
		}
		f, err := d.openFacts(row)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// take gives files to the item that carries them. It is gone where one is not
// there, or goes with another item.
func (d *Desk) take(ctx context.Context, tx store.WidgetTx, item string, files []File, gone error) error {
	for _, f := range files {
		ok, err := tx.TakeDeskFile(ctx, d.grantID, f.ID, item)
		if err != nil {
			return err
		}
		if !ok {
			return gone
		}
	}
	return nil
}
