package logbook

import (
	"strings"
	"testing"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/lang/langtest"
)

func TestLogsAreToldInTheReadersLanguage(t *testing.T) {
	const own = "Acme"
	own1 := Logger{Label: own, Description: own, Warning: own, ReadOnly: true, Reason: own}
	failed, done := mark{Message: own, Status: "failed"}, mark{Logged: true}
	button := logButton{mark: done, ID: "1", Kind: kindCall, Words: own}
	for name, data := range map[string][]any{
		"logs": {
			card{Toggles: []toggle{{Logger: own1}, {Name: lang.Mark("Auto log calls")}}, Waiting: 1, Reason: "The webhook answered 500."},
			card{Waiting: 2, Stuck: true, Reason: silent(own)}, card{Waiting: 2, Reason: silent("")},
		},
		"mark":   {failed, done, mark{}},
		"rowdo":  {button, logButton{Words: own, Named: true}},
		"button": {button}, "chosen": {button},
		"calllog": {struct {
			mark
			Path    string
			Buttons []logButton
		}{done, "/", []logButton{button}}},
		"pick": {textPick{"1", ""}, textPick{"1", "log"}},
	} {
		for _, one := range data {
			drawn, err := templates.Fragment(lang.Pretend(), name, one)
			if err != nil {
				t.Fatal(err)
			}
			for _, words := range langtest.Unsaid(string(drawn), own) {
				t.Errorf("%s: %q is not said in the reader's language", name, words)
			}
		}
	}
}

func TestButtonsAndFormsOfLogsAreInTheReadersLanguage(t *testing.T) {
	w := callWorld(t)
	w.page.Call.Title = "" // the page leaves it to the phone
	v := w.visit()
	v.Language = lang.Pretend()
	w.desk.call("1", noon, nil)
	html, err := w.CallButtons(t.Context(), v, "1")
	if err != nil || !strings.Contains(string(html), "⟦Log call to ⟧\u2068Acme\u2069⟦⟧") {
		t.Errorf("the button of a call: %v\n%s", err, html)
	}
	c, ok, err := w.visible(t.Context(), v)
	if err != nil || !ok {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		call Call
		want string
	}{
		{Call{Record: rc.CallRecord{CallFacts: rc.CallFacts{Direction: rc.Inbound, Result: "Missed"}}}, "⟦Call from an unknown number⟧ · ⟦Missed⟧"},
		{Call{Record: rc.CallRecord{CallFacts: rc.CallFacts{Direction: rc.Outbound, Result: "Ringing out"}}}, "⟦Call to an unknown number⟧ · Ringing out"},
	} {
		if got := (pastCall{calls{w.Handler}, c, tt.call}).about(); got != tt.want {
			t.Errorf("about a call: %q, want %q", got, tt.want)
		}
	}
	if got, want := words(visitor{visit: v}, texts{}, false), "⟦Log⟧"; got != want {
		t.Errorf("the button of a page without a name: %q, want %q", got, want)
	}
	own, err := w.ownForm(c, calls{w.Handler}, pastCall{calls{w.Handler}, c, Call{}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if ui := own.Page.SubmitText("Save"); ui != "⟦Save⟧" {
		t.Errorf("the phone's own form is saved by %q", ui)
	}
}
