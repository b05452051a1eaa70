package account_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/rc"
	"offhook/internal/store"
)

func TestGrantsSayOnWhoseCallsOneMayListenIn(t *testing.T) {
	w := newWorld(t)
	const path = "/restapi/v1.0/account/~/extension/~/grant"
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error { return tx.LetMonitor(t.Context(), apitest.Ada, apitest.Bob, true) })
	if err != nil {
		t.Fatal(err)
	}
	base := "http://platform.example/restapi/v1.0/account/100001/extension/"
	want := []rc.Grant{{
		URI: base + "101001/grant/101002", CallMonitoring: true,
		Extension: rc.ExtensionRef{ID: apitest.Bob, URI: base + "101002", ExtensionNumber: "102", Name: "Bob Stone", Type: "User"},
	}}
	if diff := cmp.Diff(want, apitest.Get[rc.List[rc.Grant]](w, "ada", path).Records); diff != "" {
		t.Errorf("what Ada may (-want +got):\n%s", diff)
	}
	if got := apitest.Get[rc.List[rc.Grant]](w, "bob", path).Records; len(got) != 0 {
		t.Errorf("what Bob may: %+v, want nothing", got)
	}
}
