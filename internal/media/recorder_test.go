package media_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// tone is somebody who sings, from a time on.
func tone(at time.Time, d time.Duration, hertz float64) (packets []media.Packet) {
	whole := media.Tone(d, hertz)
	for i := 0; i*160 < len(whole); i++ {
		packets = append(packets, media.Packet{Codec: media.PCMU, Clock: 8000, Sequence: uint16(i), Timestamp: uint32(i * 160),
			Arrived: at.Add(time.Duration(i) * media.Frame), Payload: whole[i*160 : (i+1)*160].Ulaw()})
	}
	return packets
}

func TestARecordingHoldsBothSidesWhenTheySpoke(t *testing.T) {
	r := &media.Recorder{}
	r.Start(noon)
	for i, p := range mediatest.SpeechPackets(noon.Add(time.Second)) {
		// Unevenly: they are put by the speaker's own time.
		p.Arrived = p.Arrived.Add(time.Duration(i*37%50) * time.Millisecond)
		r.Hear(media.A, p)
	}
	for _, p := range tone(noon.Add(12*time.Second), time.Second, 500) {
		r.Hear(media.B, p)
	}
	if got := r.Duration().Round(50 * time.Millisecond); got != 13*time.Second {
		t.Errorf("the recording takes %v, want 13 s", got)
	}
	whole := r.Stop()
	r.Hear(media.A, tone(noon.Add(20*time.Second), time.Second, 500)[0])
	if got := r.Duration(); got != whole.Duration() {
		t.Errorf("it went on after its end, to %v", got)
	}
	if like := mediatest.Likeness(mediatest.Speech(), whole); like < 0.8 {
		t.Errorf("it is like what was said by %.2f, want above 0.8", like)
	}
	if s := whole[12*media.Rate:]; s.Pitch(500) < 0.8 {
		t.Errorf("the tone is not where it was heard: %.2f of it", s.Pitch(500))
	}
	if s := whole[11*media.Rate : 12*media.Rate]; s.Loudness() > 0.01 {
		t.Errorf("there is sound of loudness %.3f before anybody made any", s.Loudness())
	}
}

func TestARecordingPutsWhatComesAllAtOnceInItsOrder(t *testing.T) {
	r := &media.Recorder{}
	for i, p := range tone(noon, 2*time.Second, 500) {
		if held := noon.Add(900 * time.Millisecond); i > 20 && p.Arrived.Before(held) {
			p.Arrived = held // as after half a second in which nothing came
		}
		r.Hear(media.A, p)
	}
	if s := r.Stop(); s.Duration() != 2*time.Second || s.Pitch(500) < 0.95 {
		t.Errorf("%v of sound, %.2f of it the tone, want 2 s without a seam", s.Duration(), s.Pitch(500))
	}
}

func TestARecordingSurvivesLossPausesAndNewStreams(t *testing.T) {
	r := &media.Recorder{Limit: 4 * time.Second}
	first := tone(noon, time.Second, 500)
	for i, p := range first {
		if i%10 != 5 {
			r.Hear(media.A, p)
		}
	}
	again := tone(noon.Add(2*time.Second), 3*time.Second, 700) // its numbers begin anew
	for _, p := range again {
		r.Hear(media.A, p)
	}
	s := r.Stop()
	if got := s.Duration(); got != 4*time.Second {
		t.Errorf("the recording takes %v, want its limit of 4 s", got)
	}
	if s[:media.Rate].Pitch(500) < 0.7 || s[media.Rate:2*media.Rate].Loudness() > 0 || s[2*media.Rate:].Pitch(700) < 0.8 {
		t.Errorf("pitch %.2f in the first second, loudness %.2f in the second, pitch %.2f then", s[:media.Rate].Pitch(500), s[media.Rate:2*media.Rate].Loudness(), s[2*media.Rate:].Pitch(700))
	}
}

func TestWAVFilesAreReadAsTheyWereWritten(t *testing.T) {
	s := mediatest.Speech()
	got, err := media.FromWAV(s.WAV())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, got); diff != "" {
		t.Error("what was read is not what was written")
	}
	eight := append(s[:0:0].WAV()[:44:44], 0, 128, 255)
	eight[34], eight[40] = 8, 3
	if got, err := media.FromWAV(eight); err != nil || !cmp.Equal(got, media.Sound{-32768, 0, 127 << 8}) {
		t.Errorf("8 bits: %v, %v", got, err)
	}
	for _, b := range [][]byte{nil, []byte("RIFF"), s.WAV()[:30], bytes.Replace(s.WAV(), []byte{0x40, 0x1f, 0, 0}, []byte{0x44, 0xac, 0, 0}, 1)} {
		if got, err := media.FromWAV(b); err == nil {
			t.Errorf("read %d samples of what is no such file", len(got))
		}
	}
}

func FuzzFromWAV(f *testing.F) {
	f.Add(media.Tone(media.Frame, 440).WAV())
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := media.FromWAV(b); err == nil && len(s) > len(b) {
			t.Errorf("%d samples of %d bytes", len(s), len(b))
		}
	})
}

func TestTrimLeavesSpeech(t *testing.T) {
	s := media.Silence(2*time.Second).Then(media.Tone(time.Second, 500), media.Silence(3*time.Second))
	if got := s.Trim(100 * time.Millisecond).Duration(); got != 1200*time.Millisecond {
		t.Errorf("trimmed to %v, want the tone and 100 ms around it", got)
	}
	if got := media.Silence(time.Second).Trim(time.Second); len(got) > 0 {
		t.Errorf("silence is trimmed to %v, want nothing", got.Duration())
	}
}
