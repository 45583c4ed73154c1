// One program that asks a kernel's SCTP what its socket API answers, and prints the answers as text that can be compared.
#ifndef QUESTIONS_H
#define QUESTIONS_H

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/sctp.h>

#define SOL_SCTP 132

// An option, the size of its value on Linux, and the fields of the value: see dump.
struct option {
	int level, name;
	const char *text;
	int size;
	const char *layout;
};

// ask.c: lines of output.
void section(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say(const char *question, long result, const char *bytes);
void sayf(long result, const char *bytes, const char *format, ...) __attribute__((format(printf, 3, 4)));
const char *error_name(int number);

// dump.c: bytes as text.
const char *dump(const void *data, size_t length, const char *layout);
const char *dump_address(const void *data, size_t length);
void forget_labels(void);

// pack.c: text as bytes.
struct words {
	int32_t id;             // what "id" stands for
	struct sockaddr_storage peer, local; // what "peer" and "local" stand for
	int port;               // what "/P" stands for
};
extern struct words words;
size_t pack(void *out, const char *text);

// sockets.c: sockets in the states that are asked about.
struct pair {
	int family, type;
	int listener, client, server; // one-to-many: the listener is the server
	int port;
	int32_t client_id, server_id;
};
int sctp_socket(int family, int type);
socklen_t loopback(struct sockaddr_storage *address, int family, int port);
int bound(int family, int type);
int listening(int family, int type);
int port_of(int fd);
int32_t first_id(int fd);
struct pair pair(int family, int type);
struct pair pair_with(int family, int type, void (*prepare)(int fd));
void close_pair(struct pair *p);
void use_pair(struct pair *p, bool client);
void nonblocking(int fd);
bool readable(int fd, int milliseconds);
const char *type_name(int type);
const char *family_name(int family);
void subscribe_all(int fd);

// options.c: the table.
extern const struct option options[];
extern const int option_count;
size_t answered(const struct option *o, socklen_t length);
const struct option *find_option(int level, int name);
const char *get_text(int fd, const struct option *o, void *value, socklen_t *length, long *result);
void ask_get(int fd, const struct option *o, const char *value, const char *note);
void ask_set(int fd, const struct option *o, const char *value);

// messages.c: messages out and in.
long send_text(int fd, const char *data, int flags, const char *to, const char *control);
void ask_send(const char *who, int fd, const char *data, int flags, const char *to, const char *control);
void ask_receive(const char *who, int fd, size_t room, size_t control, int flags);
void expect(const char *who, int fd);
void expect_all(const char *who, int fd);
void expect_nothing(const char *who, int fd);
const char *poll_names(short events);
const char *poll_state(int fd);

// The groups.
void ask_gets(void);
void ask_get_lengths(void);
void ask_sets(void);
void ask_set_lengths(void);
void ask_ids(void);
void ask_socket_calls(void);
void ask_bind(void);
void ask_listen_accept(void);
void ask_connect(void);
void ask_send_errors(void);
void ask_receive_errors(void);
void ask_shutdown(void);
void ask_names(void);
void ask_pointers(void);
void ask_control(void);
void ask_received(void);
void ask_events(void);
void ask_events_many(void);
void ask_failures(void);
void ask_paths(void);
void ask_poll(void);
void ask_peeloff(void);
void ask_bindx(void);
void ask_connectx(void);
void ask_closing(void);
void ask_ioctl(void);
void ask_inheritance(void);
void ask_signals(void);
void ask_proc(void);
void ask_reconfiguration(void);
void ask_reconfiguration_many(void);
void ask_authentication(void);
void ask_extensions(void);
void ask_details(void);
void ask_tuning(void);

#endif
