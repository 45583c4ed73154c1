# A Python program: its sockets are non-blocking underneath as soon as they have a time limit.
import asyncio
import select
import socket


def stream():
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)


def at(port):
    return "127.0.0.1", port


s = stream()
s.connect(at(7))
assert s.getpeername() == at(7)
s.send(b"two reads")
assert (s.recv(3), s.recv(100)) == (b"two", b" reads")
assert select.select([s], [s], [], 0)[:2] == ([], [s])
s.send(b"rest")
assert select.select([s], [], [], 5)[0] == [s]
assert s.recvmsg(2)[::2] == (b"re", 0)
assert s.recvmsg(9)[::2] == (b"st", socket.MSG_EOR)
s.settimeout(0.1)
try:
    s.recv(1)
    raise SystemExit("received what was not sent")
except socket.timeout:
    pass
refused = stream()
try:
    refused.connect(at(99))
    raise SystemExit("connected to nobody")
except ConnectionRefusedError:
    pass
server = stream()
server.bind(at(5000))
server.listen(5)
client = stream()
client.connect(at(5000))
accepted, _ = server.accept()
client.send(b"ping")
assert accepted.recv(9) == b"ping"
accepted.close()
assert client.recv(9) == b""


async def main():
    loop = asyncio.get_running_loop()
    x = stream()
    x.setblocking(False)
    await loop.sock_connect(x, at(10))
    await loop.sock_sendall(x, b"async")
    assert await loop.sock_recv(x, 9) == b"async"
    y = stream()
    y.setblocking(False)
    try:
        await loop.sock_connect(y, at(11))
        raise SystemExit("connected to who refuses")
    except ConnectionRefusedError:
        pass


asyncio.run(main())
