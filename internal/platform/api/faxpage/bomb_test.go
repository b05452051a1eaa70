package faxpage_test

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"runtime"
	"strings"
	"testing"
	"time"

	"offhook/internal/platform/api/faxpage"
)

// generous is far more than any of this takes on the slowest machine, and far
// less than it took when work grew with the square of a file.
const generous = 30 * time.Second

// bounded fails when something takes long, or much more memory than it may.
func bounded(t *testing.T, name string, memory uint64, do func(context.Context) error) error {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), generous)
	defer stop()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan error, 1)
	go func() { done <- do(ctx) }()
	select {
	case err := <-done:
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > memory {
			t.Errorf("%s: %d MB of memory, want at most %d", name, got>>20, memory>>20)
		}
		return err
	case <-ctx.Done():
		t.Fatalf("%s: not done after %v", name, generous)
		return nil
	}
}

func TestNoPDFTakesLongToCount(t *testing.T) {
	const large = 8 << 20
	fill := func(text string, size int) []byte {
		return append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte(text), size/len(text))...)
	}
	empty := "\x00\x00\x00\xff\xff"                // a block of a packed stream that holds nothing
	packed := func(text string, size int) []byte { // packing megabytes would take longer than reading them
		var b bytes.Buffer
		w, _ := flate.NewWriter(&b, flate.BestSpeed)
		fmt.Fprint(w, strings.Repeat(text, (1<<20)/len(text)))
		w.Flush()
		return append(fill("/Type/ObjStm stream\n\x78\x9c", 25), bytes.Repeat(b.Bytes(), size>>20)...)
	}
	for _, tt := range []struct {
		name string
		body []byte
		says string
	}{
		{"a small file of many nodes", packed("/Type/Pages ", 32<<20), "too many parts"},
		{"a small file of nothing", packed(" ", 64<<20), "too many parts"},
		{"nodes", fill("/Type/Pages ", large), "too many parts"},
		{"nodes far from each other", fill("<</Type/Pages "+strings.Repeat(" ", 8000)+">>", 8<<20), "no pages"},
		{"beginnings of objects", fill("1 0 obj ", 50<<20), "no pages"},
		{"types", fill("/Type", large), "no pages"},
		{"types of nothing", fill("/Type ", large), "no pages"},
		{"pages", fill("/Type/Page ", large), "200 pages"},
		{"passwords", fill("/Encrypt 1 ", large), "too many parts"},
		{"streams of nothing", fill("/Type/ObjStm stream\n\x78\x9c"+strings.Repeat(empty, 100), large), "too many parts"},
		{"one long stream of nothing", append(fill("/Type/ObjStm stream\n\x78\x9c", 25), bytes.Repeat([]byte(empty), large/5)...), "too many parts"},
	} {
		// Twice and a half of what is inflated, and a reader for each stream.
		err := bounded(t, tt.name, 128<<20, func(ctx context.Context) error { _, err := faxpage.PDFPages(ctx, tt.body); return err })
		if p, ok := errors.AsType[*faxpage.Problem](err); !ok || !strings.Contains(p.Sentence, tt.says) {
			t.Errorf("%s: %v, want a problem that says %q", tt.name, err, tt.says)
		}
	}
}

func TestCountingEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for name, body := range map[string][]byte{
		"a node": pdf("<< /Type /Pages /Count 3 >>"), "a packed node": stream("<< /Type /Pages /Count 3 >>"),
		"many types": pdf(strings.Repeat("/Type /Page ", 1<<13)), "a password": pdf("/Encrypt 1 0 R"),
	} {
		if _, err := faxpage.PDFPages(ctx, body); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want that it was cancelled", name, err)
		}
	}
}

// enlarged is a PNG that says it is larger, and of more bits.
func enlarged(t *testing.T, w, h uint32, bits byte) []byte {
	t.Helper()
	body := picture(t, 9, 9)
	header := body[12:29] // its name and its 13 bytes (PNG, 11.2.2)
	binary.BigEndian.PutUint32(header[4:], w)
	binary.BigEndian.PutUint32(header[8:], h)
	header[12] = bits
	binary.BigEndian.PutUint32(body[29:], crc32.ChecksumIEEE(header))
	return body
}

// photograph is a JPEG that says it is larger: colours at half of the dots.
func photograph(t *testing.T, w, h uint16, frame byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewYCbCr(image.Rect(0, 0, 9, 9), image.YCbCrSubsampleRatio420), nil); err != nil {
		t.Fatal(err)
	}
	body := b.Bytes()
	at := bytes.Index(body, []byte{0xff, 0xc0})
	body[at+1] = frame
	binary.BigEndian.PutUint16(body[at+5:], h)
	binary.BigEndian.PutUint16(body[at+7:], w)
	return body
}

func TestNoPictureTakesMuchMemory(t *testing.T) {
	restart := photograph(t, 4000, 3000, 0xc2)
	restart = append([]byte{0xff, 0xd8, 0xff, 0xd0, 0xff, 0x00}, restart[2:]...) // markers that other readers stumble over
	scans := photograph(t, 1000, 1000, 0xc2)
	for _, tt := range []struct {
		name string
		body []byte
		says string
	}{
		{"many dots", enlarged(t, 7070, 7070, 8), "12.5 million dots"},
		{"a very long line", enlarged(t, 1<<31-1, 1, 8), "12.5 million dots"},
		{"deep dots", enlarged(t, 3000, 3000, 16), "64 MB"},
		{"a large photograph", photograph(t, 65535, 65535, 0xc0), "12.5 million dots"},
		{"a large progressive photograph", photograph(t, 4000, 3000, 0xc2), "64 MB"},
		{"one that hides it", restart, "64 MB"},
		{"one of many passes", append(scans, bytes.Repeat([]byte{0xff, 0xda}, 300)...), "too long"},
	} {
		err := bounded(t, tt.name, 16<<20, func(context.Context) error { return document(t).Picture(tt.body) })
		if p, ok := errors.AsType[*faxpage.Problem](err); !ok || !strings.Contains(p.Sentence, tt.says) {
			t.Errorf("%s: %v, want a problem that says %q", tt.name, err, tt.says)
		}
	}
}

// TestPhotographsOfTelephonesAreFaxed: what says that it is as large gets as
// far as being read, where there turns out to be nothing in it.
func TestPhotographsOfTelephonesAreFaxed(t *testing.T) {
	for _, body := range [][]byte{photograph(t, 4032, 3024, 0xc0), enlarged(t, 4000, 3000, 8)} {
		if err := document(t).Picture(body); err == nil || err.Error() != "The picture is damaged." {
			t.Errorf("%v, want that it is large enough to be read", err)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewYCbCr(image.Rect(0, 0, 1, 9000), image.YCbCrSubsampleRatio420), nil); err != nil {
		t.Fatal(err)
	}
	if err := document(t).Picture(b.Bytes()); err != nil {
		t.Errorf("a line: %v", err)
	}
}
