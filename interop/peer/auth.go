package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gosctp/sctp"
)

// hmacs are the algorithms by the names that the argument has for them.
var hmacs = map[string]sctp.HMAC{"sha1": sctp.HMACSHA1, "sha256": sctp.HMACSHA256}

// authenticate reads one of the arguments auth=, hmac=, keys= and key=, of which the first is there if any is.
func (o *options) authenticate(key, value string) error {
	if o.auth == nil {
		o.auth = new(sctp.Auth)
	}
	switch key {
	case "auth":
		for field := range strings.SplitSeq(value, ",") {
			if field == "" {
				continue
			}
			t, err := strconv.ParseUint(field, 10, 8)
			if err != nil {
				return err
			}
			o.auth.Chunks = append(o.auth.Chunks, sctp.ChunkType(t))
		}
	case "hmac":
		o.auth.HMACs = []sctp.HMAC{hmacs[value]}
	case "keys":
		for field := range strings.SplitSeq(value, ",") {
			k, err := parseKey(strings.ReplaceAll(field, ":", " "))
			if err != nil {
				return err
			}
			o.auth.Keys = append(o.auth.Keys, k)
		}
	case "key":
		n, err := strconv.ParseUint(value, 10, 16)
		o.auth.ActiveKey = uint16(n)
		return err
	}
	return nil
}

// parseKey: NUMBER SECRET.
func parseKey(text string) (k sctp.AuthKey, err error) {
	var secret string
	_, err = fmt.Sscan(text, &k.Number, &secret)
	k.Secret = []byte(secret)
	return k, err
}

// changeKey: set NUMBER SECRET, or use|deactivate|delete NUMBER.
func (p *peer) changeKey(line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	if verb == "set" {
		k, err := parseKey(rest)
		if err != nil {
			return err
		}
		return keyed(p.conn.SetAuthKey(k))
	}
	n, err := strconv.ParseUint(rest, 10, 16)
	if err != nil {
		return err
	}
	number := uint16(n)
	switch verb {
	case "use":
		return keyed(p.conn.ActivateAuthKey(number))
	case "deactivate":
		return keyed(p.conn.DeactivateAuthKey(number))
	case "delete":
		return keyed(p.conn.DeleteAuthKey(number))
	}
	return fmt.Errorf("unknown command")
}

// keyed tells that keys are changed.
func keyed(err error) error {
	if err == nil {
		say("keyed")
	}
	return err
}

// sayKey reports what became of a key.
func sayKey(e sctp.AuthenticationEvent) {
	switch e.Indication {
	case sctp.AuthNewKey:
		say("key new %d", e.Key)
	case sctp.AuthFreeKey:
		say("key free %d", e.Key)
	case sctp.AuthNone:
		say("key none")
	}
}
