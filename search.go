package sctp

import (
	"fmt"

	"github.com/gosctp/sctp/internal/path"
)

// SearchState is how far the search for the path MTU of an address is (RFC 8899 section 5.2).
type SearchState uint8

const (
	SearchComplete   = SearchState(path.SearchComplete)   // nothing is probed
	SearchConfirming = SearchState(path.SearchConfirming) // data was lost, perhaps for its size: it is being probed
	SearchBase       = SearchState(path.SearchBase)       // large packets vanish: packets of 1200 bytes are being probed
	Searching        = SearchState(path.Searching)        // larger packets are being probed
	SearchError      = SearchState(path.SearchError)      // not even packets of 1200 bytes get through
)

func (s SearchState) String() string {
	switch s {
	case SearchComplete:
		return "SEARCH_COMPLETE"
	case SearchConfirming:
		return "CONFIRMING"
	case SearchBase:
		return "BASE"
	case Searching:
		return "SEARCHING"
	case SearchError:
		return "ERROR"
	}
	return fmt.Sprintf("SearchState(%d)", uint8(s))
}
