package linux

import (
	"strconv"
	"syscall"
)

// NotificationType is sn_type (RFC 6458 section 6.1), which SCTP_EVENT also subscribes to by.
type NotificationType uint16

// Types of notifications. SCTP_DATA_IO_EVENT stands for the SCTP_SNDRCV of every message and is never sent.
const (
	SCTP_SN_TYPE_BASE NotificationType = 0x8000

	SCTP_DATA_IO_EVENT          NotificationType = 0x8000
	SCTP_ASSOC_CHANGE           NotificationType = 0x8001
	SCTP_PEER_ADDR_CHANGE       NotificationType = 0x8002
	SCTP_SEND_FAILED            NotificationType = 0x8003
	SCTP_REMOTE_ERROR           NotificationType = 0x8004
	SCTP_SHUTDOWN_EVENT         NotificationType = 0x8005
	SCTP_PARTIAL_DELIVERY_EVENT NotificationType = 0x8006
	SCTP_ADAPTATION_INDICATION  NotificationType = 0x8007
	SCTP_AUTHENTICATION_EVENT   NotificationType = 0x8008
	SCTP_SENDER_DRY_EVENT       NotificationType = 0x8009
	SCTP_STREAM_RESET_EVENT     NotificationType = 0x800a
	SCTP_ASSOC_RESET_EVENT      NotificationType = 0x800b
	SCTP_STREAM_CHANGE_EVENT    NotificationType = 0x800c
	SCTP_SEND_FAILED_EVENT      NotificationType = 0x800d

	SCTP_SN_TYPE_MAX NotificationType = 0x800d

	// SCTP_NOTIFICATIONS_STOPPED_EVENT (RFC 6458 section 6.1.10) is not in Linux; the number is ours, the last that a set of 16 bits has room for.
	SCTP_NOTIFICATIONS_STOPPED_EVENT NotificationType = 0x800f
)

var notificationTypeNames = []string{
	"SCTP_DATA_IO_EVENT", "SCTP_ASSOC_CHANGE", "SCTP_PEER_ADDR_CHANGE", "SCTP_SEND_FAILED", "SCTP_REMOTE_ERROR",
	"SCTP_SHUTDOWN_EVENT", "SCTP_PARTIAL_DELIVERY_EVENT", "SCTP_ADAPTATION_INDICATION", "SCTP_AUTHENTICATION_EVENT",
	"SCTP_SENDER_DRY_EVENT", "SCTP_STREAM_RESET_EVENT", "SCTP_ASSOC_RESET_EVENT", "SCTP_STREAM_CHANGE_EVENT",
	"SCTP_SEND_FAILED_EVENT",
}

func (t NotificationType) String() string {
	if t == SCTP_NOTIFICATIONS_STOPPED_EVENT {
		return "SCTP_NOTIFICATIONS_STOPPED_EVENT"
	}
	if n := int(t) - int(SCTP_SN_TYPE_BASE); n >= 0 && n < len(notificationTypeNames) {
		return notificationTypeNames[n]
	}
	return "0x" + strconv.FormatUint(uint64(t), 16)
}

// Notification is what a receive call with MSG_NOTIFICATION gives. Pointers to the struct types of this file implement it.
type Notification interface {
	Struct
	Type() NotificationType
}

// ParseNotification reads a notification. Slices in it alias b.
func ParseNotification(b []byte) (Notification, error) {
	if len(b) < sizeofNotificationHeader {
		return nil, syscall.EINVAL
	}
	var n Notification
	switch NotificationType(le.Uint16(b)) {
	case SCTP_ASSOC_CHANGE:
		n = new(AssocChange)
	case SCTP_PEER_ADDR_CHANGE:
		n = new(PaddrChange)
	case SCTP_SEND_FAILED:
		n = new(SendFailed)
	case SCTP_REMOTE_ERROR:
		n = new(RemoteError)
	case SCTP_SHUTDOWN_EVENT:
		n = new(ShutdownEvent)
	case SCTP_PARTIAL_DELIVERY_EVENT:
		n = new(PartialDelivery)
	case SCTP_ADAPTATION_INDICATION:
		n = new(AdaptationEvent)
	case SCTP_AUTHENTICATION_EVENT:
		n = new(AuthKeyEvent)
	case SCTP_SENDER_DRY_EVENT:
		n = new(SenderDry)
	case SCTP_STREAM_RESET_EVENT:
		n = new(StreamReset)
	case SCTP_ASSOC_RESET_EVENT:
		n = new(AssocReset)
	case SCTP_STREAM_CHANGE_EVENT:
		n = new(StreamChange)
	case SCTP_SEND_FAILED_EVENT:
		n = new(SendFailedEvent)
	case SCTP_NOTIFICATIONS_STOPPED_EVENT:
		n = new(NotificationsStopped)
	default:
		return nil, syscall.EINVAL
	}
	if err := Parse(b, n); err != nil {
		return nil, err
	}
	return n, nil
}

const sizeofNotificationHeader = 8

// header is type, flags and length, which every notification begins with; the length is that of the whole and is written last.
func (c *codec) header(t NotificationType, flags *uint16) {
	typ, length := t, uint32(0)
	u16(c, &typ)
	u16(c, flags)
	u32(c, &length)
	if c.mode == reading && (typ != t || int(length) != len(c.b)) {
		c.bad = true
	}
	c.notification = c.mode == writing
}

// AssocChangeState is sac_state.
type AssocChangeState uint16

// What became of an association (RFC 6458 section 6.1.1).
const (
	SCTP_COMM_UP AssocChangeState = iota
	SCTP_COMM_LOST
	SCTP_RESTART
	SCTP_SHUTDOWN_COMP
	SCTP_CANT_STR_ASSOC
)

var assocChangeStateNames = []string{
	"SCTP_COMM_UP", "SCTP_COMM_LOST", "SCTP_RESTART", "SCTP_SHUTDOWN_COMP", "SCTP_CANT_STR_ASSOC",
}

func (s AssocChangeState) String() string { return nameAt(assocChangeStateNames, int(s)) }

// AssocChange is struct sctp_assoc_change (RFC 6458 section 6.1.1). Info is the body of the peer's ABORT; RFC 6458's list of features, with which
// SCTP_COMM_UP and SCTP_RESTART end, Linux does not give.
type AssocChange struct {
	Flags                 uint16
	State                 AssocChangeState
	Error                 uint16
	OutStreams, InStreams uint16
	AssocID               AssocID
	Info                  []byte
}

// Type is SCTP_ASSOC_CHANGE.
func (*AssocChange) Type() NotificationType { return SCTP_ASSOC_CHANGE }

func (v *AssocChange) layout(c *codec) {
	c.header(v.Type(), &v.Flags)
	u16(c, &v.State)
	u16(c, &v.Error)
	u16(c, &v.OutStreams)
	u16(c, &v.InStreams)
	u32(c, &v.AssocID)
	c.tail(&v.Info)
}

// PaddrChangeState is spc_state.
type PaddrChangeState int32

// What became of an address of the peer (RFC 6458 section 6.1.2, RFC 7829 section 7.1).
const (
	SCTP_ADDR_AVAILABLE PaddrChangeState = iota
	SCTP_ADDR_UNREACHABLE
	SCTP_ADDR_REMOVED
	SCTP_ADDR_ADDED
	SCTP_ADDR_MADE_PRIM
	SCTP_ADDR_CONFIRMED
	SCTP_ADDR_POTENTIALLY_FAILED
)

var paddrChangeStateNames = []string{
	"SCTP_ADDR_AVAILABLE", "SCTP_ADDR_UNREACHABLE", "SCTP_ADDR_REMOVED", "SCTP_ADDR_ADDED", "SCTP_ADDR_MADE_PRIM",
	"SCTP_ADDR_CONFIRMED", "SCTP_ADDR_POTENTIALLY_FAILED",
}

func (s PaddrChangeState) String() string { return nameAt(paddrChangeStateNames, int(s)) }

// Reasons that Linux gives in spc_error; it also gives error causes of RFC 9260 in sac_error and ssf_error.
const (
	SCTP_FAILED_THRESHOLD = iota
	SCTP_RECEIVED_SACK
	SCTP_HEARTBEAT_SUCCESS
	SCTP_RESPONSE_TO_USER_REQ
	SCTP_INTERNAL_ERROR
	SCTP_SHUTDOWN_GUARD_EXPIRES
	SCTP_PEER_FAULTY
)

// PaddrChange is struct sctp_paddr_change (RFC 6458 section 6.1.2), packed.
type PaddrChange struct {
	Flags   uint16
	Address Storage
	State   PaddrChangeState
	Error   int32
	AssocID AssocID
}

// Type is SCTP_PEER_ADDR_CHANGE.
func (*PaddrChange) Type() NotificationType { return SCTP_PEER_ADDR_CHANGE }

func (v *PaddrChange) layout(c *codec) {
	c.header(v.Type(), &v.Flags)
	c.storage(&v.Address)
	u32(c, &v.State)
	u32(c, &v.Error)
	u32(c, &v.AssocID)
}

// RemoteError is struct sctp_remote_error (RFC 6458 section 6.1.3). Cause is a cause code of RFC 9260, in network byte order in memory; Data
// is the cause without its header, padded.
type RemoteError struct {
	Flags   uint16
	Cause   uint16
	AssocID AssocID
	Data    []byte
}

// Type is SCTP_REMOTE_ERROR.
func (*RemoteError) Type() NotificationType { return SCTP_REMOTE_ERROR }

func (v *RemoteError) layout(c *codec) {
	c.header(v.Type(), &v.Flags)
	be16(c, &v.Cause)
	c.pad(2)
	u32(c, &v.AssocID)
	c.tail(&v.Data)
}

// Flags of [SendFailed] and [SendFailedEvent]: whether the message was ever on the wire.
const (
	SCTP_DATA_UNSENT = 0
	SCTP_DATA_SENT   = 1
)

// SendFailed is struct sctp_send_failed (RFC 6458 section 6.1.4). Linux gives one for each DATA chunk of the message, with the flags of the chunk
// in Info.Flags, so that the program can put the message together.
type SendFailed struct {
	Flags   uint16
	Error   uint32
	Info    SndRcvInfo
	AssocID AssocID
	Data    []byte
}

// Type is SCTP_SEND_FAILED.
func (*SendFailed) Type() NotificationType { return SCTP_SEND_FAILED }

func (v *SendFailed) layout(c *codec) {
	c.header(v.Type(), &v.Flags)
	u32(c, &v.Error)
	v.Info.layout(c)
	u32(c, &v.AssocID)
	c.tail(&v.Data)
}

// SendFailedEvent is struct sctp_send_failed_event (RFC 6458 section 6.1.11), otherwise as [SendFailed].
type SendFailedEvent struct {
	Flags   uint16
	Error   uint32
	Info    SndInfo
	AssocID AssocID
	Data    []byte
}

// Type is SCTP_SEND_FAILED_EVENT.
func (*SendFailedEvent) Type() NotificationType { return SCTP_SEND_FAILED_EVENT }

func (v *SendFailedEvent) layout(c *codec) {
	c.header(v.Type(), &v.Flags)
	u32(c, &v.Error)
	v.Info.layout(c)
	u32(c, &v.AssocID)
	c.tail(&v.Data)
}

// ShutdownEvent is struct sctp_shutdown_event (RFC 6458 section 6.1.5).
type ShutdownEvent struct {
	Flags   uint16
	AssocID AssocID
}

// Type is SCTP_SHUTDOWN_EVENT.
func (*ShutdownEvent) Type() NotificationType { return SCTP_SHUTDOWN_EVENT }

func (v *ShutdownEvent) layout(c *codec) {
	c.header(v.Type(), &v.Flags)
	u32(c, &v.AssocID)
}

// AdaptationEvent is struct sctp_adaptation_event (RFC 6458 section 6.1.6).
type AdaptationEvent struct {
	Flags      uint16
	Indication uint32
	AssocID    AssocID
}

// Type is SCTP_ADAPTATION_INDICATION.
func (*AdaptationEvent) Type() NotificationType { return SCTP_ADAPTATION_INDICATION }

func (v *AdaptationEvent) layout(c *codec) {
	c.header(v.Type(), &v.Flags)
	u32(c, &v.Indication)
	u32(c, &v.AssocID)
}

// SCTP_PARTIAL_DELIVERY_ABORTED is the one indication of [PartialDelivery].
const SCTP_PARTIAL_DELIVERY_ABORTED = 0

// PartialDelivery is struct sctp_pdapi_event (RFC 6458 section 6.1.7).
type PartialDelivery struct {
	Flags      uint16
	Indication uint32
	AssocID    AssocID
	Stream     uint32
	Sequence   uint32
}

// Type is SCTP_PARTIAL_DELIVERY_EVENT.
func (*PartialDelivery) Type() NotificationType { return SCTP_PARTIAL_DELIVERY_EVENT }

func (v *PartialDelivery) layout(c *codec) {
	c.header(v.Type(), &v.Flags)
	u32(c, &v.Indication)
	u32(c, &v.AssocID)
	u32(c, &v.Stream)
	u32(c, &v.Sequence)
}

// Indications of [AuthKeyEvent].
const (
	SCTP_AUTH_NEW_KEY = iota
	SCTP_AUTH_FREE_KEY
	SCTP_AUTH_NO_AUTH
)

// AuthKeyEvent is struct sctp_authkey_event (RFC 6458 section 6.1.8). The second key number is of an older draft, and 0 or the key before.
type AuthKeyEvent struct {
	Flags        uint16
	KeyNumber    uint16
	AltKeyNumber uint16
	Indication   uint32
	AssocID      AssocID
}

// Type is SCTP_AUTHENTICATION_EVENT.
func (*AuthKeyEvent) Type() NotificationType { return SCTP_AUTHENTICATION_EVENT }

func (v *AuthKeyEvent) layout(c *codec) {
	c.header(v.Type(), &v.Flags)
	u16(c, &v.KeyNumber)
	u16(c, &v.AltKeyNumber)
	u32(c, &v.Indication)
	u32(c, &v.AssocID)
}

// SenderDry is struct sctp_sender_dry_event (RFC 6458 section 6.1.9).
type SenderDry struct {
	Flags   uint16
	AssocID AssocID
}

// Type is SCTP_SENDER_DRY_EVENT.
func (*SenderDry) Type() NotificationType { return SCTP_SENDER_DRY_EVENT }

func (v *SenderDry) layout(c *codec) {
	c.header(v.Type(), &v.Flags)
	u32(c, &v.AssocID)
}

// Flags of the notifications of RFC 6525 section 6.1: [StreamReset], [AssocReset], [StreamChange].
const (
	SCTP_STREAM_RESET_INCOMING_SSN = 0x0001
	SCTP_STREAM_RESET_OUTGOING_SSN = 0x0002
	SCTP_STREAM_RESET_DENIED       = 0x0004
	SCTP_STREAM_RESET_FAILED       = 0x0008
	SCTP_ASSOC_RESET_DENIED        = 0x0004
	SCTP_ASSOC_RESET_FAILED        = 0x0008
	SCTP_STREAM_CHANGE_DENIED      = 0x0004
	SCTP_STREAM_CHANGE_FAILED      = 0x0008
)

// StreamReset is struct sctp_stream_reset_event (RFC 6525 section 6.1.1); no stream stands for all.
type StreamReset struct {
	Flags   uint16
	AssocID AssocID
	Streams []uint16
}

// Type is SCTP_STREAM_RESET_EVENT.
func (*StreamReset) Type() NotificationType { return SCTP_STREAM_RESET_EVENT }

func (v *StreamReset) layout(c *codec) {
	c.header(v.Type(), &v.Flags)
	u32(c, &v.AssocID)
	list(c, &v.Streams, -1, u16[uint16])
}

// AssocReset is struct sctp_assoc_reset_event (RFC 6525 section 6.1.2).
type AssocReset struct {
	Flags               uint16
	AssocID             AssocID
	LocalTSN, RemoteTSN uint32
}

// Type is SCTP_ASSOC_RESET_EVENT.
func (*AssocReset) Type() NotificationType { return SCTP_ASSOC_RESET_EVENT }

func (v *AssocReset) layout(c *codec) {
	c.header(v.Type(), &v.Flags)
	u32(c, &v.AssocID)
	u32(c, &v.LocalTSN)
	u32(c, &v.RemoteTSN)
}

// StreamChange is struct sctp_stream_change_event (RFC 6525 section 6.1.3).
type StreamChange struct {
	Flags                 uint16
	AssocID               AssocID
	InStreams, OutStreams uint16
}

// Type is SCTP_STREAM_CHANGE_EVENT.
func (*StreamChange) Type() NotificationType { return SCTP_STREAM_CHANGE_EVENT }

func (v *StreamChange) layout(c *codec) {
	c.header(v.Type(), &v.Flags)
	u32(c, &v.AssocID)
	u16(c, &v.InStreams)
	u16(c, &v.OutStreams)
}

// NotificationsStopped is the header alone (RFC 6458 section 6.1.10).
type NotificationsStopped struct{ Flags uint16 }

// Type is SCTP_NOTIFICATIONS_STOPPED_EVENT.
func (*NotificationsStopped) Type() NotificationType { return SCTP_NOTIFICATIONS_STOPPED_EVENT }

func (v *NotificationsStopped) layout(c *codec) { c.header(v.Type(), &v.Flags) }
