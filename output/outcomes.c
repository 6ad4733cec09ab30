/* SPDX-License-Identifier: Apache-2.0 */
#include "output/outcomes.h"

#include <stdlib.h>

#include "output/sql.h"
#include "scanner/mem.h"

/* The columns of the statement. */
enum { HOST, TLSA, TLSA_USABLE, DANE, TCP };

static const char read_servers[] =
    "SELECT v.host, h.tlsa, " TLSA_USABLE_OF_HOST ", sv.dane,"
    " v.tcp, v.greeting, v.ehlo, v.starttls, v.handshake, sv.certificate"
    " FROM host h CROSS JOIN server v ON v.host = h.id"
    " LEFT JOIN server_verdict sv ON sv.host = v.host AND sv.position = v.position"
    " WHERE h.sweep = ?1 ORDER BY h.id, v.position";

/* The words of a server, whose enumerations are all short. */
struct packed {
	uint8_t tcp, greeting, ehlo, starttls, handshake, certificate, tlsa, tlsa_usable, dane;
};

struct host {
	int64_t id;
	size_t first; /* of its servers, which follow each other */
};

struct outcomes {
	struct host *hosts; /* by id */
	struct packed *servers;
	size_t host_count, host_room, count, room;
	struct server_outcome *lent;
	size_t lent_room;
};

struct outcomes *
outcomes_new(void)
{
	return mem_alloc(sizeof(struct outcomes));
}

void
outcomes_free(struct outcomes *outcomes)
{
	if (outcomes == NULL)
		return;
	free(outcomes->hosts);
	free(outcomes->servers);
	free(outcomes->lent);
	free(outcomes);
}

static void
add_host(struct outcomes *o, int64_t id)
{
	if (o->host_count == o->host_room) {
		o->host_room = o->host_room > 0 ? 2 * o->host_room : 1024;
		o->hosts = mem_realloc(o->hosts, o->host_room * sizeof *o->hosts);
	}
	o->hosts[o->host_count++] = (struct host){ id, o->count };
}

void
outcomes_add(struct outcomes *o, const struct server_outcome *server)
{
	if (o->host_count == 0 || o->hosts[o->host_count - 1].id != server->host)
		add_host(o, server->host);
	if (o->count == o->room) {
		o->room = o->room > 0 ? 2 * o->room : 1024;
		o->servers = mem_realloc(o->servers, o->room * sizeof *o->servers);
	}
	o->servers[o->count++] = (struct packed){
		.tcp = (uint8_t)server->tcp,
		.greeting = (uint8_t)server->greeting,
		.ehlo = (uint8_t)server->ehlo,
		.starttls = (uint8_t)server->starttls,
		.handshake = (uint8_t)server->handshake,
		.certificate = (uint8_t)server->certificate,
		.tlsa = (uint8_t)server->tlsa,
		.tlsa_usable = server->tlsa_usable,
		.dane = (uint8_t)server->dane,
	};
}

struct server_outcome
outcome_of_row(sqlite3_stmt *row, int first)
{
	return (struct server_outcome){
		.tcp = (enum tcp_word)word_parse(WORDS_TCP, sql_text(row, first)),
		.greeting =
		    (enum greeting_word)word_parse(WORDS_GREETING, sql_text(row, first + 1)),
		.ehlo = (enum ehlo_word)word_parse(WORDS_EHLO, sql_text(row, first + 2)),
		.starttls =
		    (enum starttls_word)word_parse(WORDS_STARTTLS, sql_text(row, first + 3)),
		.handshake =
		    (enum handshake_word)word_parse(WORDS_HANDSHAKE, sql_text(row, first + 4)),
		.certificate = (enum certificate_word)word_parse(WORDS_CERTIFICATE,
								 sql_text(row, first + 5)),
	};
}

bool
outcomes_read(struct outcomes *outcomes, sqlite3 *db, int64_t sweep)
{
	sqlite3_stmt *row = sql_prepare(db, read_servers);
	bool ok;

	sqlite3_bind_int64(row, 1, sweep);
	while (sqlite3_step(row) == SQLITE_ROW) {
		struct server_outcome server = outcome_of_row(row, TCP);

		server.host = sqlite3_column_int64(row, HOST);
		server.tlsa = (enum tlsa_word)word_parse(WORDS_TLSA, sql_text(row, TLSA));
		server.tlsa_usable = sqlite3_column_int(row, TLSA_USABLE) != 0;
		server.dane = (enum dane_word)word_parse(WORDS_DANE, sql_text(row, DANE));
		outcomes_add(outcomes, &server);
	}
	ok = sqlite3_reset(row) == SQLITE_OK;
	sqlite3_finalize(row);
	return ok;
}

static struct server_outcome
unpack(const struct packed *p, int64_t host)
{
	return (struct server_outcome){
		.host = host,
		.tcp = (enum tcp_word)p->tcp,
		.greeting = (enum greeting_word)p->greeting,
		.ehlo = (enum ehlo_word)p->ehlo,
		.starttls = (enum starttls_word)p->starttls,
		.handshake = (enum handshake_word)p->handshake,
		.certificate = (enum certificate_word)p->certificate,
		.tlsa = (enum tlsa_word)p->tlsa,
		.tlsa_usable = p->tlsa_usable != 0,
		.dane = (enum dane_word)p->dane,
	};
}

static int
by_id(const void *id, const void *host)
{
	int64_t left = *(const int64_t *)id, right = ((const struct host *)host)->id;

	return (left > right) - (left < right);
}

struct host_outcomes
outcomes_of(struct outcomes *o, int64_t host)
{
	const struct host *found =
	    o->host_count > 0 ? bsearch(&host, o->hosts, o->host_count, sizeof *o->hosts, by_id)
			      : NULL;
	size_t end, count;

	if (found == NULL)
		return (struct host_outcomes){ 0, NULL };
	end = found + 1 < o->hosts + o->host_count ? found[1].first : o->count;
	count = end - found->first;
	if (count > o->lent_room) {
		o->lent_room = count;
		o->lent = mem_realloc(o->lent, count * sizeof *o->lent);
	}
	for (size_t i = 0; i < count; i++)
		o->lent[i] = unpack(&o->servers[found->first + i], host);
	return (struct host_outcomes){ count, o->lent };
}
