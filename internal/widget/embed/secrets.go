package embed

import (
	"context"
	"maps"
	"net/http"
	"net/url"

	"offhook/internal/listen"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/intake"
	"offhook/internal/widget/visit"
)

// secrets are the parameters that must not stay in an address, where
// history, logs and the next page's Referer would see them.
var secrets = []string{"clientSecret", "appSecret", "jwt", "authorizationCode", "authorizationCodeVerifier", "ticket"}

const (
	// removed is the parameter that names, in the clean address, what was
	// taken out of it and dropped.
	removed = "removed"
	// intakeParam is the parameter that names what was taken out and kept.
	intakeParam = "intake"
)

// perSource is how often one network may bring secrets, each of which is
// kept for a while: an office that arrives in the morning, not a loop.
var perSource = listen.Rate{PerSecond: 10, Burst: 300}

// mountIntake serves the probe page, which finds secrets in the fragment.
func (h *Handler) mountIntake(mux *http.ServeMux) {
	var csrf http.CrossOriginProtection
	mux.Handle("POST /intake", csrf.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if err := h.take(w, r); err != nil {
			h.Visits.Error(w, r, err)
		}
	})))
}

// take answers with the parameter for the clean address.
func (h *Handler) take(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get(visit.Header) == "" {
		return rc.Errorf(rc.Denied, "This request did not come from the phone's own page.")
	}
	var body map[string]string
	if err := visit.Body(w, r, &body); err != nil {
		return err
	}
	query := url.Values{}
	for name, value := range body {
		query.Set(name, value)
	}
	name, value, err := h.keep(r.Context(), query)
	if err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, map[string]string{name: value})
	return nil
}

// clean returns the address that r should have been sent to, or nothing when
// it is in order: under our public name, to which cookies and the sign-in
// window belong, and without secrets.
func (h *Handler) clean(r *http.Request) (string, error) {
	query, base := r.URL.Query(), listen.BaseURL(r)
	found := maps.Clone(query)
	dirty := false
	for _, name := range secrets {
		dirty = dirty || query.Has(name)
		query.Del(name)
	}
	led := ledHere(r)
	if led && query.Has(intakeParam) { // what its author has put away is no better than the secret itself
		dirty = true
		query.Del(intakeParam)
	}
	if !dirty && base == baseOf(r, base) {
		return "", nil
	}
	if dirty && !led {
		name, value, err := h.keep(r.Context(), found)
		if err != nil {
			return "", err
		}
		query.Set(name, value)
	}
	return base + "/app.html?" + query.Encode(), nil
}

// ledHere reports whether another site's link opened the phone as a page of
// its own. Whatever its address brings is dropped: the link's author could
// sign the reader in as somebody else (login CSRF, RFC 9700 section 4.7). In
// a frame, the page around it is proven and allowed.
func ledHere(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return topLevel(r) && site != "none" && site != "same-origin"
}

// keep takes the secrets of an address and returns the parameter that stands
// for them: the id of an intake, or the name of what was dropped.
func (h *Handler) keep(ctx context.Context, query url.Values) (name, value string, err error) {
	if h.Intakes == nil {
		for _, name := range secrets {
			if query.Has(name) {
				return removed, name, nil
			}
		}
		return removed, "", nil
	}
	if err := h.kept.AllowSource(ctx, perSource, h.Now()); err != nil {
		return "", "", err
	}
	o := intake.Offer{ClientID: firstOf(query, "clientId", "appKey")}
	for field, names := range map[*rc.Secret][]string{
		&o.ClientSecret: {"clientSecret", "appSecret"}, &o.JWT: {"jwt"}, &o.Ticket: {"ticket"},
		&o.Code: {"authorizationCode"}, &o.Verifier: {"authorizationCodeVerifier"},
	} {
		*field = rc.Secret(firstOf(query, names...))
		if len(*field) > intake.MaxSecret {
			return "", "", rc.Errorf(rc.TooLarge, "The parameter %s of the phone's address is too long.", names[0])
		}
	}
	id, err := h.Intakes.Put(ctx, o)
	return intakeParam, id, err
}

// refuseSecret says what became of a secret in the address, unless the
// operator has registered the like: then the phone works without.
func refuseSecret(name string, e store.Embed) error {
	const dropped = "The phone's address held a secret (%s), which everybody who opens the page could read, so it was dropped. "
	switch name {
	case "":
		return nil
	case "jwt":
		if len(e.SealedJWT) > 0 {
			return nil
		}
		return rc.Errorf(rc.Invalid, dropped+"Register it with “offhook embed add --jwt-file … --jwt-access "+AnyoneHere+"” and leave the parameter out.", name)
	case "authorizationCode", "authorizationCodeVerifier":
		return rc.Errorf(rc.Invalid, dropped+"Hand the code over by the message rc-adapter-authorization-code, or make a ticket of it on your server; docs/sign-in.md shows both.", name)
	case "ticket":
		return rc.Errorf(rc.Invalid, dropped+"Hand tickets over by RCAdapter.setTicketProvider; docs/sign-in.md shows how.", name)
	}
	if len(e.SealedSecret) > 0 {
		return nil
	}
	return rc.Errorf(rc.Invalid, dropped+"Register the app with “offhook embed add --secret-file …” and leave the parameter out.", known(name))
}

// known keeps a parameter's text out of the sentence unless it is a name of
// our own.
func known(name string) string {
	for _, s := range secrets {
		if s == name {
			return s
		}
	}
	return "a parameter"
}
