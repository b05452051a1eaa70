package media

import (
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// reportEvery is how often a far side is told what was sent and how it is
// heard; reportAlone is after how long it is told the latter when nothing is
// sent to it.
const reportEvery, reportAlone = time.Second, 3 * time.Second / 2

// tell tells the far side what was sent, and when its time was ours (RFC 3550
// section 6.4.1): from its answer the round trip is known. pion has an
// interceptor for it, and one for what is heard, which read every packet once
// more and cost more than the rest of the way through this leg.
func (l *Leg) tell() {
	now := time.Now()
	r := l.out.report(now)
	if from := l.hears.Load(); from != 0 {
		r.Reports = []rtcp.ReceptionReport{l.in.report(from, now)}
		l.told.Store(now.UnixNano())
	}
	// An error is a connection that has ended; Done tells.
	_ = l.pc.WriteRTCP([]rtcp.Packet{r})
}

// tellHeard tells the far side how it is heard (RFC 3550 section 6.4.2).
func (l *Leg) tellHeard(now time.Time) {
	l.told.Store(now.UnixNano())
	_ = l.pc.WriteRTCP([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: l.out.source(), Reports: []rtcp.ReceptionReport{l.in.report(l.hears.Load(), now)}}})
}

// report is what was sent until now.
func (o *outbound) report(now time.Time) *rtcp.SenderReport {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.told = now
	since := uint32(now.Sub(o.at).Seconds() * float64(o.audio.clock))
	return &rtcp.SenderReport{SSRC: o.ssrc, NTPTime: ntp(now), RTPTime: o.ts + since, PacketCount: o.packets, OctetCount: o.octets}
}

// senders takes what the far side tells of its own sending, from which it
// computes the round trip when it is told so again.
func (l *Leg) senders(r *webrtc.RTPReceiver) {
	for {
		packets, _, err := r.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			if s, ok := p.(*rtcp.SenderReport); ok {
				l.in.sender(s.NTPTime, time.Now())
			}
		}
	}
}

// sender notes a sender's report, by its time as NTP writes it.
func (r *reception) sender(ntp uint64, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lastReport, r.lastReportAt = uint32(ntp>>16), now
}

// report says how the stream was heard since the last time.
func (r *reception) report(ssrc uint32, now time.Time) rtcp.ReceptionReport {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := rtcp.ReceptionReport{
		SSRC:               ssrc,
		TotalLost:          uint32(min(r.total.lost, 1<<23-1)),
		LastSequenceNumber: r.cycles<<16 | uint32(r.seq),
		Jitter:             uint32(r.jitter * float64(r.clock)),
		LastSenderReport:   r.lastReport,
	}
	if r.lastReport != 0 {
		p.Delay = uint32(now.Sub(r.lastReportAt).Seconds() * 65536)
	}
	// What came late after it was told as lost makes the count go back.
	received, lost := r.total.received-r.told.received, max(int64(r.total.lost)-int64(r.told.lost), 0)
	if lost > 0 {
		p.FractionLost = uint8(min(uint64(lost)*256/(uint64(lost)+received), 255))
	}
	r.told = r.total
	return p
}
