package natsbus

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// A Sealer seals what nodes tell each other, so that whoever else is on NATS,
// or on the way to it, neither reads it nor says anything in their name. What
// is sealed for one row opens for no other.
type Sealer interface {
	Seal(plain []byte, row string) []byte
	Open(sealed []byte, row string) ([]byte, error)
}

// asked begins the subjects of questions.
const asked = "ask."

// row is what a message is sealed for: who hears it.
func row(subject string) string { return "bus " + subject }

// errForeign says that a message is of none of the nodes.
var errForeign = errors.New("the message is not sealed by a server with the same keys")

// open reads what another node has sent.
func (b *Bus) open(m *nats.Msg) ([]byte, error) {
	data, err := b.sealer.Open(m.Data, row(strings.TrimPrefix(m.Subject, prefix)))
	if err == nil {
		return data, nil
	}
	b.doubt(m, "somebody else is heard by NATS, or a server with another keys.json, and not believed")
	return nil, errForeign
}

// doubt writes down once a minute that what is heard is not believed.
func (b *Bus) doubt(m *nats.Msg, what string) {
	b.mu.Lock()
	again := time.Since(b.odd) < time.Minute
	if !again {
		b.odd = time.Now()
	}
	b.mu.Unlock()
	if !again {
		b.log.Error(what, "subject", m.Subject)
	}
}

const (
	stamp = 2 * 8 // bytes of two times in milliseconds
	// patience is how long who says nothing else waits for an answer, and the
	// longest that anybody does.
	patience = time.Minute
	// differing is how far the clocks of two nodes may be from each other.
	differing = 5 * time.Second
	// window is how long a question can be answered, and so be sent again, at
	// most.
	window = patience + 2*differing
)

// errAgain says that a question was asked before.
var errAgain = errors.New("the question was asked before")

// errLate says that nobody waits for an answer any more.
var errLate = errors.New("nobody waits for the answer any more")

// question seals a question with when it was asked and until when somebody
// waits for its answer: what comes later moves nothing.
func (b *Bus) question(ctx context.Context, subject string, data []byte) []byte {
	now := time.Now()
	until := now.Add(patience)
	if d, ok := ctx.Deadline(); ok && d.Before(until) {
		until = d
	}
	plain := binary.BigEndian.AppendUint64(make([]byte, 0, stamp+len(data)), uint64(now.UnixMilli()))
	plain = binary.BigEndian.AppendUint64(plain, uint64(until.UnixMilli()))
	return b.sealer.Seal(append(plain, data...), row(asked+subject))
}

// heed reads another node's question, and until when it waits. What was asked
// before this node began to answer was for the one before it, which may have
// done it.
func (b *Bus) heed(m *nats.Msg, since time.Time) (data []byte, until time.Time, err error) {
	plain, err := b.open(m)
	if err != nil {
		return nil, until, err
	}
	if len(plain) < stamp {
		return nil, until, errForeign
	}
	at := time.UnixMilli(int64(binary.BigEndian.Uint64(plain)))
	until = time.UnixMilli(int64(binary.BigEndian.Uint64(plain[8:]))).Add(differing)
	if left := time.Until(until); left <= 0 || left > window || at.Before(since.Add(-differing)) {
		return nil, until, errLate
	}
	if !b.replays.first(m.Data, time.Now()) {
		b.doubt(m, "a question is heard by NATS that was asked before, and not answered again: somebody repeats what servers say")
		return nil, until, errAgain
	}
	return plain[stamp:], until, nil
}
