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

/* A free slot, in its own first bytes. */
struct slot {
	struct slot *next;
};

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
static struct slot *free_slots;
static uint8_t pieces[SLOTS]; /* of each slot that are in use */
static size_t taken;          /* slots: as many as there are handshakes */
/* Those that wait and have their pages, the longest waiting first. */
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
	if (slot != NULL) {
		taken++;
		pieces[index_of(slot)] = 1;
	}
	pthread_mutex_unlock(&lock);
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

static void
let_go(void *piece)
{
	struct slot *slot = slot_of(piece);

	if (piece == watch.slot)
		watch.slot = NULL;
	pthread_mutex_lock(&lock);
	if (--pieces[index_of(piece)] == 0) {
		slot->next = free_slots;
		free_slots = slot;
		taken--;
	}
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
	void *piece = NULL;

	(void)file, (void)line;
	if (size >= LEAST && size <= MESSAGES)
		piece = take();
	else if (size == PAGE && watch.slot != NULL && watch.buffers < BUFFERS)
		piece = take_buffer();
	return piece != NULL ? piece : size > 0 ? malloc(size) : NULL;
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

/* A handshake less is 14.5 KiB less, which is the 20 KiB of others three times in four. */
size_t
slots_keepers(size_t handshakes)
{
	size_t less = handshakes < SLOTS_FULL ? SLOTS_FULL - handshakes : 0;

	return SLOTS_AWAKE + less * 3 / 4;
}

static void
leave_row(struct slots_wait *wait)
{
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
	if (wait->at != NULL)
		leave_row(wait);
	pthread_mutex_unlock(&lock);
}
