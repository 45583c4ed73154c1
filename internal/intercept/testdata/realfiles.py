"""What the files of /proc say of the sockets that a program has, and what a setting that it writes does."""
import os, socket, struct, sys

SCTP, DELAYED_SACK = 132, 16


def words(name):
    with open("/proc/net/sctp/" + name) as f:
        return [line.split() for line in f.read().splitlines()[1:]]


def delay():
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, SCTP)
    return struct.unpack("III", s.getsockopt(SCTP, DELAYED_SACK, 12))[1]


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, SCTP)
listener.bind(("127.0.0.1", 0))
port = listener.getsockname()[1]
assert words("eps") == [], words("eps")
listener.listen(5)
(mine,) = words("eps")
assert mine[2:4] == ["2", "10"] and mine[5:] == [str(port), str(os.geteuid()), str(os.fstat(listener.fileno()).st_ino), "127.0.0.1"], mine

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM, SCTP)
client.connect(("127.0.0.1", port))
server, peer = listener.accept()
by_inode = {line[10]: line for line in words("assocs")}
ends = [by_inode[str(os.fstat(s.fileno()).st_ino)] for s in (client, server)]
assert [e[11:13] for e in ends] == [[str(peer[1]), str(port)], [str(port), str(peer[1])]], ends
assert all(e[3:5] == ["1", "3"] for e in ends), ends
assert len(words("remaddr")) >= 2, words("remaddr")
with open("/proc/net/sctp/snmp") as f:
    counters = dict(line.split() for line in f)
assert counters["SctpCurrEstab"] == "2" and counters["SctpActiveEstabs"] == counters["SctpPassiveEstabs"] == "1", counters
with open("/proc/net/protocols") as f:
    (ours,) = [line.split() for line in f if line.startswith("SCTP ")]
assert ours[2] == "3", ours

if os.geteuid() == 0:
    assert delay() == 200
    with open("/proc/sys/net/sctp/sack_timeout", "w") as f:
        f.write("350")
    assert delay() == 350
    try:
        with open("/proc/sys/net/sctp/sack_timeout", "w") as f:
            f.write("501")
        sys.exit("501 ms is too long")
    except OSError as e:
        assert e.strerror == "Invalid argument", e
    assert delay() == 350
