package grant

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"offhook/internal/rc"
)

// A fault is what the token endpoint said, or did not say. Its own text is
// for the log; the *rc.Error that it wraps is for the user. Neither holds
// anything that came from outside but names of OAuth's own registry.
type fault struct {
	code     string // OAuth's error code, or what stands for one
	status   int    // zero when there was no answer
	spent    bool   // what was brought is of no use any more
	sentence error
	cause    error // may be nil
}

func (f *fault) Error() string {
	switch {
	case f.status != 0:
		return fmt.Sprintf("the token endpoint answered %d %s", f.status, f.code)
	case f.cause != nil:
		return f.cause.Error()
	}
	return "the token endpoint: " + f.code
}

// OAuthError is the code for the developer's console.
func (f *fault) OAuthError() string { return f.code }

func (f *fault) Unwrap() []error {
	if f.cause == nil {
		return []error{f.sentence}
	}
	return []error{f.sentence, f.cause}
}

// refused reports whether what was brought is of no use any more.
func refused(err error) bool {
	var f *fault
	return errors.As(err, &f) && f.spent
}

// codeOf is a failed refresh in few words, for operators.
func codeOf(err error) string {
	var f *fault
	switch {
	case errors.As(err, &f) && f.spent:
		return "the platform refused the refresh token: " + f.code
	case errors.As(err, &f) && f.status >= 400 && f.status < 500 && f.status != http.StatusTooManyRequests:
		return fmt.Sprintf("the platform refused the app: %d %s", f.status, f.code)
	}
	return "the platform gave no usable answer; asked again later"
}

// errHourOver is the end of an implicit grant, which has no refresh token.
var errHourOver = &fault{
	code: "no refresh token", spent: true, sentence: rc.Errorf(rc.Denied, "You were signed in for an hour, and that is over. Press Sign In to go on."),
}

func unavailable(cause error) error {
	return &fault{code: "temporarily_unavailable", cause: cause,
		sentence: rc.Errorf(rc.Unavailable, "The phone service does not answer. Please try again in a moment.")}
}

// plain turns the library's error into one that may be logged: its own text
// can hold the body of the answer, and with it tokens.
func (g *Grants) plain(err error, byJWT bool) error {
	var answer *oauth2.RetrieveError
	if errors.As(err, &answer) {
		return g.fromAnswer(answer, byJWT)
	}
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) && invalid.Reason == x509.Expired {
		return &fault{code: "server_error", cause: errors.New("the platform's certificate is not valid at this server's time"),
			sentence: rc.Errorf(rc.Unavailable, "The phone service's certificate is not valid at the time of this phone's server, %s. Ask your administrator to check that server's clock.", g.Now().UTC().Format("2 January 2006 15:04"))}
	}
	var where *url.Error
	if errors.As(err, &where) {
		return fmt.Errorf("asking the token endpoint: %w", unavailable(where.Err)) // without the address
	}
	return fmt.Errorf("reading the token endpoint's answer: %w", unavailable(errors.New("it is not what RFC 6749 section 5.1 describes")))
}

func (g *Grants) fromAnswer(answer *oauth2.RetrieveError, byJWT bool) error {
	status := answer.Response.StatusCode
	if status < 300 || status >= 500 || status == http.StatusTooManyRequests {
		return fmt.Errorf("the token endpoint answered %d: %w", status, unavailable(nil))
	}
	f := &fault{code: known(answer.ErrorCode), status: status}
	body := string(answer.Body)
	f.spent = f.code == "invalid_grant" || status == http.StatusBadRequest && strings.Contains(body, "OAU-213") // clients.md section 2
	switch {
	case strings.Contains(body, "OAU-109"), strings.Contains(body, "OAU-113"): // contract 2.2
		f.spent = false
		f.sentence = rc.Errorf(rc.Denied, "The phone service does not know the page that sign-ins return to. Ask your administrator to register it as a redirect URI of the app.")
	case f.spent && g.skew(answer.Response) != "":
		f.sentence = rc.Errorf(rc.Denied, "The clock of this phone's server and the phone service's are %s apart, so the sign-in was not accepted. Ask your administrator to set the clock.", g.skew(answer.Response))
	default:
		f.sentence = sentenceOf(f, byJWT)
	}
	return f
}

// sentenceOf says what to do about a refusal (RFC 6749 section 5.2).
func sentenceOf(f *fault, byJWT bool) error {
	switch {
	case f.spent && byJWT:
		return rc.Errorf(rc.Denied, "The phone service did not accept the JWT that this phone signs in with: it has expired, was revoked, or is another app's. Ask your administrator for a new one.")
	case f.spent:
		return rc.Errorf(rc.Denied, "The phone service did not accept the sign-in, perhaps because it took too long. Press Sign In to try again.")
	case f.code == "invalid_client":
		return rc.Errorf(rc.Denied, "The phone service refused this app (%d invalid_client): it does not know the client id, or the secret is wrong or missing. Ask your administrator to register the app's secret with “offhook embed add --secret-file”.", f.status)
	case f.code == "unauthorized_client", f.code == "unsupported_grant_type":
		return rc.Errorf(rc.Denied, "The phone service does not let this app sign in this way (%d %s). Ask your administrator to allow the grant in the app's settings there.", f.status, f.code)
	case f.code == "invalid_scope":
		return rc.Errorf(rc.Denied, "The app asks for permissions that it does not have (%d invalid_scope). Ask your administrator to add them to the app.", f.status)
	}
	return rc.Errorf(rc.Denied, "The phone service refused this app (%d %s). Ask your administrator to check the app's client id and secret.", f.status, f.code)
}

// maxSkew is how far apart two clocks may be that are right.
const maxSkew = 5 * time.Minute

// skew is how far the platform's clock is from ours, when that is too far.
func (g *Grants) skew(res *http.Response) string {
	at, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return ""
	}
	if apart := g.Now().Sub(at).Abs(); apart > maxSkew {
		return apart.Round(time.Minute).String()
	}
	return ""
}

// known keeps foreign text out of errors: an error code is one of the
// registered names or "unknown".
func known(code string) string {
	switch code {
	case "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope":
		return code
	case "":
		return "without a code"
	}
	return "with an unknown code"
}
