package account

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"offhook/internal/listen"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// present are the features that every extension has. Clients call what they
// find here, so a feature moves into this list with its operations.
var present = []string{
	"ReadCompanyInfo", "ReadExtensionInfo", "ReadExtensionPhoneNumbers", "ReadExtensions", "ReadCallerIDSettings",
	"ReadMessages", "EditMessages", "SMSReceiving", "MMSReceiving", "PagesReceiving", "PagesSending", "ReadPresenceStatus", "EditPresenceStatus",
	"ReadPersonalContacts", "ReadExtensionCallLog", "ReadExtensionCallRecordings", "Voicemail", "FaxReceiving",
	"CallQueuePresence", "EditCallQueuePresence", "ReadExtensionAnsweringRules",
}

// absent are features that clients ask for and that this platform does not
// have.
var absent = []string{
	"AIGeneratedNotes", "BlockingCallerId", "ContactCenterAccount",
	"EditOutboundCallerId", "Glip", "InternationalCalling", "InternationalSMS", "Meetings",
	"MeetingsEncryption", "OutboundCallPrefix",
	"ReadRingSenseInsights", "RingSenseForSales", "RoomConnectorBeta", "SiteCodes", "SmartDialPlanRouting",
	"VoiceCallsCloseCaptioning", "VoiceCallsLiveTranscriptions",
}

// capabilities lists every feature of an extension, by id. Shared says whether
// it answers texts to a call queue.
func (h *Handler) capabilities(p *plan.Plan, e store.Extension, shared bool) []rc.Feature {
	var all []rc.Feature
	for _, id := range present {
		all = append(all, rc.Feature{ID: id, Available: true})
	}
	missing := slices.Clone(absent)
	for id, have := range map[string]bool{"WebPhone": h.Phones, "RingOut": h.RingOut} {
		if have {
			all = append(all, rc.Feature{ID: id, Available: true})
		} else {
			missing = append(missing, id)
		}
	}
	for _, id := range missing {
		all = append(all, rc.Feature{ID: id, Reason: &rc.FeatureReason{
			Code: "ServicePlanLimitation", Message: "The feature is not part of the account's service plan",
		}})
	}
	for _, id := range []string{"SMSSending", "MMSSending"} {
		texts := rc.Feature{ID: id, Available: maySendTexts(p, e)}
		if !texts.Available {
			texts.Reason = &rc.FeatureReason{Code: "ExtensionLimitation", Message: "The extension has no number that can send texts"}
		}
		all = append(all, texts)
	}
	recipient := rc.Feature{ID: "CallQueueSmsRecipient", Available: shared}
	if !shared {
		recipient.Reason = &rc.FeatureReason{Code: "ExtensionLimitation", Message: "The extension is no member of a call queue that gets texts"}
	}
	all = append(all, recipient)
	slices.SortFunc(all, func(a, b rc.Feature) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return all
}

func maySendTexts(p *plan.Plan, e store.Extension) bool {
	return slices.ContainsFunc(p.NumbersOf(e.ID), func(n store.PhoneNumber) bool { return p.MayText(e.ID, n) })
}

func (h *Handler) features(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	only := false
	if text := q.Get("availableOnly"); text != "" {
		if only, err = strconv.ParseBool(text); err != nil {
			return target.Invalid("availableOnly", "Send true or false.")
		}
	}
	p, err := plan.Read(r.Context(), h.Store, e.AccountID)
	if err != nil {
		return err
	}
	shared, err := h.sharedNumbers(r.Context(), "", "", p, e)
	if err != nil {
		return err
	}
	all := slices.DeleteFunc(h.capabilities(p, e, len(shared) > 0), func(f rc.Feature) bool {
		return only && !f.Available || !selected(q["featureId"], f.ID)
	})
	wire.JSON(w, http.StatusOK, rc.List[rc.Feature]{Records: all})
	return nil
}

// serviceFeatures is the older list, inside the extension.
func (h *Handler) serviceFeatures(p *plan.Plan, e store.Extension) []rc.ServiceFeature {
	texts := maySendTexts(p, e)
	return []rc.ServiceFeature{
		{FeatureName: "SMS", Enabled: texts}, {FeatureName: "SMSReceiving", Enabled: true}, {FeatureName: "MMS", Enabled: texts},
		{FeatureName: "Pager", Enabled: true}, {FeatureName: "PagerReceiving", Enabled: true}, {FeatureName: "Fax", Enabled: true}, {FeatureName: "FaxReceiving", Enabled: true},
		{FeatureName: "Voicemail", Enabled: true}, {FeatureName: "VoipCalling", Enabled: h.Phones}, {FeatureName: "WebPhone", Enabled: h.Phones}, {FeatureName: "RingOut", Enabled: h.RingOut},
		{FeatureName: "Presence", Enabled: true}, {FeatureName: "TelephonySessions", Enabled: h.Phones}, {FeatureName: "OnDemandCallRecording", Enabled: h.Phones}, {FeatureName: "InternationalCalling"}, {FeatureName: "InternationalSMS"},
		{FeatureName: "VideoConferencing"}, {FeatureName: "RCTeams"}, {FeatureName: "SiteCodes"},
	}
}

// A permission is an entry of the authorization profile.
type permission struct {
	Permission    permissionID `json:"permission"`
	EffectiveRole rc.URIID     `json:"effectiveRole"`
	Scopes        []string     `json:"scopes"`
}

type permissionID struct {
	URI            string `json:"uri"`
	ID             string `json:"id"`
	SiteCompatible string `json:"siteCompatible"`
	ReadOnly       bool   `json:"readOnly"`
	Assignable     bool   `json:"assignable"`
}

// permissions are what a user may do, by id; administrators of the account
// read its numbers and everybody's calls, too.
func permissions(base string, p *plan.Plan, e store.Extension) []permission {
	granted := []string{
		"ReadCompanyInfo", "ReadExtensions", "ReadUserPhoneNumbers", "ReadCallerIDSettings", "EditCallerIDSettings", "ReadUserDevices",
		"ReadUserForwardingFlipNumbers", "EditUserForwardingFlipNumbers", "EditUserInfo", "EditUserAnsweringRules", "ReadCompanyAnsweringRules",
		"ReadExtensionGrant", "ReadMessagesNotificationsSettings", "ReadMessages", "EditMessages", "InternalSMS", "ReadPresenceStatus", "EditPresenceStatus",
		"ReadPersonalContacts", "EditPersonalContacts", "ReadCallLog", "EditCallLog", "ReadCallRecordings", "OutboundFaxes",
	}
	role := "2"
	if maySendTexts(p, e) {
		granted = append(granted, "OutboundSMS")
	}
	if e.Admin {
		granted, role = append(granted, "ReadCompanyPhoneNumbers", "FullCompanyCallLog"), "1"
	}
	var all []permission
	for _, id := range granted {
		all = append(all, permission{
			Permission: permissionID{
				URI: base + "/restapi/v1.0/dictionary/permission/" + id, ID: id, SiteCompatible: "Independent", Assignable: true,
			},
			EffectiveRole: rc.URIID{ID: role, URI: accountURI(base, e.AccountID) + "/user-role/" + role},
			Scopes:        []string{"Self"},
		})
	}
	return all
}

func (h *Handler) authzProfile(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, p, err := h.own(r, c)
	if err != nil {
		return err
	}
	base := listen.BaseURL(r)
	wire.JSON(w, http.StatusOK, struct {
		URI         string       `json:"uri"`
		Permissions []permission `json:"permissions"`
	}{extensionURI(base, e) + "/authz-profile", permissions(base, p, e)})
	return nil
}

func (h *Handler) authzCheck(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	wanted := r.URL.Query().Get("permissionId")
	if wanted == "" {
		return target.Invalid("permissionId", "Send the id of a permission, such as OutboundSMS.")
	}
	p, err := plan.Read(r.Context(), h.Store, e.AccountID)
	if err != nil {
		return err
	}
	base := listen.BaseURL(r)
	answer := struct {
		URI        string      `json:"uri"`
		Successful bool        `json:"successful"`
		Details    *permission `json:"details,omitempty"`
	}{URI: extensionURI(base, e) + "/authz-profile/check?permissionId=" + url.QueryEscape(wanted)}
	for _, have := range permissions(base, p, e) {
		if have.Permission.ID == wanted {
			answer.Successful, answer.Details = true, &have
		}
	}
	wire.JSON(w, http.StatusOK, answer)
	return nil
}
