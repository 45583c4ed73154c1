import com.sun.nio.sctp.AbstractNotificationHandler;
import com.sun.nio.sctp.Association;
import com.sun.nio.sctp.AssociationChangeNotification;
import com.sun.nio.sctp.HandlerResult;
import com.sun.nio.sctp.MessageInfo;
import com.sun.nio.sctp.Notification;
import com.sun.nio.sctp.PeerAddressChangeNotification;
import com.sun.nio.sctp.SctpChannel;
import com.sun.nio.sctp.SctpMultiChannel;
import com.sun.nio.sctp.SctpServerChannel;
import com.sun.nio.sctp.SctpStandardSocketOptions;
import com.sun.nio.sctp.SctpStandardSocketOptions.InitMaxStreams;
import com.sun.nio.sctp.ShutdownNotification;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A user of com.sun.nio.sctp. It says what it has checked, a line each, and then "done"; what is not as it should be ends it. */
public final class Channels {
    private static final int PATIENCE = 10_000; // milliseconds

    private final InetAddress address, other;

    private Channels(InetAddress address, InetAddress other) {
        this.address = address;
        this.other = other;
    }

    public static void main(String[] args) throws Exception {
        Channels c = new Channels(InetAddress.getByName(args[0]), InetAddress.getByName(args[1]));
        c.blocking();
        c.selected();
        c.many();
        c.addresses();
        c.options();
        c.refused();
        System.out.println("done");
        System.exit(0);
    }

    private static void said(String what) {
        System.out.println(what);
    }

    private static void must(boolean ok, String what) {
        if (!ok) {
            throw new AssertionError(what);
        }
    }

    private static ByteBuffer bytes(String s) {
        return ByteBuffer.wrap(s.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteBuffer b) {
        b.flip();
        return StandardCharsets.UTF_8.decode(b).toString();
    }

    /** Log keeps the notifications in the order in which they came. */
    private static final class Log extends AbstractNotificationHandler<List<String>> {
        @Override
        public HandlerResult handleNotification(AssociationChangeNotification n, List<String> log) {
            log.add(n.event().name());
            return HandlerResult.CONTINUE;
        }

        @Override
        public HandlerResult handleNotification(ShutdownNotification n, List<String> log) {
            log.add("SHUTDOWN_EVENT");
            return HandlerResult.CONTINUE;
        }

        @Override
        public HandlerResult handleNotification(PeerAddressChangeNotification n, List<String> log) {
            return HandlerResult.CONTINUE;
        }

        @Override
        public HandlerResult handleNotification(Notification n, List<String> log) {
            log.add(n.getClass().getSimpleName());
            return HandlerResult.CONTINUE;
        }
    }

    private SctpServerChannel listening() throws IOException {
        return SctpServerChannel.open().bind(new InetSocketAddress(address, 0));
    }

    private static SocketAddress of(Set<SocketAddress> all) {
        return all.iterator().next();
    }

    private void blocking() throws Exception {
        try (SctpServerChannel server = listening()) {
            SctpChannel client = SctpChannel.open(of(server.getAllLocalAddresses()), 6, 8);
            SctpChannel accepted = server.accept();
            Association association = client.association();
            must(association.maxOutboundStreams() == 6 && association.maxInboundStreams() == 8, "streams of the client: " + association);
            must(accepted.association().maxInboundStreams() == 6, "streams of the server: " + accepted.association());
            must(client.getRemoteAddresses().equals(accepted.getAllLocalAddresses()), "addresses");

            MessageInfo out = MessageInfo.createOutgoing(null, 5).payloadProtocolID(46).unordered(true);
            must(client.send(bytes("five"), out) == 4, "send");
            List<String> log = new ArrayList<>();
            ByteBuffer in = ByteBuffer.allocateDirect(100);
            MessageInfo got = accepted.receive(in, log, new Log());
            must(text(in).equals("five") && got.streamNumber() == 5 && got.payloadProtocolID() == 46 && got.isUnordered() && got.isComplete(), "message: " + got);
            must(log.equals(List.of("COMM_UP")), "notifications: " + log);
            said("messages");

            client.send(ByteBuffer.allocate(5000), MessageInfo.createOutgoing(null, 0));
            int total = 0;
            for (got = null; got == null || !got.isComplete(); total += got.bytes()) {
                in.clear();
                got = accepted.receive(in, log, new Log());
            }
            must(total == 5000, "in parts: " + total);
            said("a message in parts");

            client.shutdown();
            in.clear();
            got = accepted.receive(in, log, new Log());
            must(got.bytes() == -1 && log.contains("SHUTDOWN_EVENT"), "end: " + got + log);
            said("shutdown");
            client.close();
            accepted.close();
        }
    }

    /** A server and a client in one thread, by a selector. */
    private void selected() throws Exception {
        final int messages = 50;
        try (Selector selector = Selector.open(); SctpServerChannel server = listening(); SctpChannel client = SctpChannel.open()) {
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            must(server.accept() == null, "an association that nobody began");
            client.configureBlocking(false);
            must(!client.connect(of(server.getAllLocalAddresses())) && client.isConnectionPending(), "connect that does not wait");
            client.register(selector, SelectionKey.OP_CONNECT);
            ByteBuffer b = ByteBuffer.allocate(1000);
            int sent = 0, echoed = 0;
            while (echoed < messages) {
                must(selector.select(PATIENCE) > 0, "nothing is ready after " + sent + " messages and " + echoed + " echoes");
                for (SelectionKey key : selector.selectedKeys()) {
                    if (key.isAcceptable()) {
                        SctpChannel accepted = server.accept();
                        accepted.configureBlocking(false);
                        accepted.register(selector, SelectionKey.OP_READ);
                    } else if (key.isConnectable()) {
                        must(client.finishConnect(), "finishConnect");
                        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                    } else {
                        SctpChannel channel = (SctpChannel) key.channel();
                        if (key.isReadable()) {
                            b.clear();
                            MessageInfo got = channel.receive(b, null, null);
                            if (got != null && channel == client) {
                                must(text(b).equals("message " + echoed++), "echo");
                            } else if (got != null) {
                                b.flip();
                                channel.send(b, MessageInfo.createOutgoing(null, got.streamNumber()));
                            }
                        }
                        if (key.isWritable() && channel == client && sent < messages) {
                            channel.send(bytes("message " + sent++), MessageInfo.createOutgoing(null, 1));
                        } else if (channel == client && sent == messages) {
                            key.interestOps(SelectionKey.OP_READ);
                        }
                    }
                }
                selector.selectedKeys().clear();
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
        }
        said("a selector");
    }

    private void many() throws Exception {
        try (SctpMultiChannel server = SctpMultiChannel.open().bind(new InetSocketAddress(address, 0));
             SctpMultiChannel client = SctpMultiChannel.open().bind(new InetSocketAddress(address, 0))) {
            SocketAddress to = of(server.getAllLocalAddresses());
            client.send(bytes("first"), MessageInfo.createOutgoing(to, 0));
            List<String> log = new ArrayList<>();
            ByteBuffer b = ByteBuffer.allocate(100);
            MessageInfo got = server.receive(b, log, new Log());
            must(text(b).equals("first") && log.equals(List.of("COMM_UP")), "first message: " + log);
            must(server.associations().equals(Set.of(got.association())), "associations: " + server.associations());
            server.send(bytes("answer"), MessageInfo.createOutgoing(got.association(), null, 3));
            b.clear();
            MessageInfo answer = client.receive(b, log, new Log());
            must(text(b).equals("answer") && answer.streamNumber() == 3 && answer.address().equals(to), "answer: " + answer);
            said("a multi-channel");

            try (SctpChannel own = server.branch(got.association())) {
                must(server.associations().isEmpty(), "the association is still the server's");
                client.send(bytes("to the branch"), MessageInfo.createOutgoing(answer.association(), null, 2));
                b.clear();
                MessageInfo there = own.receive(b, null, null);
                must(text(b).equals("to the branch") && there.streamNumber() == 2, "branch: " + there);
                log.clear();
                client.shutdown(answer.association());
                b.clear();
                must(own.receive(b, log, new Log()).bytes() == -1, "end of the branch");
            }
            said("a branch");
        }
    }

    private void addresses() throws Exception {
        try (SctpServerChannel server = listening()) {
            int port = ((InetSocketAddress) of(server.getAllLocalAddresses())).getPort();
            server.bindAddress(other);
            must(server.getAllLocalAddresses().equals(Set.of(new InetSocketAddress(address, port), new InetSocketAddress(other, port))),
                "two addresses: " + server.getAllLocalAddresses());
            try (SctpChannel client = SctpChannel.open(new InetSocketAddress(address, port), 0, 0)) {
                must(client.getRemoteAddresses().size() == 2, "the peer's addresses: " + client.getRemoteAddresses());
                server.accept().close();
            }
            server.unbindAddress(other);
            must(server.getAllLocalAddresses().size() == 1, "one address: " + server.getAllLocalAddresses());
        }
        said("addresses");
    }

    private void options() throws Exception {
        try (SctpServerChannel server = listening()) {
            server.setOption(SctpStandardSocketOptions.SCTP_INIT_MAXSTREAMS, InitMaxStreams.create(4, 3));
            must(server.getOption(SctpStandardSocketOptions.SCTP_INIT_MAXSTREAMS).equals(InitMaxStreams.create(4, 3)), "SCTP_INIT_MAXSTREAMS");
            try (SctpChannel client = SctpChannel.open(of(server.getAllLocalAddresses()), 0, 0); SctpChannel accepted = server.accept()) {
                must(client.association().maxInboundStreams() == 3 && client.association().maxOutboundStreams() == 4, "streams: " + client.association());
                client.setOption(SctpStandardSocketOptions.SCTP_NODELAY, true);
                client.setOption(SctpStandardSocketOptions.SCTP_DISABLE_FRAGMENTS, true);
                client.setOption(SctpStandardSocketOptions.SO_LINGER, 3);
                client.setOption(SctpStandardSocketOptions.SO_SNDBUF, 30_000);
                client.setOption(SctpStandardSocketOptions.SO_RCVBUF, 30_000);
                must(client.getOption(SctpStandardSocketOptions.SCTP_NODELAY), "SCTP_NODELAY");
                must(client.getOption(SctpStandardSocketOptions.SCTP_DISABLE_FRAGMENTS), "SCTP_DISABLE_FRAGMENTS");
                must(client.getOption(SctpStandardSocketOptions.SO_LINGER) == 3, "SO_LINGER");
                must(client.getOption(SctpStandardSocketOptions.SO_SNDBUF) >= 30_000, "SO_SNDBUF");
                must(client.getOption(SctpStandardSocketOptions.SO_RCVBUF) >= 30_000, "SO_RCVBUF");
                SocketAddress primary = of(accepted.getAllLocalAddresses());
                client.setOption(SctpStandardSocketOptions.SCTP_PRIMARY_ADDR, primary);
                must(client.getOption(SctpStandardSocketOptions.SCTP_PRIMARY_ADDR).equals(primary), "SCTP_PRIMARY_ADDR");
                client.setOption(SctpStandardSocketOptions.SCTP_FRAGMENT_INTERLEAVE, 1);
                must(client.getOption(SctpStandardSocketOptions.SCTP_FRAGMENT_INTERLEAVE) == 1, "SCTP_FRAGMENT_INTERLEAVE");
            }
        }
        said("options");
    }

    private void refused() throws Exception {
        SocketAddress gone;
        try (SctpServerChannel server = listening()) {
            gone = of(server.getAllLocalAddresses());
        }
        try {
            SctpChannel.open(gone, 0, 0).close();
        } catch (ConnectException e) {
            said("refusal");
            return;
        }
        throw new AssertionError("connected to " + gone);
    }
}
