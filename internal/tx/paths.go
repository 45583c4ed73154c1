package tx

// RemovePath forgets a path, and the paths with higher numbers move up by one. What is in flight to it is marked for retransmission as if it had
// been sent to another one, which has the number instead afterwards.
func (o *Outstanding) RemovePath(path, instead int) {
	o.MarkLost(path)
	for t := o.cum + 1; t != o.next; t++ {
		switch c := o.at(t); {
		case c.Path > path:
			c.Path--
		case c.Path == path:
			c.Path, c.TimedOut = instead, false
		}
	}
	copy(o.paths[path:], o.paths[path+1:])
	o.paths[len(o.paths)-1] = pathRecord{}
}

// SetPaths makes room for so many paths, MaxPaths at most.
func (o *Outstanding) SetPaths(n int) {
	if more := n - len(o.paths); more > 0 {
		o.paths = append(o.paths, make([]pathRecord, more)...)
	}
}

// forgetResult makes room for the next result, the first time when there is one.
func (o *Outstanding) forgetResult() {
	if len(o.result.Paths) < len(o.paths) {
		o.result.Paths = make([]PathAcked, len(o.paths))
	}
	clear(o.result.Paths)
	o.result = Acked{Paths: o.result.Paths}
}
