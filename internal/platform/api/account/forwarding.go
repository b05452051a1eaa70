package account

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"offhook/internal/listen"
	"offhook/internal/platform/answering"
	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// maxForwarding is how many forwarding numbers an extension may have, and
// maxFlip the highest number by which a call is flipped to one.
const (
	maxForwarding = 50
	maxFlip       = 9
)

// forwardingTypes are what a user may call a number of theirs; the other types
// of the contract belong to devices and apps.
var forwardingTypes = []string{"Home", "Mobile", "Work", "Outage", "Other", "BusinessMobilePhone"}

func forwardingRecord(uri string, f answering.Number) rc.ForwardingNumber {
	out := rc.ForwardingNumber{ID: f.ID, URI: uri + "/" + f.ID, PhoneNumber: f.PhoneNumber, Label: f.Label, Type: f.Type, FlipNumber: f.FlipNumber, Features: []string{"CallForwarding"}}
	if f.FlipNumber != "" {
		out.Features = append(out.Features, "CallFlip")
	}
	return out
}

func forwardingURI(r *http.Request, e store.Extension) string {
	return extensionURI(listen.BaseURL(r), e) + "/forwarding-number"
}

func (h *Handler) forwardingNumbers(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	all, err := answering.Numbers(r.Context(), h.Store, e.AccountID, e.ID)
	if err != nil {
		return err
	}
	uri := forwardingURI(r, e)
	records := make([]rc.ForwardingNumber, len(all))
	for i, f := range all {
		records[i] = forwardingRecord(uri, f)
	}
	return page.Answer(w, r, uri, records)
}

// A forwardingRequest is the body that makes or changes a forwarding number.
// Flip numbers are written as text and as numbers.
type forwardingRequest struct {
	PhoneNumber *string `json:"phoneNumber"`
	Label       *string `json:"label"`
	Type        *string `json:"type"`
	FlipNumber  *flip   `json:"flipNumber"`
}

type flip string

// UnmarshalJSON reads both forms.
func (f *flip) UnmarshalJSON(b []byte) error {
	*f = flip(strings.Trim(string(b), `"`))
	return nil
}

// apply puts a request into f.
func (q forwardingRequest) apply(p *plan.Plan, f *answering.Number) error {
	if q.PhoneNumber != nil {
		n, ok := region.Parse(*q.PhoneNumber, region.Country("", p.Account.MainNumber).ISOCode)
		if !ok || n.Extension != "" {
			return target.Invalid("phoneNumber", "It is not a phone number; write it as +16505550100.")
		}
		f.PhoneNumber = n.E164
	}
	if q.Label != nil {
		f.Label = strings.TrimSpace(*q.Label)
	}
	if q.Type != nil {
		f.Type = *q.Type
	}
	if q.FlipNumber != nil {
		f.FlipNumber = string(*q.FlipNumber)
	}
	f.Type = cmp.Or(f.Type, "Other")
	f.Label = cmp.Or(f.Label, f.Type)
	switch n, err := strconv.Atoi(cmp.Or(f.FlipNumber, "1")); {
	case f.PhoneNumber == "":
		return target.Invalid("phoneNumber", "Send the number that calls are forwarded to.")
	case utf8.RuneCountInString(f.Label) > maxName:
		return target.Invalid("label", fmt.Sprintf("Send at most %d characters.", maxName))
	case !slices.Contains(forwardingTypes, f.Type):
		return target.Invalid("type", "Send "+strings.Join(forwardingTypes, ", ")+".")
	case err != nil || n < 1 || n > maxFlip:
		return target.Invalid("flipNumber", fmt.Sprintf("Send a number from 1 to %d.", maxFlip))
	}
	return nil
}

func (h *Handler) addForwardingNumber(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	f := answering.Number{ID: strconv.FormatInt(h.IDs.Next(), 10)}
	return h.changeForwarding(w, r, c, func(all []answering.Number, put func(*answering.Number) error) ([]answering.Number, error) {
		if len(all) >= maxForwarding {
			return nil, rc.Coded(rc.Denied, "CMN-109", "An extension has at most %d forwarding numbers; delete one first", maxForwarding)
		}
		if err := put(&f); err != nil {
			return nil, err
		}
		return append(all, f), nil
	})
}

func (h *Handler) putForwardingNumber(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	return h.changeForwarding(w, r, c, func(all []answering.Number, put func(*answering.Number) error) ([]answering.Number, error) {
		i := indexForwarding(all, r)
		if i < 0 {
			return nil, target.Missing("forwardingNumberId")
		}
		return all, put(&all[i])
	})
}

func indexForwarding(all []answering.Number, r *http.Request) int {
	return slices.IndexFunc(all, func(f answering.Number) bool { return f.ID == r.PathValue("forwardingNumberId") })
}

// changeForwarding lets fn change the list, and answers with the number that
// fn has put the request into.
func (h *Handler) changeForwarding(w http.ResponseWriter, r *http.Request, c wire.Caller, fn func(all []answering.Number, put func(*answering.Number) error) ([]answering.Number, error)) error {
	e, p, err := h.own(r, c)
	if err != nil {
		return err
	}
	var req forwardingRequest
	if err := wire.Body(w, r, &req); err != nil {
		return err
	}
	var done answering.Number
	err = change(r.Context(), h, e, answering.NumbersSetting, func(_ store.PlatformTx, all []answering.Number) ([]answering.Number, error) {
		all, err := fn(all, func(f *answering.Number) error {
			if err := req.apply(p, f); err != nil {
				return err
			}
			done = *f
			return nil
		})
		if err != nil {
			return nil, err
		}
		return all, unlike(all, done)
	})
	if err != nil {
		return fmt.Errorf("changing the forwarding numbers of extension %d: %w", e.ID, err)
	}
	h.announce(r.Context(), e, false, "AnsweringRules")
	wire.JSON(w, http.StatusOK, forwardingRecord(forwardingURI(r, e), done))
	return nil
}

// unlike refuses a number or flip number that another entry has.
func unlike(all []answering.Number, f answering.Number) error {
	for _, other := range all {
		if other.ID == f.ID {
			continue
		}
		if other.PhoneNumber == f.PhoneNumber {
			return &rc.Error{Kind: rc.Denied, Code: "CMN-406", Parameter: "phoneNumber", Message: "The number is one of the forwarding numbers already"}
		}
		if other.FlipNumber != "" && other.FlipNumber == f.FlipNumber {
			return &rc.Error{Kind: rc.Denied, Code: "CMN-406", Parameter: "flipNumber", Message: "Another forwarding number has this flip number"}
		}
	}
	return nil
}

func (h *Handler) deleteForwardingNumber(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	err = change(r.Context(), h, e, answering.NumbersSetting, func(_ store.PlatformTx, all []answering.Number) ([]answering.Number, error) {
		i := indexForwarding(all, r)
		if i < 0 {
			return nil, target.Missing("forwardingNumberId")
		}
		return slices.Delete(all, i, i+1), nil
	})
	if err != nil {
		return fmt.Errorf("deleting a forwarding number of extension %d: %w", e.ID, err)
	}
	h.announce(r.Context(), e, false, "AnsweringRules")
	w.WriteHeader(http.StatusNoContent)
	return nil
}
