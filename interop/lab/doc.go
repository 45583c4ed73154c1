// Package lab is the bench that interop tests work on: network namespaces and the links between them, processes that are
// spoken to by lines, and captures of what passes. Start with [NewNamespace].
//
// Everything is bounded by the context that it is given, and nothing outlives the test process: children die with it, and
// namespaces that a killed run left behind are removed by the next one ([Sweep]).
package lab
