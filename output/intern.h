/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is stored once and pointed to: names, texts, certificates, chains and
 * policies, found again by what they are.  Ids are looked up each time and never
 * remembered here, so a batch that is rolled back leaves nothing behind.
 *
 * Each call but intern_names answers the id; 0 for NULL; -1 on failure.  The reason is in
 * sqlite3_errmsg until the next call or binding.
 */
#ifndef OUTPUT_INTERN_H
#define OUTPUT_INTERN_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/bulk.h"
#include "scanner/facts.h"

struct intern;

struct intern *intern_new(sqlite3 *db);
void intern_free(struct intern *intern); /* NULL is fine */
int64_t intern_name(struct intern *intern, const char *name);
/* Several names at once, INTERN_NAMES_MAX at most, none of them NULL.  false: failure; then
 * the transaction may be over (bulk.h), and ids means nothing. */
#define INTERN_NAMES_MAX BULK_ROWS
bool intern_names(struct intern *intern, const char *const names[], size_t count,
		  int64_t ids[]);
int64_t intern_text(struct intern *intern, const char *text);
/* With the certificates that are new, described by the judge. */
int64_t intern_chain(struct intern *intern, const struct chain *chain);
/* The body of a policy, empty or not. */
int64_t intern_policy(struct intern *intern, const uint8_t *body, size_t length);

#endif
