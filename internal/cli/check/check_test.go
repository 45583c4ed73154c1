package check

import (
	"context"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/intercept"
	"github.com/gosctp/sctp/transport"
)

func TestMain(m *testing.M) {
	intercept.Launch()
	if len(os.Args) == 3 && os.Args[2] == "--"+SocketFlag {
		if Socket() != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestInterceptionIsTried(t *testing.T) {
	if Socket() == nil {
		t.Log("the kernel has SCTP: that a program got a socket shows little here")
	}
	detail, err := interception(t.Context(), func(t transport.Transport) transport.Transport { return t })
	if runtime.GOOS == "linux" && (err != nil || !strings.Contains(detail, "used SCTP sockets")) {
		t.Errorf("%q, %v", detail, err)
	}
	if runtime.GOOS != "linux" && (err == nil || !strings.Contains(err.Error(), runtime.GOOS)) {
		t.Errorf("elsewhere: %q, %v", detail, err)
	}
}

func TestAssociationOverUDPWorksEverywhere(t *testing.T) {
	detail, err := overUDP(t.Context(), func(t transport.Transport) transport.Transport { return t })
	if err != nil || !strings.Contains(detail, "127.0.0.1") {
		t.Errorf("%q, %v", detail, err)
	}
}

func TestProbesSayWhyTheyFail(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, r := range Run(ctx, nil) {
		if r.Detail == "" {
			t.Errorf("%s: no detail", r.Name)
		}
		if r.Name == "over UDP (sctp/udp)" && r.OK {
			t.Errorf("%s works although it was given no time", r.Name)
		}
	}
}

func TestUsable(t *testing.T) {
	for _, c := range []struct {
		name string
		r    []Result
		want bool
	}{
		{"nothing", nil, false},
		{"a carrier", []Result{{OK: true, carries: true}}, true},
		{"a carrier that fails", []Result{{carries: true}}, false},
		{"only what is no carrier", []Result{{OK: true}, {carries: true}}, false},
	} {
		if got := Usable(c.r); got != c.want {
			t.Errorf("%s: usable is %t", c.name, got)
		}
	}
}
