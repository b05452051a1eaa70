package panel

import (
	"testing"
	"time"
)

func TestARowSaysWhatATextWithoutWordsCarries(t *testing.T) {
	for _, tt := range []struct {
		carries       Carried
		preview, want string
	}{
		{Carried{Files: 1, Pictures: true, Name: "dsc_01.jpg"}, "", "Picture"},
		{Carried{Files: 3, Pictures: true}, "", "3 pictures"},
		{Carried{Files: 2}, "", "2 files"},
		{Carried{Files: 1, Name: "offer.pdf"}, "", "offer.pdf"},
		{Carried{Files: 1}, "", "File"},
		{Carried{Files: 1}, "Look at this", "Look at this"},
		{Carried{}, "", ""},
	} {
		if got := newRow(page{clock: clock{time.Now(), time.UTC}}, Conversation{Preview: tt.preview, Carries: tt.carries}).Preview; got != tt.want {
			t.Errorf("%q with %+v: %q, want %q", tt.preview, tt.carries, got, tt.want)
		}
	}
}
