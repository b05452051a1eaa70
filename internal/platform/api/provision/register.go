package provision

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/opaque"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// webPhone is the type of every device that is made here.
const webPhone = "WebPhone"

// maxName is how long the names may be that an app gives to a device; ours.
const maxName = 100

// pollingInterval is after how many seconds an app may ask again.
const pollingInterval = 7200

// errorCodes are the answers after which a phone tries another proxy.
var errorCodes = []string{"503", "502", "504"}

// provision answers POST client-info/sip-provision.
func (h *Handler) provision(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	var req rc.SIPProvisionRequest
	if r.ContentLength != 0 { // released clients send an empty body for the defaults
		if err := wire.Body(w, r, &req); err != nil {
			return err
		}
	}
	proxies, err := h.proxies(listen.BaseURL(r), req.SIPInfo)
	if err != nil {
		return err
	}
	e, err := h.Store.Extension(r.Context(), c.ExtensionID)
	if err != nil {
		return fmt.Errorf("reading extension %d: %w", c.ExtensionID, err)
	}
	p, err := plan.Read(r.Context(), h.Store, e.AccountID)
	if err != nil {
		return err
	}
	d, password, err := h.obtain(r.Context(), c, username(p, e), req.Device)
	if err != nil {
		return err
	}
	shown, err := h.device(r.Context(), listen.BaseURL(r), e, d, nil)
	if err != nil {
		return err
	}
	answer := rc.SIPProvision{
		Device:   shown,
		SIPFlags: rc.SIPFlags{VoIPFeatureEnabled: true, OutboundCallsEnabled: true, DSCPEnabled: true, DSCPSignaling: 26, DSCPVoice: 46, DSCPVideo: 34},
		// What the phone is told now is worth keeping for a while.
		SIPErrorCodes: errorCodes, PollingInterval: pollingInterval,
	}
	for _, proxy := range proxies {
		answer.SIPInfo = append(answer.SIPInfo, rc.SIPInfo{
			Transport: proxy.transport, Username: d.Username, Password: password, AuthorizationTypes: []string{"SipDigest"},
			AuthorizationID: strconv.FormatInt(d.ID, 10), Domain: h.Domain, OutboundProxy: proxy.address,
			SwitchBackInterval: 3600, STUNServers: []string{},
		})
	}
	w.Header().Set("Cache-Control", "no-store") // there is a password in it
	wire.JSON(w, http.StatusOK, answer)
	return nil
}

// username is how phones of an extension call themselves: the company's
// number without its plus sign, and the extension's.
func username(p *plan.Plan, e store.Extension) string {
	return strings.TrimPrefix(p.Account.MainNumber, "+") + "*" + e.Number
}

// obtain returns the device of the caller's app that a request means, and
// its password. One that was not there is made.
func (h *Handler) obtain(ctx context.Context, c wire.Caller, username string, req *rc.SIPDeviceRequest) (store.SIPDevice, rc.Secret, error) {
	if req == nil {
		req = new(rc.SIPDeviceRequest)
	}
	instance := cmp.Or(req.AppExternalID, req.Serial)
	if len(instance) > maxName || len(req.ComputerName) > maxName {
		return store.SIPDevice{}, "", target.Invalid("device", fmt.Sprintf("Send at most %d characters in each of its fields.", maxName))
	}
	d, err := h.known(ctx, c, instance, req.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		d, err = h.add(ctx, c, username, instance, req.ComputerName)
	case err == nil && (d.Username != username || req.ComputerName != "" && d.ComputerName != req.ComputerName):
		d.Username, d.ComputerName = username, cmp.Or(req.ComputerName, d.ComputerName)
		err = h.Store.Write(ctx, func(tx store.PlatformTx) error { return tx.SaveSIPDevice(ctx, d) })
	}
	if err != nil {
		return d, "", err
	}
	password, err := h.password(ctx, d)
	return d, password, err
}

// password is a device's. One that was taken with the access of the device's
// user and app is made anew once they have access again.
func (h *Handler) password(ctx context.Context, d store.SIPDevice) (rc.Secret, error) {
	if len(d.SealedPassword) == 0 {
		err := h.Store.Write(ctx, func(tx store.PlatformTx) (err error) {
			if err := tx.GiveSIPPassword(ctx, d.ID, h.newPassword(d.ID), h.Now()); err != nil {
				return err
			}
			d, err = tx.SIPDevice(ctx, d.ID)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("giving device %d a password: %w", d.ID, err)
		}
	}
	if len(d.SealedPassword) == 0 { // the access was revoked while it was asked for
		return "", rc.Coded(rc.Unauthenticated, "OAU-213", "Token not found")
	}
	password, err := h.Sealer.Open(d.SealedPassword, row(d.ID))
	if err != nil {
		return "", fmt.Errorf("opening the password of device %d: %w", d.ID, err)
	}
	return rc.Secret(password), nil
}

func (h *Handler) newPassword(id int64) (sealed []byte) {
	return h.Sealer.Seal([]byte(opaque.Text()), row(id))
}

// known is the device with an id or, where none is given, of an instance.
func (h *Handler) known(ctx context.Context, c wire.Caller, instance, id string) (store.SIPDevice, error) {
	if id == "" {
		d, err := h.Store.SIPDeviceOf(ctx, c.ExtensionID, c.ClientID, instance)
		if err != nil {
			return d, fmt.Errorf("reading a device of extension %d: %w", c.ExtensionID, err)
		}
		return d, nil
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return store.SIPDevice{}, target.Missing("device.id")
	}
	d, err := h.Store.SIPDevice(ctx, n)
	if errors.Is(err, store.ErrNotFound) || err == nil && (d.ExtensionID != c.ExtensionID || d.ClientID != c.ClientID) {
		return d, target.Missing("device.id")
	}
	return d, err
}

// add makes a device, unless the same app was quicker with another request.
func (h *Handler) add(ctx context.Context, c wire.Caller, username, instance, computer string) (store.SIPDevice, error) {
	app, err := h.Store.App(ctx, c.ClientID)
	if err != nil {
		return store.SIPDevice{}, fmt.Errorf("reading app %s: %w", c.ClientID, err)
	}
	id := h.IDs.Next()
	d := store.SIPDevice{
		ID: id, AccountID: c.AccountID, ExtensionID: c.ExtensionID, ClientID: c.ClientID, Instance: instance, Type: webPhone,
		Name: app.Name, ComputerName: computer, Username: username, SealedPassword: h.newPassword(id), CreatedAt: h.Now(),
	}
	err = h.Store.Write(ctx, func(tx store.PlatformTx) error { return tx.AddSIPDevice(ctx, d) })
	if errors.Is(err, store.ErrExists) {
		return h.known(ctx, c, instance, "")
	}
	if err != nil {
		return d, fmt.Errorf("adding a device of extension %d: %w", c.ExtensionID, err)
	}
	return d, nil
}

// row is what a device's password is sealed for.
func row(id int64) string { return "sip_devices/" + strconv.FormatInt(id, 10) }

// A proxy is an address at which phones reach the exchange.
type proxy struct{ transport, address string }

// proxies are the addresses for what a request asks for, which came to base:
// that address is known to be reached.
func (h *Handler) proxies(base string, asked []rc.SIPInfoRequest) ([]proxy, error) {
	have := map[string]string{}
	for _, address := range []string{h.URL, h.TLSURL, base} {
		switch scheme, _, _ := strings.Cut(address, ":"); scheme {
		case "http":
			have["WS"] = address
		case "https": // also that of a proxy in front of the listener without TLS
			have["WSS"] = address
		}
	}
	if len(asked) == 0 {
		asked = []rc.SIPInfoRequest{{Transport: "WSS"}}
		if have["WSS"] == "" {
			asked[0].Transport = "WS"
		}
	}
	var all []proxy
	for _, a := range asked {
		address := hostPort(have[a.Transport])
		if a.Transport == "TLS" {
			address = h.StreamAddr
		}
		if address != "" {
			all = append(all, proxy{a.Transport, address})
		}
	}
	if len(all) == 0 {
		return nil, target.Invalid("sipInfo.transport", "Phones reach this platform over WSS or, where it listens without TLS, WS.")
	}
	return all, nil
}

// hostPort is where a URL leads, always with a port; empty for none.
func hostPort(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	if u.Port() != "" {
		return u.Host
	}
	if u.Scheme == "https" {
		return u.Host + ":443"
	}
	return u.Host + ":80"
}
