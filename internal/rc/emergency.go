package rc

import "strings"

// An EmergencyAddress is where help is sent to when somebody calls the
// emergency services from a device (DeviceEmergencyServiceAddressResource).
type EmergencyAddress struct {
	CustomerName   string `json:"customerName,omitempty"` // whom to ask for
	Street         string `json:"street,omitempty"`       // with the house number
	Street2        string `json:"street2,omitempty"`      // floor, room
	City           string `json:"city,omitempty"`
	State          string `json:"state,omitempty"` // as post is addressed: CA
	Zip            string `json:"zip,omitempty"`
	Country        string `json:"country,omitempty"` // its name
	CountryISOCode string `json:"countryIsoCode,omitempty"`
}

// Whole reports whether somebody can be found by the address.
func (a EmergencyAddress) Whole() bool {
	return a.CustomerName != "" && a.Street != "" && a.City != "" && a.CountryISOCode != ""
}

// Lines are the address as it is written on an envelope.
func (a EmergencyAddress) Lines() []string {
	town := a.City
	if rest := strings.TrimSpace(a.State + " " + a.Zip); rest != "" {
		town += ", " + rest
	}
	var lines []string
	for _, line := range []string{a.CustomerName, a.Street, a.Street2, town, a.Country} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// States of a device's emergency address.
const (
	EmergencyValid   = "Valid"
	EmergencyInvalid = "Invalid"
)

// A DeviceEmergency is what is registered of a device for emergency calls
// (DeviceEmergencyInfo).
type DeviceEmergency struct {
	Address               *EmergencyAddress `json:"address,omitempty"`
	OutOfCountry          bool              `json:"outOfCountry"`
	AddressStatus         string            `json:"addressStatus"`         // Valid, Invalid
	AddressEditableStatus string            `json:"addressEditableStatus"` // AnyDevice, MainDevice
	AddressRequired       bool              `json:"addressRequired"`
}

// A LineEmergency says what a line needs for emergency calls
// (phoneLines[].emergencyAddress).
type LineEmergency struct {
	Required               bool   `json:"required"`
	LocalOnly              bool   `json:"localOnly"`
	LineProvisioningStatus string `json:"lineProvisioningStatus"` // Valid, Provisioning, Invalid
}

// A DeviceUpdate is the body of PUT account/~/device/{id}
// (AccountDeviceUpdate). The address is given in either of its places; what
// is absent stays as it is.
type DeviceUpdate struct {
	Name                    string            `json:"name,omitempty"`
	EmergencyServiceAddress *EmergencyAddress `json:"emergencyServiceAddress,omitempty"`
	Emergency               *DeviceEmergency  `json:"emergency,omitempty"`
}
