package sctp_test

import (
	"fmt"
	"testing"

	"github.com/gosctp/sctp"
)

// What a Config says about messages holds for every association made with it, until SetDefaultSndInfo says otherwise.
func TestConfigHasTheDefaultsOfMessages(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.DefaultSndInfo = sctp.SndInfo{Stream: 4, PPID: 46}
		w.server.config.DefaultSndInfo = sctp.SndInfo{Stream: 5, PPID: 47, Unordered: true}
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		got := func(c *sctp.Conn) string {
			m := receive(t, c)
			return fmt.Sprintf("%s %d %d %v", m.Data, m.Stream, m.PPID, m.Unordered)
		}
		fmt.Fprint(client, "a")
		send(t, client, "b", nil)
		send(t, client, "c", &sctp.SndInfo{})
		client.SetDefaultSndInfo(sctp.SndInfo{Stream: 1})
		send(t, client, "d", nil)
		for _, want := range []string{"a 4 46 false", "b 4 46 false", "c 0 0 false", "d 1 0 false"} {
			if got := got(server); got != want {
				t.Errorf("received %s, want %s", got, want)
			}
		}
		send(t, server, "accepted", nil)
		if got, want := got(client), "accepted 5 47 true"; got != want {
			t.Errorf("received %s, want %s", got, want)
		}
	})
}

func TestConfigHasTheDefaultsOfAnEndpoint(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.DefaultSndInfo = sctp.SndInfo{Stream: 4, PPID: 46}
		server, client := w.server.open(t, serverAddr), w.client.open(t, ":0")
		defer client.Close()
		defer server.Close()
		id, err := client.SendTo(t.Context(), []byte("a"), sctp.MustParseAddr(serverAddr), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Send(t.Context(), []byte("b"), id, nil); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"a", "b"} {
			if got, info := recv(t, server); got != want || info.Stream != 4 || info.PPID != 46 {
				t.Errorf("received %q, %+v", got, info)
			}
		}
	})
}
