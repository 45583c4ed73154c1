package assoc

import (
	"fmt"
	"testing"

	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/wire"
)

// signing has both ends authenticate DATA and SACK, and nothing else changed.
func signing(hmac uint16) func(*Config) {
	return func(c *Config) {
		using(0)(c)
		c.Auth = &auth.Config{Keys: []auth.Key{one}, Active: 1, HMACs: []uint16{hmac}, Chunks: []wire.ChunkType{wire.ChunkData, wire.ChunkSack}}
	}
}

var hmacNames = map[uint16]string{wire.HMACSHA1: "SHA-1", wire.HMACSHA256: "SHA-256"}

// Authentication allocates nothing for a packet either.
func TestAuthenticatedSteadyStateAllocatesNothing(t *testing.T) {
	for hmac, name := range hmacNames {
		for _, size := range messageSizes {
			t.Run(fmt.Sprintf("%s/%d", name, size), func(t *testing.T) {
				p := newPair(t, signing(hmac))
				m := &Message{Data: make([]byte, size)}
				n := 2 * inTransit / size
				for range 20 {
					p.transfer(t, n, m)
				}
				before := p.ends[1].Stats().AuthReceived
				if allocs := testing.AllocsPerRun(10, func() { p.transfer(t, n, m) }); allocs > 0 {
					t.Errorf("%.0f allocations for %d messages of %d bytes, want none", allocs, n, size)
				}
				if s := p.ends[1].Stats(); s.AuthReceived == before || s.AuthMismatches > 0 {
					t.Errorf("%d packets were authentic, %d not", s.AuthReceived-before, s.AuthMismatches)
				}
			})
		}
	}
}

// BenchmarkAuthentication is BenchmarkExtensions with authenticated data.
func BenchmarkAuthentication(b *testing.B) {
	for _, hmac := range []uint16{0, wire.HMACSHA1, wire.HMACSHA256} {
		name, change := "none", using(0)
		if hmac != 0 {
			name, change = hmacNames[hmac], signing(hmac)
		}
		b.Run(name, func(b *testing.B) {
			p := newPair(b, change)
			m := &Message{Data: make([]byte, 1024)}
			p.transfer(b, 4096, m)
			b.SetBytes(1024)
			b.ReportAllocs()
			b.ResetTimer()
			p.transfer(b, b.N, m)
		})
	}
}
