package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
)

// handlePresence adds presence to the double: of the user, 101, and of the
// colleague 102.
func (p *platform) handlePresence(handle func(string, rc.Group, http.HandlerFunc)) {
	p.present = make(map[string]rc.Presence)
	for _, id := range []int64{101, 102} {
		p.present[strconv.FormatInt(id, 10)] = rc.Presence{
			Extension: &rc.ExtensionRef{ID: id}, PresenceStatus: rc.Available, UserStatus: rc.Available, DNDStatus: rc.TakeAllCalls, TelephonyStatus: rc.NoCall,
		}
	}
	guarded := func(h func(r *http.Request) any) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			p.mu.Lock()
			defer p.mu.Unlock()
			if p.noPresence {
				w.WriteHeader(http.StatusForbidden)
				fmt.Fprint(w, `{"errorCode":"CMN-401","message":"In order to call this API endpoint, application needs to have [ReadPresence] permission"}`)
				return
			}
			answerJSON(w, h(r))
		}
	}
	const account = "/restapi/v1.0/account/~"
	handle("GET "+account+"/presence", rc.Heavy, guarded(func(*http.Request) any {
		return rc.List[rc.Presence]{Records: []rc.Presence{p.present["101"], p.present["102"]}}
	}))
	handle("GET "+account+"/extension/{ext}/presence", rc.Light, guarded(func(r *http.Request) any {
		return p.present[strings.Replace(r.PathValue("ext"), "~", "101", 1)]
	}))
	handle("PUT "+account+"/extension/~/presence", rc.Medium, guarded(func(r *http.Request) any {
		var req rc.PresenceRequest
		if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
			panic(http.ErrAbortHandler)
		}
		pr := p.present["101"]
		for field, value := range map[*string]*string{&pr.UserStatus: req.UserStatus, &pr.PresenceStatus: req.UserStatus, &pr.DNDStatus: req.DNDStatus, &pr.Message: req.Message} {
			if value != nil {
				*field = *value
			}
		}
		p.present["101"] = pr
		return pr
	}))
}

// says changes somebody's presence and sends the event that tells of it,
// which carries no message.
func (p *platform) says(id string, sequence int64, status, message string) {
	p.mu.Lock()
	pr := p.present[id]
	pr.UserStatus, pr.PresenceStatus, pr.Message = status, status, message
	p.present[id] = pr
	p.mu.Unlock()
	p.tellPresence(json.RawMessage(strconv.Quote(id)), sequence, status)
}

func (p *platform) tellPresence(id json.RawMessage, sequence int64, status string) {
	p.send("/restapi/v1.0/account/1/presence", map[string]any{
		"extensionId": id, "sequence": sequence, "presenceStatus": status, "userStatus": status, "dndStatus": rc.TakeAllCalls, "telephonyStatus": rc.NoCall,
	})
}

// reach is whether a number's person can be reached, and their message.
func reach(d *Desk, number string) [2]string {
	p := d.Lookup(number, 1)[0]
	return [2]string{p.Reach, p.Note}
}

func own(d *Desk) Presence {
	p, _ := d.Presence()
	return p
}

func TestPresenceIsKnownAndFollows(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.present["102"] = rc.Presence{Extension: &rc.ExtensionRef{ID: 102}, PresenceStatus: rc.Busy, UserStatus: rc.Busy, DNDStatus: rc.TakeAllCalls, Message: "In a viewing"}
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "everybody's presence", func() bool {
		return own(d).Reach == ReachAvailable && reach(d, grace) == [2]string{ReachBusy, "In a viewing"}
	})

	h.says("102", 5, rc.Offline, "Gone home")
	until(t, d, "the colleague's change", func() bool { return reach(d, grace)[0] == ReachOffline })
	d.AskPresence(grace)
	until(t, d, "the colleague's message", func() bool { return reach(d, grace)[1] == "Gone home" })

	h.says("101", 1, rc.Busy, "On the train")
	until(t, d, "one's own change from elsewhere", func() bool { return own(d).Reach == ReachBusy && own(d).Message == "On the train" })

	// An id may be a number, and what is older than what is known says nothing.
	h.tellPresence(json.RawMessage("102"), 4, rc.Busy)
	h.tellPresence(json.RawMessage("102"), 6, rc.Available)
	until(t, d, "the newer event", func() bool { return reach(d, grace)[0] == ReachAvailable })
	h.tellPresence(json.RawMessage(`"102"`), 6, rc.Busy)
	h.says("101", 2, rc.Available, "")
	until(t, d, "the last event", func() bool { return own(d).Reach == ReachAvailable })
	if got := reach(d, grace)[0]; got != ReachAvailable {
		t.Errorf("an event that came again counts: %s", got)
	}
}

func TestOnesOwnPresenceIsChangedAndToldToEveryTab(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "the presence", func() bool { return own(d).Reach != "" })
	w := d.Watch(d.Position())
	defer w.Close()
	status, dnd, message := rc.Busy, rc.DoNotAcceptAnyCalls, "Writing"
	want := Presence{"101", ReachDND, rc.Busy, rc.DoNotAcceptAnyCalls, rc.NoCall, "Writing"}
	got, err := d.SetPresence(t.Context(), PresenceChange{&status, &dnd, &message})
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for e := range w.C {
		if e.Type == EventPresence && e.ID == "101" {
			if diff := cmp.Diff(&want, e.Presence); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			break
		}
	}
	h.mu.Lock()
	h.noPresence = true
	h.mu.Unlock()
	_, err = d.SetPresence(t.Context(), PresenceChange{UserStatus: &status})
	if e, ok := errors.AsType[*rc.Error](err); !ok || e.Kind != rc.Denied || !strings.Contains(e.Message, "administrator") {
		t.Errorf("a refused change: %v", err)
	}
	h.setDown(true)
	_, err = d.SetPresence(t.Context(), PresenceChange{UserStatus: &status})
	if e, ok := errors.AsType[*rc.Error](err); !ok || e.Kind != rc.Unavailable {
		t.Errorf("a change without an answer: %v", err)
	}
	if own(d) != want {
		t.Errorf("what was refused counts: %+v", own(d))
	}
}

func TestAPhoneWithoutPermissionForPresenceShowsNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.noPresence = true
	d := open(t, h.pool(t))
	ready(t, d)
	h.waitFor(t, func() bool {
		return h.counts["GET /restapi/v1.0/account/~/presence"] > 0 && h.counts["GET /restapi/v1.0/account/~/extension/{ext}/presence"] > 0
	})
	if p, known := d.Presence(); known || reach(d, grace)[0] != "" {
		t.Errorf("presence %+v", p)
	}
	h.receive(grace, "all else works")
	until(t, d, "a text", func() bool { return d.Unread() == 1 })
}

func TestPresenceIsKeptOverARestart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.present["102"] = rc.Presence{Extension: &rc.ExtensionRef{ID: 102}, PresenceStatus: rc.Busy, UserStatus: rc.Busy, DNDStatus: rc.TakeAllCalls}
	first := h.pool(t)
	d := open(t, first)
	ready(t, d)
	until(t, d, "everybody's presence", func() bool { return own(d).Reach != "" && reach(d, grace)[0] == ReachBusy })
	first.Close()
	h.setDown(true)
	d = open(t, h.pool(t))
	if own(d).Reach != ReachAvailable || reach(d, grace)[0] != ReachBusy {
		t.Errorf("after the restart: %+v, %v", own(d), reach(d, grace))
	}
}
