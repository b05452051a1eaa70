package faxpage

import "github.com/go-pdf/fpdf"

// A look is what tells a cover page from the others. Faxes are black and
// white, so it is made of letters and lines.
type look struct {
	heading string
	font    string
	size    float64
	middle  bool // the heading stands there
	behind  func(p *fpdf.Fpdf, top, height float64)
	below   func(p *fpdf.Fpdf, y float64)
}

var looks = []look{
	1:  {"Fax", small, 44, true, nil, double},
	2:  {"Happy birthday", jazzy, 40, true, nil, confetti},
	3:  {"", plain, textSize, false, nil, nil},
	4:  {"Fax", bold, 34, false, nil, hairline},
	5:  {"Fax", plain, 36, false, nil, bar},
	6:  {"Confidential", bold, 34, true, black, nil},
	7:  {"Fax", plain, 48, false, nil, edge},
	8:  {"Fax", italic, 44, true, nil, hairline},
	9:  {"Fax", jazzy, 44, false, nil, speed},
	10: {"Fax", small, 36, false, nil, double},
	11: {"Fax", jazzy, 52, false, nil, confetti},
	12: {"Fax", bold, 64, false, nil, block},
	13: {"Urgent", bold, 44, false, black, nil},
}

// head draws the upper part of a cover page.
func (d *Document) head(l look) {
	if l.heading == "" {
		return
	}
	p, height, align := d.pdf, l.size*1.4, "L"
	if l.middle {
		align = "C"
	}
	top := p.GetY()
	if l.behind != nil {
		l.behind(p, top, height)
	}
	d.font(l.font, l.size)
	if l.behind != nil && !l.middle {
		p.SetX(margin + 8)
	}
	p.CellFormat(0, height, l.heading, "", 1, align, false, 0, "")
	p.SetTextColor(0, 0, 0)
	if l.below != nil {
		l.below(p, p.GetY())
	}
	p.Ln(34)
}

// across fills a bar from margin to margin.
func across(p *fpdf.Fpdf, y, thickness float64) {
	width, _ := p.GetPageSize()
	p.Rect(margin, y, width-2*margin, thickness, "F")
}

func hairline(p *fpdf.Fpdf, y float64) { across(p, y+6, 0.75) }

func bar(p *fpdf.Fpdf, y float64) { across(p, y+4, 5) }

func double(p *fpdf.Fpdf, y float64) {
	across(p, y+4, 2.5)
	across(p, y+9, 0.75)
}

// speed is lines that get thinner and begin later.
func speed(p *fpdf.Fpdf, y float64) {
	width, _ := p.GetPageSize()
	for i := range 3 {
		n := float64(i)
		p.Rect(margin+n*70, y+2+n*6, width-2*margin-n*70, 3.5-n, "F")
	}
}

// confetti is small squares that dance.
func confetti(p *fpdf.Fpdf, y float64) {
	width, _ := p.GetPageSize()
	for i := 0; ; i++ {
		x, size := margin+float64(i)*14, 4+float64(i*5%4)
		if x+size > width-margin {
			return
		}
		p.Rect(x, y+2+float64(i*7%10), size, size, "F")
	}
}

func block(p *fpdf.Fpdf, y float64) {
	p.Rect(margin, y, 96, 12, "F")
}

// black is a bar that the heading stands in, in white.
func black(p *fpdf.Fpdf, top, height float64) {
	across(p, top, height)
	p.SetTextColor(255, 255, 255)
}

// edge runs down the side of the page.
func edge(p *fpdf.Fpdf, _ float64) {
	_, height := p.GetPageSize()
	p.Rect(margin-20, margin, 7, height-2*margin, "F")
}
