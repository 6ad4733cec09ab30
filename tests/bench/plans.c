/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collects a report and shows how: each statement that took a while, its time and its
 * query plan.  Fails when a statement reads all of a table that has rows for every
 * domain or server of every sweep.
 *
 *     plans FILE SWEEP AGAINST
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/report/report_collect.h"

#define SHOWN 100000000 /* nanoseconds from which on a statement is shown */

struct statement {
	struct statement *next;
	int64_t time;
	char *sql; /* with its parameters */
};

static int
remember(unsigned kind, void *list, void *row, void *time)
{
	struct statement *s = malloc(sizeof *s), **first = list;

	(void)kind;
	if (s == NULL)
		abort();
	s->time = *(int64_t *)time;
	s->sql = sqlite3_expanded_sql(row);
	s->next = *first;
	*first = s;
	return 0;
}

static sqlite3_stmt *
ask(sqlite3 *db, const char *how, const char *sql)
{
	char *text = sqlite3_mprintf("%s %s", how, sql);
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(db, text, -1, &s, NULL) != SQLITE_OK)
		s = NULL; /* a PRAGMA, or a view that was there for the report only */
	sqlite3_free(text);
	return s;
}

/* The forbidden table that begins on this page of the file; NULL: none. */
static char *
table_at(sqlite3 *db, int page)
{
	char *sql =
	    sqlite3_mprintf("SELECT name FROM sqlite_schema WHERE rootpage = %d AND"
			    " tbl_name IN ('domain', 'domain_verdict', 'mx_host', 'host',"
			    " 'link_verdict', 'server', 'server_verdict', 'mta_sts',"
			    " 'chain_verdict', 'name')",
			    page);
	sqlite3_stmt *s = ask(db, "", sql);
	char *name = NULL;

	if (s != NULL && sqlite3_step(s) == SQLITE_ROW)
		name = strdup((const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	sqlite3_free(sql);
	return name;
}

/* In the program of a statement a scan begins with Rewind or Last of a cursor; the pages
 * of cursors are those of the OpenRead before. */
static int
scans(sqlite3 *db, const char *sql)
{
	enum { CURSORS = 4096 };
	static int page[CURSORS];
	sqlite3_stmt *s = ask(db, "EXPLAIN", sql);
	int found = 0;

	memset(page, 0, sizeof page);
	while (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
		const char *verb = (const char *)sqlite3_column_text(s, 1);
		int cursor = sqlite3_column_int(s, 2);
		char *table;

		if (cursor < 0 || cursor >= CURSORS)
			continue;
		if (strncmp(verb, "Open", 4) == 0)
			page[cursor] =
			    strcmp(verb, "OpenRead") == 0 ? sqlite3_column_int(s, 3) : 0;
		if (page[cursor] == 0 ||
		    (strcmp(verb, "Rewind") != 0 && strcmp(verb, "Last") != 0))
			continue;
		table = table_at(db, page[cursor]);
		if (table != NULL) {
			printf("SCANS ALL OF %s: %s\n", table, sql);
			found++;
		}
		free(table);
	}
	sqlite3_finalize(s);
	return found;
}

static void
show(sqlite3 *db, const struct statement *statement)
{
	sqlite3_stmt *s = ask(db, "EXPLAIN QUERY PLAN", statement->sql);

	printf("\n%.2f s  %s\n", (double)statement->time / 1e9, statement->sql);
	while (s != NULL && sqlite3_step(s) == SQLITE_ROW)
		printf("    %s\n", (const char *)sqlite3_column_text(s, 3));
	sqlite3_finalize(s);
}

static int
judge(sqlite3 *db, struct statement *list)
{
	int found = 0, count = 0;

	while (list != NULL) {
		struct statement *next = list->next;

		found += scans(db, list->sql);
		if (list->time >= SHOWN)
			show(db, list);
		count++;
		sqlite3_free(list->sql);
		free(list);
		list = next;
	}
	printf("\n%d statements, %d scans that must not be\n", count, found);
	return found;
}

int
main(int argc, char **argv)
{
	struct statement *list = NULL;
	char error[256] = "";
	sqlite3 *db;
	json_t *document;
	int found;

	if (argc != 4 || sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		return fputs("usage: plans FILE SWEEP AGAINST\n", stderr), 2;
	sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, remember, &list);
	document = report_collect(db, atoll(argv[2]), atoll(argv[3]), error);
	sqlite3_trace_v2(db, 0, NULL, NULL);
	if (document == NULL)
		return fprintf(stderr, "plans: %s\n", error), 2;
	json_decref(document);
	found = judge(db, list);
	sqlite3_close(db);
	return found > 0;
}
