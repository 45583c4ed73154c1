package scripttest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/wire"
)

// authOf is what a script has said of authentication so far.
func authOf(c *assoc.Config) *auth.Config {
	if c.Auth == nil {
		c.Auth = new(auth.Config)
	}
	return c.Auth
}

// listAuth has the peer authenticate types of chunks, whose names have hyphens between their words.
func listAuth(c *assoc.Config, text string) error {
	for name := range strings.SplitSeq(text, ",") {
		found := false
		for t := range 256 {
			if strings.ReplaceAll(wire.ChunkType(t).String(), " ", "-") == name {
				authOf(c).Chunks = append(c.Auth.Chunks, wire.ChunkType(t))
				found = true
			}
		}
		if !found {
			return fmt.Errorf("no chunk %s", name)
		}
	}
	return nil
}

// addKey: NUMBER:SECRET. It is the active key, unless another one follows.
func addKey(c *assoc.Config, text string) error {
	number, secret, _ := strings.Cut(text, ":")
	n, err := strconv.ParseUint(number, 10, 16)
	authOf(c).Keys = append(c.Auth.Keys, auth.Key{ID: uint16(n), Secret: []byte(secret)})
	c.Auth.Active = uint16(n)
	return err
}

func (w *world) doKey(args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("too few arguments")
	}
	n, err := strconv.ParseUint(args[2], 10, 16)
	if err != nil {
		return err
	}
	id := uint16(n)
	return w.withAssoc(args[0], func(_ *host, a *endpoint.Handle) error {
		switch args[1] {
		case "set":
			return a.Assoc.SetAuthKey(id, []byte(strings.Join(args[3:], " ")))
		case "use":
			return a.Assoc.ActivateAuthKey(id)
		case "deactivate":
			return a.Assoc.DeactivateAuthKey(id)
		case "delete":
			return a.Assoc.DeleteAuthKey(id)
		}
		return fmt.Errorf("no such thing to do with a key: %s", args[1])
	})
}

// describeAuthentication tells what became of a key.
func describeAuthentication(e assoc.Authentication) string {
	switch e.Indication {
	case assoc.AuthNewKey:
		return fmt.Sprintf("the peer uses key %d", e.Key)
	case assoc.AuthFreeKey:
		return fmt.Sprintf("key %d is free", e.Key)
	case assoc.AuthFailed:
		return fmt.Sprintf("what the peer sends is discarded: %v, key %d", e.Err, e.Key)
	case assoc.AuthNone:
	}
	return "nothing is authenticated"
}
