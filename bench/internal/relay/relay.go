// Package relay is a network of its own between two namespaces: a TUN device in each, and IP packets that are carried between them
// with a delay and pseudo-random loss. It is for any IP protocol, needs no netem, and carries packets of Ethernet's size, because
// nothing joins or cuts them on their way.
package relay

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync/atomic"
	"time"
)

// End is a namespace and the address that its device gets, with the length of its prefix.
type End struct{ Space, Addr string }

// Config is what a relay does.
type Config struct {
	Ends  [2]End
	MTU   int
	Delay time.Duration // each way
	Loss  float64       // the probability that a packet is lost, each way
	Seed  uint64        // the same packets of a run are lost with the same seed
}

// Stats are what became of packets, both ways.
type Stats struct {
	Carried    int64 `json:"carried"`
	Lost       int64 `json:"lost"`
	Overflowed int64 `json:"overflowed"` // of the queue, which nothing should fill
}

// queueLen is how many packets are on their way at most.
const queueLen = 20000

// Relay carries packets until its process ends.
type Relay struct {
	c                         Config
	carried, lost, overflowed atomic.Int64
}

// Start makes the devices and begins to carry. It takes root.
func Start(c Config) (*Relay, error) {
	r := &Relay{c: c}
	var devices [2]*os.File
	for i, end := range c.Ends {
		var err error
		if devices[i], err = openTUN(end.Space); err != nil {
			return nil, fmt.Errorf("a TUN device in %s: %w", end.Space, err)
		}
		for _, args := range [][]string{
			{"-n", end.Space, "address", "add", end.Addr, "dev", deviceName},
			{"-n", end.Space, "link", "set", deviceName, "mtu", fmt.Sprint(c.MTU), "txqueuelen", fmt.Sprint(queueLen), "up"},
		} {
			if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
				return nil, fmt.Errorf("ip %v: %w: %s", args, err, out)
			}
		}
	}
	for i := range devices {
		go r.carry(devices[i], devices[1-i], rand.New(rand.NewPCG(c.Seed, uint64(i))))
	}
	return r, nil
}

// Stats returns what was carried so far.
func (r *Relay) Stats() Stats {
	return Stats{r.carried.Load(), r.lost.Load(), r.overflowed.Load()}
}

// underway is a packet that arrives when it is due.
type underway struct {
	due    time.Time
	packet []byte
}

// carry takes packets from one device to another until the first one is gone.
func (r *Relay) carry(from, to *os.File, random *rand.Rand) {
	queue := make(chan underway, queueLen)
	free := make(chan []byte, queueLen)
	defer close(queue)
	go func() {
		for u := range queue {
			time.Sleep(time.Until(u.due))
			if _, err := to.Write(u.packet); err == nil {
				r.carried.Add(1)
			}
			select {
			case free <- u.packet:
			default:
			}
		}
	}()
	for {
		var b []byte
		select {
		case b = <-free:
			b = b[:cap(b)]
		default:
			b = make([]byte, r.c.MTU)
		}
		n, err := from.Read(b)
		if err != nil {
			return
		}
		if random.Float64() < r.c.Loss {
			r.lost.Add(1)
			continue
		}
		select {
		case queue <- underway{time.Now().Add(r.c.Delay), b[:n]}:
		default:
			r.overflowed.Add(1)
		}
	}
}
