package desk

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"strconv"

	"offhook/internal/rc"
)

// instantMessage reads the body of an instant event: a message record whose
// ids are strings (contract 7.3).
func instantMessage(body []byte) (rc.Message, error) {
	var m rc.Message
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var raw map[string]any
	if err := dec.Decode(&raw); err != nil {
		return m, err
	}
	numeric(raw, "id")
	numeric(raw, "conversationId")
	if list, ok := raw["attachments"].([]any); ok {
		for _, a := range list {
			if a, ok := a.(map[string]any); ok {
				numeric(a, "id")
			}
		}
	}
	if id, ok := raw["extensionId"].(json.Number); ok {
		raw["extensionId"] = id.String()
	}
	data, err := json.Marshal(raw)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, err
	}
	m.Availability = cmp.Or(m.Availability, rc.Alive)
	if m.Conversation == nil && m.ConversationID != 0 {
		m.Conversation = &rc.URIID{ID: strconv.FormatInt(m.ConversationID, 10)}
	}
	if m.ID == 0 {
		return m, errors.New("it has no id")
	}
	return m, nil
}

// numeric turns a member that is digits in a string into a number.
func numeric(o map[string]any, name string) {
	if s, ok := o[name].(string); ok {
		if _, err := strconv.ParseInt(s, 10, 64); err == nil {
			o[name] = json.Number(s)
		} else {
			delete(o, name)
		}
	}
}
