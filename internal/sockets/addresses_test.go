package sockets

import (
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// setList sets an option whose value is a list of addresses.
func (u *user) setList(name linux.OptName, list ...[]byte) (int, error) {
	var value []byte
	for _, a := range list {
		value = append(value, a...)
	}
	return u.SetOption(linux.SOL_SCTP, int(name), value)
}

func TestBindx(t *testing.T) {
	inWorld(t, func(w *world) {
		const add = linux.SCTP_SOCKOPT_BINDX_ADD
		for _, c := range []struct {
			what string
			list [][]byte
			want error
		}{
			{"nothing", nil, syscall.EINVAL},
			{"half an address", [][]byte{at(leftIP, 7)[:8]}, syscall.EINVAL},
			{"two ports", [][]byte{at(leftIP, 7), at("127.0.0.1", 8)}, syscall.EINVAL},
			{"one twice", [][]byte{at(leftIP, 7), at(leftIP, 7)}, syscall.EINVAL},
			{"IPv6", [][]byte{at(leftIP6, 7)}, syscall.EINVAL},
			{"the wildcard and more", [][]byte{at("0.0.0.0", 7), at(leftIP, 7)}, syscall.EINVAL},
			{"another's", [][]byte{at(leftIP, 7), at("192.0.2.77", 7)}, syscall.EADDRNOTAVAIL},
			{"the wildcard", [][]byte{at("0.0.0.0", 7)}, nil},
			{"two", [][]byte{at(leftIP, 7), at("127.0.0.1", 7)}, nil},
		} {
			s := w.socket(w.left, linux.AF_INET, sockStream)
			_, err := s.setList(add, c.list...)
			w.want(c.what, err, c.want)
			s.Close()
		}
		s := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(s.Bind(at(leftIP, 7)))
		_, err := s.setList(add, at("127.0.0.1", 7))
		w.want("a bound socket", err, syscall.EOPNOTSUPP)
		_, err = s.setList(linux.SCTP_SOCKOPT_BINDX_REM, at(leftIP, 7))
		w.want("removing", err, syscall.ENOPROTOOPT)
		s.Close()
	})
}

func TestConnectx(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.right, linux.AF_INET6, sockStream)
		w.ok(l.Bind(at("::", 7)))
		w.ok(l.Listen(5))
		c := w.socket(w.left, linux.AF_INET6, sockStream)
		const connectx = linux.SCTP_SOCKOPT_CONNECTX
		for _, k := range []struct {
			what string
			list [][]byte
			want error
		}{
			{"nothing", nil, syscall.EINVAL},
			{"two ports", [][]byte{at(rightIP, 7), at(rightIP6, 8)}, syscall.EINVAL},
			{"one twice", [][]byte{at(rightIP, 7), at(rightIP, 7)}, syscall.EADDRNOTAVAIL},
			{"the wildcard", [][]byte{at("0.0.0.0", 7)}, syscall.EINVAL},
		} {
			_, err := c.setList(connectx, k.list...)
			w.want(k.what, err, k.want)
		}
		_, err := c.setList(connectx, at(rightIP, 0))
		w.want("port 0", err, syscall.EINPROGRESS)
		w.want("port 0", c.ConnectResult(), syscall.ECONNREFUSED)
		id, err := c.setList(connectx, at(rightIP, 7), at(rightIP6, 7))
		w.want("two addresses", err, syscall.EINPROGRESS)
		w.ok(c.until(c.ConnectResult))
		if id != int(assocID(c.assoc)) || id < int(linux.FirstAssocID) {
			t.Errorf("identifier %d", id)
		}
		_, err = c.setList(connectx, at(rightIP, 7))
		w.want("again", err, syscall.EISCONN)
		old := w.socket(w.left, linux.AF_INET6, sockStream)
		id, err = old.setList(linux.SCTP_SOCKOPT_CONNECTX_OLD, at(rightIP, 7))
		if w.want("the oldest", err, syscall.EINPROGRESS); id != 0 {
			t.Errorf("it returns %d", id)
		}
		w.ok(old.until(old.ConnectResult))
		four := w.socket(w.left, linux.AF_INET, sockStream)
		_, err = four.setList(connectx, at(rightIP6, 7))
		w.want("IPv6 on an IPv4 socket", err, syscall.EINVAL)
		closeAll(l, c, old, four)
	})
}

func TestPathsOfAnAssociation(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.right, linux.AF_INET6, sockSeqpacket)
		w.ok(l.Bind(at("::", 7)))
		w.ok(l.Listen(5))
		c := w.socket(w.left, linux.AF_INET6, sockSeqpacket)
		result, err := c.setList(linux.SCTP_SOCKOPT_CONNECTX, at(rightIP, 7), at(rightIP6, 7))
		w.want("connectx", err, syscall.EINPROGRESS)
		w.ok(c.until(c.ConnectResult))
		w.settle()
		id := linux.AssocID(result)
		storage := func(ip string, port uint16) linux.Storage {
			a, _ := linux.ParseSockaddr(at(ip, port))
			return linux.StorageOf(a)
		}
		primary := func() string {
			out, _, _, err := c.Option(linux.SOL_SCTP, int(linux.SCTP_PRIMARY_ADDR), linux.Append(nil, &linux.Prim{AssocID: id}))
			var v linux.Prim
			w.ok(err)
			w.ok(linux.Parse(out, &v))
			return v.Address.String()
		}
		if got := primary(); got != "[::ffff:"+rightIP+"]:7" {
			t.Errorf("the primary address is %s", got)
		}
		w.ok(c.set(linux.SOL_SCTP, int(linux.SCTP_PRIMARY_ADDR), &linux.Prim{AssocID: id, Address: storage(rightIP6, 7)}))
		if got := primary(); got != "["+rightIP6+"]:7" {
			t.Errorf("changed, the primary address is %s", got)
		}
		for _, bad := range []linux.Prim{
			{AssocID: id, Address: storage("192.0.2.77", 7)}, {AssocID: id, Address: storage(rightIP, 8)}, {AssocID: id},
		} {
			w.want("no address of the peer", c.set(linux.SOL_SCTP, int(linux.SCTP_PRIMARY_ADDR), &bad), syscall.EINVAL)
		}
		_, _, _, err = c.Option(linux.SOL_SCTP, int(linux.SCTP_PRIMARY_ADDR), linux.Append(nil, &linux.Prim{}))
		w.want("of no association", err, syscall.EINVAL)
		info := linux.PaddrInfo{Address: storage(rightIP, 7)}
		out, _, _, err := c.Option(linux.SOL_SCTP, int(linux.SCTP_GET_PEER_ADDR_INFO), linux.Append(nil, &info))
		w.ok(err)
		if w.ok(linux.Parse(out, &info)); info.AssocID != id || info.State != linux.SCTP_ACTIVE || info.Cwnd == 0 || info.RTO == 0 {
			t.Errorf("%+v", info)
		}
		info.Address = storage(leftIP, 7)
		_, _, _, err = c.Option(linux.SOL_SCTP, int(linux.SCTP_GET_PEER_ADDR_INFO), linux.Append(nil, &info))
		w.want("of this side", err, syscall.EINVAL)
		closeAll(l, c)
	})
}
