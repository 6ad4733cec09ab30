/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/report_command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "output/database.h"
#include "output/report/anonymous.h"
#include "output/report/report_collect.h"
#include "output/report/report_csv.h"
#include "output/report/report_folder.h"
#include "output/report/report_html.h"
#include "output/report/report_json.h"
#include "output/report/report_plots.h"
#include "output/report/report_text.h"
#include "output/sql.h"
#include "scanner/log.h"
#include "scanner/mem.h"

/* The last complete one before, and rather one of the same vantage point.  One that was
 * not judged cannot be compared with. */
static int64_t
choose_against(struct database *database, const char *path, int64_t sweep, int64_t wanted)
{
	int64_t before;

	if (wanted == sweep)
		die("a sweep is not compared with itself: --against %lld", (long long)wanted);
	if (wanted != 0)
		return database_sweep(database, path, wanted);
	before = sql_number(database->db,
			    "SELECT s.id FROM sweep n JOIN sweep s ON (s.started, s.id)"
			    " < (n.started, n.id) WHERE n.id = ?1 AND s.state = 'complete'"
			    " AND s.judged IS NOT NULL ORDER BY s.vantage IS n.vantage DESC,"
			    " s.started DESC, s.id DESC LIMIT 1",
			    sweep);
	if (before < 0)
		die("%s: %s", path, sqlite3_errmsg(database->db));
	return before;
}

/* A path below the folder; the caller's. */
static char *
below(const struct report_folder *folder, const char *name)
{
	return mem_printf("%s/%s", folder->temporary, name);
}

static bool
write_tables(const json_t *document, const struct report_folder *folder, char error[256])
{
	char *tables = below(folder, "tables");
	bool ok = mkdir(tables, 0755) == 0;

	if (!ok)
		snprintf(error, 256, "%s: %s", tables, strerror(errno));
	ok = ok && report_csv(document, tables, error);
	free(tables);
	return ok;
}

static bool
write_json(const json_t *document, const struct report_folder *folder, const char *name,
	   char error[256])
{
	char *path = below(folder, name);
	bool ok = report_json(document, path, error);

	free(path);
	return ok;
}

static bool
write_page(json_t *document, const struct report_folder *folder, char error[256])
{
	bool ok = report_plots(document, folder->temporary, error) &&
		  report_html(document, folder->temporary, error);

	report_plots_forget(document);
	return ok;
}

static bool
write_all(json_t *document, const struct report_folder *folder, const char *format,
	  char error[256])
{
	bool page = strcmp(format, "html") == 0 || strcmp(format, "all") == 0;

	if (page && !write_page(document, folder, error))
		return false;
	if ((page || strcmp(format, "json") == 0) &&
	    !write_json(document, folder, "report.json", error))
		return false;
	return (!page && strcmp(format, "csv") != 0) || write_tables(document, folder, error);
}

/* What is to be written; NULL: error says why. */
static json_t *
collect(sqlite3 *db, const struct options *options, int64_t sweep, int64_t against,
	char error[256])
{
	json_t *document;

	if (!options->anonymous)
		return report_collect(db, sweep, against, error);
	document = report_anonymous(db, sweep, options->k_anonymity, options->vantage);
	if (document == NULL)
		snprintf(error, 256, "sweep %lld has no verdicts; see mxsweep assess --help",
			 (long long)sweep);
	return document;
}

static bool
report(sqlite3 *db, const struct options *options, int64_t sweep, int64_t against,
       struct report_folder *folder, char error[256])
{
	json_t *document = collect(db, options, sweep, against, error);
	bool ok = document != NULL;

	if (ok && options->anonymous)
		ok = write_json(document, folder, "aggregate.json", error);
	else if (ok)
		ok = write_all(document, folder, options->format, error);
	ok = ok && report_folder_place(folder, error);
	if (ok && !options->anonymous && !report_text(document, stdout)) {
		snprintf(error, 256, "stdout cannot be written");
		ok = false;
	}
	json_decref(document);
	return ok;
}

/* The folder is opened before the work is done, which a wrong -o would make vain. */
int
report_command(const struct options *options)
{
	const char *path = options->word_count == 1 ? options->words[0] : NULL;
	struct database database;
	struct report_folder folder;
	char error[256] = "";
	int64_t sweep, against;
	bool ok;

	if (path == NULL)
		die("report: name one database (mxsweep report SWEEP.db)");
	database_open(&database, path, false);
	sweep = database_sweep(&database, path, options->sweep);
	against = choose_against(&database, path, sweep, options->against);
	ok = report_folder_open(&folder,
				options->output_file != NULL ? options->output_file : "report",
				error) &&
	     report(database.db, options, sweep, against, &folder, error);
	report_folder_close(&folder);
	database_close(&database);
	if (!ok)
		die("%s", error);
	return 0;
}
