package media

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// A described is one side of classic sound, as SDP tells of it (RFC 4566, RFC
// 3551).
type described struct {
	at        netip.AddrPort
	formats   []format // that we know, the better first
	cryptoTag string   // of the key that is used
	key       []byte   // nil without encryption
}

// A format is a payload type.
type format struct {
	number uint8
	kind   codecAndClock
}

// suite is the one encryption that everybody has (RFC 4568 section 6.2).
const suite = "AES_CM_128_HMAC_SHA1_80"

// Classic reports whether a description is of RTP without WebRTC, which Answer
// takes as well.
func Classic(description string) bool { return isClassic(description) }

// isClassic reports whether a description is of RTP without WebRTC.
func isClassic(text string) bool {
	return strings.Contains(text, "m=audio") && !strings.Contains(text, "a=fingerprint:")
}

// readDescribed reads an offer or an answer. The error says what it lacks.
func readDescribed(text string) (d described, err error) {
	var s sdp.SessionDescription
	if err := s.UnmarshalString(text); err != nil {
		return d, fmt.Errorf("reading a description of sound: %w", err)
	}
	for _, m := range s.MediaDescriptions {
		if m.MediaName.Media != "audio" || m.MediaName.Port.Value == 0 {
			continue
		}
		where := m.ConnectionInformation
		if where == nil {
			where = s.ConnectionInformation
		}
		if where == nil || where.Address == nil {
			return d, errors.New("a description of sound does not say where it is to be sent")
		}
		ip, err := netip.ParseAddr(where.Address.Address)
		if err != nil {
			return d, fmt.Errorf("a description of sound names no address but %q", where.Address.Address)
		}
		d.at = netip.AddrPortFrom(ip.Unmap(), uint16(m.MediaName.Port.Value))
		d.readFormats(m)
		return d, d.readKey(m)
	}
	return d, errNoCodec
}

func (d *described) readFormats(m *sdp.MediaDescription) {
	names := map[string]string{"0": "PCMU/8000", "8": "PCMA/8000"} // which need no rtpmap (RFC 3551 section 6)
	for _, a := range m.Attributes {
		if number, name, ok := strings.Cut(a.Value, " "); ok && a.Key == "rtpmap" {
			names[number] = name
		}
	}
	for _, f := range m.MediaName.Formats {
		number, err := strconv.ParseUint(f, 10, 7)
		parts := strings.Split(names[f], "/")
		if err != nil || len(parts) < 2 {
			continue
		}
		clock, err := strconv.ParseUint(parts[1], 10, 32)
		codec := codecOf("audio/" + parts[0])
		if err == nil && codec != 0 && clock > 0 {
			d.formats = append(d.formats, format{uint8(number), codecAndClock{codec, uint32(clock)}})
		}
	}
}

// readKey finds the key that is used, and whether there is sound in common.
func (d *described) readKey(m *sdp.MediaDescription) error {
	sound := false
	for _, f := range d.formats {
		sound = sound || f.kind.codec != Event
	}
	if !sound {
		return errNoCodec
	}
	if !strings.Contains(strings.Join(m.MediaName.Protos, "/"), "SAVP") {
		return nil
	}
	for _, a := range m.Attributes {
		f := strings.Fields(a.Value)
		if a.Key != "crypto" || len(f) < 3 || f[1] != suite {
			continue
		}
		text, _, _ := strings.Cut(strings.TrimPrefix(f[2], "inline:"), "|")
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(key) != keyLength {
			continue
		}
		d.cryptoTag, d.key = f[0], key
		return nil
	}
	return errors.New("the sound is to be encrypted, and no key is named for " + suite)
}

// write is the description of our side.
func (d described) write(at netip.AddrPort) string {
	var numbers, lines strings.Builder
	for _, f := range d.formats {
		fmt.Fprintf(&numbers, " %d", f.number)
		switch f.kind.codec {
		case Opus:
			channels := ""
			if f.kind.clock == 48000 { // RFC 7587 section 7
				channels = "/2"
			}
			fmt.Fprintf(&lines, "a=rtpmap:%d OPUS/%d%s\r\n", f.number, f.kind.clock, channels)
		case PCMU:
			fmt.Fprintf(&lines, "a=rtpmap:%d PCMU/%d\r\n", f.number, f.kind.clock)
		case PCMA:
			fmt.Fprintf(&lines, "a=rtpmap:%d PCMA/%d\r\n", f.number, f.kind.clock)
		case Event:
			fmt.Fprintf(&lines, "a=rtpmap:%d telephone-event/%d\r\na=fmtp:%d 0-16\r\n", f.number, f.kind.clock, f.number)
		}
	}
	profile := "RTP/AVP"
	if d.key != nil {
		profile = "RTP/SAVP"
		fmt.Fprintf(&lines, "a=crypto:%s %s inline:%s\r\n", d.cryptoTag, suite, inline(d.key))
	}
	where := "IN IP4 " + at.Addr().String()
	if at.Addr().Is6() {
		where = "IN IP6 " + at.Addr().String()
	}
	return fmt.Sprintf("v=0\r\no=- %d 1 %s\r\ns=-\r\nc=%s\r\nt=0 0\r\nm=audio %d %s%s\r\n%sa=ptime:20\r\na=sendrecv\r\n",
		at.Port(), where, where, at.Port(), profile, numbers.String(), lines.String())
}
