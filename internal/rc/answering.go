package rc

// Ids of the answering rules that everybody has. The contract tells hours and
// forwarding numbers (5.1), but not what happens in and after the hours; the
// form of these is RingCentral's public one.
const (
	BusinessHoursRule = "business-hours-rule"
	AfterHoursRule    = "after-hours-rule"
)

// Call handling actions of a user, of a queue and of a company.
const (
	ForwardCalls         = "ForwardCalls"
	ForwardAlways        = "UnconditionalForwarding"
	TransferToExtension  = "TransferToExtension"
	TakeMessagesOnly     = "TakeMessagesOnly"
	PlayAnnouncementOnly = "PlayAnnouncementOnly"
	AgentQueue           = "AgentQueue"
	ToOperator           = "Operator"   // the menu, and the operator for who chooses nobody
	ToNobody             = "Disconnect" // a sentence
	BypassMenu           = "Bypass"     // an extension at once
)

// Orders in which forwarding numbers ring, and members of a queue.
const (
	Sequentially   = "Sequentially"
	Simultaneously = "Simultaneously"

	Simultaneous = "Simultaneous"
	Rotating     = "Rotating"
	FixedOrder   = "FixedOrder"
)

// An AnsweringRule says what happens to calls. Which parts are there depends
// on CallHandlingAction.
type AnsweringRule struct {
	URI                     string            `json:"uri,omitempty"`
	ID                      string            `json:"id"`
	Type                    string            `json:"type"` // BusinessHours, AfterHours
	Enabled                 bool              `json:"enabled"`
	CallHandlingAction      string            `json:"callHandlingAction"`
	Forwarding              *Forwarding       `json:"forwarding,omitempty"`
	UnconditionalForwarding *ForwardingTarget `json:"unconditionalForwarding,omitempty"`
	Transfer                *RuleExtension    `json:"transfer,omitempty"`
	Extension               *AnsweringRef     `json:"extension,omitempty"` // of a company that bypasses its menu
	Queue                   *QueueRule        `json:"queue,omitempty"`
}

// A Forwarding is whose phones ring, and in which order.
type Forwarding struct {
	NotifyMySoftPhones   bool `json:"notifyMySoftPhones"`   // the user's own phones ring
	SoftPhonesRingCount  int  `json:"softPhonesRingCount"`  // rings before forwarding begins, about five seconds each
	SoftPhonesAlwaysRing bool `json:"softPhonesAlwaysRing"` // they ring on while others do
	SoftPhonesTop        bool `json:"softPhonesPositionTop"`
	// RingingMode is that of the groups: Sequentially or Simultaneously.
	RingingMode string `json:"ringingMode"`
	// Rules are the groups by index. Every forwarding number is in one.
	Rules []ForwardingGroup `json:"rules"`
}

// A ForwardingGroup is numbers that ring together.
type ForwardingGroup struct {
	Index     int                `json:"index"`
	RingCount int                `json:"ringCount"`
	Enabled   bool               `json:"enabled"`
	Numbers   []ForwardingTarget `json:"forwardingNumbers"`
}

// A ForwardingTarget is a forwarding number of a user by its id, or a number.
type ForwardingTarget struct {
	ID          string `json:"id,omitempty"`
	URI         string `json:"uri,omitempty"`
	PhoneNumber string `json:"phoneNumber,omitempty"`
	Label       string `json:"label,omitempty"`
	Type        string `json:"type,omitempty"`
}

// A RuleExtension wraps an extension as rules do.
type RuleExtension struct {
	Extension AnsweringRef `json:"extension"`
}

// An AnsweringRef names an extension.
type AnsweringRef struct {
	ID              string `json:"id"`
	URI             string `json:"uri,omitempty"`
	ExtensionNumber string `json:"extensionNumber,omitempty"`
	Name            string `json:"name,omitempty"`
}

// A QueueRule is how a queue finds a member who answers. Times are in seconds.
type QueueRule struct {
	TransferMode     string       `json:"transferMode"` // Simultaneous, Rotating, FixedOrder
	FixedOrderAgents []FixedAgent `json:"fixedOrderAgents,omitempty"`
	AgentTimeout     int          `json:"agentTimeout"` // how long a member rings before the next does
	HoldTime         int          `json:"holdTime"`     // how long callers wait at all
	// HoldTimeExpirationAction is Voicemail or TransferToExtension.
	HoldTimeExpirationAction string          `json:"holdTimeExpirationAction"`
	Transfer                 []RuleExtension `json:"transfer,omitempty"`
}

// A FixedAgent is a member's place in a fixed order.
type FixedAgent struct {
	Extension AnsweringRef `json:"extension"`
	Index     int          `json:"index"`
}
