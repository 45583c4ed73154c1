package with

import (
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/intercept"
)

func TestBackends(t *testing.T) {
	missing := intercept.KernelHasSCTP()
	for _, tt := range []struct {
		asked             Backend
		withSCTP, without Backend
	}{{User, User, User}, {Kernel, Kernel, ""}, {Auto, Kernel, User}} {
		want := tt.withSCTP
		if missing != nil {
			want = tt.without
		}
		got, err := tt.asked.Decide()
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%s: %q, %v", tt.asked, got, err)
		}
		if err != nil && !strings.Contains(err.Error(), "the kernel makes no SCTP sockets: protocol not supported; --backend=user does without") {
			t.Errorf("%s: %v", tt.asked, err)
		}
	}
}
