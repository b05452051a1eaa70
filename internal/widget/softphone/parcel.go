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
	sent map[string]*parcel // guarded by mu
}

type parcel struct {
	data []byte
	late *time.Timer // forgets it
}

// add keeps a part that begins at an offset, for as long as a question may
// take: what becomes of each part its sender waits for before the next.
func (p *parcels) add(key string, at int, part []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	sent := p.sent[key]
	switch {
	case sent == nil && at > 0, sent != nil && at != len(sent.data):
		return unreadable() // a part before it is missing
	case sent == nil && len(p.sent) >= maxParcels, int64(at+len(part)) > maxDrop:
		return rc.Errorf(rc.TooMany, "Other messages are being left already. Wait until one of them is done.")
	}
	if p.sent == nil {
		p.sent = make(map[string]*parcel)
	}
	if sent == nil {
		sent = &parcel{late: time.AfterFunc(answerTime, func() { p.take(key) })}
		p.sent[key] = sent
	}
	sent.late.Reset(answerTime)
	sent.data = append(sent.data, part...)
	return nil
}

// take returns what was sent, and forgets it.
func (p *parcels) take(key string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	sent := p.sent[key]
	if sent == nil {
		return nil
	}
	sent.late.Stop()
	delete(p.sent, key)
	return sent.data
}

// Drop is that of [Phone].
func (s *seat) Drop(ctx context.Context, id string, m Message) error {
	sound, err := binary.Append(nil, binary.LittleEndian, []int16(m.Sound))
	key, at := rand.Text(), 0
	for ; err == nil && len(sound)-at > partSize; at += partSize {
		_, err = s.ask(ctx, enquiry{Do: "part", Parcel: key, At: at, Sound: sound[at : at+partSize]})
	}
	if err == nil {
		_, err = s.ask(ctx, enquiry{Do: "drop", ID: id, Name: m.Label, Parcel: key, At: at, Sound: sound[at:]})
	}
	return err
}

// drop leaves the message of an enquiry, if all of it is there.
func (q enquiry) drop(ctx context.Context, ph *Phone) error {
	sent := ph.pool.parcels.take(q.Parcel)
	if len(sent) != q.At {
		return unreadable()
	}
	sent = append(sent, q.Sound...)
	sound := make(media.Sound, len(sent)/2)
	if _, err := binary.Decode(sent, binary.LittleEndian, []int16(sound)); err != nil || len(sound) == 0 {
		return unreadable()
	}
	return ph.Drop(ctx, q.ID, Message{q.Name, sound})
}
