package cli

import (
	"errors"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/pcap"
)

// Capture is the flag -w: where to record packets, if at all.
type Capture struct{ file string }

// Flag defines the flag.
func (c *Capture) Flag(fs *pflag.FlagSet) {
	fs.StringVarP(&c.file, "write", "w", "", "write all packets to this pcapng `FILE`")
}

// Write runs f with a file to record packets in, whose time stamps the clock now gives; nil if the flag is not given.
func (c *Capture) Write(now func() time.Time, f func(*pcap.Writer) error) error {
	if c.file == "" {
		return f(nil)
	}
	file, err := os.Create(c.file)
	if err != nil {
		return err
	}
	w, err := pcap.NewWriter(file, now)
	if err != nil {
		return errors.Join(err, file.Close())
	}
	return errors.Join(f(w), w.Flush(), file.Close())
}

// Record runs f with a function that has the packets of a carrier recorded. It does nothing if the flag is not given.
func (c *Capture) Record(f func(wrap func(transport.Transport) transport.Transport) error) error {
	return c.Write(time.Now, func(w *pcap.Writer) error {
		return f(func(t transport.Transport) transport.Transport { return pcap.Wrap(t, w) })
	})
}

// Record runs f and records the packets of all carriers that the network opens meanwhile, if the flags ask for it.
func (n *Network) Record(f func() error) error {
	return n.capture.Record(func(wrap func(transport.Transport) transport.Transport) error {
		sctp.WrapCarriers(wrap)
		defer sctp.WrapCarriers(nil)
		n.wrapped = wrap
		defer n.secure.close()
		return f()
	})
}
