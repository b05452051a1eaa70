package telephony

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// mountRinging registers what is done with a call that rings.
func (h *Handler) mountRinging(mux *http.ServeMux) {
	if x, ok := h.Exchange.(Rejecter); ok {
		h.Face.Handle(mux, "POST", partyPath+"/reject", func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
			s, p, err := h.own(r, c)
			if err == nil {
				err = x.RejectParty(r.Context(), s, p)
			}
			return done(w, err)
		})
	}
	if x, ok := h.Exchange.(Ignorer); ok {
		h.Face.Handle(mux, "POST", partyPath+"/ignore", func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
			s, p, err := h.own(r, c)
			if err != nil {
				return err
			}
			device, err := readDevice(w, r)
			if err == nil {
				err = x.IgnoreParty(r.Context(), s, p, device)
			}
			return done(w, err)
		})
	}
	if x, ok := h.Exchange.(Answerer); ok {
		h.Face.Handle(mux, "POST", partyPath+"/answer", func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
			return h.on(w, r, c, http.StatusOK, func(s, p string) error {
				device, err := readDevice(w, r)
				if err != nil {
					return err
				}
				return x.AnswerParty(r.Context(), s, p, device)
			})
		})
	}
	if x, ok := h.Exchange.(Forwarder); ok {
		h.Face.Handle(mux, "POST", partyPath+"/forward", h.toTarget(x.ForwardParty))
	}
	if x, ok := h.Exchange.(Replier); ok {
		h.Face.Handle(mux, "POST", partyPath+"/reply", h.reply(x))
	}
}

// readDevice reads the device that a command is for.
func readDevice(w http.ResponseWriter, r *http.Request) (string, error) {
	var req struct {
		DeviceID string `json:"deviceId"`
	}
	if err := wire.Body(w, r, &req); err != nil {
		return "", err
	}
	if req.DeviceID == "" {
		return "", target.Invalid("deviceId", "Send the id of one of your devices.")
	}
	return req.DeviceID, nil
}

// maxReply is how many characters a reply may have; ours.
const maxReply = 300

// patterns are the ready-made replies; those that say when need a time.
var patterns = map[string]bool{
	"WillCallYouBack": true, "CallMeBack": true, "WillCallYouBackLater": false, "CallMeBackLater": false,
	"OnMyWay": false, "OnTheOtherLine": false, "OnTheOtherLineNoCall": false, "InAMeeting": false,
}

func (h *Handler) reply(x Replier) wire.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		return h.on(w, r, c, http.StatusOK, func(s, p string) error {
			var req rc.CallReply
			if err := wire.Body(w, r, &req); err != nil {
				return err
			}
			if err := checkReply(req); err != nil {
				return err
			}
			return x.ReplyParty(r.Context(), s, p, req)
		})
	}
}

func checkReply(req rc.CallReply) error {
	text := strings.TrimSpace(req.Text)
	if (text == "") == (req.Pattern == nil) {
		return target.Invalid("replyWithText", "Send either replyWithText or replyWithPattern.")
	}
	if utf8.RuneCountInString(text) > maxReply {
		return target.Invalid("replyWithText", "Send at most 300 characters.")
	}
	if req.Pattern == nil {
		return nil
	}
	timed, ok := patterns[req.Pattern.Pattern]
	if !ok {
		return target.Invalid("replyWithPattern.pattern", "Send one of the patterns that the documentation lists.")
	}
	if timed && (req.Pattern.Time < 1 || !slices.Contains([]string{"Minute", "Hour", "Day"}, req.Pattern.TimeUnit)) {
		return target.Invalid("replyWithPattern.time", "Send a time of at least 1 and its unit, Minute, Hour or Day.")
	}
	return nil
}
