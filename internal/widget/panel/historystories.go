package panel

import (
	"context"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
)

// storyCalls are two days of calls.
func storyCalls() []Call {
	at := func(back time.Duration, c Call) Call { c.At = ago(back); return c }
	return []Call{
		at(9*time.Minute, Call{ID: "9", Party: marta, Inbound: true, Missed: true, Result: "Missed", Duration: 22 * time.Second}),
		at(50*time.Minute, Call{ID: "8", Party: priya, Result: "Call connected", Duration: 312 * time.Second, Recording: "77", Legs: []CallLeg{
			{Type: "ExtensionToExtension", From: dana, To: priya, Result: "Call connected", At: ago(50 * time.Minute), Duration: 40 * time.Second},
			{Type: "TransferCall", From: dana, To: omar, Result: "Call connected", At: ago(49 * time.Minute), Duration: 272 * time.Second},
		}}),
		at(3*time.Hour, Call{ID: "7", Party: cold, Result: "Busy", Duration: 4 * time.Second}),
		at(4*time.Hour, Call{ID: "6", Party: lumen, Inbound: true, Result: "Accepted", Duration: 3725 * time.Second}),
		at(day, Call{ID: "5", Inbound: true, Missed: true, Result: "Voicemail", Voicemail: true, Duration: 31 * time.Second}),
		at(day+time.Hour, Call{ID: "4", Party: evil, Inbound: true, Result: "Rejected"}),
		at(day+2*time.Hour, Call{ID: "3", Party: Party{Name: "Jonas Weber", Display: "140", Extension: "140", Initials: "JW"}, Result: "No Answer"}),
	}
}

// storyMet is a conference as its host's record has it.
func storyMet() Call {
	return Call{ID: "10", Conference: true, Result: "Call connected", At: ago(2 * time.Hour), Duration: 20 * time.Second, Legs: []CallLeg{
		{Type: "ConferenceCall", From: dana, To: marta, Result: "Call connected", At: ago(2 * time.Hour), Duration: 20 * time.Second},
		{Type: "ConferenceCall", From: dana, To: priya, Result: "Call connected", At: ago(2 * time.Hour), Duration: 18 * time.Second},
	}}
}

func historyStory(query, only string) func(*fixtureDesk, page) (string, any) {
	return func(_ *fixtureDesk, p page) (string, any) {
		return "history", newHistory(context.Background(), p, query, only, callRows)
	}
}

// callStory is the page of one of them.
func callStory(id string) func(*fixtureDesk, page) (string, any) {
	return func(d *fixtureDesk, p page) (string, any) {
		for _, c := range d.calls {
			if c.ID == id {
				return "call", newCall(p, c, true)
			}
		}
		return "nothing", p
	}
}

// notedStory is the page of one of them, with what is known of it here.
func notedStory(id string, n call.Note) func(*fixtureDesk, page) (string, any) {
	return func(d *fixtureDesk, p page) (string, any) {
		name, v := callStory(id)(d, p)
		if c, ok := v.(callView); ok {
			c.note(n)
			return name, c
		}
		return name, v
	}
}

var historyStories = []story{
	{Name: "call-unseen", Title: "A call that no page showed", Tab: "history", draw: notedStory("9", call.Note{Unseen: true})},
	{Name: "call-sound", Title: "A call, and how it sounded", Tab: "history", draw: notedStory("6", call.Note{Sound: &call.Sound{
		Here: call.Hearing{MOS: 4.3, Worst: 3.4, Loss: 0.002, Jitter: 12 * time.Millisecond}, There: call.Hearing{MOS: 4.1, Worst: 2.8, Loss: 0.011, Jitter: 18 * time.Millisecond},
		Codec: "Opus", Gaps: 2, Away: 1340 * time.Millisecond, Moves: 1,
	}})},
	{Name: "call-sound-bad", Title: "A call that sounded bad", Tab: "history", draw: notedStory("8", call.Note{Sound: &call.Sound{
		Here: call.Hearing{MOS: 2.6, Worst: 1.2, Loss: 0.124, Jitter: 61 * time.Millisecond}, Codec: "PCMU",
	}})},
	{Name: "history", Title: "History", Tab: "history", draw: historyStory("", "")},
	{Name: "history-missed", Title: "History, missed calls", Tab: "history", draw: historyStory("", "missed")},
	{Name: "history-found", Title: "History, searched", Tab: "history", draw: historyStory("415555", "")},
	{Name: "history-nothing-found", Title: "History, nothing found", Tab: "history", draw: historyStory("walnut", "")},
	{Name: "history-empty", Title: "History, no calls yet", Tab: "history", draw: func(d *fixtureDesk, p page) (string, any) {
		d.calls, d.callLog = nil, CallLog{Readable: true, Hearable: true, Synced: true}
		return historyStory("", "")(d, p)
	}},
	{Name: "history-no-recordings", Title: "History, nothing recorded", Tab: "history", draw: func(d *fixtureDesk, p page) (string, any) {
		d.calls, d.callLog = d.calls[2:], CallLog{Readable: true, Hearable: true, Synced: true}
		return historyStory("", "recordings")(d, p)
	}},
	{Name: "history-loading", Title: "History, loading", Tab: "history", draw: func(d *fixtureDesk, p page) (string, any) {
		d.calls, d.callLog = nil, CallLog{Readable: true}
		return historyStory("", "")(d, p)
	}},
	{Name: "history-denied", Title: "History, not allowed", Tab: "history", draw: func(d *fixtureDesk, p page) (string, any) {
		d.calls, d.callLog = nil, CallLog{}
		return historyStory("", "")(d, p)
	}},
	{Name: "call", Title: "Call, missed", Tab: "history", draw: callStory("9")},
	{Name: "call-declined", Title: "Call, declined and sent to voicemail", Tab: "history", draw: func(d *fixtureDesk, p page) (string, any) {
		return "call", newCall(p, Call{ID: "11", Party: marta, Inbound: true, Declined: true, Result: "Voicemail", Voicemail: true, At: ago(time.Hour), Duration: 12 * time.Second}, true)
	}},
	{Name: "call-recorded", Title: "Call, recorded and transferred", Tab: "history", draw: callStory("8")},
	{Name: "call-conference", Title: "Call, a conference", Tab: "history", draw: func(d *fixtureDesk, p page) (string, any) {
		return "call", newCall(p, storyMet(), true)
	}},
	{Name: "call-hidden", Title: "Call, number withheld", Tab: "history", draw: callStory("5")},
	{Name: "call-hostile", Title: "Call with a hostile name", Tab: "history", draw: callStory("4")},
}

func (d *fixtureDesk) CallLog(context.Context) CallLog                  { return d.callLog }
func (d *fixtureDesk) Calls() []Call                                    { return d.calls }
func (d *fixtureDesk) MoreCalls(context.Context) error                  { return nil }
func (d *fixtureDesk) SeeCalls()                                        {}
func (d *fixtureDesk) RefreshCalls()                                    {}
func (d *fixtureDesk) Recording(context.Context, string) (Sound, error) { return Sound{}, nil }

func (d *fixtureDesk) Call(id string) (Call, error) {
	for _, c := range d.calls {
		if c.ID == id {
			return c, nil
		}
	}
	return Call{}, rc.Errorf(rc.NotFound, "This call is not in your history any more.")
}
