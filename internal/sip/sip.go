// Package sip is the Session Initiation Protocol as both houses speak it:
// messages, flows that keep their order, transactions, dialogs and digest
// authentication (RFC 3261, RFC 7118, contract section 8). Media is another
// package's business.
package sip
