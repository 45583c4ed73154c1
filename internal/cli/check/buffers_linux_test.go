package check

import (
	"strings"
	"testing"

	"github.com/gosctp/sctp/transport/udpencap"
)

func TestSmallSocketBuffersAreTold(t *testing.T) {
	const want = udpencap.DefaultBufferSize
	if text, err := judgeBuffers(want, want); err != nil || text != "of 4096 KiB, as carriers ask for" {
		t.Errorf("%q, %v", text, err)
	}
	for _, c := range [][2]int{{212992, want}, {want, 212992}} {
		if _, err := judgeBuffers(c[0], c[1]); err == nil || !strings.Contains(err.Error(), "208") || !strings.Contains(err.Error(), "net.core.rmem_max") {
			t.Errorf("%d to receive, %d to send: %v", c[0], c[1], err)
		}
	}
	if text, err := socketBuffers(t.Context(), nil); err != nil && !strings.Contains(err.Error(), "KiB to receive") {
		t.Errorf("%q, %v", text, err)
	}
}
