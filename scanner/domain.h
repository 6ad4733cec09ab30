/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One target's journey: its MX, the hosts behind it, and its record, which is
 * complete only when every host's is with the writer; so a target in the
 * database is never asked again.
 */
#ifndef SCANNER_DOMAIN_H
#define SCANNER_DOMAIN_H

#include <stddef.h>

#include "scanner/input.h"

struct sweep;
struct domains;

struct domains *domains_new(struct sweep *sweep);
/* Journeys that are not over are given up without a record. */
void domains_free(struct domains *domains);
/* Takes the target's texts; sweep_target_done is called when its record is with
 * the writer, possibly before this returns. */
void domain_start(struct domains *domains, struct target *target);
size_t domains_active(const struct domains *domains);

#endif
