/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a question costs: the sweep's own dns (scanner/dns.h), or in its place
 * the least there can be, sendmmsg (by scanner/segments.h) and recvmmsg on one socket.
 *
 *	questions dns|raw COUNT IN_FLIGHT
 *
 * asks 127.0.0.1 for the MX of COUNT domains.  Prints a line of JSON: answers
 * with records, and CPU time in seconds.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scanner/dns.h"
#include "scanner/segments.h"

#define BATCH   64
#define MESSAGE 1232
#define NAME    64
#define HEADER  12
#define BUFFER  (8 << 20)
#define PORT    53

static unsigned long count, in_flight, asked, came, with_records;

/* They differ in length as those of real lists do. */
static void
name_domain(unsigned long number, char name[NAME])
{
	static const int longer[] = { 0, 0, 1, 1, 2, 2, 3, 4, 5, 7, 9, 12 };
	int by = longer[number * 7 % (sizeof longer / sizeof *longer)];

	snprintf(name, NAME, "u%lu-%.*s.bench", number, by, "xxxxxxxxxxxx");
}

/* Through scanner/dns. */

struct asker {
	struct event_base *base;
	struct dns *dns;
};

static void take(const struct answer *answer, void *arg);

static void
ask_next(struct asker *asker)
{
	char name[NAME];

	name_domain(asked++, name);
	dns_ask(asker->dns, name, TYPE_MX, take, asker);
}

static void
take(const struct answer *answer, void *arg)
{
	struct asker *asker = arg;

	came++;
	with_records += answer->status == ANSWER_OK;
	if (asked < count)
		ask_next(asker);
	else if (came == count)
		event_base_loopbreak(asker->base);
}

static void
ask_through_dns(void)
{
	struct options options = { .name_servers = "127.0.0.1",
				   .dns_rate_limit = 10000000,
				   .dns_timeout = 10 };
	struct asker asker = { .base = event_base_new() };

	asker.dns = dns_open(asker.base, &options);
	while (asked < in_flight && asked < count)
		ask_next(&asker);
	event_base_dispatch(asker.base);
	dns_close(asker.dns);
	event_base_free(asker.base);
}

/* Without it: batches, one after the other. */

struct message {
	uint8_t bytes[MESSAGE];
	size_t length;
};

static struct message messages[BATCH];
static struct iovec parts[BATCH];
static struct mmsghdr headers[BATCH];

static void
write_question(struct message *message, unsigned long number)
{
	static const uint8_t header[HEADER] = { 0, 0, 1, 0x20, 0, 1, 0, 0, 0, 0, 0, 1 };
	static const uint8_t end[] = { 0, 0, 15, 0, 1, 0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0 };
	char name[NAME], *dot;
	uint8_t *at = message->bytes + HEADER;

	memcpy(message->bytes, header, HEADER);
	message->bytes[0] = (uint8_t)(number >> 8);
	message->bytes[1] = (uint8_t)number;
	name_domain(number, name);
	dot = strchr(name, '.');
	*at = (uint8_t)(dot - name);
	memcpy(at + 1, name, strlen(name) + 1);
	at[1 + *at] = (uint8_t)strlen(dot + 1);
	at += 1 + strlen(name);
	memcpy(at, end, sizeof end);
	message->length = (size_t)(at - message->bytes) + sizeof end;
}

static int
open_socket(void)
{
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), size = BUFFER;

	peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	if (connect(fd, (struct sockaddr *)&peer, sizeof peer) == 0)
		return fd;
	perror("questions");
	exit(2);
}

static bool
send_batch(int fd)
{
	static bool able = true;
	unsigned ready = 0;

	for (; ready < BATCH && asked < count && asked - came < in_flight; ready++, asked++) {
		write_question(&messages[ready], asked);
		parts[ready] = (struct iovec){ messages[ready].bytes, messages[ready].length };
	}
	return ready == 0 || segments_send(fd, parts, ready, &able) == (int)ready;
}

static bool
receive_batch(int fd)
{
	int got;

	for (int i = 0; i < BATCH; i++)
		parts[i] = (struct iovec){ messages[i].bytes, MESSAGE };
	got = recvmmsg(fd, headers, BATCH, MSG_WAITFORONE, NULL);
	for (int i = 0; i < got; i++)
		with_records += messages[i].bytes[7] > 0;
	came += got > 0 ? (unsigned long)got : 0;
	return got > 0;
}

static void
ask_raw(void)
{
	int fd = open_socket();

	for (int i = 0; i < BATCH; i++)
		headers[i].msg_hdr = (struct msghdr){ .msg_iov = &parts[i], .msg_iovlen = 1 };
	while (came < count && send_batch(fd) && receive_batch(fd))
		;
	close(fd);
}

int
main(int argc, char *argv[])
{
	struct rusage use;

	if (argc != 4 || (count = strtoul(argv[2], NULL, 10)) == 0 ||
	    (in_flight = strtoul(argv[3], NULL, 10)) == 0) {
		fprintf(stderr, "usage: questions dns|raw COUNT IN_FLIGHT\n");
		return 2;
	}
	if (strcmp(argv[1], "dns") == 0)
		ask_through_dns();
	else
		ask_raw();
	getrusage(RUSAGE_SELF, &use);
	printf("{\"answers\": %lu, \"with_records\": %lu, \"cpu\": %.6f}\n", came, with_records,
	       (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
		   (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6);
	return came == count ? 0 : 1;
}
