package dtls

import (
	"bytes"
	"testing"
)

func record(kind byte, epoch byte, body ...byte) []byte {
	b := []byte{kind, 254, 253, 0, epoch, 0, 0, 0, 0, 0, 5}
	if kind == recordConnectionID {
		b = append(b, "12345678"...)
	}
	return append(append(b, byte(len(body)>>8), byte(len(body))), body...)
}

func TestInspect(t *testing.T) {
	const data = 23
	flight := bytes.Join([][]byte{record(recordHandshake, 0, 16), record(recordChangeCipherSpec, 0, 1), record(recordHandshake, 1, 9, 9)}, nil)
	for name, c := range map[string]struct {
		datagram              []byte
		accepted, established bool
		wantFit, wantSealed   bool
	}{
		"nothing":                              {nil, true, true, true, false},
		"data":                                 {record(data, 1, 1, 2, 3), true, true, true, true},
		"data in the clear":                    {record(data, 0, 1), true, true, false, false},
		"data in the clear before":             {record(data, 0, 1), true, false, false, false},
		"a handshake":                          {record(recordHandshake, 0, 11), true, false, true, false},
		"one again":                            {record(recordHandshake, 0, 11), true, true, true, false},
		"a flight":                             {flight, true, false, true, true},
		"a change of ciphers":                  {record(recordChangeCipherSpec, 0, 1), true, true, true, false},
		"a change of ciphers that says more":   {record(recordChangeCipherSpec, 0, 1, 1), true, true, false, false},
		"a change of ciphers to others":        {record(recordChangeCipherSpec, 0, 2), true, false, false, false},
		"a change of ciphers that is empty":    {record(recordChangeCipherSpec, 0), true, false, false, false},
		"an alert":                             {record(recordAlert, 0, 2, 40), true, false, true, false},
		"an alert too late":                    {record(recordAlert, 0, 2, 40), true, true, false, false},
		"an alert that is sealed":              {record(recordAlert, 1, 2, 40), true, true, true, true},
		"no such type":                         {record(99, 0, 1), true, false, false, false},
		"a ClientHello":                        {record(recordHandshake, 0, helloFromClient), true, false, true, false},
		"a ClientHello of a server":            {record(recordHandshake, 0, helloFromClient), false, false, false, false},
		"a ServerHello":                        {record(recordHandshake, 0, helloFromServer), false, false, true, false},
		"a ServerHello of a client":            {record(recordHandshake, 0, helloFromServer), true, false, false, false},
		"an identifier":                        {record(recordConnectionID, 1, 1, 2), true, true, true, true},
		"an identifier in the clear":           {record(recordConnectionID, 0, 1, 2), true, false, false, false},
		"an identifier nobody gave":            {record(recordConnectionID, 1, 1, 2), false, true, false, false},
		"a harmless one before":                {append(record(recordHandshake, 0, 1), record(99, 0, 1)...), true, false, false, false},
		"cut in the header":                    {record(data, 1)[:recordHeader-1], true, true, false, false},
		"cut in the header with an identifier": {record(recordConnectionID, 1)[:recordHeader+idLength-1], true, true, false, false},
		"cut in the body":                      {record(data, 1, 1, 2)[:recordHeader+1], true, true, false, false},
	} {
		if fit, sealed := inspect(c.datagram, c.accepted, c.established); fit != c.wantFit || sealed != c.wantSealed {
			t.Errorf("%s: fit %v, sealed %v", name, fit, sealed)
		}
	}
}

func TestConnectionID(t *testing.T) {
	if got := connectionID(record(recordConnectionID, 1, 1)); string(got) != "12345678" {
		t.Errorf("%q", got)
	}
	if got := connectionID(record(recordConnectionID, 1)[:recordHeader]); got != nil {
		t.Errorf("of half a record: %q", got)
	}
	if got := connectionID(record(23, 1, make([]byte, 20)...)); got != nil {
		t.Errorf("of data: %q", got)
	}
}

// RFC 9146 section 3: what is not protected has no identifier.
func TestAlertIsUnwrapped(t *testing.T) {
	wrapped := record(recordConnectionID, 0, 2, 42, recordAlert)
	if got, want := unwrapAlert(wrapped), record(recordAlert, 0, 2, 42); !bytes.Equal(got, want) {
		t.Errorf("% x, want % x", got, want)
	}
	for _, other := range [][]byte{nil, record(recordAlert, 0, 2, 42), record(recordConnectionID, 1, 2, 42, recordAlert), record(recordConnectionID, 0, 2, 42, 23)} {
		if got := unwrapAlert(other); !bytes.Equal(got, other) {
			t.Errorf("% x became % x", other, got)
		}
	}
}

func FuzzInspect(f *testing.F) {
	f.Add(record(recordHandshake, 0, 1), true, false)
	f.Add(append(record(recordConnectionID, 1, 1, 2), record(recordAlert, 0, 2, 40)...), true, true)
	f.Fuzz(func(t *testing.T, b []byte, accepted, established bool) {
		isClientHello(b)
		isServerHello(b)
		connectionID(b)
		unwrapAlert(b)
		if fit, sealed := inspect(b, accepted, established); sealed && !fit && len(b) == 0 {
			t.Error("nothing is sealed")
		}
	})
}

// FuzzStranger gives a listening carrier what anybody may send, before and after a ClientHello, and beside a connection.
func FuzzStranger(f *testing.F) {
	f.Add(record(recordHandshake, 0, 1), uint8(0))
	f.Add(record(recordAlert, 0, 2, 40), uint8(1))
	f.Add(record(recordConnectionID, 1, 1, 2, 3, 4), uint8(2))
	f.Add(clientHello(f), uint8(3))
	f.Add(record(recordChangeCipherSpec, 0, 2, 48), uint8(3))
	f.Fuzz(func(t *testing.T, b []byte, script uint8) {
		simulate(t, func(t *testing.T, w *world) {
			server, client, peer := w.pair(withKey("hint", "secret"), withKey("client", "secret"))
			serve(t, server)
			conn := connect(t, client, peer)
			from, port := clientIP, uint16(clientPort)
			if script&1 != 0 {
				from, port = stranger(1), 1
			}
			if script&2 != 0 {
				server.receive(forgedFrom(from, port, clientHello(t)))
			}
			server.receive(forgedFrom(from, port, b))
			client.receive(forgedFrom(serverIP, serverPort, b))
			exchange(t, conn, 2000)
			conn.Shutdown(within(t))
		})
	})
}
