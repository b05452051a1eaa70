package exchange

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"offhook/internal/media"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
)

const (
	// conferencePrefix begins what the host of a conference dials.
	conferencePrefix = "conf_"
	// hostTime is how long a conference waits for its host (contract 6).
	hostTime = 38 * time.Second
	// maxConference is how many may talk in one.
	maxConference = 10
)

// A conference is what makes a call one: everybody in it hears all others.
type conference struct {
	mixer *media.Mixer
	token string // what is dialled to get in
	host  int64  // extension
	in    []*line
}

// Conference opens a conference, which waits for its host to dial its token.
func (x *Exchange) Conference(_ context.Context, _, extensionID int64) (string, error) {
	word := make([]byte, 16)
	_, _ = rand.Read(word) // never fails
	token := conferencePrefix + hex.EncodeToString(word)
	c := x.newCall(session.Spec{Origin: rc.OriginConference, VoiceCallToken: token})
	x.mu.Lock()
	x.conferences[token] = c
	x.mu.Unlock()
	c.post(func() {
		c.conference = &conference{mixer: media.NewMixer(), token: token, host: extensionID}
		c.later(hostTime, func() {
			if len(c.lines) == 0 {
				c.finish(ending{rc.ReasonTimeout, "Nobody came to the conference."})
			}
		})
	})
	return c.session.ID(), nil
}

// conferenceAt returns the conference that a token leads to, nil for none.
func (x *Exchange) conferenceAt(token string) *call {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.conferences[token]
}

// isConference reports whether a number is the token of a conference.
func isConference(number string) bool { return strings.HasPrefix(number, conferencePrefix) }

// gather lets everybody in a conference hear the others, and takes out who is
// not in it any more.
func (c *call) gather() {
	f := c.conference
	for _, l := range f.in {
		if !slices.Contains(c.lines, l) || l.held {
			f.mixer.Leave(l.leg)
		}
	}
	f.in = nil
	for _, l := range c.lines {
		if !l.held {
			f.mixer.Join(l.leg)
			f.mixer.Mute(l.leg, l.muted)
			f.in = append(f.in, l)
		}
	}
}

// scatter has nobody in a conference hear the others, until gather.
func (c *call) scatter() {
	for _, l := range c.conference.in {
		c.conference.mixer.Leave(l.leg)
	}
	c.conference.in = nil
}

// role is what an extension is in the call, as the book has it.
func (c *call) role(extensionID int64) string {
	switch {
	case c.conference == nil:
		return ""
	case c.conference.host == extensionID && extensionID != 0:
		return rc.ConferenceHost
	}
	return rc.ConferenceParticipant
}

// hosts reports whether a line is that of the conference's host.
func (c *call) hosts(l *line) bool {
	return c.conference != nil && l.ext.ID == c.conference.host && l.party.Spec().ConferenceRole == rc.ConferenceHost
}

// leaveConference comes when somebody has hung up: the conference ends with
// its host, or when nobody is left.
func (c *call) leaveConference(l *line) {
	if c.hosts(l) {
		c.finish(finished)
		return
	}
	c.excuse(l)
}

// LeaveConference takes somebody out of a conference, which goes on for the
// others, also without its host.
func (x *Exchange) LeaveConference(ctx context.Context, id, party string) error {
	return x.onLine(ctx, id, party, func(c *call, l *line) error {
		if c.conference == nil {
			return rc.Coded(rc.Conflict, "CMN-406", "This call is no conference.")
		}
		if l.ext.ID == c.conference.host {
			c.conference.host = 0
		}
		c.excuse(l)
		return nil
	})
}

// excuse takes a line out of a conference, which goes on while somebody is
// left to be talked to: the host, who can take more people in, or two others.
func (c *call) excuse(l *line) {
	l.bye(agentFree)
	l.party.End(rc.ReasonCallFinished, "")
	c.drop(l)
	if len(c.lines) == 0 || len(c.lines) == 1 && c.conference.host == 0 {
		c.finish(finished)
		return
	}
	c.tune()
}

// errNoRoom is the answer to who would take somebody into a conference that
// has ended or is full.
var errNoRoom = rc.Coded(rc.Conflict, "CMN-406", "The call cannot be taken into this conference: it has ended, or ten people are in it.")

// BringIn takes the other side of a user's party into a conference, and ends
// the user's own part of that call.
func (x *Exchange) BringIn(ctx context.Context, conference, id, party string) (newParty string, err error) {
	if id == conference {
		return "", errOver
	}
	var into *call
	err = x.command(ctx, conference, func(c *call) error { into = c; return c.mayTake() })
	if err != nil {
		return "", err
	}
	var welcomed string
	came := make(chan error, 1)
	err = x.onLine(ctx, id, party, func(c *call, l *line) error {
		rest := c.other(l)
		if rest == nil || c.orbit != nowhereParked {
			return errNotTalking
		}
		c.give(rest, into, func() error {
			if err := into.mayTake(); err != nil {
				return err
			}
			welcomed = into.welcome(rest)
			return nil
		}, func(err error) {
			switch {
			case err == nil:
				c.finish(finished)
			case errors.Is(err, errOver):
				err = errNoRoom
			}
			came <- err
		})
		return nil
	})
	if err != nil {
		return "", err
	}
	if err := wait(ctx, came); err != nil {
		return "", err
	}
	return welcomed, nil
}

// mayTake says why a conference takes nobody in from another call; nil when it
// does.
func (c *call) mayTake() error {
	if c.conference == nil || len(c.lines) >= maxConference {
		return errNoRoom
	}
	return nil
}

// welcome adds a line that has come from another call.
func (c *call) welcome(l *line) (party string) {
	was := l.party
	spec := was.Spec()
	spec.ConferenceRole = c.role(l.ext.ID)
	l.party = c.session.Add(spec)
	l.talks()
	was.Gone(rc.ReasonAttendedTransfer, l.party)
	l.tellDialog()
	c.lines = append(c.lines, l)
	c.tune()
	c.tellRecorded(l)
	return l.party.ID()
}
