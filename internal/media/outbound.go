package media

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// outbound is the stream that a leg sends: continuous in sequence numbers and
// time for the far side, whoever speaks and in whichever codec. pion's own
// tracks force one payload type, which loses events, and pass numbers on as
// they are, which the far side hears as loss when the source changes.
type outbound struct {
	mu     sync.Mutex
	stream rtpWriter // guarded by mu, as all below; nil while not bound
	ssrc   uint32
	types  map[codecAndClock]uint8 // payload types as the far side knows them

	src     any
	first   bool          // the next packet is the first of its source
	seqBase uint16        // added to the source's numbers
	lastIn  uint16        // the source's last number
	audio   codecAndClock // what sound was sent last
	inTime  uint32        // a timestamp of the source's sound …
	outTime uint32        // … and what it is in the stream
	key     heldKey       // that is being sent, or was last
	decoder *Decoder      // of the source, while it has to be decoded
	alaw    []byte        // room for what is sent as PCMA

	header rtp.Header // of the packet that is sent: one for all, since none is kept

	seq  uint16 // the highest sent
	ts   uint32
	when time.Time // ts was sent first
	at   time.Time // of the last packet; zero before the first

	packets, octets uint32    // that were sent
	told            time.Time // when the far side was told so last

	over func(rtpWriter) rtpWriter // what pion's writer is used by; nil for itself
}

// An rtpWriter sends packets.
type rtpWriter interface {
	WriteRTP(h *rtp.Header, payload []byte) (int, error)
}

func newOutbound(over func(rtpWriter) rtpWriter) *outbound { return &outbound{over: over} }

// Bind is pion's: both descriptions are set.
func (o *outbound) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	types := map[codecAndClock]uint8{}
	var main webrtc.RTPCodecParameters
	for _, p := range c.CodecParameters() {
		codec := codecOf(p.MimeType)
		types[codecAndClock{codec, p.ClockRate}] = uint8(p.PayloadType)
		if main.MimeType == "" && (codec == Opus || codec == PCMU) {
			main = p
		}
	}
	if main.MimeType == "" {
		return main, errNoCodec
	}
	var to rtpWriter = c.WriteStream()
	if o.over != nil {
		to = o.over(to)
	}
	o.bind(to, types, codecAndClock{codecOf(main.MimeType), main.ClockRate}, uint32(c.SSRC()))
	return main, nil
}

// bind says where the stream goes, and in what codecs.
func (o *outbound) bind(to rtpWriter, types map[codecAndClock]uint8, main codecAndClock, ssrc uint32) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stream, o.types, o.audio, o.ssrc = to, types, main, ssrc
}

// Unbind is pion's.
func (o *outbound) Unbind(webrtc.TrackLocalContext) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stream = nil
	return nil
}

func (o *outbound) ID() string                { return "audio" }
func (o *outbound) RID() string               { return "" }
func (o *outbound) StreamID() string          { return "call" }
func (o *outbound) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }

func (o *outbound) has(c Codec) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for known := range o.types {
		if known.codec == c {
			return true
		}
	}
	return false
}

// source is the stream's number, zero before it is bound.
func (o *outbound) source() uint32 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ssrc
}

// codec is what sound was sent last, or would be.
func (o *outbound) codec() Codec {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.audio.codec
}

// last is who sent last, and when.
func (o *outbound) last() (src any, at time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.src, o.at
}

// Write sends a packet, and reports whether it is time to tell the far side
// what was sent.
func (o *outbound) Write(src any, p Packet) (tell bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stream == nil || len(p.Payload) == 0 || p.Clock == 0 {
		return false
	}
	now := time.Now()
	o.write(src, p, now)
	return o.packets > 0 && now.Sub(o.told) >= reportEvery
}

func (o *outbound) write(src any, p Packet, now time.Time) {
	o.turn(src, p, now)
	if p.Codec == Event {
		o.writeEvent(src, p, now)
		return
	}
	kind, payload := o.kind(p), p.Payload
	if kind.codec == 0 {
		if kind, payload = o.decoded(p); payload == nil {
			return
		}
	}
	if kind.codec == PCMA {
		o.alaw = translated(o.alaw, payload, &alawOf)
		payload = o.alaw
	}
	if o.first || kind != o.audio {
		p.Marker, o.first, o.audio = true, false, kind
		o.outTime = o.next(kind.clock, now)
	} else {
		moved := int64(int32(p.Timestamp - o.inTime))
		o.outTime += uint32(moved * int64(kind.clock) / int64(p.Clock))
	}
	o.inTime = p.Timestamp
	o.send(kind, p, payload, o.outTime, now)
}

// paused is how long a source is silent until what it says next is no longer
// the same speech: it was not let through, as on hold.
const paused = 500 * time.Millisecond

// turn notices that another source speaks, or that the source has begun anew
// or comes back after a pause. Packets of its own that were not sent here get
// no numbers here, or the far side would take them for lost (RFC 3550
// section 5.1).
func (o *outbound) turn(src any, p Packet, now time.Time) {
	jump := p.Sequence - o.lastIn
	o.lastIn = p.Sequence
	if src == o.src && (jump < 0x1000 && now.Sub(o.at) < paused || jump > 0xf000) {
		return
	}
	if o.at.IsZero() {
		o.seq, o.ts, o.when, o.at = p.Sequence-1, p.Timestamp, now, now
	}
	o.src, o.first, o.decoder = src, true, nil
	o.seqBase = o.seq + 1 - p.Sequence
}

// next is the stream's time now, in ticks of a clock. The clock may change
// with the codec; what matters is that time goes on from where it was
// (RFC 7160 section 4.1).
func (o *outbound) next(clock uint32, now time.Time) uint32 {
	gap := uint32(now.Sub(o.when).Seconds() * float64(clock))
	return o.ts + max(gap, clock/50)
}

// kind is how the far side knows a packet's codec, nothing when it does not.
// Some phones count Opus at 16 kHz, against RFC 7587 section 4.1.
func (o *outbound) kind(p Packet) codecAndClock {
	kind := codecAndClock{p.Codec, p.Clock}
	if _, ok := o.types[kind]; ok {
		return kind
	}
	for known := range o.types {
		if known.codec == p.Codec {
			return known
		}
	}
	if p.Codec == PCMU {
		return o.narrow()
	}
	return codecAndClock{}
}

// narrow is the far side's codec for what is PCMU here, nothing when it has
// none.
func (o *outbound) narrow() codecAndClock {
	for _, c := range []Codec{PCMU, PCMA} {
		if _, ok := o.types[codecAndClock{c, Rate}]; ok {
			return codecAndClock{c, Rate}
		}
	}
	return codecAndClock{}
}

// decoded turns Opus into PCMU for a far side that has no Opus. It returns
// nothing when that cannot be done.
func (o *outbound) decoded(p Packet) (codecAndClock, []byte) {
	kind := o.narrow()
	if kind.codec == 0 || p.Codec != Opus {
		return kind, nil
	}
	if o.decoder == nil {
		o.decoder = NewDecoder()
	}
	return kind, o.decoder.Decode(p).Ulaw()
}

// A heldKey is a key of a source's. What others send meanwhile, such as the
// silence that bridges a moment in which nothing came, does not end it.
type heldKey struct {
	src  any
	in   uint32 // its time at the source …
	out  uint32 // … and in the stream
	code byte
	kind codecAndClock
	at   time.Time // of its last packet
}

// goesOn reports whether a packet belongs to the key, as [Digits] tells keys
// apart.
func (k *heldKey) goesOn(src any, p Packet, now time.Time) bool {
	return k.src == src && k.in == p.Timestamp && k.code == p.Payload[0] && now.Sub(k.at) < sameKey
}

// writeEvent sends a key, with the clock of the sound around it where the far
// side has it. All packets of one key have one timestamp (RFC 4733 section
// 2.5.1.2), and the sound's time goes on beside it.
func (o *outbound) writeEvent(src any, p Packet, now time.Time) {
	kind, ok := o.eventKind()
	if !ok || len(p.Payload) < 4 {
		return
	}
	p.Marker = false
	if !o.key.goesOn(src, p, now) {
		o.key = heldKey{src: src, in: p.Timestamp, out: o.next(kind.clock, now), code: p.Payload[0], kind: kind}
		p.Marker = true
	}
	o.key.at, kind = now, o.key.kind
	payload := [4]byte(p.Payload[:4])
	duration := uint64(binary.BigEndian.Uint16(payload[2:])) * uint64(kind.clock) / uint64(p.Clock)
	binary.BigEndian.PutUint16(payload[2:], uint16(min(duration, 0xffff)))
	o.send(kind, p, payload[:], o.key.out, now)
}

func (o *outbound) eventKind() (kind codecAndClock, ok bool) {
	kind = codecAndClock{Event, o.audio.clock}
	if _, ok = o.types[kind]; ok {
		return kind, true
	}
	for known := range o.types {
		if known.codec == Event {
			return known, true
		}
	}
	return kind, false
}

func (o *outbound) send(kind codecAndClock, p Packet, payload []byte, ts uint32, now time.Time) {
	h := &o.header
	*h = rtp.Header{Version: 2, Marker: p.Marker, PayloadType: o.types[kind], SequenceNumber: p.Sequence + o.seqBase, Timestamp: ts, SSRC: o.ssrc}
	if int16(h.SequenceNumber-o.seq) > 0 { // not one that came late
		o.seq = h.SequenceNumber
		if kind.codec != Event || int32(ts-o.ts) > 0 {
			o.ts, o.when = ts, now // the packets of a key bear its beginning
		}
	}
	o.at = now
	// An error is a connection that is not up yet or not any more; Done tells.
	if n, err := o.stream.WriteRTP(h, payload); err == nil && n > 0 {
		o.packets++
		o.octets += uint32(len(payload))
	}
}
