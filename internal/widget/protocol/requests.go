package protocol

// Requests are the paths of rc-adapter-message-request that are answered. All
// need the capability settings.
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
	{Row: Row{"/unlogged-calls", false, calls}},
	{Row: Row{"/get-call-log", false, calls}},
}
