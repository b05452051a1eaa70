package desk

import (
	"context"
	"errors"
	"mime"
	"strings"
	"sync"
	"time"

	"offhook/internal/rc"
)

// Bounds of what is held of recordings. A player asks for pieces, again and
// again, and the platform counts each request as a heavy one: so a recording
// is fetched once and held for a while.
const (
	maxSound     = 64 << 20
	maxSounds    = 128 << 20
	soundTimeout = 2 * time.Minute
	// soundsAtOnce are fetched together; each may hold maxSound.
	soundsAtOnce = 4
)

// A Sound is a recording, or a document of a fax, whole. It is not to be changed.
type Sound struct {
	Type string // its media type
	Data []byte
}

// sounds holds the recordings that were listened to last and the documents of
// faxes that were looked at last, of all desks. The zero value is ready to use.
type sounds struct {
	mu   sync.Mutex
	held map[string]*heldSound // guarded by mu
	size int                   // guarded by mu
	turn int                   // guarded by mu
	busy int                   // guarded by mu; how many are being fetched
	free *sync.Cond            // on mu; one is not any more
}

// enter waits until another may be fetched, no longer than its context.
func (s *sounds) enter(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free == nil {
		s.free = sync.NewCond(&s.mu)
	}
	defer context.AfterFunc(ctx, s.free.Broadcast)()
	for s.busy >= soundsAtOnce && ctx.Err() == nil {
		s.free.Wait()
	}
	if ctx.Err() == nil {
		s.busy++
	}
	return ctx.Err()
}

func (s *sounds) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
	s.free.Broadcast()
}

type heldSound struct {
	ready chan struct{}
	sound Sound // this and err are guarded by sounds.mu until ready is closed
	err   error
	turn  int // when it was used last; guarded by sounds.mu
}

// get returns what fetch brings, which runs once for a name while others
// wait, and is not held when it fails.
func (s *sounds) get(ctx context.Context, name string, fetch func(context.Context) (Sound, error)) (Sound, error) {
	s.mu.Lock()
	if s.held == nil {
		s.held = make(map[string]*heldSound)
	}
	s.turn++
	h, here := s.held[name]
	if !here {
		h = &heldSound{ready: make(chan struct{})}
		s.held[name] = h
		// Players drop requests that they have begun; the next one wants the same.
		go func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), soundTimeout)
			defer cancel()
			err := s.enter(ctx)
			var sound Sound
			if err == nil {
				sound, err = fetch(ctx)
				s.leave()
			}
			s.settle(name, h, sound, err)
			close(h.ready)
		}()
	}
	h.turn = s.turn
	s.mu.Unlock()
	select {
	case <-h.ready:
		return h.sound, h.err
	case <-ctx.Done():
		return Sound{}, ctx.Err()
	}
}

// settle counts a recording that has come, and lets go of those that were
// not used for longest.
func (s *sounds) settle(name string, h *heldSound, sound Sound, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h.sound, h.err = sound, err
	if s.held[name] != h {
		return // forgotten meanwhile; who waits for it gets it
	}
	if err != nil {
		delete(s.held, name)
		return
	}
	s.size += len(h.sound.Data)
	for s.size > maxSounds {
		oldest := ""
		for n, other := range s.held {
			if n != name && other.sound.Data != nil && (oldest == "" || other.turn < s.held[oldest].turn) {
				oldest = n
			}
		}
		if oldest == "" {
			return
		}
		s.size -= len(s.held[oldest].sound.Data)
		delete(s.held, oldest)
	}
}

// forget drops what was fetched for a grant.
func (s *sounds) forget(grantID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, h := range s.held {
		if strings.HasPrefix(name, grantID+"/") {
			s.size -= len(h.sound.Data)
			delete(s.held, name)
		}
	}
}

// soundTypes are what a platform may call a recording (contract 5.5). What
// it calls otherwise is not passed on: a browser might run it.
var soundTypes = map[string]string{"audio/mpeg": "audio/mpeg", "audio/mp3": "audio/mpeg", "audio/wav": "audio/wav", "audio/x-wav": "audio/wav", "audio/wave": "audio/wav"}

// Recording is the recording of a call, for which it asks the platform. The
// error is an *rc.Error with a sentence, or ctx's.
func (d *Desk) Recording(ctx context.Context, callID string) (Sound, error) {
	d.mu.Lock()
	var id string
	if r := d.calls.find(callID); r != nil && r.Recording != nil {
		id = r.Recording.ID
	}
	d.mu.Unlock()
	if !plainID.MatchString(id) {
		return Sound{}, rc.Errorf(rc.NotFound, "There is no recording of this call.")
	}
	return d.pool.sounds.get(ctx, d.grantID+"/"+id, func(ctx context.Context) (Sound, error) { return d.fetchSound(ctx, id) })
}

func (d *Desk) fetchSound(ctx context.Context, id string) (Sound, error) {
	s, err := d.fetchSoundAt(ctx, rc.Heavy, accountPath+"/recording/"+id+"/content")
	if e, ok := errors.AsType[*rc.Error](err); ok {
		switch e.Kind {
		case rc.NotFound:
			err = rc.Errorf(rc.NotFound, "The phone service does not have this recording any more.")
		case rc.Denied:
			err = rc.Errorf(rc.Denied, "Your phone service does not let this app play recordings. Ask your administrator to allow it.")
		case rc.TooLarge:
			err = rc.Errorf(rc.TooLarge, "This recording is too long to be played here. Your phone service's own site has it.")
		}
	}
	return s, err
}

func soundLimited() error {
	return rc.Errorf(rc.TooMany, "The phone service asks this phone to wait. Try again in a minute.")
}

func mediaType(header string) string {
	kind, _, err := mime.ParseMediaType(header)
	if err != nil {
		return ""
	}
	return kind
}
