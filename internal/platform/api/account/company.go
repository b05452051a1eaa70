package account

import (
	"net/http"

	"offhook/internal/listen"
	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
)

// businessAddress answers with the company's name and whom to write to; a
// company of this platform has no street.
func (h *Handler) businessAddress(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	p, err := h.plan(r, c)
	if err != nil {
		return err
	}
	answer := struct {
		URI             string   `json:"uri"`
		BusinessAddress struct{} `json:"businessAddress"`
		Company         string   `json:"company"`
		Email           string   `json:"email,omitempty"`
		MainSiteName    string   `json:"mainSiteName"`
	}{URI: accountURI(listen.BaseURL(r), p.Account.ID) + "/business-address", Company: p.Account.Company, MainSiteName: "Main Site"}
	if o, ok := p.Operator(); ok {
		answer.Email = o.Email
	}
	wire.JSON(w, http.StatusOK, answer)
	return nil
}

// templates answers with no template of users: the platform has none.
func (h *Handler) templates(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	if err := target.Account(r, c); err != nil {
		return err
	}
	if _, err := plan.Read(r.Context(), h.Store, c.AccountID); err != nil {
		return err
	}
	return page.Answer(w, r, accountURI(listen.BaseURL(r), c.AccountID)+"/templates", []struct{}{})
}

// A notice says how a user is told of one kind of message.
type notice struct {
	ByEmail bool `json:"notifyByEmail"`
	BySMS   bool `json:"notifyBySms"`
}

// notificationSettings answers that nobody is told of anything by e-mail: the
// platform sends none.
func (h *Handler) notificationSettings(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	emails := []string{}
	if e.Email != "" {
		emails = append(emails, e.Email)
	}
	wire.JSON(w, http.StatusOK, struct {
		URI              string   `json:"uri"`
		EmailAddresses   []string `json:"emailAddresses"`
		SMSAddresses     []string `json:"smsEmailAddresses"`
		AdvancedMode     bool     `json:"advancedMode"`
		IncludeManagers  bool     `json:"includeManagers"`
		Voicemails       notice   `json:"voicemails"`
		InboundFaxes     notice   `json:"inboundFaxes"`
		OutboundFaxes    notice   `json:"outboundFaxes"`
		InboundTexts     notice   `json:"inboundTexts"`
		MissedCalls      notice   `json:"missedCalls"`
		IncludeReceivers bool     `json:"includeSmsRecipients"`
	}{URI: extensionURI(listen.BaseURL(r), e) + "/notification-settings", EmailAddresses: emails, SMSAddresses: []string{}})
	return nil
}
