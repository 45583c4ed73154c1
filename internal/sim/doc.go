// Package sim runs the whole core, endpoints and associations, over package simnet in virtual time and judges every step.
//
// A seed draws a [Scenario]: hosts with several addresses, links and their faults, parameters, what the applications send and
// read, and what happens meanwhile: cut paths, readers that stop, hosts that crash. [Run] plays it and returns a [Result]
// whose Violation names the first rule that was broken. The same seed gives the same run, packet by packet.
//
// The driver obeys the law of package assoc: one input, then all events and the next deadline, and only then the next
// input. Packets are pulled after each input, or later where the scenario says so.
//
// # What can be asked of messages that are given up
//
// The sender and the receiver of a message do not give it up at the same time. So this is what holds (RFC 3758 section 3):
//
//   - A message is given up only as its policy allows: after its lifetime, when a chunk would have to be sent once too often, or while Send
//     makes room for a more important one. Its sender is told, but for one in pieces of which the peer has all there is: then the next piece
//     is refused.
//   - After that nothing of it is sent, and FORWARD TSN covers nothing that was neither given up nor acknowledged.
//   - What came back as never sent is never delivered, not even in part.
//   - What was sent in part or whole may have been delivered, and may be delivered later, because all of it had arrived. Once the receiver has
//     acknowledged a TSN of it that had not arrived, it is not delivered, whatever arrives then: of a part that was read the end is reported as
//     cut.
//   - After a graceful end everything else has been delivered, unless a message that its sender left without an end was in the way.
//
// # What can be asked of resets
//
// Streams that a side asks to reset carry nothing new between the request and its answer; the first message after an answer that the reset was
// performed has SSN or MID 0. The peer performs it only when everything before has arrived, answers the same however often it is asked, and
// tells its user. Each request has one outcome. That no stream is stuck follows from the messages sent after the reset, which have to be
// delivered like all others.
//
// # Where the judgement comes from
//
// What is judged does not come from the code under test where there is another source: payloads are derived from
// message numbers, acknowledged bytes from the packets on the wire, packet sizes from what the network allows.
package sim
