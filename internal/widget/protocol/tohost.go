package protocol

func out(name, needs, note string, fields ...Field) Message {
	return Message{Row: Row{name, true, note}, ToHost: true, Needs: needs, Fields: fields}
}

func notSent(name, why string) Message {
	return Message{Row: Row{name, false, why}, ToHost: true}
}

var liveCall = object("call", "LiveCall", "").must()

var record = object("message", "MessageRecord", "the platform's record").must()

var toHost = []Message{
	out("offhook-frame-notify", "", "Our own, for adapter.js: the phone takes commands, and what its badge shows.",
		number("version", ""), text("name", "what the phone is called"), flag("ticket", "one would help; capability `signin`"), flag("signedIn", "capability `status`"), number("unread", "capability `status`")),
	out("offhook-open-notify", "", "Our own, for adapter.js: a command wants to be seen, so a minimized phone opens."),
	out("offhook-window-notify", "", "Our own, for adapter.js: the user has pressed *Show it* or *Bring it back* while the phone is open in its own window.",
		text("act", "`show` or `back`").must()),
	out("rc-login-status-notify", Status, "At start and on each change; `loggedIn` is true once account, extension and features have answered.",
		flag("loggedIn", "").must(), text("loginNumber", "`main*extension`"), text("contractedCountryCode", ""), flag("admin", ""), object("features", "Features", ""), flag("isFreshLogin", "the user signed in just now, in this frame")),
	out("rc-login-popup-notify", SignIn, "With `disableLoginPopup`, at Sign In or rc-adapter-login: the address that the page opens. Its PKCE verifier stays on the server.",
		text("oAuthUri", "").must()),
	out("rc-route-changed-notify", Status, "Once a page stays for a tenth of a second.", text("path", "").must()),
	out("rc-adapter-pushAdapterState", Status, "Once at start: how the frame stood, as rc-adapter-sync… messages have told it in this browser.",
		object("size", "{ width: number; height: number }", "").must(), flag("minimized", "").must(), flag("closed", "").must(), object("position", "{ translateX: number; translateY: number; minTranslateX: number; minTranslateY: number }", "").must()),
	out("rc-adapter-pushLocale", Status, "Once at start: the language of the phone, and words for a header.", text("locale", "").must(), object("strings", "Record<string, string>", "").must()),
	out("rc-adapter-syncSize", Status, "Once at start, and when rc-adapter-syncSize changes it: the size of the frame.", object("size", "{ width: number; height: number }", "").must()),
	out("rc-adapter-theme-notify", Status, "At start and on each change.", text("theme", "").must().as(`"light" | "dark"`)),
	out("rc-brand-assets-notify", Status, "Once at start: the phone's mark.", text("logoUri", "").must(), text("iconUri", "").must()),
	out("rc-region-settings-notify", Status, "When somebody has signed in, and when they choose another region in the settings. `countryCode` is the country that numbers are read in, `areaCode` what is put before numbers that lack theirs; it is empty until the user has set one.", text("countryCode", "").must(), text("areaCode", "").must()),
	out("rc-sms-settings-notify", Settings, "With `enableSmsSettingEvent`, when somebody has signed in and on each change: the numbers that texts may be sent from.",
		text("senderNumber", "").must(), list("senderNumbers", "{ phoneNumber: string; usageType: string; type: string; features: string[]; label: string }[]", "").must()),
	out("rc-adapter-syncPresence", Status, "When somebody has signed in and on each change: what the user says of themselves.",
		text("telephonyStatus", "").must(), text("userStatus", "").must(), text("dndStatus", "").must(), text("presenceOption", "").must()),
	out("rc-inbound-message-notify", Texts, "A text that has just come in. One of the browser's tabs with this phone tells it, the one in front if there is one.", record),
	out("rc-message-updated-notify", Texts, "A text is new or has changed: sent, delivered, failed, read. Once for each change, by one tab.", record),
	out("rc-adapter-message-response", "", "Answers rc-adapter-message-request: `response` is `{data}`, or `{error}` with a sentence.",
		text("responseId", "the requestId").must(), object("response", "{ data: unknown } | { error: string }", "").must()),
	{
		Row: Row{"rc-post-message-request", true, "Asks the registered service; answered by rc-post-message-response."}, ToHost: true, Needs: Service,
		Fields: []Field{text("requestId", "").must(), text("path", "as the service has registered it").must(), {Name: "body", Kind: Anything, Type: "any"}},
	},
	out("rc-dialer-status-notify", Status, "When somebody who can call has signed in and on each change: whether a call can be placed now.", flag("ready", "").must()),
	out("rc-webphone-connection-status-notify", Status, "As rc-dialer-status-notify: how the phone is connected to the platform.",
		text("connectionStatus", "").must().as(`"connectionStatus-connecting" | "connectionStatus-connected" | "connectionStatus-connectFailed" | "connectionStatus-disconnected"`), text("deviceId", "")),
	out("rc-webphone-active-notify", Status, "When another tab takes the microphone: all tabs show and do the same, one of them speaks.", text("activeId", "the tab").must(), flag("currentActive", "it is this one").must()),
	out("rc-webphone-sessions-sync", Calls, "Answers rc-adapter-webphone-sessions-sync: the calls that go on.", list("calls", "LiveCall[]", "").must()),
	out("rc-call-init-notify", Calls, "The user calls somebody. Every tab tells its own page of calls, with the same `eventId`.", liveCall),
	out("rc-call-ring-notify", Calls, "Somebody calls the user. A phone that is minimized opens. A page that is loaded while it rings is not told again: it could never come to rest at a page that it opens for each call.", liveCall),
	out("rc-call-start-notify", Calls, "Somebody has answered.", liveCall),
	out("rc-call-hold-notify", Calls, "The user has put the call on hold.", liveCall),
	out("rc-call-resume-notify", Calls, "The call goes on.", liveCall),
	out("rc-call-mute-notify", Calls, "The user has muted themselves, or speaks again: `isOnMute`.", liveCall),
	out("rc-call-drop-voicemail-notify", Calls, "The user leaves a recorded message in the call and is free. The call ends with it; then `voicemailDrop` says whether it was left whole (`left`).", liveCall),
	out("rc-call-end-notify", Calls, "The call is over; `outcome` says how, and `missedReason` why nobody was there where no open page showed it.", liveCall),
	out("rc-active-call-notify", Calls, "The same in the words of presence, whenever `telephonyStatus` changes.",
		object("call", `{ id: string; direction: "Inbound" | "Outbound"; from: string; fromName: string; to: string; toName: string; telephonyStatus: "Ringing" | "CallConnected" | "OnHold" | "NoCall"; sessionId?: string; telephonySessionId?: string; partyId?: string; startTime: string; terminationType: "intermediate" | "final" }`, "").must()),
	out("rc-ringout-call-notify", Calls, "A call that rings the user's own phone first, whenever `telephonyStatus` changes: it rings at either end, both talk, or it is over.",
		object("call", `{ id: string; direction: "Outbound"; from: string; fromName: string; to: string; toName: string; telephonyStatus: "Ringing" | "CallConnected" | "NoCall"; startTime: string; terminationType: "intermediate" | "final" }`, "").must()),
	out("rc-telephony-session-notify", Calls, "Whenever the platform tells of a telephony session of the user, at whichever of their phones: the session, with all of the user's parties as they were told last. Ids are those of the other messages of calls.",
		object("telephonySession", "TelephonySession", "").must()),
	out("rc-control-call-error", Dial, "What rc-adapter-control-call asked for could not be done.", text("error", "").must().as(`"unknownAction" | "noCall" | "failed"`), text("message", "a sentence").must(), text("callId", "as it was asked for; empty where that was no text").must()),
	out("rc-call-history-synced-notify", Status, "A sync of the call log has brought something."),
	out("rc-calling-settings-notify", Settings, "When somebody who can call has signed in and on each change. With `enableFromNumberSetting` the number that callees see, and those that the user may show; with `showMyLocationNumbers` the phone that rings first, and those that may.",
		text("callWith", "").must().as(`"browser" | "ringout"`), text("callingMode", "").must().as(`"webphone" | "ringout"`), text("fromNumber", "`anonymous` for none; empty for the platform's choice"), list("fromNumbers", "{ phoneNumber: string; usageType: string; primary: boolean; label: string }[]", ""),
		flag("ringoutPrompt", "whoever answers the phone that rings first is asked to press 1 before the other side is called").must(), text("myLocation", "empty for who calls in the browser"), list("myLocationNumbers", "{ label: string; value: string }[]", "")),
	notSent("rc-meeting-status-notify", meeting),
	out("rc-callLogger-auto-log-notify", Service, "Whether calls are logged without a click: when a call logger is registered, and on each change.", flag("autoLog", "").must()),
	out("rc-messageLogger-auto-log-notify", Service, "The same of messages.", flag("autoLog", "").must()),
	notSent("rc-adapter-side-drawer-open-notify", "The phone fills the width that its page gives it."),
	notSent("rc-adapter-ai-assistant-settings-notify", notes),
	out("rc-analytics-track", Status, "With `enableAnalytics`, for what the user does: Authentication, Logout, Click to SMS, SMS Attempt, SMS: SMS sent successfully, SMS: SMS sent failed, Save Third Party Setting Section, Open voicemail drop, Drop voicemail message, Voicemail drop completed, Voicemail drop failed (`reason`: stopped, noisy or cut), Update voicemail drop silence duration (`duration`, in seconds). Nothing of what was written, or to whom.",
		text("event", "").must(), object("properties", "Record<string, unknown>", "").must()),
	notSent("rc-adapter-set-popup-window-size", "The window has the size that it was opened with."),
}

// envelope are the fields of every message to the host.
var envelope = []Field{
	text("eventId", "names what has happened; the same in every tab that could tell it").must(),
	number("sequence", "counts this frame's messages from 1, without gaps").must(),
}
