package exchange

import (
	"context"
	"regexp"
	"strings"
	"time"

	"offhook/internal/media"
	"offhook/internal/sip"
)

// Who calls may leave it to us to describe the sound first (RFC 3261 section
// 13.2.1): our 200 offers then, and its ACK answers. Telephone systems do so
// when they join calls, and within a call to have it described anew.

// ackTime is how long the answer in an ACK is waited for, 64 × T1 as for the
// ACK itself.
const ackTime = 32 * time.Second

// undescribed reports whether a request leaves the offer to us.
func undescribed(offer string) bool { return strings.TrimSpace(offer) == "" }

// offerTo opens a leg and offers it to a phone as it can read it.
func (x *Exchange) offerTo(ctx context.Context, b *binding) (*media.Leg, string, error) {
	return x.offered(func(leg *media.Leg) (string, error) { return b.offer(ctx, x, leg) })
}

// offerOut opens a leg and offers it to a carrier.
func (x *Exchange) offerOut(f *sip.Flow) (*media.Leg, string, error) {
	return x.offered(func(leg *media.Leg) (string, error) {
		leg.Toward(at(f))
		return leg.OfferNarrow(x.Trunk.Encrypted())
	})
}

func (x *Exchange) offered(describe func(*media.Leg) (string, error)) (*media.Leg, string, error) {
	leg, err := x.Engine.Leg()
	if err != nil {
		return nil, "", err
	}
	offer, err := describe(leg)
	if err != nil {
		leg.Close()
		return nil, "", err
	}
	return leg, offer, nil
}

// awaitAnswer notes that an INVITE is accepted by our offer, which its ACK
// answers. A phone that does not has no sound, and so no call.
func (l *line) awaitAnswer(tx *sip.Tx) {
	l.offers = tx
	time.AfterFunc(ackTime, func() {
		l.post(func(c *call) {
			if l.offers == tx {
				c.silent(l)
			}
		})
	})
}

// offerAnew accepts a re-INVITE without a description by what the phone has
// already, for both directions. It says in its ACK whether it holds.
func (c *call) offerAnew(l *line, tx *sip.Tx, allow string, more ...sip.Option) {
	l.local = sip.NextVersion(sip.WithDirection(setupLine.ReplaceAll(l.local, []byte("a=setup:actpass$1")), sip.SendRecv))
	l.offers, l.again = tx, true
	respond(tx, 200, "OK", append(more, sip.With("Contact", "<"+l.dialog().Contact.String()+">"), sip.With("Allow", allow), sip.WithBody(sip.SDP, l.local))...)
}

// setupLine says who begins the handshake, which an offer leaves open
// (RFC 8842 section 5.2).
var setupLine = regexp.MustCompile(`(?m)^a=setup:(?:active|passive)(\r?)$`)

// acknowledged takes an ACK, which may answer what we have offered. It comes
// again with every repetition of our 200.
func (l *line) acknowledged(tx *sip.Tx) bool {
	req := tx.Request()
	answer, number := string(req.Body()), req.CSeq().SeqNo
	return l.post(func(c *call) {
		if l.offers == nil || l.offers.Request().CSeq().SeqNo != number {
			return
		}
		again := l.again
		l.offers, l.again = nil, false
		c.agreed(l, answer, again)
	})
}

// agreed takes the answer to our offer.
func (c *call) agreed(l *line, answer string, again bool) {
	take := l.leg.SetAnswer
	if again {
		if undescribed(answer) {
			return // it only wanted to know
		}
		take = l.leg.Redescribe
	}
	if err := take(answer); err != nil {
		c.x.Log.Info("a phone answered an offer with what cannot be used", "call", c.session.ID(), "err", err)
		if !again {
			c.silent(l)
		}
		return
	}
	c.hold(l, sip.DirectionOf([]byte(answer)).Held())
}
