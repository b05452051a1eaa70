package panel

import (
	"slices"

	"offhook/internal/widget/lang"
)

// graces are how long a call waits for a page that comes back to it.
var graces = []choice{
	{"15", lang.Mark("15 seconds"), ""}, {"", lang.Mark("30 seconds"), ""}, {"60", lang.Mark("1 minute"), ""}, {"120", lang.Mark("2 minutes"), ""},
}

// Graces are those to choose from.
func (preferringView) Graces() []choice { return graces }

// leftWays are what becomes of a call that no page comes back to.
var leftWays = []choice{
	{"", lang.Mark("Then it ends"), ""},
	{"voicemail", lang.Mark("Then it goes to my voicemail"), lang.Mark("Whoever you talked to can leave a message")},
	{"forward", lang.Mark("Then it goes to a number"), ""},
}

// unseenWays are what becomes of a call that no page shows.
var unseenWays = []choice{
	{"", lang.Mark("The phone service goes on"), lang.Mark("Your other phones ring on, then its own rules decide")},
	{"voicemail", lang.Mark("It goes to my voicemail"), lang.Mark("Your other phones stop ringing, too")},
	{"forward", lang.Mark("It goes to a number"), lang.Mark("Your other phones stop ringing, too")},
}

// LeftWays are the ways for calls that nobody comes back to.
func (preferringView) LeftWays() []choice { return leftWays }

// UnseenWays are the ways for calls that nobody is shown.
func (preferringView) UnseenWays() []choice { return unseenWays }

// Callers are the user's numbers that callees may be shown.
func (v preferringView) Callers() (all []OwnNumber) {
	shown := v.desk.CallerIDs()
	for _, n := range v.Numbers {
		if slices.Contains(shown, n.Number) {
			all = append(all, n)
		}
	}
	return all
}

// Display is a number as people write it.
func (v preferringView) Display(number string) string { return v.desk.WriteNumber(number) }

// callingLine says what becomes of a call without a page.
func (v preferringView) callingLine() string {
	after := v.Lang.Say(choiceOf(graces, v.LeftAfter).Name)
	switch v.Left {
	case "voicemail":
		return v.Lang.Say("A call that is left goes to voicemail after %s", after)
	case "forward":
		return v.Lang.Say("A call that is left is forwarded after %s", after)
	}
	return v.Lang.Say("A call that is left ends after %s", after)
}
