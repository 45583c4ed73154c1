package sctp_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp"
)

// everything is all that is worth authenticating.
var everything = []sctp.ChunkType{sctp.ChunkData, sctp.ChunkIData, sctp.ChunkSack, sctp.ChunkAbort, sctp.ChunkShutdown, sctp.ChunkCookieEcho,
	sctp.ChunkReConfig}

// authenticated has both sides authenticate, each with its own idea of how.
func (w *world) authenticated(client, server sctp.Auth) {
	w.client.config.Auth, w.server.config.Auth = &client, &server
}

func key(number uint16, secret string) sctp.AuthKey {
	return sctp.AuthKey{Number: number, Secret: []byte(secret)}
}

// With one key and all chunks listed, messages of all sizes arrive over a bad network, and streams are reset.
func TestAuthenticatedAssociation(t *testing.T) {
	for _, hmac := range []sctp.HMAC{sctp.HMACSHA1, sctp.HMACSHA256} {
		t.Run(fmt.Sprint(hmac), func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				a := sctp.Auth{Chunks: everything, HMACs: []sctp.HMAC{hmac}, Keys: []sctp.AuthKey{key(7, "secret")}, ActiveKey: 7}
				w.authenticated(a, a)
				client, server := w.pair()
				defer client.Close()
				defer server.Close()
				if !client.Authenticated() || !server.Authenticated() {
					t.Fatal("authentication is not in use")
				}
				if got := client.PeerAuthChunks(); len(got) != len(everything)+2 || !slices.Contains(got, sctp.ChunkCookieEcho) {
					t.Errorf("the peer wants %v", got)
				}
				for _, n := range []int{1, 1000, 1400, 5000, 200_000} {
					text := strings.Repeat("x", n)
					send(t, client, text, nil)
					want(t, server, text)
					send(t, server, text, nil)
					want(t, client, text)
				}
				if err := client.ResetStreams(t.Context(), sctp.ResetRequest{Outgoing: true}); err != nil {
					t.Error(err)
				}
				s, r := client.Status().Stats, server.Status().Stats
				if s.AuthSent == 0 || r.AuthReceived == 0 || r.AuthMismatches+r.AuthUnknownKeys+r.AuthMissing > 0 {
					t.Errorf("sent %d, received %d, failed %d, %d, %d", s.AuthSent, r.AuthReceived, r.AuthMismatches, r.AuthUnknownKeys, r.AuthMissing)
				}
			})
		})
	}
}

// Who listens for COOKIE ECHO with a key lets nobody in who has another; who dials gives up as if nobody had answered.
func TestWrongKeyDoesNotGetIn(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server := sctp.Auth{Chunks: everything, Keys: []sctp.AuthKey{key(1, "right")}, ActiveKey: 1}
		client := sctp.Auth{Keys: []sctp.AuthKey{key(1, "wrong")}, ActiveKey: 1}
		w.authenticated(client, server)
		w.client.config.MaxInitRetransmits = 2
		l := w.listen()
		defer l.Close()
		_, err := w.client.dialer().DialSCTP(t.Context(), "sctp", serverAddr)
		var reason *sctp.AuthError
		if !errors.Is(err, sctp.ErrTimeout) || !errors.As(err, &reason) || reason.Key != 1 || !reason.Timeout() || !reason.Temporary() {
			t.Errorf("dialling with the wrong key: %v", err)
		}
		if n := l.Counters().AuthFailures; n == 0 {
			t.Error("the server has not counted it")
		}
		ctx, cancel := context1s(t)
		defer cancel()
		if c, err := l.AcceptContext(ctx); err == nil {
			t.Errorf("somebody got in: %v", c.RemoteAddr())
		}
	})
}

// A key that the peer does not have loses what is sent with it: the association ends as after a network that is cut, and counters say why.
func TestKeyThatThePeerHasNot(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		a := sctp.Auth{Chunks: []sctp.ChunkType{sctp.ChunkData}}
		w.authenticated(a, a)
		w.client.config.AssocMaxRetrans = 2
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		if err := errors.Join(client.SetAuthKey(key(3, "new")), client.ActivateAuthKey(3)); err != nil {
			t.Fatal(err)
		}
		send(t, client, "lost", nil)
		_, err := client.ReadMessage(t.Context(), 10)
		var reason *sctp.AuthError
		if !errors.Is(err, sctp.ErrTimeout) || !errors.As(err, &reason) || reason.Key != 3 || reason.Err != nil {
			t.Errorf("reading: %v", err)
		}
		n, err := server.NextNotification(t.Context())
		for ; err == nil; n, err = server.NextNotification(t.Context()) {
			if n, ok := n.(sctp.AuthenticationEvent); ok {
				if n.Indication != sctp.AuthFailed || n.Key != 3 || !errors.Is(n.Err, sctp.ErrUnknownAuthKey) {
					t.Errorf("the server is told %v", n)
				}
				break
			}
		}
		if err != nil {
			t.Errorf("the server is not told: %v", err)
		}
		if s := server.Status().Stats; s.AuthUnknownKeys == 0 || s.MessagesReceived > 0 {
			t.Errorf("%d packets with an unknown key, %d messages", s.AuthUnknownKeys, s.MessagesReceived)
		}
	})
}

// Keys change while messages flow: the new one first on both sides, then active on one, then on the other.
func TestKeysChange(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		a := sctp.Auth{Chunks: []sctp.ChunkType{sctp.ChunkData}}
		w.authenticated(a, a)
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		send(t, client, "with the null key", nil)
		want(t, server, "with the null key")
		for _, c := range []*sctp.Conn{client, server} {
			if err := c.SetAuthKey(key(1, "one")); err != nil {
				t.Fatal(err)
			}
		}
		if err := client.ActivateAuthKey(1); err != nil {
			t.Fatal(err)
		}
		send(t, client, "with key 1", nil)
		want(t, server, "with key 1")
		if err := client.DeactivateAuthKey(0); err != nil {
			t.Fatal(err)
		}
		wantNews := func(c *sctp.Conn, want sctp.AuthIndication, key uint16) {
			t.Helper()
			ctx, cancel := context1s(t)
			defer cancel()
			for {
				n, err := c.NextNotification(ctx)
				if err != nil {
					t.Fatal(err)
				}
				if n, ok := n.(sctp.AuthenticationEvent); ok {
					if n.Indication != want || n.Key != key {
						t.Errorf("told %v, want %v of key %d", n, want, key)
					}
					return
				}
			}
		}
		wantNews(server, sctp.AuthNewKey, 1)
		wantNews(client, sctp.AuthFreeKey, 0)
		if err := client.ActivateAuthKey(0); !errors.Is(err, sctp.ErrNoAuthKey) {
			t.Errorf("a deactivated key: %v", err)
		}
		if err := client.DeleteAuthKey(1); !errors.Is(err, sctp.ErrAuthKeyInUse) {
			t.Errorf("deleting the active key: %v", err)
		}
		send(t, server, "the null key is still good for receiving", nil)
		want(t, client, "the null key is still good for receiving")
		if err := errors.Join(server.ActivateAuthKey(1), client.DeleteAuthKey(0)); err != nil {
			t.Fatal(err)
		}
		send(t, server, "both", nil)
		want(t, client, "both")
	})
}

// Each message may have a key of its own, which has to be there (RFC 6458 section 5.3.8). Who deletes a key loses nothing that was written with it.
func TestMessageNamesItsKey(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		a := sctp.Auth{Chunks: []sctp.ChunkType{sctp.ChunkData}, Keys: []sctp.AuthKey{key(1, "one"), key(2, "two")}}
		w.authenticated(a, a)
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		for number := range uint16(3) {
			send(t, client, "hello", &sctp.SndInfo{AuthKey: sctp.UseAuthKey(number)})
		}
		if err := errors.Join(client.DeactivateAuthKey(1), client.DeleteAuthKey(2)); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			want(t, server, "hello")
		}
		for number := range uint16(4) {
			_, err := client.WriteMsg([]byte("hello"), &sctp.SndInfo{AuthKey: sctp.UseAuthKey(number)})
			if number > 0 && !errors.Is(err, sctp.ErrNoAuthKey) || number == 0 && err != nil {
				t.Errorf("with key %d: %v", number, err)
			}
		}
		want(t, server, "hello")
	})
}

// Whoever insists on it does not speak without (Auth.Required), in either role.
func TestAuthenticationIsRequired(t *testing.T) {
	for _, server := range []bool{false, true} {
		simulate(t, func(t *testing.T, w *world) {
			h := w.client
			if server {
				h = w.server
			}
			h.config.Auth = &sctp.Auth{Required: true}
			l := w.listen()
			defer l.Close()
			_, err := w.client.dialer().DialSCTP(t.Context(), "sctp", serverAddr)
			var abort *sctp.AbortError
			if !errors.As(err, &abort) || abort.Remote != server {
				t.Errorf("server %v: dialling a peer without: %v", server, err)
			}
		})
	}
}

// Whoever does not offer it is spoken to without.
func TestOneSideOffersAuthentication(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.Auth = &sctp.Auth{Chunks: everything}
		client, server := w.pair()
		defer server.Close()
		send(t, server, "plain", nil)
		want(t, client, "plain")
		if client.Authenticated() || server.Authenticated() || client.PeerAuthChunks() != nil {
			t.Error("authentication is in use")
		}
		if err := server.SetAuthKey(key(1, "")); !errors.Is(err, sctp.ErrNotNegotiated) {
			t.Errorf("a key without authentication: %v", err)
		}
		client.Close()
		if client.Authenticated() {
			t.Error("after the end")
		}
	})
}

// Both sides have a key; packets of anybody who has not are discarded.
func ExampleAuth() {
	config := sctp.Config{Auth: &sctp.Auth{
		Chunks:    []sctp.ChunkType{sctp.ChunkCookieEcho, sctp.ChunkData, sctp.ChunkAbort},
		Keys:      []sctp.AuthKey{{Number: 1, Secret: []byte("from a vault")}},
		ActiveKey: 1,
	}}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	l, err := (&sctp.ListenConfig{Config: config}).Listen(ctx, "sctp/udp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	c, err := (&sctp.Dialer{Config: config}).DialSCTP(ctx, "sctp/udp", l.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	fmt.Println(c.Authenticated(), c.PeerAuthChunks())
	// Output: true [COOKIE ECHO DATA ABORT ASCONF ASCONF-ACK]
}
