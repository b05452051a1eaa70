package rc

// A Group is a rate-limit group (contract 2.7).
type Group string

// The rate-limit groups, each with its default limit in 60 seconds in [Group.Limit].
const (
	Light        Group = "Light"
	Medium       Group = "Medium"
	Heavy        Group = "Heavy"
	Auth         Group = "Auth"
	NoThrottling Group = "NoThrottling"
)

// Limit is the group's default number of requests in a sliding minute; zero
// means that the group is not limited.
func (g Group) Limit() int {
	switch g {
	case Light:
		return 50
	case Medium:
		return 40
	case Heavy:
		return 10
	case Auth:
		return 5
	}
	return 0
}

// An Operation is one endpoint of the contract. Scope is the app permission
// that a token needs, or empty.
type Operation struct {
	Area   string
	Method string
	Path   string // with {placeholders}, as net/http patterns write them
	Group  Group
	Scope  Scope
}

// Pattern is the operation as a net/http pattern.
func (o Operation) Pattern() string { return o.Method + " " + o.Path }

// Operations lists the operations of the contract (Appendix A, and the
// unpublished ones that released clients call), and RingCentral's public ones
// of answering rules, which it leaves out.
var Operations = []Operation{
	{"OAuth / discovery", "GET", "/restapi/oauth/authorize", "Auth", ""},
	{"OAuth / discovery", "POST", "/restapi/oauth/authorize", "Auth", ""},
	{"OAuth / discovery", "POST", "/restapi/oauth/token", "Auth", ""},
	{"OAuth / discovery", "POST", "/restapi/oauth/revoke", "Auth", ""},
	{"OAuth / discovery", "GET", "/.well-known/openid-configuration", "NoThrottling", ""},
	{"OAuth / discovery", "GET", "/restapi/oauth/jwks", "NoThrottling", ""},
	{"OAuth / discovery", "GET", "/restapi/oauth/userinfo", "Auth", ""},
	{"OAuth / discovery", "POST", "/restapi/oauth/userinfo", "Auth", ""},
	{"OAuth / discovery", "POST", "/restapi/oauth/wstoken", "Auth", "WebSocket"},
	{"OAuth / discovery", "GET", "/restapi", "NoThrottling", ""},
	{"OAuth / discovery", "GET", "/restapi/{apiVersion}", "NoThrottling", ""},
	{"OAuth / discovery", "GET", "/.well-known/entry-points/initial", "NoThrottling", ""},
	{"OAuth / discovery", "GET", "/.well-known/entry-points/external", "NoThrottling", ""},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/service-info", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/business-address", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension", "Medium", "ReadAccounts"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "PUT", "/restapi/v1.0/account/{accountId}/extension/{extensionId}", "Medium", "EditExtensions"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/phone-number", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/phone-number", "Heavy", "ReadAccounts"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/caller-id", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "PUT", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/caller-id", "Medium", "EditExtensions"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/authz-profile", "Medium", ""},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/authz-profile/check", "Light", ""},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/features", "Medium", "ReadAccounts"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/device", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/device/{deviceId}", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "PUT", "/restapi/v1.0/account/{accountId}/device/{deviceId}", "Medium", "EditExtensions"}, // AccountDeviceUpdate: emergency addresses
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/device/{deviceId}/sip-info", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "POST", "/restapi/v1.0/client-info/sip-provision", "Heavy", "VoipCalling"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/forwarding-number", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "POST", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/forwarding-number", "Medium", "EditExtensions"},
	{"Account, extension, numbers, devices", "PUT", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/forwarding-number/{forwardingNumberId}", "Medium", "EditExtensions"},
	{"Account, extension, numbers, devices", "DELETE", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/forwarding-number/{forwardingNumberId}", "Medium", "EditExtensions"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/business-hours", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "PUT", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/business-hours", "Medium", "EditExtensions"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/business-hours", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "PUT", "/restapi/v1.0/account/{accountId}/business-hours", "Medium", "EditExtensions"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/answering-rule", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/answering-rule/{ruleId}", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "PUT", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/answering-rule/{ruleId}", "Medium", "EditExtensions"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/answering-rule", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/answering-rule/{ruleId}", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "PUT", "/restapi/v1.0/account/{accountId}/answering-rule/{ruleId}", "Medium", "EditExtensions"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/grant", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/conferencing", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/notification-settings", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/profile-image", "Medium", "ReadAccounts"},
	{"Account, extension, numbers, devices", "PUT", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/profile-image", "Medium", "EditExtensions"},
	{"Account, extension, numbers, devices", "POST", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/profile-image", "Medium", "EditExtensions"},
	{"Account, extension, numbers, devices", "DELETE", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/profile-image", "Medium", "EditExtensions"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/templates", "Medium", "ReadAccounts"},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/status", "NoThrottling", ""},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/client-info", "Light", ""},
	{"Account, extension, numbers, devices", "GET", "/restapi/v1.0/account/{accountId}/dialing-plan", "Light", "ReadAccounts"},
	{"Account, extension, numbers, devices", "POST", "/restapi/v1.0/interop/generate-code", "Light", ""},
	{"Dictionaries, number parsing", "GET", "/restapi/v1.0/dictionary/country", "Light", ""},
	{"Dictionaries, number parsing", "GET", "/restapi/v1.0/dictionary/country/{countryId}", "Light", ""},
	{"Dictionaries, number parsing", "GET", "/restapi/v1.0/dictionary/state", "Light", ""},
	{"Dictionaries, number parsing", "GET", "/restapi/v1.0/dictionary/language", "Light", ""},
	{"Dictionaries, number parsing", "GET", "/restapi/v1.0/dictionary/timezone", "Light", ""},
	{"Dictionaries, number parsing", "GET", "/restapi/v1.0/dictionary/fax-cover-page", "Light", ""},
	{"Dictionaries, number parsing", "POST", "/restapi/v2/number-parser/parse", "Light", ""},
	{"Dictionaries, number parsing", "POST", "/restapi/v1.0/number-parser/parse", "Light", ""},
	{"Presence, queues", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/presence", "Light", "ReadPresence"},
	{"Presence, queues", "PUT", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/presence", "Medium", "EditPresence"},
	{"Presence, queues", "GET", "/restapi/v1.0/account/{accountId}/presence", "Heavy", "ReadPresence"},
	{"Presence, queues", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/unified-presence", "Medium", "ReadPresence"},
	{"Presence, queues", "PATCH", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/unified-presence", "Medium", "EditPresence"},
	{"Presence, queues", "GET", "/restapi/v1.0/account/{accountId}/call-queues", "Medium", "ReadAccounts"},
	{"Presence, queues", "GET", "/restapi/v1.0/account/{accountId}/call-queues/{groupId}/members", "Light", "ReadAccounts"},
	{"Presence, queues", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/call-queue-presence", "Light", "ReadPresence"},
	{"Presence, queues", "PUT", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/call-queue-presence", "Medium", "EditPresence"},
	{"Contacts, directory", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/address-book/contact", "Heavy", "ReadContacts"},
	{"Contacts, directory", "POST", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/address-book/contact", "Heavy", "Contacts"},
	{"Contacts, directory", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/address-book/contact/{contactId}", "Heavy", "ReadContacts"},
	{"Contacts, directory", "PUT", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/address-book/contact/{contactId}", "Heavy", "Contacts"},
	{"Contacts, directory", "PATCH", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/address-book/contact/{contactId}", "Heavy", "Contacts"},
	{"Contacts, directory", "DELETE", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/address-book/contact/{contactId}", "Heavy", "Contacts"},
	{"Contacts, directory", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/address-book-sync", "Heavy", "ReadContacts"},
	{"Contacts, directory", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/favorite", "Light", "ReadContacts"},
	{"Contacts, directory", "PUT", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/favorite", "Medium", "Contacts"},
	{"Contacts, directory", "GET", "/restapi/v1.0/account/{accountId}/directory/entries", "Medium", "ReadAccounts"},
	{"Contacts, directory", "GET", "/restapi/v1.0/account/{accountId}/directory/entries/{entryId}", "Medium", "ReadAccounts"},
	{"Contacts, directory", "POST", "/restapi/v1.0/account/{accountId}/directory/entries/search", "Heavy", "ReadAccounts"},
	{"Contacts, directory", "GET", "/restapi/v1.0/account/{accountId}/directory/federation", "Medium", "ReadAccounts"},
	{"Contacts, directory", "GET", "/restapi/v1.0/account/{accountId}/directory/contacts", "Medium", "ReadAccounts"},
	{"Messages", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/message-store", "Light", "ReadMessages"},
	{"Messages", "DELETE", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/message-store", "Medium", "EditMessages"},
	{"Messages", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/message-store/{messageId}", "Light", "ReadMessages"},
	{"Messages", "PUT", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/message-store/{messageId}", "Medium", "EditMessages"},
	{"Messages", "PATCH", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/message-store/{messageId}", "Medium", "EditMessages"},
	{"Messages", "DELETE", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/message-store/{messageId}", "Medium", "EditMessages"},
	{"Messages", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/message-store/{messageId}/content/{attachmentId}", "Medium", "ReadMessages"},
	{"Messages", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/message-sync", "Light", "ReadMessages"},
	{"Messages", "POST", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/sms", "Medium", "SMS"},
	{"Messages", "POST", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/mms", "Medium", "SMS"},
	{"Messages", "POST", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/company-pager", "Medium", "InternalMessages"},
	{"Messages", "POST", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/fax", "Heavy", "Faxes"},
	{"Messages", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/message-store-templates", "Light", "ReadAccounts"},
	{"Messages", "POST", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/message-store-templates", "Medium", "EditExtensions"},
	{"Messages", "PUT", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/message-store-templates/{templateId}", "Medium", "EditExtensions"},
	{"Messages", "DELETE", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/message-store-templates/{templateId}", "Medium", "EditExtensions"},
	{"Messages", "GET", "/restapi/v1.0/account/{accountId}/message-store-templates", "Light", "ReadAccounts"},
	{"Messages", "GET", "/restapi/v1.0/account/{accountId}/message-threads", "Medium", "SMS"},
	{"Messages", "GET", "/restapi/v1.0/account/{accountId}/message-threads/{threadId}", "Medium", "SMS"},
	{"Messages", "GET", "/restapi/v1.0/account/{accountId}/message-threads/messages", "Medium", "SMS"},
	{"Messages", "GET", "/restapi/v1.0/account/{accountId}/message-threads/messages/{messageId}/content/{attachmentId}", "Medium", "SMS"},
	{"Messages", "POST", "/restapi/v1.0/account/{accountId}/message-threads/messages", "Medium", "SMS"},
	{"Messages", "GET", "/restapi/v1.0/account/{accountId}/message-threads/sync", "Medium", "SMS"},
	{"Messages", "GET", "/restapi/v1.0/account/{accountId}/message-threads/entries/sync", "Medium", "SMS"},
	{"Messages", "POST", "/restapi/v1.0/account/{accountId}/message-threads/{threadId}/resolve", "Medium", "SMS"},
	{"Messages", "POST", "/restapi/v1.0/account/{accountId}/message-threads/{threadId}/assign", "Medium", "SMS"},
	{"Messages", "POST", "/restapi/v1.0/account/{accountId}/a2p-sms/batches", "Light", "A2PSMS"},
	{"Messages", "GET", "/restapi/v1.0/account/{accountId}/a2p-sms/opt-outs", "Light", "A2PSMS"},
	{"Call log, active calls, recordings, RingOut", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/call-log", "Heavy", "ReadCallLog"},
	{"Call log, active calls, recordings, RingOut", "DELETE", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/call-log", "Heavy", "EditCallLog"},
	{"Call log, active calls, recordings, RingOut", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/call-log/{callRecordId}", "Heavy", "ReadCallLog"},
	{"Call log, active calls, recordings, RingOut", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/call-log-sync", "Heavy", "ReadCallLog"},
	{"Call log, active calls, recordings, RingOut", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/active-calls", "Heavy", "ReadCallLog"},
	{"Call log, active calls, recordings, RingOut", "GET", "/restapi/v1.0/account/{accountId}/call-log", "Heavy", "ReadCallLog"},
	{"Call log, active calls, recordings, RingOut", "GET", "/restapi/v1.0/account/{accountId}/call-log-sync", "Heavy", "ReadCallLog"},
	{"Call log, active calls, recordings, RingOut", "GET", "/restapi/v1.0/account/{accountId}/active-calls", "Heavy", "ReadCallLog"},
	{"Call log, active calls, recordings, RingOut", "GET", "/restapi/v1.0/account/{accountId}/recording/{recordingId}", "Heavy", "ReadCallRecording"},
	{"Call log, active calls, recordings, RingOut", "GET", "/restapi/v1.0/account/{accountId}/recording/{recordingId}/content", "Heavy", "ReadCallRecording"},
	{"Call log, active calls, recordings, RingOut", "POST", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/ring-out", "Heavy", "RingOut"},
	{"Call log, active calls, recordings, RingOut", "GET", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/ring-out/{ringoutId}", "Light", "RingOut"},
	{"Call log, active calls, recordings, RingOut", "DELETE", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/ring-out/{ringoutId}", "Heavy", "RingOut"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/call-out", "Heavy", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/conference", "Heavy", "CallControl"},
	{"Telephony (call control)", "GET", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}", "Light", "CallControl"},
	{"Telephony (call control)", "DELETE", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/supervise", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/bring-in", "Light", "CallControl"},
	{"Telephony (call control)", "GET", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}", "Light", "CallControl"},
	{"Telephony (call control)", "PATCH", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}", "Light", "CallControl"},
	{"Telephony (call control)", "DELETE", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}/hold", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}/unhold", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}/reject", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}/ignore", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}/transfer", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}/bridge", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}/answer", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}/pickup", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}/forward", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}/reply", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}/flip", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}/park", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}/recordings", "Light", "CallControl"},
	{"Telephony (call control)", "PATCH", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}/recordings/{recordingId}", "Light", "CallControl"},
	{"Telephony (call control)", "POST", "/restapi/v1.0/account/{accountId}/telephony/sessions/{telephonySessionId}/parties/{partyId}/supervise", "Light", "CallControl"},
	{"Subscriptions", "GET", "/restapi/v1.0/subscription", "Light", ""},
	{"Subscriptions", "POST", "/restapi/v1.0/subscription", "Medium", ""},
	{"Subscriptions", "GET", "/restapi/v1.0/subscription/{subscriptionId}", "Light", ""},
	{"Subscriptions", "PUT", "/restapi/v1.0/subscription/{subscriptionId}", "Medium", ""},
	{"Subscriptions", "DELETE", "/restapi/v1.0/subscription/{subscriptionId}", "Medium", ""},
	{"Subscriptions", "POST", "/restapi/v1.0/subscription/{subscriptionId}/renew", "Light", ""},
}
