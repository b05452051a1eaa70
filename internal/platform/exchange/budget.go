package exchange

import (
	"strconv"
	"time"

	"offhook/internal/rc"
	"offhook/internal/sip"
)

// window is the time in which the calls of an extension are counted.
const window = time.Minute

// mayReach counts one more attempt of an extension to reach somebody, by a
// call, a transfer or by passing a call on. It is false, and nothing is
// counted, when there were CallsPerMinute within the last minute: whoever has
// taken over a phone or a token cannot make calls that cost money without end.
// Emergency calls do not ask.
func (x *Exchange) mayReach(extensionID int64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := x.Now()
	recent := x.reached[extensionID]
	for len(recent) > 0 && now.Sub(recent[0]) >= window {
		recent = recent[1:]
	}
	if len(recent) >= x.CallsPerMinute {
		x.reached[extensionID] = recent
		return false
	}
	x.reached[extensionID] = append(recent, now)
	return true
}

// tooMany refuses a request of a phone that mayReach refuses. The header tells
// it from a number that may not be called (RFC 3261 section 20.43).
func (x *Exchange) tooMany(tx *sip.Tx) {
	respond(tx, 403, "Too Many Calls", sip.With("Retry-After", strconv.Itoa(int(window/time.Second))),
		sip.With("Warning", `399 `+x.Domain+` "Too many calls within a minute. Wait a minute, then call again."`))
}

// errTooMany refuses a command that mayReach refuses.
func (x *Exchange) errTooMany() error {
	return rc.Coded(rc.TooMany, "CMN-301", "You have placed %d calls within a minute. Wait a minute, then try again.", x.CallsPerMinute)
}
