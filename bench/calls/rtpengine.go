package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/internal/media"
)

// rtpengine is asked by its «ng» protocol: bencoded dictionaries over UDP, each
// after a cookie.
type rtpengine struct{}

func (r *rtpengine) connect(ctx context.Context, call int, a, b *media.Leg) error {
	offer, err := a.Offer(ctx)
	if err != nil {
		return err
	}
	common := map[string]any{"call-id": fmt.Sprintf("call-%d", call), "from-tag": "a", "SDES": []any{"off"}, "ICE": "force", "rtcp-mux": []any{"offer", "require"}}
	ask := func(more map[string]any) (string, error) {
		for k, v := range common {
			more[k] = v
		}
		return r.ask(ctx, fmt.Sprintf("%d%s", call, more["command"]), more)
	}
	there, err := ask(map[string]any{"command": "offer", "sdp": offer, "transport-protocol": "UDP/TLS/RTP/SAVPF"})
	if err != nil {
		return err
	}
	answer, err := b.Answer(ctx, there)
	if err != nil {
		return err
	}
	back, err := ask(map[string]any{"command": "answer", "to-tag": "b", "sdp": answer, "transport-protocol": "UDP/TLS/RTP/SAVPF"})
	if err != nil {
		return err
	}
	return a.SetAnswer(back)
}

// ask sends a question until it is answered, because the program may not be
// up yet, and returns the description in the answer.
func (*rtpengine) ask(ctx context.Context, cookie string, question map[string]any) (string, error) {
	c, err := net.Dial("udp", ngControl)
	if err != nil {
		return "", err
	}
	defer c.Close()
	buf := make([]byte, 1<<16)
	for ctx.Err() == nil {
		_, _ = c.Write([]byte(cookie + " " + bencode(question))) // refused while nobody listens
		if err := c.SetReadDeadline(time.Now().Add(300 * time.Millisecond)); err != nil {
			return "", err
		}
		n, err := c.Read(buf)
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				continue
			}
			return "", err
		}
		_, body, _ := strings.Cut(string(buf[:n]), " ")
		answer, _ := bdecode(body).(map[string]any)
		if answer["result"] != "ok" {
			return "", fmt.Errorf("rtpengine says %v", answer)
		}
		sdp, _ := answer["sdp"].(string)
		return sdp, nil
	}
	return "", ctx.Err()
}

func bencode(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Itoa(len(v)) + ":" + v
	case []any:
		s := "l"
		for _, e := range v {
			s += bencode(e)
		}
		return s + "e"
	case map[string]any:
		var keys []string
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		s := "d"
		for _, k := range keys {
			s += bencode(k) + bencode(v[k])
		}
		return s + "e"
	}
	return ""
}

// bdecode reads what bencode writes, and numbers; nil for anything else.
func bdecode(s string) any {
	v, _ := (&bencoded{s}).value()
	return v
}

type bencoded struct{ rest string }

func (b *bencoded) value() (v any, ok bool) {
	if b.rest == "" {
		return nil, false
	}
	switch b.rest[0] {
	case 'd', 'l':
		list := b.rest[0] == 'l'
		var all []any
		for b.rest = b.rest[1:]; b.rest != "" && b.rest[0] != 'e'; {
			e, ok := b.value()
			if !ok {
				return nil, false
			}
			all = append(all, e)
		}
		b.rest = strings.TrimPrefix(b.rest, "e")
		if list {
			return all, true
		}
		m := map[string]any{}
		for i := 0; i+1 < len(all); i += 2 {
			if k, ok := all[i].(string); ok {
				m[k] = all[i+1]
			}
		}
		return m, true
	case 'i':
		n, rest, ok := strings.Cut(b.rest[1:], "e")
		b.rest = rest
		return n, ok
	}
	size, rest, ok := strings.Cut(b.rest, ":")
	n, err := strconv.Atoi(size)
	if !ok || err != nil || n > len(rest) {
		return nil, false
	}
	b.rest = rest[n:]
	return rest[:n], true
}
