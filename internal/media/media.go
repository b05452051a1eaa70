// Package media is the sound of calls: legs that carry it by WebRTC, what
// joins them, and what plays, records, mixes and measures it.
package media
