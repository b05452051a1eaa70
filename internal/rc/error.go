// Package rc is the vocabulary of the street between the two houses: the
// wire types, errors, scopes, event filters and operations of the RingCentral
// contract, under the names RingCentral gives them. It imports the standard
// library only, and holds no behaviour that one house could not explain to
// the other.
package rc

import "fmt"

// A Kind says what sort of mistake an [Error] reports. Each face of the
// product has one table from Kind to its own code.
type Kind int

// The kinds of error that a user may be told about. Anything that is not an
// *Error is internal: it is logged once and told to nobody.
const (
	Invalid         Kind = iota + 1 // the input is wrong; the message says what to send instead
	Unauthenticated                 // nobody is signed in, or the token is spent
	Denied                          // the caller is known and may not do this
	NotFound                        // the thing does not exist, or the caller may not know that it does
	Conflict                        // the thing exists already, or changed meanwhile
	TooLarge                        // the body exceeds what the operation takes
	Unsupported                     // the body holds a kind of media that the operation does not take
	TooMany                         // a rate limit was exceeded
	Unavailable                     // something this depends on does not answer; trying again may help
	Unacceptable                    // the thing cannot be had in the form that the caller takes
)

// An Error is something a user may be told: a clear sentence that says what
// to do, and where the contract has one, RingCentral's code for it.
type Error struct {
	Kind      Kind
	Code      string // RingCentral errorCode such as "CMN-102", or empty
	Message   string // a sentence
	Parameter string // the parameter at fault, or empty
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Message }

// Errorf returns an *Error of the given kind without a RingCentral code.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Coded returns an *Error with a RingCentral code (contract/platform.md 2.6).
func Coded(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// An ErrorEnvelope is the body of a REST error answer (contract 2.6). The
// first error is mirrored at the top level, as the live service does.
type ErrorEnvelope struct {
	ErrorCode     string      `json:"errorCode"`
	Message       string      `json:"message"`
	Errors        []ErrorItem `json:"errors"`
	ParameterName string      `json:"parameterName,omitempty"`
}

// An ErrorItem is one entry of an [ErrorEnvelope] or [OAuthError].
type ErrorItem struct {
	ErrorCode     string `json:"errorCode"`
	Message       string `json:"message"`
	ParameterName string `json:"parameterName,omitempty"`
}

// An OAuthError is the body of an error answer of the OAuth endpoints
// (RFC 6749 section 5.2, with RingCentral's errors list, contract 2.6).
type OAuthError struct {
	Error            string      `json:"error"`
	ErrorDescription string      `json:"error_description,omitempty"`
	Errors           []ErrorItem `json:"errors,omitempty"`
}
