package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gosctp/sctp/internal/cli"
	"github.com/gosctp/sctp/internal/cli/check"
)

var errUnusable = errors.New("SCTP is not usable here: neither raw IP nor UDP carries it")

func newCheck() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "check",
		Short: "tell what this machine can do",
		Long: `check tries what this machine can do: SCTP of the kernel, raw IP sockets, an association over UDP on the loopback
interface, and what it takes to serve the sockets of unmodified programs. It succeeds if this stack can be used.`,
		Args: cli.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			results := check.Run(c.Context())
			var err error
			if asJSON {
				err = json.NewEncoder(c.OutOrStdout()).Encode(results)
			} else {
				err = check.Print(c.OutOrStdout(), results)
			}
			if err != nil {
				return err
			}
			if !check.Usable(results) {
				return errUnusable
			}
			if !asJSON {
				fmt.Fprintln(c.OutOrStdout(), "SCTP supported")
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one line of JSON")
	return c
}

// newChecksctp is the tool of that name: a line for people, a status for scripts.
func newChecksctp() *cobra.Command {
	return &cobra.Command{
		Use:   "checksctp",
		Short: "tell whether SCTP can be used on this machine",
		Args:  cli.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !check.Usable(check.Run(c.Context())) {
				return errUnusable
			}
			fmt.Fprintln(c.OutOrStdout(), "SCTP supported")
			return nil
		},
	}
}
