package exchange

import (
	"context"
	"encoding/json"

	"offhook/internal/sip"
)

// An infoRequest is a command of a phone in a call (contract 8.7).
type infoRequest struct {
	Request struct {
		ReqID   int    `json:"reqid"`
		Command string `json:"command"`
		Target  string `json:"target"`
	} `json:"request"`
}

type infoResponse struct {
	Response infoOutcome `json:"response"`
}

type infoOutcome struct {
	ReqID   int            `json:"reqid"`
	Command string         `json:"command"`
	Result  map[string]any `json:"result"`
}

const infoType = "application/json;charset=utf-8"

// info does what a phone asks in a call and tells it the outcome. What is no
// command, such as keys or a keyframe, has been answered already.
func (c *call) info(l *line, body []byte) {
	var in infoRequest
	if json.Unmarshal(body, &in) != nil || in.Request.Command == "" {
		return
	}
	if in.Request.Command == "callflip" {
		c.flipTo(l, in.Request.Target, func(number string, err error) {
			c.outcome(l, in, err == nil, map[string]any{"number": number, "target": in.Request.Target})
		})
		return
	}
	result := map[string]any{}
	ok := true
	switch in.Request.Command {
	case "startcallrecord":
		_, ok = c.record(l, true)
	case "stopcallrecord":
		_, ok = c.record(l, false)
	case "callpark":
		var orbit string
		if orbit, ok = c.park(l); ok {
			result["park extension"] = orbit
		}
	case monitor, whisper, barge, takeover:
		ok = c.supervise(l, in.Request.Command)
	default:
		ok = false
	}
	c.outcome(l, in, ok, result)
}

// outcome tells a phone what came of a command. It may be called from any
// goroutine.
func (c *call) outcome(l *line, in infoRequest, ok bool, result map[string]any) {
	if !ok {
		result = map[string]any{"code": 1, "description": "Failed"}
	} else {
		result["code"], result["description"] = 0, "Succeeded"
	}
	text, err := json.Marshal(infoResponse{infoOutcome{in.Request.ReqID, in.Request.Command, result}})
	if err != nil {
		return // numbers and strings can always be written
	}
	req := l.dialog().Request(sip.INFO, text, infoType)
	c.x.spawn(func(ctx context.Context) {
		_, _ = l.dialog().Do(ctx, req, nil) // a phone that is gone has no command
	})
}
