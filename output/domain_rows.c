/* SPDX-License-Identifier: Apache-2.0 */
#include "output/domain_rows.h"

#include <stdlib.h>
#include <string.h>

#include "output/bulk.h"
#include "output/combined.h"
#include "output/mx_sets.h"
#include "scanner/mem.h"

/* Columns of domain. */
enum {
	DOMAIN_SWEEP,
	DOMAIN_NAME,
	DOMAIN_RANK,
	DOMAIN_TAG,
	DOMAIN_EXPANDED,
	DOMAIN_ANSWERS,
	DOMAIN_MX_SET,
	DOMAIN_TLSRPT_TEXT,
	DOMAIN_TLSRPT_RUA,
	DOMAIN_COLUMNS
};

struct domain_rows {
	int64_t sweep;
	struct intern *intern;       /* not ours */
	struct published *published; /* not ours */
	struct bulk *domains;
	struct mx_sets *mx_sets;
	struct combined *answers;
	const struct record **waiting; /* for their names */
	size_t count, room;
};

struct domain_rows *
domain_rows_open(sqlite3 *db, int64_t sweep, struct intern *intern, struct published *published)
{
	struct domain_rows *rows = mem_alloc(sizeof *rows);

	rows->sweep = sweep;
	rows->intern = intern;
	rows->published = published;
	rows->domains = bulk_open(db, "domain", DOMAIN_COLUMNS, "ON CONFLICT DO NOTHING");
	rows->mx_sets = mx_sets_open(db);
	rows->answers = combined_open(db, &combined_answers);
	return rows;
}

void
domain_rows_close(struct domain_rows *rows)
{
	if (rows == NULL)
		return;
	bulk_close(rows->domains);
	mx_sets_close(rows->mx_sets);
	combined_close(rows->answers);
	free(rows->waiting);
	free(rows);
}

/* The id of what DNS said of it; 0: the database refused. */
static int64_t
answers_of(struct domain_rows *rows, const struct record *record)
{
	const struct sts_facts *sts = record->target.sts;
	const struct tlsrpt_facts *tlsrpt = record->target.tlsrpt;
	const int words[COMBINED_WORDS] = {
		[ANSWER_DNS] = (int)record->target.dns,
		[ANSWER_MX] = (int)record->target.mx,
		[ANSWER_MX_SECURITY] = (int)record->target.mx_security,
		[ANSWER_STS_RECORD] = sts != NULL ? (int)sts->record : 0,
		[ANSWER_TLSRPT] = tlsrpt != NULL ? (int)tlsrpt->record : 0,
	};

	return combined_id(rows->answers, words);
}

static bool
add_domain(struct domain_rows *rows, int64_t name, int64_t mx_set, const struct record *record)
{
	struct bulk *domains = rows->domains;
	const struct tlsrpt_facts *tlsrpt = record->target.tlsrpt;
	int64_t answers = answers_of(rows, record);

	if (answers == 0)
		return false;
	bulk_int(domains, DOMAIN_SWEEP, rows->sweep);
	bulk_int(domains, DOMAIN_NAME, name);
	bulk_id(domains, DOMAIN_RANK, record->target.rank);
	bulk_text(domains, DOMAIN_TAG, record->target.tag);
	bulk_text(domains, DOMAIN_EXPANDED, record->target.expanded);
	bulk_int(domains, DOMAIN_ANSWERS, answers);
	bulk_id(domains, DOMAIN_MX_SET, mx_set);
	bulk_text(domains, DOMAIN_TLSRPT_TEXT, tlsrpt != NULL ? tlsrpt->record_text : NULL);
	bulk_text(domains, DOMAIN_TLSRPT_RUA, tlsrpt != NULL ? tlsrpt->rua : NULL);
	return bulk_next(domains);
}

static bool
put_named(struct domain_rows *rows, int64_t name, const struct record *record)
{
	int64_t mx_set = mx_sets_put(rows->mx_sets, record->target.links, record->target.count);

	return mx_set >= 0 && add_domain(rows, name, mx_set, record) &&
	       published_put_sts(rows->published, name, record->target.sts);
}

static bool
put_some(struct domain_rows *rows, const struct record *const records[], size_t count)
{
	const char *names[INTERN_NAMES_MAX] = { NULL };
	int64_t ids[INTERN_NAMES_MAX];

	for (size_t i = 0; i < count; i++)
		names[i] = records[i]->target.name;
	if (!intern_names(rows->intern, names, count, ids))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!put_named(rows, ids[i], records[i]))
			return false;
	return true;
}

static int
by_name(const void *a, const void *b)
{
	const struct record *const *x = a, *const *y = b;

	return strcmp((*x)->target.name, (*y)->target.name);
}

/* Those that wait are written in the order of their names. */
static bool
put_waiting(struct domain_rows *rows)
{
	size_t count = rows->count, some;

	rows->count = 0;
	if (count > 0)
		qsort(rows->waiting, count, sizeof(const struct record *), by_name);
	for (size_t at = 0; at < count; at += some) {
		some = count - at < INTERN_NAMES_MAX ? count - at : INTERN_NAMES_MAX;
		if (!put_some(rows, rows->waiting + at, some))
			return false;
	}
	return true;
}

void
domain_rows_put(struct domain_rows *rows, const struct record *record)
{
	if (rows->count == rows->room) {
		rows->room = rows->room > 0 ? 2 * rows->room : 64;
		rows->waiting = mem_realloc(rows->waiting, rows->room * sizeof *rows->waiting);
	}
	rows->waiting[rows->count++] = record;
}

bool
domain_rows_flush(struct domain_rows *rows)
{
	return put_waiting(rows) && mx_sets_flush(rows->mx_sets) && bulk_flush(rows->domains);
}

void
domain_rows_forget(struct domain_rows *rows)
{
	rows->count = 0;
	bulk_forget(rows->domains);
	mx_sets_forget(rows->mx_sets);
	combined_forget(rows->answers);
}
