/* SPDX-License-Identifier: Apache-2.0 */
/* `mxsweep policy export`: a list as the configuration of a mail server, written
 * whole or not at all. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output/database.h"
#include "output/policy/policy_command.h"
#include "output/policy/policy_export.h"
#include "output/policy/policy_file.h"
#include "output/policy/policy_sweeps.h"
#include "output/sql.h"
#include "scanner/log.h"
#include "scanner/mem.h"

/* What a sweep of a database (--db) knows of the listed domains. */
struct knowledge {
	const char *path;
	struct database database;
	sqlite3_stmt *hosts, *dane;
	char **names; /* of the last answer */
	size_t count;
};

/* What is written must not depend on what could not be read. */
static void
die_of_database(const struct knowledge *knowledge)
{
	die("%s: %s", knowledge->path, sqlite3_errmsg(knowledge->database.db));
}

static void
forget_names(struct knowledge *knowledge)
{
	for (size_t i = 0; i < knowledge->count; i++)
		free(knowledge->names[i]);
	knowledge->count = 0;
}

static size_t
hosts_of(void *arg, const char *domain, const char *const **names)
{
	struct knowledge *knowledge = arg;
	sqlite3_stmt *s = knowledge->hosts;

	forget_names(knowledge);
	sql_bind_text(s, 1, domain);
	while (sqlite3_step(s) == SQLITE_ROW) {
		knowledge->names = mem_realloc(knowledge->names, (knowledge->count + 1) *
								     sizeof *knowledge->names);
		knowledge->names[knowledge->count++] = mem_strdup(sql_text(s, 0));
	}
	if (sqlite3_reset(s) != SQLITE_OK)
		die_of_database(knowledge);
	*names = (const char *const *)knowledge->names;
	return knowledge->count;
}

static bool
has_dane(void *arg, const char *domain)
{
	struct knowledge *knowledge = arg;
	int64_t secure;

	sql_bind_text(knowledge->dane, 1, domain);
	secure = sql_find(knowledge->dane);
	if (secure < 0)
		die_of_database(knowledge);
	return secure == 1;
}

/* Dies when there is no database, or no sweep in it to go by. */
static struct knowledge *
knowledge_open(const struct options *options)
{
	struct knowledge *knowledge = mem_alloc(sizeof *knowledge);
	int64_t sweep = policy_sweeps_open(&knowledge->database, options);
	sqlite3 *db = knowledge->database.db;

	knowledge->path = options->db;
	knowledge->hosts = sql_prepare(db, "SELECT DISTINCT mx FROM servers WHERE domain = ?1"
					   " AND mx NOT NULL AND sweep = ?2"
					   " ORDER BY preference, mx");
	knowledge->dane = sql_prepare(db, "SELECT headline = 'secure-dane' FROM domains"
					  " WHERE domain = ?1 AND sweep = ?2");
	sqlite3_bind_int64(knowledge->hosts, 2, sweep);
	sqlite3_bind_int64(knowledge->dane, 2, sweep);
	return knowledge;
}

static void
knowledge_close(struct knowledge *knowledge)
{
	if (knowledge == NULL)
		return;
	forget_names(knowledge);
	free(knowledge->names);
	sqlite3_finalize(knowledge->hosts);
	sqlite3_finalize(knowledge->dane);
	database_close(&knowledge->database);
	free(knowledge);
}

static void
write_export(const struct policy_form *form, const struct policy_export *export,
	     const char *path)
{
	struct policy_file file;

	if (path == NULL) {
		form->write(export, stdout);
		flush_stdout();
		return;
	}
	policy_file_open(&file, path);
	form->write(export, file.out);
	policy_file_place(&file);
	policy_file_close(&file);
}

static const struct policy_form *
form_of(const struct options *options)
{
	const struct policy_form *form =
	    options->mta != NULL ? policy_form_find(options->mta) : NULL;
	char names[256] = "";

	for (size_t i = 0; policy_forms[i] != NULL; i++) {
		strcat(names, i > 0 ? ", " : "");
		strcat(names, policy_forms[i]->name);
	}
	if (form == NULL)
		die("policy export: --mta is one of %s", names);
	return form;
}

/* A list past its end is no policy: the map without entries takes the place of the
 * last one, for a stale one would stop mail to servers that have moved on. */
int
policy_export_command(const struct options *options)
{
	const struct policy_form *form = form_of(options);
	char error[512];
	struct policy_faults faults = {
		.path = options->words[1]
	}; /* their entries are left out */
	struct policy_list *list =
	    policy_list_read(options->words[1], policy_warn, &faults, error);
	struct knowledge *knowledge;
	struct policy_export export = { .list = list, .early_adopter = options->early_adopter };

	if (list == NULL)
		die("%s", error);
	knowledge = options->db != NULL ? knowledge_open(options) : NULL;
	export.at = options->at != 0 ? options->at : (int64_t)time(NULL);
	export.expired = policy_list_expired(list, export.at);
	if (knowledge != NULL) {
		export.hosts = hosts_of;
		export.has_dane = has_dane;
		export.arg = knowledge;
	}
	write_export(form, &export, options->output_file);
	if (export.expired)
		log_warn("%s has expired: what was written has no entries", options->words[1]);
	knowledge_close(knowledge);
	policy_list_free(list);
	return export.expired || faults.count > 0 ? 1 : 0;
}
