package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/gosctp/sctp/internal/cli"
	"github.com/gosctp/sctp/internal/cli/check"
	"github.com/gosctp/sctp/transport"
)

// supported is what checksctp has always said.
const supported = "SCTP supported"

var errUnusable = errors.New("SCTP is not usable here: neither raw IP nor UDP carries it")

// checkCommand is the command check.
type checkCommand struct {
	json    bool
	socket  bool
	capture cli.Capture
}

func newCheck() *cobra.Command {
	cc := &checkCommand{}
	c := &cobra.Command{
		Use:   "check [flags]",
		Short: "tell what this machine can do",
		Long: `check tries what this machine can do: SCTP of the kernel, raw IP sockets, an association over UDP on the loopback
interface, and what it takes to serve the sockets of unmodified programs. It succeeds if this stack can be used.`,
		Args: cli.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if cc.socket {
				return check.Socket()
			}
			return cc.capture.Record(func(wrap func(transport.Transport) transport.Transport) error {
				return cc.print(c.OutOrStdout(), check.Run(c.Context(), wrap))
			})
		},
	}
	c.Flags().BoolVar(&cc.json, "json", false, "print one line of JSON")
	c.Flags().BoolVar(&cc.socket, check.SocketFlag, false, "only use SCTP sockets, as a program does")
	_ = c.Flags().MarkHidden(check.SocketFlag)
	cc.capture.Flag(c.Flags())
	return c
}

// print writes the results, and returns an error if SCTP cannot be used.
func (cc *checkCommand) print(w io.Writer, results []check.Result) error {
	write := check.Print
	if cc.json {
		write = func(w io.Writer, results []check.Result) error { return json.NewEncoder(w).Encode(results) }
	}
	if err := write(w, results); err != nil {
		return err
	}
	if !check.Usable(results) {
		return errUnusable
	}
	if !cc.json {
		fmt.Fprintln(w, supported)
	}
	return nil
}

// newChecksctp is the tool of that name: a line for people, a status for scripts.
func newChecksctp() *cobra.Command {
	return &cobra.Command{
		Use:   "checksctp",
		Short: "tell whether SCTP can be used on this machine",
		Args:  cli.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !check.Usable(check.Run(c.Context(), nil)) {
				return errUnusable
			}
			fmt.Fprintln(c.OutOrStdout(), supported)
			return nil
		},
	}
}
