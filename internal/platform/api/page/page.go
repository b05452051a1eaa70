// Package page cuts lists into pages the way the contract's section 4 says:
// page counts from 1, perPage is 100 unless told and clamped to 1000, and
// "max" or "all" in any case mean as much as there may be.
package page

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

const (
	defaultSize = 100
	maxSize     = 1000
)

// A Page is a request for part of a list.
type Page struct {
	Number int // from 1
	Size   int
}

// Parse reads page and perPage. What is not a number is an Invalid error.
func Parse(q url.Values) (Page, error) {
	return New(q.Get("page"), q.Get("perPage"))
}

// New is Parse for the two values alone.
func New(number, size string) (Page, error) {
	p := Page{Number: 1, Size: defaultSize}
	if number != "" {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 {
			return p, target.Invalid("page", "Send a number from 1.")
		}
		p.Number = n
	}
	switch strings.ToLower(size) {
	case "":
	case "max", "all":
		p.Size = maxSize
	default:
		n, err := strconv.Atoi(size)
		if err != nil {
			return p, target.Invalid("perPage", "Send a number from 1 to 1000, or MAX.")
		}
		p.Size = min(max(n, 1), maxSize)
	}
	// A page number that no list can have must not overflow the offset.
	p.Number = min(p.Number, 1<<31/p.Size)
	return p, nil
}

// Offset is the index of the page's first element.
func (p Page) Offset() int { return (p.Number - 1) * p.Size }

// Cut returns the page's part of a whole list.
func Cut[T any](p Page, all []T) []T {
	from := min(p.Offset(), len(all))
	return all[from:min(from+p.Size, len(all))]
}

// List answers with a page of records out of total. uri is the list's
// canonical address; the request's other query parameters stay in its links.
func List[T any](r *http.Request, uri string, p Page, records []T, total int) rc.List[T] {
	if records == nil {
		records = []T{}
	}
	pages := (total + p.Size - 1) / p.Size
	link := func(number int) *rc.URIRef { return &rc.URIRef{URI: p.link(r, uri, number)} }
	l := rc.List[T]{
		URI:        p.link(r, uri, p.Number),
		Records:    records,
		Paging:     &rc.Paging{Page: p.Number, PerPage: p.Size, TotalPages: pages, TotalElements: total},
		Navigation: &rc.Navigation{FirstPage: link(1), LastPage: link(max(pages, 1))},
	}
	if len(records) > 0 {
		first, last := p.Offset(), p.Offset()+len(records)-1
		l.Paging.PageStart, l.Paging.PageEnd = &first, &last
	}
	if p.Number < pages {
		l.Navigation.NextPage = link(p.Number + 1)
	}
	if p.Number > 1 && pages > 0 {
		l.Navigation.PreviousPage = link(min(p.Number-1, pages))
	}
	return l
}

// Answer writes the page of a whole list that the request asks for.
func Answer[T any](w http.ResponseWriter, r *http.Request, uri string, all []T) error {
	p, err := Parse(r.URL.Query())
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, List(r, uri, p, Cut(p, all), len(all)))
	return nil
}

func (p Page) link(r *http.Request, uri string, number int) string {
	q := r.URL.Query()
	q.Del("access_token")
	q.Set("page", strconv.Itoa(number))
	q.Set("perPage", strconv.Itoa(p.Size))
	return uri + "?" + q.Encode()
}
