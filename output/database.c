/* SPDX-License-Identifier: Apache-2.0 */
#include "output/database.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/schema.h"
#include "output/sql.h"
#include "scanner/log.h"
#include "scanner/mem.h"

/* The file's header, as SQLite documents its format. */
#define HEADER_BYTES       100
#define HEADER_VERSION     60
#define HEADER_APPLICATION 68

static long
header_number(const unsigned char *at)
{
	return (long)at[0] << 24 | (long)at[1] << 16 | (long)at[2] << 8 | at[3];
}

static void
refuse_newer(const char *path, long version)
{
	if (version > schema_version())
		die("%s: written by a newer mxsweep (schema %ld, this one knows %d)", path,
		    version, schema_version());
}

/* Reads the header itself: SQLite would already write beside a database in WAL
 * mode while it opens it. */
static void
check_header(int fd, const char *path)
{
	unsigned char header[HEADER_BYTES];
	ssize_t length = pread(fd, header, sizeof header, 0);

	if (length == 0)
		return;
	if (length < 0)
		die("%s: %s", path, strerror(errno));
	if (length < HEADER_BYTES || memcmp(header, "SQLite format 3", 16) != 0)
		die("%s: not a database", path);
	if (header_number(header + HEADER_APPLICATION) != SCHEMA_APPLICATION)
		die("%s: a database, but not one of mxsweep", path);
	refuse_newer(path, header_number(header + HEADER_VERSION));
}

/* SQLite keeps its journal beside the file. */
static void
check_folder(const char *path)
{
	char *copy = mem_strdup(path);
	const char *folder = dirname(copy);

	if (access(folder, W_OK | X_OK) != 0)
		die("%s: folder %s: %s", path, folder, strerror(errno));
	free(copy);
}

/* The descriptor stays open longer than SQLite's own: closing any descriptor of
 * a file drops the POSIX locks that SQLite holds on it. */
static int
lock_file(const char *path, bool create)
{
	struct stat about;
	int fd;

	if (stat(path, &about) == 0 && !S_ISREG(about.st_mode))
		die("%s: %s", path,
		    S_ISDIR(about.st_mode) ? "is a directory" : "is not a regular file");
	check_folder(path);
	fd = open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0666);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		die("%s: %s", path,
		    errno == EWOULDBLOCK ? "another mxsweep is writing to it"
					 : strerror(errno));
	check_header(fd, path);
	return fd;
}

/* A new database gets its tables before it goes to WAL, so that the header in
 * the file itself says from the first moment whose it is.  Pages go from the WAL
 * to the file in portions of 32 MB: a third faster than SQLite's 4 MB.  Triggers, which
 * are not ours, would run in the midst of our statements. */
static bool
set_up(sqlite3 *db)
{
	sqlite3_busy_timeout(db, 10000);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	return sql_run(db, "PRAGMA cache_size = -8192; PRAGMA foreign_keys = ON") &&
	       schema_prepare(db) &&
	       sql_run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
			   "PRAGMA wal_autocheckpoint = 8000");
}

/* A connection is used by one thread at a time, and nobody asks SQLite how much memory
 * it has: without the locks for both, 4 % of a sweep's instructions less. */
static int
connect_alone(const char *path, sqlite3 **db)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* holds before the first connection */
	return sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
}

void
database_open(struct database *database, const char *path, bool create)
{
	bool in_memory = strcmp(path, ":memory:") == 0;
	long version;

	database->lock = in_memory ? -1 : lock_file(path, create);
	if (connect_alone(path, &database->db) != SQLITE_OK)
		die("%s: %s", path, sqlite3_errmsg(database->db));
	/* The header may lie behind what a killed process left in the WAL. */
	version = sql_number(database->db, "PRAGMA user_version", 0);
	if (version > schema_version())
		sqlite3_db_config(database->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	refuse_newer(path, version);
	if (!set_up(database->db))
		die("%s: %s", path, sqlite3_errmsg(database->db));
}

int64_t
database_sweep(struct database *database, const char *path, int64_t wanted)
{
	int64_t sweep =
	    wanted != 0 ? sql_number(database->db, "SELECT id FROM sweep WHERE id = ?1", wanted)
			: sql_number(database->db, "SELECT max(id) FROM sweep", 0);

	if (sweep < 0)
		die("%s: %s", path, sqlite3_errmsg(database->db));
	if (sweep > 0)
		return sweep;
	database_close(database);
	if (wanted != 0)
		die("%s: there is no sweep %lld", path, (long long)wanted);
	die("%s: there is no sweep in it", path);
}

void
database_close(struct database *database)
{
	if (database->db != NULL && sqlite3_close(database->db) != SQLITE_OK)
		log_warn("database: %s", sqlite3_errmsg(database->db));
	if (database->lock >= 0)
		close(database->lock);
	database->db = NULL;
	database->lock = -1;
}
