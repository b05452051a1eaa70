package service_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const ownSettings = `"name":"Acme","settingsPath":"/settings","buttonEventPath":"/button","settings":[
	{"id":"pop","type":"boolean","name":"Pop up on ring","value":true,"mark":"kept"},
	{"name":"old form","value":false},
	{"id":"kind","type":"option","name":"Record kind","options":[{"id":1,"name":"Lead"},{"id":2,"name":"Case"}],"value":1},
	{"id":"more","type":"section","name":"More","items":[
		{"id":"hint","type":"admonition","name":"hint","severity":"warning","value":"Needs **admin** rights"},
		{"id":"team","type":"string","name":"Team","value":"","required":true},
		{"id":"tags","type":"array","name":"Tags","value":["a","b"]}]},
	{"id":"help","type":"externalLink","name":"Help","uri":"https://help.example"},
	{"id":"group","type":"group","name":"Group","items":[{"id":"go","type":"button","name":"Run"}]}]`

func TestAServicesSettingsAreDrawn(t *testing.T) {
	w := newWorld(t)
	if got := w.post(register(ownSettings)); len(got.Warnings) > 0 {
		t.Fatal(got.Warnings)
	}
	card := w.card()
	for _, want := range []string{
		"Pop up on ring", `data-setting="pop" data-kind="boolean" checked`, "old form", `data-number="1" selected`, "/settings/thirdParty/more", `href="https://help.example"`, "<details", "Run",
	} {
		if !strings.Contains(card, want) {
			t.Errorf("the card lacks %q:\n%s", want, card)
		}
	}
	_, section := w.ask("GET", "/settings/more", "")
	for _, want := range []string{"<strong>admin</strong>", `data-setting="team"`, "a\nb</textarea>"} {
		if !strings.Contains(section, want) {
			t.Errorf("the section lacks %q:\n%s", want, section)
		}
	}
}

func TestThePageHearsOfAnEditInItsOwnForm(t *testing.T) {
	w := newWorld(t)
	w.post(register(ownSettings))
	status, body := w.ask("POST", "/settings", `{"ID":"pop","Value":false}`)
	if status != 200 {
		t.Fatal(status, body)
	}
	var got struct {
		Settings []map[string]any
		Setting  map[string]any
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"id": "pop", "type": "boolean", "name": "Pop up on ring", "value": false, "mark": "kept"}
	if diff := cmp.Diff(want, got.Setting); diff != "" {
		t.Error(diff)
	}
	if len(got.Settings) != 6 {
		t.Errorf("%d settings", len(got.Settings))
	}
	if strings.Contains(w.card(), `data-setting="pop" data-kind="boolean" checked`) {
		t.Error("the switch is still on")
	}
}

func TestASectionIsSavedAsAWhole(t *testing.T) {
	w := newWorld(t)
	w.post(register(ownSettings))
	if status, body := w.ask("POST", "/settings", `{"ID":"more","Values":{"team":"","tags":["c"]}}`); status != 400 || !strings.Contains(body, "Team") {
		t.Errorf("%d %s", status, body)
	}
	status, body := w.ask("POST", "/settings", `{"ID":"more","Values":{"team":"Sales","tags":["c"]}}`)
	if status != 200 || !strings.Contains(body, `"Sales"`) {
		t.Errorf("%d %s", status, body)
	}
	if _, section := w.ask("GET", "/settings/more", ""); !strings.Contains(section, "Sales") || strings.Contains(section, "a\nb") {
		t.Errorf("%s", section)
	}
}

func TestSettingsThatCannotBeShownAreLeftOutWithASentence(t *testing.T) {
	for item, want := range map[string]string{
		`{"id":"a","type":"boolean","name":"A","value":"yes"}`:                                    "true or false",
		`{"id":"a","type":"option","name":"A","options":[]}`:                                      "no `options`",
		`{"id":"a","type":"option","name":"A","options":[{"id":"x","name":"X"}],"value":"y"}`:     "not among its options",
		`{"id":"a","type":"option","name":"A","multiple":true,"options":[{"id":"x","name":"X"}]}`: "must be a list",
		`{"id":"a","type":"externalLink","name":"A","uri":"javascript:alert(1)"}`:                 "https address",
		`{"id":"a","type":"group","name":"A"}`:                                                    "no item",
		`{"id":"a","type":"string","name":"A"}`:                                                   "is not one of",
		`{"id":"a","type":7}`:                                                                     "wrong type",
		`{"type":"boolean","value":true}`:                                                         "`id` and `name`",
	} {
		w := newWorld(t)
		got := w.post(register(`"name":"Acme","settingsPath":"/s","settings":[` + item + `,{"id":"good","type":"boolean","name":"Good","value":true}]`))
		if !strings.Contains(strings.Join(got.Warnings, "\n"), want) {
			t.Errorf("%s: %q", item, got.Warnings)
		}
		if !strings.Contains(w.card(), "Good") {
			t.Errorf("%s cost the next setting", item)
		}
	}
}

func TestReadOnlySettingsStay(t *testing.T) {
	w := newWorld(t)
	w.post(register(`"name":"Acme","settingsPath":"/s","settings":[{"id":"a","type":"boolean","name":"A","value":true,"readOnly":true,"readOnlyReason":"Your admin decided"}]`))
	if card := w.card(); !strings.Contains(card, "Your admin decided") || !strings.Contains(card, "disabled") {
		t.Error(card)
	}
	if status, _ := w.ask("POST", "/settings", `{"ID":"a","Value":false}`); status != 409 {
		t.Error(status)
	}
}

func TestTheBanner(t *testing.T) {
	w := newWorld(t)
	w.post(register(`"name":"Acme","buttonEventPath":"/b"`))
	got := w.post(`{"type":"rc-adapter-update-customized-banner","banner":{"id":"b1","message":"See [the **news**](https://acme.example) <i>","severity":"warning","closable":true}}`)
	if !got.Service.Banner {
		t.Error("no banner")
	}
	_, html := w.ask("GET", "/banner", "")
	for _, want := range []string{"banner--warning", `href="https://acme.example"`, "&lt;i&gt;", `aria-label="Close"`} {
		if !strings.Contains(html, want) {
			t.Errorf("lacks %q: %s", want, html)
		}
	}
	if status, _ := w.ask("DELETE", "/banner", ""); status != 204 {
		t.Error(status)
	}
	if _, html := w.ask("GET", "/banner", ""); strings.TrimSpace(html) != "" {
		t.Error(html)
	}
	if got := w.post(`{"type":"rc-adapter-update-customized-banner","banner":null}`); len(got.Warnings) > 0 || got.Service.Banner {
		t.Errorf("%+v", got)
	}
}
