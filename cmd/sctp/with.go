package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/cli"
	"github.com/gosctp/sctp/internal/cli/with"
	"github.com/gosctp/sctp/internal/intercept"
	"github.com/gosctp/sctp/transport"
)

// configVariable is the environment variable that names a file of settings, where --config does not.
const configVariable = "SCTP_CONFIG"

// What may be said about descriptors.
const (
	allDescriptors  = "all"
	highDescriptors = "high"
)

// toStderr is what --trace-calls means without a file.
const toStderr = "-"

// wrapper is a command that runs another one on this stack.
type wrapper struct {
	tcp     bool
	udp     bool
	sysctls []string
	config  string
	trace   string
	noStdio bool
	// descriptors says which ones are served.
	descriptors string
	noFiles     bool
	backend     string
	capture     cli.Capture
}

func newRun() *cobra.Command {
	return (&wrapper{}).command("run", "run a program whose SCTP sockets this stack serves",
		`run runs a program, unmodified, and serves its SCTP sockets and those of its children: the kernel needs no SCTP. TCP is left
alone. The program keeps its terminal, its signals and its exit status.`)
}

func newWith() *cobra.Command {
	return (&wrapper{tcp: true}).command("with", "run a TCP program over SCTP",
		`with runs a program, unmodified, with its TCP sockets and those of its children turned into SCTP ones, and serves its SCTP
sockets as run does. The program keeps its terminal, its signals and its exit status.`)
}

// newWithsctp is the tool of that name.
func newWithsctp() *cobra.Command {
	c := newWith()
	c.Use = "withsctp [flags] PROGRAM [ARGUMENT...]"
	return c
}

func (w *wrapper) command(name, short, long string) *cobra.Command {
	w.descriptors, w.backend = allDescriptors, string(with.User)
	c := &cobra.Command{
		Use:   name + " [flags] PROGRAM [ARGUMENT...]",
		Short: short,
		Long: long + `

Settings are those of Linux (net.sctp.*), with Linux' values to begin with. Flags end where PROGRAM begins. If the program cannot be
run, the exit status is 127 (not found), 126 (not executable) or 125 (anything else).`,
		Args: cli.AtLeastOneArg("the program to run"),
		RunE: func(c *cobra.Command, args []string) error {
			status, err := w.run(c, args)
			if err == nil {
				status.Exit()
			}
			return err
		},
	}
	cli.Wrapper(c)
	f := c.Flags()
	f.SetInterspersed(false)
	f.BoolVarP(&w.udp, "udp", "u", false, "SCTP over UDP (RFC 6951), which takes no privilege, instead of raw IP")
	f.StringArrayVar(&w.sysctls, "sysctl", nil, "begin with this setting, `NAME=VALUE` as in net.sctp.rto_min=100; may be repeated")
	f.StringVar(&w.config, "config", "", "read settings from this `FILE`, written as sysctl.conf; without it from that which "+configVariable+" names")
	f.StringVar(&w.trace, "trace-calls", "", "write each call that is answered, and its answer, to this `FILE`, or to standard error")
	f.Lookup("trace-calls").NoOptDefVal = toStderr
	cli.ChoiceVar(f, &w.descriptors, "descriptors", "", []string{allDescriptors, highDescriptors},
		"serve SCTP sockets on all descriptors, which have the kernel's numbers then, or on those from 512 on, where they are then and do not slow other files down by a few µs a call")
	f.BoolVar(&w.noStdio, "no-stdio", false, "with --descriptors=high, do not serve SCTP sockets on descriptors 0 to 2, where inetd and its like put them; writes to standard output are quicker")
	f.BoolVar(&w.noFiles, "no-proc", false, "do not show /proc/net/sctp and /proc/sys/net/sctp to programs; calls that name files, as open does, are quicker")
	cli.ChoiceVar(f, &w.backend, "backend", "", with.Backends(),
		"who has the sockets: this stack, the kernel, or (auto) the kernel if it has SCTP; flags about this stack mean nothing to the kernel's")
	w.capture.Flag(f)
	return c
}

func (w *wrapper) run(c *cobra.Command, args []string) (status intercept.Status, err error) {
	o := with.Options{
		Network: "sctp", TCP: w.tcp, Stdio: !w.noStdio, All: w.descriptors == allDescriptors, Files: !w.noFiles, Sysctls: linux.DefaultSysctls(),
		Report: func(problem string) { fmt.Fprintf(c.ErrOrStderr(), "%s: %s\n", c.CommandPath(), problem) },
	}
	if w.udp {
		o.Network = "sctp/udp"
	}
	if err := w.settings(&o.Sysctls); err != nil {
		return status, err
	}
	backend, err := with.Backend(w.backend).Decide()
	if err != nil {
		return status, err
	}
	err = w.tracing(c.ErrOrStderr(), func(trace io.Writer) error {
		o.Trace = trace
		if backend == with.Kernel {
			status, err = with.RunOnKernel(o, args)
			return err
		}
		return w.capture.Record(func(wrap func(transport.Transport) transport.Transport) error {
			o.Wrap = wrap
			status, err = with.Run(o, args)
			return err
		})
	})
	return status, err
}

// settings reads the settings of the file, and then those of the flags.
func (w *wrapper) settings(s *linux.Sysctls) error {
	file := w.config
	if file == "" {
		file = os.Getenv(configVariable)
	}
	if file != "" {
		if err := with.Load(s, file); err != nil {
			return err
		}
	}
	for _, assignment := range w.sysctls {
		if err := with.Set(s, assignment); err != nil {
			return fmt.Errorf("--sysctl: %w", err)
		}
	}
	return nil
}

// tracing runs f with what --trace-calls writes to, nil for nothing.
func (w *wrapper) tracing(stderr io.Writer, f func(io.Writer) error) error {
	switch w.trace {
	case "":
		return f(nil)
	case toStderr:
		return f(stderr)
	}
	file, err := os.Create(w.trace)
	if err != nil {
		return err
	}
	defer file.Close()
	return f(file)
}
