// Bytes as text: in memory order, a word for each field, with labels where a value differs from run to run.
#include "questions.h"

// Identifiers and ports are named in the order in which a group first shows them.
struct labels {
	uint32_t known[64];
	int count;
};
static struct labels identifiers, ports;

void forget_labels(void)
{
	identifiers.count = ports.count = 0;
}

static int label(struct labels *l, uint32_t value)
{
	for (int i = 0; i < l->count; i++)
		if (l->known[i] == value)
			return i + 1;
	if (l->count < 64)
		l->known[l->count++] = value;
	return l->count;
}

static char *hex(char *at, const unsigned char *data, size_t length)
{
	for (size_t i = 0; i < length; i++)
		at += sprintf(at, "%02x", data[i]);
	return at;
}

// zeros writes a long run of zeros as its length.
static char *zeros(char *at, const unsigned char *data, size_t length)
{
	size_t n = length;
	while (n > 0 && data[n - 1] == 0)
		n--;
	at = hex(at, data, n);
	return n < length ? at + sprintf(at, "%s0*%zu", n > 0 ? "," : "", length - n) : at;
}

// address writes a socket address of an internet family as [family port rest], anything else as bytes.
static char *address(char *at, const unsigned char *data, size_t length)
{
	uint16_t family, port;
	memcpy(&family, data, 2);
	if (length < 8 || (family != AF_INET && family != AF_INET6)) {
		at += sprintf(at, "[");
		at = zeros(at, data, length);
		return at + sprintf(at, "]");
	}
	memcpy(&port, data + 2, 2);
	at += sprintf(at, "[");
	at = hex(at, data, 2);
	at += port == 0 ? sprintf(at, " 0000 ") : sprintf(at, " <p%d> ", label(&ports, port));
	if (family == AF_INET) {
		at = hex(at, data + 4, 4);
		at += sprintf(at, " ");
		at = zeros(at, data + 8, length - 8);
	} else {
		at = zeros(at, data + 4, 4);
		at += sprintf(at, " ");
		size_t host = length < 24 ? length - 8 : 16;
		at = hex(at, data + 8, host);
		at += sprintf(at, " ");
		at = zeros(at, data + 8 + host, length - 8 - host);
	}
	return at + sprintf(at, "]");
}

// dump writes length bytes by fields: a digit is a field of that many bytes, a an association identifier, s a sockaddr_storage,
// t a number that differs from run to run unless it is zero, m one that may also be zero, M such a number of eight bytes, * the
// rest in one word, @ a packed address and whatever follows as such. What the layout does not reach is in words of four bytes.
const char *dump(const void *data, size_t length, const char *layout)
{
	static char text[16384];
	char *at = text;
	const unsigned char *p = data, *end = p + length;
	*at = 0;
	while (p < end) {
		char field = *layout ? *layout : '4';
		if (*layout && field != '@')
			layout++;
		if (field == ' ')
			continue;
		size_t n = 4;
		if (field >= '1' && field <= '8')
			n = field - '0';
		else if (field == 's')
			n = sizeof(struct sockaddr_storage);
		else if (field == 'M')
			n = 8;
		else if (field == '*')
			n = end - p;
		else if (field == '@')
			n = p + 2 <= end && p[0] == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
		if (n > (size_t)(end - p)) {
			n = end - p;
			field = '4';
		}
		if (at > text)
			*at++ = ' ';
		uint32_t value = 0;
		memcpy(&value, p, n < 4 ? n : 4);
		if (field == 'a' && value > 2)
			at += sprintf(at, "<id%d>", label(&identifiers, value));
		else if (field == 'm' || field == 'M' || (field == 't' && value != 0))
			at += sprintf(at, "~");
		else if (field == 's' || field == '@')
			at = address(at, p, n);
		else if (n > 64)
			at = zeros(at, p, n);
		else
			at = hex(at, p, n);
		p += n;
	}
	*at = 0;
	return text;
}

const char *dump_address(const void *data, size_t length)
{
	static char text[400];
	if (length < 2)
		return dump(data, length, "*");
	*address(text, data, length) = 0;
	return text;
}
