// Package target reads which account and extension a request's path means,
// and decides what the caller may know of them: "~" is the caller's own;
// another account does not exist; another extension of the account exists
// but may be closed (contract 2.6, CMN-102 and CMN-404).
package target

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Paths of what belongs to an account and to an extension, as a mux takes
// them.
const (
	AccountPath   = "/restapi/v1.0/account/{accountId}"
	ExtensionPath = AccountPath + "/extension/{extensionId}"
)

// Extensions finds extensions; it is the part of the store that paths need.
type Extensions interface {
	Extension(ctx context.Context, id int64) (store.Extension, error)
}

// Missing is the answer for a thing that does not exist or that the caller
// may not know of: CMN-102 with the parameter that named it.
func Missing(parameter string) *rc.Error {
	return &rc.Error{
		Kind: rc.NotFound, Code: "CMN-102", Parameter: parameter,
		Message: fmt.Sprintf("Resource for parameter [%s] is not found", parameter),
	}
}

// Invalid is the answer for a parameter whose value cannot be used: CMN-101
// with a sentence that says why.
func Invalid(parameter, sentence string) *rc.Error {
	return &rc.Error{
		Kind: rc.Invalid, Code: "CMN-101", Parameter: parameter,
		Message: fmt.Sprintf("Parameter [%s] value is invalid. %s", parameter, sentence),
	}
}

// Account requires that {accountId} is the caller's account.
func Account(r *http.Request, c wire.Caller) error {
	if id := r.PathValue("accountId"); id != "~" && id != strconv.FormatInt(c.AccountID, 10) {
		return Missing("accountId")
	}
	return nil
}

// Extension returns the extension that {extensionId} means, which may be any
// of the caller's account.
func Extension(r *http.Request, c wire.Caller, extensions Extensions) (store.Extension, error) {
	if err := Account(r, c); err != nil {
		return store.Extension{}, err
	}
	id := c.ExtensionID
	if text := r.PathValue("extensionId"); text != "~" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return store.Extension{}, Missing("extensionId")
		}
		id = n
	}
	e, err := extensions.Extension(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) || err == nil && e.AccountID != c.AccountID {
		return store.Extension{}, Missing("extensionId")
	}
	if err != nil {
		return store.Extension{}, fmt.Errorf("reading extension %d: %w", id, err)
	}
	return e, nil
}

// Own is Extension for what only the extension's own user may see.
func Own(r *http.Request, c wire.Caller, extensions Extensions) (store.Extension, error) {
	e, err := Extension(r, c, extensions)
	if err == nil && e.ID != c.ExtensionID {
		return store.Extension{}, rc.Coded(rc.Denied, "CMN-404", "Attempt to access another extension; use ~ or your own extension id")
	}
	return e, err
}
