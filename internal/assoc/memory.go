package assoc

// Memory is what several associations may use together beyond the buffers that each of them begins with. Its methods are called by many
// associations at a time, under their locks.
type Memory interface {
	// Take asks for n bytes more.
	Take(n int) bool
	// Give gives n bytes back.
	Give(n int)
	// Scarce reports whether who can do with less should give some back.
	Scarce() bool
}

// ample is the Memory of an association that shares none.
type ample struct{}

func (ample) Take(int) bool { return true }
func (ample) Give(int)      {}
func (ample) Scarce() bool  { return false }

// ReleaseBuffers gives back what the buffers have grown by, for an association that is over or that nobody will drive any more. What was
// received stays readable.
func (a *Association) ReleaseBuffers() {
	a.released = true
	a.shrinkSendBuffer(a.cfg.SendBuffer)
	if r := &a.receive; r.window > a.cfg.RecvBuffer {
		a.cfg.Memory.Give(r.window - a.cfg.RecvBuffer)
		r.window = a.cfg.RecvBuffer
	}
}
