package rc

// A List is a page of records with its paging and navigation (contract 4).
type List[T any] struct {
	URI        string      `json:"uri,omitempty"`
	Records    []T         `json:"records"`
	Paging     *Paging     `json:"paging,omitempty"`
	Navigation *Navigation `json:"navigation,omitempty"`
}

// Paging counts pages from 1 and elements from 0; PageStart and PageEnd are
// omitted when the page is empty.
type Paging struct {
	Page          int  `json:"page"`
	PerPage       int  `json:"perPage"`
	PageStart     *int `json:"pageStart,omitempty"`
	PageEnd       *int `json:"pageEnd,omitempty"`
	TotalPages    int  `json:"totalPages"`
	TotalElements int  `json:"totalElements"`
}

// Navigation links to the other pages; absent ones are omitted.
type Navigation struct {
	FirstPage    *URIRef `json:"firstPage,omitempty"`
	NextPage     *URIRef `json:"nextPage,omitempty"`
	PreviousPage *URIRef `json:"previousPage,omitempty"`
	LastPage     *URIRef `json:"lastPage,omitempty"`
}
