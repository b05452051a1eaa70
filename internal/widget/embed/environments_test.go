package embed_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
	"offhook/internal/widget/embed"
	"offhook/internal/widget/visit"
)

// A page may choose among the platforms where its own origin may embed the
// app, and learns of no others.
func TestEnvironmentsAreThoseWhereThisPageMayEmbedTheApp(t *testing.T) {
	g := newRegistry(t)
	production, sandbox := embed.RingCentral[0].Origin, embed.RingCentral[1].Origin
	for _, spec := range []embed.Spec{
		{Platform: production, ClientID: "app", Origins: []string{crm}},
		{Platform: sandbox, ClientID: "app", Origins: []string{"https://elsewhere.example"}},
		{Platform: sandbox, ClientID: "secretive", Origins: []string{crm}},
	} {
		if err := g.Register(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
	}
	f := store.Frame{Platform: local, ClientID: "app", Prefix: "rc-widget", Origin: crm, CreatedAt: now()}
	f.Key = embed.Key(f)
	if err := g.Store.Write(t.Context(), func(tx store.WidgetTx) error { return tx.PutFrame(t.Context(), f) }); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	face := &visit.Face{Store: g.Store, Sessions: nobody{}, Log: slog.New(slog.DiscardHandler)}
	(&embed.Handler{Registry: g, Sessions: nobody{}, Shell: new(shell), Visits: face, Now: now, Log: face.Log}).Mount(mux)

	r := httptest.NewRequest("GET", own+"/p/"+f.Key+"/environments", nil)
	r.Header.Set(visit.Header, "1")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	want := `[{"origin":"http://localhost:8070","name":"Local","current":true},{"origin":"https://platform.ringcentral.com","name":"RingCentral","current":false}]` + "\n"
	if diff := cmp.Diff(want, w.Body.String()); w.Code != http.StatusOK || diff != "" {
		t.Errorf("status %d (-want +got):\n%s", w.Code, diff)
	}
}
