package protocol

// A Method is a member of RCAdapter, or a global beside it.
type Method struct {
	Row
	Type string // in TypeScript, of the members that offhook.js has as well
}

// Members are RCAdapter and the globals around it, in the contract's order.
var Members = []Method{
	global("RCAdapterInit({appUrl, options})", "`options` are parameters that replace those of the script's address. A second one returns the phone that is there."),
	global("RCAdapterDispose()", "Takes the phone off the page and leaves nothing behind."),
	global("RC_EMBEDDABLE_ADAPTER_MANUAL_INIT", "Set before the script loads, it leaves the start to RCAdapterInit."),
	global("a[href^=\"tel:\"], a[href^=\"sms:\"]", "Open the phone and call the number as `clickToCall` with `toCall` does, or write to it with the text of `?body=` or `?text=`."),
	global("__ON_RC_POPUP_WINDOW", "Set before the script loads, in a page of your own for `popupPageUri`: the phone fills the window and has the parameters of its address."),
	member("ready", "(): Promise<RCAdapter>", "Our own: resolves once the phone takes commands, is refused with a sentence when it has not come up within 20 seconds. Nothing has to wait for it: early commands wait by themselves."),
	member("clickToCall", "(phoneNumber: string, toCall?: boolean): void", "Opens the dialer with the number. With `toCall` it is called at once, where the page has the capability `dial`."),
	member("clickToSMS", "(phoneNumber: string | string[], text?: string, conversation?: string | boolean, attachments?: { name: string; content: string }[], recipient?: { name?: string }): void", "`content` of an attachment is a data address in base64."),
	member("navigateTo", "(path: string): void", "Opens a phone that is minimized."),
	member("logoutUser", "(): Promise<void>", "Refused when somebody is signed in after ten seconds still. Capability `signin`."),
	member("signIn", "(how: { ticket: string }): Promise<void>", "Our own: signs in with a ticket of the host's own server. Capability `signin`."),
	member("setTicketProvider", "(provide: () => Promise<string>): Promise<void>", "Our own: asked whenever nobody is signed in, except after a sign-out; never without the capability `signin`."),
	member("updateSmsSetting", "(settings: { senderNumber: string }): Promise<void>", "The number that new texts are sent from. Capability `settings`."),
	member("alertMessage", "(alert: Requests[\"/custom-alert-message\"][\"body\"]): Promise<string>", "Resolves with the alert's id. Capability `settings`."),
	member("dismissMessage", "(id?: string): Promise<\"ok\">", "Without an id, all. Capability `settings`."),
	member("createSMSTemplate", "(displayName: string, text: string): Promise<string>", "Resolves with `ok` or with a sentence that says why not. Capability `settings`."),
	member("isWindowPoppedUp", "(how?: { alert?: boolean }): Promise<boolean>", "Whether the phone stands in a window of its own that this page, or another tab with it, has opened; with `alert` the window comes to the front."),
	member("popupWindow", "(): Promise<boolean>", "Opens the phone in a window of its own and minimizes this one. Right after a click only, as browsers have it; there is one such window, signed in as this one."),
	member("setEnvironment", "(which?: { appServer?: string }): Promise<void>", "Chooses among the platforms that the operator allows; without `appServer` the user is asked. Capability `settings`."),
	member("setMinimized", "(minimized: boolean): void", ""),
	member("toggleMinimized", "(): void", ""),
	member("setClosed", "(closed: boolean): void", "A reload shows the phone again."),
	member("toggleClosed", "(): void", ""),
	member("setSize", "(size: { width: number; height: number }): void", "The size of the frame, without the bar above it; never larger than the window."),
	member("dispose", "(): void", ""),
	property("closed", "boolean"),
	property("userStatus", "string | undefined"),
	property("dndStatus", "string | undefined"),
	property("minimized", "boolean"),
	property("container", "HTMLElement"),
	property("contentFrameEl", "HTMLIFrameElement"),
	member("controlCall", "(action: Commands[\"rc-adapter-control-call\"][\"callAction\"], id?: string, options?: { transferNumber?: string; forwardNumber?: string; dtmf?: string }): Promise<void>", "Does something with a call. What could not be done refuses the promise, and rc-control-call-error says so as well. Capability `dial`."),
	member("updateCallingSetting", "(settings: Omit<Commands[\"rc-calling-settings-update\"], \"type\">): Promise<void>", "As rc-calling-settings-update. Capability `settings`."),
	member("updateRingtone", "(ringtone: { name?: string; uri?: string; volume?: number }): Promise<void>", "As rc-adapter-update-ringtone. Capability `settings`."),
	member("setAutoLog", "(what: { call?: boolean; message?: boolean }): Promise<void>", "What is logged without a click. Capability `service`, and `messages` for texts, `calls` for calls."),
	absent("scheduleMeeting", meeting),
	member("getUnloggedCalls", "(perPage?: number, page?: number): Promise<{ calls: CallRecord[]; hasMore: boolean }>", "The calls of the past that are not logged, newest first. Capabilities `service` and `calls`."),
	member("getCallLog", "(which: { sessionId?: string; telephonySessionId?: string }): Promise<{ call: CallRecord | null }>", "A call of the past. Capabilities `service` and `calls`."),
	absent("showFeedback", "A service registers `feedbackPath` instead."),
	absent("togglePresenceDropdown, setRinging, gotoPresence", "The bar above the phone shows no presence."),
	absent("ringing", "rc-call-ring-notify says so."),
}

func global(name, note string) Method { return Method{Row: Row{name, true, note}} }

func member(name, typ, note string) Method { return Method{Row{name, true, note}, typ} }

func property(name, typ string) Method { return Method{Row{name, true, ""}, ": " + typ} }

func absent(name, why string) Method {
	return Method{Row: Row{name, false, notMember + why}}
}

const notMember = "Not a member of RCAdapter, so that a page can tell. "

// Methods are the rows of Members.
func Methods() (r []Row) {
	for _, m := range Members {
		r = append(r, m.Row)
	}
	return r
}
