package embed

import (
	"net/http"
	"regexp"

	"offhook/internal/listen"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/visit"
)

// hints are the parameters that go on to the platform's sign-in page, with
// the name that it knows them under (contract 2.2) and what they may be. A
// brand goes on by its number; names of brands mean something to the
// reference widget's own build only.
var hints = []struct {
	from, to string
	valid    *regexp.Regexp
}{
	{"brand", "brand_id", regexp.MustCompile(`^[0-9]{1,8}$`)},
	{"brandId", "brand_id", regexp.MustCompile(`^[0-9]{1,8}$`)},
	{"localeId", "localeId", regexp.MustCompile(`^[A-Za-z0-9_-]{2,35}$`)},
	{"ui_locales", "ui_locales", regexp.MustCompile(`^[A-Za-z0-9_ -]{2,64}$`)},
}

// maxExternal is the longest name of a host page's own for a user.
const maxExternal = 256

// signin says how the page of a frame may begin.
func (h *Handler) signin(r *http.Request, platform Record, e store.Embed, f store.Frame) (s visit.Signin, err error) {
	query := r.URL.Query()
	if s.Redirect, err = redirectOf(e, query.Get("redirectUri"), listen.BaseURL(r)); err != nil {
		return visit.Signin{}, err
	}
	if id := query.Get(intakeParam); id != "" && h.Intakes != nil {
		bound, err := h.Intakes.Bind(r.Context(), id, f.Key)
		if err != nil {
			return visit.Signin{}, err
		}
		if bound {
			s.Intake = id
		}
	}
	s.JWT = len(e.SealedJWT) > 0 && e.JWTAccess == AnyoneHere
	s.Shared, s.Implicit = s.JWT, e.Implicit
	s.SSO = query.Get("authMode") == "sso"
	s.OwnWindow = query.Get("disableLoginPopup") != ""
	s.Hints = hintsOf(query.Get)
	if s.External = query.Get("externalAuthId"); len(s.External) > maxExternal {
		return visit.Signin{}, rc.Errorf(rc.Invalid, "The parameter externalAuthId may have up to %d bytes.", maxExternal)
	}
	if query.Get("showSignUpButton") != "" {
		s.SignUpURL = platform.SignUp
	}
	return s, nil
}

func hintsOf(get func(string) string) map[string]string {
	found := map[string]string{}
	for _, h := range hints {
		if value := get(h.from); h.valid.MatchString(value) {
			found[h.to] = value
		}
	}
	// Who is given a German phone signs in to it in German.
	if wish := get("language"); found["localeId"] == "" && found["ui_locales"] == "" && lang.Speaks(wish) {
		found["ui_locales"] = lang.Match(wish).Code
	}
	return found
}
