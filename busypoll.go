package sctp

import (
	"sync/atomic"
	"time"

	"github.com/gosctp/sctp/transport/rawip"
	"github.com/gosctp/sctp/transport/udpencap"
)

// SetBusyPoll says how long the carriers that this package opens from now on keep looking for packets, each time before they sleep: up to 10 ms, on
// Linux; zero, the default, looks for 50 µs where packets go in turns and answers come within that time. Answers that come within that time are there within microseconds, and a processor is
// never idle meanwhile: see the BusyPoll of udpencap.Config. Carriers are shared by all who use a network in this process, so it is
// said for all of them, before anything is dialled or listened for.
func SetBusyPoll(d time.Duration) { busyPoll.Store(int64(d)) }

var busyPoll atomic.Int64

func udpConfig(port uint16) udpencap.Config {
	return udpencap.Config{Port: port, AnyPort: port == 0, BusyPoll: time.Duration(busyPoll.Load()), Queues: int(queues.Load())}
}

func rawConfig() rawip.Config {
	return rawip.Config{BusyPoll: time.Duration(busyPoll.Load()), Queues: int(queues.Load())}
}
