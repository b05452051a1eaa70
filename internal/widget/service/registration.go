package service

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"offhook/internal/store"
	"offhook/internal/widget/markup"
)

// neutral is the colour of a license that has none (contract/service.md 2.1).
const neutral = "neutral.f04"

// A Registration is rc-adapter-register-third-party-service as the phone
// keeps it, by the contract's names. Fields that a later registration leaves
// out stay, except those tagged reset (contract/service.md 2); a path that it
// empties goes.
type Registration struct {
	Name        string
	DisplayName string
	Info        string `rule:"reset"`

	AuthorizationPath      string
	Authorized             bool `rule:"reset"`
	AuthorizedTitle        string
	UnauthorizedTitle      string
	AuthorizedAccount      string `rule:"reset"`
	AuthorizationLogo      string
	AuthorizationLinks     []Link
	ShowAuthRedDot         bool   `rule:"reset"`
	LicenseStatus          string `rule:"reset"`
	LicenseStatusColor     string `rule:"reset"`
	LicenseDescription     string `rule:"reset"`
	ContactsPath           string
	ContactIcon            string
	ContactSearchPath      string
	ContactMatchPath       string
	ContactMatchTtl        float64
	ContactNoMatchTtl      float64
	ViewMatchedContactPath string
	ActivitiesPath         string
	ActivityPath           string
	ActivityName           string

	CallLoggerPath                      string
	CallLoggerTitle                     string
	ShowLogModal                        bool `rule:"reset"`
	RecordingWithToken                  Any  `rule:"reset"`
	CallLogEntityMatcherPath            string
	CallLogPageInputChangedEventPath    string
	CallLoggerAutoSettingLabel          string
	CallLoggerAutoSettingDescription    string
	CallLoggerAutoSettingWarning        string `rule:"reset"`
	CallLoggerAutoSettingReadOnly       bool
	CallLoggerAutoSettingReadOnlyReason string
	CallLoggerAutoSettingReadOnlyValue  *bool
	CallLoggerAutoLogSettingHidden      bool `rule:"reset"`
	CallLoggerAutoLogOnCallSync         bool `rule:"reset"`
	CallLoggerHideEditLogButton         bool `rule:"reset"`

	MessageLoggerPath                      string
	MessageLoggerTitle                     string
	AttachmentWithToken                    Any `rule:"reset"`
	MessageLogEntityMatcherPath            string
	MessagesLogPageInputChangedEventPath   string
	MessageLoggerAutoSettingLabel          string
	MessageLoggerAutoSettingDescription    string
	MessageLoggerAutoSettingReadOnly       bool
	MessageLoggerAutoSettingReadOnlyReason string
	MessageLoggerAutoSettingReadOnlyValue  *bool
	MessageLoggerAutoSettingHidden         bool
	MessageLoggerGranularSelectionEnabled  Any `rule:"reset"`
	MessageLogOpenPath                     string

	FeedbackPath                        string
	SettingsPath                        string
	Settings                            []json.RawMessage `rule:"apart"`
	VcardHandlerPath                    string
	ButtonEventPath                     string
	Buttons                             []Button `rule:"apart"`
	CustomizedPageInputChangedEventPath string
	DoNotContactPath                    string
	Banner                              json.RawMessage `rule:"apart"`
	VoicemailDropFilesPath              string
}

// later are fields of the contract that mean nothing here yet; a page that
// sends them is told.
var later = []string{
	"meetingInvitePath", "meetingInviteTitle", "meetingUpcomingPath", "meetingLoggerPath", "meetingLoggerTitle",
}

// Any is a value whose truth alone counts, as JavaScript sees it.
type Any bool

// UnmarshalJSON takes every value.
func (a *Any) UnmarshalJSON(data []byte) error { *a = Any(!falsy(data)); return nil }

// A Link stands under the service's card.
type Link struct {
	Label string `json:"label"`
	URI   string `json:"uri"`
}

// A Button is one that the service adds to a panel (contract/service.md 12).
type Button struct {
	ID    string `json:"id"`
	Type  string `json:"type"`
	Label string `json:"label"`
	Icon  string `json:"icon"`

	noIcon bool // it had one that may not be shown
}

// buttonTypes are the places of buttons.
var buttonTypes = []string{"smsToolbar", "callAction", "messageAction", "contactAction"}

// buttonNeeds are the capabilities that a page needs for the buttons of some
// places, because of what their events carry; toldOf says what that is.
var (
	buttonNeeds = map[string]string{"messageAction": "messages", "callAction": "calls"}
	toldOf      = map[string]string{"messageAction": "texts", "callAction": "calls"}
)

// register takes rc-adapter-register-third-party-service. A field that is
// wrong costs itself and a sentence, nothing else.
func (c call) register(m message) ([]string, []Change) {
	var fields message
	if err := json.Unmarshal(m["service"], &fields); err != nil || fields == nil {
		return []string{"rc-adapter-register-third-party-service needs `service`, an object. Nothing was registered."}, nil
	}
	var name string
	if _ = json.Unmarshal(fields["name"], &name); name == "" {
		return []string{"A service needs a `name`, a string. Nothing was registered."}, nil
	}
	s := c.service
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.reg.afresh()
	if s.stale {
		next, s.stale = Registration{}, false
	}
	next.leave(fields)
	warnings := decode(fields, &next)
	warnings = append(warnings, next.check(c.embed.AssetOrigins)...)
	s.reg = next
	s.account = account{true, ""}
	if next.AuthorizationPath != "" {
		s.account = account{next.Authorized, next.AuthorizedAccount}
	}
	s.assets = c.embed.AssetOrigins
	s.settle()
	s.license = license{next.LicenseStatus, next.LicenseStatusColor, next.LicenseDescription}
	if s.license.Color == "" {
		s.license.Color = neutral
	}
	changed := []Change{{What: "service"}}
	if raw := fields["buttons"]; !falsy(raw) {
		warnings = append(warnings, s.setButtons(raw, c.embed)...)
	}
	if raw := fields["settings"]; !falsy(raw) {
		warnings = append(warnings, s.setItems(raw)...)
	}
	if raw := fields["banner"]; !falsy(raw) {
		warnings = append(warnings, s.setBanner(raw)...)
		changed = append(changed, Change{What: "banner"})
	}
	return warnings, changed
}

// afresh is what stays when a page registers again.
func (r Registration) afresh() Registration {
	v := reflect.ValueOf(&r).Elem()
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("rule") == "reset" {
			v.Field(i).SetZero()
		}
	}
	return r
}

// leave takes away the paths that a page has emptied: it is asked there no more.
func (r *Registration) leave(fields message) {
	v := reflect.ValueOf(r).Elem()
	for i := range v.NumField() {
		name := nameOf(v.Type().Field(i))
		if raw, there := fields[name]; there && isPath(name, v.Field(i)) && falsy(raw) {
			v.Field(i).SetString("")
		}
	}
}

// isPath reports whether a field of a registration says where the page is asked.
func isPath(name string, v reflect.Value) bool {
	return strings.HasSuffix(name, "Path") && v.Kind() == reflect.String
}

// check drops what is well formed and still cannot be used.
func (r *Registration) check(assets []string) (warnings []string) {
	for field, image := range map[string]*string{"authorizationLogo": &r.AuthorizationLogo, "contactIcon": &r.ContactIcon} {
		if *image != "" && markup.Picture(*image, assets) == "" {
			warnings = append(warnings, markup.PictureWarning(field))
			*image = ""
		}
	}
	kept := r.AuthorizationLinks[:0:0]
	for _, l := range r.AuthorizationLinks {
		if l.Label == "" || !strings.HasPrefix(string(markup.Link(l.URI)), "http") {
			warnings = append(warnings, "`authorizationLinks` has an entry without a label, or whose `uri` is not an https address. It was left out.")
			continue
		}
		kept = append(kept, l)
	}
	r.AuthorizationLinks = kept
	for field, wanted := range map[string]Any{"attachmentWithToken": r.AttachmentWithToken, "recordingWithToken": r.RecordingWithToken} {
		if wanted {
			warnings = append(warnings, fmt.Sprintf("`%s` does nothing: no token of the user goes to a browser. Have your own server ask for one (POST /api/grants/{id}/token, docs/sign-in.md) and fetch the address with it.", field))
		}
	}
	slices.Sort(warnings)
	return warnings
}

// setButtons takes `buttons`; a list without a good one leaves what was
// there. The caller holds mu.
func (s *Service) setButtons(raw json.RawMessage, e store.Embed) (warnings []string) {
	var list []Button
	if err := json.Unmarshal(raw, &list); err != nil {
		return []string{"`buttons` must be a list of {id, type, label, icon}, all strings. It was left out."}
	}
	if s.reg.ButtonEventPath == "" {
		return []string{"`buttons` needs `buttonEventPath`, which hears of their clicks. The buttons were left out."}
	}
	var good []Button
	for _, b := range list {
		// Its event carries what a conversation or a call says.
		if needs, ok := buttonNeeds[b.Type]; ok && !slices.Contains(e.Capabilities, needs) {
			warnings = append(warnings, fmt.Sprintf("The button %q is told of %s, which this page may not read. The operator can allow it with the capability %q of the embed. It was left out.", clip(b.ID), toldOf[b.Type], needs))
			continue
		}
		if b.Type == "smsToolbar" && markup.Picture(b.Icon, e.AssetOrigins) == "" && b.Icon != "" {
			warnings = append(warnings, markup.PictureWarning("icon"))
			b.Icon, b.noIcon = "", true
		}
		if b.ID == "" || b.Label == "" || b.Icon == "" && !b.noIcon || !slices.Contains(buttonTypes, b.Type) || len(good) == 40 {
			warnings = append(warnings, fmt.Sprintf("The button %q needs id, label, icon and a type among %s. It was left out.", clip(b.ID), strings.Join(buttonTypes, ", ")))
			continue
		}
		good = append(good, b)
	}
	if good != nil {
		s.reg.Buttons = good
	}
	return warnings
}

// decode reads the fields of a message into the struct that v points to, each
// on its own, and says which it could not. Names are the struct's with a small
// first letter. Absent and falsy fields change nothing, except that false,
// zero and empty mean themselves for fields of those types.
func decode(m message, v any) (warnings []string) {
	at := reflect.ValueOf(v).Elem()
	known := map[string]bool{"type": true}
	for i := range at.NumField() {
		field := at.Type().Field(i)
		name := nameOf(field)
		known[name] = true
		raw, ok := m[name]
		if !ok || bytes.Equal(raw, []byte("null")) || field.Tag.Get("rule") == "apart" || falsy(raw) && at.Field(i).Kind() != reflect.Bool && at.Field(i).Kind() != reflect.Pointer {
			continue
		}
		into := reflect.New(field.Type)
		if err := json.Unmarshal(raw, into.Interface()); err != nil {
			warnings = append(warnings, fmt.Sprintf("`%s` must be %s. It was left out.", name, kindOf(field.Type)))
			continue
		}
		if field.Type.Kind() == reflect.String && len(into.Elem().String()) > maxField(name) {
			warnings = append(warnings, fmt.Sprintf("`%s` is longer than the %d characters that the phone shows. It was left out.", name, maxField(name)))
			continue
		}
		at.Field(i).Set(into.Elem())
	}
	return append(warnings, strangers(m, known)...)
}

// maxField bounds a text of a registration; pictures may come inside it.
func maxField(name string) int {
	if strings.HasSuffix(name, "Logo") || strings.HasSuffix(name, "Icon") {
		return 64 << 10
	}
	return 2000
}

// strangers names the fields that nobody knows, in order.
func strangers(m message, known map[string]bool) (warnings []string) {
	for name := range m {
		switch {
		case slices.Contains(later, name):
			warnings = append(warnings, fmt.Sprintf("`%s` does nothing in this phone yet.", name))
		case !known[name]:
			warnings = append(warnings, fmt.Sprintf("`%s` is not a field that the phone knows. It was left out.", clip(name)))
		}
	}
	slices.Sort(warnings)
	if len(warnings) > 20 {
		warnings = append(warnings[:20], fmt.Sprintf("%d more fields were left out.", len(warnings)-20))
	}
	return warnings
}

func nameOf(f reflect.StructField) string {
	if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag != "" {
		return tag
	}
	return strings.ToLower(f.Name[:1]) + f.Name[1:]
}

func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Pointer:
		return kindOf(t.Elem())
	case reflect.Float64, reflect.Int:
		return "a number"
	case reflect.Slice:
		return "a list"
	case reflect.String:
		return "a string"
	}
	return "an object"
}

// falsy reports whether JavaScript takes a value for false.
func falsy(raw json.RawMessage) bool {
	switch string(bytes.TrimSpace(raw)) {
	case "", "null", "false", "0", `""`:
		return true
	}
	return false
}

// paths are the registration's paths by field, without those that the user
// has not authorized (contract/service.md 2, authorization gate, is the
// frame's: the server says what it is).
func (r Registration) paths() map[string]string {
	paths := map[string]string{}
	r.each(func(name string, v reflect.Value) {
		if isPath(name, v) && v.Len() > 0 {
			paths[name] = v.String()
		}
	})
	return paths
}

// flags are its switches by field.
func (r Registration) flags() map[string]bool {
	flags := map[string]bool{}
	r.each(func(name string, v reflect.Value) {
		if v.Kind() == reflect.Bool && v.Bool() {
			flags[name] = true
		}
	})
	return flags
}

func (r Registration) each(f func(name string, v reflect.Value)) {
	v := reflect.ValueOf(r)
	for i := range v.NumField() {
		f(nameOf(v.Type().Field(i)), v.Field(i))
	}
}
