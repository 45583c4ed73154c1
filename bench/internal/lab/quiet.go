package lab

import (
	"fmt"
	"os"
	"time"
)

// watch began with a run.
type watch struct {
	at   time.Time
	busy float64
}

func watchMachine() watch { return watch{time.Now(), busySeconds()} }

// foreign is the CPU time of others since then, as a share of one core; used is the CPU time in seconds of the run's own processes.
// Time in software interrupts is nobody's, and left out on both sides.
func (w watch) foreign(used float64) float64 {
	return max(0, (busySeconds()-w.busy-used)/time.Since(w.at).Seconds())
}

// ticksPerSecond is USER_HZ, the same on every Linux.
const ticksPerSecond = 100

// busySeconds is the user and system time of all processes since boot; 0 where the system does not tell.
func busySeconds() float64 {
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
