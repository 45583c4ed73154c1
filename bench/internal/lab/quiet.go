package lab

import (
	"fmt"
	"os"
	"time"
)

// Quiet is what else the machine did during a run.
type Quiet struct {
	// Foreign is the CPU time of other processes, as a share of one core.
	Foreign float64
}

// watch began with a run.
type watch struct {
	at   time.Time
	busy float64
}

func watchMachine() watch { return watch{time.Now(), busySeconds()} }

// end closes the watch; used is the CPU time in seconds of the run's own processes. Time in software interrupts is
// nobody's, and left out on both sides.
func (w watch) end(used float64) Quiet {
	return Quiet{max(0, (busySeconds()-w.busy-used)/time.Since(w.at).Seconds())}
}

// busySeconds is the user and system time of all processes since boot; 0 where the system does not tell.
func busySeconds() float64 {
	const ticksPerSecond = 100 // USER_HZ, the same on every Linux
	f, err := os.Open("/proc/stat")
	if err != nil {
		return 0
	}
	defer f.Close()
	var user, nice, system float64
	if _, err := fmt.Fscanf(f, "cpu %f %f %f", &user, &nice, &system); err != nil {
		return 0
	}
	return (user + nice + system) / ticksPerSecond
}
