// Package archtest holds the architecture of this module as tests: what may import what, what the protocol core may not
// touch, where packets are built, how long a file may grow.
//
// A rule is a function over the parsed tree (tree_test.go) with the reason for its existence, which every failure prints,
// and with canaries: tiny sources that break the rule and must be reported, so that a rule which cannot fail is itself a
// failure. To add a rule, write a rule value and put it into the list in archtest_test.go.
//
// The tests read syntax, and types as far as this module declares them; nothing is built, so all rules together take about
// a second.
package archtest
