package messages

import (
	"context"
	"errors"
	"testing"
	"time"

	"offhook/internal/platform/api/plan"
	"offhook/internal/store"
)

func TestFewFaxesAreRenderedAtATime(t *testing.T) {
	h := &Handler{Now: time.Now}
	note := []File{{Name: "note.txt", ContentType: textType, Body: []byte("Hello")}}
	render := func(ctx context.Context) error {
		_, _, err := h.render(ctx, new(plan.Plan), store.Message{}, note)
		return err
	}
	gone, leave := context.WithCancel(t.Context())
	for range cap(rendering) {
		rendering <- struct{}{}
	}
	late := make(chan error)
	go func() { late <- render(gone) }()
	leave()
	if err := <-late; !errors.Is(err, context.Canceled) {
		t.Errorf("a fax beside %d others, whose sender has left: %v, want that it was cancelled", cap(rendering), err)
	}
	<-rendering
	for range 2 * cap(rendering) { // each gives its place back
		if err := render(t.Context()); err != nil {
			t.Errorf("a fax beside one other: %v", err)
		}
	}
	<-rendering
	if err := render(gone); !errors.Is(err, context.Canceled) || len(rendering) != 0 {
		t.Errorf("the documents of somebody who has left: %v, want that it was cancelled; %d places are taken", err, len(rendering))
	}
}

func TestWhoGetsPNG(t *testing.T) {
	const no, yes, refused = "PDF", "PNG", "neither"
	for _, tt := range []struct {
		name, accept string
		drawn, came  string // what is answered of a document that was drawn here, and of one that came as PDF
	}{
		{"nothing said", "", no, no},
		{"anything", "*/*", no, no},
		{"what SDKs always ask for", "application/json", no, no},
		{"a browser's address bar", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", no, no},
		{"an image element", "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", yes, no},
		{"PNG", "image/png", yes, refused},
		{"any picture", "image/*", yes, refused},
		{"in capitals", "Image/PNG", yes, refused},
		{"PNG rather than PDF", "application/pdf;q=0.3, image/png;q=0.7", yes, no},
		{"PDF rather than PNG", "application/pdf, image/png;q=0.7", no, no},
		{"PNG not at all", "image/*, image/png;q=0, application/pdf;q=0.1", no, no},
		{"nonsense", "image/png;q=x, ;;, image, image/png;q=NaN", no, no},
	} {
		for drawn, want := range map[bool]string{true: tt.drawn, false: tt.came} {
			got := no
			if asPNG, err := prefersPNG(tt.accept, drawn); err != nil {
				got = refused
			} else if asPNG {
				got = yes
			}
			if got != want {
				t.Errorf("%s, drawn %v: %s, want %s", tt.name, drawn, got, want)
			}
		}
	}
}
