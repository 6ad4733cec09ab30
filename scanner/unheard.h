/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of policy hosts at which nobody spoke, so many times in a row.  One
 * address may hold the policies of thousands of domains: when it is dead, the
 * rest of them are answered from here for ten minutes.  A single answer ends the
 * row.
 */
#ifndef SCANNER_UNHEARD_H
#define SCANNER_UNHEARD_H

#include "scanner/facts.h"

struct unheard;

/* limit: after how many failed connections in a row an address is left alone, at
 * least 1; time-outs behind a connection need more. */
struct unheard *unheard_new(unsigned limit);
void unheard_free(struct unheard *unheard);
/* Did nobody speak, as far as a fetch can tell? */
bool unheard_silence(const struct sts_facts *facts);
/* Counts an attempt at facts->address. */
void unheard_note(struct unheard *unheard, const struct sts_facts *facts);
/* Is the address to be left alone? */
bool unheard_knows(const struct unheard *unheard, const struct address *address);
/* What the last attempt at the address found, the caller's; NULL: the address is to
 * be asked. */
struct sts_facts *unheard_recall(const struct unheard *unheard, const struct address *address);

#endif
