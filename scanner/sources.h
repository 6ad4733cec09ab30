/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses conversations are made from (--local-addr), used in turn.
 */
#ifndef SCANNER_SOURCES_H
#define SCANNER_SOURCES_H

#include "scanner/address.h"

struct sources;

/* list: "A,…"; NULL: the system chooses.  Dies when one is no address of ours. */
struct sources *sources_open(const char *list);
void sources_free(struct sources *sources);
/* The next of a family (4 or 6); none when the system chooses. */
struct address source_address(struct sources *sources, int family);

#endif
