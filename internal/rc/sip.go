package rc

// SIPProvisionPath is where phones ask how to register (contract 8.1).
const SIPProvisionPath = "/restapi/v1.0/client-info/sip-provision"

// A SIPProvisionRequest is the body of POST client-info/sip-provision. What
// is absent is chosen by the platform.
type SIPProvisionRequest struct {
	Device                    *SIPDeviceRequest `json:"device,omitempty"`
	SIPInfo                   []SIPInfoRequest  `json:"sipInfo,omitempty"`
	SoftPhoneLineReassignment string            `json:"softPhoneLineReassignment,omitempty"`
}

// A SIPDeviceRequest says which device asks. A device that asked before says
// its id.
type SIPDeviceRequest struct {
	ID            string `json:"id,omitempty"`
	ComputerName  string `json:"computerName,omitempty"`
	Serial        string `json:"serial,omitempty"`
	AppExternalID string `json:"appExternalId,omitempty"`
}

// A SIPInfoRequest says how a device wants to connect.
type SIPInfoRequest struct {
	Transport string `json:"transport"` // UDP, TCP, TLS, WS, WSS
}

// A SIPProvision is what a device needs to register (contract 8.1,
// CreateSipRegistrationResponse).
type SIPProvision struct {
	Device                   Device    `json:"device"`
	SIPInfo                  []SIPInfo `json:"sipInfo"`
	SIPFlags                 SIPFlags  `json:"sipFlags"`
	SIPErrorCodes            []string  `json:"sipErrorCodes"`
	PollingInterval          int       `json:"pollingInterval"` // seconds
	PersistGatewayConfigured bool      `json:"persistGatewayConfigured"`
}

// A SIPInfo is one way to register. OutboundProxy is host:port, perhaps with
// a path.
type SIPInfo struct {
	Transport           string   `json:"transport"`
	Username            string   `json:"username"`
	Password            Secret   `json:"password"`
	AuthorizationTypes  []string `json:"authorizationTypes,omitempty"`
	AuthorizationID     string   `json:"authorizationId"`
	Domain              string   `json:"domain"`
	OutboundProxy       string   `json:"outboundProxy"`
	OutboundProxyBackup string   `json:"outboundProxyBackup,omitempty"`
	SwitchBackInterval  int      `json:"switchBackInterval,omitempty"` // seconds
	STUNServers         []string `json:"stunServers"`                  // none: the exchange tells its own address
}

// SIPFlags say what a phone may do.
type SIPFlags struct {
	VoIPFeatureEnabled   bool `json:"voipFeatureEnabled"`
	VoIPCountryBlocked   bool `json:"voipCountryBlocked"`
	OutboundCallsEnabled bool `json:"outboundCallsEnabled"`
	DSCPEnabled          bool `json:"dscpEnabled"`
	DSCPSignaling        int  `json:"dscpSignaling"`
	DSCPVoice            int  `json:"dscpVoice"`
	DSCPVideo            int  `json:"dscpVideo"`
}

// A SIPDeviceInfo is GET account/~/device/{id}/sip-info (SipInfoResource).
type SIPDeviceInfo struct {
	Domain          string          `json:"domain"`
	OutboundProxies []OutboundProxy `json:"outboundProxies"`
	UserName        string          `json:"userName"`
	Password        Secret          `json:"password"`
	AuthorizationID string          `json:"authorizationId"`
}

// An OutboundProxy is where phones of a region connect.
type OutboundProxy struct {
	Region   string `json:"region"`
	Proxy    string `json:"proxy,omitempty"`
	ProxyTLS string `json:"proxyTLS"`
}

// A Device is a phone of an extension (contract 5.1, DeviceResource).
type Device struct {
	ID           string        `json:"id"`
	URI          string        `json:"uri,omitempty"`
	Type         string        `json:"type"` // WebPhone, OtherPhone, …
	Name         string        `json:"name,omitempty"`
	Serial       string        `json:"serial,omitempty"`
	ComputerName string        `json:"computerName,omitempty"`
	Status       string        `json:"status"` // Online, Offline
	LinePooling  string        `json:"linePooling,omitempty"`
	Extension    *ExtensionRef `json:"extension,omitempty"`
	PhoneLines   []PhoneLine   `json:"phoneLines"`

	Emergency               *DeviceEmergency  `json:"emergency,omitempty"`
	EmergencyServiceAddress *EmergencyAddress `json:"emergencyServiceAddress,omitempty"`
}

// A PhoneLine is a number that a device is reached at.
type PhoneLine struct {
	ID        string         `json:"id"`
	LineType  string         `json:"lineType"` // Standalone, StandaloneFree, …
	PhoneInfo *PhoneLineInfo `json:"phoneInfo,omitempty"`

	EmergencyAddress *LineEmergency `json:"emergencyAddress,omitempty"`
}

// A PhoneLineInfo is the number of a line.
type PhoneLineInfo struct {
	ID          int64  `json:"id"`
	PhoneNumber string `json:"phoneNumber"`
	PaymentType string `json:"paymentType"`
	Type        string `json:"type"`
	UsageType   string `json:"usageType"`
}
