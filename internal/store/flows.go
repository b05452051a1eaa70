package store

// FlowReader reads the rows of this subject.
type FlowReader interface{}

// FlowWriter changes the rows of this subject.
type FlowWriter interface{}
