/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/blocklist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/fold.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/reserved.h"
#include "scanner/text.h"

#define EXCERPT 60

struct range {
	struct address first, last;
};

/* One file's entries, sorted; ranges do not overlap. */
struct entries {
	struct range *ranges;
	size_t range_count, range_room;
	char **names;
	size_t name_count, name_room;
};

struct blocklist {
	bool allow_reserved;
	struct entries block, allow;
};

/* "/24" behind an address; false when it is no prefix length of its family. */
static bool
parse_prefix(const char *text, uint8_t family, unsigned *prefix)
{
	unsigned most = family == 4 ? 32 : 128, number = 0;
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 3 || text[digits] != '\0')
		return false;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (unsigned)(text[i] - '0');
	*prefix = number;
	return number <= most;
}

static enum block_line
parse_network(const char *line, size_t length, struct address *network, unsigned *prefix)
{
	char text[ADDRESS_TEXT + sizeof "/128"], *slash;

	if (length >= sizeof text || memchr(line, '\0', length) != NULL)
		return BLOCK_BAD;
	memcpy(text, line, length);
	text[length] = '\0';
	slash = strchr(text, '/');
	if (slash != NULL)
		*slash = '\0';
	if (!address_parse(network, text))
		return BLOCK_BAD;
	*prefix = network->family == 4 ? 32 : 128;
	if (slash != NULL && !parse_prefix(slash + 1, network->family, prefix))
		return BLOCK_BAD;
	*network = address_network(network, *prefix); /* like ZMap: host bits do no harm */
	return BLOCK_ADDRESS;
}

enum block_line
blocklist_parse(const char *line, size_t length, struct address *network, unsigned *prefix,
		char name[254])
{
	const char *comment = length > 0 ? memchr(line, '#', length) : NULL, *reason;
	struct address address;

	if (comment != NULL)
		length = (size_t)(comment - line);
	fold_trim(&line, &length);
	if (length == 0)
		return BLOCK_EMPTY;
	if (parse_network(line, length, network, prefix) == BLOCK_ADDRESS)
		return BLOCK_ADDRESS;
	if (fold_name(line, length, name, &reason) != FOLD_NAME ||
	    address_parse(&address, name))
		return BLOCK_BAD;
	return BLOCK_NAME;
}

static void
add_range(struct entries *entries, const struct address *network, unsigned prefix)
{
	unsigned bits = network->family == 4 ? 32 : 128;
	struct range range = { *network, *network };

	for (unsigned bit = prefix; bit < bits; bit++)
		range.last.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	if (entries->range_count == entries->range_room) {
		entries->range_room = entries->range_room * 2 + 64;
		entries->ranges =
		    mem_realloc(entries->ranges, entries->range_room * sizeof *entries->ranges);
	}
	entries->ranges[entries->range_count++] = range;
}

static void
add_name(struct entries *entries, const char *name)
{
	if (entries->name_count == entries->name_room) {
		entries->name_room = entries->name_room * 2 + 64;
		entries->names =
		    mem_realloc(entries->names, entries->name_room * sizeof *entries->names);
	}
	entries->names[entries->name_count++] = mem_strdup(name);
}

static void
add_line(struct entries *entries, const char *path, size_t number, const char *line,
	 size_t length)
{
	struct address network;
	unsigned prefix;
	char name[FOLD_NAME_MAX + 1];

	switch (blocklist_parse(line, length, &network, &prefix, name)) {
	case BLOCK_ADDRESS:
		add_range(entries, &network, prefix);
		break;
	case BLOCK_NAME:
		add_name(entries, name);
		break;
	case BLOCK_EMPTY:
		break;
	case BLOCK_BAD:
		fold_trim(&line, &length);
		die("%s:%zu: neither a CIDR nor an address nor a domain: %s", path, number,
		    text_of_bytes(line, length < EXCERPT ? length : EXCERPT, 0));
	}
}

static int
compare_ranges(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct range));
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted by their beginning, ranges that overlap become one: then the last range
 * that begins at or before an address is the only one that can hold it. */
static void
sort_entries(struct entries *entries)
{
	size_t kept = 0;

	if (entries->name_count > 0)
		qsort(entries->names, entries->name_count, sizeof *entries->names,
		      compare_names);
	if (entries->range_count == 0)
		return;
	qsort(entries->ranges, entries->range_count, sizeof *entries->ranges, compare_ranges);
	for (size_t i = 1; i < entries->range_count; i++) {
		struct range *held = &entries->ranges[kept], *next = &entries->ranges[i];

		if (memcmp(&next->first, &held->last, sizeof next->first) > 0)
			entries->ranges[++kept] = *next;
		else if (memcmp(&next->last, &held->last, sizeof next->last) > 0)
			held->last = next->last;
	}
	entries->range_count = kept + 1;
}

static void
read_entries(struct entries *entries, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0, number = 0;
	ssize_t length;

	if (file == NULL)
		die("%s: %s", path, strerror(errno));
	while ((length = getline(&line, &room, file)) >= 0)
		add_line(entries, path, ++number, line, (size_t)length);
	if (ferror(file))
		die("%s: %s", path, strerror(errno));
	free(line);
	fclose(file);
	sort_entries(entries);
}

struct blocklist *
blocklist_open(const char *block_file, const char *allow_file, bool allow_reserved)
{
	struct blocklist *list = mem_alloc(sizeof *list);

	list->allow_reserved = allow_reserved;
	if (block_file != NULL)
		read_entries(&list->block, block_file);
	if (allow_file != NULL)
		read_entries(&list->allow, allow_file);
	if (allow_file != NULL && list->allow.range_count + list->allow.name_count == 0)
		die("%s: the allow list has no entry, so nobody could be contacted",
		    allow_file);
	return list;
}

static void
clear_entries(struct entries *entries)
{
	for (size_t i = 0; i < entries->name_count; i++)
		free(entries->names[i]);
	free(entries->names);
	free(entries->ranges);
}

void
blocklist_free(struct blocklist *list)
{
	if (list == NULL)
		return;
	clear_entries(&list->block);
	clear_entries(&list->allow);
	free(list);
}

static bool
holds_address(const struct entries *entries, const struct address *address)
{
	size_t low = 0, high = entries->range_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(&entries->ranges[middle].first, address, sizeof *address) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && memcmp(&entries->ranges[low - 1].last, address, sizeof *address) >= 0;
}

/* The name itself, or one of those it is below. */
static bool
holds_name(const struct entries *entries, const char *name)
{
	if (entries->name_count == 0)
		return false;
	for (;;) {
		if (bsearch(&name, entries->names, entries->name_count, sizeof *entries->names,
			    compare_names) != NULL)
			return true;
		name = strchr(name, '.');
		if (name == NULL)
			return false;
		name++;
	}
}

bool
blocklist_blocks_address(const struct blocklist *list, const struct address *address)
{
	struct address embedded = address_embedded(address);

	if (address->family == 0 || (!list->allow_reserved && address_is_reserved(address)))
		return true;
	if (holds_address(&list->block, address) ||
	    (embedded.family != 0 && holds_address(&list->block, &embedded)))
		return true;
	return list->allow.range_count > 0 && !holds_address(&list->allow, address);
}

bool
blocklist_blocks_name(const struct blocklist *list, const char *name)
{
	if (holds_name(&list->block, name))
		return true;
	return list->allow.name_count > 0 && !holds_name(&list->allow, name);
}
