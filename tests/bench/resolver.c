/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A resolver that knows the benchmark's Internet by rule: UDP on 127.0.0.1,
 * many questions and answers to a system call, no cache, no recursion, so that
 * it costs as little as can be.  The root's SOA is answered as authenticated,
 * all else as unsigned; negative answers carry a SOA, all carry EDNS, as a real
 * resolver's do.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/bench/world.h"

#define BATCH       256
#define MESSAGE     1232
#define BUFFER      (8 << 20)
#define HEADER      12
#define NAME        256
#define TTL         300
#define TYPE_A      1
#define TYPE_SOA    6
#define TYPE_MX     15
#define RCODE_NAME  3      /* NXDOMAIN */
#define HERE        0xc00c /* a pointer to the question's name (RFC 1035 section 4.1.4) */
#define EDNS_RECORD "\0\0\x29\x04\xd0\0\0\0\0\0\0"

struct message {
	uint8_t bytes[MESSAGE];
	size_t length;
};

static void
put_number(struct message *m, size_t width, uint32_t number)
{
	while (width-- > 0)
		m->bytes[m->length++] = (uint8_t)(number >> 8 * width);
}

static void
put_bytes(struct message *m, const void *bytes, size_t length)
{
	memcpy(m->bytes + m->length, bytes, length);
	m->length += length;
}

static void
put_name(struct message *m, const char *name)
{
	while (*name != '\0') {
		size_t length = strcspn(name, ".");

		put_number(m, 1, (uint32_t)length);
		put_bytes(m, name, length);
		name += length + (name[length] == '.');
	}
	put_number(m, 1, 0);
}

/* The owner and all up to the length of the data. */
static void
put_record(struct message *m, uint32_t owner, unsigned type, size_t length)
{
	if (owner != 0)
		put_number(m, 2, owner);
	else
		put_number(m, 1, 0); /* the root */
	put_number(m, 2, type);
	put_number(m, 2, 1);
	put_number(m, 4, TTL);
	put_number(m, 2, (uint32_t)length);
}

static void
put_soa(struct message *m, uint32_t owner)
{
	put_record(m, owner, TYPE_SOA, 22);
	put_number(m, 1, 0);
	put_number(m, 1, 0);
	for (int i = 0; i < 5; i++)
		put_number(m, 4, TTL);
}

static void
put_exchange(struct message *m, unsigned preference, const char *host)
{
	put_record(m, HERE, TYPE_MX, 2 + (host[0] != '\0' ? strlen(host) + 2 : 1));
	put_number(m, 2, preference);
	put_name(m, host);
}

static unsigned
put_exchanges(struct message *m, const struct world_domain *domain)
{
	char host[WORLD_NAME];

	if (domain->kind == WORLD_NULL_MX) { /* RFC 7505 section 3 */
		put_exchange(m, 0, "");
		return 1;
	}
	if (domain->kind != WORLD_WITH_MX)
		return 0;
	for (unsigned i = 0; i < domain->count; i++) {
		world_host_name(domain->hosts[i], host);
		put_exchange(m, 10 * (i + 1), host);
	}
	return domain->count;
}

static unsigned
put_addresses(struct message *m, const uint32_t *addresses, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		put_record(m, HERE, TYPE_A, 4);
		put_number(m, 4, addresses[i]);
	}
	return count;
}

/* The question's name as text and its type; the length of the question, or 0. */
static size_t
read_question(const uint8_t *bytes, size_t length, char name[NAME], unsigned *type)
{
	size_t at = HEADER, out = 0;

	while (at < length && bytes[at] != 0) {
		size_t label = bytes[at++];

		if (label > 63 || at + label >= length || out + label + 2 > NAME)
			return 0;
		if (out > 0)
			name[out++] = '.';
		for (size_t i = 0; i < label; i++)
			name[out++] = (char)tolower(bytes[at++]);
	}
	name[out] = '\0';
	if (at + 5 > length)
		return 0;
	*type = (unsigned)(bytes[at + 1] << 8 | bytes[at + 2]);
	return at + 5 - HEADER;
}

static void
set_header(struct message *m, unsigned rcode, bool authenticated, unsigned answers,
	   unsigned authorities)
{
	m->bytes[2] = 0x81; /* a response, recursion desired */
	m->bytes[3] = (uint8_t)(0x80 | (authenticated ? 0x20 : 0) | rcode);
	m->bytes[5] = 1;
	m->bytes[7] = (uint8_t)answers;
	m->bytes[9] = (uint8_t)authorities;
	m->bytes[11] = 1; /* EDNS */
}

static bool
answer(const uint8_t *question, size_t length, struct message *m)
{
	char name[NAME] = "";
	unsigned type = 0, answers = 0, count;
	size_t size = read_question(question, length, name, &type);
	struct world_domain domain;
	uint32_t addresses[2];
	bool root = name[0] == '\0', known;

	if (size == 0)
		return false;
	memset(m->bytes, 0, HEADER);
	memcpy(m->bytes, question, 2);
	memcpy(m->bytes + HEADER, question + HEADER, size);
	m->length = HEADER + size;
	domain = world_domain(name);
	count = world_addresses(name, addresses);
	known = root || count > 0 || domain.kind != WORLD_NO_SUCH_NAME;
	if (type == TYPE_MX)
		answers = put_exchanges(m, &domain);
	else if (type == TYPE_A)
		answers = put_addresses(m, addresses, count);
	else if (type == TYPE_SOA && root)
		answers = (put_soa(m, HERE), 1);
	if (answers == 0)
		put_soa(m, 0);
	put_bytes(m, EDNS_RECORD, sizeof EDNS_RECORD - 1);
	set_header(m, known ? 0 : RCODE_NAME, root, answers, answers == 0);
	return true;
}

static int
open_socket(uint16_t port)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = BUFFER;
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(port) };

	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0)
		fprintf(stderr, "resolver: small buffers: questions may be lost\n");
	if (bind(fd, (struct sockaddr *)&here, sizeof here) != 0) {
		perror("resolver");
		exit(2);
	}
	return fd;
}

static struct message questions[BATCH], answers[BATCH];
static struct sockaddr_in askers[BATCH];
static struct iovec parts_in[BATCH], parts_out[BATCH];
static struct mmsghdr in[BATCH], out[BATCH];

static void
set_up_batch(void)
{
	for (int i = 0; i < BATCH; i++) {
		parts_in[i] = (struct iovec){ questions[i].bytes, MESSAGE };
		in[i].msg_hdr = (struct msghdr){ .msg_name = &askers[i],
						 .msg_namelen = sizeof askers[i],
						 .msg_iov = &parts_in[i],
						 .msg_iovlen = 1 };
	}
}

/* Answers what came; returns how many messages are to be sent. */
static unsigned
answer_batch(int count)
{
	unsigned ready = 0;

	for (int i = 0; i < count; i++) {
		if (!answer(questions[i].bytes, in[i].msg_len, &answers[ready]))
			continue;
		parts_out[ready] =
		    (struct iovec){ answers[ready].bytes, answers[ready].length };
		out[ready].msg_hdr = in[i].msg_hdr;
		out[ready].msg_hdr.msg_iov = &parts_out[ready];
		ready++;
	}
	return ready;
}

int
main(int argc, char *argv[])
{
	int fd = open_socket((uint16_t)(argc > 1 ? atoi(argv[1]) : 53)), count;

	set_up_batch();
	puts("ready");
	fflush(stdout);
	while ((count = recvmmsg(fd, in, BATCH, MSG_WAITFORONE, NULL)) >= 0) {
		unsigned ready = answer_batch(count);

		for (unsigned sent = 0; sent < ready;) {
			int n = sendmmsg(fd, out + sent, ready - sent, 0);

			sent += n > 0 ? (unsigned)n : 1;
		}
	}
	perror("resolver");
	return 2;
}
