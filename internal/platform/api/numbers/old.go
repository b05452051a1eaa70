package numbers

import (
	"net/http"
	"strconv"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// An oldNumber is one number as the first version of the parser tells it.
type oldNumber struct {
	OriginalString         string      `json:"originalString"`
	Country                *rc.Country `json:"country,omitempty"`
	AreaCode               string      `json:"areaCode,omitempty"`
	Dialable               string      `json:"dialable,omitempty"`
	E164                   string      `json:"e164,omitempty"`
	FormattedInternational string      `json:"formattedInternational,omitempty"`
	FormattedNational      string      `json:"formattedNational,omitempty"`
	Special                bool        `json:"special"`
	Normalized             string      `json:"normalized,omitempty"`
	TollFree               bool        `json:"tollFree"`
	SubAddress             string      `json:"subAddress,omitempty"`
	SubscriberNumber       string      `json:"subscriberNumber,omitempty"`
}

// parseOld answers the first version, which RingCentral has deprecated and
// old clients still ask: homeCountry says how numbers are written, by its
// code or id.
func (h *Handler) parseOld(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	var req struct {
		OriginalStrings []string `json:"originalStrings"`
	}
	if err := wire.Body(w, r, &req); err != nil {
		return err
	}
	if err := checkStrings(req.OriginalStrings); err != nil {
		return err
	}
	base, q := listen.BaseURL(r), r.URL.Query()
	x, err := h.context(r, c)
	if err != nil {
		return err
	}
	if home := q.Get("homeCountry"); home != "" {
		country, ok := region.ByID(base, home)
		if !ok && region.Known(strings.ToUpper(home)) {
			country, ok = region.ByCode(base, strings.ToUpper(home)), true
		}
		if !ok {
			return target.Invalid("homeCountry", "Send the id or the code of a country, such as US.")
		}
		x.country = country
	}
	if text := q.Get("nationalAsPriority"); text != "" {
		if _, err := strconv.ParseBool(text); err != nil {
			return target.Invalid("nationalAsPriority", "Send true or false.")
		}
	}
	numbers := []oldNumber{}
	for _, text := range req.OriginalStrings {
		numbers = append(numbers, old(base, x.read(text)))
	}
	wire.JSON(w, http.StatusOK, struct {
		URI          string      `json:"uri"`
		HomeCountry  rc.Country  `json:"homeCountry"`
		PhoneNumbers []oldNumber `json:"phoneNumbers"`
	}{base + oldPath, x.country, numbers})
	return nil
}

// old tells what the parser understood in the words of its first version.
func old(base string, p rc.ParsedPhone) oldNumber {
	out := oldNumber{OriginalString: p.OriginalString, Special: p.Category == "SpecialService" || p.Category == "ShortCode", TollFree: p.Category == "TollFree"}
	if d := p.NumberDetails; d != nil {
		out.AreaCode, out.SubscriberNumber, out.SubAddress = d.AreaCode, d.SubscriberNumber, d.ExtensionNumber
		if d.Country != nil {
			country := region.ByCode(base, d.Country.ISOCode)
			out.Country = &country
		}
	}
	if len(p.Formats) == 0 {
		return out
	}
	f := p.Formats[0]
	out.Dialable, out.E164, out.FormattedInternational, out.FormattedNational = f.Dialable, f.E164, f.International, f.National
	out.Normalized = strings.TrimPrefix(f.E164, "+")
	if p.Category == "Extension" {
		out.SubAddress = ""
	}
	return out
}
