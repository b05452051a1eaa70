package embed

import (
	"encoding/json"
	"errors"
	"net/http"

	"offhook/internal/rc"
	"offhook/internal/widget/visit"
)

// An environment is a platform that the frame's app may work with.
type environment struct {
	Origin  string `json:"origin"`
	Name    string `json:"name"`
	Current bool   `json:"current"`
}

// environments answers GET /p/{key}/environments: the platforms where the
// operator lets this host page embed this app. Choosing one of them asks for
// no secret, which are registered with the server.
func (h *Handler) environments(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	all := []environment{}
	for _, p := range h.Registry.Records {
		e, err := h.Registry.Embed(r.Context(), p.Origin, v.Frame.ClientID)
		if refused, ok := errors.AsType[*rc.Error](err); ok && refused.Kind == rc.Denied {
			continue
		}
		if err != nil {
			return err
		}
		if h.Registry.Frames(e, v.Frame.Origin) {
			all = append(all, environment{p.Origin, p.Name, p.Origin == v.Frame.Platform})
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(all)
}
