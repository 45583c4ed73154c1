// Package sim runs the whole core, endpoints and associations, over package simnet in virtual time and judges every step.
//
// A seed draws a [Scenario]: hosts with several addresses, links and their faults, parameters, what the applications send and
// read, and what happens meanwhile: cut paths, readers that stop, hosts that crash. [Run] plays it and returns a [Result]
// whose Violation names the first rule that was broken. The same seed gives the same run, packet by packet.
//
// The driver obeys the law of package assoc: one input, then all events and the next deadline, and only then the next
// input. Packets are pulled after each input, or later where the scenario says so.
//
// What is judged does not come from the code under test where there is another source: payloads are derived from
// message numbers, acknowledged bytes from the packets on the wire, packet sizes from what the network allows.
package sim
