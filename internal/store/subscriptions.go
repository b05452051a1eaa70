package store

// SubscriptionReader reads the rows of this subject.
type SubscriptionReader interface{}

// SubscriptionWriter changes the rows of this subject.
type SubscriptionWriter interface{}
