package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/store"
)

func testDevices(t *testing.T, p store.Platform) {
	ctx := t.Context()
	company(ctx, t, p)
	device := func(id, extension int64, client, instance string) store.SIPDevice {
		return store.SIPDevice{
			ID: id, AccountID: 1, ExtensionID: extension, ClientID: client, Instance: instance, Type: "WebPhone", Name: "Phone in a browser", ComputerName: "desk",
			Username: "16505550101*101", SealedPassword: []byte("sealed"), CreatedAt: at.Add(time.Duration(id) * time.Second),
		}
	}
	d1 := device(1, 11, "crm", "a")
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(
			tx.PutApp(ctx, store.App{ClientID: "crm", CreatedAt: at}), tx.PutApp(ctx, store.App{ClientID: "other", CreatedAt: at}),
			tx.AddSIPDevice(ctx, d1), tx.AddSIPDevice(ctx, device(2, 11, "crm", "b")), tx.AddSIPDevice(ctx, device(3, 12, "other", "a")),
		)
	}))
	err := p.Write(ctx, func(tx store.PlatformTx) error { return tx.AddSIPDevice(ctx, device(4, 11, "crm", "a")) })
	if !errors.Is(err, store.ErrExists) {
		t.Errorf("the same instance twice: %v, want ErrExists", err)
	}
	if got, err := p.SIPDevice(ctx, 1); err != nil || !cmp.Equal(got, d1) {
		t.Errorf("SIPDevice: %v\n%s", err, cmp.Diff(d1, got))
	}
	if got, err := p.SIPDeviceOf(ctx, 11, "crm", "a"); err != nil || !cmp.Equal(got, d1) {
		t.Errorf("SIPDeviceOf: %v\n%s", err, cmp.Diff(d1, got))
	}
	if _, err := p.SIPDeviceOf(ctx, 12, "crm", "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the instance of another user: %v, want ErrNotFound", err)
	}
	if got, err := p.SIPDevices(ctx, 11); err != nil || len(got) != 2 || got[0].ID != 1 {
		t.Errorf("SIPDevices: %+v, %v; want the two of the user, oldest first", got, err)
	}
	if got, err := p.AccountSIPDevices(ctx, 1); err != nil || len(got) != 3 {
		t.Errorf("AccountSIPDevices: %d, %v; want 3", len(got), err)
	}

	d1.ComputerName, d1.SeenAt = "laptop", at.Add(time.Hour)
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		changed := d1
		changed.SealedPassword = []byte("other") // which is nobody's to replace
		return tx.SaveSIPDevice(ctx, changed)
	}))
	if got, err := p.SIPDevice(ctx, 1); err != nil || !cmp.Equal(got, d1) {
		t.Errorf("after SaveSIPDevice: %v\n%s", err, cmp.Diff(d1, got))
	}
	err = p.Write(ctx, func(tx store.PlatformTx) error {
		return tx.SaveSIPDevice(ctx, store.SIPDevice{ID: 9, SealedPassword: []byte("x")})
	})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("SaveSIPDevice of none: %v, want ErrNotFound", err)
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(tx.SeeSIPDevice(ctx, 2, at.Add(time.Minute)), tx.SeeSIPDevice(ctx, 9, at))
	}))
	if got, err := p.SIPDevice(ctx, 2); err != nil || !got.SeenAt.Equal(at.Add(time.Minute)) {
		t.Errorf("after SeeSIPDevice: %+v, %v", got, err)
	}
	testPasswords(t, p)
	testEmergency(t, p)
	for _, want := range []bool{true, false} {
		must(t, p.Write(ctx, func(tx store.PlatformTx) error {
			if got, err := tx.DeleteSIPDevice(ctx, 1); err != nil || got != want {
				t.Errorf("DeleteSIPDevice: %v, %v; want %v", got, err, want)
			}
			return nil
		}))
	}
	if _, err := p.EmergencyAddress(ctx, 1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the emergency address of a device that is gone: %v, want ErrNotFound", err)
	}
	testMonitors(t, p)
}

// testPasswords takes the passwords of the devices 1 and 2, and gives them new
// ones.
func testPasswords(t *testing.T, p store.Platform) {
	t.Helper()
	ctx := t.Context()
	session := store.OAuthSession{ID: "of-phones", ClientID: "crm", ExtensionID: 11, CreatedAt: at, ExpiresAt: at.Add(time.Hour)}
	retired := func(tx store.PlatformTx, client string, at time.Time) (n int) {
		t.Helper()
		ids, err := tx.RetireSIPPasswords(ctx, client, 11, at)
		if err != nil {
			t.Errorf("RetireSIPPasswords: %v", err)
		}
		return len(ids)
	}
	password := func(tx store.PlatformTx, id int64) string {
		t.Helper()
		d, err := tx.SIPDevice(ctx, id)
		if err != nil {
			t.Errorf("SIPDevice: %v", err)
		}
		return string(d.SealedPassword)
	}
	give := func(tx store.PlatformTx, id int64, password string) {
		t.Helper()
		if err := tx.GiveSIPPassword(ctx, id, []byte(password), at); err != nil {
			t.Errorf("GiveSIPPassword: %v", err)
		}
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		must(t, tx.AddOAuthSession(ctx, session, ""))
		if n := retired(tx, "crm", at); n != 0 || password(tx, 1) != "sealed" {
			t.Errorf("with a session that holds, %d passwords are taken", n)
		}
		if n := retired(tx, "crm", session.ExpiresAt); n != 2 || password(tx, 1) != "" || password(tx, 2) != "" {
			t.Errorf("without one, %d passwords are taken, want those of two devices", n)
		}
		give(tx, 1, "new")
		give(tx, 1, "newer")
		if got := password(tx, 1); got != "new" {
			t.Errorf("given twice, the password is %q", got)
		}
		if _, err := tx.EndOAuthSession(ctx, session.ID); err != nil {
			return err
		}
		give(tx, 2, "new")
		if got := password(tx, 2); got != "" {
			t.Errorf("given without a session that holds, the password is %q", got)
		}
		if n := retired(tx, "other", at); n != 0 || password(tx, 3) != "sealed" {
			t.Errorf("%d passwords of another's app are taken", n)
		}
		return nil
	}))
}

// testEmergency registers the emergency address of the device 1.
func testEmergency(t *testing.T, p store.Platform) {
	t.Helper()
	ctx := t.Context()
	if _, err := p.EmergencyAddress(ctx, 1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no emergency address: %v, want ErrNotFound", err)
	}
	a := rc.EmergencyAddress{CustomerName: "Ada Moreno", Street: "1 Harbor Way", City: "Belmont", State: "CA", Zip: "94002", CountryISOCode: "US"}
	for _, floor := range []string{"", "Floor 3"} {
		a.Street2 = floor
		must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.PutEmergencyAddress(ctx, 1, a, at) }))
		if got, err := p.EmergencyAddress(ctx, 1); err != nil || got != a {
			t.Errorf("EmergencyAddress: %v\n%s", err, cmp.Diff(a, got))
		}
	}
}

// testMonitors lets the extension 11 listen in on 12, and takes it back.
func testMonitors(t *testing.T, p store.Platform) {
	t.Helper()
	ctx := t.Context()
	for _, may := range []bool{false, true, true, false} {
		must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.LetMonitor(ctx, 11, 12, may) }))
		if got, err := p.MayMonitor(ctx, 11, 12); err != nil || got != may {
			t.Errorf("MayMonitor: %v, %v; want %v", got, err, may)
		}
		if got, err := p.MayMonitor(ctx, 12, 11); err != nil || got {
			t.Errorf("MayMonitor the other way round: %v, %v; want false", got, err)
		}
		if got, err := p.Monitored(ctx, 11); err != nil || (len(got) == 1) != may {
			t.Errorf("Monitored: %v, %v; want one: %v", got, err, may)
		}
	}
}
