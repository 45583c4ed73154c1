package pcap

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
	"github.com/gosctp/sctp/transport/udpencap"
)

func TestMain(m *testing.M) { carriertest.Main(m) }

var (
	here4, there4 = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	here6, there6 = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
)

// initPacket is an INIT (RFC 9260 section 3.3.2) with the checksum that it needs.
func initPacket() []byte {
	b := []byte{
		0x13, 0x88, 0x13, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, // ports 5000 and 5001, tag 0
		1, 0, 0, 20, 0xde, 0xad, 0xbe, 0xef, 0, 1, 0, 0, 0, 10, 0xff, 0xff, 0, 0, 0, 1,
	}
	binary.LittleEndian.PutUint32(b[8:], crc32.Checksum(b, castagnoli))
	return b
}

// clock gives seconds from a fixed time, with nanoseconds.
func clock() func() time.Time {
	t := time.Date(2024, 5, 6, 7, 8, 9, 123456789, time.UTC)
	return func() time.Time {
		t = t.Add(time.Second)
		return t
	}
}

// record writes packets on all kinds of paths, and says what a Reader is to find.
func record(t *testing.T, w io.Writer) []Packet {
	t.Helper()
	wr, err := NewWriter(w, clock())
	if err != nil {
		t.Fatal(err)
	}
	now := clock()
	var want []Packet
	for _, p := range []struct {
		here, there netip.Addr
		udp, peer   uint16
	}{{here4, there4, 0, 0}, {here6, there6, 0, 0}, {here4, there4, 9899, 7777}, {here6, there6, 40000, 0}, {here6, there6, 40000, 40001}} {
		for _, dir := range []Direction{Out, In} {
			path := transport.Path{Local: p.here, Remote: p.there, EncapPort: p.peer}
			d := transport.Datagram{Path: path, Data: initPacket(), ECN: transport.ECT0, MayFragment: dir == In}
			wr.Record(dir, &d, p.udp)
			peer := p.peer
			if peer == 0 && p.udp != 0 {
				peer = 9899
			}
			packet := Packet{
				Number: len(want) + 1, Time: now(), Direction: dir, ECN: transport.ECT0, Data: d.Data,
				Src: p.here, Dst: p.there, SrcUDP: p.udp, DstUDP: peer,
			}
			if dir == In {
				packet.Src, packet.Dst, packet.SrcUDP, packet.DstUDP = p.there, p.here, peer, p.udp
			}
			want = append(want, packet)
		}
	}
	report := transport.Datagram{Path: transport.Path{Local: here4, Remote: there4}, Kind: transport.PacketTooBig}
	wr.Record(In, &report, 0) // No packet.
	if err := wr.Flush(); err != nil {
		t.Fatal(err)
	}
	return want
}

// readAll reads a capture to its end.
func readAll(t *testing.T, file io.Reader, udpPorts ...uint16) []Packet {
	t.Helper()
	r, err := NewReader(file, udpPorts...)
	if err != nil {
		t.Fatal(err)
	}
	var all []Packet
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		p.Data = bytes.Clone(p.Data)
		all = append(all, p)
	}
}

func TestWhatIsWrittenReadsBack(t *testing.T) {
	var file bytes.Buffer
	want := record(t, &file)
	if diff := cmp.Diff(want, readAll(t, &file), cmpopts.EquateComparable(netip.Addr{}), cmpopts.EquateApproxTime(0)); diff != "" {
		t.Errorf("packets differ (-written +read):\n%s", diff)
	}
}

func TestPathOfAPacket(t *testing.T) {
	p := Packet{Src: here4, Dst: there4, SrcUDP: 1, DstUDP: 2}
	for dir, want := range map[Direction]transport.Path{
		Out:     {Local: here4, Remote: there4, EncapPort: 2},
		Unknown: {Local: here4, Remote: there4, EncapPort: 2},
		In:      {Local: there4, Remote: here4, EncapPort: 1},
	} {
		p.Direction = dir
		if got := p.Path(); got != want {
			t.Errorf("direction %v: path %v, want %v", dir, got, want)
		}
	}
}

// Wireshark is the judge: it finds SCTP in every packet, and nothing to complain about.
func TestWiresharkReadsIt(t *testing.T) {
	tshark := require.Tool(t, "tshark")
	name := filepath.Join(t.TempDir(), "x.pcapng")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	want := record(t, file)
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) []string {
		t.Helper()
		args = append([]string{"-n", "-r", name, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
			"-o", "sctp.checksum:CRC 32c", "-d", "udp.port==40000,sctp"}, args...)
		out, err := exec.Command(tshark, args...).Output()
		if err != nil {
			t.Fatalf("tshark: %v", err)
		}
		return strings.Fields(string(out))
	}
	if got := run("-Y", "_ws.expert.severity >= warning || _ws.malformed", "-T", "fields", "-e", "frame.number"); len(got) > 0 {
		t.Errorf("tshark complains about packets %v", got)
	}
	got := run("-Y", "sctp.checksum.status == \"Good\"", "-T", "fields", "-e", "sctp.chunk_type")
	if !slices.Equal(got, slices.Repeat([]string{"1"}, len(want))) {
		t.Errorf("tshark finds chunks of types %v, want an INIT in each of %d packets", got, len(want))
	}
	if got := run("-Y", "ip.checksum.status == \"Good\" || udp.checksum.status == \"Good\"", "-T", "fields", "-e", "frame.number"); len(got) != 8 {
		t.Errorf("tshark finds checksums of IPv4 or UDP right in packets %v, want 8 packets", got)
	}
}

// open opens a carrier over UDP on the loopback device.
func open(t *testing.T) *udpencap.Transport {
	t.Helper()
	tr, err := udpencap.Open(udpencap.Config{AnyPort: true})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestWrapRecordsACarrier(t *testing.T) {
	var file bytes.Buffer
	w, err := NewWriter(&file, clock())
	if err != nil {
		t.Fatal(err)
	}
	a, b := open(t), open(t)
	wa, wb := Wrap(Tap(a, func(Direction, *transport.Datagram) {}), w), carriertest.Read(t, Wrap(b, w))
	defer wa.Close()
	loopback := carriertest.Loopback["IPv4"]
	path := transport.Path{Remote: loopback, EncapPort: b.LocalPort()}
	const packets = 20
	for range packets {
		carriertest.Write(t, wa, transport.Datagram{Path: path, Data: initPacket()})
		wb.Next(t)
	}
	wb.Transport.Close()
	wb.Err(t)
	got := readAll(t, &file)
	if len(got) != 2*packets {
		t.Fatalf("%d packets were recorded, want %d", len(got), 2*packets)
	}
	for i, p := range got {
		wantDir := []Direction{Out, In}[i%2]
		if p.Direction != wantDir || p.Src != loopback || p.Dst != loopback || p.SrcUDP != a.LocalPort() || p.DstUDP != b.LocalPort() {
			t.Errorf("packet %d is %v %v:%d -> %v:%d, want %v %v:%d -> %v:%d", p.Number, p.Direction, p.Src, p.SrcUDP, p.Dst,
				p.DstUDP, wantDir, loopback, a.LocalPort(), loopback, b.LocalPort())
		}
	}
}

func TestWithoutWriterThereIsNoWrapper(t *testing.T) {
	a := open(t)
	defer a.Close()
	if got := Wrap(a, nil); got != transport.Transport(a) {
		t.Errorf("got %T, want the carrier itself", got)
	}
}

func TestObserverSeesSentBeforeReceived(t *testing.T) {
	var seen []Direction
	o := NewObserver(func(dir Direction, _ *transport.Datagram) { seen = append(seen, dir) })
	a, b := open(t), open(t)
	oa, ob := o.Wrap(a), carriertest.Read(t, o.Wrap(b))
	defer oa.Close()
	path := transport.Path{Remote: carriertest.Loopback["IPv6"], EncapPort: b.LocalPort()}
	var want []Direction
	for range 50 {
		carriertest.Write(t, oa, transport.Datagram{Path: path, Data: initPacket()})
		ob.Next(t)
		want = append(want, Out, In)
	}
	ob.Transport.Close()
	ob.Err(t)
	if !slices.Equal(seen, want) {
		t.Errorf("seen %v", seen)
	}
}

// filtered is a carrier with a port filter.
type filtered struct {
	transport.Transport
	ports []uint16
}

func (f *filtered) SetPorts(ports []uint16, _ bool) error {
	f.ports = ports
	return nil
}

func TestWrappersKeepThePortFilter(t *testing.T) {
	a := open(t)
	defer a.Close()
	w, err := NewWriter(io.Discard, clock())
	if err != nil {
		t.Fatal(err)
	}
	f := &filtered{Transport: a}
	filter, ok := Wrap(Tap(f, nil), w).(transport.PortFilter)
	if !ok {
		t.Fatal("the wrapper of a carrier with a port filter has none")
	}
	if err := filter.SetPorts([]uint16{7}, false); err != nil || !slices.Equal(f.ports, []uint16{7}) {
		t.Errorf("SetPorts reached the carrier with %v (%v)", f.ports, err)
	}
	if _, ok := Wrap(a, w).(transport.PortFilter); ok {
		t.Error("the wrapper of a carrier without a port filter has one")
	}
}

// fullDisk fails after some bytes.
type fullDisk struct{ left int }

var errFull = errors.New("disk full")

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.left -= len(p); d.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestAFileErrorEndsTheRecordingNotTheCarrier(t *testing.T) {
	w, err := NewWriter(&fullDisk{left: 300}, clock())
	if err != nil {
		t.Fatal(err)
	}
	a, b := open(t), open(t)
	wa, rb := Wrap(a, w), carriertest.Read(t, b)
	defer wa.Close()
	path := transport.Path{Remote: carriertest.Loopback["IPv4"], EncapPort: b.LocalPort()}
	for range 10 {
		carriertest.Write(t, wa, transport.Datagram{Path: path, Data: initPacket()})
		rb.Next(t)
	}
	if err := w.Flush(); !errors.Is(err, errFull) {
		t.Errorf("Flush says %v, want the file's error", err)
	}
}

func TestSourceAddressesAreLimited(t *testing.T) {
	w, err := NewWriter(io.Discard, clock())
	if err != nil {
		t.Fatal(err)
	}
	for i := range maxSources {
		w.sources[netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})] = here4
	}
	path := transport.Path{Remote: carriertest.Loopback["IPv4"]}
	for range 2 {
		if got := w.source(&path); got != carriertest.Loopback["IPv4"] {
			t.Errorf("to loopback packets come from %v", got)
		}
	}
	if len(w.sources) > maxSources {
		t.Errorf("%d addresses are kept, limit %d", len(w.sources), maxSources)
	}
}
