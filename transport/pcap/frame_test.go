package pcap

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/gosctp/sctp/transport"
)

// ipPacket is an INIT in an IP packet.
func ipPacket(src, dst endpoint) []byte {
	return appendPacket(nil, src, dst, &transport.Datagram{Data: initPacket(), ECN: transport.CE})
}

var (
	raw4 = ipPacket(endpoint{here4, 0}, endpoint{there4, 0})
	raw6 = ipPacket(endpoint{here6, 0}, endpoint{there6, 0})
	udp4 = ipPacket(endpoint{here4, 9899}, endpoint{there4, 7777})
	udp6 = ipPacket(endpoint{here6, 5}, endpoint{there6, 6})
)

// prefix puts a link header, in hexadecimal words, in front of a packet.
func prefix(header string, packet []byte) []byte {
	var b []byte
	for word := range strings.FieldsSeq(header) {
		for ; len(word) > 0; word = word[2:] {
			b = append(b, unhex(word[0])<<4|unhex(word[1]))
		}
	}
	return append(b, packet...)
}

func unhex(c byte) byte { return byte(strings.IndexByte("0123456789abcdef", c)) }

const ether = "020000000001 020000000002 "

func TestLinkTypes(t *testing.T) {
	for _, tt := range []struct {
		name string
		link layers.LinkType
		data []byte
		dir  Direction
	}{
		{"raw", layers.LinkTypeRaw, raw4, Unknown},
		{"raw of BSD", linkRawBSD, raw6, Unknown},
		{"IPv4", layers.LinkTypeIPv4, raw4, Unknown},
		{"IPv6", layers.LinkTypeIPv6, raw6, Unknown},
		{"BSD loopback, low byte first", layers.LinkTypeNull, prefix("02000000", raw4), Unknown},
		{"BSD loopback, IPv6 of macOS", layers.LinkTypeNull, prefix("1e000000", raw6), Unknown},
		{"OpenBSD loopback", layers.LinkTypeLoop, prefix("00000002", raw4), Unknown},
		{"Ethernet", layers.LinkTypeEthernet, prefix(ether+"0800", raw4), Unknown},
		{"Ethernet, IPv6", layers.LinkTypeEthernet, prefix(ether+"86dd", raw6), Unknown},
		{"Ethernet, padded", layers.LinkTypeEthernet, append(prefix(ether+"0800", raw4), 0, 0, 0, 0), Unknown},
		{"Ethernet, VLAN", layers.LinkTypeEthernet, prefix(ether+"8100 0001 0800", raw4), Unknown},
		{"Ethernet, two VLANs", layers.LinkTypeEthernet, prefix(ether+"88a8 0001 8100 0002 86dd", raw6), Unknown},
		{"Linux cooked, received", layers.LinkTypeLinuxSLL, prefix("0000 0001 0006 020000000001 0000 0800", raw4), In},
		{"Linux cooked, sent", layers.LinkTypeLinuxSLL, prefix("0004 0001 0006 020000000001 0000 86dd", raw6), Out},
		{"Linux cooked 2, sent", linkSLL2, prefix("0800 0000 00000001 0001 04 06 0200000000010000", raw4), Out},
	} {
		f := frame{data: tt.data}
		if !f.link(tt.link) || !f.ip() || !f.sctp(func(uint16) bool { return false }) {
			t.Errorf("%s: no SCTP packet found", tt.name)
			continue
		}
		if !bytes.Equal(f.data, initPacket()) || f.truncated || f.direction != tt.dir || f.ecn != transport.CE {
			t.Errorf("%s: got %x (truncated %t, %v, ECN %d), want %x (%v)", tt.name, f.data, f.truncated, f.direction, f.ecn,
				initPacket(), tt.dir)
		}
	}
}

func TestFramesWithoutSCTP(t *testing.T) {
	change := func(packet []byte, at int, value byte) []byte {
		b := slices.Clone(packet)
		b[at] = value
		return b
	}
	badSum := change(udp6, len(udp6)-1, 77) // on ports that are nobody's
	for _, tt := range []struct {
		name string
		link layers.LinkType
		data []byte
	}{
		{"nothing", layers.LinkTypeRaw, nil},
		{"unknown link type", layers.LinkTypeFDDI, raw4},
		{"ARP", layers.LinkTypeEthernet, prefix(ether+"0806", raw4)},
		{"ARP, cooked", layers.LinkTypeLinuxSLL, prefix("0000 0001 0006 020000000001 0000 0806", raw4)},
		{"IP version 5", layers.LinkTypeRaw, change(raw4, 0, 0x55)},
		{"a header shorter than IPv4 has", layers.LinkTypeRaw, change(raw4, 0, 0x44)},
		{"TCP", layers.LinkTypeRaw, change(raw4, 9, 6)},
		{"TCP, IPv6", layers.LinkTypeRaw, change(raw6, 6, 6)},
		{"a later fragment", layers.LinkTypeRaw, change(raw4, 7, 1)},
		{"other UDP", layers.LinkTypeRaw, badSum},
	} {
		f := frame{data: tt.data}
		if f.link(tt.link) && f.ip() && f.sctp(func(port uint16) bool { return port == 9899 }) {
			t.Errorf("%s: an SCTP packet was found", tt.name)
		}
	}
}

func TestUDPPorts(t *testing.T) {
	bad := slices.Clone(udp4)
	bad[len(bad)-1] ^= 1 // The checksum is wrong now: only the port speaks for SCTP.
	for port, want := range map[uint16]bool{9899: true, 7777: true, 5: false} {
		f := frame{data: bad}
		if got := f.ip() && f.sctp(func(p uint16) bool { return p == port }); got != want {
			t.Errorf("a packet between ports 9899 and 7777 is SCTP if the port is %d: %t, want %t", port, got, want)
		}
	}
}

func TestTruncatedPackets(t *testing.T) {
	for _, packet := range [][]byte{raw4, raw6, udp4, udp6} {
		for n := range packet {
			f := frame{data: packet[:n]}
			if f.ip() && f.sctp(func(uint16) bool { return true }) && !f.truncated {
				t.Errorf("the first %d of %d bytes make a whole packet", n, len(packet))
			}
		}
	}
	first := slices.Clone(raw4)
	first[6] |= 0x20 // more fragments
	f := frame{data: first}
	if !f.ip() || !f.sctp(nil) || !f.truncated {
		t.Error("the first fragment is not found, or is taken for the whole")
	}
}

func TestExtensionHeaders(t *testing.T) {
	extensions := prefix("2b00000000000000 2c00000000000000 8400000100000001", nil) // hop-by-hop, routing, first fragment
	packet := slices.Concat(raw6[:ipv6Len], extensions, raw6[ipv6Len:])
	packet[6] = extHopByHop
	binary.BigEndian.PutUint16(packet[4:], uint16(len(packet)-ipv6Len))
	f := frame{data: packet}
	if !f.ip() || !f.sctp(nil) || !bytes.Equal(f.data, initPacket()) || !f.truncated {
		t.Errorf("got %x (truncated %t), want the packet behind the extension headers, a first fragment", f.data, f.truncated)
	}
}

func TestPcapFiles(t *testing.T) {
	at := time.Date(2024, 5, 6, 7, 8, 9, 123456789, time.UTC)
	for name, newWriter := range map[string]func(*bytes.Buffer) *pcapgo.Writer{
		"microseconds": func(b *bytes.Buffer) *pcapgo.Writer { return pcapgo.NewWriter(b) },
		"nanoseconds":  func(b *bytes.Buffer) *pcapgo.Writer { return pcapgo.NewWriterNanos(b) },
	} {
		t.Run(name, func(t *testing.T) {
			var file bytes.Buffer
			w := newWriter(&file)
			if err := w.WriteFileHeader(1<<16, layers.LinkTypeEthernet); err != nil {
				t.Fatal(err)
			}
			for _, data := range [][]byte{prefix(ether+"0806", nil), prefix(ether+"0800", raw4)} {
				ci := gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(data), Length: len(data)}
				if err := w.WritePacket(ci, data); err != nil {
					t.Fatal(err)
				}
			}
			got := readAll(t, &file)
			if len(got) != 1 || got[0].Number != 2 || got[0].Src != here4 || !bytes.Equal(got[0].Data, initPacket()) {
				t.Fatalf("got %+v, want the second frame", got)
			}
			if d := got[0].Time.Sub(at).Abs(); d > time.Microsecond {
				t.Errorf("the time is %v off", d)
			}
		})
	}
}

func TestFilesThatAreNoCaptures(t *testing.T) {
	for _, content := range []string{"", "x", "not a capture at all, whatever it is", "\x0a\x0d\x0d\x0a"} {
		if _, err := NewReader(strings.NewReader(content)); err == nil {
			t.Errorf("%q is taken for a capture", content)
		}
	}
}

func FuzzFrame(f *testing.F) {
	for _, packet := range [][]byte{raw4, raw6, udp4, udp6} {
		f.Add(uint16(layers.LinkTypeRaw), packet)
		f.Add(uint16(layers.LinkTypeEthernet), prefix(ether+"8100 0001 0800", packet))
		f.Add(uint16(linkSLL2), prefix("0800 0000 00000001 0001 04 06 0200000000010000", packet))
	}
	f.Fuzz(func(t *testing.T, link uint16, data []byte) {
		fr := frame{data: data}
		if fr.link(layers.LinkType(link)) && fr.ip() && fr.sctp(func(uint16) bool { return true }) {
			if len(fr.data) < commonHeaderLen || !bytes.HasSuffix(data[:cap(data)], fr.data[:cap(fr.data)]) {
				t.Errorf("the packet is not a part of the frame with a common header: %x", fr.data)
			}
		}
	})
}

func FuzzReader(f *testing.F) {
	var pcapng, pcap bytes.Buffer
	w, err := NewWriter(&pcapng, clock())
	if err != nil {
		f.Fatal(err)
	}
	w.Record(Out, &transport.Datagram{Path: transport.Path{Local: here4, Remote: there4}, Data: initPacket()}, 9899)
	if err := w.Flush(); err != nil {
		f.Fatal(err)
	}
	f.Add(pcapng.Bytes())
	old := pcapgo.NewWriter(&pcap)
	if err := old.WriteFileHeader(1<<16, layers.LinkTypeRaw); err != nil {
		f.Fatal(err)
	}
	if err := old.WritePacket(gopacket.CaptureInfo{CaptureLength: len(raw6), Length: len(raw6)}, raw6); err != nil {
		f.Fatal(err)
	}
	f.Add(pcap.Bytes())
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := NewReader(bytes.NewReader(file))
		for n := 0; err == nil; n++ {
			if n > len(file) {
				t.Fatalf("%d packets in a file of %d bytes", n, len(file))
			}
			_, err = r.Next()
		}
	})
}
