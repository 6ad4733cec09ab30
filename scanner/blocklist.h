/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must never be contacted: the reserved ranges, and what the operator's
 * block list names by CIDR, address or domain; an allow list restricts what is
 * left and never opens a reserved range.  Read-only after it was made.
 */
#ifndef SCANNER_BLOCKLIST_H
#define SCANNER_BLOCKLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/address.h"

struct blocklist;

/* Reads both files (either may be NULL); dies with file and line on the first
 * entry that is none. */
struct blocklist *blocklist_open(const char *block_file, const char *allow_file,
				 bool allow_reserved);
void blocklist_free(struct blocklist *list);
bool blocklist_blocks_address(const struct blocklist *list, const struct address *address);
/* name: lower-case A-labels without the trailing dot. */
bool blocklist_blocks_name(const struct blocklist *list, const char *name);

/* Pure: one line of such a file. */
enum block_line { BLOCK_EMPTY, BLOCK_ADDRESS, BLOCK_NAME, BLOCK_BAD };
enum block_line blocklist_parse(const char *line, size_t length, struct address *network,
				unsigned *prefix, char name[254]);
/* The built-in ranges. */
bool address_is_reserved(const struct address *address);

#endif
