/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `mxsweep policy build`: a list from sweeps.
 *
 * Two things change, the tables and the file, and the process may die between them.  The
 * file comes first, then the commit.  A file whose tables are still the old ones is
 * mended by building again: the sweeps are not marked as taken, and what they say is
 * computed once more, with the same result.  Tables whose file is still the old one would
 * be a list that says it was built and that nobody has: the next build would refuse the
 * published one as a rollback.  (A commit can also be lost with the power after it has
 * come back, as the database is not flushed at each; that is the harmless case too.)
 */
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "output/database.h"
#include "output/policy/policy_build.h"
#include "output/policy/policy_command.h"
#include "output/policy/policy_file.h"
#include "output/policy/policy_parts.h"
#include "output/policy/policy_replay.h"
#include "output/policy/policy_write.h"
#include "output/sql.h"
#include "scanner/log.h"
#include "scanner/mem.h"

struct build {
	const struct options *options;
	int64_t at;   /* of the list */
	int64_t last; /* of the last list that was built; 0: this is the first */
	bool again;   /* that one has the same time: it must come out the same */
	struct policy_list *published;
	struct policy_requests requests;
	struct database database;
	struct track track;
	char *text; /* the list as a file */
	size_t length;
};

static void
read_published(struct build *build)
{
	const char *path = build->options->from;
	char then[POLICY_TIME_SIZE];
	size_t faults;

	if (path == NULL)
		return;
	build->published = policy_list_open(path, build->at, &faults);
	if (faults > 0)
		die("%s: entries with faults would be taken for removed by hand; see mxsweep "
		    "policy lint",
		    path);
	if (build->published->timestamp >= build->at)
		die("%s: the new list must be later than it: %s", path,
		    policy_time_text(build->published->timestamp, then));
}

static void
read_requests(struct build *build)
{
	char error[512];

	if (build->options->requests != NULL &&
	    !policy_requests_read(&build->requests, build->options->requests, error))
		die("%s", error);
}

static void
check_output(const struct options *options)
{
	struct stat db, output;

	if (options->db == NULL)
		die("policy build: --db names the database with the sweeps");
	if (options->output_file == NULL)
		die("policy build: -o names the list to write");
	if (stat(options->db, &db) == 0 && stat(options->output_file, &output) == 0 &&
	    db.st_dev == output.st_dev && db.st_ino == output.st_ino)
		die("%s: is the database, which no list may replace", options->output_file);
}

static void
check_sweeps(const struct build *build)
{
	const char *path = build->options->db;
	sqlite3 *db = build->database.db;
	char end[POLICY_TIME_SIZE];
	int64_t unjudged;

	if (sql_number(db, "SELECT count(*) FROM sweep WHERE state = 'complete'", 0) == 0)
		die("%s: there is no complete sweep in it", path);
	if (sql_number(db,
		       "SELECT count(*) FROM sweep WHERE state = 'complete'"
		       " AND judged IS NOT NULL AND coalesce(finished, started) <= ?1",
		       build->at) == 0)
		die("%s: there is no complete and assessed sweep in it that had ended by %s",
		    path, policy_time_text(build->at, end));
	unjudged = sql_number(
	    db, "SELECT count(*) FROM sweep WHERE state = 'complete' AND judged IS NULL", 0);
	if (unjudged > 0)
		log_warn("%s: %lld sweeps left out, as they have not been assessed (mxsweep "
			 "assess)",
			 path, (long long)unjudged);
}

/* Nobody may be made to publish an older list after a newer one. */
static void
check_order(struct build *build)
{
	sqlite3 *db = build->database.db;
	char then[POLICY_TIME_SIZE];
	int64_t before;

	build->last = sql_number(db, "SELECT coalesce(max(at), 0) FROM list_build", 0);
	build->again = build->last == build->at;
	if (build->last < 0)
		die("%s: %s", build->options->db, sqlite3_errmsg(db));
	if (build->last > build->at)
		die("%s: its last list is later: %s", build->options->db,
		    policy_time_text(build->last, then));
	before = sql_number(db, "SELECT coalesce(max(at), 0) FROM list_build WHERE at < ?1",
			    build->at);
	if (build->published != NULL && build->published->timestamp < before)
		die("%s: is older than the last list built from this database, %s",
		    build->options->from, policy_time_text(before, then));
}

/* A build again finds its own entries in the tables, which the published list cannot have
 * yet: it takes no more than names from there. */
static bool
run(struct build *build)
{
	struct track *track = &build->track;

	if (!track_open(track, build->database.db))
		return false;
	if (build->published != NULL && !build->again)
		build_adopt(track, build->published);
	if (build->options->requests != NULL)
		build_ask(track, &build->requests);
	if (!policy_replay(track, build->at, build->options->queue_weeks))
		return false;
	build_settle(track, build->at);
	return track_save(track);
}

static void
write_text(struct build *build)
{
	struct policy_list *list = build_list(&build->track, build->at, build->published);
	FILE *out = open_memstream(&build->text, &build->length);

	if (out == NULL)
		die("out of memory");
	policy_write(list, out);
	if (fclose(out) != 0)
		die("out of memory");
	policy_list_free(list);
}

/* Senders take a list for the one they have when its timestamp is the same. */
static bool
record(struct build *build)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	sqlite3_stmt *s;
	bool ok;

	SHA256((const unsigned char *)build->text, build->length, digest);
	s = sql_prepare(build->database.db,
			"SELECT count(*) FROM list_build WHERE at = ?1 AND sha256 <> ?2");
	sqlite3_bind_int64(s, 1, build->at);
	sql_bind_bytes(s, 2, digest, sizeof digest);
	if (sql_find(s) > 0)
		die("%s: another list was built with the same time: give a later one (--at)",
		    build->options->db);
	sqlite3_finalize(s);
	s = sql_prepare(build->database.db,
			"INSERT OR IGNORE INTO list_build(at, sha256) VALUES(?1, ?2)");
	sqlite3_bind_int64(s, 1, build->at);
	sql_bind_bytes(s, 2, digest, sizeof digest);
	ok = sql_finish(s);
	sqlite3_finalize(s);
	return ok;
}

static void
fail(const struct build *build)
{
	die("%s: %s", build->options->db, sqlite3_errmsg(build->database.db));
}

static void
publish(struct build *build)
{
	struct policy_file file;

	policy_file_open(&file, build->options->output_file);
	fwrite(build->text, 1, build->length, file.out);
	policy_file_place(&file);
	if (!sql_run(build->database.db, "COMMIT")) {
		policy_file_take_back(&file);
		fail(build);
	}
	policy_file_close(&file);
}

int
policy_build_command(const struct options *options)
{
	struct build build = { .options = options };

	check_output(options);
	build.at = options->at != 0 ? options->at : (int64_t)time(NULL);
	read_requests(&build);
	read_published(&build);
	database_open(&build.database, options->db, false);
	check_sweeps(&build);
	check_order(&build);
	if (!sql_run(build.database.db, "BEGIN IMMEDIATE") || !run(&build))
		fail(&build);
	write_text(&build);
	if (!record(&build))
		fail(&build);
	publish(&build);
	build_tell(&build.track, options->output_file, stderr);
	track_close(&build.track);
	database_close(&build.database);
	policy_requests_clear(&build.requests);
	policy_list_free(build.published);
	free(build.text);
	return 0;
}
