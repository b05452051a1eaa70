package faxpage

import "strconv"

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

// CoverFacts are what a cover page says, as its reader is to see it.
type CoverFacts struct {
	Index int
	To    string // names and numbers, in lines
	From  string // the same of the sender
	Date  string
	Text  string
}

// labelWidth is the room of To, From and so on.
const labelWidth = 72

// Cover adds the cover page, which is the first of a document. Zero adds
// none. Its number of pages is left open until [Document.FillPages].
func (d *Document) Cover(f CoverFacts) error {
	if f.Index == 0 {
		return nil
	}
	for _, text := range []string{f.To, f.From, f.Text} {
		if err := d.check(text); err != nil {
			return err
		}
	}
	d.pdf.AddPage()
	d.foot(Covers[f.Index].Name)
	d.head(looks[f.Index])
	d.row("To", f.To)
	d.row("From", f.From)
	d.row("Date", f.Date)
	_, height := d.pdf.GetPageSize()
	d.count = height - d.pdf.GetY()
	d.row("Pages", " ")
	if f.Text != "" {
		d.pdf.Ln(20)
		d.font(plain, textSize+2)
		d.pdf.MultiCell(0, leading+4, f.Text, "", "L", false)
	}
	return d.pdf.Error()
}

// row writes one of the facts.
func (d *Document) row(label, text string) {
	d.font(bold, textSize)
	d.pdf.CellFormat(labelWidth, leading+2, label, "", 0, "L", false, 0, "")
	d.font(plain, textSize)
	d.pdf.MultiCell(0, leading+2, text, "", "L", false)
	d.pdf.Ln(5)
}

// foot writes the cover's name where stationery has its own.
func (d *Document) foot(name string) {
	_, height := d.pdf.GetPageSize()
	d.font(plain, 8)
	d.pdf.Text(margin+d.pdf.GetCellMargin(), height-36, name)
}

// FillPages writes onto the cover page how many pages the fax has. Without a
// cover page it does nothing.
func (d *Document) FillPages(n int) {
	if d.count == 0 {
		return
	}
	d.pdf.SetPage(1)
	d.font(plain, textSize)
	_, height := d.pdf.GetPageSize() // of the last page, which may lie on its side
	const middle = (leading+2)/2 + 0.3*textSize
	d.pdf.Text(margin+labelWidth+d.pdf.GetCellMargin(), height-d.count+middle, strconv.Itoa(n))
	d.pdf.SetPage(d.pdf.PageCount())
}
