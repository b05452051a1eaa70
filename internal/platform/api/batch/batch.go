// Package batch answers requests for several resources at once (contract 4):
// status 207 with a part for each of them, in one of the two forms that
// clients know.
package batch

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	"offhook/internal/platform/api/target"
	"offhook/internal/rc"
)

// MultiJSON is the type of requests and answers that hold a list of entries
// instead of MIME parts.
const MultiJSON = "application/vnd.ringcentral.multipart+json"

// A Part is what became of one resource. A nil Body says that it does not
// exist, or that the caller may not know of it.
type Part struct {
	ID   string
	Href string
	Body any
}

// TooMany is the refusal of a request with more entries than limit.
func TooMany(limit int) error {
	return rc.Coded(rc.Invalid, "CMN-106", "Batch request is limited to %d entries", limit)
}

// A status is one line of the first part of an answer.
type status struct {
	Href                string `json:"href"`
	Status              int    `json:"status"`
	ResponseDescription string `json:"responseDescription"`
}

// An entry is one resource of an answer in JSON.
type entry struct {
	ResourceID string `json:"resourceId"`
	Status     int    `json:"status"`
	Body       any    `json:"body"`
}

// Answer writes parts as MIME, or as JSON when the request accepts that.
// Parameter is the one that names the resources.
func Answer(w http.ResponseWriter, r *http.Request, parameter string, parts []Part) error {
	asJSON := strings.Contains(r.Header.Get("Accept"), MultiJSON)
	return answer(w, asJSON, MultiJSON, parameter, parts)
}

// List writes parts as JSON of the ordinary type, the one form that some
// resources have.
func List(w http.ResponseWriter, _ *http.Request, parameter string, parts []Part) error {
	return answer(w, true, "application/json; charset=utf-8", parameter, parts)
}

func answer(w http.ResponseWriter, asJSON bool, kind, parameter string, parts []Part) error {
	statuses := make([]status, len(parts))
	entries := make([]entry, len(parts))
	for i, p := range parts {
		statuses[i] = status{p.Href, http.StatusOK, "OK"}
		if p.Body == nil {
			statuses[i].Status, statuses[i].ResponseDescription = http.StatusNotFound, "Not Found"
			p.Body = missing(parameter)
		}
		entries[i] = entry{p.ID, statuses[i].Status, p.Body}
	}
	if !asJSON {
		return mixed(w, statuses, entries)
	}
	body, err := json.Marshal(entries)
	if err != nil {
		return fmt.Errorf("encoding a bulk answer: %w", err)
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(http.StatusMultiStatus)
	_, _ = w.Write(body) // whoever hung up does not read it
	return nil
}

func missing(parameter string) rc.ErrorEnvelope {
	m := target.Missing(parameter)
	item := rc.ErrorItem{ErrorCode: m.Code, Message: m.Message, ParameterName: m.Parameter}
	return rc.ErrorEnvelope{ErrorCode: m.Code, Message: m.Message, ParameterName: m.Parameter, Errors: []rc.ErrorItem{item}}
}

func mixed(w http.ResponseWriter, statuses []status, entries []entry) error {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if err := m.SetBoundary(fmt.Sprintf("Boundary_%d_%s", len(entries), rand.Text())); err != nil {
		return fmt.Errorf("writing a bulk answer: %w", err)
	}
	bodies := []any{map[string]any{"response": statuses}}
	for _, e := range entries {
		bodies = append(bodies, e.Body)
	}
	for _, v := range bodies {
		p, err := m.CreatePart(textproto.MIMEHeader{"Content-Type": {"application/json"}})
		if err != nil {
			return fmt.Errorf("writing a bulk answer: %w", err)
		}
		if err := json.NewEncoder(p).Encode(v); err != nil {
			return fmt.Errorf("writing a bulk answer: %w", err)
		}
	}
	if err := m.Close(); err != nil {
		return fmt.Errorf("writing a bulk answer: %w", err)
	}
	w.Header().Set("Content-Type", `multipart/mixed; boundary="`+m.Boundary()+`"`)
	w.WriteHeader(http.StatusMultiStatus)
	_, _ = w.Write(b.Bytes()) // whoever hung up does not read it
	return nil
}
