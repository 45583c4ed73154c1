//go:build linux

package programs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// diameterConfig is what both peers are told: who they are and where, and how they prove it.
const diameterConfig = `Identity = "%[1]s.example";
Realm = "example";
No_TCP;
ListenOn = "%[2]s";
TLS_Cred = "%[3]s", "%[4]s";
TLS_CA = "%[3]s";
`

// fileNumber tells files apart.
var fileNumber atomic.Int32

// TestDiameter has two freeDiameter daemons become peers (RFC 6733), and with TLS, which is a session of its own on each stream (RFC 3436).
func TestDiameter(t *testing.T) {
	chain, key := credentials(t) // once: tests in parallel would write into the same files
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			near, far := twoPlaces(t, c, "freeDiameterd")
			for _, secure := range []bool{false, true} {
				for _, addrs := range [][2]string{{near4, far4}, {near6, far6}} {
					name, protection := "plain", "No_TLS;"
					if secure {
						name, protection = "with TLS", ""
					}
					t.Run(name+" to "+addrs[1], func(t *testing.T) {
						near, far := near.in(t), far.in(t)
						file := func(peer, text string) string { return written(t, peer+fmt.Sprint(fileNumber.Add(1))+".conf", text) }
						trusted := file("acl", strings.TrimSpace(map[bool]string{false: "ALLOW_IPSEC "}[secure]+"*.example")+"\n")
						server := far.traced().run("freeDiameterd", "-dd", "-c", file("server",
							fmt.Sprintf(diameterConfig, "server", addrs[1], chain, key)+fmt.Sprintf("LoadExtension = \"acl_wl.fdx\" : %q;\n", trusted)))
						server.mentions("listen(")
						server.mentions("listen(") // for TLS
						client := near.run("freeDiameterd", "-dd", "-c", file("client",
							fmt.Sprintf(diameterConfig, "client", addrs[0], chain, key)+
								fmt.Sprintf("ConnectPeer = \"server.example\" { No_TCP; ConnectTo = %q; %s };\n", addrs[1], protection)))
						if line := client.mentions("Connected to 'server.example'"); strings.Contains(line, "SCTP,TLS") != secure {
							t.Errorf("%q", line)
						}
						for _, g := range []*program{server, client} {
							g.mentions("-> 'STATE_OPEN'")
						}
					})
				}
			}
		})
	}
}

// credentials are the files of a certificate that both peers have, and all that they trust, and of its key.
func credentials(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "server.example"}, DNSNames: []string{"server.example", "client.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	put := func(name, kind string, b []byte) string {
		return written(t, name, string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b})))
	}
	return put("certificate.pem", "CERTIFICATE", signed), put("key.pem", "PRIVATE KEY", secret)
}
