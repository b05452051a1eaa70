package provision

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"offhook/internal/listen"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// maxAddress is how long a line of an emergency address may be, in
// characters; ours.
const maxAddress = 100

// update answers PUT account/~/device/{deviceId}: its owner, or an
// administrator, says where help is sent to when somebody calls the emergency
// services from it, and what it is called.
func (h *Handler) update(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	d, err := h.find(r, c)
	if err != nil {
		return err
	}
	var u rc.DeviceUpdate
	if err := wire.Body(w, r, &u); err != nil {
		return err
	}
	if utf8.RuneCountInString(u.Name) > maxName {
		return target.Invalid("name", fmt.Sprintf("Send at most %d characters.", maxName))
	}
	address := u.EmergencyServiceAddress
	if address == nil && u.Emergency != nil {
		address = u.Emergency.Address
	}
	if address != nil {
		if *address, err = tidy(*address); err != nil {
			return err
		}
	}
	err = h.Store.Write(r.Context(), func(tx store.PlatformTx) error {
		if name := strings.TrimSpace(u.Name); name != "" {
			d.Name = name
			if err := tx.SaveSIPDevice(r.Context(), d); err != nil {
				return err
			}
		}
		if address == nil {
			return nil
		}
		return tx.PutEmergencyAddress(r.Context(), d.ID, *address, h.Now())
	})
	if err != nil {
		return fmt.Errorf("changing device %d: %w", d.ID, err)
	}
	return h.tell(w, r, d)
}

// tell answers with a device as it is now.
func (h *Handler) tell(w http.ResponseWriter, r *http.Request, d store.SIPDevice) error {
	e, err := h.Store.Extension(r.Context(), d.ExtensionID)
	if err != nil {
		return fmt.Errorf("reading extension %d: %w", d.ExtensionID, err)
	}
	line, err := h.line(r.Context(), e)
	if err != nil {
		return err
	}
	v, err := h.device(r.Context(), listen.BaseURL(r), e, d, line)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, v)
	return nil
}

// tidy checks an address that somebody is to be found by. Its country is
// named by its ISO code, so that the name is the dictionary's.
func tidy(a rc.EmergencyAddress) (rc.EmergencyAddress, error) {
	for _, f := range []struct {
		name  string
		value *string
		must  bool
	}{
		{"customerName", &a.CustomerName, true}, {"street", &a.Street, true}, {"street2", &a.Street2, false}, {"city", &a.City, true},
		{"state", &a.State, false}, {"zip", &a.Zip, false}, {"countryIsoCode", &a.CountryISOCode, true},
	} {
		*f.value = strings.Join(strings.Fields(*f.value), " ")
		if f.must && *f.value == "" || utf8.RuneCountInString(*f.value) > maxAddress {
			return a, target.Invalid("emergencyServiceAddress."+f.name, fmt.Sprintf("Help is sent to this address: say who is there, the street with the number, the city and the country, each in at most %d characters.", maxAddress))
		}
	}
	a.CountryISOCode = strings.ToUpper(a.CountryISOCode)
	if !region.Known(a.CountryISOCode) {
		return a, target.Invalid("emergencyServiceAddress.countryIsoCode", "Send the ISO 3166 code of a country, such as US.")
	}
	a.Country = region.ByCode("", a.CountryISOCode).Name
	if (a.CountryISOCode == "US" || a.CountryISOCode == "CA") && (a.State == "" || a.Zip == "") {
		return a, target.Invalid("emergencyServiceAddress.zip", "Addresses in the United States and Canada need a state or province and a postal code.")
	}
	return a, nil
}

// emergency adds to a device what is registered for emergency calls from it.
func (h *Handler) emergency(ctx context.Context, e store.Extension, d store.SIPDevice, v *rc.Device) error {
	own, err := h.Store.Account(ctx, e.AccountID)
	if err != nil {
		return fmt.Errorf("reading account %d: %w", e.AccountID, err)
	}
	state := &rc.DeviceEmergency{AddressStatus: rc.EmergencyInvalid, AddressEditableStatus: "AnyDevice", AddressRequired: true}
	a, err := h.Store.EmergencyAddress(ctx, d.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return fmt.Errorf("reading the emergency address of device %d: %w", d.ID, err)
	default:
		state.Address, state.AddressStatus = &a, rc.EmergencyValid
		state.OutOfCountry = a.CountryISOCode != region.Country("", own.MainNumber).ISOCode
		v.EmergencyServiceAddress = &a
	}
	v.Emergency = state
	for i := range v.PhoneLines {
		v.PhoneLines[i].EmergencyAddress = &rc.LineEmergency{Required: true, LineProvisioningStatus: state.AddressStatus}
	}
	return nil
}
