package calllog

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// query reads the filters of a list.
func (h *Handler) query(r *http.Request, b book) (q store.CallQuery, err error) {
	v := r.URL.Query()
	q.ExtensionID = b.extensionID
	if err := together(v); err != nil {
		return q, err
	}
	if err := kinds(v, &q); err != nil {
		return q, err
	}
	if err := recorded(v, &q); err != nil {
		return q, err
	}
	if text := v.Get("showBlocked"); text != "" {
		shown, err := strconv.ParseBool(text)
		if err != nil {
			return q, target.Invalid("showBlocked", "Send true or false.")
		}
		q.NotBlocked = !shown
	}
	if q.Deleted, err = flag(v, "showDeleted"); err != nil {
		return q, err
	}
	if text := strings.TrimSpace(v.Get("phoneNumber")); text != "" { // a plus sign that was not escaped arrives as a space
		n, ok := region.Parse(text, region.Country("", b.country).ISOCode)
		if !ok {
			return q, target.Invalid("phoneNumber", "Write it as +16505550100.")
		}
		q.PhoneNumber = n.E164
	}
	if err := h.byExtension(r, b, v.Get("extensionNumber"), &q); err != nil {
		return q, err
	}
	q.SessionID, q.TelephonySessionID = v.Get("sessionId"), v.Get("telephonySessionId")
	if q.SessionID == "" && q.TelephonySessionID == "" {
		q.From, q.To, err = page.Frame(v, h.Now())
	}
	return q, err
}

// byExtension narrows a list to an extension number: of the other party in
// a user's log, of the log's owner in the company's.
func (h *Handler) byExtension(r *http.Request, b book, number string, q *store.CallQuery) error {
	if number == "" {
		return nil
	}
	if b.extensionID != 0 {
		q.ExtensionNumber = number
		return nil
	}
	p, err := plan.Read(r.Context(), h.Store, b.accountID)
	if err != nil {
		return err
	}
	e, ok := p.ByExtensionNumber(number)
	if !ok {
		return target.Missing("extensionNumber")
	}
	q.ExtensionID = e.ID
	return nil
}

// together refuses filters that exclude each other (CLG-110): a session is
// named alone, and a party in one way.
func together(v url.Values) error {
	refuse := func(a, b string) error {
		e := rc.Coded(rc.Invalid, "CLG-110", "Parameter [%s] is not allowed for usage along with parameter [%s]", a, b)
		e.Parameter = a
		return e
	}
	for _, session := range []string{"sessionId", "telephonySessionId"} {
		if v.Get(session) == "" {
			continue
		}
		for _, other := range []string{"phoneNumber", "extensionNumber", "dateFrom", "dateTo", "direction", "type", "transport", "withRecording", "recordingType"} {
			if v.Get(other) != "" {
				return refuse(session, other)
			}
		}
	}
	if v.Get("phoneNumber") != "" && v.Get("extensionNumber") != "" {
		return refuse("extensionNumber", "phoneNumber")
	}
	return nil
}

// kinds reads the filters that lists of ended and of running calls share.
func kinds(v url.Values, q *store.CallQuery) error {
	for _, f := range []struct {
		name    string
		into    *[]string
		allowed []string
	}{
		{"direction", &q.Directions, []string{rc.Inbound, rc.Outbound}},
		{"type", &q.Types, []string{rc.Voice, rc.Fax}},
		{"transport", &q.Transports, []string{"PSTN", "VoIP"}},
	} {
		for _, value := range v[f.name] {
			if value == "" {
				continue
			}
			if !slices.Contains(f.allowed, value) {
				return target.Invalid(f.name, "Send "+strings.Join(f.allowed, " or ")+".")
			}
			*f.into = append(*f.into, value)
		}
	}
	return nil
}

// recorded reads the filters for recordings.
func recorded(v url.Values, q *store.CallQuery) (err error) {
	if q.Recorded, err = flag(v, "withRecording"); err != nil {
		return err
	}
	switch kind := v.Get("recordingType"); kind {
	case "":
	case "All":
		q.Recorded = true
	case rc.RecordedAutomatic, rc.RecordedOnDemand:
		q.RecordingType = kind
	default:
		return target.Invalid("recordingType", "Send Automatic, OnDemand or All.")
	}
	return nil
}

func detailed(v url.Values) (bool, error) {
	switch v.Get("view") {
	case "", rc.SimpleView:
		return false, nil
	case rc.DetailedView:
		return true, nil
	}
	return false, target.Invalid("view", "Send Simple or Detailed.")
}

func flag(v url.Values, name string) (bool, error) {
	text := v.Get(name)
	if text == "" {
		return false, nil
	}
	on, err := strconv.ParseBool(text)
	if err != nil {
		return false, target.Invalid(name, "Send true or false.")
	}
	return on, nil
}
