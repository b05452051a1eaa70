package store

// OAuthReader reads the rows of this subject.
type OAuthReader interface{}

// OAuthWriter changes the rows of this subject.
type OAuthWriter interface{}
