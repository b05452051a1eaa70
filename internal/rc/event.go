package rc

import (
	"encoding/json"
	"fmt"
)

// Frame types of the notification gateway (contract 7.2).
const (
	FrameConnectionDetails  = "ConnectionDetails"
	FrameClientRequest      = "ClientRequest"
	FrameServerNotification = "ServerNotification"
	FrameHeartbeat          = "Heartbeat"
	FrameError              = "Error"
)

// A FrameMeta is the first element of every gateway frame, a JSON array of
// one or two elements.
type FrameMeta struct {
	Type      string            `json:"type"`
	MessageID string            `json:"messageId"`
	Method    string            `json:"method,omitempty"`
	Path      string            `json:"path,omitempty"`
	Query     map[string]any    `json:"query,omitempty"`
	Status    int               `json:"status,omitempty"`
	Headers   map[string]string `json:"headers,omitempty"`
	WSC       *WSC              `json:"wsc,omitempty"`
}

// WSC is the recovery token of a gateway session and its frame counter.
type WSC struct {
	Token    string `json:"token"`
	Sequence int64  `json:"sequence"`
}

// ConnectionDetails is the body of the gateway's first frame. Times are in
// seconds.
type ConnectionDetails struct {
	CreationTime             string `json:"creationTime"`
	MaxConnectionsPerSession int    `json:"maxConnectionsPerSession"`
	RecoveryBufferSize       int    `json:"recoveryBufferSize"`
	RecoveryTimeout          int    `json:"recoveryTimeout"`
	IdleTimeout              int    `json:"idleTimeout"`
	AbsoluteTimeout          int    `json:"absoluteTimeout"`
	MaxActiveRequests        int    `json:"maxActiveRequests"`
	RecoveryState            string `json:"recoveryState,omitempty"`
	RecoveryErrorCode        string `json:"recoveryErrorCode,omitempty"`
}

// A Notification is the envelope of an event (contract 7.3).
type Notification struct {
	UUID           string          `json:"uuid"`
	Event          string          `json:"event"`
	Timestamp      Time            `json:"timestamp"`
	SubscriptionID string          `json:"subscriptionId"`
	OwnerID        string          `json:"ownerId"`
	Body           json.RawMessage `json:"body"`
}

// A Subscription is the subscription resource (contract 7.1).
type Subscription struct {
	URI            string           `json:"uri"`
	ID             string           `json:"id"`
	EventFilters   []string         `json:"eventFilters"`
	Disabled       []DisabledFilter `json:"disabledFilters,omitempty"`
	CreationTime   Time             `json:"creationTime"`
	ExpirationTime Time             `json:"expirationTime"`
	ExpiresIn      int              `json:"expiresIn"`
	Status         string           `json:"status"`
	DeliveryMode   DeliveryMode     `json:"deliveryMode"`
	Blacklisted    *BlacklistedData `json:"blacklistedData,omitempty"`
}

// A BlacklistedData says since when and why nothing is sent to a webhook.
type BlacklistedData struct {
	BlacklistedAt Time   `json:"blacklistedAt"`
	Reason        string `json:"reason"`
}

// A DisabledFilter is a filter that the caller may not use, and why.
type DisabledFilter struct {
	Filter  string `json:"filter"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// A DeliveryMode says how notifications travel.
type DeliveryMode struct {
	TransportType string `json:"transportType"` // WebSocket, WebHook
	Address       string `json:"address,omitempty"`
	Encryption    bool   `json:"encryption"`
	// The app's own token, which comes back in a header of every request to a
	// webhook; only in requests. The specification has the first name, its
	// guide the second.
	VerificationToken Secret `json:"verificationToken,omitempty"`
	ValidationToken   Secret `json:"validationToken,omitempty"`
}

// A SubscriptionRequest is the body that creates or changes a subscription.
type SubscriptionRequest struct {
	EventFilters []string      `json:"eventFilters"`
	DeliveryMode *DeliveryMode `json:"deliveryMode,omitempty"`
	ExpiresIn    int           `json:"expiresIn,omitempty"`
}

// A MessageStoreEvent is the body of the message-store event: something
// changed, sync to see what.
type MessageStoreEvent struct {
	AccountID   string               `json:"accountId"`
	ExtensionID string               `json:"extensionId"`
	LastUpdated Time                 `json:"lastUpdated"`
	Changes     []MessageStoreChange `json:"changes"`
}

// A MessageStoreChange counts changes of one message type.
type MessageStoreChange struct {
	Type          string  `json:"type"`
	NewCount      int     `json:"newCount"`
	UpdatedCount  int     `json:"updatedCount"`
	NewMessageIDs []int64 `json:"newMessageIds,omitempty"`
}

// ExtensionPath returns the REST path of an extension with real ids.
func ExtensionPath(accountID, extensionID int64) string {
	return fmt.Sprintf("/restapi/v1.0/account/%d/extension/%d", accountID, extensionID)
}

// MessageStoreFilter is the event filter for changes of the message store.
func MessageStoreFilter(accountID, extensionID int64) string {
	return ExtensionPath(accountID, extensionID) + "/message-store"
}

// InstantSMSFilter is the event filter for inbound texts, delivered whole.
func InstantSMSFilter(accountID, extensionID int64) string {
	return MessageStoreFilter(accountID, extensionID) + "/instant?type=SMS"
}

// VoicemailFilter is the event filter for voicemail, delivered whole.
func VoicemailFilter(accountID, extensionID int64) string {
	return ExtensionPath(accountID, extensionID) + "/voicemail"
}

// InboundFaxFilter is the event filter for faxes that come in, delivered
// whole.
func InboundFaxFilter(accountID, extensionID int64) string {
	return ExtensionPath(accountID, extensionID) + "/fax?direction=Inbound"
}
