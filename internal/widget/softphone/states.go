package softphone

import (
	"slices"

	"offhook/internal/widget/call"
)

// follows says which states may come after a state. Everything else is a
// mistake of ours, and is not done.
//
//	Dialing ──▶ Ringing ──▶ Connected ◀──▶ Held
//	   │           │            │            │
//	   └───────────┴─────▶ Ended ◀───────────┘
var follows = map[call.State][]call.State{
	call.Dialing:   {call.Ringing, call.Connected, call.Ended},
	call.Ringing:   {call.Connected, call.Ended},
	call.Connected: {call.Held, call.Ended},
	call.Held:      {call.Connected, call.Ended},
}

func mayFollow(from, to call.State) bool { return slices.Contains(follows[from], to) }
