/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The servers of one host at a time, as every domain sees them.  Most domains share
 * few hosts, so the last that were read are kept, a host in the slot that its id
 * chooses: this is two thirds of what judging a domain would cost.
 */
#include <stdlib.h>
#include <string.h>

#include "output/assess/assess_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

#define SLOTS 1024

/* The columns of the statement. */
enum { TLSA, TLSA_USABLE, DANE, TCP };

static const char text[] =
    "SELECT h.tlsa, h.tlsa = 'found' AND EXISTS"
    "  (SELECT 1 FROM tlsa t WHERE t.host = h.id AND t.usable), sv.dane,"
    " v.tcp, v.greeting, v.ehlo, v.starttls, v.handshake, sv.certificate"
    " FROM host h JOIN server v ON v.host = h.id"
    " LEFT JOIN server_verdict sv ON sv.host = v.host AND sv.position = v.position"
    " WHERE h.id = ?1 ORDER BY v.position";

struct host_desk {
	struct assessment *a;
	sqlite3_stmt *servers;
	struct host_servers slots[SLOTS];
};

struct host_desk *
host_desk_open(struct assessment *a)
{
	struct host_desk *desk = mem_alloc(sizeof *desk);

	desk->a = a;
	desk->servers = sql_prepare(a->db, text);
	return desk;
}

void
host_desk_close(struct host_desk *desk)
{
	for (size_t i = 0; i < SLOTS; i++)
		free(desk->slots[i].servers);
	sqlite3_finalize(desk->servers);
	free(desk);
}

static void
add_server(struct host_servers *slot, sqlite3_stmt *row)
{
	struct server_outcome server = assess_outcome(row, TCP);

	server.host = slot->host;
	server.tlsa = (enum tlsa_word)word_parse(WORDS_TLSA, sql_text(row, TLSA));
	server.tlsa_usable = sqlite3_column_int(row, TLSA_USABLE) != 0;
	server.dane = (enum dane_word)word_parse(WORDS_DANE, sql_text(row, DANE));
	slot->servers = mem_realloc(slot->servers, (slot->count + 1) * sizeof *slot->servers);
	slot->servers[slot->count++] = server;
}

const struct host_servers *
host_desk_turn(struct host_desk *desk, int64_t host)
{
	struct host_servers *slot = &desk->slots[(uint64_t)host % SLOTS];

	if (slot->host == host)
		return slot;
	slot->host = host;
	slot->count = 0;
	sqlite3_bind_int64(desk->servers, 1, host);
	while (sqlite3_step(desk->servers) == SQLITE_ROW)
		add_server(slot, desk->servers);
	if (assess_note(desk->a, sqlite3_reset(desk->servers) == SQLITE_OK))
		return slot;
	slot->host = 0;
	return NULL;
}
