package store

import (
	"context"
	"time"
)

// A FlowState says how far a flow has come.
type FlowState string

// The states of a flow; widget/signin has the diagram.
const (
	FlowWaiting    FlowState = "waiting"    // the window may be open; the platform has not answered
	FlowExchanging FlowState = "exchanging" // the answer is being redeemed, once
	FlowComplete   FlowState = "complete"   // the tokens are here; the frame has not shown its handle
	FlowCode       FlowState = "code"       // as complete, and the window shows a code to type
	FlowDone       FlowState = "done"       // a session was made
	FlowFailed     FlowState = "failed"     // Message says why
)

// A Flow is one attempt to sign in. Nothing in its row signs anybody in:
// secrets are hashed or sealed.
type Flow struct {
	ID         string // chosen by the frame, at least 128 random bits
	FrameKey   string
	Way        string // how it signs in: "code", or another that package signin names
	State      FlowState
	SecretHash string    // of the secret in the frame's memory
	StateHash  string    // of OAuth's state parameter, unique
	HandleHash string    // of the completion handle, empty until complete
	Sealed     []byte    // verifier, redirect URI, later tokens and code; row "flows/<ID>"
	Message    string    // the sentence of a failed flow
	Tries      int64     // wrong codes typed so far
	SeenAt     time.Time // when the window reached the server; zero before
	CodeUntil  time.Time // when the typed code ends
	CreatedAt  time.Time
	ExpiresAt  time.Time
}

// FlowReader reads flows. Expired flows are found until they are deleted.
type FlowReader interface {
	// Flow returns ErrNotFound for an unknown id.
	Flow(ctx context.Context, id string) (Flow, error)
	// FlowByState returns ErrNotFound for an unknown state.
	FlowByState(ctx context.Context, stateHash string) (Flow, error)
	// ExpiredFlows returns the flows that have expired at the given time.
	ExpiredFlows(ctx context.Context, at time.Time) ([]Flow, error)
}

// FlowWriter changes flows.
type FlowWriter interface {
	// AddFlow adds a flow; ErrExists when its id or state is taken.
	AddFlow(ctx context.Context, f Flow) error
	// SeeFlow sets SeenAt where it is zero.
	SeeFlow(ctx context.Context, id string, at time.Time) error
	// MoveFlow writes State, StateHash, HandleHash, Sealed, Message and
	// CodeUntil of f when the row is in state from, and reports whether it was:
	// one caller wins.
	MoveFlow(ctx context.Context, f Flow, from FlowState) (bool, error)
	// TryFlow counts a wrong code and returns how many there were.
	TryFlow(ctx context.Context, id string) (int64, error)
	// DeleteFlow reports whether there was such a flow.
	DeleteFlow(ctx context.Context, id string) (bool, error)
}
