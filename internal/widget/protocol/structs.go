package protocol

import "strings"

// A Struct is a type that messages share, as developers see it in TypeScript.
// What the server takes of it is checked where it is used.
type Struct struct {
	Name, Means string
	Fields      []Field
}

var structs = []Struct{
	{"LiveCall", "A call that goes on, or has just ended. Times are in milliseconds; numbers are as the platform tells them, empty when withheld.", []Field{
		text("id", "the same from the first ring to the end").must(), text("callId", "the same again").must(), text("direction", "").must().as(`"Inbound" | "Outbound"`),
		text("callStatus", "").must().as(`"webphone-session-connecting" | "webphone-session-connected" | "webphone-session-onHold" | "webphone-session-finished"`),
		text("from", "").must(), text("fromNumber", "as from").must(), text("fromUserName", "").must(), text("fromTag", "empty").must(), text("to", "").must(), text("toUserName", "").must(),
		number("creationTime", "it rang or was dialled").must(), number("startTime", "somebody answered"), number("endTime", ""),
		flag("isOnHold", "").must(), flag("isOnMute", "").must(), flag("isOnFlip", "it rings at another phone of the user").must(), flag("isOnTransfer", "it was given to somebody else").must(),
		text("voicemailDrop", "how far a recorded message is, in calls that have one").as(`"waiting" | "playing" | "left" | "stopped" | "noisy" | "cut"`),
		flag("isToVoicemail", "").must(), flag("isForwarded", "").must(), flag("isReplied", "").must(),
		text("recordStatus", "").must().as(`"webphone-record-idle" | "webphone-record-recording"`),
		object("partyData", "{ partyId?: string; sessionId?: string }", "the ids of the telephony session").must(), text("sessionId", ""), text("telephonySessionId", ""), text("partyId", ""),
		text("callQueueName", ""), {Name: "contactMatch", Kind: Anything, Type: "null", Required: true}, flag("minimized", "always false").must(), flag("cached", "always false").must(), flag("removed", "it is over").must(),
		number("lastActiveTime", "").must(), flag("isConference", ""), list("members", "{ partyId: string; number: string; name?: string; muted: boolean; held: boolean }[]", "of a conference"),
		text("missedReason", "of a missed call that nobody could notice"), text("outcome", "of one that is over").as(`"hungUp" | "cancelled" | "missed" | "declined" | "elsewhere" | "voicemail" | "forwarded" | "replied" | "moved" | "merged" | "failed"`),
	}},
	{"TelephonySession", "A call as the platform tells it, with the parties of the signed-in user.", []Field{
		text("id", "the `telephonySessionId` of other messages").must(), text("sessionId", "").must(), text("accountId", "").must(), text("extensionId", "").must(),
		object("origin", "{ type: string }", "").must(), list("parties", "TelephonyParty[]", "").must(), text("creationTime", "when it was told first, ISO 8601").must(), number("sequence", "grows with each change").must(),
	}},
	{"TelephonyParty", "Somebody in a telephony session.", []Field{
		text("id", "the `partyId` of other messages").must(), text("accountId", ""), text("extensionId", ""), text("direction", "").must().as(`"Inbound" | "Outbound"`),
		object("from", "{ phoneNumber?: string; name?: string; extensionId?: string; deviceId?: string }", "").must(), object("to", "{ phoneNumber?: string; name?: string; extensionId?: string; deviceId?: string }", "").must(),
		object("status", "{ code: string; reason?: string; description?: string; parkData?: string; peerId?: { sessionId: string; telephonySessionId: string; partyId: string }; rcc: boolean }", "`code` is Setup, Proceeding, Answered, Hold, Parked, VoiceMail, Gone or Disconnected").must(),
		flag("missedCall", "").must(), flag("standAlone", "").must(), flag("muted", "").must(), flag("queueCall", ""), object("park", "{ id: string }", ""), text("conferenceRole", ""),
		list("recordings", "{ id: string; active: boolean }[]", ""), object("sipData", "{ callId: string; toTag: string; fromTag: string; remoteUri?: string; localUri?: string }", ""),
	}},
	{"Features", "What the user can do in this phone.", flags("sms meeting glip smartNote call ringSenseInsights")},
	{"AlertDetail", "A part of an alert that shows on demand.", []Field{
		text("title", "").must(), list("items", `{ id?: string; type: "text" | "link"; text: string; href?: string }[]`, "").must(),
	}},
	{"Page", "A page or a tab of the service, drawn from JSON schema.", []Field{
		text("id", "").must(), text("type", "page unless given").as(`"page" | "tab"`), text("title", ""),
		object("schema", "", ""), object("uiSchema", "", ""), object("formData", "", ""),
		flag("hideBackButton", ""), text("iconUri", ""), text("activeIconUri", ""), text("darkIconUri", ""),
		number("priority", "100 unless given"), number("unreadCount", ""), flag("hidden", ""),
		list("actions", `{ id: string; icon: "settings" | "new" | "refresh" | "download" | "edit"; title?: string }[]`, ""),
	}},
	{"Banner", "A line above everything else.", []Field{
		text("id", "").must(), text("message", "").must(), text("severity", "").as(`"info" | "warning" | "error" | "success" | "announcement"`),
		object("action", `{ label: string; variant?: "text" | "outlined" | "contained" | "plain"; color?: string } | null`, ""),
		flag("closable", ""), text("closeButtonLabel", ""), flag("hidden", ""),
	}},
	{"WidgetApp", "A small app of the service beside a contact.", append(texts("id name iconUri pagePath"), optional("description inputChangedPath submitPath buttonEventPath")...)},
	{"SettingItem", "A switch, field, button or group in the phone's settings.", []Field{
		text("id", ""), text("name", "").must(), text("type", "").as(`"boolean" | "button" | "option" | "section" | "group" | "externalLink" | "string" | "text" | "array" | "typography" | "admonition"`),
		{Name: "value", Kind: Anything, Type: "unknown"}, text("description", ""), text("groupId", ""), number("order", ""), list("items", "SettingItem[]", ""),
		text("buttonLabel", ""), text("buttonType", "").as(`"link"`), list("options", "{ id: string | number; name: string; description?: string; disabled?: boolean }[]", ""),
		flag("multiple", ""), flag("checkbox", ""), text("placeholder", ""), text("helper", ""), flag("required", ""), number("maxItems", ""),
		text("uri", ""), text("variant", ""), text("color", ""), text("severity", "").as(`"info" | "warning" | "error" | "success"`),
		text("warning", ""), flag("readOnly", ""), text("readOnlyReason", ""), object("showWhen", "", ""),
	}},
	{"Service", "The page's own application.", serviceFields()},
}

// serviceFields are those of contract/service.md 2, by their kinds.
func serviceFields() (f []Field) {
	f = append(f, text("name", "also the type of its contacts").must())
	f = append(f, optional(`displayName info authorizationPath authorizedTitle unauthorizedTitle authorizedAccount authorizationLogo
		licenseStatus licenseStatusColor licenseDescription contactsPath contactIcon contactSearchPath contactMatchPath viewMatchedContactPath
		activitiesPath activityPath activityName callLoggerPath callLoggerTitle callLogEntityMatcherPath callLogPageInputChangedEventPath
		callLoggerAutoSettingLabel callLoggerAutoSettingDescription callLoggerAutoSettingWarning callLoggerAutoSettingReadOnlyReason
		messageLoggerPath messageLoggerTitle messageLogEntityMatcherPath messagesLogPageInputChangedEventPath messageLoggerAutoSettingLabel
		messageLoggerAutoSettingDescription messageLoggerAutoSettingReadOnlyReason messageLogOpenPath feedbackPath settingsPath vcardHandlerPath buttonEventPath
		customizedPageInputChangedEventPath doNotContactPath voicemailDropFilesPath`)...)
	for _, name := range strings.Fields(`authorized showAuthRedDot showLogModal recordingWithToken callLoggerAutoSettingReadOnly
		callLoggerAutoSettingReadOnlyValue callLoggerAutoLogSettingHidden callLoggerAutoLogOnCallSync callLoggerHideEditLogButton attachmentWithToken
		messageLoggerAutoSettingReadOnly messageLoggerAutoSettingReadOnlyValue messageLoggerAutoSettingHidden messageLoggerGranularSelectionEnabled`) {
		f = append(f, flag(name, ""))
	}
	return append(f, number("contactMatchTtl", "milliseconds"), number("contactNoMatchTtl", "milliseconds"),
		list("authorizationLinks", "{ label: string; uri: string }[]", ""), list("settings", "SettingItem[]", ""),
		list("buttons", `{ id: string; type: "smsToolbar" | "callAction" | "messageAction" | "contactAction"; label: string; icon: string }[]`, ""),
		Field{Name: "banner", Kind: Nullable, Type: "Banner | null"})
}

func flags(names string) (f []Field) {
	for _, name := range strings.Fields(names) {
		f = append(f, flag(name, "").must())
	}
	return f
}

func texts(names string) (f []Field) {
	for _, name := range strings.Fields(names) {
		f = append(f, text(name, "").must())
	}
	return f
}

func optional(names string) (f []Field) {
	for _, name := range strings.Fields(names) {
		f = append(f, text(name, ""))
	}
	return f
}
