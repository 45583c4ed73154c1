/*
 * events.c - the notifications of RFC 6458 and of the extensions, as lines.
 */
#include "peer.h"

/* configure_events subscribes to what notification reports. */
void configure_events(sock s)
{
	uint16_t types[] = {
		SCTP_ASSOC_CHANGE, SCTP_PEER_ADDR_CHANGE, SCTP_SEND_FAILED_EVENT, SCTP_PARTIAL_DELIVERY_EVENT,
		SCTP_STREAM_RESET_EVENT, SCTP_ASSOC_RESET_EVENT, SCTP_STREAM_CHANGE_EVENT,
	};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct sctp_event event = {.se_type = types[i], .se_on = 1};
		set(s, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof event, "SCTP_EVENT");
	}
}

static const char *path_state(int state)
{
	switch (state) {
	case SCTP_ADDR_AVAILABLE: return "available";
	case SCTP_ADDR_UNREACHABLE: return "unreachable";
	case SCTP_ADDR_REMOVED: return "removed";
	case SCTP_ADDR_ADDED: return "added";
	case SCTP_ADDR_MADE_PRIM: return "made_prim";
	case SCTP_ADDR_CONFIRMED: return "confirmed";
#ifdef SCTP_ADDR_PF
	case SCTP_ADDR_PF: return "potentially_failed";
#endif
	}
	return "changed";
}

/* path_changed reports a change of a path. */
static void path_changed(const struct sctp_paddr_change *change)
{
	char text[INET6_ADDRSTRLEN] = "?";

	if (change->spc_aaddr.ss_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)&change->spc_aaddr)->sin_addr, text, sizeof text);
	if (change->spc_aaddr.ss_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)&change->spc_aaddr)->sin6_addr, text, sizeof text);
	say("path %s %s", strncmp(text, "::ffff:", 7) ? text : text + 7, path_state(change->spc_state));
}

/* outcome names the flags that the events of RFC 6525 have in common. */
static const char *outcome(int flags)
{
	if (flags & SCTP_STREAM_RESET_DENIED)
		return " denied";
	return flags & SCTP_STREAM_RESET_FAILED ? " failed" : "";
}

static void stream_reset(const struct sctp_stream_reset_event *event)
{
	char streams[8 * MAX_STREAMS] = " all";
	size_t used = 0, count = (event->strreset_length - sizeof *event) / sizeof *event->strreset_stream_list;

	for (size_t i = 0; i < count && i < MAX_STREAMS; i++)
		used += snprintf(streams + used, sizeof streams - used, " %u", event->strreset_stream_list[i]);
	if (event->strreset_flags & SCTP_STREAM_RESET_INCOMING_SSN)
		say("reset in%s%s", streams, outcome(event->strreset_flags));
	if (event->strreset_flags & SCTP_STREAM_RESET_OUTGOING_SSN)
		say("reset out%s%s", streams, outcome(event->strreset_flags));
}

/* notification handles an event; it returns whether the association has ended in good order. Linux reports that by the event
 * to the side that called shutdown, where a read would only fail with ENOTCONN. */
int notification(const void *data, size_t size)
{
	const union sctp_notification *event = data;

	if (size < sizeof event->sn_header)
		fail("short notification");
	switch (event->sn_header.sn_type) {
	case SCTP_PEER_ADDR_CHANGE:
		path_changed(&event->sn_paddr_change);
		break;
	case SCTP_SEND_FAILED_EVENT:
		say("failed %u ppid %u %s", event->sn_send_failed_event.ssfe_info.snd_sid,
		    ntohl(event->sn_send_failed_event.ssfe_info.snd_ppid),
		    event->sn_send_failed_event.ssfe_flags & SCTP_DATA_SENT ? "sent" : "unsent");
		break;
	case SCTP_PARTIAL_DELIVERY_EVENT:
		say("partial aborted");
		break;
	case SCTP_STREAM_RESET_EVENT:
		stream_reset(&event->sn_strreset_event);
		break;
	case SCTP_ASSOC_RESET_EVENT:
		say("reset association%s", outcome(event->sn_assocreset_event.assocreset_flags));
		break;
	case SCTP_STREAM_CHANGE_EVENT:
		say("streams in %u out %u%s", event->sn_strchange_event.strchange_instrms,
		    event->sn_strchange_event.strchange_outstrms, outcome(event->sn_strchange_event.strchange_flags));
		break;
	case SCTP_AUTHENTICATION_EVENT:
		key_changed(&event->sn_authkey_event);
		break;
	case SCTP_ASSOC_CHANGE:
		if (event->sn_assoc_change.sac_state == SCTP_RESTART)
			say("restart");
		return event->sn_assoc_change.sac_state == SCTP_SHUTDOWN_COMP;
	}
	return 0;
}
