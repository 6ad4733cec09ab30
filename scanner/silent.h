/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses at which nobody speaks: refused, unreachable, or silent through all
 * attempts.  What is not said does not depend on the name it was asked for, so
 * the other hosts that share such an address are answered from here, and a parked
 * address with thousands of names costs one time-out instead of thousands.
 */
#ifndef SCANNER_SILENT_H
#define SCANNER_SILENT_H

#include "scanner/facts.h"

struct silent;

struct silent *silent_new(void);
void silent_free(struct silent *silent);
/* Remembers the address of facts, if nobody spoke there. */
void silent_note(struct silent *silent, const struct server_facts *facts);
/* The same facts again (attempts 0), the caller's; NULL: the address is to be asked. */
struct server_facts *silent_recall(const struct silent *silent, const struct address *address);

#endif
