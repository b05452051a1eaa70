package rc

// A Grant is what an extension may do with another's calls and messages
// (contract, GrantInfo).
type Grant struct {
	URI                   string       `json:"uri"`
	Extension             ExtensionRef `json:"extension"`
	CallPickup            bool         `json:"callPickup"`
	CallMonitoring        bool         `json:"callMonitoring"`
	CallOnBehalfOf        bool         `json:"callOnBehalfOf"`
	CallDelegation        bool         `json:"callDelegation"`
	GroupPaging           bool         `json:"groupPaging"`
	CallQueueSetup        bool         `json:"callQueueSetup"`
	CallQueueMembersSetup bool         `json:"callQueueMembersSetup"`
	CallQueueMessages     bool         `json:"callQueueMessages"`
	CallQueueFacSetup     bool         `json:"callQueueFacSetup"`
	SharedVoicemails      bool         `json:"sharedVoicemails"`
}
