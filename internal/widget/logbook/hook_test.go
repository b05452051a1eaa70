package logbook

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// A crm is the operator's own server.
type crm struct {
	mu     sync.Mutex
	answer int      // guarded by mu
	got    []letter // guarded by mu
}

type letter struct {
	key, signature, body string
}

func (c *crm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, letter{r.Header.Get("Idempotency-Key"), r.Header.Get("Offhook-Signature"), string(body)})
	if c.answer == http.StatusFound {
		w.Header().Set("Location", "/elsewhere")
	}
	w.WriteHeader(c.answer)
}

func (c *crm) will(answer int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = answer
}

func (c *crm) letters() []letter {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]letter(nil), c.got...)
}

// hook lets the operator log to a server of their own.
func hook(t *testing.T, w *world) (*crm, rc.Secret) {
	c := &crm{answer: 200}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	secret, err := SetHook(t.Context(), w.Store, w.Ring, platform, "app", server.URL+"/logs", noon)
	if err != nil {
		t.Fatal(err)
	}
	return c, secret
}

// pushed sends what is due and waits for it.
func (w *world) pushed() {
	w.push(w.t.Context())
	w.pushing.Wait()
}

func TestAWebhookGetsASignedLetterOnce(t *testing.T) {
	w := newWorld(t)
	c, secret := hook(t, w)
	w.page = Loggers{} // the page registers nothing
	w.auto(true)
	w.desk.text("7", "Hello", noon)
	if got := w.turnOf("one"); len(got.Items) > 0 || !got.Loggers.Message {
		t.Errorf("%+v", got)
	}
	w.settled()
	w.pushed()
	w.pushed()
	got := c.letters()
	if len(got) != 1 {
		t.Fatalf("%d letters", len(got))
	}
	if want := Sign([]byte(secret), noon, []byte(got[0].body)); got[0].signature != want {
		t.Errorf("signature %q, want %q", got[0].signature, want)
	}
	var body struct {
		IdempotencyKey, Kind, TriggerType string
		User                              map[string]string
		Conversation                      struct{ ConversationLogID string }
	}
	if err := json.Unmarshal([]byte(got[0].body), &body); err != nil {
		t.Fatal(err)
	}
	if body.IdempotencyKey != got[0].key || body.Kind != "message" || body.TriggerType != "auto" || body.User["ownerId"] != "owner of ada" || body.Conversation.ConversationLogID != "7/7/2/2026" {
		t.Errorf("%s", got[0].body)
	}
	if strings.Contains(got[0].body, string(secret)) {
		t.Error("the letter holds the secret")
	}
}

func TestAWebhookIsAskedAgainWithTheSameKey(t *testing.T) {
	w := newWorld(t)
	c, _ := hook(t, w)
	w.auto(true)
	w.desk.text("7", "Hello", noon)
	w.settled()
	for _, answer := range []int{500, 302, 404, 204} {
		c.will(answer)
		w.pushed()
		w.pushed() // not before its time
		w.pass(maxWait)
	}
	w.pushed()
	got := c.letters()
	if len(got) != 4 {
		t.Fatalf("%d letters, want 4: no redirect is followed, and none after the acknowledgement", len(got))
	}
	for _, l := range got {
		if l.key != got[0].key || l.body != got[0].body {
			t.Errorf("another letter: %s", l.body)
		}
	}
}

func TestASettingShowsWhyAWebhookFails(t *testing.T) {
	w := newWorld(t)
	c, _ := hook(t, w)
	c.will(500)
	w.auto(true)
	w.desk.text("7", "Hello", noon)
	w.settled()
	w.pushed()
	if card := w.card(); !strings.Contains(card, "The webhook answered 500.") || !strings.Contains(card, "Logs that wait: 1") {
		t.Error(card)
	}
	err := w.Store.Write(t.Context(), func(tx store.WidgetTx) error { return tx.DeleteLogHook(t.Context(), platform, "app") })
	if err != nil {
		t.Fatal(err)
	}
	w.pass(maxWait)
	w.pushed()
	owner, _ := w.owner(t.Context(), "ada")
	open, err := w.Store.OpenLogEntries(t.Context(), owner, "webhook")
	if err != nil || len(open) != 1 || open[0].Reason != "The operator has taken the webhook away." {
		t.Errorf("%+v %v", open, err)
	}
}

func TestAWebhookGetsTextsAlsoWithoutATab(t *testing.T) {
	w := newWorld(t)
	c, _ := hook(t, w)
	w.auto(true)
	w.restart() // nobody is there
	w.round(t.Context())
	w.wait("nobody watches the desk", func() bool {
		w.desk.mu.Lock()
		defer w.desk.mu.Unlock()
		return len(w.desk.watches) > 0
	})
	w.desk.text("7", "Hello", noon)
	w.wait("nothing was sent", func() bool {
		w.pushed()
		return len(c.letters()) == 1
	})
	w.auto(false)
	w.round(t.Context())
	w.desk.text("8", "Not logged", noon.Add(time.Minute))
	if n := w.settled(); n != 1 {
		t.Errorf("%d entries after it was switched off", n)
	}
}

func embedded(app string) store.LogOwner { return store.LogOwner{Platform: platform, ClientID: app} }

func TestADeadServerHoldsUpNoOther(t *testing.T) {
	w := newWorld(t)
	for i := range maxEach {
		if !w.enter(embedded("app")) {
			t.Fatalf("request %d was held back", i)
		}
	}
	if w.enter(embedded("app")) {
		t.Error("one embed has more than its share")
	}
	if !w.enter(embedded("other")) {
		t.Error("another embed has to wait")
	}
	w.exit(embedded("app"))
	if !w.enter(embedded("app")) {
		t.Error("a place that is free again cannot be taken")
	}
}

func TestAWebhooksAddressIsChecked(t *testing.T) {
	w := newWorld(t)
	for _, address := range []string{"", "crm.example/logs", "http://crm.example/logs", "http://127.crm.example/logs", "ftp://crm.example", "https://user:pass@crm.example", "https://crm.example/#x"} {
		if _, err := SetHook(t.Context(), w.Store, w.Ring, platform, "app", address, noon); err == nil {
			t.Errorf("%q was taken", address)
		}
	}
	if _, err := SetHook(t.Context(), w.Store, w.Ring, platform, "unknown", "https://crm.example/logs", noon); err == nil || !strings.Contains(err.Error(), "Register it first") {
		t.Errorf("an unknown embed: %v", err)
	}
}

func TestUsersReadNothingOfTheOperatorsNetwork(t *testing.T) {
	w := newWorld(t)
	_, _ = hook(t, w)
	_, err := SetHook(t.Context(), w.Store, w.Ring, platform, "app", "http://127.0.0.1:1/logs?key=hush", noon)
	if err != nil {
		t.Fatal(err)
	}
	w.auto(true)
	w.desk.text("7", "Hello", noon)
	w.settled()
	w.pushed()
	card := w.card()
	if strings.Contains(card, "127.0.0.1") || strings.Contains(card, "hush") || !strings.Contains(card, "The webhook could not be reached") {
		t.Error(card)
	}
}

// The documented check of a signature is tested with this one.
func TestASignatureIsWhatTheDocumentsSay(t *testing.T) {
	const want = "t=1782993600,v1=a12ccca35f02cac40bedd4c62baf221330e9c93eb82f0bfa8cf2f4ec34dc3aa4"
	if got := Sign([]byte("OHLS_secret"), noon, []byte(`{"kind":"message"}`)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
