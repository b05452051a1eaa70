package robot

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"regexp"
	"slices"
	"strconv"
	"time"

	"offhook/internal/platform/api/messages"
	"offhook/internal/platform/api/plan"
	"offhook/internal/store"
)

// Kinds of robots.
const (
	Echo    = "echo"    // sends back what it got, with pictures and files
	Later   = "later"   // echoes after so many seconds as the text says, or after 5
	Picture = "picture" // answers with a picture
	Group   = "group"   // echoes to everybody in the conversation
)

// Kinds lists what a robot can be.
var Kinds = []string{Echo, Later, Picture, Group}

const (
	usualPause = 5 * time.Second
	maxPause   = 5 * time.Minute
)

var number = regexp.MustCompile(`\d+`)

// pause is how long a robot waits before it answers a text.
func pause(kind, text string) time.Duration {
	if kind != Later {
		return 0
	}
	n, err := strconv.Atoi(number.FindString(text))
	if err != nil {
		return usualPause
	}
	return min(time.Duration(min(n, int(maxPause/time.Second)))*time.Second, maxPause)
}

// compose writes the answer to m into t, which goes to the sender of m with
// the files of m.
func compose(kind string, m store.Message, t *messages.Text) {
	t.Body = m.Text
	switch kind {
	case Picture:
		t.Body, t.Files = "Here is a picture for you.", []messages.File{picture()}
	case Group:
		for _, to := range m.To {
			if to.PhoneNumber != t.From && !slices.Contains(t.To, to.PhoneNumber) {
				t.To = append(t.To, to.PhoneNumber)
			}
		}
	}
}

// composePage is compose for an internal message, which carries no files.
func composePage(kind string, p *plan.Plan, self store.Extension, m store.Message, t *messages.Page) {
	switch kind {
	case Picture:
		t.Body = "Internal messages carry no pictures. Text my number, and I send you one."
	case Group:
		for _, to := range m.To {
			id, err := strconv.ParseInt(to.ExtensionID, 10, 64)
			if _, ok := p.Extension(id); err == nil && ok && id != self.ID && !slices.Contains(t.To, id) {
				t.To = append(t.To, id)
			}
		}
	}
}

// picture draws a small house above the sea.
func picture() messages.File {
	const width, height = 320, 200
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetRGBA(x, y, pixel(x, y))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(fmt.Sprintf("encoding a picture in memory: %v", err))
	}
	return messages.File{Name: "harbor.png", ContentType: "image/png", Width: width, Height: height, Body: b.Bytes()}
}

func pixel(x, y int) color.RGBA {
	sky := color.RGBA{uint8(255 - y/3), uint8(214 - y/4), uint8(170 + y/4), 255}
	switch {
	case y > 150: // the sea
		return color.RGBA{30, uint8(110 - (y-150)/2 + (x/16+y/6)%2*8), 140, 255}
	case x > 120 && x < 200 && y > 95: // the house
		if x > 150 && x < 170 && y > 118 {
			return color.RGBA{90, 50, 40, 255} // its door
		}
		return color.RGBA{245, 240, 230, 255}
	case y > 55 && y <= 95 && x > 215-y && x < 105+y: // its roof
		return color.RGBA{170, 60, 50, 255}
	case (x-260)*(x-260)+(y-45)*(y-45) < 500: // the sun
		return color.RGBA{255, 220, 110, 255}
	}
	return sky
}
