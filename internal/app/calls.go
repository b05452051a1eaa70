package app

import (
	"context"
	"slices"
	"time"

	"offhook/internal/platform/api/calllog"
	"offhook/internal/platform/api/region"
	"offhook/internal/rc"
)

// A CallSpec is a call of the past for `offhook call add`. Its numbers may be
// written as people write them.
type CallSpec struct {
	From, To string
	Outcome  string
	Name     string
	Ago      time.Duration // since it began
	Duration time.Duration
	Recorded bool
}

// maxCall is the longest call that may be added: a recording is kept whole.
const maxCall = 10 * time.Minute

// AddCall writes a call into the logs of the users who took part. Phones find
// it when they next ask.
func (d *Data) AddCall(ctx context.Context, spec CallSpec) error {
	c := calllog.PastCall{At: time.Now().Add(-spec.Ago), Duration: spec.Duration, Outcome: calllog.Outcome(spec.Outcome), Name: spec.Name}
	if !slices.Contains(calllog.Outcomes, c.Outcome) {
		return rc.Errorf(rc.Invalid, "--outcome must be answered, missed, rejected, voicemail or busy, not %q.", spec.Outcome)
	}
	if c.Duration < 0 || c.Duration > maxCall {
		return rc.Errorf(rc.Invalid, "--duration must be between 0 and %s.", maxCall)
	}
	for flag, number := range map[string]*string{"--from": &spec.From, "--to": &spec.To} {
		if err := readNumber(flag, number); err != nil {
			return err
		}
	}
	c.From, c.To = spec.From, spec.To
	if spec.Recorded {
		c.Recording = rc.RecordedOnDemand
	}
	return calllog.Seed(ctx, d.DB.Platform(), []calllog.PastCall{c})
}

// readNumber writes the number of a flag as E.164.
func readNumber(flag string, number *string) error {
	n, ok := region.Parse(*number, "US")
	if !ok {
		return rc.Errorf(rc.Invalid, "%s must be a phone number such as +16505550101, not %q.", flag, *number)
	}
	*number = n.E164
	return nil
}

// demoCalls are a few days of calls, newest last; minutes count back from
// the first start.
var demoCalls = []struct {
	from, to  string
	outcome   calllog.Outcome
	minutes   int
	seconds   int
	recording string
	name      string
}{
	{"+16505550101", "+14155550147", calllog.Answered, 6*1440 + 200, 421, "", ""},
	{"+14155550177", "+16505550100", calllog.Voicemail, 5*1440 + 60, 34, "", "DANA WHITFIELD"},
	{"+16505550102", "+16505550101", calllog.Answered, 3*1440 + 30, 95, "", ""},
	{"+14155550147", "+16505550101", calllog.Answered, 3*1440 - 90, 48, rc.RecordedOnDemand, "HENDERSON P"},
	{"+16505550103", "+16505550101", calllog.Missed, 2*1440 - 45, 22, "", ""},
	{"+16505550101", "+16505550103", calllog.Answered, 2*1440 - 52, 186, "", ""},
	{"+16505550101", "+14155550177", calllog.Busy, 1440 + 310, 4, "", ""},
	{"+16505550101", "+14155550177", calllog.Answered, 1440 + 290, 37, rc.RecordedAutomatic, ""},
	{"+442071838750", "+16505550101", calllog.Missed, 1440 - 20, 18, "", ""},
	{"+16505550102", "+16505550103", calllog.Answered, 300, 64, "", ""},
	{"+14155550147", "+16505550101", calllog.Answered, 148, 312, "", "HENDERSON P"},
	{"+16505550101", "+16505550102", calllog.Answered, 63, 73, "", ""},
	{"+16505550102", "+16505550101", calllog.Missed, 31, 25, "", ""},
}

// seedCalls writes the demo's calls.
func seedCalls(ctx context.Context, d *Data) error {
	var calls []calllog.PastCall
	for _, c := range demoCalls {
		calls = append(calls, calllog.PastCall{
			From: c.from, To: c.to, Outcome: c.outcome, Recording: c.recording, Name: c.name,
			At: time.Now().Add(-time.Duration(c.minutes) * time.Minute), Duration: time.Duration(c.seconds) * time.Second,
		})
	}
	return calllog.Seed(ctx, d.DB.Platform(), calls)
}
