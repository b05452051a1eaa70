package desk

import (
	"context"
	"errors"
	"io"
	"net/http"

	"offhook/internal/rc"
)

// fetchBody asks the platform for bytes that may be many. The error is an
// *rc.Error with a sentence, or ctx's.
func (d *Desk) fetchBody(ctx context.Context, group rc.Group, path string, most int64) (kind string, body []byte, err error) {
	wait, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	t, err := d.budget.acquire(wait, group, acting)
	if err != nil {
		return "", nil, soundLimited()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	if err != nil {
		d.budget.refund(group, t)
		return "", nil, noMail()
	}
	req.Header.Set("X-User-Agent", userAgent)
	resp, err := d.pool.Street.Do(ctx, d.grantID, req)
	if err != nil {
		d.budget.refund(group, t)
		if e, ok := errors.AsType[*rc.Error](err); ok && e.Kind == rc.Unauthenticated {
			return "", nil, signedOut()
		}
		return "", nil, rc.Errorf(rc.Unavailable, "The phone service does not answer. Try again in a moment.")
	}
	defer resp.Body.Close()
	d.budget.answered(group, t, resp.StatusCode, resp.Header)
	if resp.StatusCode != http.StatusOK {
		return "", nil, bodyRefused(resp.StatusCode)
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err != nil {
		return "", nil, rc.Errorf(rc.Unavailable, "The phone service stopped in the middle. Try again in a moment.")
	}
	if int64(len(body)) > most {
		return "", nil, rc.Errorf(rc.TooLarge, "This is too large to be had here. Your phone service's own site has it.")
	}
	return mediaType(resp.Header.Get("Content-Type")), body, nil
}

func bodyRefused(status int) error {
	switch {
	case status == http.StatusNotFound:
		return noMail()
	case status == http.StatusTooManyRequests:
		return soundLimited()
	case status >= 500:
		return rc.Errorf(rc.Unavailable, "The phone service does not answer. Try again in a moment.")
	}
	return rc.Errorf(rc.Denied, "Your phone service does not let this app read your messages. Ask your administrator to allow it.")
}

// fetchSoundAt asks the platform for a sound.
func (d *Desk) fetchSoundAt(ctx context.Context, group rc.Group, path string) (Sound, error) {
	kind, body, err := d.fetchBody(ctx, group, path, maxSound)
	if err != nil {
		return Sound{}, err
	}
	s := Sound{Type: soundTypes[kind], Data: body}
	if s.Type == "" {
		return Sound{}, rc.Errorf(rc.Unavailable, "The phone service sent something that cannot be played.")
	}
	return s, nil
}
