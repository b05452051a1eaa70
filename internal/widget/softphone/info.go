package softphone

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

// infoType is the content type of commands within a call (contract 8.7).
const infoType = "application/json;charset=utf-8"

// An infoRequest is a command, with the number that its reply repeats.
type infoRequest struct {
	Request struct {
		ID      int    `json:"reqid"`
		Command string `json:"command"`
		Target  string `json:"target,omitempty"`
	} `json:"request"`
}

// An infoReply is what the platform says of a command. Code 0 is success.
type infoReply struct {
	ID      int    `json:"reqid"`
	Command string `json:"command"`
	Result  *struct {
		Code        json.Number `json:"code"`
		Description string      `json:"description"`
		Extension   string      `json:"park extension"`
	} `json:"result"`
}

func (r infoReply) done() bool { return r.Result != nil && r.Result.Code.String() == "0" }

// instruct has the platform do something with a call, and waits for its reply,
// which is an INFO of its own.
func (t *talk) instruct(command, target string, done func(infoReply, error)) {
	t.asked++
	id := t.asked
	var q infoRequest
	q.Request.ID, q.Request.Command, q.Request.Target = id, command, target
	body, err := json.Marshal(q)
	if err != nil {
		done(infoReply{}, err)
		return
	}
	var late *alarm
	t.replies[id] = func(r infoReply) {
		delete(t.replies, id)
		late.stop()
		if !r.done() {
			done(r, notDone())
			return
		}
		done(r, nil)
	}
	fail := func() {
		if reply := t.replies[id]; reply != nil {
			reply(infoReply{})
		}
	}
	late = t.ph.after(t.ph.pool.Waits.Answer, fail)
	d := t.dialog
	req := d.Request(sip.INFO, body, infoType)
	t.ph.aside(func(ctx context.Context) func() {
		res, err := t.send(ctx, d, req)
		if err == nil && res.StatusCode >= 300 {
			err = fmt.Errorf("the phone service answered INFO with %d %s", res.StatusCode, res.Reason)
		}
		if err == nil {
			return nil
		}
		return func() {
			t.ph.log.Warn("telling the phone service what to do with a call", "call", t.ID, "command", command, "err", err)
			fail()
		}
	})
}

// informed takes an INFO of the platform: the reply to a command.
func (t *talk) informed(req *sip.Request) {
	var m struct {
		Response *infoReply `json:"response"`
	}
	if !strings.HasPrefix(strings.ToLower(sip.HeaderValue(req, "Content-Type")), "application/json") {
		return
	}
	if json.Unmarshal(req.Body(), &m) != nil || m.Response == nil {
		return
	}
	if reply := t.replies[m.Response.ID]; reply != nil {
		reply(*m.Response)
	}
}

// record begins or ends a recording. The platform tells both sides.
func (t *talk) record(on bool, done func(error)) {
	if t.Recording == on {
		done(nil)
		return
	}
	command := "stopcallrecord"
	if on {
		command = "startcallrecord"
	}
	t.instruct(command, "", func(_ infoReply, err error) {
		if on && err != nil && t.live() {
			err = rc.Errorf(rc.Conflict, "This call cannot be recorded.")
		}
		if err == nil && t.live() {
			t.recorded(on)
		}
		done(err)
	})
}

// recorded notes whether the call is recorded from now on.
func (t *talk) recorded(on bool) {
	t.Recording = on
	if on && t.Sentence == unrecorded {
		t.Sentence = ""
	}
	t.ph.changed()
}

var parkedAt = lang.Mark("The call is parked. It can be picked up by calling %s.")

// park leaves a call where anybody of the company can pick it up.
func (t *talk) park(done func(error)) {
	t.instruct("callpark", "", func(r infoReply, err error) {
		if err == nil && t.live() {
			sentence := ""
			if r.Result.Extension != "" {
				sentence = fmt.Sprintf(parkedAt, "*"+strings.TrimPrefix(clean(r.Result.Extension), "*"))
			}
			t.part()
			t.end(call.Moved, sentence)
		}
		done(err)
	})
}
