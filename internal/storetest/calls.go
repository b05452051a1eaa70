package storetest

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// newCall is a call of extension 11 from Bob's number, unless change says
// otherwise.
func newCall(id string, after time.Duration, change func(*store.Call)) store.Call {
	c := store.Call{ID: id, AccountID: 1, ExtensionID: 11, Record: rc.CallRecord{
		ID: id, SessionID: "s-" + id, LastModifiedTime: rc.TimeOf(at.Add(after)),
		CallFacts: rc.CallFacts{
			TelephonySessionID: "t-" + id, StartTime: rc.TimeOf(at.Add(after)), Type: rc.Voice, Direction: rc.Inbound, Action: "Phone Call",
			Result: rc.CallAccepted, Transport: "PSTN",
			From: &rc.CallParty{PhoneNumber: "+16505550102", ExtensionNumber: "102", Name: "Bob"}, To: &rc.CallParty{PhoneNumber: "+16505550101", ExtensionNumber: "101"},
		},
	}}
	if change != nil {
		change(&c)
	}
	return c
}

func putCall(t *testing.T, p store.Platform, c store.Call) store.Call {
	t.Helper()
	err := p.Write(t.Context(), func(tx store.PlatformTx) (err error) {
		if c.Change, err = tx.NextCallChange(t.Context(), c.AccountID); err != nil {
			return err
		}
		return tx.PutCall(t.Context(), c)
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func callIDs(calls []store.Call) string {
	var b bytes.Buffer
	for _, c := range calls {
		b.WriteString(c.ID)
	}
	return b.String()
}

func testCalls(t *testing.T, p store.Platform) {
	ctx := t.Context()
	company(ctx, t, p)
	if n, err := p.CallChange(ctx, 1); n != 0 || err != nil {
		t.Errorf("CallChange before any: %d, %v", n, err)
	}
	a := putCall(t, p, newCall("a", 0, func(c *store.Call) {
		c.Record.Recording = &rc.RecordingOfACall{ID: "9", Type: rc.RecordedOnDemand}
	}))
	putCall(t, p, newCall("b", time.Hour, func(c *store.Call) { c.Record.Result = rc.CallMissed }))
	putCall(t, p, newCall("c", 2*time.Hour, func(c *store.Call) {
		c.Record.Direction, c.Record.Result, c.Record.Transport = rc.Outbound, rc.CallConnected, "VoIP"
		c.Record.To = &rc.CallParty{PhoneNumber: "+14155550199"}
	}))
	putCall(t, p, newCall("d", 3*time.Hour, func(c *store.Call) { c.Record.Result, c.Record.Type = rc.CallBlocked, rc.Fax }))
	putCall(t, p, newCall("e", 4*time.Hour, func(c *store.Call) { c.ExtensionID = 12 }))
	running := putCall(t, p, newCall("f", 5*time.Hour, func(c *store.Call) { c.Active, c.Record.Result = true, rc.CallInProgress }))

	if got, err := p.Call(ctx, 1, "a"); err != nil || !cmp.Equal(got, a) {
		t.Errorf("Call: %v\n%s", err, cmp.Diff(a, got))
	}
	if _, err := p.Call(ctx, 2, "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another account's call: %v, want ErrNotFound", err)
	}
	own := func(q store.CallQuery) store.CallQuery { q.ExtensionID = 11; return q }
	for _, tt := range []struct {
		name string
		q    store.CallQuery
		want string
	}{
		{"everybody's, newest first", store.CallQuery{}, "edcba"},
		{"one extension's", own(store.CallQuery{}), "dcba"},
		{"by session", own(store.CallQuery{SessionID: "s-b"}), "b"},
		{"by telephony session", own(store.CallQuery{TelephonySessionID: "t-c"}), "c"},
		{"by type", own(store.CallQuery{Types: []string{rc.Fax}}), "d"},
		{"by direction", own(store.CallQuery{Directions: []string{rc.Outbound}}), "c"},
		{"by transport", own(store.CallQuery{Transports: []string{"VoIP", "X"}}), "c"},
		{"by the other's number", own(store.CallQuery{PhoneNumber: "+14155550199"}), "c"},
		{"by one's own number", own(store.CallQuery{PhoneNumber: "+16505550101"}), ""},
		{"by the other's extension number", own(store.CallQuery{ExtensionNumber: "102"}), "dba"},
		{"recorded", own(store.CallQuery{Recorded: true}), "a"},
		{"recorded otherwise", own(store.CallQuery{RecordingType: rc.RecordedAutomatic}), ""},
		{"missed", own(store.CallQuery{Missed: true}), "b"},
		{"without what was blocked", own(store.CallQuery{NotBlocked: true}), "cba"},
		{"from a time on", own(store.CallQuery{From: at.Add(2 * time.Hour)}), "dc"},
		{"before a time", own(store.CallQuery{To: at.Add(2 * time.Hour)}), "ba"},
		{"going on", store.CallQuery{Active: true}, "f"},
	} {
		got, err := p.Calls(ctx, 1, tt.q, 0, 10)
		n, err2 := p.CountCalls(ctx, 1, tt.q)
		if err != nil || err2 != nil || callIDs(got) != tt.want || n != len(tt.want) {
			t.Errorf("Calls %s: %q (%d), %v %v; want %q", tt.name, callIDs(got), n, err, err2, tt.want)
		}
	}
	if got, err := p.Calls(ctx, 1, own(store.CallQuery{}), 1, 2); err != nil || callIDs(got) != "cb" {
		t.Errorf("a page: %q, %v", callIDs(got), err)
	}

	stolen := a
	stolen.ExtensionID = 12
	if err := p.Write(ctx, func(tx store.PlatformTx) error { return tx.PutCall(ctx, stolen) }); !errors.Is(err, store.ErrExists) {
		t.Errorf("a call under another extension's id: %v, want ErrExists", err)
	}

	running.Active, running.Record.Result = false, rc.CallAccepted
	putCall(t, p, running)
	for _, tt := range []struct {
		extension, after int64
		limit            int
		want             string
	}{
		{11, 3, 10, "df"}, {0, 3, 10, "def"}, {11, 0, 2, "ab"}, {12, 5, 10, ""},
	} {
		if got, err := p.ChangedCalls(ctx, 1, tt.extension, tt.after, tt.limit); err != nil || callIDs(got) != tt.want {
			t.Errorf("ChangedCalls of %d after %d: %q, %v; want %q", tt.extension, tt.after, callIDs(got), err, tt.want)
		}
	}
	testDeletedCalls(t, p, a)
	testCallRecordings(t, p)
}

func testDeletedCalls(t *testing.T, p store.Platform, a store.Call) {
	ctx := t.Context()
	heard := func(extension int64) bool {
		ok, err := p.HeardBy(ctx, extension, "9")
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if !heard(11) || heard(12) {
		t.Errorf("the recording is heard by its own extension %t, by another %t", heard(11), heard(12))
	}
	var change int64
	err := p.Write(ctx, func(tx store.PlatformTx) (err error) {
		if change, err = tx.NextCallChange(ctx, 1); err != nil {
			return err
		}
		return tx.DeleteCalls(ctx, 11, at.Add(90*time.Minute), change)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Call(ctx, 1, "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a deleted call: %v, want ErrNotFound", err)
	}
	if got, err := p.Calls(ctx, 1, store.CallQuery{ExtensionID: 11}, 0, 10); err != nil || callIDs(got) != "fdc" {
		t.Errorf("after deleting: %q, %v", callIDs(got), err)
	}
	if got, err := p.Calls(ctx, 1, store.CallQuery{ExtensionID: 11, Deleted: true}, 0, 10); err != nil || callIDs(got) != "fdcba" {
		t.Errorf("deleted ones as well: %q, %v", callIDs(got), err)
	}
	want := a
	want.Deleted, want.Change = true, change
	want.Record.From, want.Record.To, want.Record.Recording = nil, nil, nil
	if got, err := p.ChangedCalls(ctx, 1, 11, change-1, 1); err != nil || !cmp.Equal(got, []store.Call{want}) {
		t.Errorf("what a sync tells of a deleted call: %v\n%s", err, cmp.Diff([]store.Call{want}, got))
	}
	if heard(11) {
		t.Error("the recording of a deleted call is still heard")
	}
}

func testCallRecordings(t *testing.T, p store.Platform) {
	ctx := t.Context()
	r, sound := store.CallRecording{ID: "9", AccountID: 1, ContentType: "audio/wav", Duration: 3 * time.Second, CreatedAt: at}, []byte{0, 1, 0xff}
	add := func() error {
		return p.Write(ctx, func(tx store.PlatformTx) error { return tx.AddCallRecording(ctx, r, sound) })
	}
	if err := add(); err != nil {
		t.Fatal(err)
	}
	if err := add(); !errors.Is(err, store.ErrExists) {
		t.Errorf("adding a recording twice: %v, want ErrExists", err)
	}
	if got, err := p.CallRecording(ctx, 1, "9"); err != nil || got != r {
		t.Errorf("CallRecording: %+v, %v", got, err)
	}
	if got, err := p.CallRecordingSound(ctx, 1, "9"); err != nil || !bytes.Equal(got, sound) {
		t.Errorf("CallRecordingSound: %v, %v", got, err)
	}
	if _, err := p.CallRecordingSound(ctx, 2, "9"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another account's recording: %v, want ErrNotFound", err)
	}
}
