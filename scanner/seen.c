/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of pages.  The first bits of a hash choose the page, other bits where
 * to look in it first.  When the table is three quarters full, or a page quite
 * full, each page is split in two by one more bit: that is one pass from the
 * beginning to the end, without seeking.
 */
#include "scanner/seen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "scanner/hash.h"
#include "scanner/log.h"
#include "scanner/mem.h"

#define PAGE_SLOTS      256 /* of 16 bytes: 4 KiB */
#define PAGE_BITS_START 2
#define PAGE_BITS_MAX   40
#define MEMORY_BITS     9 /* 512 pages, 2 MiB, nearly 100,000 keys */

struct page {
	struct hash slot[PAGE_SLOTS]; /* all zero: free */
};

struct seen {
	struct hasher *hasher;
	unsigned bits; /* 2^bits pages */
	uint64_t count;
	struct page *memory; /* every page, or NULL */
	int file;            /* -1 while in memory */
	struct page loaded;  /* the page last looked at, when in the file */
};

static const char *
temporary_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder != NULL && *folder != '\0' ? folder : "/var/tmp";
}

static int
open_temporary(void)
{
	const char *folder = temporary_folder();
	int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char *path;

	if (file >= 0)
		return file;
	path = mem_printf("%s/mxsweep-XXXXXX", folder);
	file = mkostemp(path, O_CLOEXEC);
	if (file < 0)
		die("no temporary file in %s: %s (TMPDIR names another place)", folder,
		    strerror(errno));
	unlink(path);
	free(path);
	return file;
}

static void
write_all(int file, const void *bytes, size_t length, off_t at)
{
	for (size_t done = 0; done < length;) {
		ssize_t n =
		    pwrite(file, (const char *)bytes + done, length - done, at + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die("writing a temporary file in %s: %s (TMPDIR names another place)",
			    temporary_folder(), strerror(n < 0 ? errno : ENOSPC));
		done += (size_t)n;
	}
}

/* A page that was never written is a hole, or lies past the end: zero. */
static void
read_page(int file, struct page *page, uint64_t number)
{
	size_t done = 0;
	off_t at = (off_t)(number * sizeof *page);

	while (done < sizeof *page) {
		ssize_t n =
		    pread(file, (char *)page + done, sizeof *page - done, at + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("reading a temporary file in %s: %s", temporary_folder(),
			    strerror(errno));
		if (n == 0)
			break;
		done += (size_t)n;
	}
	memset((char *)page + done, 0, sizeof *page - done);
}

struct seen *
seen_new(void)
{
	struct seen *seen = mem_alloc(sizeof *seen);
	uint8_t key[HASH_KEY];

	if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key)
		die("no random numbers: %s", strerror(errno));
	seen->hasher = hasher_new(key);
	seen->bits = PAGE_BITS_START;
	seen->memory = mem_alloc(sizeof(struct page) << seen->bits);
	seen->file = -1;
	return seen;
}

void
seen_free(struct seen *seen)
{
	if (seen == NULL)
		return;
	if (seen->file >= 0)
		close(seen->file);
	hasher_free(seen->hasher);
	free(seen->memory);
	free(seen);
}

static bool
is_free(const struct hash *slot)
{
	return slot->high == 0 && slot->low == 0;
}

/* Where hash is in the page or could go; -1: not there and no room. */
static int
find(const struct page *page, struct hash hash)
{
	for (unsigned i = 0; i < PAGE_SLOTS; i++) {
		unsigned at = (unsigned)(hash.low + i) % PAGE_SLOTS;
		const struct hash *slot = &page->slot[at];

		if (is_free(slot) || (slot->high == hash.high && slot->low == hash.low))
			return (int)at;
	}
	return -1;
}

static void
split_page(const struct page *from, struct page half[2], unsigned bits)
{
	memset(half, 0, 2 * sizeof half[0]);
	for (unsigned i = 0; i < PAGE_SLOTS; i++) {
		const struct hash *slot = &from->slot[i];
		struct page *to = &half[slot->high >> (63 - bits) & 1];

		if (!is_free(slot))
			to->slot[find(to, *slot)] = *slot;
	}
}

static void
grow_memory(struct seen *seen)
{
	struct page *grown = mem_alloc(sizeof *grown << (seen->bits + 1));

	for (uint64_t i = 0; i >> seen->bits == 0; i++)
		split_page(&seen->memory[i], &grown[2 * i], seen->bits);
	free(seen->memory);
	seen->memory = grown;
}

static void
grow_file(struct seen *seen)
{
	int grown = open_temporary();
	struct page page, half[2];

	for (uint64_t i = 0; i >> seen->bits == 0; i++) {
		if (seen->memory != NULL)
			page = seen->memory[i];
		else
			read_page(seen->file, &page, i);
		split_page(&page, half, seen->bits);
		write_all(grown, half, sizeof half, (off_t)(i * sizeof half));
	}
	if (seen->file >= 0)
		close(seen->file);
	seen->file = grown;
	free(seen->memory);
	seen->memory = NULL;
}

static void
grow(struct seen *seen)
{
	if (seen->bits >= PAGE_BITS_MAX)
		die("the list has more targets than can be told apart");
	if (seen->memory != NULL && seen->bits < MEMORY_BITS)
		grow_memory(seen);
	else
		grow_file(seen);
	seen->bits++;
}

static struct hash
hash_key(struct seen *seen, const char *key)
{
	struct hash hash = hash_of(seen->hasher, key, strlen(key));

	hash.low |= is_free(&hash); /* zero means a free slot */
	return hash;
}

static struct page *
load(struct seen *seen, uint64_t number)
{
	if (seen->memory != NULL)
		return &seen->memory[number];
	read_page(seen->file, &seen->loaded, number);
	return &seen->loaded;
}

bool
seen_add(struct seen *seen, const char *key)
{
	struct hash hash = hash_key(seen, key);
	struct page *page;
	uint64_t number;
	int at;

	if (seen->count + 1 > (PAGE_SLOTS / 4 * 3ull) << seen->bits)
		grow(seen);
	for (;;) {
		number = hash.high >> (64 - seen->bits);
		page = load(seen, number);
		at = find(page, hash);
		if (at >= 0)
			break;
		grow(seen);
	}
	if (!is_free(&page->slot[at]))
		return false;
	page->slot[at] = hash;
	seen->count++;
	if (seen->memory == NULL)
		write_all(seen->file, &hash, sizeof hash,
			  (off_t)(number * sizeof *page + (unsigned)at * sizeof hash));
	return true;
}

bool
seen_has(struct seen *seen, const char *key)
{
	struct hash hash = hash_key(seen, key);
	struct page *page = load(seen, hash.high >> (64 - seen->bits));
	int at = find(page, hash);

	return at >= 0 && !is_free(&page->slot[at]);
}

uint64_t
seen_count(const struct seen *seen)
{
	return seen->count;
}
