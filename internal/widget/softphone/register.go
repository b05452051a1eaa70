package softphone

import (
	"context"
	"crypto/sha256"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/widget/call"
)

// userAgent names this product to SIP servers.
const userAgent = "Offhook/1.0"

// A registration is one phone at one flow (contract 8.3).
type registration struct {
	flow    *sip.Flow
	keys    sip.Credentials
	contact sip.URI
	params  string       // of the contact
	req     *sip.Request // what is repeated, with another number
}

func newRegistration(flow *sip.Flow, info rc.SIPInfo, grantID string) *registration {
	me := sip.Address{URI: sip.URI{Scheme: "sip", User: info.Username, Host: info.Domain}}
	r := &registration{
		flow: flow, keys: credentials(info), contact: flow.Contact(info.Username), params: `;reg-id=1;+sip.instance="<urn:uuid:` + instance(grantID) + `>"`,
		req: sip.NewRequest(sip.Outline{Method: sip.REGISTER, Target: sip.URI{Scheme: "sip", Host: info.Domain}, From: me, To: me, CSeq: 1}),
	}
	sip.SetHeader(r.req, "Supported", "path, outbound")
	sip.SetHeader(r.req, "User-Agent", userAgent)
	return r
}

// instance names the phone of a grant, the same after every restart: the
// platform allows a user few phones, and a new name would be another one.
func instance(grantID string) string {
	h := sha256.Sum256([]byte("offhook softphone " + grantID))
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80 // RFC 9562 section 5.8
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

func credentials(info rc.SIPInfo) sip.Credentials {
	return sip.Credentials{Username: info.AuthorizationID, Password: string(info.Password), Domain: info.Domain}
}

// register asks for a time and returns the one that was granted. The error is
// a *failure where the platform refuses.
func (r *registration) register(ctx context.Context, expires time.Duration) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	seconds := strconv.Itoa(int(expires.Seconds()))
	for r.req.RemoveHeader("Contact") {
	}
	r.req.AppendHeader(sip.ContactHeader(r.contact, r.params+";expires="+seconds))
	sip.SetHeader(r.req, "Expires", seconds)
	r.req.CSeq().SeqNo++
	for asked := 0; ; asked++ {
		res, err := r.flow.Do(ctx, r.req, nil)
		switch {
		case err != nil:
			return 0, fmt.Errorf("registering the phone: %w", err)
		case res.StatusCode < 300:
			return granted(res, expires), nil
		case res.StatusCode == 401 && asked < 2: // the second time because a nonce grows old
			if err := r.keys.Answer(r.req, res); err != nil {
				return 0, &failure{state: call.Broken, sentence: lineRefused, fresh: true, patient: true, err: err}
			}
		default:
			return 0, refused(res)
		}
	}
}

// leave takes the registration back.
func (r *registration) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, _ = r.register(ctx, 0) // the platform forgets the phone by itself later
}

var expiresParam = regexp.MustCompile(`(?i);\s*expires=(\d+)`)

// granted reads for how long a 200 has registered the phone: the Contact
// says it, or the header for all contacts.
func granted(res *sip.Response, asked time.Duration) time.Duration {
	text := sip.HeaderValue(res, "Expires")
	if m := expiresParam.FindStringSubmatch(sip.HeaderValue(res, "Contact")); m != nil {
		text = m[1]
	}
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return time.Duration(min(n, 3600)) * time.Second
	}
	return asked
}

func refused(res *sip.Response) error {
	f := &failure{
		state: call.Broken, sentence: lineGone,
		err: fmt.Errorf("the phone service answered REGISTER with %d %s", res.StatusCode, res.Reason),
	}
	switch res.StatusCode {
	case 403, 603:
		f.sentence, f.patient, f.fresh = tooMany, true, true
	case 401, 404, 407:
		f.sentence, f.patient, f.fresh = lineRefused, true, true
	}
	return f
}
