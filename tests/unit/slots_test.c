/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/slots.h"

#include <openssl/crypto.h>
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

static void
gives_pages_back(void)
{
	char *buffer;

	slots_watch();
	buffer = OPENSSL_malloc(BUFFER);
	memset(buffer, 'x', BUFFER);
	CHECK(is_resident(buffer + 8192));
	slots_trim();
	CHECK(buffer[0] == 'x' && buffer[4095] == 'x');
	CHECK(!is_resident(buffer + 8192));
	CHECK(buffer[8192] == '\0');
	OPENSSL_free(buffer);
}

/* A thread that works for others in between must not lose their buffers. */
static void
trims_only_what_was_watched(void)
{
	char *other = OPENSSL_malloc(BUFFER), *own;

	memset(other, 'o', BUFFER);
	slots_watch();
	slots_trim();
	CHECK(other[BUFFER - 1] == 'o');
	slots_watch();
	own = OPENSSL_malloc(BUFFER);
	OPENSSL_free(own);
	own = OPENSSL_malloc(100);
	slots_trim();
	slots_trim();
	CHECK(other[BUFFER - 1] == 'o');
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
	RUN(gives_pages_back);
	RUN(trims_only_what_was_watched);
	RUN(uses_slots_again);
	RUN(changes_sizes);
	return test_end();
}
