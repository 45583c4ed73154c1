// Package wire knows how SCTP looks in bytes: the packet, its chunks, their parameters and error causes, and the CRC32c.
// It knows nothing of associations: what a value means, and whether it is allowed now, is decided above.
//
// # Reading
//
// Everything is read in place. [ParseHeader] takes the common header, then [NextChunk] one chunk after the other; chunks with
// parameters or causes are walked in the same way by [NextParam] and [NextCause]. For each kind there is a typed parser,
// which trusts the type that the caller has chosen it by and checks everything else. Values alias the packet and are good
// for as long as the packet is; walking and parsing allocate nothing unless there is an error to report.
//
// # Writing
//
// Append functions add to a buffer and return it, as append does; what is appended is always padded to a multiple of four
// bytes. Headers, chunks and parameters have to begin at such a multiple to come out aligned. What Append writes, Parse
// reads back.
package wire
