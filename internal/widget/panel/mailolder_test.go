package panel

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"offhook/internal/rc"
)

// A deepDesk has older voicemail and faxes at the platform.
type deepDesk struct {
	*fixtureDesk
	asked []string
	fails error
}

func (d *deepDesk) Mailbox(ctx context.Context) Mailbox {
	box := d.fixtureDesk.Mailbox(ctx)
	box.OlderFaxes, box.OlderVoicemail = len(d.asked) == 0, false
	return box
}

func (d *deepDesk) MoreFaxes(context.Context) error {
	if d.fails != nil {
		return d.fails
	}
	d.asked = append(d.asked, "faxes")
	d.faxes = append(d.faxes, Fax{ID: "old", Parties: []Party{omar}, Inbound: true, State: Received, At: ago(900 * day)})
	return nil
}

func TestOlderFaxesAreShownAndAskedFor(t *testing.T) {
	f := newFixture(t, nil)
	d := &deepDesk{fixtureDesk: f.desk.fixtureDesk}
	f.handler.Desks = oneDesk{d, nil}
	known := len(d.faxes)
	if html := f.do("GET", "/fax", nil).Body.String(); !strings.Contains(html, "Show older faxes") {
		t.Errorf("nobody is offered the older faxes:\n%s", html)
	}
	if html := f.do("GET", "/voicemail", nil).Body.String(); strings.Contains(html, "Show older voicemail") {
		t.Error("older voicemail is offered, of which there is none")
	}
	d.fails = rc.Errorf(rc.Unavailable, "The phone service does not answer.")
	if w := f.do("POST", "/fax/older", url.Values{"n": {"50"}}); w.Code != 503 || !strings.Contains(w.Body.String(), "does not answer") {
		t.Errorf("without a platform: %d %s", w.Code, w.Body)
	}
	d.fails = nil
	html := f.do("POST", "/fax/older", url.Values{"n": {"50"}}).Body.String()
	if got := strings.Count(html, `<li class="mail-row`); got != known+1 || strings.Contains(html, "Show older faxes") {
		t.Errorf("then there are %d rows, want %d and no button:\n%s", got, known+1, html)
	}

	// With more than a page of them known, the platform is not asked.
	for i := range 2 * callRows {
		d.faxes = append(d.faxes, Fax{ID: fmt.Sprint("n", i), Parties: []Party{omar}, Inbound: true, State: Received, At: ago(30 * day)})
	}
	d.asked = nil
	html = f.do("POST", "/fax/older", url.Values{"n": {fmt.Sprint(callRows)}}).Body.String()
	if got := strings.Count(html, `<li class="mail-row`); got != 2*callRows || len(d.asked) != 0 || !strings.Contains(html, "Show older faxes") {
		t.Errorf("%d rows, want %d; the platform was asked for %v", got, 2*callRows, d.asked)
	}

	// Where the year has none, older ones are offered all the same.
	d.faxes, d.asked = nil, nil
	if html := f.do("GET", "/fax", nil).Body.String(); !strings.Contains(html, "No faxes") || !strings.Contains(html, "Show older faxes") {
		t.Errorf("an empty list offers nothing:\n%s", html)
	}
}
