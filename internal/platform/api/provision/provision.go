// Package provision tells phones how to register (contract 8.1) and answers
// what devices a user has (5.1). A device is a user's phone in one app: it is
// made when the app first asks for it, with a password of its own that is
// kept sealed, and it is the same one each time the app asks again.
package provision

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"offhook/internal/listen"
	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	accountPath   = target.AccountPath
	extensionPath = target.ExtensionPath
)

// A Handler answers the operations of devices.
type Handler struct {
	Face  *wire.Face
	Store store.Platform
	IDs   *store.IDs
	Now   func() time.Time

	// Domain is the exchange's, in every SIP address and as the realm of its
	// challenges. Without one there is no exchange: nothing is provisioned,
	// and nobody has a device.
	Domain string
	// URL and TLSURL are the public addresses of the platform's listeners,
	// at which phones reach the exchange as well; either may be empty.
	URL, TLSURL string
	// StreamAddr is host:port for phones without WebRTC, by TLS; empty lets
	// none in.
	StreamAddr string
	Sealer     Sealer
	// Online reports whether a device is registered; nil means that none is.
	Online func(deviceID int64) bool
}

// A Sealer encrypts what only this server may read, for one row of the store.
type Sealer interface {
	Seal(plain []byte, row string) []byte
	Open(sealed []byte, row string) ([]byte, error)
}

// Mount registers the operations.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Face.Handle(mux, "GET", extensionPath+"/device", h.list)
	h.Face.Handle(mux, "GET", accountPath+"/device/{deviceId}", h.get)
	h.Face.Handle(mux, "PUT", accountPath+"/device/{deviceId}", h.update)
	h.Face.Handle(mux, "GET", accountPath+"/device/{deviceId}/sip-info", h.sipInfo)
	if h.Domain != "" {
		h.Face.Handle(mux, "POST", rc.SIPProvisionPath, h.provision)
	}
}

// list answers with the caller's devices.
func (h *Handler) list(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	wanted, err := readKinds(r.URL.Query())
	if err != nil {
		return err
	}
	devices, line, err := h.devices(r, e)
	if err != nil {
		return err
	}
	base := listen.BaseURL(r)
	all := []rc.Device{}
	for _, d := range devices {
		if wanted.has(d) {
			v, err := h.device(r.Context(), base, e, d, line)
			if err != nil {
				return err
			}
			all = append(all, v)
		}
	}
	return page.Answer(w, r, base+rc.ExtensionPath(e.AccountID, e.ID)+"/device", all)
}

// get answers with a device of the account.
func (h *Handler) get(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	d, err := h.find(r, c)
	if err != nil {
		return err
	}
	return h.tell(w, r, d)
}

// sipInfo tells the owner of a device how it registers without WebRTC. There
// is a password in it, so that nobody else is told, no administrator either.
func (h *Handler) sipInfo(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	d, err := h.find(r, c)
	if err != nil {
		return err
	}
	if d.ExtensionID != c.ExtensionID {
		return rc.Coded(rc.Denied, "CMN-404", "Attempt to access another extension; a device's password is told to its owner")
	}
	if h.StreamAddr == "" {
		return rc.Coded(rc.NotFound, "CMN-102", "Phones register over WebSocket here; send POST %s instead", rc.SIPProvisionPath)
	}
	password, err := h.password(r.Context(), d)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	wire.JSON(w, http.StatusOK, rc.SIPDeviceInfo{
		Domain: h.Domain, OutboundProxies: []rc.OutboundProxy{{Region: "Local", ProxyTLS: h.StreamAddr}},
		UserName: d.Username, Password: password, AuthorizationID: strconv.FormatInt(d.ID, 10),
	})
	return nil
}

// device writes a device as the contract does.
func (h *Handler) device(ctx context.Context, base string, e store.Extension, d store.SIPDevice, line *rc.PhoneLineInfo) (rc.Device, error) {
	id := strconv.FormatInt(d.ID, 10)
	own := base + rc.ExtensionPath(e.AccountID, e.ID)
	v := rc.Device{
		ID: id, URI: base + "/restapi/v1.0/account/" + strconv.FormatInt(e.AccountID, 10) + "/device/" + id,
		Type: d.Type, Name: d.Name, Serial: d.Instance, ComputerName: d.ComputerName, Status: "Offline", LinePooling: "None",
		Extension: &rc.ExtensionRef{ID: e.ID, URI: own, ExtensionNumber: e.Number}, PhoneLines: []rc.PhoneLine{},
	}
	if h.Online != nil && h.Online(d.ID) {
		v.Status = "Online"
	}
	if line != nil {
		v.PhoneLines = append(v.PhoneLines, rc.PhoneLine{ID: strconv.FormatInt(line.ID, 10), LineType: "StandaloneFree", PhoneInfo: line})
	}
	err := h.emergency(ctx, e, d, &v)
	return v, err
}
