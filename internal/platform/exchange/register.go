package exchange

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/internal/sip"
	"offhook/internal/store"
)

const (
	// maxInstances is how many phones of one extension may be registered
	// (contract 8.3).
	maxInstances = 5
	// The longest and the shortest time that a registration holds; it is an
	// hour for a phone that asks for none.
	maxExpires = time.Hour
	minExpires = 10 * time.Second
)

// A binding is a phone that is registered on a connection.
type binding struct {
	device   store.SIPDevice
	ext      store.Extension
	instance string
	flow     *sip.Flow
	contact  sip.URI
	expires  time.Time
}

// device returns the device that a request proves to come from; it challenges
// the phone otherwise, and returns false.
func (p *peer) device(ctx context.Context, tx *sip.Tx) (store.SIPDevice, bool) {
	proof, ok := p.x.auth.Proof(tx)
	if !ok {
		_ = p.x.auth.Challenge(tx) // a phone that is gone needs none
		return store.SIPDevice{}, false
	}
	d, err := p.x.known(ctx, proof)
	switch {
	case errors.Is(err, store.ErrNotFound):
		respond(tx, 403, "Forbidden")
		p.mistaken()
	case err != nil:
		p.x.Log.Error("checking a phone's password", "err", err)
		respond(tx, 500, "Server Internal Error")
	default:
		p.prove()
		return d, true
	}
	return store.SIPDevice{}, false
}

// known returns ErrNotFound for an unknown device and for a wrong password.
func (x *Exchange) known(ctx context.Context, proof sip.Proof) (store.SIPDevice, error) {
	id, err := strconv.ParseInt(proof.Username, 10, 64)
	if err != nil {
		return store.SIPDevice{}, store.ErrNotFound
	}
	d, err := x.Store.SIPDevice(ctx, id)
	if err != nil {
		return d, err
	}
	if len(d.SealedPassword) == 0 {
		return d, store.ErrNotFound // taken with the access to it
	}
	password, err := x.Sealer.Open(d.SealedPassword, fmt.Sprintf("sip_devices/%d", d.ID))
	if err != nil {
		return d, fmt.Errorf("opening the password of device %d: %w", d.ID, err)
	}
	if !proof.Valid(string(password)) {
		return d, store.ErrNotFound
	}
	return d, nil
}

func (p *peer) register(tx *sip.Tx) {
	d, ok := p.device(p.x.ctx, tx)
	if !ok {
		return
	}
	req := tx.Request()
	contact := req.Contact()
	if contact == nil || contact.Address.Wildcard {
		p.x.unbind(func(b *binding) bool { return b.flow == p.flow && b.device.ID == d.ID })
		respond(tx, 200, "OK")
		return
	}
	expires := lifetime(req)
	value := fmt.Sprintf("<%s>", contact.Address.String())
	for _, param := range contact.Params {
		if !strings.EqualFold(param.K, "expires") && param.V != "" {
			value += ";" + param.K + "=" + param.V
		}
	}
	value = fmt.Sprintf("%s;expires=%d", value, int(expires.Seconds()))
	if expires == 0 {
		p.x.unbind(func(b *binding) bool { return b.flow == p.flow && b.device.ID == d.ID })
		respond(tx, 200, "OK", sip.With("Contact", value))
		return
	}
	ext, err := p.x.Store.Extension(p.x.ctx, d.ExtensionID)
	if err != nil {
		p.x.Log.Error("reading the extension of a phone", "device", d.ID, "err", err)
		respond(tx, 500, "Server Internal Error")
		return
	}
	instance, ok := contact.Params.Get("+sip.instance")
	if !ok {
		instance = contact.Address.User + "@" + contact.Address.Host
	}
	b := &binding{
		device: d, ext: ext, instance: strings.Trim(instance, `"`), flow: p.flow,
		contact: *contact.Address.Clone(), expires: p.x.Now().Add(expires),
	}
	if !p.x.bind(b) {
		respond(tx, 603, "Too Many Contacts")
		return
	}
	respond(tx, 200, "OK", sip.With("Contact", value))
	p.x.spawn(func(ctx context.Context) { p.x.seen(ctx, d.ID) })
}

// seen notes that a device is in use. That it was is worth less than a call.
func (x *Exchange) seen(ctx context.Context, id int64) {
	err := x.Store.Write(ctx, func(tx store.PlatformTx) error { return tx.SeeSIPDevice(ctx, id, x.Now()) })
	if err != nil && ctx.Err() == nil {
		x.Log.Warn("noting that a phone is registered", "device", id, "err", err)
	}
}

// lifetime is how long a REGISTER asks to be registered; 0 ends it.
func lifetime(req *sip.Request) time.Duration {
	text := sip.HeaderValue(req, "Expires")
	if v, ok := req.Contact().Params.Get("expires"); ok {
		text = v
	}
	n, err := strconv.Atoi(strings.TrimSpace(text))
	switch {
	case err != nil || n < 0:
		return maxExpires
	case n == 0:
		return 0
	}
	return min(max(time.Duration(n)*time.Second, minExpires), maxExpires)
}

// bind registers a phone. One of the same instance is replaced: the newest
// gets the calls. It reports false when the extension has too many.
func (x *Exchange) bind(b *binding) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	own := slices.DeleteFunc(x.current(b.ext.ID), func(o *binding) bool { return o.instance == b.instance })
	if len(own) >= maxInstances {
		return false
	}
	x.bindings[b.ext.ID] = append(own, b)
	x.rejoin(b)
	return true
}

// current returns a new list of the bindings of an extension that hold. x.mu
// is held.
func (x *Exchange) current(extensionID int64) []*binding {
	now := x.Now()
	return slices.DeleteFunc(slices.Clone(x.bindings[extensionID]), func(b *binding) bool { return !now.Before(b.expires) })
}

func (x *Exchange) unbind(which func(*binding) bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for id, own := range x.bindings {
		own = slices.DeleteFunc(slices.Clone(own), which)
		if len(own) == 0 {
			delete(x.bindings, id)
		} else {
			x.bindings[id] = own
		}
	}
}

// phones are those of an extension that are registered now.
func (x *Exchange) phones(extensionID int64) []*binding {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.current(extensionID)
}

// Online reports whether a device is registered.
func (x *Exchange) Online(deviceID int64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := x.Now()
	for _, own := range x.bindings {
		if slices.ContainsFunc(own, func(b *binding) bool { return b.device.ID == deviceID && now.Before(b.expires) }) {
			return true
		}
	}
	return false
}
