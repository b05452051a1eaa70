package desk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/internal/rc"
)

func (p *platform) sync(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	from := 0
	if r.URL.Query().Get("syncType") == rc.ISync {
		n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Query().Get("syncToken"), "t"))
		if err != nil || p.oldTokens {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"errorCode":"MSG-333","message":"Sync token is invalid"}`)
			return
		}
		from = n
	}
	records := []rc.Message{}
	for i, m := range p.messages {
		if p.changed[i] > from && (from > 0 || m.Availability == rc.Alive && !m.CreationTime.Before(p.syncFrom)) {
			records = append(records, *m)
		}
	}
	answerJSON(w, rc.MessageSync{Records: records, SyncInfo: rc.SyncInfo{SyncType: r.URL.Query().Get("syncType"), SyncToken: fmt.Sprintf("t%d", p.seq)}})
}

// add stores a message; the caller holds mu.
func (p *platform) add(direction, from string, to []string, text string) *rc.Message {
	p.nextID++
	p.seq++
	others := slices.Clone(to)
	if direction == rc.Inbound {
		others = append(others, from)
	}
	others = slices.DeleteFunc(others, func(n string) bool { return n == ada })
	slices.Sort(others)
	key := strings.Join(others, " ")
	if p.convs[key] == 0 {
		p.convs[key] = 9007199254740993 + int64(len(p.convs))
	}
	now := rc.TimeOf(time.Now().Add(time.Duration(p.seq) * time.Millisecond)) // no two at the same moment
	m := &rc.Message{
		ID: p.nextID, Type: rc.TypeSMS, Direction: direction, Availability: rc.Alive, ReadStatus: rc.Read, MessageStatus: rc.Sent,
		Subject: text, CreationTime: now, LastModifiedTime: now, ConversationID: p.convs[key],
		Conversation: &rc.URIID{ID: strconv.FormatInt(p.convs[key], 10)}, From: &rc.Caller{PhoneNumber: from}, Attachments: []rc.Attachment{},
	}
	for _, n := range to {
		m.To = append(m.To, rc.Caller{PhoneNumber: n})
	}
	if direction == rc.Inbound {
		m.ReadStatus, m.MessageStatus = rc.Unread, rc.Received
	}
	p.messages = append(p.messages, m)
	p.changed = append(p.changed, p.seq)
	return m
}

// receive lets a text arrive, with its two events.
func (p *platform) receive(from, text string) int64 {
	p.mu.Lock()
	m := *p.add(rc.Inbound, from, []string{ada}, text)
	p.mu.Unlock()
	p.instant(m)
	p.notify("", map[string]any{"changes": []any{}})
	return m.ID
}

// instant tells of a text that has arrived.
func (p *platform) instant(m rc.Message) {
	data, err := json.Marshal(m)
	if err != nil {
		p.t.Error(err)
	}
	var body map[string]any
	if err := json.Unmarshal(data, &body); err != nil {
		p.t.Error(err)
	}
	body["id"], body["conversationId"], body["ownerId"] = strconv.FormatInt(m.ID, 10), m.Conversation.ID, "101"
	delete(body, "conversation")
	p.notify("/instant?type=SMS", body)
}

func (p *platform) sms(w http.ResponseWriter, r *http.Request) {
	var req rc.SMSRequest
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.post(w, r, req, nil)
}

// post takes a text as its knobs say.
func (p *platform) post(w http.ResponseWriter, r *http.Request, req rc.SMSRequest, files []rc.Attachment) {
	p.mu.Lock()
	if p.refuseSends > 0 {
		p.refuseSends--
		p.mu.Unlock()
		panic(http.ErrAbortHandler)
	}
	if p.overLimit > 0 {
		p.overLimit--
		p.mu.Unlock()
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	if p.rejectTexts {
		p.mu.Unlock()
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"errorCode":"MSG-246","message":"Recipients are not allowed"}`)
		return
	}
	var to []string
	for _, c := range req.To {
		to = append(to, c.PhoneNumber)
	}
	made := p.add(rc.Outbound, req.From.PhoneNumber, to, req.Text)
	made.Attachments = append(made.Attachments, files...)
	m := *made
	lose := p.loseAnswers > 0
	if lose {
		p.loseAnswers--
	}
	wait := p.unfinished
	p.mu.Unlock()
	if lose {
		panic(http.ErrAbortHandler)
	}
	if wait != nil {
		select {
		case <-wait:
		case <-r.Context().Done():
		}
	}
	answerJSON(w, m)
	go p.notify("", map[string]any{"changes": []any{}})
}

func (p *platform) put(w http.ResponseWriter, r *http.Request) {
	var body struct {
		ReadStatus string `json:"readStatus"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	p.puts = append(p.puts, body.ReadStatus)
	if p.noChanges {
		p.mu.Unlock()
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"errorCode":"CMN-408","message":"In order to call this API endpoint, user needs to have [EditMessages] permission."}`)
		return
	}
	ids := strings.Split(r.PathValue("ids"), ",")
	left, parts := p.refuses(ids)
	for i, m := range p.messages {
		if slices.Contains(left, strconv.FormatInt(m.ID, 10)) {
			p.seq++
			m.ReadStatus, m.LastModifiedTime = body.ReadStatus, rc.TimeOf(time.Now())
			p.changed[i] = p.seq
		}
	}
	p.mu.Unlock()
	if len(ids) > 1 {
		w.WriteHeader(http.StatusMultiStatus)
		answerJSON(w, parts)
	} else {
		fmt.Fprint(w, `{}`)
	}
	go p.notify("", map[string]any{"changes": []any{}})
}

// outbound returns the texts that were sent, in order.
func (p *platform) outbound() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var texts []string
	for _, m := range p.messages {
		if m.Direction == rc.Outbound {
			texts = append(texts, m.Subject)
		}
	}
	return texts
}
