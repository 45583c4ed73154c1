package linux

import (
	"encoding/binary"
	"syscall"
)

// Struct is a struct of the socket API. Pointers to the struct types of this package implement it.
type Struct interface {
	// layout visits the fields in the order in which they lie in memory.
	layout(c *codec)
}

// Parse fills v from b, which may be longer than v needs. Slices in v alias b. It returns EINVAL if b is too short.
func Parse(b []byte, v Struct) error {
	c := codec{mode: reading, b: b}
	v.layout(&c)
	return c.err()
}

// Append appends v to b, padding being zero.
func Append(b []byte, v Struct) []byte {
	c := codec{mode: writing, b: b, base: len(b)}
	v.layout(&c)
	return c.finish()
}

// Put writes v over the bytes at the beginning of b, which grows if it is too short, and leaves padding as it is: what a program
// passes to getsockopt comes back with only the fields changed.
func Put(b []byte, v Struct) []byte {
	c := codec{mode: writing, b: b}
	v.layout(&c)
	return c.finish()
}

// Size returns sizeof the struct in C, which for a struct that ends with an array is the part before it.
func Size(v Struct) int {
	var c codec
	v.layout(&c)
	return c.off
}

var le = binary.LittleEndian

type mode uint8

const (
	measuring mode = iota
	reading
	writing
)

// codec walks over the fields of a struct: to measure it, to read it or to write it.
type codec struct {
	mode mode
	b    []byte
	base int // writing: where in b the struct begins
	off  int // of the next field within the struct
	// bad: what is read is too short, or is not what it claims to be.
	bad bool
	// notification: the struct has a notification header, whose length is known at its end.
	notification bool
	// fields, when measuring, are the offsets of the fields.
	fields []int
}

func (c *codec) err() error {
	if c.bad {
		return syscall.EINVAL
	}
	return nil
}

func (c *codec) finish() []byte {
	if c.notification {
		le.PutUint32(c.b[c.base+4:], uint32(len(c.b)-c.base))
	}
	return c.b
}

// next returns the n bytes of the next field; nil when measuring, or when there are not so many to read.
func (c *codec) next(n int) []byte {
	from := c.base + c.off
	c.off += n
	switch c.mode {
	case measuring:
		c.fields = append(c.fields, c.off-n)
		return nil
	case reading:
		if len(c.b) < c.off {
			c.bad = true
			return nil
		}
	case writing:
		for len(c.b) < from+n {
			c.b = append(c.b, 0)
		}
	}
	return c.b[from : from+n]
}

// pad skips n bytes that belong to no field.
func (c *codec) pad(n int) {
	c.next(n)
	c.unnamed()
}

// unnamed says that the field before has no name in C.
func (c *codec) unnamed() {
	if c.mode == measuring {
		c.fields = c.fields[:len(c.fields)-1]
	}
}

func u8[T ~uint8](c *codec, v *T) {
	if p := c.next(1); p == nil {
		return
	} else if c.mode == reading {
		*v = T(p[0])
	} else {
		p[0] = byte(*v)
	}
}

func u16[T ~uint16](c *codec, v *T) {
	if p := c.next(2); p == nil {
		return
	} else if c.mode == reading {
		*v = T(le.Uint16(p))
	} else {
		le.PutUint16(p, uint16(*v))
	}
}

// be16 is a number in network byte order.
func be16(c *codec, v *uint16) {
	if p := c.next(2); p == nil {
		return
	} else if c.mode == reading {
		*v = binary.BigEndian.Uint16(p)
	} else {
		binary.BigEndian.PutUint16(p, *v)
	}
}

func u32[T ~uint32 | ~int32](c *codec, v *T) {
	if p := c.next(4); p == nil {
		return
	} else if c.mode == reading {
		*v = T(le.Uint32(p))
	} else {
		le.PutUint32(p, uint32(*v))
	}
}

func u64[T ~uint64 | ~int64](c *codec, v *T) {
	if p := c.next(8); p == nil {
		return
	} else if c.mode == reading {
		*v = T(le.Uint64(p))
	} else {
		le.PutUint64(p, uint64(*v))
	}
}

func (c *codec) storage(v *Storage) {
	if p := c.next(len(v)); p == nil {
		return
	} else if c.mode == reading {
		copy(v[:], p)
	} else {
		copy(p, v[:])
	}
}

// tail is an array of bytes that the struct ends with.
func (c *codec) tail(v *[]byte) {
	switch c.mode {
	case measuring:
		c.fields = append(c.fields, c.off)
	case reading:
		*v = nil
		if len(c.b) > c.off {
			*v = c.b[c.off:len(c.b):len(c.b)]
		}
	case writing:
		c.b = append(c.b[:c.base+c.off], *v...)
	}
}

// list is an array of numbers of size bytes each that the struct ends with: n of them, or all that there are if n is negative.
func list[T ~uint16 | ~int32](c *codec, v *[]T, n int, one func(*codec, *T)) {
	switch c.mode {
	case measuring:
		c.fields = append(c.fields, c.off)
	case reading:
		*v = nil
		for ; n != 0 && !c.bad && (n > 0 || c.off < len(c.b)); n-- {
			var e T
			one(c, &e)
			*v = append(*v, e)
		}
	case writing:
		for i := range *v {
			one(c, &(*v)[i])
		}
	}
}
