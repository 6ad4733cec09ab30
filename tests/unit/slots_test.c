/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/slots.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/pki.h"
#include "tests/unit/test.h"

#define BUFFER 21848 /* what libssl asks for */

/* Is the page at this place in memory? */
static bool
is_resident(const void *place)
{
	unsigned char resident = 0;
	uintptr_t page = (uintptr_t)place & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);

	CHECK(mincore((void *)page, 1, &resident) == 0);
	return (resident & 1) != 0;
}

static char *
wait_with(char byte, struct slots_wait *wait)
{
	char *buffer;

	slots_watch();
	buffer = OPENSSL_malloc(BUFFER);
	memset(buffer, byte, BUFFER);
	slots_wait(wait);
	slots_look_away();
	return buffer;
}

static void *others[SLOTS_FULL];

/* So many other handshakes that only SLOTS_AWAKE may keep their pages. */
static void
fill(void)
{
	for (size_t i = 0; i < SLOTS_FULL; i++)
		others[i] = OPENSSL_malloc(BUFFER);
}

static void
clear(void)
{
	for (size_t i = 0; i < SLOTS_FULL; i++)
		OPENSSL_free(others[i]);
}

/* All keep their pages while there are few; then the more there are, the fewer do. */
static void
keeps_pages_while_there_is_room(void)
{
	enum { FEW = 560 };
	static struct slots_wait waits[SLOTS_FULL];
	static char *buffers[SLOTS_FULL];
	size_t keepers = 0;

	memset(waits, 0, sizeof waits);
	CHECK(slots_keepers(FEW) >= FEW && slots_keepers(SLOTS_FULL - 4) == SLOTS_AWAKE + 2);
	CHECK(slots_keepers(SLOTS_FULL) == SLOTS_AWAKE && slots_keepers(65536) == SLOTS_AWAKE);
	for (size_t i = 0; i < FEW; i++)
		buffers[i] = wait_with('x', &waits[i]);
	for (size_t i = 0; i < FEW; i++)
		CHECK(is_resident(buffers[i] + 8192));
	for (size_t i = FEW; i < SLOTS_FULL; i++)
		buffers[i] = wait_with('x', &waits[i]);
	for (size_t i = 0; i < SLOTS_FULL; i++) {
		keepers += is_resident(buffers[i] + 8192);
		CHECK(is_resident(buffers[i] + 8192) == (i >= SLOTS_FULL - SLOTS_AWAKE));
		slots_resume(&waits[i]);
	}
	CHECK(keepers == SLOTS_AWAKE);
	for (size_t i = 0; i < SLOTS_FULL; i++)
		OPENSSL_free(buffers[i]);
}

/* Who waits longest, when there are more than may keep their pages; not who has gone
 * on since. */
static void
gives_pages_back(void)
{
	struct slots_wait waits[SLOTS_AWAKE + 3] = { 0 };
	char *buffers[SLOTS_AWAKE + 3];

	fill();
	for (size_t i = 0; i < SLOTS_AWAKE; i++)
		buffers[i] = wait_with('x', &waits[i]);
	CHECK(is_resident(buffers[0] + 8192));
	slots_resume(&waits[0]);
	buffers[SLOTS_AWAKE] = wait_with('x', &waits[SLOTS_AWAKE]);
	CHECK(is_resident(buffers[1] + 8192));
	buffers[SLOTS_AWAKE + 1] = wait_with('x', &waits[SLOTS_AWAKE + 1]);
	CHECK(!is_resident(buffers[1] + 8192) && is_resident(buffers[2] + 8192));
	CHECK(buffers[1][0] == '\0' && buffers[1][8192] == '\0');
	buffers[SLOTS_AWAKE + 2] = wait_with('x', &waits[SLOTS_AWAKE + 2]);
	CHECK(!is_resident(buffers[2] + 8192) && buffers[0][BUFFER - 1] == 'x');
	for (size_t i = 0; i < SLOTS_AWAKE + 3; i++) {
		slots_resume(&waits[i]);
		slots_resume(&waits[i]);
		OPENSSL_free(buffers[i]);
	}
	clear();
}

static void *
wait_beside(void *arg)
{
	struct slots_wait wait = { 0 };
	char **buffers = arg, *own = wait_with('y', &wait);

	CHECK(own[BUFFER - 1] == 'y' && is_resident(own + 8192) && wait.at != NULL);
	CHECK(!is_resident(buffers[0] + 8192) && is_resident(buffers[1] + 8192));
	slots_resume(&wait);
	OPENSSL_free(own);
	return NULL;
}

/* Who waits longest gives its pages back, whichever thread it is of. */
static void
threads_share_the_room(void)
{
	struct slots_wait waits[SLOTS_AWAKE] = { 0 };
	char *buffers[SLOTS_AWAKE];
	pthread_t other;
	int error;

	fill();
	for (size_t i = 0; i < SLOTS_AWAKE; i++)
		buffers[i] = wait_with('x', &waits[i]);
	CHECK(is_resident(buffers[0] + 8192));
	error = pthread_create(&other, NULL, wait_beside, buffers);
	if (error == 0)
		error = pthread_join(other, NULL);
	CHECK(error == 0);
	for (size_t i = 0; i < SLOTS_AWAKE; i++) {
		slots_resume(&waits[i]);
		OPENSSL_free(buffers[i]);
	}
	clear();
}

/* Two, of the handshake's thread, in the slot behind its messages; the slot is somebody
 * else's only when all of it is free. */
static void
has_the_buffers_of_a_bio(void)
{
	char *messages, *buffers[3], *other;

	slots_watch();
	messages = OPENSSL_malloc(BUFFER);
	for (size_t i = 0; i < 3; i++) {
		buffers[i] = OPENSSL_malloc(4096);
		memset(buffers[i], 'b', 4096);
	}
	CHECK(buffers[0] == messages + 24576 && buffers[1] == buffers[0] + 4096);
	CHECK(buffers[2] != buffers[1] + 4096);
	slots_look_away();
	OPENSSL_free(buffers[2]);
	OPENSSL_free(buffers[1]);
	buffers[1] = OPENSSL_malloc(4096);
	CHECK(buffers[1] < messages || buffers[1] >= messages + 32768);
	OPENSSL_free(messages);
	other = OPENSSL_malloc(BUFFER);
	CHECK(other != messages);
	buffers[0] = OPENSSL_realloc(buffers[0], 5000);
	CHECK(buffers[0] != messages + 24576 && buffers[0][4095] == 'b');
	OPENSSL_free(buffers[1]);
	CHECK(OPENSSL_malloc(BUFFER) == messages);
	OPENSSL_free(messages);
	OPENSSL_free(buffers[0]);
	OPENSSL_free(other);
}

/* A server with a certificate and, unless groups is NULL, only these. */
static SSL *
server_with(const struct pki *leaf, int version, const char *groups)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	SSL *server;

	CHECK(SSL_CTX_use_certificate(context, leaf->x) == 1);
	CHECK(SSL_CTX_use_PrivateKey(context, leaf->key) == 1);
	CHECK(SSL_CTX_set_max_proto_version(context, version) == 1);
	CHECK(groups == NULL || SSL_CTX_set1_groups_list(context, groups) == 1);
	server = SSL_new(context);
	SSL_CTX_free(context);
	return server;
}

static SSL *
client_of(SSL *server)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *client = SSL_new(context);
	BIO *ours, *its;

	SSL_CTX_free(context);
	CHECK(BIO_new_bio_pair(&ours, 0, &its, 0) == 1);
	SSL_set_bio(client, ours, ours);
	SSL_set_bio(server, its, its);
	return client;
}

/* The client's first step, and a wait so long that nothing is left of its slot. */
static void
begin_and_wait(SSL *client)
{
	struct slots_wait wait = { 0 }, beside[SLOTS_AWAKE] = { 0 };
	char *buffers[SLOTS_AWAKE], *slot;

	slots_watch();
	CHECK(SSL_connect(client) == -1 && SSL_want_read(client));
	slots_wait(&wait);
	slots_look_away();
	slot = wait.slot;
	CHECK(slot != NULL && is_resident(slot) && is_resident(slot + 28672));
	for (size_t i = 0; i < SLOTS_AWAKE; i++)
		buffers[i] = wait_with('x', &beside[i]);
	for (size_t at = 0; at < 32768; at += 4096)
		CHECK(!is_resident(slot + at));
	slots_resume(&wait);
	for (size_t i = 0; i < SLOTS_AWAKE; i++) {
		slots_resume(&beside[i]);
		OPENSSL_free(buffers[i]);
	}
}

/* Also one whose server asks for another hello. */
static void
loses_nothing_of_a_handshake(void)
{
	static const struct {
		int version;
		const char *groups;
	} cases[] = { { TLS1_3_VERSION, NULL },
		      { TLS1_3_VERSION, "P-384" },
		      { TLS1_2_VERSION, NULL } };
	struct pki *leaf = pki_make(NULL, &(struct pki_spec){ .cn = "mx.example" });

	fill();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		SSL *server = server_with(leaf, cases[i].version, cases[i].groups);
		SSL *client = client_of(server);

		SSL_set_connect_state(client);
		begin_and_wait(client);
		for (int step = 0; step < 4; step++) {
			SSL_accept(server);
			SSL_connect(client);
		}
		CHECK(SSL_is_init_finished(client) && SSL_is_init_finished(server));
		CHECK(SSL_version(client) == cases[i].version);
		SSL_free(client);
		SSL_free(server);
	}
	clear();
	pki_free(leaf);
}

/* A step in between that found nothing to read: the pages stay known, but those that were
 * given back are not counted again. */
static void
waits_again(void)
{
	struct slots_wait own = { 0 }, bare = { 0 }, beside[SLOTS_AWAKE] = { 0 };
	char *buffers[SLOTS_AWAKE], *of_bare, *of_own;

	fill();
	of_bare = wait_with('b', &bare);
	of_own = wait_with('o', &own);
	for (size_t i = 0; i + 1 < SLOTS_AWAKE; i++)
		buffers[i] = wait_with('x', &beside[i]);
	CHECK(!is_resident(of_bare) && is_resident(of_own));
	slots_resume(&bare);
	slots_wait(&bare);
	CHECK(is_resident(of_own) && is_resident(buffers[0]));
	slots_resume(&own);
	slots_wait(&own);
	buffers[SLOTS_AWAKE - 1] = wait_with('x', &beside[SLOTS_AWAKE - 1]);
	CHECK(is_resident(of_own) && !is_resident(buffers[0]));
	slots_resume(&own);
	slots_resume(&bare);
	OPENSSL_free(of_own);
	OPENSSL_free(of_bare);
	for (size_t i = 0; i < SLOTS_AWAKE; i++) {
		slots_resume(&beside[i]);
		OPENSSL_free(buffers[i]);
	}
	clear();
}

/* A thread that works for others in between must not lose their buffers. */
static void
trims_only_what_was_watched(void)
{
	char *other = OPENSSL_malloc(BUFFER), *own;
	struct slots_wait wait = { 0 };

	memset(other, 'o', BUFFER);
	slots_watch();
	slots_wait(&wait);
	CHECK(wait.at == NULL);
	slots_watch();
	own = OPENSSL_malloc(BUFFER);
	OPENSSL_free(own);
	own = OPENSSL_malloc(100);
	slots_wait(&wait);
	CHECK(wait.at == NULL && other[BUFFER - 1] == 'o');
	OPENSSL_free(own);
	slots_look_away();
	own = OPENSSL_malloc(BUFFER);
	slots_wait(&wait);
	CHECK(wait.at == NULL);
	OPENSSL_free(own);
	OPENSSL_free(other);
}

static void
uses_slots_again(void)
{
	void *first = OPENSSL_malloc(BUFFER), *second = OPENSSL_malloc(BUFFER);

	CHECK(first != second);
	OPENSSL_free(first);
	OPENSSL_free(second);
	CHECK(OPENSSL_malloc(BUFFER) == second);
	CHECK(OPENSSL_malloc(BUFFER) == first);
	OPENSSL_free(first);
	OPENSSL_free(second);
}

/* Of slots that were taken in the first step, the first is the one that waits. */
static void
watches_the_first(void)
{
	struct slots_wait wait = { 0 };
	char *own, *second;

	slots_watch();
	own = OPENSSL_malloc(BUFFER);
	second = OPENSSL_malloc(BUFFER);
	slots_wait(&wait);
	slots_look_away();
	CHECK(wait.slot == own);
	slots_resume(&wait);
	OPENSSL_free(own);
	OPENSSL_free(second);
}

/* The first SLOTS_FULL keep their pages, the others do not; beyond the last there is the
 * heap, where nothing is given back. */
static void
runs_out(void)
{
	enum { ALL = 65536 };
	static char *slots[ALL + 2];
	struct slots_wait wait = { 0 };
	char *lowest;

	for (size_t i = 0; i < ALL + 1; i++)
		slots[i] = OPENSSL_malloc(BUFFER);
	lowest = slots[0];
	for (size_t i = 1; i < ALL; i++)
		if (slots[i] < lowest)
			lowest = slots[i];
	memset(lowest, 'x', BUFFER);
	slots[ALL + 1] = wait_with('x', &wait);
	CHECK(wait.slot == NULL && slots[ALL + 1][BUFFER - 1] == 'x');
	memset(slots[ALL - 1], 'x', BUFFER);
	for (size_t i = 0; i < ALL + 2; i++)
		OPENSSL_free(slots[i]);
	CHECK(is_resident(lowest) && !is_resident(slots[ALL - 1]));
	CHECK(OPENSSL_malloc(BUFFER) == slots[ALL - 1]);
	OPENSSL_free(slots[ALL - 1]);
}

enum { THREADS = 4, TURNS = 4000, EACH = 300 };

/* Handshakes that come, wait and end, some of them while they wait. */
static void *
come_and_go(void *arg)
{
	struct slots_wait waits[EACH] = { 0 };
	char *buffers[EACH] = { 0 };
	size_t *lost = arg;

	for (size_t turn = 0; turn < TURNS; turn++) {
		size_t i = turn * 7 % EACH;

		slots_resume(&waits[i]);
		if (buffers[i] != NULL)
			*lost += buffers[i][0] != (waits[i].bare ? '\0' : 'x');
		OPENSSL_free(buffers[i]);
		waits[i] = (struct slots_wait){ 0 };
		buffers[i] = wait_with('x', &waits[i]);
		slots_resume(&waits[(i + 1) % EACH]);
		if (buffers[(i + 1) % EACH] != NULL)
			slots_wait(&waits[(i + 1) % EACH]);
	}
	for (size_t i = 0; i < EACH; i++) {
		slots_resume(&waits[i]);
		OPENSSL_free(buffers[i]);
	}
	return NULL;
}

static void
threads_come_and_go(void)
{
	pthread_t threads[THREADS];
	size_t lost[THREADS] = { 0 };

	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, come_and_go, &lost[i]) != 0)
			abort();
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < THREADS; i++)
		CHECK(lost[i] == 0);
}

static void
changes_sizes(void)
{
	static const size_t sizes[] = {
		1, 20480, 24576, 24577, 100000, 21848, 16, 30000, 22000
	};
	char *memory = NULL;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		memory = OPENSSL_realloc(memory, sizes[i]);
		CHECK(i == 0 || memory[0] == 'm');
		memset(memory, 'm', sizes[i]);
	}
	CHECK(OPENSSL_realloc(memory, 0) == NULL);
	memory = OPENSSL_malloc(BUFFER);
	CHECK(OPENSSL_realloc(memory, 24576) == memory);
	CHECK(OPENSSL_realloc(memory, 0) == NULL);
	OPENSSL_free(NULL);
}

int
main(void)
{
	CHECK(slots_install());
	RUN(keeps_pages_while_there_is_room);
	RUN(gives_pages_back);
	RUN(threads_share_the_room);
	RUN(waits_again);
	RUN(has_the_buffers_of_a_bio);
	RUN(loses_nothing_of_a_handshake);
	RUN(trims_only_what_was_watched);
	RUN(uses_slots_again);
	RUN(changes_sizes);
	RUN(watches_the_first);
	RUN(threads_come_and_go);
	RUN(runs_out);
	RUN(keeps_pages_while_there_is_room); /* all is free again */
	return test_end();
}
