package account

import (
	"net/http"

	"offhook/internal/listen"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
)

// A conference is where an extension's conferences are held
// (GetConferencingInfoResponse). Without a bridge it has no number and no
// codes.
type conference struct {
	URI                 string     `json:"uri"`
	AllowJoinBeforeHost bool       `json:"allowJoinBeforeHost"`
	PhoneNumbers        []struct{} `json:"phoneNumbers"`
}

// conferencing answers that there is no number to hold conferences on.
func (h *Handler) conferencing(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	if id := r.URL.Query().Get("countryId"); id != "" {
		if _, ok := region.ByID("", id); !ok {
			return target.Invalid("countryId", "Send an id of dictionary/country.")
		}
	}
	wire.JSON(w, http.StatusOK, conference{URI: extensionURI(listen.BaseURL(r), e) + "/conferencing", PhoneNumbers: []struct{}{}})
	return nil
}
