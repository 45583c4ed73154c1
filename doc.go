// Package sctp is the Stream Control Transmission Protocol (RFC 9260) for Go programs, over raw IP, over UDP (RFC
// 6951), or over any carrier of your own. It needs no support in the kernel, and over UDP no privilege.
//
// SCTP carries messages, not bytes: what one side writes in one call the other reads as one. An association, which is what
// SCTP calls a connection, has many streams, each ordered for itself, and may use several addresses on each side, so that
// it survives the loss of a path.
//
// # Where to start
//
// [Dial] and [Listen] make a [Conn] and a [Listener]. They are a net.Conn and a net.Listener, so that net/http,
// crypto/tls and whatever else runs over these runs over SCTP unchanged. What SCTP can do beyond is on the Conn:
// [Conn.ReadMsg] and [Conn.WriteMsg] take messages with their streams and payload protocol identifiers, [Conn.Stream]
// is a handle of one stream, [Conn.Messages] an iterator, [Conn.NextNotification] tells what happens to the
// association.
//
// [ListenEndpoint] makes an [Endpoint], the one-to-many style of RFC 6458: one socket with many associations, which are set
// up by sending.
//
// # Extensions
//
// What both sides have of the extensions of SCTP is in use, and Status tells which that is. A Go program has, without
// asking for anything,
//
//   - messages that may be given up (RFC 3758, RFC 7496): set PR in a [SndInfo] to [Lifetime], [MaxRetransmits] or [PriorityPolicy];
//   - streams that are reset and added (RFC 6525): [Conn.ResetStreams], [Conn.ResetAssociation], [Conn.AddStreams];
//   - schedulers that choose whose message is next (RFC 8260 section 3): Scheduler in [Config], [Conn.SetStreamValue];
//   - congestion control by marks instead of losses (ECN), where the carrier sees them.
//
// It has to ask for authentication with keys that both sides have (RFC 4895): Auth in its Config, [Conn.SetAuthKey],
// [Conn.ActivateAuthKey]; with that, addresses may be added and removed (RFC 5061). It has to ask for interleaving (RFC 8260 section 2), with FragmentInterleave 2 in its Config, because parts of large
// messages are then read between parts of others. One message of any size can be written, and read, in parts:
// [Conn.NewMessage], [Conn.ReadMsg].
//
// # Several paths
//
// With several addresses on a side an association goes on when one of the ways breaks, half a second later unless [Config] says otherwise.
// [Conn.Paths] shows the addresses of the peer, [Conn.SetPathParams] and [Conn.SetPrimary] change how they are used, and
// [PeerAddrChange] notifications tell what becomes of them. Addresses may come and go ([Conn.AddAddr], [Conn.RemoveAddr], [Conn.SetPeerPrimary]), or
// follow those of the host (AutoASCONF in Config), if both sides have RFC 5061.
//
// # Networks
//
// The first argument of Dial and Listen names how packets travel:
//
//	sctp, sctp4, sctp6              as IP protocol 132; takes the right to open raw sockets (CAP_NET_RAW on Linux)
//	sctp/udp, sctp/udp4, sctp/udp6  inside UDP (RFC 6951), on port 9899 or the one that the address gives
//
// The ones with a digit use only that version of IP. A [Dialer] or [ListenConfig] with a Carrier uses that one, and the
// name of the network then says only which version of IP to use; package transport/dtls makes Carriers over DTLS (RFC 8261),
// package transport/pipe one of any connection that keeps messages apart. Nothing is chosen silently: without the right to open a raw socket, sctp
// fails with an error that says so.
//
// # Addresses
//
// An address is host:port as everywhere in Go. Several addresses of one host are separated by slashes:
//
//	192.0.2.1:3868                      one address
//	192.0.2.1/198.51.100.1:3868         two addresses of one host
//	[2001:db8::1]/192.0.2.1:3868        IPv6 stands in brackets, with a zone if it needs one: [fe80::1%eth0]
//	server.example:3868                 a name; Dial tries all its addresses
//	:3868                               to listen: all addresses of this host
//	192.0.2.1:3868?udp=9900             the UDP port is not 9899
//
// In full:
//
//	address = [ host *( "/" host ) ] ":" port [ "?udp=" port ]
//	host    = IPv4 address | "[" IPv6 address [ "%" zone ] "]" | name
//	port    = a decimal number, 0 to 65535
//
// # Errors
//
// Errors of a Conn are a *net.OpError around the reason. Use errors.Is with net.ErrClosed, os.ErrDeadlineExceeded,
// [ErrTimeout], [ErrUnreachable], [ErrDisconnected], [ErrShutdown], [ErrMessageTooBig], [ErrDenied], [ErrNotNegotiated], and errors.As with
// *[AbortError] to learn who ended the association and why.
package sctp
