package rc

// ParsePhoneRequest is the body of POST /restapi/v2/number-parser/parse
// (contract 5.6).
type ParsePhoneRequest struct {
	OriginalStrings []string `json:"originalStrings"`
	ContextSource   string   `json:"contextSource,omitempty"`
	Context         *struct {
		BrandID                  string   `json:"brandId,omitempty"`
		Country                  *Country `json:"country,omitempty"`
		DefaultAreaCode          string   `json:"defaultAreaCode,omitempty"`
		OutboundCallPrefix       string   `json:"outboundCallPrefix,omitempty"`
		MaxExtensionNumberLength int      `json:"maxExtensionNumberLength,omitempty"`
	} `json:"context,omitempty"`
}

// ParsePhoneResponse is its answer. Released clients need originalString and
// category in every result, though the public specification omits them.
type ParsePhoneResponse struct {
	URI     string        `json:"uri,omitempty"`
	Context ParseContext  `json:"context"`
	Results []ParsedPhone `json:"results"`
}

// ParseContext is the context that numbers were read in.
type ParseContext struct {
	BrandID                  string  `json:"brandId"`
	Country                  Country `json:"country"`
	MaxExtensionNumberLength int     `json:"maxExtensionNumberLength"`
}

// A ParsedPhone is one number, understood. Category is Regular, TollFree,
// ShortCode, SpecialService, Extension, Ambiguous or Unknown.
type ParsedPhone struct {
	OriginalString string          `json:"originalString"`
	Category       string          `json:"category"`
	NumberDetails  *NumberDetails  `json:"numberDetails,omitempty"`
	Formats        []NumberFormats `json:"formats"`
}

// NumberDetails are the parts of a number.
type NumberDetails struct {
	Country                 *Country `json:"country,omitempty"`
	AreaCode                string   `json:"areaCode,omitempty"`
	NationalDestinationCode string   `json:"nationalDestinationCode,omitempty"`
	SubscriberNumber        string   `json:"subscriberNumber,omitempty"`
	ExtensionNumber         string   `json:"extensionNumber,omitempty"`
	Status                  string   `json:"status,omitempty"`
}

// NumberFormats are the ways to write a number.
type NumberFormats struct {
	Category      string `json:"category,omitempty"`
	E164          string `json:"e164,omitempty"`
	E164Extended  string `json:"e164Extended,omitempty"`
	National      string `json:"national,omitempty"`
	International string `json:"international,omitempty"`
	Dialable      string `json:"dialable,omitempty"`
	DialableExt   string `json:"dialableExtended,omitempty"`
}
