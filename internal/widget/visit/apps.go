package visit

import "sync"

// An App is what the page around a phone calls its own application.
type App struct {
	Agent   string // goes before our own name to the platform, as "Name/1.0"
	Version string // shown in the settings
}

// Apps knows the applications of the frames that were opened, and which
// grants are used from them. It remembers in memory: a page says it again
// whenever it opens a phone. It is safe for concurrent use.
type Apps struct {
	mu     sync.Mutex
	frames map[string]App    // guarded by mu
	agents map[string]string // by grant; guarded by mu
}

// maxApps bounds what is remembered; more than that begins anew.
const maxApps = 50_000

// Opened takes what the page of a frame has said; the zero App forgets.
func (a *Apps) Opened(frameKey string, app App) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if app == (App{}) {
		delete(a.frames, frameKey)
		return
	}
	if a.frames == nil || len(a.frames) >= maxApps {
		a.frames = map[string]App{}
	}
	a.frames[frameKey] = app
}

// used notes that a grant is used from a frame, and returns its application.
// The last one to use a grant names it: the platform sees one client.
func (a *Apps) used(frameKey, grantID string) App {
	a.mu.Lock()
	defer a.mu.Unlock()
	app := a.frames[frameKey]
	if app.Agent == "" {
		return app
	}
	if a.agents == nil || len(a.agents) >= maxApps {
		a.agents = map[string]string{}
	}
	a.agents[grantID] = app.Agent
	return app
}

// Agent returns the name of the application that a grant is used from, empty
// when nobody has said one.
func (a *Apps) Agent(grantID string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.agents[grantID]
}
