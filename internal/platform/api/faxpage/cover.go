package faxpage

import (
	"strconv"
	"time"
)

// A Cover is a cover page that faxes can have.
type Cover struct {
	ID, Name string
}

// Covers are all of them, as RingCentral numbers them. The first is none.
var Covers = []Cover{
	{"0", "None"}, {"1", "Ancient"}, {"2", "Birthday"}, {"3", "Blank"}, {"4", "Clasmod"}, {"5", "Classic"}, {"6", "Confidential"},
	{"7", "Contempo"}, {"8", "Elegant"}, {"9", "Express"}, {"10", "Formal"}, {"11", "Jazzy"}, {"12", "Modern"}, {"13", "Urgent"},
}

// HasCover reports whether there is a cover page with that index.
func HasCover(index int) bool { return index >= 0 && index < len(Covers) }

// headings are what the covers say at the top; the others say Fax.
var headings = map[int]string{2: "Happy birthday", 3: "", 6: "Confidential", 13: "Urgent"}

// CoverFacts are what a cover page says.
type CoverFacts struct {
	Index    int
	To       string // names and numbers
	From     string
	FromLine string // the sender's number
	At       time.Time
	Text     string
}

// Cover adds the cover page. Zero adds none.
func (d *Document) Cover(f CoverFacts) error {
	if f.Index == 0 {
		return nil
	}
	for _, text := range []string{f.To, f.From, f.Text} {
		if err := d.check(text); err != nil {
			return err
		}
	}
	p := d.pdf
	p.AddPage()
	heading, own := headings[f.Index]
	if !own {
		heading = "Fax"
	}
	width, _ := p.GetPageSize()
	if heading != "" {
		p.SetFont(family, "", 34)
		p.CellFormat(0, 44, heading, "", 1, "L", false, 0, "")
		p.SetLineWidth(float64(1 + f.Index%4)) // what tells them apart on paper
		p.Line(margin, p.GetY()+6, width-margin, p.GetY()+6)
		p.Ln(28)
	}
	for _, row := range [][2]string{{"To", f.To}, {"From", f.From}, {"Number", f.FromLine}, {"Date", f.At.UTC().Format("2 January 2006, 15:04 MST")}, {"Cover", strconv.Itoa(f.Index) + " " + Covers[f.Index].Name}} {
		if row[1] == "" {
			continue
		}
		p.SetFont(family, "", textSize)
		p.CellFormat(72, leading+5, row[0], "", 0, "L", false, 0, "")
		p.MultiCell(0, leading+5, row[1], "", "L", false)
	}
	if f.Text != "" {
		p.Ln(18)
		p.SetFont(family, "", textSize+2)
		p.MultiCell(0, leading+4, f.Text, "", "L", false)
	}
	return p.Error()
}
