package messages

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/platform/api/batch"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Requests for several messages name them in the path, joined by commas, or
// in the body when the path says "*" (contract 4). The answer is 207 with
// one part for each.
const (
	maxPath  = 50   // ids in a path
	maxBody  = 1000 // ids in a body
	maxBytes = 1 << 20
)

func isBulk(messageID string) bool { return messageID == "*" || strings.Contains(messageID, ",") }

// An entry is one message of a bulk request in JSON.
type entry struct {
	ResourceID json.RawMessage `json:"resourceId"` // a number, or text
	Body       patch           `json:"body"`
}

func (h *Handler) getBulk(w http.ResponseWriter, r *http.Request, e store.Extension) error {
	ids, err := pathIDs(r)
	if err != nil {
		return err
	}
	results := make([]result, len(ids))
	for i, id := range ids {
		m, err := h.Store.Message(r.Context(), e.ID, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("reading message %d: %w", id, err)
		}
		results[i] = result{id, err == nil && m.Availability != rc.Purged, m}
	}
	return answerBulk(w, r, e, results)
}

func (h *Handler) updateBulk(w http.ResponseWriter, r *http.Request, e store.Extension) error {
	ids, patches, err := readPatches(w, r)
	if err != nil {
		return err
	}
	for _, p := range patches {
		if err := p.check(r.Method); err != nil {
			return err
		}
	}
	results, err := h.Office.change(r.Context(), e, ids, func(m *store.Message) patch { return patches[m.ID] })
	if err != nil {
		return err
	}
	return answerBulk(w, r, e, results)
}

func (h *Handler) deleteBulk(w http.ResponseWriter, r *http.Request, e store.Extension, p func(*store.Message) patch) error {
	var all []int64
	var err error
	if r.PathValue("messageId") == "*" {
		var raw []json.RawMessage
		if err := wire.Body(w, r, &raw); err != nil {
			return err
		}
		all, err = bodyIDs(raw)
	} else {
		all, err = pathIDs(r)
	}
	if err != nil {
		return err
	}
	results, err := h.Office.change(r.Context(), e, all, p)
	if err != nil {
		return err
	}
	for _, res := range results {
		if !res.found {
			return answerBulk(w, r, e, results)
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func pathIDs(r *http.Request) ([]int64, error) {
	fields := strings.Split(r.PathValue("messageId"), ",")
	if len(fields) > maxPath {
		return nil, batch.TooMany(maxPath)
	}
	var all []int64
	for _, f := range fields {
		id, err := strconv.ParseInt(strings.TrimSpace(f), 10, 64)
		if err != nil {
			return nil, target.Missing("messageId")
		}
		all = append(all, id)
	}
	return all, nil
}

func bodyIDs(raw []json.RawMessage) ([]int64, error) {
	if len(raw) > maxBody {
		return nil, batch.TooMany(maxBody)
	}
	var all []int64
	for _, f := range raw {
		id, err := strconv.ParseInt(strings.Trim(string(f), `"`), 10, 64)
		if err != nil {
			return nil, target.Invalid("resourceId", "Send message ids.")
		}
		all = append(all, id)
	}
	return all, nil
}

// readPatches reads a bulk PUT or PATCH: one patch for all ids of the path,
// a part or an entry for each of them in their order, or a list of entries
// that say themselves which they are.
func readPatches(w http.ResponseWriter, r *http.Request) ([]int64, map[int64]patch, error) {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.PathValue("messageId") == "*" {
		return readEntries(w, r)
	}
	all, err := pathIDs(r)
	if err != nil {
		return nil, nil, err
	}
	if kind == batch.MultiJSON {
		return readNamed(w, r, all)
	}
	patches := make(map[int64]patch, len(all))
	if strings.HasPrefix(kind, "multipart/") {
		parts, err := readParts(http.MaxBytesReader(w, r.Body, maxBytes), params["boundary"], len(all))
		if err != nil {
			return nil, nil, err
		}
		for i, id := range all {
			patches[id] = parts[i]
		}
		return all, patches, nil
	}
	var p patch
	if err := wire.Body(w, r, &p); err != nil {
		return nil, nil, err
	}
	for _, id := range all {
		patches[id] = p
	}
	return all, patches, nil
}

func readEntries(w http.ResponseWriter, r *http.Request) ([]int64, map[int64]patch, error) {
	var entries []entry
	if err := wire.Body(w, r, &entries); err != nil {
		return nil, nil, err
	}
	raw := make([]json.RawMessage, len(entries))
	for i, e := range entries {
		raw[i] = e.ResourceID
	}
	all, err := bodyIDs(raw)
	if err != nil {
		return nil, nil, err
	}
	patches := make(map[int64]patch, len(all))
	for i, id := range all {
		patches[id] = entries[i].Body
	}
	return all, patches, nil
}

// readNamed reads exactly one entry for each id of the path, in their order.
// An entry may repeat its id.
func readNamed(w http.ResponseWriter, r *http.Request, all []int64) ([]int64, map[int64]patch, error) {
	var entries []entry
	if err := wire.Body(w, r, &entries); err != nil {
		return nil, nil, err
	}
	patches := make(map[int64]patch, len(all))
	for i, id := range all {
		if i >= len(entries) || len(entries) > len(all) || !entries[i].names(id) {
			return nil, nil, rc.Coded(rc.Invalid, "CMN-108", "The body does not match the path; send one entry for each message of the path, in the same order")
		}
		patches[id] = entries[i].Body
	}
	return all, patches, nil
}

// names reports whether an entry of a path with an id is that message's.
func (e entry) names(id int64) bool {
	return len(e.ResourceID) == 0 || strings.Trim(string(e.ResourceID), `"`) == strconv.FormatInt(id, 10)
}

// readParts reads exactly n patches from a multipart/mixed body.
func readParts(body io.Reader, boundary string, n int) ([]patch, error) {
	unreadable := rc.Coded(rc.Invalid, "CMN-104", "Cannot parse request; send one application/json part for each message of the path")
	if boundary == "" {
		return nil, unreadable
	}
	parts := multipart.NewReader(body, boundary)
	var all []patch
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || len(all) == n {
			return nil, unreadable
		}
		var p patch
		if err := json.NewDecoder(part).Decode(&p); err != nil {
			return nil, unreadable
		}
		all = append(all, p)
	}
	if len(all) != n {
		return nil, unreadable
	}
	return all, nil
}

func answerBulk(w http.ResponseWriter, r *http.Request, e store.Extension, results []result) error {
	base := listen.BaseURL(r)
	parts := make([]batch.Part, len(results))
	for i, res := range results {
		parts[i] = batch.Part{ID: strconv.FormatInt(res.id, 10), Href: messageURI(base, store.Message{AccountID: e.AccountID, ExtensionID: e.ID, ID: res.id})}
		if res.found {
			parts[i].Body = record(base, res.message)
		}
	}
	return batch.Answer(w, r, "messageId", parts)
}
