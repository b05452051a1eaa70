package media

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtp"
)

// A wire notes what is sent.
type wire struct{ sent []rtp.Packet }

func (w *wire) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	w.sent = append(w.sent, rtp.Packet{Header: *h, Payload: append([]byte(nil), payload...)})
	return len(payload), nil
}

// bound is a stream toward a far side that knows some payload types.
func bound(types map[codecAndClock]uint8, main codecAndClock) (*outbound, *wire) {
	w := &wire{}
	o := newOutbound(nil)
	o.stream, o.types, o.audio = w, types, main
	return o, w
}

var (
	opusKind  = codecAndClock{Opus, 48000}
	pcmuKind  = codecAndClock{PCMU, 8000}
	fastKey   = codecAndClock{Event, 48000}
	slowKey   = codecAndClock{Event, 8000}
	everyKind = map[codecAndClock]uint8{opusKind: 111, pcmuKind: 0, fastKey: 110, slowKey: 126}
)

// A step is what one packet adds to the packet before it.
type step struct {
	Type      uint8
	Sequence  uint16
	Timestamp uint32
	Marker    bool
}

func steps(sent []rtp.Packet) (got []step) {
	for i, p := range sent[1:] {
		last := sent[i]
		got = append(got, step{p.PayloadType, p.SequenceNumber - last.SequenceNumber, p.Timestamp - last.Timestamp, p.Marker})
	}
	return got
}

func TestTheStreamGoesOnWhoeverSpeaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := bound(everyKind, opusKind)
		say := func(src any, k codecAndClock, seq uint16, ts uint32, after time.Duration) {
			time.Sleep(after)
			o.Write(src, Packet{Codec: k.codec, Clock: k.clock, Sequence: seq, Timestamp: ts, Payload: []byte{1, 2}})
		}
		end := uint32(0xffffff00)
		say("ada", opusKind, 65535, end, 0)
		say("ada", opusKind, 0, end+960, Frame)              // over the end of both counters
		say("ada", opusKind, 2, end+3*960, 2*Frame)          // one was lost on the way to us
		say("ada", opusKind, 1, end+2*960, 0)                // and comes late
		say("sam", opusKind, 40000, 7, 100*time.Millisecond) // another speaks after a pause
		say("sam", opusKind, 40001, 967, Frame)
		say("tone", pcmuKind, 1, 160, Frame) // at another clock
		say("tone", pcmuKind, 2, 320, Frame)
		say("sam", opusKind, 40050, 50000, Frame) // the first of them again
		say("sam", opusKind, 9000, 3, Frame)      // who has begun a new stream
		say("sam", opusKind, 9001, 963, Frame)
		say("sam", opusKind, 9051, 963+50*960, time.Second) // who was on hold
		say("sam", opusKind, 9052, 963+51*960, Frame)
		want := []step{
			{111, 1, 960, false},
			{111, 2, 1920, false},
			{111, 0xffff, ^uint32(959), false},
			{111, 2, 960 + 4800, true},
			{111, 1, 960, false},
			{0, 1, 160, true},
			{0, 1, 160, false},
			{111, 1, 960, true},
			{111, 1, 960, true},
			{111, 1, 960, false},
			{111, 1, 48000, true},
			{111, 1, 960, false},
		}
		if diff := cmp.Diff(want, steps(w.sent)); diff != "" {
			t.Errorf("from packet to packet (-want +got):\n%s", diff)
		}
	})
}

func TestKeysHaveTheClockOfTheSoundAroundThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := bound(everyKind, opusKind)
		o.Write("far", Packet{Codec: PCMU, Clock: 8000, Sequence: 1, Timestamp: 160, Payload: []byte{1}})
		for i := range uint16(3) { // held for 20, 40, 60 ms; the phone counts at 48 kHz
			time.Sleep(Frame)
			o.Write("far", Packet{Codec: Event, Clock: 48000, Sequence: 2 + i, Timestamp: 5000, Marker: i == 0, Payload: []byte{5, 10, byte((i + 1) * 960 >> 8), byte((i + 1) * 960 & 0xff)}})
		}
		time.Sleep(Frame)
		o.Write("far", Packet{Codec: PCMU, Clock: 8000, Sequence: 5, Timestamp: 160 + 4*160, Payload: []byte{1}})
		want := []step{{126, 1, 160, true}, {126, 1, 0, false}, {126, 1, 0, false}, {0, 1, 3 * 160, false}}
		if diff := cmp.Diff(want, steps(w.sent)); diff != "" {
			t.Errorf("from packet to packet (-want +got):\n%s", diff)
		}
		if got := w.sent[3].Payload; !cmp.Equal(got, []byte{5, 10, 480 >> 8, 480 & 0xff}) {
			t.Errorf("the last packet of the key is % x, want 480 ticks of 8 kHz", got)
		}
	})
}

func TestAKeyThatSilenceInterruptsIsOneKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := bound(everyKind, pcmuKind)
		press := func(i uint16, after time.Duration) {
			time.Sleep(after)
			o.Write("far", Packet{Codec: Event, Clock: 8000, Sequence: 2 + i, Timestamp: 5000, Marker: i == 0, Payload: []byte{5, 10, 0, byte(i * 160)}})
		}
		silence, quiet := new(source), make([]byte, frameSamples)
		o.Write("far", Packet{Codec: PCMU, Clock: 8000, Sequence: 1, Timestamp: 160, Payload: quiet})
		press(0, Frame)
		press(1, Frame)
		time.Sleep(pause)
		o.Write(silence, silence.next(quiet)) // as Fill does
		press(2, 0)
		press(3, Frame)
		o.Write("tone", Packet{Codec: PCMU, Clock: 8000, Sequence: 70, Timestamp: 9, Payload: quiet})
		want := []step{{126, 1, 160, true}, {126, 1, 0, false}, {0, 1, 160 + 1600, true}, {126, 1, ^uint32(160 + 1600 - 1), false}, {126, 1, 0, false}, {0, 1, 160 + 1600 + 160, true}}
		if diff := cmp.Diff(want, steps(w.sent)); diff != "" {
			t.Errorf("from packet to packet (-want +got):\n%s", diff)
		}
		heard := ""
		listen := Digits(func(d rune) { heard += string(d) })
		for _, p := range w.sent {
			if p.PayloadType == 126 {
				listen(Packet{Arrived: time.Now(), Codec: Event, Clock: 8000, Sequence: p.SequenceNumber, Timestamp: p.Timestamp, Payload: p.Payload})
			}
		}
		if heard != "5" {
			t.Errorf("the far side hears the keys %q, want one 5", heard)
		}
		press(3, 2*time.Second) // the phone's next key, with the same time
		if last := w.sent[len(w.sent)-1]; !last.Marker {
			t.Error("a key that is pressed again is none of its own")
		}
	})
}

func TestWhatTheFarSideHasNoCodecFor(t *testing.T) {
	silence := []byte{0xf8, 0xff, 0xfe} // 20 ms of Opus
	for _, tt := range []struct {
		name  string
		types map[codecAndClock]uint8
		p     Packet
		want  int // bytes sent; 0 for nothing
	}{
		{"Opus is decoded for a phone with PCMU alone", map[codecAndClock]uint8{pcmuKind: 0}, Packet{Codec: Opus, Clock: 48000, Payload: silence}, 160},
		{"PCMU cannot be sent where there is Opus alone", map[codecAndClock]uint8{opusKind: 111}, Packet{Codec: PCMU, Clock: 8000, Payload: make([]byte, 160)}, 0},
		{"keys are dropped where there are none", map[codecAndClock]uint8{pcmuKind: 0}, Packet{Codec: Event, Clock: 8000, Payload: []byte{1, 2, 3, 4}}, 0},
		{"half a key is dropped", everyKind, Packet{Codec: Event, Clock: 8000, Payload: []byte{1, 2, 3}}, 0},
		{"broken Opus is dropped", map[codecAndClock]uint8{pcmuKind: 0}, Packet{Codec: Opus, Clock: 48000, Payload: []byte{3, 255, 1}}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o, w := bound(tt.types, pcmuKind)
			o.Write("far", tt.p)
			if got := len(w.sent); got > 1 || (got == 1) != (tt.want > 0) || got == 1 && len(w.sent[0].Payload) != tt.want {
				t.Errorf("sent %v, want %d bytes", w.sent, tt.want)
			}
		})
	}
}

func TestNothingIsSentBeforeBothSidesHaveDescribedThemselves(t *testing.T) {
	o := newOutbound(nil)
	o.Write("far", Packet{Codec: PCMU, Clock: 8000, Payload: []byte{1}})
	if _, at := o.last(); !at.IsZero() {
		t.Errorf("sent at %v, want never", at)
	}
}
