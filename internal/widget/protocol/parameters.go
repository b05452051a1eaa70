package protocol

import (
	"fmt"
	"slices"
	"strings"

	"offhook/internal/widget/lang"
)

// An Entry is how a parameter is entered where it is chosen.
type Entry string

// The ways to enter one.
const (
	Words   Entry = "text"   // a text as it is typed
	Address Entry = "url"    // an address, or a path of the page
	Count   Entry = "number" // a whole number
	Switch  Entry = "switch" // on by any value but an empty one; written as 1
	Choice  Entry = "choice" // one of Choices
	// Platforms is a choice among those that the operator allows.
	Platforms Entry = "platform"
)

// A Group is parameters that belong together where they are chosen.
type Group struct{ Name, Means string }

// Groups are all of them, in the order in which somebody decides.
var Groups = []Group{
	{App, "Which app the phone signs in with."},
	{Look, "How the phone sits on your page."},
	{Parts, "What your users find in it."},
	{Entering, "How your users sign in."},
	{Events, "What the phone tells your page, and what it calls itself."},
}

// The groups. Parameters without one are not chosen by anybody: they are set
// by our own scripts, do nothing here, or must not stand in an address.
const (
	App      = "App"
	Look     = "On your page"
	Parts    = "In the phone"
	Entering = "Sign-in"
	Events   = "Your application"
)

// A Parameter is a URL parameter of app.html and adapter.js. Its Note is
// what the documents and the page that writes the snippets say of it.
type Parameter struct {
	Row
	Old     string // the name that older documents have for it
	Group   string
	Label   string // what it is called where it is chosen
	Entry   Entry
	Choices []Option // the first one is what an absent parameter means
	Example string
	Script  bool   // adapter.js reads it; in the address of a bare frame it does nothing
	Frame   bool   // app.html alone reads it
	Secret  string // why it must not stand in an address, and what to do instead
	Needs   string // the parameter without which it does nothing, as name or name=value
	Clashes []Clash
}

// An Option is a value of a parameter and what it is called.
type Option struct{ Value, Label string }

// A Clash says what is wrong with two parameters at once.
type Clash struct{ With, Sentence string }

// Clashes of what shows texts with what takes them away.
var noTexts = []Clash{
	{"disableMessages", "There are no texts with disableMessages, so this does nothing."},
	{"disableReadText", "There are no texts with disableReadText, so this does nothing."},
}

// Parameters are all of the contract, and our own.
var Parameters = slices.Concat(chosen, secret, automatic, unsupported)

var chosen = []Parameter{
	{Row: works("clientId", "The app, as it is registered with the server."), Old: "appKey", Group: App, Label: "Client id", Entry: Words, Example: "your app’s client id"},
	{Row: works("appServer", "The platform, when the app is registered at several. Only platforms that the operator allows."), Group: App, Label: "Platform", Entry: Platforms},
	{Row: works("redirectUri", "May be left out. A page of your own must be registered with `offhook embed add --redirect-uri` and hand `{callbackUri}` to its opener; any other is refused with a sentence."),
		Group: App, Label: "Redirect page", Entry: Address, Example: "https://crm.example.com/redirect.html"},
	{Row: works("prefix", "Tells two phones in one page apart: ids begin with it (`rc-widget` unless given), and each signs in on its own."), Group: App, Label: "Prefix", Entry: Words, Example: "rc-widget"},

	{Row: works("defaultDirection", "The corner of your page."), Group: Look, Label: "Corner", Entry: Choice, Choices: []Option{{"", "Right"}, {"left", "Left"}}, Script: true},
	{Row: works("disableMinimize", "Takes the minimize button away."), Group: Look, Label: "Always open", Entry: Switch, Script: true},
	{Row: works("zIndex", "The phone’s layer on your page: 999 unless given."), Group: Look, Label: "Layer", Entry: Count, Example: "999", Script: true},
	{Row: works("notification", "A notification of your page when a text comes in while the page is hidden. The browser asks the user at the first click on the phone. Capability `messages`."),
		Group: Look, Label: "Notifications", Entry: Switch, Script: true, Clashes: noTexts},

	{Row: works("newAdapterUI", "Minimized, the phone is a narrow tab at the edge of the page that opens to its name, instead of a round button."), Group: Look, Label: "Dock at the edge", Entry: Switch, Script: true,
		Clashes: []Clash{{"disableMinimize", "A phone that cannot be minimized is never docked."}}},
	{Row: works("enablePopup", "A button in the phone’s header opens it in a window of its own, once. Your page’s phone is minimized then. That window is this server’s own page; the phone in yours signs it in as who is signed in here, and shows or closes it from a strip."),
		Group: Look, Label: "Window of its own", Entry: Switch, Script: true},
	{Row: works("popupPageUri", "A page of yours for that window, which sets `__ON_RC_POPUP_WINDOW = 1` and loads adapter.js. At the same origin as your page it shares the sign-in."),
		Group: Look, Label: "Page of the window", Entry: Address, Example: "/phone.html", Script: true, Needs: "enablePopup"},
	{Row: works("stylesUri", "A style sheet of yours, loaded last. From an asset origin of the embed only (`offhook embed add --asset-origin`); it may bring pictures from there, and no fonts."),
		Group: Look, Label: "Style sheet", Entry: Address, Example: "https://crm.example.com/phone.css"},

	{Row: works("language", "Our own: the language of the phone, for users who have chosen none in its settings. Without it, the phone speaks as the browser does."),
		Group: Parts, Label: "Language", Entry: Choice, Choices: languages()},
	{Row: works("disableMessages", "No texts: the tab is gone, and your page hears of none."), Group: Parts, Label: "Without texts", Entry: Switch},
	{Row: works("disableReadText", "As `disableMessages`: texts are all the messages that there are here."), Group: Parts, Label: "Without reading texts", Entry: Switch},
	{Row: works("disableContacts", "The tab of contacts is gone. Names are still shown beside numbers."), Group: Parts, Label: "Without contacts", Entry: Switch},
	{Row: works("disableCall", "No calls: nothing of them is in the phone, it does not ring, and your page hears of none. The user's other pages have theirs. The history of calls stays; `disableCallHistory` takes it away."), Group: Parts, Label: "Without calls", Entry: Switch},
	{Row: works("disableCallHistory", "The tab of the call history is gone."), Group: Parts, Label: "Without call history", Entry: Switch},
	{Row: works("defaultCallWith", "How users call who have not chosen in the settings: `browser`, or `ringout`, with which their own phone rings first where their plan has that. It goes with the user to their other pages, until one of those says otherwise or they choose: what they have chosen stays. `softphone` and `jupiter` change nothing, and the console says so. `callingOptions-ringout` and `callingOptions-browser`, which the reference widget takes, are the same."),
		Group: Parts, Label: "Calls begin", Entry: Choice, Choices: []Option{{"", "As it is"}, {"browser", "In the browser"}, {"ringout", "On the user’s own phone"}}},
	{Row: works("disableNoiseReduction", "The browser does not take noise out of what the microphone hears."), Group: Parts, Label: "Without noise reduction", Entry: Switch},

	{Row: works("userAgent", "What your application is called, as `Name/1.0`: it stands before our own name in what the platform is asked (`X-User-Agent`). Letters, digits and `. _ + / -`, up to 64."),
		Group: Events, Label: "Name of your application", Entry: Words, Example: "Acme/1.0"},
	{Row: works("appVersion", "The version of your application, shown in the phone’s settings beside ours."), Group: Events, Label: "Version of your application", Entry: Words, Example: "2.1"},
	{Row: works("enableAnalytics", "`rc-analytics-track` tells your page what the user does: signs in or out, texts, saves your settings. Nothing of what was written, or to whom. Capability `status`."),
		Group: Events, Label: "Tell what the user does", Entry: Switch},
	{Row: works("enableSmsSettingEvent", "`rc-sms-settings-notify` tells your page the numbers that texts may be sent from. Capability `settings`."),
		Group: Events, Label: "Tell the sender numbers", Entry: Switch, Clashes: noTexts},
	{Row: works("enableFromNumberSetting", "`rc-calling-settings-notify` tells your page the number that callees see, and those that the user may show. Capability `settings`."),
		Group: Events, Label: "Tell the caller ids", Entry: Switch},
	{Row: works("showMyLocationNumbers", "`rc-calling-settings-notify` tells your page the phone that rings first in calls with `ringout`, and those that may. Capability `settings`."),
		Group: Events, Label: "Tell the user’s phones", Entry: Switch},
	{Row: works("enableVoicemailDrop", "In calls that the user has placed, a button offers the recorded messages of your application (`voicemailDropFilesPath`) and leaves one in their place."),
		Group: Parts, Label: "Leave recorded messages", Entry: Switch},
	{Row: works("enableRingtoneSettings", "A ringtone of your application (`rc-adapter-update-ringtone`) may come from an asset origin of the embed, and not only in the message. The user chooses among the phone’s ringtones without it as well."),
		Group: Parts, Label: "Ringtones from your servers", Entry: Switch},
	{Row: works("disableInactiveTabCallEvent", "One of the tabs with this phone tells its page of calls, the one in front if there is one; otherwise each tells its own."), Group: Events, Label: "One tab tells of calls", Entry: Switch},

	{Row: works("defaultAutoLogMessageEnabled", "Messages are logged without a click until the user has decided. Needs a message logger of your application, or a webhook."),
		Group: Events, Label: "Log messages by default", Entry: Switch, Clashes: noTexts},
	{Row: works("defaultAutoLogCallEnabled", "The same of calls, for a call logger of your application."), Group: Events, Label: "Log calls by default", Entry: Switch},
	{Row: works("enableTypingTimeTracking", "Logs of messages say how long the user has written at each text. What `rc-adapter-update-sms-typing-time-tracking` says counts more."),
		Group: Events, Label: "Time the typing of texts", Entry: Switch, Clashes: noTexts},

	{Row: works("authMode", "`sso` signs in by the browser’s session with the platform: without a click where the browser lets it be seen, else by one click."),
		Group: Entering, Label: "How", Entry: Choice, Choices: []Option{{"", "In a window of the platform"}, {"sso", "Single sign-on"}}},
	{Row: works("embedderPolicy", "`none` sends the phone without Cross-Origin-Embedder-Policy, which single sign-on needs with platforms whose answers carry no resource policy. Not for pages that have such a policy."),
		Group: Entering, Label: "Embedder policy", Entry: Choice, Choices: []Option{{"", "As it is"}, {"none", "None"}}, Needs: "authMode=sso"},
	{Row: works("disableLoginPopup", "The phone posts `rc-login-popup-notify` and your page opens the sign-in window. Capability `signin`; without it the phone opens its own."),
		Group: Entering, Label: "Your page opens the window", Entry: Switch},
	{Row: works("externalAuthId", "Your own name for your user, up to 256 bytes. When it is not the one of the last sign-in here, that session ends before it is shown, and what your page brings signs in anew."),
		Group: Entering, Label: "Your name for the user", Entry: Words, Example: "user-4711"},
	{Row: works("showSignUpButton", "A link to the platform’s page for new accounts, where its record has one (`sign_up`)."), Group: Entering, Label: "Sign-up link", Entry: Switch},
	{Row: works("brand", "A brand’s number goes on to the platform’s sign-in page; names of brands are not known here."), Group: Entering, Label: "Brand", Entry: Count, Example: "1210"},
}

// What must not stand in an address is taken out of it at the first request
// and works only where the operator has allowed it.
var secret = []Parameter{
	{Row: works("clientSecret", "Taken out of the address at once. Used where the operator allows it (`allow_url_secrets`); otherwise a sentence says how to register the secret with the server."), Old: "appSecret",
		Secret: "Everybody who opens your page could read the client secret. Register it with the server: offhook embed add --client-id … --secret-file FILE. The snippet needs the client id only."},
	{Row: works("jwt", "As `clientSecret`. A JWT signs in without a click, unless the user has signed out."),
		Secret: "Whoever reads the JWT can act as its user. Register it with the server (offhook embed add --jwt-file FILE), or give each of your users a ticket of your own server by RCAdapter.setTicketProvider."},
	{Row: works("authorizationCode", "As `clientSecret`. A code is redeemed once, whatever is loaded again."),
		Secret: "A code is good once and for minutes only, so it cannot be part of a snippet. Hand it over by the message rc-adapter-authorization-code, or make a ticket of it on your server."},
	{Row: works("authorizationCodeVerifier", "Goes with `authorizationCode`."),
		Secret: "The verifier goes with the code: hand both over on your server, which makes a ticket of them."},
	{Row: works("ticket", "Our own: a ticket of your own server, as `clientSecret`. One that is not good changes nothing; `RCAdapter.setTicketProvider` needs no address."),
		Secret: "A ticket is good once, for one user. Hand it over by RCAdapter.setTicketProvider, which asks your server for a new one whenever one is needed."},
}

// What our own scripts set.
var automatic = []Parameter{
	{Row: works("fromAdapter", "Set by adapter.js: it keeps how the phone stands on the page, so the phone does not.")},
	{Row: works("fromPopup", "Set by adapter.js in a window of its own: the origin of the page that opened it, which is the one that may sign it in, or 1.")},
	{Row: works("_t", "A time, so that no cache answers. Our answers for the frame are never cached.")},
}

// What is accepted and does nothing, with the reason.
var unsupported = []Parameter{
	{Row: lacks("discovery", "Where a platform is says the operator’s record of it; nothing is looked up at an address that a page names.")},
	{Row: lacks("discoverAppServer", "As `discovery`.")},
	{Row: lacks("authProxy", "A proxy was for keeping tokens out of the browser. Here they never are in it.")},
	{Row: lacks("proxyUri", "Was for browsers that this phone does not need help with; the reference widget does not use it either.")},
	{Row: lacks("enableLoadMoreCalls", "The history shows more calls by itself.")},
	{Row: lacks("enableNoiseReductionSetting", "The reference widget does not read it either; `disableNoiseReduction` works.")},
	{Row: lacks("enableAudioInitPrompt", "The browser asks for the microphone at the first call.")},
	{Row: lacks("enableWebRTCPlanB", "Browsers have dropped it.")},
	{Row: lacks("enableSmartNote", notes)},
	{Row: lacks("disableConferenceInvite", "Nobody is invited to a conference bridge. Several people talk when calls are merged.")},
	{Row: lacks("disableMeeting", "There are no meetings in this phone, so there is nothing to take away.")},
	{Row: lacks("disableGlip", "There is no team chat in this phone, so there is nothing to switch on.")},
	{Row: lacks("multipleTabsSupport", "Not needed: the server has one state for each user, and every tab is a view of it.")},
	{Row: lacks("disconnectInactiveWebphone", "As `multipleTabsSupport`.")},
	{Row: lacks("mainTab", "As `multipleTabsSupport`.")},
	{Row: lacks("enableSharedMessages", "Shared inboxes of call queues are not shown yet.")},
	{Row: lacks("enableSideWidget", "The reference widget has it commented out.")},
	{Row: lacks("enableErrorReport", "The phone reports to nobody but its own server; errors of the browser stay in its console.")},
	{Row: lacks("errorReportToken", "As `enableErrorReport`.")},
	{Row: lacks("errorReportSampleRate", "As `enableErrorReport`.")},
	{Row: lacks("errorReportProjectId", "As `enableErrorReport`.")},
	{Row: lacks("enableSMSTemplate", "Not needed: templates are always at hand where texts are written.")},
}

// languages are those that the phone speaks.
func languages() []Option {
	all := []Option{{"", "As the browser"}}
	for _, l := range lang.All {
		all = append(all, Option{l.Code, l.Name})
	}
	return all
}

func works(name, note string) Row { return Row{name, true, note} }

func lacks(name, note string) Row { return Row{name, false, note} }

// ParameterRows are the rows of Parameters.
func ParameterRows() (r []Row) {
	for _, p := range Parameters {
		row := p.Row
		if p.Old != "" {
			row.Note += " Older name: `" + p.Old + "`."
		}
		r = append(r, row)
	}
	return r
}

// ParameterTable is what can be chosen, for docs/embedding.md.
func ParameterTable() string {
	var b strings.Builder
	b.WriteString("| parameter | value | effect |\n| --- | --- | --- |\n")
	for _, p := range Parameters {
		if p.Group == "" {
			continue
		}
		name := code(p.Name)
		if p.Old != "" {
			name += " (or " + code(p.Old) + ")"
		}
		note := cell(p.Note)
		if p.Script {
			note = "`adapter.js` alone. " + note
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, p.value(), note)
	}
	return b.String()
}

// value says in a few words what may stand there.
func (p Parameter) value() string {
	switch p.Entry {
	case Switch:
		return "any"
	case Count:
		return "a number"
	case Address, Platforms:
		return "an address"
	case Choice:
		var all []string
		for _, o := range p.Choices {
			if o.Value != "" {
				all = append(all, code(o.Value))
			}
		}
		return strings.Join(all, ", ")
	default:
		return "a text"
	}
}

// IdleTable is what is accepted and does nothing, for docs/embedding.md.
func IdleTable() string {
	var b strings.Builder
	b.WriteString("| parameter | why it does nothing |\n| --- | --- |\n")
	for _, p := range Parameters {
		if !p.Done {
			fmt.Fprintf(&b, "| %s | %s |\n", code(p.Name), cell(p.Note))
		}
	}
	return b.String()
}

// FindParameter returns the parameter of a name, also of an older one, or
// nil.
func FindParameter(name string) *Parameter {
	for i := range Parameters {
		if p := &Parameters[i]; p.Name == name || p.Old == name && name != "" {
			return p
		}
	}
	return nil
}
