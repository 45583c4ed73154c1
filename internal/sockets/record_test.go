package sockets

import (
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// What Linux 6.12 answered, under its default sysctls and with all extensions on; interop/questions/testdata says how to read it.
const (
	defaultsRecord   = "../../interop/questions/testdata/linux-6.12.txt"
	extensionsRecord = "../../interop/questions/testdata/linux-6.12-extensions.txt"
)

// answer is a line of a record: the question with its group, and what came of it, in a form that can be compared.
type answer struct{ question, text string }

func readRecord(t *testing.T, file string) (all []answer) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.SplitN(strings.TrimSpace(line), " | ", 3); len(f) == 3 {
			result, bytes, _ := strings.Cut(f[2], " |")
			if strings.HasPrefix(bytes, " len ") { // the length after a call that failed
				bytes = ""
			}
			all = append(all, answer{f[0] + " | " + f[1], result + " " + strings.ReplaceAll(bytes, " ", "")})
		}
	}
	return all
}

// asked is a socket that the questions of a record are asked again.
type asked struct {
	u    *user
	id   linux.AssocID
	got  []answer
	last []byte // the value of the last question that had one
}

var errnoNames = map[error]string{
	nil: "0", syscall.EINVAL: "EINVAL", syscall.EPERM: "EPERM", syscall.EACCES: "EACCES", syscall.ENOPROTOOPT: "ENOPROTOOPT",
	syscall.EOPNOTSUPP: "EOPNOTSUPP", syscall.EADDRNOTAVAIL: "EADDRNOTAVAIL", syscall.EINPROGRESS: "EINPROGRESS",
}

// pack turns the words of a record into bytes.
func (k *asked) pack(words string) (b []byte) {
	for word := range strings.FieldsSeq(words) {
		size, number, _ := strings.Cut(word, ":")
		switch n, err := strconv.ParseInt(number, 0, 64); {
		case word == "id":
			b = linux.Append(b, &linux.ResetAssoc{AssocID: k.id})
		case word == "any", word == "peer", word == "local":
			b = append(b, make([]byte, 128)...)
		case strings.HasPrefix(word, "0*"):
			n, _ := strconv.Atoi(word[2:])
			b = append(b, make([]byte, n)...)
		case err == nil:
			for range size[0] - '0' {
				b, n = append(b, byte(n)), n>>8
			}
		default:
			k.u.t.Fatalf("no such word: %q", word)
		}
	}
	return b
}

// room is how much a question for an option has.
func room(o *linux.Option) int {
	switch o.Number {
	case linux.SCTP_HMAC_IDENT:
		return 8
	case linux.SCTP_AUTH_KEY:
		return 12
	case linux.SCTP_PEER_AUTH_CHUNKS, linux.SCTP_LOCAL_AUTH_CHUNKS:
		return 24
	}
	return linux.Size(o.Value())
}

func (k *asked) get(o *linux.Option, question string, value []byte) {
	value = append(slices.Clone(value), make([]byte, 200)...)[:room(o)]
	out, _, _, err := k.u.Option(linux.SOL_SCTP, int(o.Number), value)
	text := errnoNames[err] + " "
	if err == nil {
		shown := hex.EncodeToString(out)
		if id := hex.EncodeToString(linux.Append(nil, &linux.ResetAssoc{AssocID: k.id})); k.id > linux.SCTP_ALL_ASSOC || k.id < 0 {
			shown = strings.Replace(shown, id, "<id1>", 1)
		}
		text += fmt.Sprintf("%d:%s", len(out), shown)
	}
	k.got = append(k.got, answer{question, text})
}

// ask puts a question that is recorded, unless it is about an option that others have.
func (k *asked) ask(question string, mine map[string]*linux.Option) {
	group, text, _ := strings.Cut(question, " | ")
	verb, rest, _ := strings.Cut(text, " ")
	name, words, _ := strings.Cut(rest, " ")
	o := mine[name]
	switch {
	case o == nil || words == "after it":
		return
	case verb == "set":
		value := k.pack(words)
		_, err := k.u.SetOption(linux.SOL_SCTP, int(o.Number), value)
		k.got = append(k.got, answer{question, errnoNames[err] + " "})
		if err == nil {
			k.get(o, group+" | get "+name+" after it", value)
		}
		k.last = value
	case verb == "get":
		var value []byte
		switch {
		case strings.HasPrefix(group, "get ") && o.Reads:
			value = k.pack("id 2:0 2:16")[:4+4*number(strings.HasPrefix(name, "SCTP_PR_") && room(o) == 24)]
		case words == "":
			value = k.last
		case words == "of a stream that there is not":
			value = k.pack("id 2:99")
		case group == "values of schedulers":
			value = k.pack("id 2:3")
		default:
			value = k.pack(words)
		}
		k.get(o, question, value)
	}
}

// extensionTables are the options of this package that the record is replayed for.
func extensionTables() map[string]*linux.Option {
	mine := make(map[string]*linux.Option)
	for _, t := range []table{extensionOptions, deliveryOptions, resetOptions, scheduleOptions, reliabilityOptions, authOptions, asconfOptions} {
		for n := range maps.Keys(t) {
			o := linux.Lookup(linux.SOL_SCTP, int(n))
			mine[o.Name] = o
		}
	}
	return mine
}

// askedAs are the sockets of the record's groups, by the words that the groups begin with.
func (w *world) askedAs(group string) (k *asked, closes []*user) {
	typ, many := sockStream, strings.Contains(group, "one-to-many")
	if many {
		typ = sockSeqpacket
	}
	k = &asked{u: w.socket(w.left, linux.AF_INET, typ)}
	closes = []*user{k.u}
	if !strings.Contains(group, "fresh") {
		w.ok(k.u.Bind(at(leftIP, 0)))
	}
	if strings.Contains(group, "connected") || !strings.Contains(group, "fresh") {
		l := w.socket(w.right, linux.AF_INET, typ)
		w.ok(l.Bind(at(rightIP, 7)))
		w.ok(l.Listen(5))
		w.ok(k.u.connect(at(rightIP, 7)))
		closes = append(closes, l)
		if many {
			k.id = assocID(k.u.members()[0])
		}
	}
	if _, id, ok := strings.Cut(group, " id "); ok && id != "own" {
		named := map[string]linux.AssocID{"unknown": 0x7ffffffe}
		n, _ := strconv.Atoi(id)
		k.id = linux.AssocID(n)
		if other := named[id]; other != 0 {
			k.id = other
		}
	}
	return k, closes
}

// replayed are the groups; those of one line share a socket.
var replayed = [][]string{
	{"get one-to-one ipv4 fresh"}, {"get one-to-one ipv4 connected"}, {"get one-to-many ipv4 fresh"}, {"get one-to-many ipv4 connected"},
	{"set one-to-one ipv4 fresh"}, {"set one-to-one ipv4 connected"}, {"set one-to-many ipv4 fresh"}, {"set one-to-many ipv4 connected"},
	idsOf("one-to-one fresh", "0", "1", "2", "-1", "unknown"), idsOf("one-to-many fresh", "0", "1", "2", "-1", "unknown"),
	idsOf("one-to-one connected", "0", "1", "2", "-1", "unknown"), idsOf("one-to-many connected", "own", "0", "1", "2", "-1", "unknown"),
	{"authentication fresh"}, {"authentication connected"}, {"values of schedulers"}, {"counters of policies"},
}

func idsOf(state string, ids ...string) (groups []string) {
	for _, id := range ids {
		groups = append(groups, "ids "+state+" id "+id)
	}
	return groups
}

// ask goes through the groups of a record on one socket.
func (w *world) ask(groups []string, record []answer) []answer {
	first := groups[0]
	if first == "authentication connected" {
		first += " one-to-many"
	}
	k, closes := w.askedAs(first)
	own := k.id
	mine := extensionTables()
	for _, g := range groups {
		w.settle() // what the one before has asked the peer for
		if strings.HasPrefix(g, "ids ") {
			named, extra := w.askedAs("fresh" + g[strings.Index(g, " id "):])
			closeAll(extra...)
			if k.id = named.id; strings.HasSuffix(g, " own") {
				k.id = own
			}
		}
		for _, a := range record {
			if strings.HasPrefix(a.question, g+" | ") {
				k.ask(a.question, mine)
			}
		}
	}
	closeAll(closes...)
	return k.got
}

// occurrence is a question that was asked so many times before.
type occurrence struct {
	question string
	before   int
}

func byOccurrence(all []answer) map[occurrence]string {
	count, m := make(map[string]int), make(map[occurrence]string)
	for _, a := range all {
		m[occurrence{a.question, count[a.question]}] = a.text
		count[a.question]++
	}
	return m
}

// The same questions, the same answers.
func TestExtensionOptionsAnswerAsRecorded(t *testing.T) {
	record := readRecord(t, defaultsRecord)
	recorded := byOccurrence(record)
	count := 0
	for _, groups := range replayed {
		inWorld(t, func(w *world) {
			got := byOccurrence(w.ask(groups, record))
			count += len(got)
			for q, text := range got {
				if want, ok := recorded[q]; !ok || text != want {
					t.Errorf("%s (%d)\n  recorded %s\n  answered %s", q.question, q.before, want, text)
				}
			}
		})
	}
	if count < 700 {
		t.Errorf("only %d answers were compared", count)
	}
}

// withExtensions is the second record's setting.
func (w *world) withExtensions() {
	for _, st := range []*Stack{w.left, w.right} {
		for _, name := range []string{"reconf_enable", "intl_enable", "auth_enable", "addip_enable", "pf_expose"} {
			w.ok(st.SetSysctl(name, "1"))
		}
	}
}

// notNegotiated are the answers that tell what a peer has of ASCONF: nothing, until associations can use it.
func notNegotiated(question string) bool {
	group, text, _ := strings.Cut(question, " | ")
	if !strings.Contains(group, "connected") {
		return false
	}
	for _, told := range []string{"get SCTP_ASCONF_SUPPORTED", "set SCTP_SET_PEER_PRIMARY_ADDR"} {
		if strings.HasPrefix(text, told) {
			return true
		}
	}
	return false
}

// overlay changes answers to what the second record has, which names what is asked again by its count.
func overlay(answers map[occurrence]string, changes []answer) {
	for _, a := range changes {
		question, count, again := strings.Cut(a.question, " #")
		n, err := strconv.Atoi(count)
		if gone, ok := strings.CutPrefix(question, "- "); ok {
			delete(answers, occurrence{gone, max(n, 1) - 1})
		} else if !again || err == nil {
			answers[occurrence{question, max(n, 1) - 1}] = a.text
		}
	}
}

func TestExtensionOptionsAnswerAsRecordedWithExtensions(t *testing.T) {
	record := readRecord(t, defaultsRecord)
	without, recorded := byOccurrence(record), byOccurrence(record)
	overlay(recorded, readRecord(t, extensionsRecord))
	different := 0
	for _, groups := range replayed {
		inWorld(t, func(w *world) {
			w.withExtensions()
			for q, text := range byOccurrence(w.ask(groups, record)) {
				want, ok := recorded[q]
				if (!ok || want != text) && !notNegotiated(q.question) {
					t.Errorf("%s (%d)\n  recorded %s\n  answered %s", q.question, q.before, want, text)
				}
				different += number(text != without[q])
			}
		})
	}
	if different < 100 {
		t.Errorf("only %d answers were other than without extensions", different)
	}
}
