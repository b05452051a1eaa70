package protocol

import "strings"

// Parameters are the URL parameters of app.html and adapter.js.
var Parameters = append([]Row{
	{"clientId, appKey", true, "The app's client id."},
	{"appServer", true, "Chooses among the platforms that the operator allows."},
	{"redirectUri", true, "This server's own redirect page, or one that is registered for the embed and posts `{callbackUri}` to its opener; another is refused with a sentence."},
	{"prefix", true, "Ids of the elements and the session: two phones in one page are two sessions."},
	{"fromAdapter", true, "Set by the adapter."},
	{"zIndex", true, "adapter.js: 999 unless given."},
	{"defaultDirection", true, "adapter.js: `right` or `left`."},
	{"disableMinimize", true, "adapter.js: no minimize button, and the script cannot minimize either."},
	{"notification", true, "adapter.js: a notification of the host page for a text that comes in while the page is hidden; the browser asks at the first click on the phone. Capability `messages`."},
	{"clientSecret, appSecret", true, "Taken out of the address at once. Used when the operator allows it (`allow_url_secrets`); otherwise a sentence says how to register the secret with the server."},
	{"authorizationCode, authorizationCodeVerifier, jwt", true, "As clientSecret. A code is redeemed once, whatever is loaded again; a JWT signs in without a click, unless the user has signed out."},
	{"authMode", true, "`sso`: signs in by the browser's session with the platform, without a click where the browser lets it be seen, else by one click."},
	{"ticket", true, "Our own: a ticket of the host's own server, as clientSecret. One that is not good changes nothing; `RCAdapter.setTicketProvider` needs no address."},
	{"embedderPolicy", true, "Our own: `none` sends the phone without Cross-Origin-Embedder-Policy, for authMode=sso with platforms whose answers carry no resource policy. Not for host pages that have such a policy."},
	{"disableLoginPopup", true, "Posts rc-login-popup-notify instead of opening a window. Capability `signin`; without it the phone opens its own window."},
	{"externalAuthId", true, "The host page's own name for its user. When it is not the one of the last sign-in here, that session ends before it is shown, and what the page brings signs in anew."},
	{"brand", true, "A brand's number goes on to the platform's sign-in page; names of brands are not known here."},
	{"enableSmsSettingEvent", true, "rc-sms-settings-notify tells the numbers that texts may be sent from. Capability `settings`."},
	{"showSignUpButton", true, "A link to the platform's page for new accounts, where its record has one (`sign_up`)."},
}, unread(`discovery, discoverAppServer
authProxy
proxyUri
appVersion, userAgent
stylesUri
disableCall, disableMessages, disableReadText, disableMeeting, disableContacts, disableCallHistory
disableGlip, disableConferenceInvite
defaultCallWith
enableFromNumberSetting, showMyLocationNumbers
multipleTabsSupport, disconnectInactiveWebphone, disableInactiveTabCallEvent, mainTab
enableRingtoneSettings, disableNoiseReduction, enableAudioInitPrompt, enableWebRTCPlanB
enableSMSTemplate, enableSharedMessages, enableLoadMoreCalls, enableTypingTimeTracking, enableSmartNote
enableSideWidget
defaultAutoLogCallEnabled, defaultAutoLogMessageEnabled
enableAnalytics
fromPopup, _t
enableErrorReport, errorReportToken, errorReportSampleRate, errorReportProjectId
newAdapterUI, enablePopup, popupPageUri
enableVoicemailDrop, enableNoiseReductionSetting`)...)

func unread(names string) (r []Row) {
	for name := range strings.Lines(names) {
		r = append(r, Row{Name: strings.TrimSpace(name), Note: "Accepted and not read."})
	}
	return r
}
