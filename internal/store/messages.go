package store

// MessageReader reads the rows of this subject.
type MessageReader interface{}

// MessageWriter changes the rows of this subject.
type MessageWriter interface{}
