package talk_test

import (
	"testing"
	"time"

	"offhook/internal/platform/api/talk"
)

func TestTheLengthOfARecording(t *testing.T) {
	whole := talk.Monolog(3 * time.Second)
	for _, tt := range []struct {
		name string
		wav  []byte
		want time.Duration
		ok   bool
	}{
		{"one voice", whole, 3 * time.Second, true},
		{"two voices", talk.Dialog(1500 * time.Millisecond), 1500 * time.Millisecond, true},
		{"cut off in the middle", whole[:44+8000], time.Second, true},
		{"without sound", whole[:36], 0, false},
		{"a chunk that is longer than the file", append([]byte("RIFF\x00\x00\x00\x00WAVELIST"), 0xff, 0xff, 0xff, 0x7f), 0, false},
		{"something else", []byte("ID3\x04 and no more than that"), 0, false},
		{"nothing", nil, 0, false},
	} {
		if got, ok := talk.WAVLength(tt.wav); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %v, %v; want %v, %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}
