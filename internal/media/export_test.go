package media

import "github.com/pion/webrtc/v4"

// Settle waits until the goroutines of legs that have ended are gone.
func (e *Engine) Settle() { e.wait.Wait() }

// HoldsHands has the leg's connection stand still when the handshake is done,
// before anything can be read, until goOn.
func (l *Leg) HoldsHands() (secure <-chan struct{}, goOn func()) {
	done, on := make(chan struct{}), make(chan struct{})
	l.dtls.OnStateChange(func(s webrtc.DTLSTransportState) {
		if s == webrtc.DTLSTransportStateConnected {
			close(done)
			<-on
		}
	})
	return done, func() { close(on) }
}
