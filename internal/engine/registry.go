package engine

import (
	"maps"
	"sync"
	"time"

	"github.com/gosctp/sctp/transport"
)

// registry has the engines that are shared by all users of this process: two of them cannot serve the same UDP port,
// and must not serve the same carrier.
//
// Its lock comes before all others. It is held while a carrier is opened, so that it is opened once.
type registry struct {
	mu      sync.Mutex
	engines map[any]*shared
}

// shared is an engine in the registry.
type shared struct {
	engine *Engine
	users  int
	// idle counts the times that it had no users, so that only the last of these counts.
	idle int
	// keep: the carrier is the caller's, so the engine runs until the caller closes it.
	keep bool
}

var process = registry{engines: make(map[any]*shared)}

// Share returns the engine known by key, made by open if there is none. The engine ends some time after its last user
// has called release.
func Share(key any, open func() (Options, error)) (e *Engine, release func(), err error) {
	return process.share(key, false, open)
}

// Serve returns the engine of a carrier that somebody else opened. It ends when the carrier is closed.
func Serve(carrier transport.Transport) (e *Engine, release func(), err error) {
	return process.share(carrier, true, func() (Options, error) { return Options{Carrier: carrier}, nil })
}

func (r *registry) share(key any, keep bool, open func() (Options, error)) (*Engine, func(), error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.engines[key]
	if s == nil || s.engine.ended.Load() {
		o, err := open()
		if err != nil {
			return nil, nil, err
		}
		o.onEnd = r.removeEnded
		e, err := Open(o)
		if err != nil {
			if !keep {
				o.Carrier.Close()
			}
			return nil, nil, err
		}
		s = &shared{engine: e, keep: keep}
		r.engines[key] = s
		if o.Alias != nil {
			r.engines[o.Alias] = s
		}
	}
	s.users++
	return s.engine, sync.OnceFunc(func() { r.release(s) }), nil
}

// idleTime is how long an engine without users stays, since opening a carrier takes far longer than setting up an
// association: a client that makes one after the other shall open it once.
const idleTime = time.Second

// release drops a user.
func (r *registry) release(s *shared) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.users--
	if s.users > 0 || s.keep {
		return
	}
	s.idle++
	idle := s.idle
	time.AfterFunc(idleTime, func() { r.closeIdle(s, idle) })
}

// closeIdle closes an engine that nobody has used since.
func (r *registry) closeIdle(s *shared, idle int) {
	r.mu.Lock()
	if s.users > 0 || s.idle != idle {
		r.mu.Unlock()
		return
	}
	maps.DeleteFunc(r.engines, func(_ any, other *shared) bool { return other == s })
	r.mu.Unlock()
	s.engine.Close() // Nobody waits for the outcome.
}

// removeEnded forgets engines that have ended.
func (r *registry) removeEnded() {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.engines, func(_ any, s *shared) bool { return s.engine.ended.Load() })
}
