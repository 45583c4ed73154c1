package peer

// onceListener hands out one connection, which it waits for in the background.
type onceListener struct {
	accepted chan struct{}
	conn     Conn
	err      error
}

// listenOnce has accept wait for the connection; it returns when accept calls listening or fails.
func listenOnce(accept func(listening func()) (Conn, error)) (Listener, error) {
	l := &onceListener{accepted: make(chan struct{}, 1)}
	listening := make(chan struct{})
	failed := make(chan struct{})
	go func() {
		if l.conn, l.err = accept(func() { close(listening) }); l.err != nil {
			close(failed)
		}
		l.accepted <- struct{}{}
	}()
	select {
	case <-listening:
		return l, nil
	case <-failed:
		return nil, l.err
	}
}

// Accept blocks for ever where there was a connection.
func (l *onceListener) Accept() (Conn, error) {
	<-l.accepted
	return l.conn, l.err
}
