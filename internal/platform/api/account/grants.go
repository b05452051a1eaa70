package account

import (
	"fmt"
	"net/http"

	"offhook/internal/listen"
	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// grants answers on whose calls the caller may listen in.
func (h *Handler) grants(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	ids, err := h.Store.Monitored(r.Context(), e.ID)
	if err != nil {
		return fmt.Errorf("reading whom extension %d may listen to: %w", e.ID, err)
	}
	base := listen.BaseURL(r)
	uri := extensionURI(base, e) + "/grant"
	all := []rc.Grant{}
	for _, id := range ids {
		agent, err := h.Store.Extension(r.Context(), id)
		if err != nil {
			return fmt.Errorf("reading extension %d: %w", id, err)
		}
		all = append(all, rc.Grant{
			URI: fmt.Sprintf("%s/%d", uri, id), CallMonitoring: true,
			Extension: rc.ExtensionRef{ID: id, URI: extensionURI(base, agent), ExtensionNumber: agent.Number, Name: agent.Name(), Type: "User"},
		})
	}
	return page.Answer(w, r, uri, all)
}
