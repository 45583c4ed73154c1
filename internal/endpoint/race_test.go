//go:build race

package endpoint

func init() { raceEnabled = true }
