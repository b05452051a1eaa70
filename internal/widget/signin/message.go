package signin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/intake"
	"offhook/internal/widget/visit"
)

// message takes a callbackUri: the address that a redirect page hosted
// elsewhere was called with, or one that the host page has made. The frame's
// page has checked whose window posted it.
//
// When its state is that of the frame's own flow, the answer ends that flow,
// and the frame's secret stands for the completion handle: the code came to
// the frame itself. Another flow's state is refused. Without a flow of ours
// the host has asked the platform itself, and brings what proves it.
func (h *Handler) message(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	var q struct {
		CallbackURI, Flow, Secret, Keep string
		Host                            bool // the host page posted it, not the window
	}
	if err := visit.Body(w, r, &q); err != nil {
		return err
	}
	uri, answer, err := parseCallback(q.CallbackURI)
	if err != nil {
		return err
	}
	r = r.WithContext(context.WithoutCancel(r.Context()))
	e, err := h.Embeds.Embed(r.Context(), v.Frame.Platform, v.Frame.ClientID)
	if err != nil {
		return err
	}
	if q.Host && !slices.Contains(e.Capabilities, "signin") {
		return rc.Errorf(rc.Denied, "This page may not sign people in by message. The operator can allow it with the capability “signin” of the embed.")
	}
	f, err := h.Store.FlowByState(r.Context(), opaque.Hash(answer.Get("state")))
	switch {
	case err == nil:
		err = h.ownAnswer(w, r, v.Frame, f, q.Flow, q.Secret, answer)
	case errors.Is(err, store.ErrNotFound) && q.Host:
		err = h.foreignAnswer(w, r, v.Frame, e, uri, answer, q.Keep)
	case errors.Is(err, store.ErrNotFound):
		_, err = h.live(store.Flow{}, store.ErrNotFound)
	}
	if err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, started{SignedIn: true})
	return nil
}

// parseCallback splits a callbackUri into the redirect URI and what the
// platform answered, in the query or in the fragment.
func parseCallback(text string) (string, url.Values, error) {
	bad := rc.Errorf(rc.Invalid, "The callbackUri is not the full address that the redirect page was opened with.")
	u, err := url.Parse(text)
	if err != nil || len(text) > 16<<10 {
		return "", nil, bad
	}
	answer, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", nil, bad
	}
	rest, err := url.ParseQuery(strings.TrimPrefix(u.EscapedFragment(), "?"))
	if err != nil {
		return "", nil, bad
	}
	for name, values := range rest {
		answer[name] = append(answer[name], values...)
	}
	u.RawQuery, u.Fragment, u.RawFragment, u.ForceQuery = "", "", "", false
	return u.String(), answer, once(answer)
}

// ownAnswer ends the frame's own flow.
func (h *Handler) ownAnswer(w http.ResponseWriter, r *http.Request, frame store.Frame, f store.Flow, id, frameSecret string, answer url.Values) error {
	f, err := h.live(f, nil)
	if err == nil && (f.FrameKey != frame.Key || f.ID != id || !opaque.Same(f.SecretHash, opaque.Hash(frameSecret))) {
		_, err = h.live(store.Flow{}, store.ErrNotFound)
	}
	if err != nil {
		return err
	}
	rec, err := h.claim(r.Context(), f)
	if err != nil {
		return err
	}
	f.State = store.FlowExchanging
	issue, err := h.redeemAnswer(r.Context(), frame, rec, answer)
	if err != nil {
		return h.failWith(r.Context(), f, err)
	}
	return h.settle(w, r, frame, f, issue)
}

// foreignAnswer signs in with what the host page has got from the platform
// by itself. A token of an implicit grant needs a flow of ours, because
// nothing else shows that it was asked for here.
func (h *Handler) foreignAnswer(w http.ResponseWriter, r *http.Request, f store.Frame, e store.Embed, uri string, answer url.Values, keep string) error {
	k, err := h.kept(r.Context(), f, keep)
	if err != nil {
		return err
	}
	o := intake.Offer{
		ClientID: f.ClientID, ClientSecret: k.ClientSecret, JWT: rc.Secret(answer.Get("jwt")),
		Code: rc.Secret(answer.Get("code")), Verifier: rc.Secret(answer.Get("code_verifier")),
	}
	switch {
	case answer.Has("error"):
		err := refusalOf(answer.Get("error"))
		h.Refused(r.Context(), f, wayMessage, codeOf(err))
		return h.told(err)
	case answer.Has("access_token"):
		return rc.Errorf(rc.Denied, "This token was not asked for by this phone, so it is not taken. Open the address of rc-login-popup-notify, and post what its redirect page was called with.")
	case o.JWT != "":
		o.Code, o.Verifier = "", ""
		return h.direct(w, r, f, wayJWT, "", o)
	case o.Code == "":
		return rc.Errorf(rc.Invalid, "There is no code in the callbackUri. Post the full address that the redirect page was opened with.")
	}
	if own := listen.BaseURL(r) + "/redirect.html"; uri != own && !slices.Contains(e.Redirects, uri) {
		return rc.Errorf(rc.Denied, "The page of this callbackUri is not registered here. Ask your administrator to run “offhook embed add” with --redirect-uri and the page's full address.")
	}
	if err := h.proven(r.Context(), f, o); err != nil {
		return err
	}
	fresh, err := h.Intakes.Spend(r.Context(), f.Platform, f.ClientID, o.Code)
	if err == nil && !fresh {
		err = rc.Errorf(rc.Conflict, "This code was used already. Press Sign In.")
	}
	if err != nil {
		return err
	}
	return h.direct(w, r, f, wayMessage, uri, o)
}
