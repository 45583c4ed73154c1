//go:build linux

package interop

import (
	"context"
	"slices"
	"testing"
)

// webPair has a web server and its client, TCP programs, talk under "sctp with" on the sockets of the machine's kernel. The server's port, 5000,
// shows in the kernel's own list of SCTP endpoints.
const webPair = `'
ip link set lo up
sctp run --backend=kernel cat /proc/net/sctp/eps
mkdir /www
echo a page > /www/page
sctp with --backend=kernel httpd -f -p 5000 -h /www &
tries=0
until grep -q " 5000 " /proc/net/sctp/eps; do tries=$((tries + 1)); [ $tries -lt 300 ] || break; usleep 100000; done
sctp with --backend=auto wget -q -O - http://127.0.0.1:5000/page
echo client $?
kill $!
wait $!
echo server $?
grep ActiveEstabs /proc/net/sctp/snmp
echo done'`

func TestKernelServesPrograms(t *testing.T) {
	needs(t)
	m := bootedMachine(t)
	ctx, cancel := context.WithTimeout(t.Context(), scenarioTime)
	defer cancel()
	p, err := m.Start(ctx, "unshare", "-n", "sh", "-c", webPair)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	lines, err := p.Lines(ctx, "done")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		" ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS", "a page", "client 0", "server 143", "SctpActiveEstabs                \t1",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no %q in %q", want, lines)
		}
	}
}
