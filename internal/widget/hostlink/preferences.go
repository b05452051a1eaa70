package hostlink

// Preferences are how the user likes their phone, as far as it is the
// browser's work; empty is the usual.
type Preferences struct {
	Theme  string `json:"theme,omitempty"`
	Enter  string `json:"enter,omitempty"`
	Sound  string `json:"sound,omitempty"`
	Volume string `json:"volume,omitempty"`
	Keys   string `json:"keys,omitempty"`

	CallWith   string `json:"callWith,omitempty"` // ringout, where the user's own phone rings first
	CallerID   string `json:"callerId,omitempty"`
	Ringtone   string `json:"ringtone,omitempty"`
	RingVolume string `json:"ringVolume,omitempty"`

	Language string `json:"language,omitempty"`
}
