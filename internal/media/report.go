package media

import (
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// reportEvery is how often a far side that sends sound is told how it is heard.
const reportEvery = time.Second

// told tells the far side how one of its streams is heard (RFC 3550 section
// 6.4.2). pion has an interceptor for it, which reads every packet once more
// and costs more than the rest of the way through this leg.
func (l *Leg) told(ssrc webrtc.SSRC, now time.Time) {
	// An error is a connection that has ended; Done tells.
	_ = l.pc.WriteRTCP([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: l.out.source(), Reports: []rtcp.ReceptionReport{l.in.report(uint32(ssrc), now)}}})
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
