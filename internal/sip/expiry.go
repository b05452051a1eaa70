package sip

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Timed is the option tag of session timers (RFC 4028).
const Timed = "timer"

// LeastExpiry is the shortest time that a call may be agreed to live without a
// sign of life (RFC 4028 section 4).
const LeastExpiry = 90 * time.Second

// An Expiry is what both sides of a call have agreed on: one of them gives
// signs of life, by a re-INVITE or an UPDATE, and without any the call is over.
type Expiry struct {
	// After is how long the call lives behind a sign of life; zero is for
	// ever.
	After time.Duration
	// Ours: we give the signs.
	Ours bool
	// Both sides know of expiries, and the other has to hear that we do.
	Both bool
}

// AskedExpiry is what we agree to when a call, or a sign of life in one, asks
// for it. False for a time shorter than least, which the asker is to hear of.
// What an earlier one has agreed on goes on where the request asks for nothing,
// and its side knows of expiries.
func AskedExpiry(req *Request, least time.Duration, earlier Expiry) (e Expiry, ok bool) {
	knows := slices.Contains(OptionTags(req, "Supported"), Timed) || Requires(req, Timed)
	after, refresher, asked := readExpiry(req)
	switch {
	case !asked && !knows:
		return Expiry{}, true
	case !asked:
		earlier.Both = true
		return earlier, true
	case after < least:
		return Expiry{}, !knows // who knows nothing of it cannot ask for more
	}
	// A proxy may ask in the name of somebody who knows nothing of it: we give
	// the signs then (section 9, table 2).
	return Expiry{After: after, Ours: !knows || refresher == "uas", Both: knows}, true
}

// Told are the headers by which a 2xx to the request says what holds.
func (e Expiry) Told(res *Response) {
	if e.After == 0 {
		return
	}
	refresher := "uac"
	if e.Ours {
		refresher = "uas"
	}
	With("Session-Expires", seconds(e.After)+";refresher="+refresher)(res)
	if e.Both {
		With("Require", Timed)(res)
	}
}

// AnsweredExpiry is what the 2xx to a request of ours says.
func AnsweredExpiry(res *Response) Expiry {
	after, refresher, ok := readExpiry(res)
	if !ok {
		return Expiry{}
	}
	return Expiry{After: after, Ours: refresher != "uas", Both: true}
}

// Ask has a request of ours be a sign of life.
func (e Expiry) Ask(req *Request) {
	refresher := "uas"
	if e.Ours {
		refresher = "uac"
	}
	SetHeader(req, "Supported", Timed)
	SetHeader(req, "Session-Expires", seconds(e.After)+";refresher="+refresher)
}

// Due is when something is to be done about it: our sign of life halfway, or
// the end, a moment before the call has expired (section 10).
func (e Expiry) Due() time.Duration {
	if e.Ours {
		return max(e.After/2, time.Second)
	}
	return e.After - min(e.After/3, 32*time.Second)
}

// Longer is the least time that a refusal of a sign of life (422) names; zero
// for none.
func Longer(res *Response) time.Duration {
	n, err := strconv.ParseUint(strings.TrimSpace(firstWord(HeaderValue(res, "Min-SE"))), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

// TooShort are the headers of a 422.
func TooShort(least time.Duration) Option { return With("Min-SE", seconds(least)) }

func readExpiry(m interface{ GetHeader(string) Header }) (after time.Duration, refresher string, ok bool) {
	value := HeaderValue(m, "Session-Expires")
	if value == "" {
		value = HeaderValue(m, "x") // its short name
	}
	number, params, _ := strings.Cut(value, ";")
	n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 31)
	if err != nil || n == 0 {
		return 0, "", false
	}
	for p := range strings.SplitSeq(params, ";") {
		if name, v, _ := strings.Cut(p, "="); strings.EqualFold(strings.TrimSpace(name), "refresher") {
			refresher = strings.ToLower(strings.TrimSpace(v))
		}
	}
	return time.Duration(n) * time.Second, refresher, true
}

func firstWord(value string) string {
	word, _, _ := strings.Cut(value, ";")
	return word
}

// seconds rounds up, so that no time becomes shorter on its way.
func seconds(d time.Duration) string { return fmt.Sprint(int64((d + time.Second - 1) / time.Second)) }
