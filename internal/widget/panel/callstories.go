package panel

import (
	"context"
	"time"

	"offhook/internal/widget/call"
)

// What a call of the stories brought: a caller's name, and a queue's.
const (
	storyCaller = "</h1><script>alert(1)</script> \u202eelgooG"
	storyQueue  = "Sales"
	storyLabel  = "<b onclick=alert(1)>Spring offer</b>"
)

// storySounds are what a tab says of its microphone, by itself.
var storySounds = map[string]string{
	"elsewhere": "Another tab has the microphone.", "listening": "Your computer has switched the microphone off.", "continue": "The browser wants a click before it uses the microphone again.",
}

// storyCall is an answered call with Marta Lindqvist of the stories.
func storyCall(change func(*call.Call)) call.Call {
	c := call.Call{
		ID: "c1", Direction: call.Outbound, State: call.Connected, Number: marta.Number, Line: dana.Number,
		Began: ago(3*time.Minute + 24*time.Second), Answered: ago(3*time.Minute + 12*time.Second),
	}
	if change != nil {
		change(&c)
	}
	return c
}

// storyRing is a call that waits for an answer.
func storyRing(number, name string) call.Call {
	return call.Call{ID: "c2", Direction: call.Inbound, State: call.Ringing, Number: number, Name: name, Line: dana.Number, Began: ago(4 * time.Second)}
}

func storySnapshot(calls ...call.Call) call.Snapshot {
	now := call.Snapshot{Version: 1, Line: call.Line{State: call.Registered}, Calls: calls}
	for _, c := range calls {
		if c.State == call.Connected {
			now.Active = c.ID
		}
	}
	return now
}

// flipStory is a call that can go on at two phones of the user's.
func flipStory(show string) func(*fixtureDesk, page) (string, any) {
	return func(_ *fixtureDesk, p page) (string, any) {
		now := storySnapshot(storyCall(nil))
		now.Flips = []call.Flip{{Number: priya.Number, Label: "Mobile"}, {Number: cold.Number}}
		v, _ := newLive(p, now, "c1")
		v.Show = show
		return "live", v
	}
}

// storyConference is a conference with that many others in it.
func storyConference(others int) call.Call {
	members := []call.Member{
		{PartyID: "p-1", Number: marta.Number}, {PartyID: "p-2", Number: priya.Number, Muted: true}, {PartyID: "p-3", Number: "+19995550100", Name: storyCaller, Held: true},
	}
	return storyCall(func(c *call.Call) { c.Conference, c.Number, c.Members = true, "", members[:others] })
}

func dialerStory(line call.Line, typed string) func(*fixtureDesk, page) (string, any) {
	return func(_ *fixtureDesk, p page) (string, any) {
		v := newDialer(p, line)
		if typed != "" {
			v.Typed, v.Found = typed, newDialList(p, typed)
		}
		return "dialer", v
	}
}

func liveStory(show, typed string, calls ...call.Call) func(*fixtureDesk, page) (string, any) {
	return func(_ *fixtureDesk, p page) (string, any) {
		v, _ := newLive(p, storySnapshot(calls...), calls[0].ID)
		v.Show, v.Typed = show, typed
		if show == "transfer" {
			v.Found = newPassList(p, "", storySnapshot(calls...))
		}
		return "live", v
	}
}

func nowStory(show string, small bool, calls ...call.Call) func(*fixtureDesk, page) (string, any) {
	return func(d *fixtureDesk, p page) (string, any) {
		v := newNow(crmPage(p, newFixtureBooks(0)), storySnapshot(calls...))
		v.Show, v.Small = show, small
		under, err := newMessages(context.Background(), p, listing{})
		must(err)
		v.Under = under
		return "now-story", v
	}
}

// overStory is what of calls is over a panel, in a tab whose microphone is so.
func overStory(sound string, calls ...call.Call) func(*fixtureDesk, page) (string, any) {
	return func(_ *fixtureDesk, p page) (string, any) {
		v := newNow(p, storySnapshot(calls...))
		v.Sound, v.Said = sound, storySounds[sound]
		return "now", v
	}
}

// dropStory is a call in which a recorded message may be left, or is being so.
func dropStory(show string, drop *call.Drop, others ...call.Call) func(*fixtureDesk, page) (string, any) {
	return func(_ *fixtureDesk, p page) (string, any) {
		c := storyCall(func(c *call.Call) { c.Drop = drop })
		v, _ := newLive(p, storySnapshot(append([]call.Call{c}, others...)...), c.ID)
		v.Drops, v.Show = true, show
		v.Messages = []string{"Introduction", storyLabel, "Reminder: our appointment tomorrow at a quarter past nine"}
		return "live", v
	}
}

// storyParked are two parked calls, one of which has been so before the phone
// began.
var storyParked = []call.Parked{
	{Place: "*801", Number: marta.Number, Since: ago(2*time.Minute + 10*time.Second), TelephonySessionID: "s-1"},
	{Place: "*802", Number: cold.Number, TelephonySessionID: "s-2"},
}

func parkedStory(calls []call.Call) func(*fixtureDesk, page) (string, any) {
	return func(d *fixtureDesk, p page) (string, any) {
		name, data := nowStory("", false, calls...)(d, p)
		v := data.(nowView)
		now := storySnapshot(calls...)
		now.Parked = storyParked
		drawn := newNow(p, now)
		v.Bar, v.Parked = drawn.Bar, drawn.Parked
		return name, v
	}
}

// ringOutStory is a call that rings the user's own phone first.
func ringOutStory(r call.RingOut) func(*fixtureDesk, page) (string, any) {
	return func(d *fixtureDesk, p page) (string, any) {
		name, data := nowStory("", false)(d, p)
		v := data.(nowView)
		now := storySnapshot()
		r.ID, r.Number, r.Answered = "first-1", marta.Number, ago(42*time.Second)
		now.RingOut = &r
		v.RingOut = newNow(p, now).RingOut
		return name, v
	}
}

// soundStory is a call whose sound is not as it should be in this tab. The page
// shows it by itself.
func soundStory(state string) story {
	return story{Name: "now-" + state, Title: "A call without sound here: " + state, draw: func(d *fixtureDesk, p page) (string, any) {
		name, data := nowStory("", false, storyCall(nil))(d, p)
		v := data.(nowView)
		v.Sound, v.Said = state, storySounds[state]
		return name, v
	}}
}

var registered = call.Line{State: call.Registered}

// callStories are the states of calls.
func callStories() []story {
	held := storyCall(func(c *call.Call) { c.ID, c.State, c.Number, c.Direction = "c3", call.Held, priya.Number, call.Inbound })
	taped := held
	taped.Recording = true
	over := func(o call.Outcome, change func(*call.Call)) call.Call {
		return storyCall(func(c *call.Call) {
			c.State, c.Outcome, c.Ended = call.Ended, o, storyTime
			if change != nil {
				change(c)
			}
		})
	}
	troubled := storyCall(func(c *call.Call) { c.Muted, c.Recording, c.Quality = true, true, call.Quality{MOS: 2.4, Loss: 0.12} })
	unanswered := func(c *call.Call) { c.Answered = time.Time{} }
	ring, queue := storyRing(marta.Number, "LINDQVIST M"), storyRing(cold.Number, "")
	queue.Queue = storyQueue
	return []story{
		{Name: "dialer", Title: "Dialer", Tab: "phone", draw: dialerStory(registered, "")},
		{Name: "dialer-found", Title: "Dialer, people found", Tab: "phone", draw: dialerStory(registered, "ra")},
		{Name: "dialer-nobody", Title: "Dialer, nobody found", Tab: "phone", draw: dialerStory(registered, "zzz")},
		{Name: "dialer-new", Title: "Dialer, no call yet", Tab: "phone", draw: func(d *fixtureDesk, p page) (string, any) {
			d.calls = nil
			return dialerStory(registered, "")(d, p)
		}},
		{Name: "dialer-connecting", Title: "Dialer, connecting", Tab: "phone", draw: dialerStory(call.Line{State: call.Connecting}, "")},
		{Name: "dialer-broken", Title: "Dialer, not connected", Tab: "phone", draw: dialerStory(call.Line{State: call.Broken}, "")},
		{Name: "dialer-none", Title: "Dialer, no calls here", Tab: "phone", draw: dialerStory(call.Line{State: call.None}, "")},
		{Name: "live-calling", Title: "Call, calling", Tab: "phone", draw: liveStory("", "", storyCall(func(c *call.Call) { c.State, c.Answered = call.Dialing, time.Time{} }))},
		{Name: "live-ringing", Title: "Call, ringing there", Tab: "phone", draw: liveStory("", "", storyCall(func(c *call.Call) { c.State, c.Answered, c.Number = call.Ringing, time.Time{}, cold.Number }))},
		{Name: "live", Title: "Call", Tab: "phone", draw: liveStory("", "", storyCall(nil))},
		{Name: "live-recorded", Title: "Call, muted, recorded and badly heard", Tab: "phone", draw: liveStory("", "", storyCall(func(c *call.Call) {
			c.Muted, c.Recording, c.Quality = true, true, call.Quality{MOS: 2.4, Loss: 0.12, Jitter: 80 * time.Millisecond}
		}))},
		{Name: "live-weak", Title: "Call, held by the other side", Tab: "phone", draw: liveStory("", "", storyCall(func(c *call.Call) { c.FarHeld, c.Quality = true, call.Quality{MOS: 3.4, Loss: 0.03} }))},
		{Name: "live-held", Title: "Call, on hold", Tab: "phone", draw: liveStory("", "", storyCall(func(c *call.Call) { c.State = call.Held }))},
		{Name: "live-keypad", Title: "Call, keypad", Tab: "phone", draw: liveStory("keypad", "4711#", storyCall(nil))},
		{Name: "live-keypad-muted", Title: "Two calls, keypad, muted and badly heard", Tab: "phone", draw: liveStory("keypad", "", troubled, held)},
		{Name: "live-transfer-muted", Title: "Call, being transferred, muted and badly heard", Tab: "phone", draw: liveStory("transfer", "", troubled)},
		{Name: "live-elsewhere", Title: "Call, badly heard, and spoken in another tab", Tab: "phone", draw: liveStory("", "", troubled), over: overStory("elsewhere", troubled)},
		{Name: "live-keypad-elsewhere", Title: "The same, keypad", Tab: "phone", draw: liveStory("keypad", "", troubled), over: overStory("elsewhere", troubled)},
		{Name: "live-transfer", Title: "Call, being transferred", Tab: "phone", draw: liveStory("transfer", "", storyCall(nil))},
		{Name: "live-several-recorded", Title: "Two calls, of which the one on hold is recorded", Tab: "phone", draw: liveStory("", "", storyCall(nil), taped)},
		{Name: "live-several", Title: "Two calls", Tab: "phone", draw: liveStory("", "", storyCall(nil), held)},
		{Name: "live-service", Title: "Call to the phone service itself", Tab: "phone", draw: liveStory("", "", storyCall(func(c *call.Call) { c.Number = "*601" }), held)},
		{Name: "live-flip", Title: "Call, to go on at another phone", Tab: "phone", draw: flipStory("flip")},
		{Name: "live-flippable", Title: "Call that can go on at another phone", Tab: "phone", draw: flipStory("")},
		{Name: "live-droppable", Title: "Call that a recorded message may be left in", Tab: "phone", draw: dropStory("", nil)},
		{Name: "live-drop", Title: "Call, recorded messages to choose from", Tab: "phone", draw: dropStory("drop", nil)},
		{Name: "live-drop-waits", Title: "Call, a recorded message waits for silence", Tab: "phone", draw: dropStory("", &call.Drop{Label: storyLabel, State: call.DropWaits, Long: 24 * time.Second}, held)},
		{Name: "live-drop-plays", Title: "Call, a recorded message is left", Tab: "phone", draw: dropStory("", &call.Drop{Label: "Introduction", State: call.DropPlays, Long: 24 * time.Second, Since: ago(9 * time.Second)})},
		{Name: "live-dropping-beside", Title: "Call beside one that a message is left in", Tab: "phone", draw: liveStory("", "", storyCall(nil), storyCall(func(c *call.Call) {
			c.ID, c.Number, c.Drop = "c4", priya.Number, &call.Drop{Label: "Introduction", State: call.DropPlays, Long: 24 * time.Second, Since: ago(9 * time.Second)}
		}))},
		{Name: "now-dropping", Title: "A message being left, over a list, and somebody calls", draw: nowStory("", false, storyCall(func(c *call.Call) {
			c.Drop = &call.Drop{Label: "Introduction", State: call.DropPlays, Long: 24 * time.Second, Since: ago(9 * time.Second)}
		}), ring)},
		{Name: "live-conference", Title: "Conference", Tab: "phone", draw: liveStory("", "", storyConference(2))},
		{Name: "live-conference-alone", Title: "Conference without anybody else", Tab: "phone", draw: liveStory("", "", storyConference(0))},
		{Name: "live-conference-add", Title: "Conference beside another call", Tab: "phone", draw: liveStory("", "", storyConference(3), held)},
		{Name: "live-listening", Title: "Call of a colleague, listened to", Tab: "phone", draw: liveStory("", "", storyCall(func(c *call.Call) { c.Number, c.Supervision = "102", call.Listens }))},
		{Name: "live-whispering", Title: "Call of a colleague, whispered into", Tab: "phone", draw: liveStory("", "", storyCall(func(c *call.Call) { c.Number, c.Supervision = "102", call.Whispers }), held)},
		{Name: "now-supervising", Title: "Call of a colleague, listened to, over a list", draw: nowStory("", false, storyCall(func(c *call.Call) { c.Number, c.Supervision = "102", call.Listens }))},
		{Name: "live-conference-left", Title: "Conference, left by its host", Tab: "phone", draw: liveStory("", "", over(call.Moved, func(c *call.Call) {
			*c = storyConference(3)
			c.State, c.Outcome, c.Ended = call.Ended, call.Moved, storyTime
		}))},
		{Name: "live-merged", Title: "Call, gone into a conference", Tab: "phone", draw: liveStory("", "", over(call.Merged, nil))},
		{Name: "now-conference", Title: "A conference over a list", draw: nowStory("", false, storyConference(2))},
		{Name: "live-nobody", Title: "Call, without a caller ID", Tab: "phone", draw: liveStory("", "", storyCall(func(c *call.Call) { c.Direction, c.Number = call.Inbound, "" }))},
		{Name: "live-ended", Title: "Call, ended", Tab: "phone", draw: liveStory("", "", over(call.HungUp, nil))},
		{Name: "live-left", Title: "Call, ended beside one on hold", Tab: "phone", draw: liveStory("", "", over(call.HungUp, nil), held)},
		{Name: "live-bad", Title: "Two calls, one of them badly heard", Tab: "phone", draw: liveStory("", "", storyCall(func(c *call.Call) { c.Quality = call.Quality{MOS: 2.4, Loss: 0.12} }), held)},
		{Name: "live-declined", Title: "Call, declined", Tab: "phone", draw: liveStory("", "", over(call.Declined, unanswered))},
		{Name: "live-failed", Title: "Call, failed", Tab: "phone", draw: liveStory("", "", over(call.Failed, func(c *call.Call) {
			unanswered(c)
			c.Sentence = "The phone service could not place the call. Try again in a moment."
		}))},
		{Name: "live-wrong", Title: "Call to a number that does not exist", Tab: "phone", draw: liveStory("", "", over(call.Failed, func(c *call.Call) {
			unanswered(c)
			c.Number, c.NoSuch, c.Sentence = "+14155550999", true, "This number does not exist. Check it, then call again."
		}))},
		{Name: "live-hostile", Title: "Call with a hostile name", Tab: "phone", draw: liveStory("", "", storyCall(func(c *call.Call) { c.Number, c.Name = "+19995550100", storyCaller }))},
		{Name: "now", Title: "A call over a list", draw: nowStory("", false, storyCall(nil), held)},
		{Name: "now-held", Title: "A held call over a list", draw: nowStory("", false, storyCall(func(c *call.Call) { c.State, c.Muted = call.Held, true }))},
		{Name: "now-over", Title: "A call that has ended, over a list", draw: nowStory("", false, over(call.Elsewhere, unanswered))},
		{Name: "now-parked", Title: "Parked calls over a list", draw: parkedStory([]call.Call{over(call.Moved, func(c *call.Call) { c.TelephonySessionID = "s-1" })})},
		{Name: "now-first", Title: "A call that rings the user's own phone first", draw: ringOutStory(call.RingOut{State: call.RingsHere})},
		{Name: "now-first-key", Title: "The same, which is to be answered with a key", draw: ringOutStory(call.RingOut{State: call.RingsHere, Prompt: true})},
		{Name: "now-first-both", Title: "The same, both talking", draw: ringOutStory(call.RingOut{State: call.RingsBoth})},
		{Name: "now-first-over", Title: "The same, come to nothing", draw: ringOutStory(call.RingOut{State: call.RingsOver, Sentence: "You did not answer your phone, so nobody was called."})},
		{Name: "live-parked", Title: "Call, just parked", Tab: "phone", draw: func(d *fixtureDesk, p page) (string, any) {
			c := over(call.Moved, func(c *call.Call) {
				c.TelephonySessionID, c.Sentence = "s-1", "The call is parked. It can be picked up by calling *801."
			})
			now := storySnapshot(c)
			now.Parked = storyParked[:1]
			v, _ := newLive(p, now, c.ID)
			return "live", v
		}},
		soundStory("elsewhere"), soundStory("listening"), soundStory("continue"),
		{Name: "ring", Title: "Incoming call", draw: nowStory("", false, ring)},
		{Name: "ring-queue", Title: "Incoming call of a queue", draw: nowStory("", false, queue)},
		{Name: "ring-busy", Title: "Incoming call during another", draw: nowStory("", false, storyCall(func(c *call.Call) { c.Number = priya.Number }), ring)},
		{Name: "ring-reply", Title: "Incoming call, a message instead", draw: nowStory("reply", false, ring)},
		{Name: "ring-busy-reply", Title: "Incoming call during another, a message instead", draw: nowStory("reply", false, storyCall(func(c *call.Call) { c.Number = priya.Number }), ring)},
		{Name: "ring-dialer", Title: "Incoming call, made small, over the dialer", Tab: "phone", Small: true, draw: dialerStory(registered, ""), over: overStory("", ring)},
		{Name: "ring-forward", Title: "Incoming call, forwarded", draw: nowStory("forward", false, ring)},
		{Name: "ring-small", Title: "Incoming call, made small", draw: nowStory("", true, ring)},
	}
}
