package protocol

func text(name, means string) Field   { return Field{Name: name, Kind: Text, Means: means} }
func flag(name, means string) Field   { return Field{Name: name, Kind: Flag, Means: means} }
func number(name, means string) Field { return Field{Name: name, Kind: Number, Means: means} }
func list(name, typ, means string) Field {
	return Field{Name: name, Kind: List, Type: typ, Means: means}
}
func object(name, typ, means string) Field {
	return Field{Name: name, Kind: Object, Type: typ, Means: means}
}

func (f Field) must() Field         { f.Required = true; return f }
func (f Field) upTo(n int) Field    { f.Max = n; return f }
func (f Field) as(typ string) Field { f.Type = typ; return f }
func (f Field) kind(k Kind) Field   { f.Kind = k; return f }

// in is a message that a host page may post; forService one that its service
// posts; later one that does nothing yet, with what the console says of it.
func in(name, needs, note string, fields ...Field) Message {
	return Message{Row: Row{name, true, note}, Needs: needs, Fields: fields}
}

func forService(name string, done bool, note string, fields ...Field) Message {
	return Message{Row: Row{name, done, note}, Needs: Service, Fields: fields, Taker: byService}
}

func later(name, why string, fields ...Field) Message {
	return Message{Row: Row{name, false, why}, Fields: fields}
}

const (
	meeting = "This phone has no meetings."
	notes   = "This phone takes no notes of calls."
)

var senderNumber = text("senderNumber", "one of the user's own numbers").upTo(64)

var fromHost = []Message{
	{
		Row:   Row{"(any) with callbackUri", true, "Ends a sign-in with the address that a redirect page was opened with: code (with code_verifier, unless it answers rc-login-popup-notify), error, token of an implicit sign-in that began here, or jwt."},
		Needs: SignIn, Fields: []Field{text("callbackUri", "the full address that the redirect page was opened with").must().upTo(Limit)},
	},
	in("rc-adapter-login", SignIn, "Shows Sign In and opens its window; a browser that blocks the window leaves a link to click."),
	in("rc-adapter-logout", SignIn, "Ends the session of this frame; the last one revokes the tokens."),
	in("rc-adapter-sign-in", SignIn, "Our own: signs in whom the host's server vouches for. A ticket that is not good changes nothing.",
		text("ticket", "made by your server").must().upTo(200)),
	in("rc-adapter-new-call", Prefill, "The dialer with the number filled in; the user calls. With `toCall` and the capability `dial` it is called at once, if the service's `doNotContactPath` lets it; where it cannot be called, the phone and the console say why. Where the user cannot call, the page of the number.",
		text("phoneNumber", "").must().upTo(64), flag("toCall", "capability `dial`")),
	in("rc-adapter-new-sms", Prefill, "A new text, or the conversation, filled in. The user sends it.",
		text("phoneNumber", "one number or several").kind(TextOrList).upTo(640),
		text("text", "").upTo(10000),
		text("conversation", "the id of a conversation, or true for the one with the number").kind(TextOrFlag).upTo(64),
		list("attachments", "{ name: string; content: string }[]", attached),
		object("recipient", "{ name?: string }", "what the number is called while it is written to")),
	in("rc-adapter-auto-populate-conversation", Prefill, "Fills the box of the open conversation. What the user has written there stays, and a sentence says so.",
		text("text", "").must().upTo(10000), list("attachments", "{ name: string; content: string }[]", attached)),
	in("rc-adapter-control-call", Dial, "Does something with a call: `toggleRingingDialog` makes the window of a call that rings small or large again. What cannot be done is answered by rc-control-call-error.",
		text("callAction", "").must().upTo(40).as(`"answer" | "reject" | "toVoicemail" | "forward" | "hangup" | "hold" | "unhold" | "mute" | "unmute" | "transfer" | "startRecord" | "stopRecord" | "dtmf" | "toggleRingingDialog"`),
		text("callId", "any id of the call; without one, the call that rings or the one that is heard. Where it names no call, nothing is done").kind(Anything).as("string"),
		object("options", "{ transferNumber?: string; forwardNumber?: string; dtmf?: string }", "")),
	in("rc-calling-settings-update", Settings, "How the user calls, and the number that callees see, as they may choose it in the settings: it holds in every browser. With `ringout` their own phone rings first, where their plan has that. What cannot be is left as it is, and the console says so.",
		text("callWith", "").upTo(20).as(`"browser" | "softphone" | "ringout" | "jupiter"`), text("myLocation", "the phone that rings first: one of the user's own numbers, or the one that they have chosen").upTo(64), flag("ringoutPrompt", "whoever answers that phone is asked to press 1 before the other side is called"), text("fromNumber", "one of the user's own numbers, or `anonymous`").upTo(64)),
	in("rc-sms-settings-update", Settings, "The number that new texts are sent from, as the user may choose it in the settings: it holds in every browser. A number that is not the user's own changes nothing.", senderNumber.must()),
	in("rc-adapter-message-request", "", "One of the requests below, answered by rc-adapter-message-response. Another path is answered with `{data: \"no matched path\"}`.",
		text("requestId", "named by the answer").must().upTo(100), text("path", "").must().upTo(200).as("keyof Requests"), object("body", "", "")),
	in("rc-adapter-navigate-to", Navigate, "Shows a page of the phone and opens a phone that is minimized: `/`, `/messages`, `/conversations/:id`, `/composeText`, `/history`, `/history/recordings`, `/number/:number`, `/contacts`, `/contacts/:type/:id`, `/settings` and its pages (`/settings/theme`), the pages of a service, and `goBack`. Any other path shows the messages.",
		text("path", "").must()),
	in("rc-adapter-set-presence", Settings, "What the user says of themselves. One who may not change it is told so in the console.",
		text("userStatus", "").upTo(20).as(`"Available" | "Busy" | "Offline"`), text("dndStatus", "").upTo(40).as(`"TakeAllCalls" | "DoNotAcceptAnyCalls" | "DoNotAcceptDepartmentCalls" | "TakeDepartmentCallsOnly"`)),
	in("rc-adapter-webphone-sessions-sync", Calls, "Answered by rc-webphone-sessions-sync: a page that is loaded during a call learns of it this way."),
	in("rc-adapter-update-ringtone", Settings, "A ringtone of the page's own, which the user hears under its name until they choose another in the settings. It is read once, with nothing of the user's, and is not kept: send it whenever the page is loaded. An empty `uri` takes it away.",
		text("name", "what it is called in the settings").upTo(200), text("uri", "a data address of sound, up to 512 kB and 30 seconds; with `enableRingtoneSettings` also an address at an asset origin of the embed, which must allow other origins to read it").upTo(1<<20),
		number("volume", "0 to 1: how loud calls are until the user says otherwise")).large(),
	in("rc-adapter-update-sms-typing-time-tracking", Service, "Logs of messages say how long the user has written at each text, in this browser from now on: `typingDurationMs`. Capability `messages` as well.", flag("enabled", "").must()),
	in("rc-adapter-update-auto-log-settings", Service, "What is logged without a click. The user's own switch from then on. Capability `messages` for texts, `calls` for calls.", flag("call", ""), flag("message", "")),
	in("rc-adapter-update-features-flags", Settings, "Shows or hides features of the phone while it runs. Each message replaces the one before; what it does not name is shown. `text` takes the messages away, `voicemail` and `fax` voicemail and faxes, `contacts` the contacts, `recordings` what was recorded of calls; the others have nothing to hide yet.",
		flag("text", ""), flag("contacts", ""), flag("chat", ""), flag("fax", ""), flag("voicemail", ""), flag("meetings", ""), flag("recordings", "")),
	later("rc-adapter-update-ai-assistant-settings", notes),
	later("rc-adapter-set-side-drawer-extended", "The phone fills the width that its page gives it.", flag("extended", "")),
	later("rc-adapter-set-call-contact-matches-select", "Whom a call is logged for is chosen where it is logged.", text("telephonySessionId", ""), text("contactId", "")),
	in("rc-adapter-set-environment", Settings, "Chooses among the platforms where the operator has allowed this app. Without `appServer` the user is shown the choice. It asks for no secret.",
		text("appServer", "the address of one of them").upTo(300)),
	in("rc-adapter-syncClosed", Status, "How the frame stands on its page, for a host that places it itself; rc-adapter-pushAdapterState gives it back.", flag("closed", "").must()),
	in("rc-adapter-syncMinimized", Status, "As rc-adapter-syncClosed.", flag("minimized", "").must()),
	in("rc-adapter-syncSize", Status, "As rc-adapter-syncClosed.", object("size", "{ width: number; height: number }", "").must()),
	in("rc-adapter-syncPosition", Status, "As rc-adapter-syncClosed.", object("position", "{ translateX: number; translateY: number; minTranslateX?: number; minTranslateY?: number }", "").must()),
	later("rc-adapter-presenceItemClicked", "The bar above this phone has no menu of presence; rc-adapter-set-presence sets it.", text("presenceType", "")),
	in("rc-adapter-navigateToCurrentCall", Navigate, "Shows the call that is heard, or the one that rings; nothing without one."),
	in("rc-adapter-navigateToViewCalls", Navigate, "Shows the calls of the past."),
	later("rc-adapter-popOut", "A frame cannot open that window; `RCAdapter.popupWindow` does.", text("popupWindow", "")),
	later("rc-adapter-goto-presence", "Nothing handles it in the contract either.", text("version", "")),
	forService("rc-adapter-register-third-party-service", true, "Registers the page's own application.", object("service", "Service", "").must()).large(),
	forService("rc-adapter-update-authorization-status", true, "Whether the service is connected, and as whom; every tab shows it.", flag("authorized", ""), text("authorizedAccount", "")),
	forService("rc-adapter-refresh-license-status", true, "The licence of the service; what is missing is taken away.", text("licenseStatus", ""), text("licenseStatusColor", ""), text("licenseDescription", "")),
	forService("rc-adapter-sync-third-party-contacts", true, "Has the phone ask for the contacts of the service again, at `contactsPath` with type `api`."),
	in("rc-adapter-trigger-call-logger-match", Service, "Has the phone ask again which of these calls are logged, at `callLogEntityMatcherPath`; those that it does not show are left out. Capability `calls` as well.", list("sessionIds", "string[]", "").must()),
	forService("rc-adapter-trigger-contact-match", true, "Has the phone ask again whose these numbers are, at `contactMatchPath`; those that it does not show are left out.", list("phoneNumbers", "string[]", "as the phone knows them, such as +16505550101").must()),
	forService("rc-adapter-update-third-party-settings", true, "The service's whole list of settings.", list("settings", "SettingItem[]", "")).large(),
	forService("rc-adapter-update-call-log-page", true, "The form of every log of calls, at `/log/call/:sessionId`. Without one the phone has its own: a contact and a note.", object("page", "Page", "").must()).large(),
	forService("rc-adapter-update-messages-log-page", true, "The form of every log of messages, at `/log/messages/:conversationId`. Without one the phone has its own: a contact and a note.", object("page", "Page", "").must()).large(),
	forService("rc-adapter-register-customized-page", true, "A page or tab from JSON Schema, uiSchema and formData, up to 256 kB, 12 levels and 500 fields. A known id is merged.", object("page", "Page", "").must()).large(),
	forService("rc-adapter-register-widget-app", true, "A call widget: shown beside a contact or number.", object("app", "WidgetApp", "").must()).large(),
	forService("rc-adapter-unregister-widget-app", true, "Takes a call widget away.", text("appId", "").must()),
	forService("rc-adapter-update-customized-banner", true, "A line above the phone; null takes it away.", Field{Name: "banner", Kind: Nullable, Type: "Banner | null"}),
	forService("rc-post-message-response", true, "Answers rc-post-message-request.", text("responseId", "the requestId of the request").must().upTo(100), Field{Name: "response", Kind: Anything, Type: "unknown"}).large(),
}

func (m Message) large() Message { m.Large = true; return m }

// attached says what a page may offer with a text (contract/service.md 16).
const attached = "pictures and files that go with it, at most ten of together 8 MB: `content` is a data address in base64; larger pictures are made smaller, and what texts do not carry is left out"
