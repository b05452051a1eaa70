package api

import (
	"net/http"
	"strings"

	"offhook/internal/platform/api/target"
	"offhook/internal/rc"
)

// override lets POST stand in for another method, which the header
// X-HTTP-Method-Override or the parameter _method names (contract 4). The
// new method may belong to own, or to another face on the outer mux.
func (h *Handler) override(own, outer *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method, err := overridden(r)
		if err != nil {
			h.Face.Error(w, r, err)
			return
		}
		if method == "" {
			own.ServeHTTP(w, r)
			return
		}
		r = r.Clone(r.Context())
		r.Method = method
		// The outer mux comes back here when no other face knows the path.
		outer.ServeHTTP(w, r)
	})
}

// overridden returns the method that a POST asks for, or nothing.
func overridden(r *http.Request) (string, error) {
	if r.Method != http.MethodPost {
		return "", nil
	}
	header := strings.ToUpper(r.Header.Get("X-HTTP-Method-Override"))
	query := strings.ToUpper(r.URL.Query().Get("_method"))
	if header != "" && query != "" && header != query {
		return "", target.Invalid("_method", "It differs from the header X-HTTP-Method-Override; send one of them.")
	}
	if header == "" {
		header = query
	}
	switch header {
	case "", http.MethodPost:
		return "", nil
	case http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return header, nil
	}
	return "", target.Invalid("_method", "Send GET, PUT, PATCH or DELETE.")
}

// unknown answers a path that is no operation, or none of this platform yet.
func (h *Handler) unknown(w http.ResponseWriter, r *http.Request) {
	h.Face.Error(w, r, unknownPath())
}

func unknownPath() error {
	return rc.Coded(rc.NotFound, "CMN-120", "Invalid URI: there is no such operation; see the list of operations in the documentation")
}
