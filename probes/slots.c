/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/slots.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "probes/parsed.h"

#define PAGE      ((size_t)4096)
#define MESSAGES  (6 * PAGE)      /* at the front of a slot: what messages are assembled in */
#define LEAST     ((size_t)20480) /* what needs less is the heap's */
#define BUFFERS   2               /* behind it, of a page each */
#define SLOT_SIZE (MESSAGES + BUFFERS * PAGE)
#define SLOTS     ((size_t)65536) /* beyond them: the heap */
#define NONE      SLOTS           /* no index */

static uint8_t *region; /* SLOTS slots, zero pages until they are used */
/* The slot that this thread has taken first since slots_watch, and how many of its
 * buffers. */
static _Thread_local struct {
	bool on;
	uint8_t *slot;
	size_t buffers;
} watch;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all below */
static size_t used;                                      /* slots that have ever been taken */
static size_t first_free = NONE, next_free[SLOTS];
static uint8_t pieces[SLOTS]; /* of each slot that are in use */
static size_t taken;          /* slots, nearly all of them by handshakes */
/* Those that wait and have their pages, in the order of their last steps. */
static struct slots_wait *first, **last = &first;
static size_t awake; /* in this row */

static size_t
index_of(const void *piece)
{
	return (size_t)((const uint8_t *)piece - region) / SLOT_SIZE;
}

static void *
slot_of(const void *piece)
{
	return region + index_of(piece) * SLOT_SIZE;
}

/* The one that was let go last, so that few are ever touched.  NONE: all are taken. */
static size_t
take_index(void)
{
	size_t index = first_free;

	if (index != NONE)
		first_free = next_free[index];
	else if (used < SLOTS)
		index = used++;
	if (index == NONE)
		return NONE;
	taken++;
	pieces[index] = 1;
	return index;
}

static void *
take(void)
{
	uint8_t *slot;
	size_t index;

	pthread_mutex_lock(&lock);
	index = take_index();
	pthread_mutex_unlock(&lock);
	if (index == NONE)
		return NULL;
	slot = region + index * SLOT_SIZE;
	if (watch.on && watch.slot == NULL)
		watch.slot = slot;
	return slot;
}

static void *
take_buffer(void)
{
	pthread_mutex_lock(&lock);
	pieces[index_of(watch.slot)]++;
	pthread_mutex_unlock(&lock);
	return watch.slot + MESSAGES + watch.buffers++ * PAGE;
}

/* The first SLOTS_FULL keep their pages for the next handshake. */
static void
free_index(size_t index)
{
	if (index >= SLOTS_FULL)
		madvise(region + index * SLOT_SIZE, SLOT_SIZE, MADV_DONTNEED);
	next_free[index] = first_free;
	first_free = index;
	taken--;
}

static void
let_go(void *piece)
{
	size_t index = index_of(piece);

	if (piece == watch.slot)
		watch.slot = NULL;
	pthread_mutex_lock(&lock);
	if (--pieces[index] == 0)
		free_index(index);
	pthread_mutex_unlock(&lock);
}

static bool
is_slot(const void *memory)
{
	return (uintptr_t)memory - (uintptr_t)region < SLOTS * SLOT_SIZE;
}

/* Of the sizes that a handshake asks for.  A function of its own, so that the other one
 * saves no registers. */
__attribute__((noinline)) static void *
allocate_large(size_t size)
{
	void *piece = NULL;

	if (size >= LEAST && size <= MESSAGES)
		piece = take();
	else if (size == PAGE && watch.slot != NULL && watch.buffers < BUFFERS)
		piece = take_buffer();
	return piece != NULL ? piece : malloc(size);
}

/* Some seven hundred times a conversation. */
static void *
allocate(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	if (size >= PAGE)
		return allocate_large(size);
	return size > 0 ? malloc(size) : NULL;
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
move_out(void *piece, size_t room, size_t size)
{
	void *memory = malloc(size);

	if (memory == NULL)
		return NULL;
	memcpy(memory, piece, room);
	let_go(piece);
	return memory;
}

static void *
resize(void *memory, size_t size, const char *file, int line)
{
	size_t room;

	if (memory == NULL)
		return allocate(size, file, line);
	if (size == 0) {
		release(memory, file, line);
		return NULL;
	}
	if (!is_slot(memory))
		return realloc(memory, size);
	room = memory == slot_of(memory) ? MESSAGES : PAGE;
	return size <= room ? memory : move_out(memory, room, size);
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
	madvise(memory, SLOTS * SLOT_SIZE, MADV_NOHUGEPAGE);
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
	watch.on = true;
	watch.slot = NULL;
	watch.buffers = 0;
}

void
slots_look_away(void)
{
	watch.on = false;
	watch.slot = NULL;
}

/* A handshake less is 14 KiB less, half of what another's pages are. */
size_t
slots_keepers(size_t handshakes)
{
	size_t less = handshakes < SLOTS_FULL ? SLOTS_FULL - handshakes : 0;

	return SLOTS_AWAKE + less / 2;
}

/* If it is in it. */
static void
leave_row(struct slots_wait *wait)
{
	if (wait->at == NULL)
		return;
	*wait->at = wait->next;
	if (wait->next != NULL)
		wait->next->at = wait->at;
	else
		last = wait->at;
	wait->at = NULL;
	awake--;
}

/* Under the lock, so that whoever waited there does not go on meanwhile. */
static void
give_back(struct slots_wait *wait)
{
	madvise(wait->slot, SLOT_SIZE, MADV_DONTNEED);
	leave_row(wait);
	wait->bare = true;
}

void
slots_wait(struct slots_wait *wait)
{
	if (wait->slot == NULL)
		wait->slot = watch.slot;
	if (wait->slot == NULL || wait->bare)
		return;
	pthread_mutex_lock(&lock);
	wait->next = NULL;
	wait->at = last;
	*last = wait;
	last = &wait->next;
	awake++;
	while (awake > slots_keepers(taken))
		give_back(first);
	pthread_mutex_unlock(&lock);
}

void
slots_resume(struct slots_wait *wait)
{
	if (wait->slot == NULL)
		return;
	pthread_mutex_lock(&lock);
	leave_row(wait);
	pthread_mutex_unlock(&lock);
}
