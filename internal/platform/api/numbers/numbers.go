// Package numbers answers the number parser (contract 5.6): what clients ask
// before they dial or send a text.
package numbers

import (
	"net/http"
	"regexp"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

const (
	parsePath = "/restapi/v2/number-parser/parse"
	oldPath   = "/restapi/v1.0/number-parser/parse"
	// MaxExtensionNumber is how long an extension number may be.
	MaxExtensionNumber = 6
	// maxStrings bounds one request.
	maxStrings = 500
)

// A Handler parses numbers in the context of the caller's account.
type Handler struct {
	Face  *wire.Face
	Store plan.Reader
}

// Mount registers the operations.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Face.Handle(mux, "POST", parsePath, h.parse)
	h.Face.Handle(mux, "POST", oldPath, h.parseOld)
}

func (h *Handler) parse(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	var req rc.ParsePhoneRequest
	if err := wire.Body(w, r, &req); err != nil {
		return err
	}
	if err := checkStrings(req.OriginalStrings); err != nil {
		return err
	}
	x, err := h.context(r, c)
	if err != nil {
		return err
	}
	base := listen.BaseURL(r)
	x.apply(base, req)
	answer := rc.ParsePhoneResponse{
		URI:     base + parsePath,
		Context: rc.ParseContext{BrandID: "1210", Country: x.country, MaxExtensionNumberLength: MaxExtensionNumber},
		Results: []rc.ParsedPhone{},
	}
	for _, text := range req.OriginalStrings {
		answer.Results = append(answer.Results, x.read(text))
	}
	wire.JSON(w, http.StatusOK, answer)
	return nil
}

func checkStrings(texts []string) error {
	switch {
	case len(texts) == 0:
		return target.Invalid("originalStrings", "Send at least one number.")
	case len(texts) > maxStrings:
		return target.Invalid("originalStrings", "Send at most 500 numbers.")
	}
	return nil
}

// context is the caller's account's.
func (h *Handler) context(r *http.Request, c wire.Caller) (context, error) {
	p, err := plan.Read(r.Context(), h.Store, c.AccountID)
	if err != nil {
		return context{}, err
	}
	return context{
		country: region.Country(listen.BaseURL(r), p.Account.MainNumber),
		isExtension: func(number string) bool {
			_, ok := p.ByExtensionNumber(number)
			return ok
		},
	}, nil
}

// A context decides how a number is read.
type context struct {
	country     rc.Country
	areaCode    string // of numbers without one
	prefix      string // what people dial to get an outside line
	isExtension func(number string) bool
}

// apply takes over what the request says of its context.
func (x *context) apply(base string, req rc.ParsePhoneRequest) {
	if req.Context == nil {
		return
	}
	if c := req.Context.Country; c != nil && region.Known(c.ISOCode) {
		x.country = region.ByCode(base, c.ISOCode)
	}
	x.areaCode, x.prefix = req.Context.DefaultAreaCode, req.Context.OutboundCallPrefix
}

// digitsOnly is what can be an extension, a short code or an emergency
// number; people write no more than spaces and dashes into those.
var digitsOnly = regexp.MustCompile(`^[0-9]{1,6}$`)

// sevenDigits is a local number without its area code.
var sevenDigits = regexp.MustCompile(`^[2-9][0-9]{2}[- .]?[0-9]{4}$`)

// read understands one number. What it cannot read is Unknown, never an
// error, so that one typing mistake does not spoil a whole request.
func (x context) read(text string) rc.ParsedPhone {
	result := rc.ParsedPhone{OriginalString: text, Category: "Unknown", Formats: []rc.NumberFormats{}}
	bare := strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimSpace(text))
	if plain := strings.TrimPrefix(bare, "+"); digitsOnly.MatchString(bare) || digitsOnly.MatchString(plain) && region.IsEmergency(plain, x.country.ISOCode) {
		return x.readShort(result, plain)
	}
	if sevenDigits.MatchString(strings.TrimSpace(text)) && len(x.areaCode) == 3 && x.country.CallingCode == "1" {
		text = x.areaCode + bare
	}
	n, ok := region.Parse(text, x.country.ISOCode)
	if x.prefix != "" && strings.HasPrefix(bare, x.prefix) {
		inside, valid := region.Parse(strings.TrimPrefix(bare, x.prefix), x.country.ISOCode)
		if valid && inside.Valid && !(ok && n.Valid) {
			n, ok = inside, true
		}
	}
	if !ok {
		result.NumberDetails = &rc.NumberDetails{Status: "Invalid"}
		return result
	}
	result.Category = "Regular"
	if n.TollFree {
		result.Category = "TollFree"
	}
	result.NumberDetails = details(n)
	result.Formats = []rc.NumberFormats{formats(result.Category, n)}
	return result
}

func details(n region.Number) *rc.NumberDetails {
	country := region.ByCode("", n.Region)
	country.URI = ""
	d := &rc.NumberDetails{
		Country: &country, AreaCode: n.AreaCode, NationalDestinationCode: n.Destination,
		SubscriberNumber: n.Subscriber, ExtensionNumber: n.Extension, Status: "Possible",
	}
	if n.Valid {
		d.Status = "Valid"
	}
	return d
}

func formats(category string, n region.Number) rc.NumberFormats {
	f := rc.NumberFormats{
		Category: category, E164: n.E164, National: n.National, International: n.International, Dialable: n.E164,
		E164Extended: n.E164, DialableExt: n.E164,
	}
	if n.Extension != "" {
		f.E164Extended += "*" + n.Extension
		f.DialableExt += "*" + n.Extension
	}
	return f
}

// readShort understands up to six digits. An emergency number comes first:
// nobody in need may reach a colleague instead.
func (x context) readShort(result rc.ParsedPhone, digits string) rc.ParsedPhone {
	switch {
	case region.IsEmergency(digits, x.country.ISOCode):
		result.Category = "SpecialService"
	case x.isExtension(digits):
		result.Category = "Extension"
	case region.IsShort(digits, x.country.ISOCode):
		result.Category = "ShortCode"
	default:
		result.NumberDetails = &rc.NumberDetails{Status: "Invalid"}
		return result
	}
	result.NumberDetails = &rc.NumberDetails{Status: "Valid"}
	if result.Category == "Extension" {
		result.NumberDetails.ExtensionNumber = digits
	}
	result.Formats = []rc.NumberFormats{{Category: result.Category, National: digits, Dialable: digits, DialableExt: digits}}
	return result
}
