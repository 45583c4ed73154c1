package sctp

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/cc"
)

func TestZeroConfigIsValid(t *testing.T) {
	if err := new(Config).Validate(); err != nil {
		t.Error(err)
	}
}

// A field that Validate does not look at could be anything; one that core does not copy would have no effect.
func TestEveryConfigFieldCounts(t *testing.T) {
	anything := map[string]bool{
		"OutStreams": true, "MaxInStreams": true, "DisableFragments": true, "Nagle": true, "AdaptationIndication": true,
		"DefaultSndInfo": true, "Scheduler": true, "Switchover": true,
		"DisableTailProbe": true, "Auth": true, "UnauthenticatedASCONF": true, "AutoASCONF": true, "DisableRACK": true, "LearnAddrs": true, "DisableUndo": true,
	}
	// The association itself knows nothing of the first two; the others are its TailProbe, RACK and Undo.
	ours := map[string]bool{"Linger": true, "DefaultSndInfo": true, "DisableTailProbe": true, "DisableRACK": true, "DisableUndo": true}
	typ := reflect.TypeFor[Config]()
	core := reflect.TypeOf(new(Config).core())
	for i := range typ.NumField() {
		f := typ.Field(i)
		var c Config
		field := reflect.ValueOf(&c).Elem().Field(i)
		if !ours[f.Name] {
			if _, ok := core.FieldByName(f.Name); !ok {
				t.Errorf("Config.%s does not reach the association", f.Name)
			}
		}
		if anything[f.Name] {
			continue
		}
		if field.CanUint() {
			field.SetUint(1 << (field.Type().Bits() - 1))
		} else {
			field.SetInt(1 << 62)
		}
		var wrong *ConfigError
		if err := c.Validate(); !errors.As(err, &wrong) {
			t.Errorf("%s of %v: error %v", f.Name, field, err)
		}
	}
}

func TestCongestionControlReachesTheAssociation(t *testing.T) {
	for c, want := range map[CongestionControl]cc.Algorithm{CUBIC: cc.CUBIC, RFC9260: cc.RFC9260, BBR: cc.BBRv3} {
		if got := (&Config{CongestionControl: c}).core().CongestionControl; got != want {
			t.Errorf("%v is %v", c, got)
		}
	}
	for _, off := range []bool{false, true} {
		if on := (&Config{DisableRACK: off}).core().RACK; on == off {
			t.Errorf("RACK disabled %v, used %v", off, on)
		}
		if on := (&Config{DisableUndo: off}).core().Undo; on == off {
			t.Errorf("undo disabled %v, used %v", off, on)
		}
	}
}

func TestTailProbeIsOnUnlessDisabled(t *testing.T) {
	for _, off := range []bool{false, true} {
		c := Config{DisableTailProbe: off}
		if on := c.core().TailProbe; on == off {
			t.Errorf("disabled %v, used %v", off, on)
		}
	}
}

func TestStallTime(t *testing.T) {
	for given, want := range map[time.Duration]time.Duration{0: defaultStallTime, -1: 0, time.Second: time.Second} {
		c := Config{StallTime: given}
		if got := c.core().StallTime; got != want {
			t.Errorf("StallTime %v is %v for the association, want %v", given, got, want)
		}
	}
}

func TestConfigErrorsNameFieldValueAndRange(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{RTOMin: 3 * time.Second, RTOMax: 2 * time.Second}, "Config.RTOMin is 3s, allowed is 1ms to 2s"},
		{Config{SACKDelay: time.Second}, "Config.SACKDelay is 1s, allowed is -24h0m0s to 500ms"},
		{Config{Switchover: true, PFMaxRetrans: 2, PSMaxRetrans: 1}, "Config.PSMaxRetrans is 1, allowed is 2 to 1048576"},
		{Config{RecvBuffer: 1}, "Config.RecvBuffer is 1, allowed is 1500 to"},
		{Config{MaxPMTU: 100}, "Config.MaxPMTU is 100, allowed is 0 or 512 to 65535"},
		{Config{FragmentInterleave: 3}, "Config.FragmentInterleave is 3, allowed is -1 to 2"},
		{Config{Enable: Interleaving, FragmentInterleave: 1}, "Config.FragmentInterleave is 1, allowed is 2 where Interleaving is enabled"},
		{Config{Enable: 0x8001}, "Config.Enable is 0x8001, allowed is a set of extensions, 0xff at most"},
		{Config{Auth: &Auth{Chunks: []ChunkType{ChunkData, 1}}}, "Config.Auth.Chunks is [DATA INIT], allowed is no INIT"},
		{Config{Auth: &Auth{HMACs: []HMAC{HMACSHA256, 2}}}, "Config.Auth.HMACs is [3 2], allowed is HMACSHA1 and"},
		{Config{Auth: &Auth{ActiveKey: 1, Keys: []AuthKey{{Number: 2}}}}, "Config.Auth.ActiveKey is 1, allowed is 0 or"},
		{Config{MaxBurst: -1}, "Config.MaxBurst is -1, allowed is 1 to"},
	} {
		err := c.config.Validate()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
		d := Dialer{Config: c.config}
		if _, err := d.DialSCTP(t.Context(), "sctp/udp", "127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Dial says %v, want %s", err, c.want)
		}
	}
}
