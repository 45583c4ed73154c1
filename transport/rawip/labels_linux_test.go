package rawip

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
)

// ipv6FlowInfo is IPV6_FLOWINFO of linux/in6.h: received packets come with the first word of their header, but for the version.
const ipv6FlowInfo = 11

// A raw socket of the test sees what the packets' headers say.
func TestLabelsAreSent(t *testing.T) {
	for family, addr := range carriertest.Loopback {
		t.Run(family, func(t *testing.T) {
			a := open(t, Config{}, portOfLabels)
			domain := unix.AF_INET
			if addr.Is6() {
				domain = unix.AF_INET6
			}
			fd, err := unix.Socket(domain, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_SCTP)
			if err != nil {
				t.Fatal(err)
			}
			defer unix.Close(fd)
			if addr.Is6() {
				for _, option := range []int{unix.IPV6_RECVTCLASS, ipv6FlowInfo} {
					if err := unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, option, 1); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 10}); err != nil {
				t.Fatal(err)
			}
			carriertest.Write(t, a.Transport, transport.Datagram{
				Path: transport.Path{Local: addr, Remote: addr}, Data: carriertest.Packet(1, portOfLabels, 1, 20),
				DSCP: 0x2e, ECN: transport.ECT0, FlowLabel: 0x12345,
			})
			tos, label := readLabels(t, fd, addr.Is6())
			if tos != 0x2e<<2|2 || addr.Is6() && label != 0x12345 {
				t.Errorf("TOS %#x, flow label %#x", tos, label)
			}
		})
	}
}

// readLabels waits for a packet to portOfLabels and reads the labels of its IP header.
func readLabels(t *testing.T, fd int, is6 bool) (tos, label uint32) {
	buf, control := make([]byte, 2000), make([]byte, 200)
	for {
		n, c, _, _, err := unix.Recvmsg(fd, buf, control, 0)
		if err != nil {
			t.Fatal(err)
		}
		packet := buf[:n]
		if !is6 {
			tos, packet = uint32(packet[1]), packet[20:]
		}
		if binary.BigEndian.Uint16(packet[2:]) != portOfLabels {
			continue // another test's
		}
		messages, err := unix.ParseSocketControlMessage(control[:c])
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			switch m.Header.Type {
			case unix.IPV6_TCLASS:
				tos = binary.NativeEndian.Uint32(m.Data)
			case ipv6FlowInfo:
				label = binary.BigEndian.Uint32(m.Data) & 0xfffff
			}
		}
		return tos, label
	}
}
