package api

import (
	"net/http"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

const (
	version     = "1.0.0"
	versionName = "v1.0"
)

// mountService registers what the service says of itself.
func (h *Handler) mountService(mux *http.ServeMux) {
	h.Face.Public(mux, "GET", "/restapi", h.versions)
	h.Face.Public(mux, "GET", "/restapi/{apiVersion}", h.versionInfo)
	h.Face.Public(mux, "GET", "/restapi/v1.0/status", h.status)
	h.Face.Handle(mux, "GET", "/restapi/v1.0/client-info", h.clientInfo)
}

type apiVersion struct {
	URI           string  `json:"uri"`
	VersionString string  `json:"versionString"`
	ReleaseDate   rc.Time `json:"releaseDate"`
	URIString     string  `json:"uriString"`
}

func newVersion(base string) apiVersion {
	released, _ := rc.ParseTime("2026-11-21")
	return apiVersion{base + "/restapi/" + versionName, version, released, versionName}
}

func (h *Handler) versions(w http.ResponseWriter, r *http.Request) error {
	base := listen.BaseURL(r)
	wire.JSON(w, http.StatusOK, struct {
		URI            string       `json:"uri"`
		APIVersions    []apiVersion `json:"apiVersions"`
		ServerVersion  string       `json:"serverVersion"`
		ServerRevision string       `json:"serverRevision"`
	}{base + "/restapi", []apiVersion{newVersion(base)}, version, version})
	return nil
}

func (h *Handler) versionInfo(w http.ResponseWriter, r *http.Request) error {
	if r.PathValue("apiVersion") != versionName {
		return unknownPath()
	}
	wire.JSON(w, http.StatusOK, newVersion(listen.BaseURL(r)))
	return nil
}

// status says that the service is healthy; clients in limited mode wait for
// it.
func (h *Handler) status(w http.ResponseWriter, r *http.Request) error {
	wire.JSON(w, http.StatusOK, map[string]string{"uri": listen.BaseURL(r) + "/restapi/v1.0/status", "status": "OK"})
	return nil
}

// A client is what the service knows of the app that asks.
type client struct {
	Detected  bool   `json:"detected"`
	UserAgent string `json:"userAgent"`
	AppID     string `json:"appId"`
	AppName   string `json:"appName"`
	Locale    string `json:"locale"`
}

func (h *Handler) clientInfo(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	agent := r.Header.Get("X-User-Agent")
	if agent == "" {
		agent = r.UserAgent()
	}
	name, _, _ := strings.Cut(agent, "/")
	wire.JSON(w, http.StatusOK, struct {
		URI          string         `json:"uri"`
		Client       client         `json:"client"`
		Provisioning map[string]any `json:"provisioning"`
	}{
		listen.BaseURL(r) + "/restapi/v1.0/client-info",
		client{agent != "", agent, c.ClientID, name, "en-US"},
		map[string]any{"interopClientIds": map[string]string{}, "webUris": map[string]string{}},
	})
	return nil
}
