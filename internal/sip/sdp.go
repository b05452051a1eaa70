package sip

import (
	"regexp"
	"strconv"
	"strings"
)

// SDP is the content type of session descriptions.
const SDP = "application/sdp"

// A Direction is which way the sound of one side's description goes (RFC 3264
// section 5.1).
type Direction string

// The four directions.
const (
	SendRecv Direction = "sendrecv"
	SendOnly Direction = "sendonly" // this side holds
	RecvOnly Direction = "recvonly"
	Inactive Direction = "inactive"
)

// Reverse is what the other side answers.
func (d Direction) Reverse() Direction {
	switch d {
	case SendOnly:
		return RecvOnly
	case RecvOnly:
		return SendOnly
	}
	return d
}

// Held reports whether the side that says so does not want to hear.
func (d Direction) Held() bool { return d == SendOnly || d == Inactive }

var (
	directionLine = regexp.MustCompile(`(?m)^a=(sendrecv|sendonly|recvonly|inactive)(\r?)$`)
	originLine    = regexp.MustCompile(`(?m)^(o=\S+ \S+ )(\d+)`)
)

// DirectionOf returns the direction of a description: the first that is said,
// because a call has one stream. The old way to hold, an address of 0.0.0.0
// with a port (RFC 3264 section 8.4), counts too.
func DirectionOf(sdp []byte) Direction {
	if m := directionLine.FindSubmatch(sdp); m != nil {
		return Direction(m[1])
	}
	text := string(sdp)
	if strings.Contains(text, "c=IN IP4 0.0.0.0") && !strings.Contains(text, "a=candidate:") {
		return SendOnly
	}
	return SendRecv
}

// WithDirection returns a description that says another direction.
func WithDirection(sdp []byte, d Direction) []byte {
	if directionLine.Match(sdp) {
		return directionLine.ReplaceAll(sdp, []byte("a="+string(d)+"$2"))
	}
	return append([]byte(strings.TrimRight(string(sdp), "\r\n")), "\r\na="+string(d)+"\r\n"...)
}

// NextVersion returns a description with the number of its origin line raised,
// as every change of it must have (RFC 3264 section 8).
func NextVersion(sdp []byte) []byte {
	return originLine.ReplaceAllFunc(sdp, func(line []byte) []byte {
		m := originLine.FindSubmatch(line)
		n, err := strconv.ParseUint(string(m[2]), 10, 63)
		if err != nil {
			return line
		}
		return append(m[1][:len(m[1]):len(m[1])], strconv.FormatUint(n+1, 10)...)
	})
}

// HasBundle reports whether a description groups its streams (RFC 9143), which
// WebRTC needs and old equipment leaves out.
func HasBundle(sdp []byte) bool { return strings.Contains(string(sdp), "a=group:BUNDLE") }
