package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/gosctp/sctp"
)

// ForClients refuses flags of these names in the call of a server: to ignore them would be to do something else than was asked
// for. Of those that all commands have, Serve says what to do instead.
func ForClients(c *cobra.Command, names ...string) error {
	for _, name := range names {
		if c.Flags().Changed(name) {
			allowed := slices.DeleteFunc(flagNames(c), func(flag string) bool {
				name := strings.TrimPrefix(flag, "--")
				_, common := clientOnly[name]
				return common || slices.Contains(names, name)
			})
			return Usagef("--%s is for clients; allowed for a server: %s", name, strings.Join(allowed, ", "))
		}
	}
	return nil
}

// serverFlags refuses the flags that all commands have and that are for clients.
func serverFlags(c *cobra.Command) error {
	for _, name := range slices.Sorted(maps.Keys(clientOnly)) {
		if c.Flags().Changed(name) {
			return Usagef("--%s is for clients; allowed for a server: %s", name, clientOnly[name])
		}
	}
	return nil
}

// Serve listens at addr and lets use have each association, in a goroutine of its own, until the command is interrupted. An
// association is shut down when use returns, aborted if that is with an error. What goes wrong with one is printed and
// does not end the others.
func (n *Network) Serve(c *cobra.Command, addr string, use func(context.Context, *sctp.Conn) error) error {
	if err := serverFlags(c); err != nil {
		return err
	}
	return n.Record(func() error {
		l, err := n.Listen(c.Context(), addr, c.ErrOrStderr())
		if err != nil {
			return err
		}
		defer l.Close()
		fmt.Fprintf(c.ErrOrStderr(), "listening at %v (%s)\n", l.Addr(), n.Name())
		var serving sync.WaitGroup
		defer serving.Wait()
		for {
			conn, err := l.AcceptContext(c.Context())
			switch {
			case c.Context().Err() != nil:
				return nil
			case err != nil:
				return err
			}
			serving.Go(func() {
				if err := n.serve(c.Context(), conn, use); err != nil && c.Context().Err() == nil {
					fmt.Fprintf(c.ErrOrStderr(), "%s: %s\n", c.CommandPath(), oneLine(err.Error()))
				}
			})
		}
	})
}

// ServeOnce is Serve for one association, whose end, however it comes, is the end of the command.
func (n *Network) ServeOnce(c *cobra.Command, addr string, use func(context.Context, *sctp.Conn) error) error {
	if err := serverFlags(c); err != nil {
		return err
	}
	return n.Record(func() error {
		l, err := n.Listen(c.Context(), addr, c.ErrOrStderr())
		if err != nil {
			return err
		}
		defer l.Close()
		fmt.Fprintf(c.ErrOrStderr(), "listening at %v (%s)\n", l.Addr(), n.Name())
		conn, err := l.AcceptContext(c.Context())
		if err != nil {
			return err
		}
		return n.serve(c.Context(), conn, use)
	})
}

// serve is one association of a server. Which side shuts it down first is of no importance.
func (n *Network) serve(ctx context.Context, conn *sctp.Conn, use func(context.Context, *sctp.Conn) error) error {
	err := n.peering.check(conn)
	if err == nil {
		err = use(ctx, conn)
	}
	if err != nil {
		conn.Abort("")
		return naming(conn, err)
	}
	return Shutdown(ctx, conn)
}
