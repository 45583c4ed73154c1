package pcap

import (
	"io"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/gosctp/sctp/transport"
)

// Writer writes packets to a pcapng file, with the headers of IP and UDP that they had, or nearly so: what a carrier does not
// tell (TTL, identification) is made up. It is safe for concurrent use.
type Writer struct {
	now func() time.Time
	// order is what Observer.mu is for: packets are in the file in the order sent, received.
	order sync.Mutex

	mu      sync.Mutex
	file    *pcapgo.NgWriter
	err     error
	buf     []byte
	sources map[netip.Addr]netip.Addr
}

// maxSources bounds the table of source addresses of a Writer.
const maxSources = 1024

// nanoseconds is the resolution of time stamps, as a negative power of ten.
const nanoseconds = 9

// NewWriter starts a file in w. The clock now gives the time stamps.
func NewWriter(w io.Writer, now func() time.Time) (*Writer, error) {
	file, err := pcapgo.NewNgWriterInterface(w,
		pcapgo.NgInterface{Name: "sctp", OS: runtime.GOOS, LinkType: layers.LinkTypeRaw, TimestampResolution: nanoseconds},
		pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{
			Hardware: runtime.GOARCH, OS: runtime.GOOS, Application: "github.com/gosctp/sctp",
		}})
	if err != nil {
		return nil, err
	}
	wr := &Writer{now: now, file: file, sources: map[netip.Addr]netip.Addr{}}
	return wr, wr.Flush()
}

// Wrap returns a carrier that does what t does and records all packets to w. If w is nil it returns t itself. Several carriers
// may share a Writer. An error of the file ends the recording, not the carrier; Flush returns it.
func Wrap(t transport.Transport, w *Writer) transport.Transport {
	if w == nil {
		return t
	}
	port := uint16(0)
	if t.Caps().Encapsulated {
		port = localPort(t)
	}
	r := &recorder{tapped: tapped{Transport: t, mu: &w.order}, w: w}
	only := onlyAddr(t)
	r.f = func(dir Direction, d *transport.Datagram) {
		if d.Path.Local.IsValid() || !only.IsValid() {
			w.Record(dir, d, port)
			return
		}
		sent := *d
		sent.Path.Local = only
		w.Record(dir, &sent, port)
	}
	if filter, ok := t.(transport.PortFilter); ok {
		return struct {
			*recorder
			transport.PortFilter
		}{r, filter}
	}
	return r
}

// onlyAddr is the source of packets that leave it to a carrier with one address, such as one over connections.
func onlyAddr(t transport.Transport) netip.Addr {
	if addrs, err := t.LocalAddrs(); err == nil && len(addrs) == 1 {
		return addrs[0]
	}
	return netip.Addr{}
}

// localPort asks t, or the carrier that t wraps, for its UDP port.
func localPort(t transport.Transport) uint16 {
	for {
		if p, ok := t.(interface{ LocalPort() uint16 }); ok {
			return p.LocalPort()
		}
		w, ok := t.(interface{ Unwrap() transport.Transport })
		if !ok {
			return defaultUDPPort
		}
		t = w.Unwrap()
	}
}

// recorder is a carrier whose file is brought up to date after each batch, so that a capture can be watched as it
// grows, and loses nothing with the process.
type recorder struct {
	tapped
	w *Writer
}

// ReadBatch reads, and records what came.
func (r *recorder) ReadBatch(queue int, ds []transport.Datagram) (int, error) {
	n, err := r.tapped.ReadBatch(queue, ds)
	r.w.Flush()
	return n, err
}

// WriteBatch writes, and records what was taken.
func (r *recorder) WriteBatch(ds []transport.Datagram) (int, error) {
	n, err := r.tapped.WriteBatch(ds)
	r.w.Flush()
	return n, err
}

// Record writes one packet that went to or came from d.Path. If udpPort is not zero the packet is one in UDP, and that is the
// port on this side. ICMP reports are not packets and are left out.
func (w *Writer) Record(dir Direction, d *transport.Datagram, udpPort uint16) {
	if d.Kind != transport.Packet {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return
	}
	near := endpoint{w.source(&d.Path), udpPort}
	far := endpoint{d.Path.Remote, 0}
	if udpPort != 0 {
		if far.port = d.Path.EncapPort; far.port == 0 {
			far.port = defaultUDPPort
		}
	}
	src, dst := near, far
	direction := pcapgo.NgEpbFlagDirectionOutbound
	if dir == In {
		src, dst = far, near
		direction = pcapgo.NgEpbFlagDirectionInbound
	}
	w.buf = appendPacket(w.buf[:0], src, dst, d)
	w.err = w.file.WritePacketWithOptions(
		gopacket.CaptureInfo{Timestamp: w.now(), CaptureLength: len(w.buf), Length: len(w.buf)}, w.buf,
		pcapgo.NgPacketOptions{Flags: &pcapgo.NgEpbFlags{Direction: direction}})
}

// source is this host's address on the path, which may have been left to the carrier to choose: the choice is repeated then.
func (w *Writer) source(p *transport.Path) netip.Addr {
	if p.Local.IsValid() {
		return p.Local
	}
	if addr, ok := w.sources[p.Remote]; ok {
		return addr
	}
	addr := netip.IPv4Unspecified()
	if p.Remote.Is6() {
		addr = netip.IPv6Unspecified()
	}
	// Connecting a UDP socket sends nothing and chooses the source address for the route.
	if conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(p.Remote, defaultUDPPort))); err == nil {
		addr = conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
		conn.Close()
	}
	if len(w.sources) < maxSources {
		w.sources[p.Remote] = addr
	}
	return addr
}

// Flush brings the file up to date, and returns the first error that writing to it met.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = w.file.Flush()
	}
	return w.err
}
