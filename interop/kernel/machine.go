//go:build linux

package kernel

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gosctp/sctp/interop/lab"
)

// Paths is the number of links for SCTP between the machine and its namespace.
const Paths = 3

// Addresses of the two sides, one per path. All are from blocks that no real network uses, and none is private: associations keep private addresses from public peers.
var (
	HostV4  = [Paths]string{"192.0.2.1", "198.51.100.1", "198.18.0.1"}
	GuestV4 = [Paths]string{"192.0.2.2", "198.51.100.2", "198.18.0.2"}
	HostV6  = [Paths]string{"2001:db8:a::1", "2001:db8:b::1", "2001:db8:c::1"}
	GuestV6 = [Paths]string{"2001:db8:a::2", "2001:db8:b::2", "2001:db8:c::2"}
)

// The link for control.
const (
	controlHost  = "203.0.113.1"
	controlGuest = "203.0.113.2"
	controlPort  = "1"
	controlLink  = "control"
)

// CaptureFilter keeps the control link out of a capture.
const CaptureFilter = "not host " + controlGuest

//go:embed init.sh
var initScript []byte

// Machine is a running emulated machine.
type Machine struct {
	// Namespace is where the other ends of its links are.
	Namespace *lab.Namespace
	qemu      *lab.Process
	dir       string
}

// Boot starts a machine that has the given programs of this host in /bin, and returns when it is ready. One context bounds
// the machine's life, the other the time to boot.
func Boot(life, ctx context.Context, programs ...string) (m *Machine, err error) {
	m = new(Machine)
	defer func() {
		if err != nil {
			m.Close()
		}
	}()
	if m.dir, err = os.MkdirTemp("", "gosctp-kernel-"); err != nil {
		return nil, err
	}
	image, modules, err := Image()
	if err != nil {
		return nil, err
	}
	initramfs := filepath.Join(m.dir, "initramfs")
	if err := pack(initramfs, modules, programs); err != nil {
		return nil, err
	}
	if err := m.wire(); err != nil {
		return nil, err
	}
	m.qemu, err = lab.Start("qemu", m.Namespace.Command(life, qemuArgs(image, initramfs)...))
	if err != nil {
		return nil, err
	}
	if _, err := m.qemu.Expect(ctx, "gosctp: ready"); err != nil {
		return nil, err
	}
	return m, nil
}

// Close stops the machine and removes what it left.
func (m *Machine) Close() {
	if m.qemu != nil {
		m.qemu.Stop()
	}
	if m.Namespace != nil {
		m.Namespace.Close()
	}
	os.RemoveAll(m.dir)
}

// Start starts a program in the machine. It is connected by the control link; closing its input is how it learns that nobody
// listens any more.
func (m *Machine) Start(ctx context.Context, args ...string) (*lab.Process, error) {
	p, err := lab.Start("guest's "+args[0], m.Namespace.Command(ctx, "busybox", "nc", controlGuest, controlPort))
	if err != nil {
		return nil, err
	}
	if err := p.Say("exec " + strings.Join(args, " ")); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}

// associations is where Linux lists its associations, below a line of titles.
const associations = "/proc/net/sctp/assocs"

// WaitIdle returns when the machine has no association any more, and so nothing to say. Packets that wait, on either side, for the
// neighbour's address of a link that was cut are thrown away: nobody is left to miss them.
func (m *Machine) WaitIdle(ctx context.Context) error {
	script := "until [ $(wc -l <" + associations + ") = 1 ]; do :; done"
	for path := range Paths {
		script += fmt.Sprintf("; ip neigh flush dev eth%d", path+1)
		if err := m.Namespace.IP("neigh", "flush", "dev", Link(path)); err != nil {
			return err
		}
	}
	p, err := m.Start(ctx, "sh", "-c", "'"+script+"; echo idle'")
	if err != nil {
		return err
	}
	defer p.Stop()
	_, err = p.Expect(ctx, "idle")
	return err
}

// Console returns what the machine has printed so far.
func (m *Machine) Console() string { return m.qemu.Log() }

// Link is the name, in the namespace, of the link that carries a path.
func Link(path int) string { return fmt.Sprintf("path%d", path) }

// wire makes the namespace and the taps in it.
func (m *Machine) wire() (err error) {
	if m.Namespace, err = lab.NewNamespace(); err != nil {
		return err
	}
	if err := m.Namespace.AddTap(controlLink, controlHost+"/24"); err != nil {
		return err
	}
	for path := range Paths {
		if err := m.Namespace.AddTap(Link(path), HostV4[path]+"/24", HostV6[path]+"/64"); err != nil {
			return err
		}
	}
	return nil
}

// Image returns the kernel and the directory of its modules as unpacked by interop/install.sh.
func Image() (image, modules string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", "", err
	}
	images, err := filepath.Glob(filepath.Join(cache, "gosctp", "kernel-*", "boot", "vmlinuz-*"))
	if err != nil {
		return "", "", err
	}
	if len(images) != 1 {
		return "", "", fmt.Errorf("%d kernels in %s; interop/install.sh puts one there", len(images), filepath.Join(cache, "gosctp"))
	}
	root := filepath.Dir(filepath.Dir(images[0]))
	version := strings.TrimPrefix(filepath.Base(images[0]), "vmlinuz-")
	return images[0], filepath.Join(root, "lib", "modules", version), nil
}

// pack writes the machine's root file system.
func pack(file, modules string, programs []string) error {
	var a archive
	a.directories("proc", "sys", "dev", "tmp", "bin")
	a.file("init", initScript)
	a.file("links", links())

	order, err := moduleFiles(modules, modulesNeeded)
	if err != nil {
		return err
	}
	for i, module := range order {
		if err := a.copy(fmt.Sprintf("modules/%02d-%s", i, filepath.Base(module)), module); err != nil {
			return err
		}
	}

	busybox, err := exec.LookPath("busybox")
	if err != nil {
		return err
	}
	if err := a.copy("bin/busybox", busybox); err != nil {
		return err
	}
	packed := make(map[string]bool)
	for _, program := range programs {
		if err := a.copy("bin/"+filepath.Base(program), program); err != nil {
			return err
		}
		needs, err := libraries(program)
		if err != nil {
			return err
		}
		for _, library := range needs {
			if packed[library] {
				continue
			}
			packed[library] = true
			if err := a.copy(strings.TrimPrefix(library, "/"), library); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(file, a.bytes(), 0o600)
}

// links says which address each of the machine's links gets; the links are in the order of qemuArgs.
func links() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "eth0 %s/24\n", controlGuest)
	for path := range Paths {
		fmt.Fprintf(&b, "eth%d %s/24\neth%d %s/64\n", path+1, GuestV4[path], path+1, GuestV6[path])
	}
	return []byte(b.String())
}

// qemuArgs describes the machine. Its network cards do no work for the guest: what passes a link is complete, as on a wire. It has
// no cmpxchg16b, after which the emulator of Debian 12 leaves wrong flags: Linux 6.12 takes a free object for none, and panics.
func qemuArgs(image, initramfs string) []string {
	args := []string{
		"qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max,cx16=off", "-smp", "1", "-m", "384",
		"-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio",
		"-kernel", image, "-initrd", initramfs,
		"-append", "console=ttyS0 quiet panic=-1 random.trust_cpu=on mitigations=off",
	}
	links := []string{controlLink}
	for path := range Paths {
		links = append(links, Link(path))
	}
	for i, link := range links {
		args = append(args,
			"-netdev", fmt.Sprintf("tap,id=net%d,ifname=%s,script=no,downscript=no", i, link),
			"-device", fmt.Sprintf("virtio-net-pci,netdev=net%d,addr=0x%x,romfile=,mac=52:54:00:00:00:%02x,"+
				"csum=off,guest_csum=off,gso=off,guest_tso4=off,guest_tso6=off,guest_ufo=off,host_tso4=off,host_tso6=off,host_ufo=off,mrg_rxbuf=off",
				i, i+4, i+1))
	}
	return args
}
