package protocol

// Requests are the paths of rc-adapter-message-request that are answered. They
// need the capability settings, or the one that they name.
var Requests = []Request{
	{
		Row: Row{"/custom-alert-message", true, "Shows an alert in the phone and answers its id. The old form, alertMessage and alertLevel beside the path, works too."},
		Fields: []Field{
			text("message", "what it says").must(),
			text("level", "info unless given").upTo(20).as(`"info" | "warning" | "danger" | "success"`),
			number("ttl", "milliseconds until it goes, 5000 unless given; 0 stays"),
			list("details", "AlertDetail[]", "more, behind a button; opening it stops the clock").upTo(20),
		},
		Answer: "string",
	},
	{
		Row:    Row{"/dismiss-alert-message", true, "Takes an alert away, or without an id all that the page has shown."},
		Fields: []Field{text("id", "as the alert was answered").upTo(100)},
		Answer: `"ok"`,
	},
	{
		Row:    Row{"/check-popup-window", true, "Whether the phone stands in a window of its own: `RCAdapter.isWindowPoppedUp` knows; to a page that places the frame itself, false."},
		Fields: []Field{flag("alert", "say it in the phone as well")},
		Answer: "boolean",
	},
	{
		Row:    Row{"/create-sms-template", true, "Keeps a template of the user's own: `ok`, or a sentence that says why not."},
		Fields: []Field{text("displayName", "").must().upTo(100), text("text", "").must().upTo(1000)},
		Answer: "string",
	},
	{Row: Row{"/schedule-meeting", false, meeting}},
	{
		Row: Row{"/unlogged-calls", true, "The calls of the past that ended more than 20 s ago and are not logged, newest first: by what `callLogEntityMatcherPath` has answered, or without one by what was acknowledged in the last eight days."}, Needs: Calls,
		Fields: []Field{number("perPage", "100 unless given, at most 250"), number("page", "from 1")},
		Answer: "{ calls: CallRecord[]; hasMore: boolean }",
	},
	{
		Row: Row{"/get-call-log", true, "A call of the past by one of its ids; null for one that the phone does not know."}, Needs: Calls,
		Fields: []Field{text("sessionId", "").upTo(100), text("telephonySessionId", "").upTo(100)},
		Answer: "{ call: CallRecord | null }",
	},
}
