package protocol_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"offhook/internal/widget/protocol"
)

const (
	inEmbed    = "internal/widget/embed/embed_test.go"
	inSecrets  = "internal/widget/embed/secrets_test.go"
	inSSO      = "internal/widget/embed/sso_test.go"
	inAdapter  = "web/adapter/adapter.test.js"
	inBrowser  = "e2e/browser/parameters.test.js"
	inHistory  = "e2e/browser/history.test.js"
	inLooks    = "e2e/browser/configurator.test.js"
	inVisitors = "e2e/browser/signin-corners.test.js"
	inAudio    = "web/widget/audio.test.js"
	inCalls    = "web/widget/callhost.test.js"
	inDrops    = "e2e/calls/drop.test.js"
	inCalling  = "e2e/calls/calling.test.js"
	inTones    = "e2e/calls/ringtone.test.js"
)

// proofs names for each parameter that works a test that fails without it.
var proofs = map[string][2]string{
	"clientId":                     {inEmbed, "TestTheOriginIsProven"},
	"appServer":                    {inEmbed, "TestTheOriginIsProven"},
	"redirectUri":                  {inSecrets, "TestRedirectPagesElsewhereAreRegistered"},
	"prefix":                       {inVisitors, "have two phones in one page, by their prefixes"},
	"defaultDirection":             {inLooks, "shows the phone at work beside what is chosen, and a snippet that makes the same phone elsewhere"},
	"newAdapterUI":                 {inBrowser, "newAdapterUI: minimized, the phone is a tab at the edge that opens to its name"},
	"disableMinimize":              {inBrowser, "disableMinimize and zIndex: the phone stands as the page wants it"},
	"zIndex":                       {inBrowser, "disableMinimize and zIndex: the phone stands as the page wants it"},
	"notification":                 {inAdapter, "a page that asks for notifications, and no other, loads what makes them"},
	"enablePopup":                  {inBrowser, "enablePopup: the phone opens in a window of its own, which it fills, once"},
	"popupPageUri":                 {inBrowser, `popupPageUri: a page of the host\'s own shares the sign-in`},
	"stylesUri":                    {inBrowser, `stylesUri: the page\'s own look comes from an asset origin, with its pictures, and from nowhere else`},
	"language":                     {"internal/widget/panel/shell_test.go", "TestThePhoneSpeaksTheLanguageThatIsWished"},
	"disableMessages":              {inBrowser, "disableMessages: there are no texts in the phone, and the page hears of none"},
	"disableReadText":              {inBrowser, "disableReadText takes the texts away as well, and an empty value does in a frame, not by script"},
	"disableContacts":              {inBrowser, "disableContacts: the tab is gone, and nobody gets there"},
	"disableCall":                  {inCalling, "disableCall: nothing of calls is in the phone, and nothing rings"},
	"disableCallHistory":           {inHistory, "disableCallHistory: the tab is gone, and nobody gets there"},
	"disableNoiseReduction":        {inAudio, "disableNoiseReduction: the browser leaves the noise in"},
	"enableVoicemailDrop":          {inDrops, "enableVoicemailDrop: a recorded message is left in the user\\'s place, and the call ends"},
	"enableFromNumberSetting":      {inCalling, "enableFromNumberSetting: the page learns and chooses the number that callees see"},
	"defaultCallWith":              {inCalling, "defaultCallWith: the phone of who has chosen nothing rings first, and what they choose stays"},
	"showMyLocationNumbers":        {inCalling, "showMyLocationNumbers: the page has the user\\'s own phone ring first, and hears of such calls"},
	"enableRingtoneSettings":       {inTones, "enableRingtoneSettings: a ringtone of the page\\'s may come from its servers"},
	"disableInactiveTabCallEvent":  {inCalls, "disableInactiveTabCallEvent: one tab tells of calls, and otherwise each does"},
	"userAgent":                    {"internal/widget/embed/parameters_test.go", "TestAnApplicationIsNamedCleanly"},
	"appVersion":                   {inBrowser, "appVersion stands in the settings"},
	"enableAnalytics":              {inBrowser, "enableAnalytics: the page hears what the user does, and not what they write"},
	"enableSmsSettingEvent":        {inBrowser, "enableSmsSettingEvent: the page learns the numbers that texts may be sent from, where it has asked"},
	"defaultAutoLogMessageEnabled": {inBrowser, "defaultAutoLogMessageEnabled and defaultAutoLogCallEnabled: what is logged is logged by itself, until the user decides"},
	"defaultAutoLogCallEnabled":    {inBrowser, "defaultAutoLogMessageEnabled and defaultAutoLogCallEnabled: what is logged is logged by itself, until the user decides"},
	"enableTypingTimeTracking":     {inBrowser, "enableTypingTimeTracking: the log of a text says how long it was written at"},
	"authMode":                     {inSSO, "TestSingleSignOnMayAskThePlatformInAFrame"},
	"embedderPolicy":               {inSSO, "TestSingleSignOnMayAskThePlatformInAFrame"},
	"disableLoginPopup":            {inSecrets, "TestWhatThePageMayBeginWith"},
	"externalAuthId":               {inVisitors, "take turns, when the page says by externalAuthId whom it means"},
	"showSignUpButton":             {inSecrets, "TestWhatThePageMayBeginWith"},
	"brand":                        {inSecrets, "TestWhatThePageMayBeginWith"},
	"clientSecret":                 {inEmbed, "TestSecretsLeaveTheAddress"},
	"jwt":                          {inEmbed, "TestSecretsLeaveTheAddress"},
	"authorizationCode":            {inEmbed, "TestSecretsLeaveTheAddress"},
	"authorizationCodeVerifier":    {inEmbed, "TestSecretsLeaveTheAddress"},
	"ticket":                       {inEmbed, "TestSecretsLeaveTheAddress"},
	"fromAdapter":                  {inBrowser, "fromAdapter: a frame that the script has placed does not keep how it stands as well"},
	"fromPopup":                    {inAdapter, "in a window of its own the phone has what the window's address says"},
	"_t":                           {inBrowser, "what does nothing says so in the console"},
}

func TestEveryParameterThatWorksHasItsTest(t *testing.T) {
	for _, p := range protocol.Parameters {
		proof, ok := proofs[p.Name]
		switch {
		case ok && !p.Done:
			t.Errorf("%s does nothing, and yet %s proves it", p.Name, proof)
		case !p.Done:
		case !ok:
			t.Errorf("%s is said to work, and no test is named that fails without it", p.Name)
		default:
			body := testOf(t, proof[0], proof[1])
			if !regexp.MustCompile(`\b` + p.Name + `\b`).MatchString(body) {
				t.Errorf("%s: the test %q does not use %s", proof[0], proof[1], p.Name)
			}
		}
	}
	for name := range proofs {
		if protocol.FindParameter(name) == nil {
			t.Errorf("there is no parameter %s to prove", name)
		}
	}
}

// testOf is the source of a test by its name, as far as the next one.
func testOf(t *testing.T, file, name string) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "..", "..", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	text := string(source)
	for _, begin := range []string{"func " + name + "(", "it('" + name + "'", `test("` + name + `"`} {
		if _, body, found := strings.Cut(text, begin); found {
			if end := regexp.MustCompile(`\n\s*(func Test|it\(|test\()`).FindStringIndex(body); end != nil {
				body = body[:end[0]]
			}
			return begin + body
		}
	}
	t.Errorf("%s has no test %q", file, name)
	return ""
}
