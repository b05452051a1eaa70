package panel

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
)

// A callsDesk has calls, and older ones when it is asked for them.
type callsDesk struct {
	*recordingDesk
	older []Call
	fails error
}

func (d *callsDesk) MoreCalls(context.Context) error {
	d.told = append(d.told, "more")
	d.calls, d.callLog.More = append(d.calls, d.older...), false
	return d.fails
}

func (d *callsDesk) SeeCalls() { d.told = append(d.told, "seen") }

func (d *callsDesk) RefreshCalls() { d.told = append(d.told, "refresh") }

func (d *callsDesk) Recording(_ context.Context, id string) (Sound, error) {
	if id != "8" {
		return Sound{}, rc.Errorf(rc.NotFound, "There is no recording of this call.")
	}
	return Sound{"audio/wav", []byte("RIFF....WAVE")}, nil
}

// withCalls is a fixture whose desk is a callsDesk.
func withCalls(t *testing.T) (*fixture, *callsDesk) {
	f := newFixture(t, nil)
	d := &callsDesk{recordingDesk: f.desk}
	f.handler.Desks = oneDesk{d, nil}
	return f, d
}

var callNames = regexp.MustCompile(`id="call-\d+-name">([^<]*)<`)

func namesIn(html string) string {
	var all []string
	for _, m := range callNames.FindAllStringSubmatch(html, -1) {
		all = append(all, m[1])
	}
	return strings.Join(all, ", ")
}

func TestTheHistoryIsNarrowedAndSearched(t *testing.T) {
	f, d := withCalls(t)
	all := "Marta Lindqvist, Priya Raman, (310) 555-0177, Lumen Interiors, No caller ID, &lt;img src=x onerror=alert(1)&gt; elgooG, Jonas Weber"
	for _, tt := range []struct{ name, path, want string }{
		{"all", "/history", all},
		{"recordings by their route", "/history/recordings", "Priya Raman"},
		{"missed", "/history/list?only=missed", "Marta Lindqvist, No caller ID"},
		{"incoming that were taken or declined", "/history/list?only=in", "Lumen Interiors, &lt;img src=x onerror=alert(1)&gt; elgooG"},
		{"outgoing", "/history/list?only=out", "Priya Raman, (310) 555-0177, Jonas Weber"},
		{"what is no way to narrow is all", "/history/list?only=x", all},
		{"words of a name, in any order", "/history/list?q=weber+jo", "Jonas Weber"},
		{"part of a number", "/history/list?q=555-0144", "Marta Lindqvist"},
		{"an extension", "/history/list?q=140", "Jonas Weber"},
		{"both", "/history/list?only=missed&q=marta", "Marta Lindqvist"},
		{"nobody", "/history/list?q=walnut", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := f.do("GET", tt.path, nil)
			if got := namesIn(w.Body.String()); w.Code != 200 || got != tt.want {
				t.Errorf("%s: %d %q, want %q", tt.path, w.Code, got, tt.want)
			}
		})
	}
	d.callLog.Hearable = false
	if html := f.do("GET", "/history/recordings", nil).Body.String(); namesIn(html) != all || strings.Contains(html, "Recorded") || strings.Contains(html, "Recordings") {
		t.Errorf("who may not listen is shown what was recorded:\n%s", html)
	}
	if strings.Join(d.told, " ") != "refresh refresh refresh" {
		t.Errorf("the desk was told %v; opening the panel asks for the newest, and nothing else does", d.told)
	}
}

func TestOlderCallsAreShownAndAskedFor(t *testing.T) {
	f, d := withCalls(t)
	for i := range 2 * callRows {
		d.older = append(d.older, Call{ID: "1" + strings.Repeat("0", i), Party: omar, At: ago(30 * day), Duration: time.Second})
	}
	older := func(n string) int {
		t.Helper()
		w := f.do("POST", "/history/older", url.Values{"n": {n}})
		if w.Code != 200 {
			t.Fatalf("older: %d %s", w.Code, w.Body)
		}
		return strings.Count(w.Body.String(), `class="call-row `) + strings.Count(w.Body.String(), `class="call-row"`)
	}
	before := len(d.calls)
	if got, want := older(""), 2*callRows; got != want {
		t.Errorf("%d rows, want %d: those that are known fill the page", got, want)
	}
	if got, want := older("200"), before+2*callRows; got != want {
		t.Errorf("then %d rows, want all %d", got, want)
	}
	if strings.Join(d.told, " ") != "more" {
		t.Errorf("the desk was told %v, want one question", d.told)
	}
	d.callLog.More, d.fails = true, rc.Errorf(rc.Unavailable, "The phone service does not answer.")
	if w := f.do("POST", "/history/older", url.Values{"n": {"300"}}); w.Code != 503 || !strings.Contains(w.Body.String(), "does not answer") {
		t.Errorf("without a platform: %d %s", w.Code, w.Body)
	}
}

func TestMissedCallsAreSeen(t *testing.T) {
	f, d := withCalls(t)
	if w := f.do("POST", "/history/seen", nil); w.Code != http.StatusNoContent || strings.Join(d.told, " ") != "seen" {
		t.Errorf("seen: %d, %v", w.Code, d.told)
	}
}

func TestARecordingIsPlayedByRanges(t *testing.T) {
	f, d := withCalls(t)
	w := f.do("GET", "/history/call/8/recording", nil, "Range", "bytes=8-11")
	if w.Code != http.StatusPartialContent || w.Body.String() != "WAVE" || w.Header().Get("Content-Type") != "audio/wav" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("a part of a recording: %d %q %v", w.Code, w.Body, w.Header())
	}
	if w := f.do("GET", "/history/call/9/recording", nil); w.Code != 404 {
		t.Errorf("a call without a recording: %d %s", w.Code, w.Body)
	}
	d.callLog.Hearable = false
	if w := f.do("GET", "/history/call/8/recording", nil); w.Code != 403 {
		t.Errorf("who may not listen gets %d %s", w.Code, w.Body)
	}
	if html := f.do("GET", "/history/call/8", nil).Body.String(); strings.Contains(html, "data-player") {
		t.Error("who may not listen is shown a player")
	}
	if w := f.do("GET", "/history/call/x", nil); w.Code != 404 || !strings.Contains(w.Body.String(), "not in your history") {
		t.Errorf("an unknown call: %d %s", w.Code, w.Body)
	}
}

func TestWhatBecameOfACallIsSaidInWords(t *testing.T) {
	for _, tt := range []struct {
		call Call
		want string
	}{
		{Call{Inbound: true, Missed: true, Result: "Missed"}, "Missed"},
		{Call{Inbound: true, Missed: true, Result: "Voicemail", Voicemail: true}, "Voicemail"},
		{Call{Inbound: true, Missed: true, Result: "Voicemail"}, "Missed"}, // heard the greeting, and said nothing
		{Call{Inbound: true, Result: "Accepted"}, "Incoming"},
		{Call{Inbound: true, Result: "Rejected"}, "Declined"},
		{Call{Inbound: true, Declined: true, Result: "Voicemail"}, "Declined"},
		{Call{Inbound: true, Declined: true, Result: "Voicemail", Voicemail: true}, "Voicemail"},
		{Call{Inbound: true, Declined: true, Result: "Accepted"}, "Incoming"}, // sent on, and answered there
		{Call{Inbound: true, Declined: true, Result: "Reply"}, "Answered with a message"},
		{Call{Inbound: true, Result: "Answered Elsewhere"}, "Answered elsewhere"},
		{Call{Result: "Call connected"}, "Outgoing"},
		{Call{Result: "No Answer"}, "No answer"},
		{Call{Result: "something new"}, "Outgoing"},
		{Call{Fax: true, Inbound: true}, "Fax received"},
	} {
		if got, _ := became(tt.call); got != tt.want {
			t.Errorf("%+v became %q, want %q", tt.call, got, tt.want)
		}
	}
	for d, want := range map[time.Duration]string{0: "", 9 * time.Second: "9 s", 73 * time.Second: "1 min 13 s", 3725 * time.Second: "1 h 2 min"} {
		if got := (page{}).lasted(d); got != want {
			t.Errorf("%s lasted %q, want %q", d, got, want)
		}
	}
}

func TestAConferenceIsCalledAsItsReaderCallsIt(t *testing.T) {
	f, d := withCalls(t)
	d.calls = []Call{storyMet()}
	p := storyPage(d)
	p.Lang = lang.Match("de")
	if got := newHistory(t.Context(), p, "konf", "", callRows).Days; len(got) != 1 || got[0].Calls[0].Title != "Konferenz" {
		t.Errorf("a German reader finds %+v", got)
	}
	html := f.do("GET", "/history/call/10", nil).Body.String()
	for _, want := range []string{">Conference<", "Who was in this conference", "Marta Lindqvist", "Priya Raman"} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is not on its page:\n%s", want, html)
		}
	}
	for _, never := range []string{"data-copy", "data-text-to", "No caller ID", "data-keep", "Dana"} {
		if strings.Contains(html, never) {
			t.Errorf("%q is on its page:\n%s", never, html)
		}
	}
}

func TestWhyNobodyAnsweredIsSaidAsFarAsItIsKnown(t *testing.T) {
	for _, tt := range []struct {
		call Call
		want string
	}{
		{Call{Inbound: true, Result: "Rejected", Reason: "Calls Not Accepted"}, "You declined the call"},
		{Call{Inbound: true, Declined: true, Result: "Voicemail", Voicemail: true}, "You declined the call"},
		{Call{Inbound: true, Missed: true, Result: "Voicemail"}, "Sent to voicemail"},
		{Call{Inbound: true, Missed: true, Result: "Missed", Reason: "Hang Up"}, "The caller has hung up."},
		{Call{Inbound: true, Missed: true, Result: "Missed", Reason: "No Answer"}, "No answer"},
		{Call{Inbound: true, Missed: true, Result: "Missed"}, ""},
		{Call{Inbound: true, Declined: true, Result: "Accepted"}, ""},
		{Call{Result: "Rejected"}, ""},
	} {
		if got := newCall(storyPage(newFixtureDesk()), tt.call, true).WhyNot; got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.call, got, tt.want)
		}
	}
}
