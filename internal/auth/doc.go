// Package auth authenticates chunks (RFC 4895): it has the lists and random numbers that the handshake exchanges, the keys that are made of them,
// and the HMAC.
//
// A Config says what one side wants. Vector makes of it what goes into INIT or INIT ACK, and ParseVector reads what came in one. A Context
// has the keys, and is told both sides' vectors once they are known; Sign and Verify work on packets in place and allocate nothing.
// Whoever holds a Context decides what becomes of packets that fail; nothing here reads a clock or draws a random number.
package auth
