package media

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// hear lets a reception hear a stream of one second; late says by how much
// each packet is, negative that it is lost.
func hear(r *reception, late func(i int) time.Duration) {
	for i := range 50 {
		if l := late(i); l >= 0 {
			r.packet(Packet{Codec: PCMU, Clock: Rate, Sequence: uint16(65530 + i), Timestamp: uint32(i * 160), Arrived: noon.Add(time.Duration(i)*Frame + l)})
		}
	}
}

func TestQualityOfWhatIsHeard(t *testing.T) {
	for _, tt := range []struct {
		name         string
		late         func(i int) time.Duration
		lost         uint64
		loss         float64
		least, below time.Duration // of jitter
	}{
		{"all in time", func(int) time.Duration { return 0 }, 0, 0, 0, time.Millisecond},
		{"one in ten lost", func(i int) time.Duration {
			if i%10 == 5 {
				return -1
			}
			return 0
		}, 5, 0.1, 0, time.Millisecond},
		{"every second one 10 ms late", func(i int) time.Duration { return time.Duration(i%2) * 10 * time.Millisecond }, 0, 0, 9 * time.Millisecond, 10 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r reception
			hear(&r, tt.late)
			s := r.stats(noon.Add(time.Second))
			if s.Received+s.Lost != 50 || s.Lost != tt.lost || math.Abs(s.Loss-tt.loss) > 0.001 || s.Jitter < tt.least || s.Jitter > tt.below {
				t.Errorf("got %+v, want %d lost, loss %.2f, jitter %v to %v", s, tt.lost, tt.loss, tt.least, tt.below)
			}
			if s := r.stats(noon.Add(time.Minute)); s.Loss != 0 || s.Lost != tt.lost {
				t.Errorf("a minute later %+v, want no loss of late", s)
			}
		})
	}
}

func TestWhatComesLateOrTwiceIsNotLost(t *testing.T) {
	var r reception
	for _, seq := range []uint16{1, 2, 4, 3, 3, 5, 40000, 40001} { // the last two are of a new stream
		r.packet(Packet{Codec: PCMU, Clock: Rate, Sequence: seq, Timestamp: uint32(seq) * 160, Arrived: noon})
	}
	if s := r.stats(noon); s.Lost != 0 || s.Loss != 0 {
		t.Errorf("got %+v, want nothing lost", s)
	}
}

func TestWhatTheFarSideReports(t *testing.T) {
	var r reception
	sent := noon.Add(-100 * time.Millisecond)
	r.reports([]rtcp.ReceptionReport{{FractionLost: 64, LastSenderReport: middleNTP(sent), Delay: 65536 / 20}}, noon)
	s := r.stats(noon)
	if s.FarLoss != 0.25 || (s.RoundTrip-50*time.Millisecond).Abs() > time.Millisecond {
		t.Errorf("got %+v, want a quarter lost, 50 ms round trip", s)
	}
}

func TestOpinionsFallWithWhatIsWrong(t *testing.T) {
	for _, tt := range []struct {
		jitter, trip time.Duration
		loss         float64
		want         float64
	}{
		{0, 0, 0, 4.40},
		{30 * time.Millisecond, 100 * time.Millisecond, 0, 4.35},
		{0, 0, 0.02, 4.27},
		{0, 0, 0.1, 3.35},
		{0, 800 * time.Millisecond, 0, 2.9},
		{200 * time.Millisecond, time.Second, 0.5, 1},
		{0, 0, 1, 1.15},
	} {
		if got := MOS(tt.jitter, tt.trip, tt.loss); math.Abs(got-tt.want) > 0.1 {
			t.Errorf("jitter %v, round trip %v, loss %.2f: %.2f, want about %.2f", tt.jitter, tt.trip, tt.loss, got, tt.want)
		}
	}
}

func TestEverySampleOfPCMUIsReadAndWrittenAlike(t *testing.T) {
	for i := range 256 {
		if b := byte(i); toUlaw(ulawSound[b]) != b && ulawSound[b] != 0 { // there are two zeros
			t.Errorf("%#x is %d, and that is %#x", b, ulawSound[b], toUlaw(ulawSound[b]))
		}
	}
	if got := toUlaw(0); got != 0xff {
		t.Errorf("silence is %#x, want 0xff", got)
	}
	for _, v := range []int16{-32768, 32767, 1000, -1000} {
		if got := ulawSound[toUlaw(v)]; math.Abs(float64(got)-float64(v)) > 0.04*math.Abs(float64(v)) {
			t.Errorf("%d becomes %d", v, got)
		}
	}
}

func TestTheFarSideIsToldHowItIsHeard(t *testing.T) {
	var r reception
	r.sender(0x1234_5678_9abc_def0, noon)
	hear(&r, func(i int) time.Duration {
		if i >= 10 && i < 20 {
			return -1
		}
		return time.Duration(i%2) * 10 * time.Millisecond
	})
	got := r.report(7, noon.Add(500*time.Millisecond))
	// 65530 and 49 more packets, past 65535 once.
	want := rtcp.ReceptionReport{SSRC: 7, FractionLost: 51, TotalLost: 10, LastSequenceNumber: 1<<16 | 43, Jitter: got.Jitter, LastSenderReport: 0x5678_9abc, Delay: 32768}
	if diff := cmp.Diff(want, got); diff != "" || got.Jitter < 40 || got.Jitter > 80 {
		t.Errorf("(-want +got):\n%s\nand jitter %d, want up to 10 ms in ticks of 8 kHz", diff, got.Jitter)
	}
	if again := r.report(7, noon.Add(time.Second)); again.FractionLost != 0 || again.TotalLost != 10 || again.Delay != 65536 {
		t.Errorf("nothing was heard since, and the next report is %+v", again)
	}
	r.packet(Packet{Codec: PCMU, Clock: Rate, Sequence: 9, Timestamp: 15 * 160, Arrived: noon.Add(time.Second)})
	if late := r.report(7, noon.Add(time.Second)); late.TotalLost != 9 || late.FractionLost != 0 {
		t.Errorf("one came late, and the report is %+v", late)
	}
}
