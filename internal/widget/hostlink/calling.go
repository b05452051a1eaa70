package hostlink

import (
	"context"
	"reflect"
)

// How the user calls, in the contract's words (contract/widget.md 1).
const (
	Browser  = "browser"
	WebPhone = "webphone"
	RingOut  = "ringout" // both: the user's own phone rings first
)

// Calling is how the user calls, and whom callees see.
type Calling struct {
	CallWith    string       `json:"callWith"`
	CallingMode string       `json:"callingMode"`
	FromNumber  string       `json:"fromNumber"` // anonymous for none; empty for the platform's choice
	FromNumbers []FromNumber `json:"fromNumbers"`
	// RingoutPrompt is set where who answers the phone that rings first is asked
	// to press 1.
	RingoutPrompt bool `json:"ringoutPrompt"`
	// RingOuts is set where calls can ring the user's own phone first, at
	// MyLocation, which a page may choose among MyLocationNumbers.
	RingOuts          bool       `json:"ringOuts"`
	MyLocation        string     `json:"myLocation"`
	MyLocationNumbers []Location `json:"myLocationNumbers"`
}

// A Location is a phone of the user's own.
type Location struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// A FromNumber is a number of the user's that callees may see.
type FromNumber struct {
	PhoneNumber string `json:"phoneNumber"`
	UsageType   string `json:"usageType"`
	Primary     bool   `json:"primary"`
	Label       string `json:"label"`
}

// A CallingNotice is rc-calling-settings-notify, before the frame leaves out
// what the page has not asked for.
type CallingNotice struct {
	Type string `json:"type"`
	Calling
}

// tellCalling tells a page that may know it how the user calls, when that has
// changed.
func (s *socket) tellCalling(ctx context.Context) error {
	id, ok := s.desk.Identity()
	if !ok || !s.calls || !s.caps.has(Settings) || reflect.DeepEqual(id.Calling, s.calling) {
		return nil
	}
	s.calling = id.Calling
	return s.write(ctx, frame{Type: "host", Message: CallingNotice{"rc-calling-settings-notify", id.Calling}})
}
