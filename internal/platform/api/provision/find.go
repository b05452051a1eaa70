package provision

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// find returns the device that the path names: the caller's own, or for an
// administrator anybody's of the account.
func (h *Handler) find(r *http.Request, c wire.Caller) (store.SIPDevice, error) {
	if err := target.Account(r, c); err != nil {
		return store.SIPDevice{}, err
	}
	id, err := strconv.ParseInt(r.PathValue("deviceId"), 10, 64)
	if err != nil || h.Domain == "" {
		return store.SIPDevice{}, target.Missing("deviceId")
	}
	d, err := h.Store.SIPDevice(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) || err == nil && d.AccountID != c.AccountID {
		return d, target.Missing("deviceId")
	}
	if err != nil {
		return d, fmt.Errorf("reading device %d: %w", id, err)
	}
	if d.ExtensionID == c.ExtensionID {
		return d, nil
	}
	e, err := h.Store.Extension(r.Context(), c.ExtensionID)
	if err != nil {
		return d, fmt.Errorf("reading extension %d: %w", c.ExtensionID, err)
	}
	if !e.Admin {
		return d, target.Missing("deviceId")
	}
	return d, nil
}

// devices are a user's devices, and the line on which they are reached.
func (h *Handler) devices(r *http.Request, e store.Extension) ([]store.SIPDevice, *rc.PhoneLineInfo, error) {
	if h.Domain == "" {
		return nil, nil, nil
	}
	devices, err := h.Store.SIPDevices(r.Context(), e.ID)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the devices of extension %d: %w", e.ID, err)
	}
	line, err := h.line(r.Context(), e)
	return devices, line, err
}

// line is the number at which a user's phones ring; nil for who has none.
func (h *Handler) line(ctx context.Context, e store.Extension) (*rc.PhoneLineInfo, error) {
	p, err := plan.Read(ctx, h.Store, e.AccountID)
	if err != nil {
		return nil, err
	}
	for _, n := range p.NumbersOf(e.ID) {
		if n.ExtensionID == e.ID {
			return &rc.PhoneLineInfo{ID: n.ID, PhoneNumber: n.Number, PaymentType: "Local", Type: "VoiceFax", UsageType: n.UsageType}, nil
		}
	}
	return nil, nil
}

// kinds are the parameters that narrow the list of devices.
type kinds struct{ types, pooling, lines, features []string }

func readKinds(q url.Values) (kinds, error) {
	k := kinds{q["type"], q["linePooling"], q["lineType"], q["feature"]}
	for _, f := range []struct {
		name    string
		asked   []string
		allowed []string
	}{
		{"type", k.types, []string{"HardPhone", "SoftPhone", "OtherPhone", "WebRTC", "WebPhone", "Room"}},
		{"linePooling", k.pooling, []string{"Host", "Guest", "None"}},
		{"lineType", k.lines, []string{"Unknown", "Standalone", "StandaloneFree", "BlaPrimary", "BlaSecondary"}},
		{"feature", k.features, []string{"BLA", "CommonPhone", "Intercom", "Paging", "HELD"}},
	} {
		for _, value := range f.asked {
			if !slices.Contains(f.allowed, value) {
				return k, target.Invalid(f.name, "Send one of the values that the documentation lists.")
			}
		}
	}
	return k, nil
}

// has reports whether a device is wanted. Web phones are also asked for as
// WebRTC, pool no lines and have none of the features of desk phones.
func (k kinds) has(d store.SIPDevice) bool {
	isType := len(k.types) == 0 || slices.Contains(k.types, d.Type) || d.Type == webPhone && slices.Contains(k.types, "WebRTC")
	pools := len(k.pooling) == 0 || slices.Contains(k.pooling, "None")
	lines := len(k.lines) == 0 || slices.Contains(k.lines, "StandaloneFree")
	return isType && pools && lines && len(k.features) == 0
}
