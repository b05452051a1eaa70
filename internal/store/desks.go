package store

// DeskReader reads the rows of this subject.
type DeskReader interface{}

// DeskWriter changes the rows of this subject.
type DeskWriter interface{}
