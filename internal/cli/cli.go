// Package cli is what the commands have in common: how they are run, how they take values and addresses, and how they say
// that something is wrong.
//
// Wrong use and failure are told apart, so that a script can: a [UsageError] ends a command with status 2 and one line
// that says what is wrong and what is allowed; every other error ends it with status 1, and one about the network names
// the peer.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Exit statuses of every command.
const (
	StatusOK      = 0
	StatusFailure = 1
	StatusUsage   = 2
	// StatusWrapper is both of them for a command that runs another program, whose own status it passes on.
	StatusWrapper = 125
)

// UsageError says how a command was called wrongly, and what is allowed.
type UsageError struct{ msg string }

// Usagef returns a UsageError.
func Usagef(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

func (e *UsageError) Error() string { return e.msg }

// wrapperMark is the annotation of a command that runs another program.
const wrapperMark = "wrapper"

// Wrapper marks a command that runs another program.
func Wrapper(c *cobra.Command) { c.Annotations = map[string]string{wrapperMark: ""} }

// statusError is an error with an exit status of its own.
type statusError struct {
	status int
	error
}

func (e *statusError) Unwrap() error { return e.error }

// WithStatus returns an error that ends a command with a status.
func WithStatus(status int, err error) error { return &statusError{status, err} }

// statusOf is the exit status of a command that ended with an error.
func statusOf(c *cobra.Command, err error) int {
	var own *statusError
	if errors.As(err, &own) {
		return own.status
	}
	if _, wraps := c.Annotations[wrapperMark]; wraps {
		return StatusWrapper
	}
	var usage *UsageError
	if errors.As(err, &usage) {
		return StatusUsage
	}
	return StatusFailure
}

// Run runs the command that args select below root, and returns the exit status. An error becomes one line on stderr.
func Run(ctx context.Context, root *cobra.Command, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	prepare(root)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	c, err := root.ExecuteContextC(ctx)
	if err == nil {
		return StatusOK
	}
	message := oneLine(err.Error())
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		message = "interrupted"
	}
	fmt.Fprintf(stderr, "%s: %s\n", c.CommandPath(), message)
	return statusOf(c, err)
}

func init() {
	cobra.EnableCommandSorting = false // the order of the root command is that of interest
}

// prepare takes from cobra what it would print of its own accord, so that all commands speak alike.
func prepare(root *cobra.Command) {
	root.SilenceErrors = true
	root.SilenceUsage = true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(newHelp())
	root.SetFlagErrorFunc(flagError)
	root.SetUsageTemplate(usage)
	for _, c := range append(root.Commands(), root) {
		c.Flags().SortFlags = false
		c.DisableFlagsInUseLine = true
		c.Flags().BoolP("help", "h", false, "print this")
	}
}

// usage is the template of help, after the description.
const usage = `Usage:
  {{.UseLine}}
{{- if .HasAvailableSubCommands}}

Commands:
{{- range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}}  {{.Short}}{{end}}{{end}}

"{{.CommandPath}} COMMAND --help" describes a command.
{{- else}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{- end}}
`

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:    "help [COMMAND]",
		Hidden: true,
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return Usagef("no help about %q; allowed: %s", args[0], strings.Join(commandNames(c.Root()), ", "))
			}
			return about.Help()
		},
	}
}

// flagError rewords what pflag says.
func flagError(c *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		name := "--" + unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			name = "-" + unknown.GetSpecifiedName()
		}
		return Usagef("unknown flag %s; allowed: %s", name, strings.Join(flagNames(c), ", "))
	}
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return Usagef("--%s %q: %v", invalid.GetFlag().Name, invalid.GetValue(), errors.Unwrap(invalid))
	}
	var missing *pflag.ValueRequiredError
	if errors.As(err, &missing) {
		return Usagef("--%s needs a value: %s", missing.GetFlag().Name, missing.GetFlag().Usage)
	}
	return Usagef("%v", err)
}

func flagNames(c *cobra.Command) (names []string) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	})
	slices.Sort(names)
	return names
}

// NoArgs is for commands that take flags only.
func NoArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return Usagef("unexpected argument %q; allowed: flags only", args[0])
	}
	return nil
}

// OneArg is for commands that take exactly one argument, described by what.
func OneArg(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch len(args) {
		case 0:
			return Usagef("an argument is missing: %s", what)
		case 1:
			return nil
		}
		return Usagef("unexpected argument %q; allowed: %s", args[1], what)
	}
}

// AtLeastOneArg is for commands that take an argument, described by what, and possibly more.
func AtLeastOneArg(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return Usagef("an argument is missing: %s", what)
		}
		return nil
	}
}

// Subcommand is for the root command: it has no arguments of its own.
func Subcommand(c *cobra.Command, args []string) error {
	allowed := strings.Join(commandNames(c), ", ")
	if len(args) == 0 {
		return Usagef("a command is missing; allowed: %s", allowed)
	}
	return Usagef("unknown command %q; allowed: %s", args[0], allowed)
}

func commandNames(c *cobra.Command) (names []string) {
	for _, s := range c.Commands() {
		if s.IsAvailableCommand() {
			names = append(names, s.Name())
		}
	}
	return names
}

// oneLine makes the errors that errors.Join put on lines of their own one line.
func oneLine(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), "\n", "; ") }
