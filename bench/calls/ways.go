package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"offhook/internal/media"
)

// A way connects the far ends of a call through one kind of relay.
type way interface {
	connect(ctx context.Context, call int, a, b *media.Leg) error
}

func newWay(ctx context.Context, kind string) (way, error) {
	switch kind {
	case "direct":
		return direct{}, nil
	case "offhook":
		return ours{}, waitFor(ctx, "tcp", ourControl)
	case "rtpengine":
		return &rtpengine{}, nil
	case "janus":
		if err := waitFor(ctx, "tcp", janusControl); err != nil {
			return nil, err
		}
		return dialJanus(ctx)
	}
	return nil, fmt.Errorf("there is no way called %q", kind)
}

// direct has the far ends speak to each other.
type direct struct{}

func (direct) connect(ctx context.Context, _ int, a, b *media.Leg) error {
	offer, err := a.Offer(ctx)
	if err != nil {
		return err
	}
	answer, err := b.Answer(ctx, offer)
	if err != nil {
		return err
	}
	return a.SetAnswer(answer)
}

// ours is serveRelay.
type ours struct{}

func (ours) connect(ctx context.Context, call int, a, b *media.Leg) error {
	for _, leg := range []*media.Leg{a, b} {
		offer, err := leg.Offer(ctx)
		if err != nil {
			return err
		}
		answer, err := post(ctx, fmt.Sprintf("http://%s/join?call=%d", ourControl, call), offer)
		if err != nil {
			return err
		}
		if err := leg.SetAnswer(answer); err != nil {
			return err
		}
	}
	return nil
}

func post(ctx context.Context, url, body string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("the relay refused: %s", answer)
	}
	return string(answer), err
}
