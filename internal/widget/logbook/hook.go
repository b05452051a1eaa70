package logbook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/seal"
)

// Headers of a webhook's requests.
const (
	keyHeader       = "Idempotency-Key"
	signatureHeader = "Offhook-Signature"
)

// secretPrefix lets people and secret scanners recognise a webhook's secret.
const secretPrefix = "OHLS_"

// Bounds of what is on its way at once, in all and for one embed, so that one
// server that does not answer holds up nobody else's logs.
const (
	maxPushes = 32
	maxEach   = 4
)

// SetHook sends an embed's logs to an address, signed with the secret that it
// returns, which is kept sealed and shown this once.
func SetHook(ctx context.Context, st store.Widget, ring *seal.Ring, platform, clientID, address string, now time.Time) (rc.Secret, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", rc.Errorf(rc.Invalid, "The webhook must be an https address, such as https://crm.example.com/phone-logs, without a user or a fragment.")
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return "", rc.Errorf(rc.Invalid, "The webhook must be an https address: what people write goes there.")
	}
	secret := rc.Secret(secretPrefix + opaque.Text())
	hook := store.LogHook{Platform: platform, ClientID: clientID, URL: address, SealedSecret: ring.Seal([]byte(secret), hookRow(platform, clientID)), CreatedAt: now}
	err = st.Write(ctx, func(tx store.WidgetTx) error {
		if _, err := tx.Embed(ctx, platform, clientID); err != nil {
			return err
		}
		return tx.PutLogHook(ctx, hook)
	})
	if errors.Is(err, store.ErrNotFound) {
		return "", rc.Errorf(rc.NotFound, "There is no embed %s of %s to log for. Register it first.", clientID, platform)
	}
	if err != nil {
		return "", fmt.Errorf("keeping a webhook: %w", err)
	}
	return secret, nil
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

func hookRow(platform, clientID string) string { return "log_hooks/" + platform + "/" + clientID }

// push begins to send what is due for webhooks.
func (h *Handler) push(ctx context.Context) {
	due, err := h.Store.DueHookEntries(ctx, h.Now(), 4*maxPushes)
	if err != nil {
		h.fault(ctx, "looking for what goes to webhooks", err)
		return
	}
	for _, e := range due {
		if !h.enter(e.Owner) {
			continue
		}
		mine, err := h.claim(ctx, []store.LogEntry{e}, h.Node)
		if err != nil || len(mine) == 0 {
			h.exit(e.Owner)
			if err != nil {
				h.fault(ctx, "claiming what goes to a webhook", err)
			}
			continue
		}
		h.pushing.Go(func() {
			defer h.nudge() // something older of this log may have gone
			defer h.exit(e.Owner)
			h.send(ctx, mine[0])
		})
	}
}

// enter counts a request in; false when there are enough.
func (h *Handler) enter(o store.LogOwner) bool {
	embed := store.LogOwner{Platform: o.Platform, ClientID: o.ClientID}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.busy == nil {
		h.busy = map[store.LogOwner]int{}
	}
	all := 0
	for _, n := range h.busy {
		all += n
	}
	if all >= maxPushes || h.busy[embed] >= maxEach {
		return false
	}
	h.busy[embed]++
	return true
}

func (h *Handler) exit(o store.LogOwner) {
	embed := store.LogOwner{Platform: o.Platform, ClientID: o.ClientID}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.busy[embed]--; h.busy[embed] == 0 {
		delete(h.busy, embed)
	}
}

// send sends one claimed entry and writes down what became of it, which a
// shutdown does not keep it from.
func (h *Handler) send(ctx context.Context, e store.LogEntry) {
	reason, err := h.deliver(ctx, e)
	if ctx.Err() != nil && (err != nil || reason != "") {
		return // not the other side's fault; the claim runs out
	}
	ctx = context.WithoutCancel(ctx)
	if err == nil && reason == "" {
		_, err = h.finish(ctx, e.Owner, e.ID)
	}
	if err != nil {
		h.Log.Error("sending a log to a webhook", "entry", e.ID, "err", err)
		reason = lang.Mark("The entry could not be sent by this server; its own log says why.")
	}
	if reason != "" {
		if err := h.fail(ctx, e, h.Node, reason); err != nil {
			h.Log.Error("noting that a webhook failed", "entry", e.ID, "err", err)
		}
	}
}

// deliver returns a sentence when the other side did not acknowledge.
func (h *Handler) deliver(ctx context.Context, e store.LogEntry) (reason string, err error) {
	hook, err := h.Store.LogHook(ctx, e.Owner.Platform, e.Owner.ClientID)
	if errors.Is(err, store.ErrNotFound) {
		return lang.Mark("The operator has taken the webhook away."), nil
	}
	if err != nil {
		return "", err
	}
	secret, err := h.Ring.Open(hook.SealedSecret, hookRow(hook.Platform, hook.ClientID))
	if err != nil {
		return "", fmt.Errorf("opening the secret of a webhook: %w", err)
	}
	body, err := h.letter(e)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.URL, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", "Offhook")
	req.Header.Set(keyHeader, e.ID)
	req.Header.Set(signatureHeader, Sign(secret, h.Now(), body))
	res, err := h.Client.Do(req)
	if err != nil {
		h.Log.Warn("reaching a webhook", "entry", e.ID, "err", cause(err))
		return unreached(err), nil
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // so that the connection is used again
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return fmt.Sprintf(lang.Mark("The webhook answered %d."), res.StatusCode), nil
	}
	return "", nil
}

// cause is an error of a client without the whole address, which may hold a
// secret of the operator's.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// unreached says why there was no answer. Users read it, so it names nothing
// of the operator's network; the log does.
func unreached(err error) string {
	var told *rc.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf(lang.Mark("The webhook did not answer within %d seconds."), int(patience.Seconds()))
	case errors.As(err, &told):
		return lang.Mark("The webhook could not be reached: its address is not public, and widget.log_hosts does not name it.")
	}
	return lang.Mark("The webhook could not be reached; the server's log says why.")
}

// letter is an entry with whose it is.
func (h *Handler) letter(e store.LogEntry) ([]byte, error) {
	plain, err := h.body(e)
	if err != nil {
		return nil, err
	}
	var body map[string]json.RawMessage
	if err := json.Unmarshal(plain, &body); err != nil {
		return nil, fmt.Errorf("reading log entry %s: %w", e.ID, err)
	}
	who, err := json.Marshal(map[string]string{"platform": e.Owner.Platform, "clientId": e.Owner.ClientID, "ownerId": e.Owner.OwnerID})
	if err != nil {
		return nil, err
	}
	kind, err := json.Marshal(e.Kind)
	if err != nil {
		return nil, err
	}
	body["user"], body["kind"] = who, kind
	return json.Marshal(body)
}

// Sign is the signature of a body that is sent at a moment: the time in
// seconds, and the HMAC-SHA256 of the time, a dot and the body.
func Sign(secret []byte, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
