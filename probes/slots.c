/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/slots.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "probes/parsed.h"

#define SLOT_SIZE  ((size_t)24576) /* whole pages */
#define SLOT_LEAST ((size_t)20480) /* what needs less is the heap's */
#define SLOTS      ((size_t)65536) /* beyond them: the heap */
#define KEPT       ((size_t)4096)  /* a ClientHello fits */

/* A free slot, in its own first bytes. */
struct slot {
	struct slot *next;
};

static uint8_t *region; /* SLOTS slots, zero pages until they are used */
static size_t used;     /* slots that have ever been taken */
static struct slot *free_slots;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local uint8_t *latest; /* taken by this thread since slots_watch */
static atomic_size_t awake;           /* in all rows */
static atomic_size_t taken;           /* slots: as many as there are handshakes */
/* The thread's row, the longest waiting first. */
static _Thread_local struct {
	struct slots_wait *first, **last; /* last: NULL before the first use */
} waiting;

/* The one that was let go last, so that few are ever touched. */
static void *
take(void)
{
	void *slot = NULL;

	pthread_mutex_lock(&lock);
	if (free_slots != NULL) {
		slot = free_slots;
		free_slots = free_slots->next;
	} else if (used < SLOTS) {
		slot = region + used++ * SLOT_SIZE;
	}
	pthread_mutex_unlock(&lock);
	atomic_fetch_add(&taken, slot != NULL);
	latest = slot;
	return slot;
}

static void
let_go(void *memory)
{
	struct slot *slot = memory;

	atomic_fetch_sub(&taken, 1);
	if (memory == latest)
		latest = NULL;
	pthread_mutex_lock(&lock);
	slot->next = free_slots;
	free_slots = slot;
	pthread_mutex_unlock(&lock);
}

static bool
is_slot(const void *memory)
{
	return (uintptr_t)memory - (uintptr_t)region < SLOTS * SLOT_SIZE;
}

static void *
allocate(size_t size, const char *file, int line)
{
	void *slot = size >= SLOT_LEAST && size <= SLOT_SIZE ? take() : NULL;

	(void)file, (void)line;
	return slot != NULL ? slot : size > 0 ? malloc(size) : NULL;
}

static void
release(void *memory, const char *file, int line)
{
	(void)file, (void)line;
	if (is_slot(memory))
		let_go(memory);
	else
		free(memory);
}

static void *
move_out(void *slot, size_t size)
{
	void *memory = malloc(size);

	if (memory == NULL)
		return NULL;
	memcpy(memory, slot, SLOT_SIZE);
	let_go(slot);
	return memory;
}

static void *
resize(void *memory, size_t size, const char *file, int line)
{
	if (memory == NULL)
		return allocate(size, file, line);
	if (size == 0) {
		release(memory, file, line);
		return NULL;
	}
	if (!is_slot(memory))
		return realloc(memory, size);
	return size <= SLOT_SIZE ? memory : move_out(memory, size);
}

bool
slots_install(void)
{
	void *memory;

	if (getenv(PARSED_SWITCH) != NULL)
		return false;
	memory = mmap(NULL, SLOTS * SLOT_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		return false;
	region = memory;
	if (CRYPTO_set_mem_functions(allocate, resize, release))
		return true;
	region = NULL;
	munmap(memory, SLOTS * SLOT_SIZE);
	return false;
}

void
slots_watch(void)
{
	latest = NULL;
}

static void
trim(uint8_t *slot)
{
	madvise(slot + KEPT, SLOT_SIZE - KEPT, MADV_DONTNEED);
}

/* A handshake less is 22.5 KiB less, which is the 20 KiB of others nine times in eight. */
size_t
slots_keepers(size_t handshakes)
{
	size_t less = handshakes < SLOTS_FULL ? SLOTS_FULL - handshakes : 0;

	return SLOTS_AWAKE + less * 9 / 8;
}

void
slots_wait(struct slots_wait *wait)
{
	struct slots_wait *longest;

	if (latest == NULL)
		return;
	if (waiting.last == NULL)
		waiting.last = &waiting.first;
	*wait = (struct slots_wait){ NULL, waiting.last, latest };
	latest = NULL;
	*waiting.last = wait;
	waiting.last = &wait->next;
	atomic_fetch_add(&awake, 1);
	while ((longest = waiting.first) != NULL &&
	       atomic_load(&awake) > slots_keepers(atomic_load(&taken))) {
		trim(longest->slot);
		slots_resume(longest);
	}
}

void
slots_resume(struct slots_wait *wait)
{
	if (wait->at == NULL)
		return;
	*wait->at = wait->next;
	if (wait->next != NULL)
		wait->next->at = wait->at;
	else
		waiting.last = wait->at;
	wait->at = NULL;
	atomic_fetch_sub(&awake, 1);
}
