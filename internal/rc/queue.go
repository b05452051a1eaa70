package rc

import "fmt"

// A CallQueue is an entry of account/~/call-queues (CallQueueInfo).
type CallQueue struct {
	URI             string `json:"uri"`
	ID              string `json:"id"`
	ExtensionNumber string `json:"extensionNumber"`
	Name            string `json:"name"`
	Status          string `json:"status"`
	Site            Site   `json:"site"`
}

// A CallQueuePresence says whether a user takes the calls of a queue
// (ExtensionCallQueuePresence).
type CallQueuePresence struct {
	CallQueue   CallQueueRef `json:"callQueue"`
	AcceptCalls *bool        `json:"acceptCalls"`
}

// A CallQueueRef names a queue inside another resource.
type CallQueueRef struct {
	ID                   string `json:"id"`
	Name                 string `json:"name,omitempty"`
	ExtensionNumber      string `json:"extensionNumber,omitempty"`
	EditableMemberStatus bool   `json:"editableMemberStatus,omitempty"`
}

// A CallQueuePresenceEvent is the body of the event call-queues/{id}/presence.
type CallQueuePresenceEvent struct {
	ExtensionID string `json:"extensionId"`
	CallQueueID string `json:"callQueueId"`
	AcceptCalls bool   `json:"acceptCalls"`
}

// CallQueuePresenceFilter is the event filter for who takes a queue's calls.
func CallQueuePresenceFilter(accountID, queueID int64) string {
	return fmt.Sprintf("/restapi/v1.0/account/%d/call-queues/%d/presence", accountID, queueID)
}
