package rc

// An Account is GET account/~ (contract 5.1, GetAccountInfoResponse).
type Account struct {
	ID               int64            `json:"id"`
	URI              string           `json:"uri"`
	MainNumber       string           `json:"mainNumber"`
	Status           string           `json:"status"`
	SetupWizardState string           `json:"setupWizardState,omitempty"`
	Operator         *ExtensionRef    `json:"operator,omitempty"`
	ServiceInfo      ServiceInfo      `json:"serviceInfo"`
	RegionalSettings RegionalSettings `json:"regionalSettings"`
	Limits           AccountLimits    `json:"limits"`
	Federated        bool             `json:"federated"`
}

// An ExtensionRef names an extension inside another resource. Contract 4
// says which resources write its id as a number.
type ExtensionRef struct {
	ID              int64  `json:"id"`
	URI             string `json:"uri,omitempty"`
	ExtensionNumber string `json:"extensionNumber,omitempty"`
	Name            string `json:"name,omitempty"` // of a call queue
	Type            string `json:"type,omitempty"` // of a call queue
}

// ServiceInfo is the account's plan and brand.
type ServiceInfo struct {
	URI               string      `json:"uri,omitempty"`
	Brand             Brand       `json:"brand"`
	ContractedCountry Country     `json:"contractedCountry"`
	ServicePlan       ServicePlan `json:"servicePlan"`
	BillingPlan       ServicePlan `json:"billingPlan"`
}

// A Brand is the company that sells the service; 1210 is RingCentral US.
type Brand struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	HomeCountry Country `json:"homeCountry"`
}

// A ServicePlan names what was bought.
type ServicePlan struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	Edition string `json:"edition,omitempty"`
	Type    string `json:"type,omitempty"`
}

// A Country is a row of the country dictionary; ids are RingCentral's.
type Country struct {
	ID          string `json:"id"`
	URI         string `json:"uri,omitempty"`
	Name        string `json:"name,omitempty"`
	ISOCode     string `json:"isoCode,omitempty"`
	CallingCode string `json:"callingCode,omitempty"`
}

// AccountLimits bounds extension numbers.
type AccountLimits struct {
	MaxExtensionNumberLength   int `json:"maxExtensionNumberLength"`
	SiteCodeLength             int `json:"siteCodeLength"`
	ShortExtensionNumberLength int `json:"shortExtensionNumberLength"`
}

// RegionalSettings says how times and numbers are written.
type RegionalSettings struct {
	HomeCountry Country  `json:"homeCountry"`
	Timezone    Timezone `json:"timezone"`
	Language    Language `json:"language"`
	TimeFormat  string   `json:"timeFormat"`
	Currency    Currency `json:"currency"`
}

// A Timezone is a row of the time zone dictionary; Bias is minutes.
type Timezone struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Bias string `json:"bias"`
}

// A Language is a row of the language dictionary.
type Language struct {
	ID         string `json:"id"`
	LocaleCode string `json:"localeCode"`
	Name       string `json:"name"`
}

// A Currency is a row of the currency dictionary.
type Currency struct {
	ID     int    `json:"id"`
	Code   string `json:"code"`
	Symbol string `json:"symbol"`
}

// An Extension is GET extension/~ (contract 5.1, GetExtensionInfoResponse).
type Extension struct {
	ID               int64                `json:"id"`
	URI              string               `json:"uri"`
	ExtensionNumber  string               `json:"extensionNumber"`
	Name             string               `json:"name"`
	Status           string               `json:"status"`
	Type             string               `json:"type"`
	Hidden           bool                 `json:"hidden"`
	SetupWizardState string               `json:"setupWizardState,omitempty"`
	Account          *AccountRef          `json:"account,omitempty"`
	Contact          ContactInfo          `json:"contact"`
	Permissions      ExtensionPermissions `json:"permissions"`
	ProfileImage     *URIRef              `json:"profileImage,omitempty"`
	RegionalSettings RegionalSettings     `json:"regionalSettings"`
	ServiceFeatures  []ServiceFeature     `json:"serviceFeatures"`
	Departments      []ExtensionRef       `json:"departments"`
	Site             *Site                `json:"site,omitempty"`
}

// An AccountRef names an account; its id is a string here (contract 4).
type AccountRef struct {
	ID  string `json:"id"`
	URI string `json:"uri,omitempty"`
}

// A URIRef is a link.
type URIRef struct {
	URI string `json:"uri"`
}

// ContactInfo is how an extension's user is reached.
type ContactInfo struct {
	FirstName     string `json:"firstName,omitempty"`
	LastName      string `json:"lastName,omitempty"`
	Email         string `json:"email,omitempty"`
	BusinessPhone string `json:"businessPhone,omitempty"`
	JobTitle      string `json:"jobTitle,omitempty"`
	Department    string `json:"department,omitempty"`
	Company       string `json:"company,omitempty"`
}

// ExtensionPermissions are the two switches clients read.
type ExtensionPermissions struct {
	Admin                Enabled `json:"admin"`
	InternationalCalling Enabled `json:"internationalCalling"`
}

// Enabled is a switch.
type Enabled struct {
	Enabled bool `json:"enabled"`
}

// A ServiceFeature is an entry of the older feature list of an extension.
type ServiceFeature struct {
	FeatureName string `json:"featureName"`
	Enabled     bool   `json:"enabled"`
}

// A Site is where an extension belongs.
type Site struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A PhoneNumber is an entry of extension/~/phone-number (contract 5.1).
type PhoneNumber struct {
	ID          int64         `json:"id"`
	URI         string        `json:"uri"`
	PhoneNumber string        `json:"phoneNumber"` // E.164
	PaymentType string        `json:"paymentType"`
	Type        string        `json:"type"`
	UsageType   string        `json:"usageType"` // MainCompanyNumber, CompanyNumber, DirectNumber
	Status      string        `json:"status"`
	Primary     bool          `json:"primary"`
	Label       string        `json:"label,omitempty"`
	Country     Country       `json:"country"`
	Extension   *ExtensionRef `json:"extension,omitempty"`
	Features    []string      `json:"features"` // CallerId, SmsSender, MmsSender, ...
}

// A Feature is an entry of extension/~/features (contract 5.1): the switch
// that clients trust.
type Feature struct {
	ID        string         `json:"id"`
	Available bool           `json:"available"`
	Params    []FeatureParam `json:"params,omitempty"`
	Reason    *FeatureReason `json:"reason,omitempty"`
}

// A FeatureParam carries a value of a feature, such as an outbound prefix.
type FeatureParam struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A FeatureReason says why a feature is not available.
type FeatureReason struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// A CallerIDInfo is extension/~/caller-id (contract 5.1).
type CallerIDInfo struct {
	URI                             string          `json:"uri"`
	ByDevice                        []CallerIDEntry `json:"byDevice"`
	ByFeature                       []CallerIDEntry `json:"byFeature"`
	ExtensionNameForOutboundCalls   bool            `json:"extensionNameForOutboundCalls"`
	ExtensionNumberForInternalCalls bool            `json:"extensionNumberForInternalCalls"`
}

// A CallerIDEntry is the caller id of one device or feature.
type CallerIDEntry struct {
	Feature  string     `json:"feature,omitempty"`
	Device   *DeviceRef `json:"device,omitempty"`
	CallerID CallerID   `json:"callerId"`
}

// A DeviceRef names a device.
type DeviceRef struct {
	ID  string `json:"id"`
	URI string `json:"uri,omitempty"`
}

// A CallerID is the number shown to the far end.
type CallerID struct {
	Type      string     `json:"type"` // PhoneNumber, Blocked
	PhoneInfo *PhoneInfo `json:"phoneInfo,omitempty"`
}

// PhoneInfo is a number inside another resource; its id is a string.
type PhoneInfo struct {
	ID          string `json:"id"`
	URI         string `json:"uri,omitempty"`
	PhoneNumber string `json:"phoneNumber"`
}

// A DirectoryEntry is an entry of account/~/directory/entries (contract
// 5.3, ContactResource). Its ids are strings.
type DirectoryEntry struct {
	ID              string            `json:"id"`
	Type            string            `json:"type"`
	Status          string            `json:"status"`
	Account         *DirectoryAccount `json:"account,omitempty"`
	FirstName       string            `json:"firstName,omitempty"`
	LastName        string            `json:"lastName,omitempty"`
	Name            string            `json:"name,omitempty"`
	Email           string            `json:"email,omitempty"`
	JobTitle        string            `json:"jobTitle,omitempty"`
	Department      string            `json:"department,omitempty"`
	ExtensionNumber string            `json:"extensionNumber,omitempty"`
	PhoneNumbers    []DirectoryNumber `json:"phoneNumbers,omitempty"`
	Site            *Site             `json:"site,omitempty"`
	ProfileImage    *TaggedURI        `json:"profileImage,omitempty"`
	Hidden          bool              `json:"hidden"`
}

// A TaggedURI is a link to something whose state the tag names.
type TaggedURI struct {
	ETag string `json:"etag"`
	URI  string `json:"uri"`
}

// A DirectoryAccount names the account of an entry.
type DirectoryAccount struct {
	ID          string `json:"id"`
	CompanyName string `json:"companyName,omitempty"`
	MainNumber  string `json:"mainNumber,omitempty"`
}

// A DirectoryNumber is a number of a directory entry.
type DirectoryNumber struct {
	PhoneNumber          string `json:"phoneNumber"`
	FormattedPhoneNumber string `json:"formattedPhoneNumber,omitempty"`
	Type                 string `json:"type"`
	UsageType            string `json:"usageType,omitempty"`
	Label                string `json:"label,omitempty"`
	Hidden               bool   `json:"hidden"`
	Primary              bool   `json:"primary"`
}
