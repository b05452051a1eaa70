package media

import (
	"errors"
	"reflect"

	"github.com/pion/dtls/v3"
	"github.com/pion/srtp/v3"
	"github.com/pion/webrtc/v4"
)

// srtpKeys are what a leg and its far side encrypt their sound with (RFC 5764
// section 4.2), when the handshake is over. They are not those that pion has,
// but count for themselves which packets they have seen.
func srtpKeys(t *webrtc.DTLSTransport) (ours, theirs *srtp.Context, err error) {
	conn := handshake(t)
	if conn == nil {
		return nil, nil, errNoKeys
	}
	profile, agreed := conn.SelectedSRTPProtectionProfile()
	state, up := conn.ConnectionState()
	client := reflect.ValueOf(&state).Elem().FieldByName("isClient")
	if !agreed || !up || client.Kind() != reflect.Bool {
		return nil, nil, errNoKeys
	}
	c := srtp.Config{Profile: srtp.ProtectionProfile(profile)}
	if err := c.ExtractSessionKeysFromDTLS(&state, client.Bool()); err != nil {
		return nil, nil, err
	}
	if ours, err = srtp.CreateContext(c.Keys.LocalMasterKey, c.Keys.LocalMasterSalt, c.Profile); err != nil {
		return nil, nil, err
	}
	theirs, err = srtp.CreateContext(c.Keys.RemoteMasterKey, c.Keys.RemoteMasterSalt, c.Profile, srtp.SRTPReplayProtection(64))
	return ours, theirs, err
}

var errNoKeys = errors.New("the connection has no keys")

// handshake is the connection that a transport has agreed upon its keys by.
// pion keeps it to itself. Where another version keeps it elsewhere, sound
// goes the long way, and a test says so.
func handshake(t *webrtc.DTLSTransport) *dtls.Conn {
	f := reflect.ValueOf(t).Elem().FieldByName("conn")
	if !f.IsValid() || f.Type() != reflect.TypeFor[*dtls.Conn]() {
		return nil
	}
	return *(**dtls.Conn)(f.Addr().UnsafePointer())
}
