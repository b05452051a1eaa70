package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
)

// emergencyTest reads the registered address back, in North America.
const emergencyTest = "933"

// Emergency reports whether what was typed calls the emergency services, and
// the digits that do, which may be written as if they were a number of another
// country; test where it only tries them. An extension with the same number
// cannot be called: somebody may need help.
//
// The rule is the platform's: the numbers of the country where the user is at
// home and of the one where help would be sent to, and 112 and 911.
func (d *Desk) Emergency(typed string) (number string, test, ok bool) {
	typed = strings.TrimPrefix(strings.TrimSpace(typed), "+")
	number = digits(typed)
	if number == "" || len(number) > longestExtension || strings.ContainsAny(typed, "+*#") || strings.Trim(typed, "0123456789 ()-./\u00a0\u2010\u2011\u2013") != "" {
		return "", false, false
	}
	d.mu.Lock()
	countries := d.helpFrom()
	d.mu.Unlock()
	switch {
	case callsForHelp(number, countries):
		return number, false, true
	case number == emergencyTest && slices.ContainsFunc(countries, HasAreaCodes):
		return number, true, true
	}
	return "", false, false
}

// helpFrom are the countries whose emergency services the user calls. The
// caller holds mu.
func (d *Desk) helpFrom() []string {
	home := cmp.Or(d.me.HomeCountry, "US")
	return []string{home, cmp.Or(d.lives, home)}
}

func callsForHelp(number string, countries []string) bool {
	return number == "112" || number == "911" ||
		slices.ContainsFunc(countries, func(c string) bool { return phonenumbers.IsEmergencyNumber(number, c) })
}

// live notes where help is sent to, as far as an answer about the user's
// device says.
func (d *Desk) live(a *rc.EmergencyAddress) {
	if a == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lives = a.CountryISOCode
}

// HelpCountries are where an emergency address may be, as ISO codes, and
// where the user is at home.
func (d *Desk) HelpCountries() (home string, all []string) {
	for _, c := range Countries() {
		all = append(all, c.Code)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return cmp.Or(d.me.HomeCountry, "US"), all
}

func devicePath(id string) string { return accountPath + "/device/" + url.PathEscape(id) }

// EmergencyAddress asks the platform where help is sent to when somebody calls
// the emergency services from a device; nil where nothing is registered. The
// error is an *rc.Error with a sentence.
func (d *Desk) EmergencyAddress(ctx context.Context, deviceID string) (*rc.EmergencyAddress, error) {
	wait, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	a, err := d.do(wait, call{group: rc.Light, priority: acting, method: http.MethodGet, path: devicePath(deviceID)})
	if err != nil {
		return nil, addressTrouble(ctx, err)
	}
	now, err := readAddress(a.body)
	d.live(now)
	return now, err
}

// RegisterEmergencyAddress has the platform send help there from now on, and
// returns the address as the platform has understood it. The error is an
// *rc.Error with a sentence.
func (d *Desk) RegisterEmergencyAddress(ctx context.Context, deviceID string, address rc.EmergencyAddress) (*rc.EmergencyAddress, error) {
	if !address.Whole() {
		return nil, rc.Errorf(rc.Invalid, "Write your name, the street with the number, the city and the country, so that help finds you.")
	}
	wait, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	a, err := d.do(wait, call{
		group: rc.Medium, priority: acting, method: http.MethodPut, path: devicePath(deviceID), body: rc.DeviceUpdate{EmergencyServiceAddress: &address},
	})
	if r, ok := errors.AsType[*refusal](err); ok && r.Status == http.StatusBadRequest {
		return nil, rc.Errorf(rc.Invalid, "Your phone service does not know this address. Check the street, the city and the postal code.")
	}
	if err != nil {
		return nil, addressTrouble(ctx, err)
	}
	now, err := readAddress(a.body)
	if err == nil && now == nil {
		err = rc.Errorf(rc.Unavailable, "%s", addressKept)
	}
	d.live(now)
	return now, err
}

// readAddress finds the address of a device wherever the platform writes it.
func readAddress(body []byte) (*rc.EmergencyAddress, error) {
	var v rc.Device
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	return addressOf(v), nil
}

func addressOf(v rc.Device) *rc.EmergencyAddress {
	if v.Emergency != nil && v.Emergency.AddressStatus == rc.EmergencyInvalid {
		return nil
	}
	a := v.EmergencyServiceAddress
	if a == nil && v.Emergency != nil {
		a = v.Emergency.Address
	}
	if a == nil || a.Street == "" {
		return nil
	}
	return a
}

var addressKept = lang.Mark("Your phone service does not let this app change the address. Ask your administrator to register it for you.")

// addressTrouble says why nothing is known of an address.
func addressTrouble(ctx context.Context, err error) error {
	_, refused := errors.AsType[*refusal](err)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errEnded):
		return signedOut()
	case refused:
		return &rc.Error{Kind: rc.Denied, Message: addressKept}
	}
	return rc.Errorf(rc.Unavailable, "The phone service cannot be reached. In an emergency, call from a mobile phone.")
}
