// Package engine drives the protocol core: all goroutines, locks, the clock and the entropy of the stack are here.
//
// An [Engine] serves one open carrier. Open one, Bind a [Socket] on it, then either Connect from the socket, Accept on it
// (a socket with a backlog), or attach an [Inbox] to it (one-to-many). What comes out of Connect and Accept is an [Assoc].
//
// # Goroutines
//
// One reader per receive queue of the carrier, one watcher of its addresses if it has any changes to tell, and for each shard one
// latecomer, who writes what is in no hurry, and one writer
// while, and only while, the carrier is full or a caller has written for others long enough. Timers are a heap of
// association deadlines for each shard, under a single runtime timer. An association costs no goroutine, no channel and no timer.
//
// A shard is a transmit list, the role of the one who writes it, and a heap. There are as many as the carrier takes writers at a time, and an
// association belongs to one of them for all its life.
//
// In a dialogue, where an association gets packets one by one and its user waits for each, the reader's goroutine lends its role to that user, so that
// an answer changes neither goroutine nor thread on its way to him (lending).
//
// # The path of a packet
//
// In: the reader takes a batch and looks up the tag of each packet (recognize). For those whose tag nobody has, such as INIT and COOKIE ECHO, endpoint.Route
// names the association under the endpoint lock. Then every run of
// packets of one association is delivered under one hold of that association's lock (deliverRun), where those that were looked up
// are compared with its ports and addresses; what is not its own goes to endpoint.Route after all. settle turns what came
// of it into wake-ups, and transmit sends the answers. So data takes no lock that all associations share: only its association's, for moments its
// shard's, and to read, one of the many that the table of tags has.
//
// A batch for several associations wakes several users; the reader then writes what they have to say, when they have run (gathering).
//
// Out: whoever gave an association an input puts it on the transmit list (mark) and offers to write (transmit). The
// first to find the writer's role free holds it until the list is empty: it pulls packets under the association's lock
// and writes them under none. Others leave at once. A write never blocks: when the carrier is full, the role passes to
// a goroutine that waits.
//
// Where many associations are set up at a time, their first and last packets leave together, too (offerInCrowd).
//
// # Locks
//
// In this order; a later one may be taken while an earlier one is held, never the other way round:
//
//	accounts.mu               the counters of the process
//	Assoc.mu                  the association and what its user sees of it
//	Engine.mu                 the endpoint: ports, tags, routes, sockets
//	tagStripe.mu              a part of the table of tags; a leaf
//	Listener.mu, Inbox.mu     what waits for the user
//	writer.mu, timers.mu      the transmit list, the heap of a shard; leaves
//	lending.mu                who reads; a leaf
//
// No lock is held across a call to the carrier or the operating system. The order portsMu, Engine.mu is the only other one:
// portsMu keeps the port filter of the carrier in step with the bound ports.
package engine
