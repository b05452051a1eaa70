package store

import "context"

// A Robot is an extension that answers texts by itself, so that one person
// can try a conversation alone. What its kinds do is said by those who run it.
type Robot struct {
	ExtensionID int64
	Kind        string
}

// RobotReader reads robots.
type RobotReader interface {
	// Robot returns ErrNotFound for an extension that is a person's.
	Robot(ctx context.Context, extensionID int64) (Robot, error)
	// Robots returns every robot, by extension id.
	Robots(ctx context.Context) ([]Robot, error)
}

// RobotWriter changes them.
type RobotWriter interface {
	// PutRobot makes an extension a robot, or another kind of robot.
	PutRobot(ctx context.Context, r Robot) error
}
