package account

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"offhook/internal/listen"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// callerIDFeatures are the ways to call whose caller id can be chosen.
var callerIDFeatures = []string{"RingOut", "RingMe", "CallFlip", "FaxNumber", "AdditionalSoftphone", "Alternate", "CommonPhone", "MobileApp", "Delegated"}

// callerIDs are what a user has chosen.
type callerIDs struct {
	// Features says for each feature the id of a number, or Blocked.
	Features   map[string]string `json:"features,omitempty"`
	HideName   bool              `json:"hideName,omitempty"`
	HideNumber bool              `json:"hideNumber,omitempty"`
}

const blocked = "Blocked"

func (h *Handler) callerID(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, p, err := h.own(r, c)
	if err != nil {
		return err
	}
	var chosen callerIDs
	if err := store.ReadSetting(r.Context(), h.Store, e.AccountID, e.ID, callerIDSetting, &chosen); err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, callerIDInfo(listen.BaseURL(r), p, e, chosen))
	return nil
}

// callerIDInfo writes what is chosen. A number that the user has lost since
// is as if nothing was chosen: the first of theirs.
func callerIDInfo(base string, p *plan.Plan, e store.Extension, chosen callerIDs) rc.CallerIDInfo {
	uri := extensionURI(base, e)
	info := rc.CallerIDInfo{
		URI: uri + "/caller-id", ByDevice: []rc.CallerIDEntry{}, ByFeature: []rc.CallerIDEntry{},
		ExtensionNameForOutboundCalls: !chosen.HideName, ExtensionNumberForInternalCalls: !chosen.HideNumber,
	}
	numbers := p.NumbersOf(e.ID)
	for _, f := range callerIDFeatures {
		shown := rc.CallerID{Type: blocked}
		i := slices.IndexFunc(numbers, func(n store.PhoneNumber) bool { return strconv.FormatInt(n.ID, 10) == chosen.Features[f] })
		if len(numbers) > 0 && chosen.Features[f] != blocked {
			n := numbers[max(i, 0)]
			id := strconv.FormatInt(n.ID, 10)
			shown = rc.CallerID{Type: "PhoneNumber", PhoneInfo: &rc.PhoneInfo{ID: id, URI: uri + "/phone-number/" + id, PhoneNumber: n.Number}}
		}
		info.ByFeature = append(info.ByFeature, rc.CallerIDEntry{Feature: f, CallerID: shown})
	}
	return info
}

// A callerIDUpdate is the body of PUT caller-id.
type callerIDUpdate struct {
	ByDevice                        []rc.CallerIDEntry `json:"byDevice"`
	ByFeature                       []rc.CallerIDEntry `json:"byFeature"`
	ExtensionNameForOutboundCalls   *bool              `json:"extensionNameForOutboundCalls"`
	ExtensionNumberForInternalCalls *bool              `json:"extensionNumberForInternalCalls"`
}

// putCallerID changes what the request names and leaves the rest.
func (h *Handler) putCallerID(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, p, err := h.own(r, c)
	if err != nil {
		return err
	}
	var req callerIDUpdate
	if err := wire.Body(w, r, &req); err != nil {
		return err
	}
	features, err := req.features(p, e)
	if err != nil {
		return err
	}
	var after callerIDs
	err = change(r.Context(), h, e, callerIDSetting, func(_ store.PlatformTx, now callerIDs) (callerIDs, error) {
		if now.Features == nil {
			now.Features = map[string]string{}
		}
		for f, id := range features {
			now.Features[f] = id
		}
		if on := req.ExtensionNameForOutboundCalls; on != nil {
			now.HideName = !*on
		}
		if on := req.ExtensionNumberForInternalCalls; on != nil {
			now.HideNumber = !*on
		}
		after = now
		return now, nil
	})
	if err != nil {
		return fmt.Errorf("changing the caller id of extension %d: %w", e.ID, err)
	}
	h.announce(r.Context(), e, false, "AccountSettings")
	wire.JSON(w, http.StatusOK, callerIDInfo(listen.BaseURL(r), p, e, after))
	return nil
}

// features reads what a request chooses: nobody shows a number that is not
// theirs.
func (u callerIDUpdate) features(p *plan.Plan, e store.Extension) (map[string]string, error) {
	if len(u.ByDevice) > 0 {
		return nil, target.Missing("byDevice.device.id") // there are none
	}
	chosen := map[string]string{}
	for _, entry := range u.ByFeature {
		if !slices.Contains(callerIDFeatures, entry.Feature) {
			return nil, target.Invalid("byFeature.feature", "Send one of the features that GET caller-id lists.")
		}
		switch info := entry.CallerID.PhoneInfo; {
		case entry.CallerID.Type == blocked:
			chosen[entry.Feature] = blocked
		case info == nil || entry.CallerID.Type != "" && entry.CallerID.Type != "PhoneNumber":
			return nil, target.Invalid("byFeature.callerId", "Send the type PhoneNumber with the id of one of your numbers, or Blocked.")
		default:
			i := slices.IndexFunc(p.NumbersOf(e.ID), func(n store.PhoneNumber) bool {
				return strconv.FormatInt(n.ID, 10) == info.ID || info.ID == "" && n.Number == info.PhoneNumber
			})
			if i < 0 {
				return nil, target.Missing("byFeature.callerId.phoneInfo.id")
			}
			chosen[entry.Feature] = strconv.FormatInt(p.NumbersOf(e.ID)[i].ID, 10)
		}
	}
	return chosen, nil
}
