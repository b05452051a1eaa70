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
