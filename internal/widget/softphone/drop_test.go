package softphone_test

import (
	"bytes"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
	"offhook/internal/widget/visit"
)

func (r *rig) drop(id string, s media.Sound) {
	r.t.Helper()
	if err := r.phone.Drop(r.t.Context(), id, softphone.Message{Label: "Hello", Sound: s}); err != nil {
		r.t.Fatal(err)
	}
}

// dropping waits until a message is so far.
func (r *rig) dropping(s call.DropState) call.Call {
	r.t.Helper()
	return r.newest("a message that is "+string(s), func(c call.Call) bool { return c.Drop != nil && c.Drop.State == s })
}

func TestAMessageIsHeardInPlaceOfTheUserAndEndsTheCall(t *testing.T) {
	r := registered(t)
	tab, err := r.tab("one", false)
	if err != nil {
		t.Fatal(err)
	}
	mediatest.Sing(t, tab, 700)
	id, c := r.talk()
	far := mediatest.Listen(t, c.leg)
	far.Hears(t, 700)
	r.drop(id, media.Tone(2*time.Second, 1300))
	playing := r.dropping(call.DropPlays)
	if playing.State != call.Connected || playing.Drop.Label != "Hello" || playing.Drop.Long != 2*time.Second || playing.Drop.Since.IsZero() {
		t.Errorf("the call is %+v with %+v", playing, playing.Drop)
	}
	if s := r.phone.Snapshot(); s.Active != "" || s.Microphone != "one" {
		t.Errorf("the tab speaks in %q and has lent %q, want no call and its sound", s.Active, s.Microphone)
	}
	far.Hears(t, 1300)
	got := r.dropping(call.DropLeft)
	if got.State != call.Ended || got.Outcome != call.HungUp || got.Sentence != "Your message was left." {
		t.Errorf("the call ended as %+v", got)
	}
	r.until("the BYE", func() bool { return c.ended })
}

// greeted is a call whose far side speaks, as the user hears.
func (r *rig) greeted() (id string, c *sbcCall, stop func()) {
	r.t.Helper()
	tab, err := r.tab("one", false)
	if err != nil {
		r.t.Fatal(err)
	}
	id, c = r.talk()
	stop = mediatest.Sing(r.t, c.leg, 700)
	mediatest.Listen(r.t, tab).Hears(r.t, 700)
	return id, c, stop
}

func TestAMessageWaitsForSilence(t *testing.T) {
	r := registered(t, func(r *rig) { r.desk.hush = time.Second })
	id, c, stop := r.greeted()
	far := mediatest.Listen(t, c.leg)
	r.drop(id, media.Tone(time.Second, 1300))
	r.dropping(call.DropWaits)
	for range 8 { // 1.6 seconds of greeting
		far.HearsSilence(t)
		if d := r.phone.Snapshot().Calls[0].Drop; d.State != call.DropWaits {
			t.Fatalf("the message is %s while the far side speaks", d.State)
		}
	}
	stop()
	r.dropping(call.DropPlays)
	far.Hears(t, 1300)
	r.dropping(call.DropLeft)
}

func TestAFarSideThatNeverFallsSilentGetsNoMessage(t *testing.T) {
	r := registered(t, func(r *rig) { r.desk.hush, r.pool.Waits.Chatter = time.Second, 1200*time.Millisecond })
	id, c, _ := r.greeted()
	r.drop(id, media.Tone(time.Second, 1300))
	if got := r.dropping(call.DropNoisy); got.State != call.Ended || got.Sentence != "The other side did not fall silent, so no message was left." {
		t.Errorf("the call ended as %+v", got)
	}
	r.until("the BYE", func() bool { return c.ended })
}

func TestWhoLeavesAMessageIsFree(t *testing.T) {
	r := registered(t, func(r *rig) { r.pool.Waits.Gap, r.pool.Waits.Grace = 10*time.Millisecond, 50*time.Millisecond })
	if _, err := r.tab("one", false); err != nil {
		t.Fatal(err)
	}
	id, c := r.talk()
	far := mediatest.Listen(t, c.leg)
	r.drop(id, media.Tone(time.Minute, 1300))
	r.phone.Leave("one")
	far.Hears(t, 1300) // and no tone for somebody who is left alone
	r.see("a free microphone", func(s call.Snapshot) bool { return s.Microphone == "" })
	far.Hears(t, 1300)
	if _, err := r.tab("two", false); err != nil {
		t.Fatal(err)
	}
	ring := r.ringing(ring{})
	second := r.state(call.Ringing).ID
	r.show(second)
	r.act(second, "answer", softphone.Details{})
	r.until("the ACK", func() bool { return ring.leg != nil })
	far.Hears(t, 1300)
	s := r.phone.Snapshot()
	if first := s.Calls[0]; first.State != call.Connected || first.Drop.State != call.DropPlays || s.Active != second {
		t.Errorf("beside another call the message is %s in a call that is %s; %q is heard", first.Drop.State, first.State, s.Active)
	}
	for _, act := range []string{"hold", "unhold", "mute", "activate", "digits", "transfer", "record", "park", "flip"} {
		if err := r.phone.Act(t.Context(), id, act, softphone.Details{Digits: "1", CallID: second}); kind(err) != rc.Conflict {
			t.Errorf("%s while a message is left: %v", act, err)
		}
	}
	if err := r.phone.Act(t.Context(), second, "transfer", softphone.Details{CallID: id}); kind(err) != rc.Conflict {
		t.Errorf("a transfer to the call that a message is left in: %v", err)
	}
	if _, err := r.phone.Merge(t.Context(), second, id); kind(err) != rc.Conflict {
		t.Errorf("a conference with it: %v", err)
	}
	if err := r.phone.Drop(t.Context(), id, softphone.Message{Label: "Again", Sound: media.Tone(time.Second, 900)}); kind(err) != rc.Conflict {
		t.Errorf("a second message: %v", err)
	}
	r.act(id, "hangup", softphone.Details{})
	got := r.see("the end of the message", func(s call.Snapshot) bool { return s.Calls[0].Over() }).Calls[0]
	if got.Drop.State != call.DropStopped || got.Sentence != "You stopped your message." {
		t.Errorf("the message is %s in a call that ended as %+v", got.Drop.State, got)
	}
	r.until("the BYE", func() bool { return c.ended })
}

func TestAMessageThatIsHungUpOnIsCut(t *testing.T) {
	r := registered(t)
	id, c := r.talk()
	far := mediatest.Listen(t, c.leg)
	r.drop(id, media.Tone(time.Minute, 1300))
	far.Hears(t, 1300)
	r.sbc.bye(c)
	if got := r.dropping(call.DropCut); got.State != call.Ended || got.Sentence != "The call ended before your message was left." {
		t.Errorf("the call ended as %+v", got)
	}
}

func TestMessagesAreForCallsThatTheUserHasPlaced(t *testing.T) {
	r := registered(t)
	m := softphone.Message{Label: "Hello", Sound: media.Tone(time.Second, 1300)}
	if err := r.phone.Drop(t.Context(), "nothing", m); kind(err) != rc.NotFound {
		t.Errorf("without a call: %v", err)
	}
	id := r.place("+16505550199")
	if err := r.phone.Drop(t.Context(), id, m); kind(err) != rc.Conflict {
		t.Errorf("before anybody has answered: %v", err)
	}
	r.act(id, "hangup", softphone.Details{})
	id, _ = r.answered()
	if err := r.phone.Drop(t.Context(), id, m); kind(err) != rc.Conflict {
		t.Errorf("in a call of somebody else: %v", err)
	}
}

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	r := registered(t, func(r *rig) {
		r.pool.Visits = &visit.Face{Store: oneFrame{}, Sessions: byHeader{}, Log: slog.New(slog.DiscardHandler)}
	})
	mux := http.NewServeMux()
	r.pool.Mount(mux)
	id, _ := r.talk()
	post := func(label string, sound []byte) (int, string) {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		_ = form.WriteField("label", label)
		if sound != nil {
			part, _ := form.CreateFormFile("sound", "../../etc/passwd")
			_, _ = part.Write(sound)
		}
		_ = form.Close()
		req := httptest.NewRequest("POST", "/p/frame/calls/"+id+"/drop", &body)
		req.Header.Set("Content-Type", form.FormDataContentType())
		req.Header.Set(visit.Header, "1")
		req.Header.Set("Test-Grant", "g")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, req)
		return w.Code, strings.TrimSpace(w.Body.String())
	}
	good := media.Tone(time.Second, 1300).WAV()
	wide := bytes.Clone(good)
	wide[24], wide[25] = 0x44, 0xac // 44100 Hz
	const sentence = "This message cannot be played into a call. It has to be a sound of at most two minutes."
	for name, tt := range map[string]struct {
		label string
		sound []byte
		want  string
	}{
		"without sound":         {"Hello", nil, sentence},
		"empty":                 {"Hello", []byte{}, sentence},
		"not a sound":           {"Hello", []byte("<script>alert(1)</script>"), sentence},
		"of another rate":       {"Hello", wide, sentence},
		"cut off in its header": {"Hello", good[:30], sentence},
		"too short":             {"Hello", media.Tone(time.Second/10, 1300).WAV(), sentence},
		"too long":              {"Hello", media.Silence(121 * time.Second).WAV(), sentence},
		"huge":                  {"Hello", make([]byte, 8<<20), sentence},
		"without a name":        {"\x00 \n", good, "This message has no name, so it was not left."},
	} {
		if code, text := post(tt.label, tt.sound); code != http.StatusBadRequest || text != tt.want {
			t.Errorf("%s: %d %q, want 400 %q", name, code, text, tt.want)
		}
	}
	if c := r.phone.Snapshot().Calls[0]; c.Drop != nil {
		t.Fatalf("what was refused is left: %+v", c.Drop)
	}
	if code, text := post("Hello", good); code != http.StatusNoContent {
		t.Errorf("a good one: %d %q", code, text)
	}
	r.dropping(call.DropLeft)
}
