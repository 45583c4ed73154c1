package sim

// payload is the content of one message, derived from a key so that any part of it can be written or checked alone.
type payload uint64

// at returns the byte at an offset.
func (p payload) at(offset int) byte {
	return byte(mix(uint64(p)+uint64(offset>>3)) >> (8 * (offset & 7)))
}

// fill writes what the payload has from an offset on.
func (p payload) fill(b []byte, offset int) {
	for i := range b {
		b[i] = p.at(offset + i)
	}
}

// mismatch returns where b differs from what the payload has from an offset on, -1 if nowhere.
func (p payload) mismatch(b []byte, offset int) int {
	word := mix(uint64(p) + uint64(offset>>3))
	for i, c := range b {
		at := offset + i
		if at&7 == 0 {
			word = mix(uint64(p) + uint64(at>>3))
		}
		if c != byte(word>>(8*(at&7))) {
			return at
		}
	}
	return -1
}

// mix is the finaliser of splitmix64: neighbouring inputs give unrelated outputs.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
