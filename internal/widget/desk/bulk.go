package desk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"offhook/internal/rc"
)

// listedJSON asks for the answer to a request for several texts as a list, and
// not in MIME parts (contract 2.8).
const listedJSON = "application/vnd.ringcentral.multipart+json, application/json"

// maxBulk is how many texts one request marks or deletes (contract 5.4).
const maxBulk = 50

// joined writes ids as a path names several messages.
func joined(ids []int64) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(names, ",")
}

// verdicts are what became of each message of a request for several. What the
// platform does not have any more is as good as marked or deleted.
type verdicts struct {
	done    []int64
	refused []int64             // asking again is of no use
	failed  []int64             // to be asked again
	changed map[int64]time.Time // when what was done has changed a message, where that was said
	why     *refusal            // of one that was refused
}

// A part is one of an answer to a request for several.
type part struct {
	ID     string `json:"resourceId"`
	Href   string `json:"href"`
	Status int    `json:"status"`
	Body   struct {
		ID               int64   `json:"id"`
		LastModifiedTime rc.Time `json:"lastModifiedTime"`
		ErrorCode        string  `json:"errorCode"` // of a refusal, as the next two
		Message          string  `json:"message"`
		ParameterName    string  `json:"parameterName"`
	} `json:"body"`
}

// messageID is the message that a part is about, 0 when it does not say.
func (p *part) messageID() int64 {
	name := p.ID
	if name == "" {
		name = path.Base(p.Href)
	}
	id, _ := strconv.ParseInt(name, 10, 64)
	if id == 0 {
		id = p.Body.ID
	}
	return id
}

// verdictsOf reads the answer to a change of messages: a record for one, and a
// part for each of several (contract 4). Only an answer that is no list of parts
// speaks for those that it is silent about: of several, who is not named in the
// list, or without a status, is asked about again.
func verdictsOf(a answer, ids []int64) verdicts {
	v := verdicts{changed: make(map[int64]time.Time)}
	said := make(map[int64]*part)
	listed := a.status == http.StatusMultiStatus
	if listed {
		for _, p := range partsOf(a) {
			said[p.messageID()] = &p
		}
	} else if p := new(part); json.Unmarshal(a.body, &p.Body) == nil {
		said[p.Body.ID] = p
	}
	for _, id := range ids {
		p := said[id]
		switch {
		case listed && (p == nil || p.Status == 0):
			v.failed = append(v.failed, id)
		case p == nil || p.Status < 300 || p.Status == http.StatusNotFound || p.Status == http.StatusGone:
			v.done = append(v.done, id)
			if p != nil && !p.Body.LastModifiedTime.IsZero() {
				v.changed[id] = p.Body.LastModifiedTime.Time
			}
		case p.Status == http.StatusTooManyRequests || p.Status == http.StatusRequestTimeout || p.Status >= 500:
			v.failed = append(v.failed, id)
		default:
			v.refused = append(v.refused, id)
			v.why = &refusal{p.Status, p.Body.ErrorCode, p.Body.Message, p.Body.ParameterName}
		}
	}
	return v
}

// partsOf reads the parts of an answer: a list, as it is asked for, or MIME, the
// first of which says what became of all.
func partsOf(a answer) (all []part) {
	kind, params, err := mime.ParseMediaType(a.contentType)
	if err == nil && strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" {
		var first struct {
			Response []part `json:"response"`
		}
		p, err := multipart.NewReader(bytes.NewReader(a.body), params["boundary"]).NextPart()
		if err == nil && json.NewDecoder(p).Decode(&first) == nil {
			return first.Response
		}
		return nil
	}
	if json.Unmarshal(a.body, &all) != nil {
		return nil
	}
	return all
}

// err is a *trouble when some of it is to be asked again.
func (v *verdicts) err() error {
	if len(v.failed) == 0 {
		return nil
	}
	return &trouble{fmt.Errorf("the platform could not change %d of %d messages", len(v.failed), len(v.failed)+len(v.done)+len(v.refused)), true}
}
