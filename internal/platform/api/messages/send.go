package messages

import (
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"offhook/internal/listen"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	maxText       = 1000 // characters
	maxRecipients = 10
)

// send answers POST extension/~/sms. The text is stored on both sides before
// the answer is written. A form may bring pictures and files, too.
func (h *Handler) send(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if strings.HasPrefix(kind, "multipart/") {
		return h.sendForm(w, r, c, params["boundary"])
	}
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	var req rc.SMSRequest
	if err := wire.Body(w, r, &req); err != nil {
		return err
	}
	return h.dispatch(w, r, e, letter{SMSRequest: req})
}

// sendMMS answers POST extension/~/mms, which takes only forms with at least
// one picture or file.
func (h *Handler) sendMMS(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if !strings.HasPrefix(kind, "multipart/") {
		return rc.Coded(rc.Invalid, "CMN-104", "Cannot parse request; send multipart/form-data or multipart/mixed with the text as JSON and its attachments")
	}
	return h.sendForm(w, r, c, params["boundary"])
}

func (h *Handler) sendForm(w http.ResponseWriter, r *http.Request, c wire.Caller, boundary string) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	l, err := readForm(http.MaxBytesReader(w, r.Body, maxForm), boundary)
	if err != nil {
		return err
	}
	if len(l.files) == 0 && strings.HasSuffix(r.URL.Path, "/mms") {
		return target.Invalid("attachments", "Send at least one picture or file as a part named attachment, or the text to the resource sms.")
	}
	return h.dispatch(w, r, e, l)
}

// dispatch checks what an extension wants sent, and sends it.
func (h *Handler) dispatch(w http.ResponseWriter, r *http.Request, e store.Extension, l letter) error {
	p, err := plan.Read(r.Context(), h.Store, e.AccountID)
	if err != nil {
		return err
	}
	t, err := readText(p, e.ID, l)
	if err != nil {
		return err
	}
	t.Base = listen.BaseURL(r)
	if n, _ := p.Number(t.From); n.ExtensionID != 0 && n.ExtensionID != e.ID {
		return h.dispatchShared(w, r, p, e, l)
	}
	m, err := h.Office.Send(r.Context(), p, e.ID, t)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, record(t.Base, m))
	return nil
}

// readText checks a request and writes its numbers as E.164.
func readText(p *plan.Plan, extensionID int64, req letter) (Text, error) {
	iso := region.Country("", p.Account.MainNumber).ISOCode
	from, err := readSender(p, extensionID, req.From.PhoneNumber, iso)
	if err != nil {
		return Text{}, err
	}
	if req.Country != nil && req.Country.ISOCode != "" {
		iso = req.Country.ISOCode // says how the recipients are written
	}
	to, err := readRecipients(req.To, iso)
	if err != nil {
		return Text{}, err
	}
	switch n := utf8.RuneCountInString(req.Text); {
	case strings.TrimSpace(req.Text) == "" && len(req.files) == 0:
		return Text{}, target.Invalid("text", "Send a text of 1 to 1000 characters.")
	case n > maxText:
		return Text{}, target.Invalid("text", "A text has at most 1000 characters.")
	}
	return Text{From: from, To: to, Body: req.Text, Files: req.files}, nil
}

func readSender(p *plan.Plan, extensionID int64, text, iso string) (string, error) {
	if text == "" {
		return "", target.Invalid("from", "Send from.phoneNumber, one of your numbers with the feature SmsSender.")
	}
	n, ok := region.Parse(text, iso)
	if !ok || n.Extension != "" {
		return "", target.Invalid("from", "It is not a phone number; write it as +16505550100.")
	}
	own, ok := p.Number(n.E164)
	if _, shared := p.QueueOf(own); ok && shared {
		return n.E164, nil // whether they are a member, the Office asks
	}
	if !ok || own.ExtensionID != extensionID && own.ExtensionID != 0 {
		return "", notTheirNumber()
	}
	if !p.MayText(extensionID, own) {
		return "", &rc.Error{Kind: rc.Denied, Code: "MSG-242", Parameter: "from",
			Message: "Sending SMS is not available from the number specified; use a number with the feature SmsSender"}
	}
	return n.E164, nil
}

func notTheirNumber() error {
	return &rc.Error{Kind: rc.Denied, Code: "MSG-304", Parameter: "from",
		Message: "Phone number doesn't belong to extension; send from one of your own numbers"}
}

func readRecipients(to []rc.Caller, iso string) ([]string, error) {
	if len(to) == 0 {
		return nil, target.Invalid("to", "Send at least one recipient as to[].phoneNumber.")
	}
	if len(to) > maxRecipients {
		return nil, target.Invalid("to", "A text has at most 10 recipients.")
	}
	var numbers []string
	for _, party := range to {
		n, ok := region.Parse(party.PhoneNumber, iso)
		if !ok || n.Extension != "" {
			return nil, target.Invalid("to.phoneNumber", "It is not a phone number that takes texts; write it as +16505550100.")
		}
		if !slices.Contains(numbers, n.E164) {
			numbers = append(numbers, n.E164)
		}
	}
	return numbers, nil
}
