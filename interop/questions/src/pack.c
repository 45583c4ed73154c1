// Text as bytes, the language in which the questions are written: words separated by spaces.
//
//	4:1000        a number in so many bytes (1, 2, 4 or 8)
//	id            an association identifier, peer and local an address as sockaddr_storage
//	any           a sockaddr_storage of zeros
//	in=HOST/PORT  a sockaddr_in; in6= a sockaddr_in6; st= and st6= the same as sockaddr_storage. The port P is words.port
//	"text"        the text
//	0*20          so many zeros; ff*3 so many bytes ff
#include "questions.h"

struct words words;

static size_t pack_address(unsigned char *out, char *word)
{
	bool storage = word[0] == 's', six = word[2] == '6';
	char *host = strchr(word, '=') + 1, *slash = strrchr(word, '/');
	*slash = 0;
	int port = slash[1] == 'P' ? words.port : atoi(slash + 1);
	size_t size = six ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	memset(out, 0, storage ? sizeof(struct sockaddr_storage) : size);
	if (six) {
		struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
		inet_pton(AF_INET6, host, &a.sin6_addr);
		memcpy(out, &a, size);
	} else {
		struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
		inet_pton(AF_INET, host, &a.sin_addr);
		memcpy(out, &a, size);
	}
	return storage ? sizeof(struct sockaddr_storage) : size;
}

// pack writes the bytes that text stands for and returns how many they are.
size_t pack(void *data, const char *text)
{
	unsigned char *out = data;
	char copy[2000];
	snprintf(copy, sizeof copy, "%s", text);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
		char *star = strchr(word, '*');
		if (!strcmp(word, "id")) {
			memcpy(out, &words.id, 4);
			out += 4;
		} else if (!strcmp(word, "peer") || !strcmp(word, "local") || !strcmp(word, "any")) {
			struct sockaddr_storage none = {0};
			memcpy(out, word[0] == 'p' ? &words.peer : word[0] == 'l' ? &words.local : &none, sizeof none);
			out += sizeof none;
		} else if (word[0] == '"') {
			size_t n = strlen(word) - 2;
			memcpy(out, word + 1, n);
			out += n;
		} else if (strchr(word, '=')) {
			out += pack_address(out, word);
		} else if (star) {
			size_t n = atoi(star + 1);
			memset(out, strtol(word, NULL, 16), n);
			out += n;
		} else {
			int64_t value = strtoll(word + 2, NULL, 0);
			memcpy(out, &value, word[0] - '0');
			out += word[0] - '0';
		}
	}
	return out - (unsigned char *)data;
}
