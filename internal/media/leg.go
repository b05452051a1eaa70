package media

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// A Leg is one connection with a stream of sound each way: by WebRTC, or by RTP
// alone with phones and trunks that have none. Its methods may be called at any
// time, also after Close, when they do nothing.
type Leg struct {
	engine *Engine
	pc     *webrtc.PeerConnection
	out    *outbound
	in     reception
	road   *road
	dtls   *webrtc.DTLSTransport

	hearing sync.Mutex    // held while somebody is told what is heard by WebRTC
	hears   atomic.Uint32 // the source of that
	told    atomic.Int64  // when the far side was told how, in Unix nanoseconds

	mu        sync.Mutex                 // of Listen
	classic   atomic.Pointer[classic]    // nil with WebRTC
	signalled atomic.Pointer[netip.Addr] // nil where descriptions are trusted
	toward    atomic.Pointer[netip.Addr] // nil where nobody has said it
	ears      atomic.Pointer[[]*ear]     // replaced under mu
	up        chan struct{}
	upOnce    sync.Once
	done      chan struct{}
	closing   sync.Once
}

type ear struct{ hear func(Packet) }

type codecAndClock struct {
	codec Codec
	clock uint32
}

func newLeg(e *Engine, pc *webrtc.PeerConnection, r *road) (*Leg, error) {
	l := &Leg{engine: e, pc: pc, road: r, up: make(chan struct{}), done: make(chan struct{})}
	l.ears.Store(&[]*ear{})
	l.out = newOutbound(func(to rtpWriter) rtpWriter { return &shortWriter{long: to, leg: l} })
	sender, err := pc.AddTrack(l.out)
	if err != nil {
		return nil, err
	}
	l.dtls = sender.Transport()
	if !e.enter(l) {
		return nil, ErrClosed
	}
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		switch s {
		case webrtc.PeerConnectionStateConnected:
			l.upOnce.Do(func() { close(l.up) })
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
			l.end()
		}
	})
	pc.OnTrack(l.read)
	l.dtls.ICETransport().OnSelectedCandidatePairChange(r.move)
	e.wait.Go(func() { l.reports(sender) })
	return l, nil
}

// Offer returns the leg's own description, complete with its addresses, to be
// answered by SetAnswer.
func (l *Leg) Offer(ctx context.Context) (string, error) {
	o, err := l.pc.CreateOffer(nil)
	if err != nil {
		return "", fmt.Errorf("offering sound: %w", err)
	}
	if err := l.describe(ctx, o); err != nil {
		return "", fmt.Errorf("offering sound: %w", err)
	}
	return l.Local(), nil
}

// Answer takes the far side's offer and returns the answer. The error is about
// the offer, which may be no SDP or have no sound in common with us, or not
// what [Config.Speaks] asks for.
func (l *Leg) Answer(ctx context.Context, offer string) (string, error) {
	if manyStreams(offer) {
		return "", errManyStreams
	}
	if isClassic(offer) {
		return l.answerClassic(offer)
	}
	whole, grouped := addBundle(fewCandidates(offer))
	if err := l.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: whole}); err != nil {
		return "", fmt.Errorf("reading an offer of sound: %w", err)
	}
	a, err := l.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("answering an offer of sound: %w", err)
	}
	if err := l.describe(ctx, a); err != nil {
		return "", fmt.Errorf("answering an offer of sound: %w", err)
	}
	answer := l.Local()
	if grouped {
		answer = withoutBundle(answer)
	}
	if err := l.engine.config.fits(answer); err != nil {
		return "", err
	}
	return answer, nil
}

// SetAnswer takes the answer to Offer or OfferClassic.
func (l *Leg) SetAnswer(answer string) error {
	if manyStreams(answer) {
		return errManyStreams
	}
	if c := l.classic.Load(); c != nil {
		return l.answeredClassic(c, answer)
	}
	if err := l.engine.config.fits(answer); err != nil {
		return err
	}
	whole, _ := addBundle(fewCandidates(answer))
	if err := l.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: whole}); err != nil {
		return fmt.Errorf("reading an answer about sound: %w", err)
	}
	return nil
}

// Local is the leg's description as it was offered or answered; empty before.
// Hold and resume repeat it with another direction: the connection stays.
func (l *Leg) Local() string {
	if c := l.classic.Load(); c != nil {
		return *c.local.Load()
	}
	d := l.pc.LocalDescription()
	if d == nil {
		return ""
	}
	return defaultDestination(d.SDP)
}

func (l *Leg) describe(ctx context.Context, d webrtc.SessionDescription) error {
	gathered := webrtc.GatheringCompletePromise(l.pc)
	if err := l.pc.SetLocalDescription(d); err != nil {
		return err
	}
	select {
	case <-gathered:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Connected is closed when sound can pass.
func (l *Leg) Connected() <-chan struct{} { return l.up }

// Done is closed when the leg has ended, by Close or because the far side is
// gone.
func (l *Leg) Done() <-chan struct{} { return l.done }

// Close ends the leg. Its port is free soon after, or when Engine.Close has
// returned. Closing twice does nothing.
func (l *Leg) Close() { l.end() }

func (l *Leg) end() {
	l.closing.Do(func() {
		close(l.done)
		l.road.close()
		if c := l.classic.Load(); c != nil {
			_ = c.conn.Close()
		}
		// The connection may be telling us itself, from its own goroutine.
		l.engine.wait.Go(func() {
			l.settle()
			_ = l.pc.GracefulClose()
		})
		l.engine.leave(l) // last, since an engine that is closed waits for the legs that it has
	})
}

// handshakeTime is far more than a handshake takes whose far side is there.
const handshakeTime = 3 * time.Second

// settle waits while the far side shakes hands. To close pion's connection in
// the moment when it has just become secure can hang for ever: Stop has the
// lock and waits for the reader of packets, which waits to hand over its first
// to who is started next, which waits for the lock (webrtc v4.2.20,
// DTLSTransport.Stop and PeerConnection.startTransports).
func (l *Leg) settle() {
	late := time.After(handshakeTime)
	tick := time.NewTicker(Frame)
	defer tick.Stop()
	for l.shakesHands() {
		select {
		case <-tick.C:
		case <-late:
			return
		}
	}
}

func (l *Leg) shakesHands() bool {
	switch l.dtls.State() {
	case webrtc.DTLSTransportStateConnecting:
		return true
	case webrtc.DTLSTransportStateConnected:
		select {
		case <-l.up:
		default:
			return true
		}
	}
	return false
}

// Write sends p. What the far side has no codec for is decoded and sent as
// PCMU where it comes as Opus, and dropped otherwise.
func (l *Leg) Write(src any, p Packet) {
	if l.out.Write(src, p) && l.classic.Load() == nil {
		l.tell()
	}
}

// Sends reports whether the far side understands a codec. It knows none
// before both descriptions are set.
func (l *Leg) Sends(c Codec) bool { return l.out.has(c) }

// Listen hands f every packet that the leg hears until stop is called; one
// more may be on its way then.
func (l *Leg) Listen(f func(Packet)) (stop func()) {
	e := &ear{f}
	l.mu.Lock()
	defer l.mu.Unlock()
	ears := append(slices.Clone(*l.ears.Load()), e)
	l.ears.Store(&ears)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		ears := slices.DeleteFunc(slices.Clone(*l.ears.Load()), func(o *ear) bool { return o == e })
		l.ears.Store(&ears)
	}
}

// Stats is how well the leg is heard.
func (l *Leg) Stats() Stats { return l.in.stats(time.Now()) }

// Heard are the times of the first and the last packet that was heard; zero
// before the first.
func (l *Leg) Heard() (first, last time.Time) { return l.in.heard() }

// Sent is the time of the last packet that was sent, zero before the first.
func (l *Leg) Sent() time.Time {
	_, at := l.out.last()
	return at
}

// read runs while a stream of the far side lives, on a goroutine of pion's. It
// has what does not take the shortcut.
func (l *Leg) read(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
	known := map[uint8]codecAndClock{}
	for _, c := range r.GetParameters().Codecs {
		known[uint8(c.PayloadType)] = codecAndClock{codecOf(c.MimeType), c.ClockRate}
	}
	l.engine.wait.Go(func() { l.senders(r) })
	l.shorten(uint32(t.SSRC()), known)
	buf := make([]byte, 1600)
	var p rtp.Packet
	for {
		n, _, err := t.Read(buf)
		if err != nil && n == 0 {
			return
		}
		// An error with bytes is a payload type that was not negotiated, such
		// as comfort noise.
		if err == nil && p.Unmarshal(buf[:n]) == nil {
			l.sound(&p, known, time.Now())
		}
	}
}

// shorten lets a stream that is heard take the short way, where that can be had.
func (l *Leg) shorten(ssrc uint32, known map[uint8]codecAndClock) {
	if _, key, err := srtpKeys(l.dtls); err == nil {
		l.road.open(&shortcut{leg: l, ssrc: ssrc, known: known, key: key, plain: make([]byte, mtu)})
	}
}

// sound takes a packet of the far side's, from whichever way it came.
func (l *Leg) sound(p *rtp.Packet, known map[uint8]codecAndClock, now time.Time) {
	c, ok := known[p.PayloadType]
	if !ok || c.codec == 0 || len(p.Payload) == 0 {
		return
	}
	l.hearing.Lock()
	defer l.hearing.Unlock()
	l.heard(Packet{Codec: c.codec, Clock: c.clock, Marker: p.Marker, Sequence: p.SequenceNumber,
		Timestamp: p.Timestamp, Arrived: now, Payload: p.Payload})
	if p.SSRC != l.hears.Load() {
		l.hears.Store(p.SSRC)
		l.told.Store(now.UnixNano())
	} else if now.UnixNano()-l.told.Load() > int64(reportAlone) {
		l.tellHeard(now)
	}
}

func (l *Leg) heard(p Packet) {
	l.in.packet(p)
	for _, e := range *l.ears.Load() {
		e.hear(p)
	}
}

// reports takes what the far side tells of how it hears us.
func (l *Leg) reports(s *webrtc.RTPSender) {
	for {
		packets, _, err := s.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			switch r := p.(type) {
			case *rtcp.ReceiverReport:
				l.in.reports(r.Reports, time.Now())
			case *rtcp.SenderReport:
				l.in.reports(r.Reports, time.Now())
			}
		}
	}
}

func codecOf(mime string) Codec {
	switch {
	case strings.EqualFold(mime, webrtc.MimeTypeOpus):
		return Opus
	case strings.EqualFold(mime, webrtc.MimeTypePCMU):
		return PCMU
	case strings.EqualFold(mime, webrtc.MimeTypePCMA):
		return PCMA
	case strings.EqualFold(mime, mimeEvent):
		return Event
	}
	return 0
}
