package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/gosctp/sctp"
)

// schedulers are the names that --scheduler takes.
var schedulers = map[string]func() sctp.Scheduler{
	"fcfs":               sctp.FCFS,
	"round-robin":        sctp.RoundRobin,
	"round-robin-packet": sctp.RoundRobinPacket,
	"priority":           sctp.Priority,
	"fair":               sctp.FairCapacity,
	"weighted":           sctp.WeightedFair,
}

// Scheduling is the flags that say which stream sends next.
type Scheduling struct {
	name    string
	weights []uint16
}

// Flags defines the flags.
func (s *Scheduling) Flags(fs *pflag.FlagSet) {
	names := []string{"fcfs", "round-robin", "round-robin-packet", "priority", "fair", "weighted"}
	ChoiceVar(fs, &s.name, "scheduler", "", names, "choose by this order whose message is sent next")
	fs.Var(&numbers{&s.weights}, "weights", "weights of streams 0, 1, … for the scheduler, or their priorities, where less is more urgent")
}

// Weights is how many streams have a weight.
func (s *Scheduling) Weights() int { return len(s.weights) }

// Configure makes c choose the scheduler.
func (s *Scheduling) Configure(c *sctp.Config) { c.Scheduler = schedulers[s.name] }

// Apply gives the streams of conn their weights.
func (s *Scheduling) Apply(conn *sctp.Conn) error {
	for stream, weight := range s.weights {
		if err := conn.SetStreamValue(uint16(stream), weight); err != nil {
			return err
		}
	}
	return nil
}

// numbers is the value of a flag that takes a list.
type numbers struct{ p *[]uint16 }

func (v *numbers) Set(s string) error {
	var list []uint16
	for word := range strings.SplitSeq(s, ",") {
		n, err := strconv.ParseUint(word, 0, 16)
		if err != nil {
			return fmt.Errorf("want numbers from 0 to 65535, with commas between")
		}
		list = append(list, uint16(n))
	}
	*v.p = list
	return nil
}

func (*numbers) String() string { return "" }

func (*numbers) Type() string { return "N,…" }
