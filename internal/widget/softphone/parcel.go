package softphone

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"

	"offhook/internal/media"
	"offhook/internal/rc"
)

// A message's sound is more than a bus carries at once: it goes to the node
// that has the phone in parts.
const (
	partSize   = 400_000 // NATS carries 1 MB, and base64 makes it a third more
	maxParcels = 64
)

// parcels are what other nodes have sent in part. Its zero value is empty.
type parcels struct {
	mu   sync.Mutex
	sent map[string][]byte // guarded by mu
}

// add keeps a part for as long as a question may take.
func (p *parcels) add(key string, part []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	sent, began := p.sent[key]
	if len(p.sent) >= maxParcels && !began || int64(len(sent)+len(part)) > maxDrop {
		return rc.Errorf(rc.TooMany, "Other messages are being left already. Wait until one of them is done.")
	}
	if p.sent == nil {
		p.sent = make(map[string][]byte)
	}
	p.sent[key] = append(sent, part...)
	if !began {
		time.AfterFunc(answerTime, func() { p.take(key) })
	}
	return nil
}

// take returns what was sent, and forgets it.
func (p *parcels) take(key string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	sent := p.sent[key]
	delete(p.sent, key)
	return sent
}

// Drop is that of [Phone].
func (s *seat) Drop(ctx context.Context, id string, m Message) error {
	rest, err := binary.Append(nil, binary.LittleEndian, []int16(m.Sound))
	key := rand.Text()
	for err == nil && len(rest) > partSize {
		_, err = s.ask(ctx, enquiry{Do: "part", Parcel: key, Sound: rest[:partSize]})
		rest = rest[partSize:]
	}
	if err == nil {
		_, err = s.ask(ctx, enquiry{Do: "drop", ID: id, Name: m.Label, Parcel: key, Sound: rest})
	}
	return err
}

// drop leaves the message of an enquiry.
func (q enquiry) drop(ctx context.Context, ph *Phone) error {
	sent := append(ph.pool.parcels.take(q.Parcel), q.Sound...)
	sound := make(media.Sound, len(sent)/2)
	if _, err := binary.Decode(sent, binary.LittleEndian, []int16(sound)); err != nil || len(sound) == 0 {
		return unreadable()
	}
	return ph.Drop(ctx, q.ID, Message{q.Name, sound})
}
