package app

import (
	"strconv"
	"testing"
	"time"

	"offhook/internal/bus"
	"offhook/internal/platform/api/messages"
	"offhook/internal/platform/console"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/rigtest"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/storetest"
)

func TestWhichNumbersCallForHelp(t *testing.T) {
	t.Parallel()
	st := sqlstore.OpenTest(t).Platform()
	c := &console.Console{Store: st}
	acme, err := c.RegisterAccount(t.Context(), console.AccountSpec{Company: "Acme", MainNumber: "+16505550100"})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int64{"": 0}
	for name, country := range map[string]string{"ada": "", "gerd": "DE"} {
		region, err := Locale{Country: country}.Setting()
		if err != nil {
			t.Fatal(err)
		}
		e, _, err := c.RegisterUser(t.Context(), console.UserSpec{FirstName: name, Username: name, Password: "long enough", Region: region})
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = e.ID
	}
	ask := alarm(st)
	for _, tt := range []struct {
		who, lives, digits string
		want               bool
	}{
		{"", "", "911", true}, {"", "", "112", true}, {"", "", "933", true}, {"", "", "110", false},
		{"ada", "US", "911", true}, {"ada", "US", "112", true}, {"ada", "US", "110", false}, {"ada", "US", "102", false},
		{"ada", "DE", "110", true}, {"ada", "DE", "911", true}, {"ada", "DE", "933", true},
		{"gerd", "", "110", true}, {"gerd", "", "911", true}, {"gerd", "", "933", false},
		{"gerd", "US", "110", true}, {"gerd", "US", "933", true}, {"gerd", "GB", "999", true}, {"gerd", "DE", "999", false},
	} {
		var address *rc.EmergencyAddress
		if tt.lives != "" {
			address = &rc.EmergencyAddress{CountryISOCode: tt.lives}
		}
		got, err := ask(t.Context(), acme.ID, ids[tt.who], address, tt.digits)
		if err != nil || got != tt.want {
			t.Errorf("%q who lives in %q calls for help by %s: %v, %v; want %v", tt.who, tt.lives, tt.digits, got, err, tt.want)
		}
	}
	for _, tt := range []struct {
		main, digits string
		want         bool
	}{{"+16505550100", "911", true}, {"+16505550100", "933", true}, {"+16505550100", "110", false}, {"+493012345678", "110", true}, {"+493012345678", "933", false}} {
		if got := isForHelp(tt.digits, tt.main); got != tt.want {
			t.Errorf("behind %s somebody calls for help by %s: %v, want %v", tt.main, tt.digits, got, tt.want)
		}
	}
	if _, err := ask(t.Context(), 7, 0, nil, "911"); err == nil {
		t.Error("a number of an account that is not there calls for help, or does not")
	}
}

func TestWhatACallerHasSaidIsLeftOnce(t *testing.T) {
	t.Parallel()
	st, ids, log := sqlstore.OpenTest(t).Platform(), new(store.IDs), new(rigtest.Log).Logger()
	c := &console.Console{Store: st}
	acme, err := c.RegisterAccount(t.Context(), console.AccountSpec{Company: "Acme", MainNumber: "+16505550100"})
	if err != nil {
		t.Fatal(err)
	}
	ada, _, err := c.RegisterUser(t.Context(), console.UserSpec{FirstName: "Ada", Username: "ada", Password: "long enough"})
	if err != nil {
		t.Fatal(err)
	}
	b := new(bus.InProcess)
	book := session.New(st, b, ids, time.Now, log)
	book.Mailbox = mailroom{messages.NewOffice(&storetest.Deaf{Platform: st, Times: 1}, b, ids, time.Now, log)}
	if err := book.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(book.Close)
	// leaves is a caller who speaks to Ada's voicemail; what they say is tried
	// to be stored so many times.
	leaves := func(times int) {
		t.Helper()
		p := book.Begin(session.Spec{}).Add(session.PartySpec{
			Direction: rc.Inbound, AccountID: acme.ID, ExtensionID: ada.ID, From: session.End{Number: "+14155550123"}, To: session.End{ExtensionID: ada.ID},
		})
		p.Voicemail()
		p.End(rc.ReasonCallFinished, "")
		for range times {
			err = p.LeaveVoicemail(t.Context(), time.Now(), []byte("RIFF"), time.Second)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	leaves(2)
	left, err := st.Messages(t.Context(), ada.ID, store.MessageQuery{}, 0, 0)
	if err != nil || len(left) != 1 {
		t.Fatalf("Ada has %d messages, %v; want one", len(left), err)
	}
	calls, err := st.Calls(t.Context(), acme.ID, store.CallQuery{ExtensionID: ada.ID}, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(calls) != 1 || calls[0].Record.Message == nil || calls[0].Record.Message.ID != strconv.FormatInt(left[0].ID, 10) {
		t.Errorf("Ada's log has %+v, want a call with the message %d", calls, left[0].ID)
	}
	leaves(1)
	if left, err = st.Messages(t.Context(), ada.ID, store.MessageQuery{}, 0, 0); err != nil || len(left) != 2 {
		t.Errorf("after another Ada has %d messages, %v; want two", len(left), err)
	}
}
