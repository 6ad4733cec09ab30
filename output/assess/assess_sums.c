/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the servers of a set of MX hosts add up to.  Domains with the same set have the
 * same sum, but for what their own names or policies change, so the last are kept, each
 * in the slot that its set chooses.
 */
#include <stdlib.h>
#include <string.h>

#include "output/assess/assess_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

#define SLOTS 1024

/* The columns of an exception. */
enum { HOST = 1, POSITION, DANE, MTA_STS };

struct sum {
	int64_t mx_set; /* 0: none yet */
	enum security_word mx_security;
	struct domain_verdict verdict;
};

struct sum_desk {
	struct assessment *a;
	sqlite3_stmt *members;
	struct sum own; /* of a domain with exceptions */
	struct sum slots[SLOTS];
};

struct sum_desk *
sum_desk_open(struct assessment *a)
{
	struct sum_desk *desk = mem_alloc(sizeof *desk);

	desk->a = a;
	desk->members =
	    sql_prepare(a->db, "SELECT host FROM mx_host WHERE mx_set = ?1 ORDER BY host");
	return desk;
}

void
sum_desk_close(struct sum_desk *desk)
{
	sqlite3_finalize(desk->members);
	free(desk);
}

/* What the records of a host are to a domain with such an MX answer: DANE_OF_LINK of
 * schema.h, which the views use, says the same. */
static enum dane_word
dane_of(enum security_word mx_security, enum tlsa_word tlsa, enum dane_word server)
{
	if (tlsa == 0)
		return 0;
	if (mx_security == SECURITY_INSECURE)
		return DANE_INSECURE_MX;
	if (mx_security != SECURITY_SECURE || tlsa == TLSA_UNKNOWN)
		return DANE_UNKNOWN;
	return tlsa == TLSA_NONE            ? DANE_NO_TLSA
	       : tlsa == TLSA_FAILED        ? DANE_LOOKUP_FAILED
	       : tlsa == TLSA_INSECURE_HOST ? DANE_INSECURE_HOST
					    : server;
}

static void
add_servers(struct sum_desk *desk, struct sum *sum, const struct server_outcome *servers,
	    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct server_outcome server = servers[i];

		server.dane = dane_of(sum->mx_security, server.tlsa, server.dane);
		desk->a->judge->add_server(&sum->verdict, &server);
	}
}

static void
apply_exception(sqlite3_stmt *row, struct server_outcome *servers, size_t count)
{
	size_t position = (size_t)sqlite3_column_int64(row, POSITION);
	const char *dane = sql_text(row, DANE);

	if (position >= count)
		return;
	if (dane != NULL)
		servers[position].dane = (enum dane_word)word_parse(WORDS_DANE, dane);
	servers[position].mta_sts =
	    (enum sts_server_word)word_parse(WORDS_STS_SERVER, sql_text(row, MTA_STS));
}

/* Is there something different for this domain and host? */
static bool
seek_exception(struct cursor *exceptions, int64_t name, int64_t host)
{
	while (cursor_seek(exceptions, name) &&
	       sqlite3_column_int64(exceptions->rows, HOST) < host)
		cursor_next(exceptions);
	return exceptions->key == name && sqlite3_column_int64(exceptions->rows, HOST) == host;
}

/* Exceptions take the place of what the servers of the host are by themselves. */
static void
add_exceptions(struct sum_desk *desk, int64_t host, struct host_outcomes known,
	       struct cursor *exceptions, int64_t name)
{
	struct server_outcome *own = mem_dup(known.servers, known.count * sizeof *own);

	for (; seek_exception(exceptions, name, host); cursor_next(exceptions))
		apply_exception(exceptions->rows, own, known.count);
	add_servers(desk, &desk->own, own, known.count);
	free(own);
}

static void
add_host(struct sum_desk *desk, struct sum *sum, int64_t host, struct cursor *exceptions,
	 int64_t name)
{
	struct host_outcomes known = outcomes_of(desk->a->outcomes, host);

	if (exceptions != NULL && known.count > 0 && seek_exception(exceptions, name, host))
		add_exceptions(desk, host, known, exceptions, name);
	else
		add_servers(desk, sum, known.servers, known.count);
}

static const struct domain_verdict *
add_up(struct sum_desk *desk, struct sum *sum, struct cursor *exceptions, int64_t name)
{
	sqlite3_stmt *member = desk->members;
	bool ok;

	sqlite3_bind_int64(member, 1, sum->mx_set);
	while (sqlite3_step(member) == SQLITE_ROW)
		add_host(desk, sum, sqlite3_column_int64(member, 0), exceptions, name);
	ok = assess_note(desk->a, sqlite3_reset(member) == SQLITE_OK);
	if (!ok)
		sum->mx_set = 0;
	return ok ? &sum->verdict : NULL;
}

const struct domain_verdict *
sum_desk_turn(struct sum_desk *desk, int64_t mx_set, enum security_word mx_security)
{
	struct sum *slot = &desk->slots[(uint64_t)mx_set % SLOTS];

	if (slot->mx_set == mx_set && slot->mx_security == mx_security)
		return &slot->verdict;
	*slot = (struct sum){ .mx_set = mx_set, .mx_security = mx_security };
	return add_up(desk, slot, NULL, 0);
}

const struct domain_verdict *
sum_desk_turn_for(struct sum_desk *desk, int64_t mx_set, enum security_word mx_security,
		  struct cursor *exceptions, int64_t name)
{
	desk->own = (struct sum){ .mx_set = mx_set, .mx_security = mx_security };
	return add_up(desk, &desk->own, exceptions, name);
}
