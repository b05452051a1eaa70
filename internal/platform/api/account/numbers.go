package account

import (
	"net/http"
	"strconv"

	"offhook/internal/listen"
	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Values of a number's features that clients read: who may show it, and who
// may send texts from it.
const (
	featureCallerID  = "CallerId"
	featureSMSSender = "SmsSender"
	featureMMSSender = "MmsSender"
)

// phoneNumber writes a number as e sees it.
func phoneNumber(base, uri string, p *plan.Plan, n store.PhoneNumber, e store.Extension) rc.PhoneNumber {
	number := rc.PhoneNumber{
		ID: n.ID, URI: uri + "/phone-number/" + strconv.FormatInt(n.ID, 10), PhoneNumber: n.Number,
		PaymentType: "Local", Type: "VoiceFax", UsageType: n.UsageType, Status: "Normal",
		Primary: n.UsageType == plan.MainCompanyNumber,
		Country: region.Country(base, n.Number), Features: []string{featureCallerID},
	}
	if p.MayText(e.ID, n) {
		number.Features = append(number.Features, featureSMSSender, featureMMSSender)
	}
	if q, ok := p.Queue(n.ExtensionID); ok {
		number.Extension = &rc.ExtensionRef{ID: q.ID, URI: queueURI(base, q), ExtensionNumber: q.Number, Name: q.Name, Type: rc.TypeDepartment}
	}
	if owner, ok := p.Extension(n.ExtensionID); ok {
		number.Extension = &rc.ExtensionRef{ID: owner.ID, URI: extensionURI(base, owner), ExtensionNumber: owner.Number}
	}
	return number
}

func (h *Handler) extensionNumbers(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	q := r.URL.Query()
	e, p, err := h.own(r, c)
	if err != nil {
		return err
	}
	base := listen.BaseURL(r)
	uri := extensionURI(base, e)
	var all []rc.PhoneNumber
	shared, err := h.sharedNumbers(r.Context(), base, uri, p, e)
	if err != nil {
		return err
	}
	for _, n := range p.NumbersOf(e.ID) {
		if number := phoneNumber(base, uri, p, n, e); selected(q["usageType"], number.UsageType) && selected(q["status"], number.Status) {
			all = append(all, number)
		}
	}
	for _, number := range shared {
		if selected(q["usageType"], number.UsageType) && selected(q["status"], number.Status) {
			all = append(all, number)
		}
	}
	return page.Answer(w, r, uri+"/phone-number", all)
}

// accountNumbers lists every number of the account, for administrators.
func (h *Handler) accountNumbers(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	q := r.URL.Query()
	p, err := h.plan(r, c)
	if err != nil {
		return err
	}
	e, _ := p.Extension(c.ExtensionID)
	if !e.Admin {
		return rc.Coded(rc.Denied, "CMN-402", "Administrator permission required; ask an administrator of the account for the list of its numbers")
	}
	base := listen.BaseURL(r)
	uri := accountURI(base, p.Account.ID)
	var all []rc.PhoneNumber
	for _, n := range p.Numbers {
		owner, _ := p.Receiver(n)
		if number := phoneNumber(base, uri, p, n, owner); selected(q["usageType"], number.UsageType) && selected(q["status"], number.Status) && selected(q["paymentType"], number.PaymentType) {
			all = append(all, number)
		}
	}
	return page.Answer(w, r, uri+"/phone-number", all)
}
