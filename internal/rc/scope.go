package rc

import (
	"maps"
	"slices"
	"strings"
)

// A Scope is an application permission under its wire name (contract 3).
type Scope string

// The scopes that the platform knows. WebSocket has four spellings in the
// field; [ParseScope] accepts all of them.
const (
	Accounts          Scope = "Accounts"
	CallControl       Scope = "CallControl"
	Contacts          Scope = "Contacts"
	EditAccounts      Scope = "EditAccounts"
	EditCallLog       Scope = "EditCallLog"
	EditExtensions    Scope = "EditExtensions"
	EditMessages      Scope = "EditMessages"
	EditPresence      Scope = "EditPresence"
	Faxes             Scope = "Faxes"
	InternalMessages  Scope = "InternalMessages"
	ReadAccounts      Scope = "ReadAccounts"
	ReadCallLog       Scope = "ReadCallLog"
	ReadCallRecording Scope = "ReadCallRecording"
	ReadContacts      Scope = "ReadContacts"
	ReadMessages      Scope = "ReadMessages"
	ReadPresence      Scope = "ReadPresence"
	RingOut           Scope = "RingOut"
	SMS               Scope = "SMS"
	TeamMessaging     Scope = "TeamMessaging"
	Video             Scope = "Video"
	VoipCalling       Scope = "VoipCalling"
	WebSocket         Scope = "WebSocket"
)

// Scopes lists every scope, in the order the developer console shows them.
var Scopes = []Scope{
	Accounts, CallControl, Contacts, EditAccounts, EditCallLog, EditExtensions, EditMessages, EditPresence,
	Faxes, InternalMessages, ReadAccounts, ReadCallLog, ReadCallRecording, ReadContacts, ReadMessages,
	ReadPresence, RingOut, SMS, TeamMessaging, Video, VoipCalling, WebSocket,
}

// implied says which scopes a scope includes (contract 3).
var implied = map[Scope][]Scope{
	Contacts:          {ReadContacts},
	EditAccounts:      {ReadAccounts, EditExtensions},
	Accounts:          {EditAccounts},
	EditCallLog:       {ReadCallLog},
	EditMessages:      {ReadMessages},
	EditPresence:      {ReadPresence},
	ReadCallRecording: {ReadCallLog},
	SMS:               {ReadMessages},
	Faxes:             {ReadMessages},
	InternalMessages:  {ReadMessages},
}

// aliases maps folded spellings that are not simply the wire name.
var aliases = map[string]Scope{
	"websocketsubscription":   WebSocket,
	"websocketssubscription":  WebSocket,
	"websocketssubscriptions": WebSocket,
	"activecallcontrol":       CallControl,
}

// spellings are those that ParseScope takes: folded, and as on the wire.
var spellings = func() map[string]Scope {
	all := maps.Clone(aliases)
	for _, s := range Scopes {
		w := fold(string(s))
		all[w], all[w+"s"], all[strings.TrimSuffix(w, "s")] = s, s, s
		all[string(s)] = s
	}
	return all
}()

// foldings are what people put between the words of a scope's name.
var foldings = strings.NewReplacer(" ", "", "-", "", "_", "")

func fold(s string) string { return strings.ToLower(foldings.Replace(s)) }

// ParseScope reads a scope by wire name or as people spell it in documents
// ("Edit Message", "VoIP Calling"): case, spaces and a plural s do not
// matter. It reports an Invalid error for anything else.
func ParseScope(s string) (Scope, error) {
	if scope, ok := spelled(s); ok {
		return scope, nil
	}
	return "", Errorf(Invalid, "There is no scope called %q. Known scopes: %s.", s, JoinScopes(Scopes))
}

// spelled reads a scope. Most are as on the wire, and need no folding.
func spelled(s string) (Scope, bool) {
	scope, ok := spellings[s]
	if !ok {
		scope, ok = spellings[fold(s)]
	}
	return scope, ok
}

// A ScopeSet is what a token or an app is allowed to do.
type ScopeSet []Scope

// SplitScopes reads a space-separated scope parameter (RFC 6749 section 3.3).
// Unknown names are left out, as the contract says of requested scopes.
func SplitScopes(s string) ScopeSet {
	var set ScopeSet
	for f := range strings.FieldsSeq(s) {
		if sc, ok := spelled(f); ok && !slices.Contains(set, sc) {
			set = append(set, sc)
		}
	}
	return set
}

// OpenIDScopes are the scopes of OpenID Connect: they give no permission, so
// no app is registered for them, and they count only with the first.
var OpenIDScopes = []string{"openid", "email", "profile"}

// SplitOpenID returns the OpenID scopes of a scope parameter, in the order of
// [OpenIDScopes]; none without openid (OpenID Connect Core section 3.1.2.1).
func SplitOpenID(s string) []string {
	asked := strings.Fields(s)
	if !slices.Contains(asked, OpenIDScopes[0]) {
		return nil
	}
	var set []string
	for _, o := range OpenIDScopes {
		if slices.Contains(asked, o) {
			set = append(set, o)
		}
	}
	return set
}

// JoinScopes writes scopes separated by spaces.
func JoinScopes(set []Scope) string {
	parts := make([]string, len(set))
	for i, s := range set {
		parts[i] = string(s)
	}
	return strings.Join(parts, " ")
}

// Has reports whether the set holds s or a scope that implies it.
func (set ScopeSet) Has(s Scope) bool {
	for _, have := range set {
		if have == s || ScopeSet(implied[have]).Has(s) {
			return true
		}
	}
	return false
}
