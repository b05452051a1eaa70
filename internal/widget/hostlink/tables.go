package hostlink

import "strings"

// A Row is one name of the public contract and what has become of it here.
type Row struct {
	Name string
	Done bool   // works and is tested
	Note string // what it does here, or what is said instead
}

// A Message is a row of the message protocol.
type Message struct {
	Row
	ToHost bool
	Needs  string // the capability without which it is neither taken nor sent
}

// FromHost are the messages that a host page may post, in the contract's order.
func FromHost() []Row { return rows(false) }

// ToHost are the messages that a host page gets.
func ToHost() []Row { return rows(true) }

func rows(toHost bool) (r []Row) {
	for _, m := range Messages {
		if m.ToHost != toHost {
			continue
		}
		row := m.Row
		if m.Needs != "" {
			row.Note += " Capability `" + m.Needs + "`."
		}
		r = append(r, row)
	}
	return r
}

const notYet = "One sentence in the console says that it is not supported yet."

func in(name, needs, note string) Message { return Message{Row{name, true, note}, false, needs} }
func out(name, needs, note string) Message {
	return Message{Row{name, true, note}, true, needs}
}

// Messages are all messages of the contract and two of our own.
var Messages = append([]Message{
	in("rc-adapter-login", SignIn, "Shows Sign In and opens its window; a browser that blocks the window leaves a link to click."),
	in("rc-adapter-logout", SignIn, "Ends the session of this frame; the last one revokes the tokens."),
	in("rc-adapter-sign-in", SignIn, "Our own: `ticket` signs in whom the host's server vouches for. A ticket that is not good changes nothing."),
	in("rc-adapter-new-sms", Prefill, "A new text, or the conversation, filled in. The user sends it. Attachments are left out with a sentence in the console."),
	in("rc-adapter-new-call", Prefill, "The page of the number, from which it can be texted or copied; `toCall` does nothing yet."),
	in("rc-adapter-navigate-to", Navigate, "`/`, `/messages`, `/conversations/:id`, `/composeText`, `/settings` and `goBack`; other routes show the messages."),
	in("(any) with callbackUri", SignIn, "Ends a sign-in with the address that a redirect page was opened with: code (with code_verifier, unless it answers rc-login-popup-notify), error, token of an implicit sign-in that began here, or jwt."),
	out("rc-login-popup-notify", SignIn, "With `disableLoginPopup`, at Sign In or rc-adapter-login: the address that the page opens. Its PKCE verifier stays on the server."),
	out("rc-login-status-notify", Status, "At start and on each change; `loggedIn` is true once account, extension and features have answered."),
	out("rc-route-changed-notify", Status, "Once a page stays for a tenth of a second."),
	out("rc-inbound-message-notify", Texts, "A text that has just come in: the platform's record."),
	out("rc-message-updated-notify", Texts, "A text that is new or has changed: the platform's record."),
	out("offhook-frame-notify", "", "Our own, for adapter.js: name, `ticket` when one would help (capability `signin`), and with the capability `status` whether somebody is signed in and how many texts are unread."),
}, append(missing(false, `rc-adapter-auto-populate-conversation
rc-adapter-control-call
rc-calling-settings-update
rc-sms-settings-update
rc-adapter-message-request
rc-adapter-set-presence
rc-adapter-webphone-sessions-sync
rc-adapter-update-ringtone
rc-adapter-update-sms-typing-time-tracking
rc-adapter-update-auto-log-settings
rc-adapter-update-features-flags
rc-adapter-update-ai-assistant-settings
rc-adapter-set-side-drawer-extended
rc-adapter-set-call-contact-matches-select
rc-adapter-set-environment
rc-adapter-syncClosed
rc-adapter-syncMinimized
rc-adapter-syncSize
rc-adapter-syncPosition
rc-adapter-presenceItemClicked
rc-adapter-navigateToCurrentCall
rc-adapter-navigateToViewCalls
rc-adapter-popOut
rc-adapter-goto-presence
rc-adapter-register-third-party-service
rc-adapter-update-authorization-status
rc-adapter-refresh-license-status
rc-adapter-sync-third-party-contacts
rc-adapter-trigger-call-logger-match
rc-adapter-trigger-contact-match
rc-adapter-update-third-party-settings
rc-adapter-update-call-log-page
rc-adapter-update-messages-log-page
rc-adapter-register-customized-page
rc-adapter-register-widget-app
rc-adapter-unregister-widget-app
rc-adapter-update-customized-banner
rc-post-message-response`), missing(true, `rc-dialer-status-notify
rc-webphone-connection-status-notify
rc-webphone-active-notify
rc-webphone-sessions-sync
rc-call-init-notify
rc-call-ring-notify
rc-call-start-notify
rc-call-hold-notify
rc-call-resume-notify
rc-call-mute-notify
rc-call-end-notify
rc-active-call-notify
rc-ringout-call-notify
rc-telephony-session-notify
rc-control-call-error
rc-call-history-synced-notify
rc-adapter-syncPresence
rc-calling-settings-notify
rc-sms-settings-notify
rc-region-settings-notify
rc-meeting-status-notify
rc-callLogger-auto-log-notify
rc-messageLogger-auto-log-notify
rc-brand-assets-notify
rc-adapter-theme-notify
rc-adapter-side-drawer-open-notify
rc-adapter-ai-assistant-settings-notify
rc-adapter-pushAdapterState
rc-adapter-pushLocale
rc-adapter-syncSize
rc-adapter-message-response
rc-post-message-request
rc-analytics-track
rc-adapter-set-popup-window-size`)...)...)

func missing(toHost bool, names string) (m []Message) {
	for name := range strings.Lines(names) {
		row := Row{Name: strings.TrimSpace(name)}
		if !toHost {
			row.Note = notYet
		}
		m = append(m, Message{Row: row, ToHost: toHost})
	}
	return m
}

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
	{"showSignUpButton", true, "A link to the platform's page for new accounts, where its record has one (`sign_up`)."},
}, unread(`discovery, discoverAppServer
authProxy
proxyUri
appVersion, userAgent
stylesUri
disableCall, disableMessages, disableReadText, disableMeeting, disableContacts, disableCallHistory
disableGlip, disableConferenceInvite
defaultCallWith
enableFromNumberSetting, showMyLocationNumbers, enableSmsSettingEvent
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

// Methods are the members of RCAdapter and the globals around it.
var Methods = append([]Row{
	{"RCAdapterInit({appUrl, options})", true, "`options` are parameters that replace those of the script's address."},
	{"RCAdapterDispose()", true, ""},
	{"RC_EMBEDDABLE_ADAPTER_MANUAL_INIT", true, ""},
	{"a[href^=\"tel:\"], a[href^=\"sms:\"]", true, "Open the phone with the number, and the text of `?body=` or `?text=`."},
	{"clickToCall", true, "Shows the page of the number; it does not call yet."},
	{"clickToSMS", true, "Attachments are left out."},
	{"navigateTo", true, ""},
	{"logoutUser", true, "Capability `signin`."},
	{"signIn({ticket})", true, "Our own: signs in with a ticket of the host's own server. Capability `signin`."},
	{"setTicketProvider(async () => ticket)", true, "Our own: asked whenever nobody is signed in, except after a sign-out. Capability `signin`."},
	{"setMinimized, toggleMinimized", true, ""},
	{"setClosed, toggleClosed", true, "A reload shows the phone again."},
	{"setSize", true, "The size of the frame, without the bar above it; never larger than the window."},
	{"dispose", true, ""},
	{"closed, minimized, container, contentFrameEl", true, ""},
}, absent(`controlCall
updateCallingSetting
updateSmsSetting
updateRingtone
setAutoLog
alertMessage, dismissMessage
createSMSTemplate
scheduleMeeting
getUnloggedCalls
getCallLog
popupWindow, isWindowPoppedUp
showFeedback
setEnvironment
togglePresenceDropdown, setRinging, gotoPresence
userStatus, dndStatus, ringing`)...)

func absent(names string) (r []Row) {
	for name := range strings.Lines(names) {
		r = append(r, Row{Name: strings.TrimSpace(name), Note: "Not a member of RCAdapter yet, so that a page can tell."})
	}
	return r
}
