package faxpage

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
)

// Bounds of a picture, which is small when it is sent and large when it is
// read.
const (
	// maxDots are a bit more than telephones make: 4032 by 3024.
	maxDots = 12_500_000
	// maxRaw is what a picture may take while it is read.
	maxRaw = 64 << 20
	// maxScans are the passes over a progressive JPEG; others make about ten.
	maxScans = 200
)

// checkSize refuses a picture that takes much memory or time to read.
func checkSize(about image.Config, kind string, body []byte) error {
	dots := int64(about.Width) * int64(about.Height)
	if dots > maxDots {
		return problem("The picture has more than %.1f million dots.", maxDots/1e6)
	}
	raw := dots * deepest(about.ColorModel)
	if kind == "jpeg" {
		size, progressive := jpegSize(about.ColorModel, dots, body)
		if raw = size; progressive && bytes.Count(body, []byte{0xff, startOfScan}) > maxScans {
			return problem("The picture takes too long to read. Save it as a PNG.")
		}
	}
	if raw > maxRaw {
		return problem("The picture takes more than %d MB of memory. Send it with fewer dots or fewer colours.", maxRaw>>20)
	}
	return nil
}

// deepest is how many bytes a dot takes at most: a chunk that comes later can
// make grey dots transparent.
func deepest(model color.Model) int64 {
	switch model {
	case color.Gray16Model, color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	return 4
}

// Markers of a JPEG (ITU-T T.81, table B.1).
const (
	startOfScan        = 0xda
	startOfFrame       = 0xc0
	startOfProgressive = 0xc2
	firstRestart       = 0xd0
	lastRestart        = 0xd7
)

// jpegSize is what a JPEG takes. A progressive one is kept as coefficients of
// four bytes until its end.
func jpegSize(model color.Model, dots int64, body []byte) (raw int64, progressive bool) {
	marker, at := frame(body)
	raw = dots * samples(body[at:]) / tenths
	if progressive = marker == startOfProgressive; progressive {
		raw *= 5
	}
	if model == color.CMYKModel || model == color.RGBAModel {
		raw += 4 * dots // becomes another picture
	}
	return raw, progressive
}

// frame finds the header that says how a JPEG is made, by the steps of the
// reader of pictures. Without one it is progressive, which costs most.
func frame(body []byte) (marker byte, at int) {
	for at := 2; at+4 < len(body); {
		marker := body[at+1]
		switch {
		case body[at] != 0xff || marker == 0xff:
			at++ // filling between segments
		case marker == 0 || marker >= firstRestart && marker <= lastRestart:
			at += 2 // ignored, and without a length
		case marker >= startOfFrame && marker <= startOfProgressive:
			return marker, at + 4
		default:
			at += 2 + int(binary.BigEndian.Uint16(body[at+2:]))
		}
	}
	return startOfProgressive, len(body)
}

const tenths = 10

// samples is how many a dot has, in tenths: colours are often coarser than
// light.
func samples(frame []byte) (n int64) {
	const fixed = 6 // precision, height, width, number of components
	if len(frame) < fixed || len(frame) < fixed+3*int(frame[fixed-1]) {
		return 4 * tenths
	}
	var h, v, all int64
	for c := range int(frame[fixed-1]) {
		hv := int64(frame[fixed+3*c+1])
		h, v, all = max(h, hv>>4), max(v, hv&15), all+(hv>>4)*(hv&15)
	}
	if h*v == 0 {
		return 4 * tenths
	}
	return (all*tenths + h*v - 1) / (h * v)
}
