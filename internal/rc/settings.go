package rc

// A ForwardingNumber is a number that a user's calls can also ring at
// (contract 5.1).
type ForwardingNumber struct {
	ID          string   `json:"id"`
	URI         string   `json:"uri"`
	PhoneNumber string   `json:"phoneNumber"` // E.164
	Label       string   `json:"label"`
	Type        string   `json:"type"`
	FlipNumber  string   `json:"flipNumber,omitempty"`
	Features    []string `json:"features"` // CallForwarding, CallFlip
}

// BusinessHours is when somebody answers (contract 5.1).
type BusinessHours struct {
	URI      string    `json:"uri,omitempty"`
	Schedule *Schedule `json:"schedule"`
}

// A Schedule has ranges for the days monday to sunday; none is around the
// clock.
type Schedule struct {
	WeeklyRanges map[string][]TimeRange `json:"weeklyRanges,omitempty"`
}

// A TimeRange is a part of a day, such as 09:00 to 18:00.
type TimeRange struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// An ExtensionChange is the body of the extension event (contract 7.3): what
// of an extension is to be read again.
type ExtensionChange struct {
	ExtensionID string   `json:"extensionId"`
	EventType   string   `json:"eventType"`
	Hints       []string `json:"hints"`
}

// A DirectoryChange is an entry of the directory event (contract 7.3).
type DirectoryChange struct {
	EventType       string `json:"eventType"`
	ID              string `json:"id"`
	Type            string `json:"type"`
	Status          string `json:"status"`
	FirstName       string `json:"firstName,omitempty"`
	LastName        string `json:"lastName,omitempty"`
	Name            string `json:"name,omitempty"`
	Email           string `json:"email,omitempty"`
	ExtensionNumber string `json:"extensionNumber,omitempty"`
	JobTitle        string `json:"jobTitle,omitempty"`
	Department      string `json:"department,omitempty"`
}
