/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/slots.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
	enum { FEW = 600 };
	static struct slots_wait waits[SLOTS_FULL];
	static char *buffers[SLOTS_FULL];
	size_t keepers = 0;

	CHECK(slots_keepers(FEW) >= FEW && slots_keepers(SLOTS_FULL - 1) == SLOTS_AWAKE + 1);
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
	CHECK(buffers[1][0] == 'x' && buffers[1][4095] == 'x' && buffers[1][8192] == '\0');
	buffers[SLOTS_AWAKE + 2] = wait_with('x', &waits[SLOTS_AWAKE + 2]);
	CHECK(!is_resident(buffers[2] + 8192) && buffers[0][BUFFER - 1] == 'x');
	for (size_t i = 0; i < SLOTS_AWAKE + 3; i++) {
		slots_resume(&waits[i]);
		slots_resume(&waits[i]);
		OPENSSL_free(buffers[i]);
	}
	clear();
}

/* The others' places are taken: what waits here gives its own pages back. */
static void *
wait_beside(void *arg)
{
	struct slots_wait wait = { 0 };
	char *buffer = wait_with('y', &wait);

	(void)arg;
	CHECK(!is_resident(buffer + 8192) && wait.at == NULL);
	OPENSSL_free(buffer);
	return NULL;
}

static void
threads_share_the_room(void)
{
	struct slots_wait waits[SLOTS_AWAKE] = { 0 };
	char *buffers[SLOTS_AWAKE];
	pthread_t other;

	fill();
	for (size_t i = 0; i < SLOTS_AWAKE; i++)
		buffers[i] = wait_with('x', &waits[i]);
	CHECK(pthread_create(&other, NULL, wait_beside, NULL) == 0);
	CHECK(pthread_join(other, NULL) == 0);
	for (size_t i = 0; i < SLOTS_AWAKE; i++) {
		CHECK(buffers[i][BUFFER - 1] == 'x' && is_resident(buffers[i] + 8192));
		slots_resume(&waits[i]);
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
	RUN(trims_only_what_was_watched);
	RUN(uses_slots_again);
	RUN(changes_sizes);
	return test_end();
}
