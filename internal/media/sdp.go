package media

import (
	"errors"
	"regexp"
	"strings"
)

// errNoCodec is told for a description that refuses the sound.
var errNoCodec = errors.New("the other side and this server have no sound codec in common; it needs Opus, PCMU or, without WebRTC, PCMA")

// errOpusAlone is told for a description without PCMU where it is needed.
var errOpusAlone = errors.New("the other side has Opus but not PCMU, which prompts, tones and conferences are sent in")

// fits reports what is wrong with the codecs of a description that was agreed
// upon, ours or the far side's.
func (c Config) fits(sdp string) error {
	switch {
	case !hasAudio(sdp):
		return errNoCodec
	case c.Speaks && !pcmu.MatchString(sdp):
		return errOpusAlone
	}
	return nil
}

var (
	// PCMU has a number of its own, which needs no line that says so (RFC 3551
	// section 6).
	pcmu          = regexp.MustCompile(`(?m)^m=audio \S+ \S+(?: \d+)*? 0(?:\s|$)`)
	groupLine     = regexp.MustCompile(`(?m)^a=group:BUNDLE.*\r?\n`)
	midLine       = regexp.MustCompile(`(?m)^a=mid:(\S+)`)
	audioLine     = regexp.MustCompile(`(?m)^m=audio [1-9]`)
	udpCandidate  = regexp.MustCompile(`(?m)^a=candidate:\S+ 1 udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ`)
	anyCandidate  = regexp.MustCompile(`(?m)^a=candidate:.*(\r?\n|$)`)
	noConnection  = "c=IN IP4 0.0.0.0"
	noDestination = "m=audio 9 "
)

// addBundle puts the group line into a description that has none, as classic
// SIP equipment writes it: pion refuses the stream otherwise.
func addBundle(sdp string) (whole string, added bool) {
	i := strings.Index(sdp, "m=audio")
	if i < 0 || groupLine.MatchString(sdp) {
		return sdp, false
	}
	mid := "0"
	if m := midLine.FindStringSubmatch(sdp); m != nil {
		mid = m[1]
	} else {
		line := i + strings.Index(sdp[i:], "\n") + 1
		sdp = sdp[:line] + "a=mid:0\r\n" + sdp[line:]
	}
	return sdp[:i] + "a=group:BUNDLE " + mid + "\r\n" + sdp[i:], true
}

// maxCandidates is how many addresses of the far side are tried. Browsers name
// a dozen; each costs several packets to whatever address it is.
const maxCandidates = 32

// fewCandidates leaves out what is too much: a description could have this
// machine knock at a thousand doors.
func fewCandidates(sdp string) string {
	n := 0
	return anyCandidate.ReplaceAllStringFunc(sdp, func(line string) string {
		if n++; n > maxCandidates {
			return ""
		}
		return line
	})
}

// maxStreams is how many streams a description may name. Phones name sound and
// perhaps a picture; pion makes something of each.
const maxStreams = 8

// errManyStreams is told for a description that names more.
var errManyStreams = errors.New("the description names more streams than a call has")

// manyStreams reports whether a description would have this machine make
// hundreds of streams for one call.
func manyStreams(sdp string) bool {
	return strings.Count(sdp, "\nm=") > maxStreams
}

// withoutBundle takes the group line out again: an answer has none when the
// offer had none (RFC 9143 section 7.3).
func withoutBundle(sdp string) string { return groupLine.ReplaceAllString(sdp, "") }

// hasAudio reports whether a description takes part in the sound; port 0
// refuses it (RFC 3264 section 6).
func hasAudio(sdp string) bool { return audioLine.MatchString(sdp) }

// defaultDestination writes the first address into the lines that were there
// before ICE. pion leaves 0.0.0.0 and port 9 in them, which classic equipment
// reads as «on hold» (RFC 2543 appendix B.5).
func defaultDestination(sdp string) string {
	m := udpCandidate.FindStringSubmatch(sdp)
	if m == nil {
		return sdp
	}
	sdp = strings.ReplaceAll(sdp, noConnection, "c=IN IP4 "+m[1])
	return strings.Replace(sdp, noDestination, "m=audio "+m[2]+" ", 1)
}
