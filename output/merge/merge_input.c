/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/merge/merge_parts.h"
#include "output/schema.h"
#include "output/sql.h"
#include "scanner/mem.h"

/* The file's header, as SQLite documents its format. */
#define HEADER_BYTES       100
#define HEADER_VERSION     60
#define HEADER_APPLICATION 68
#define MAGIC              "SQLite format 3"

#define COPY_BYTES (1u << 20)

static bool
fail(const struct merge_input *input, const char *what, char error[MERGE_ERROR])
{
	snprintf(error, MERGE_ERROR, "%s: %s", input->path, what);
	return false;
}

static long
number_at(const uint8_t *at)
{
	return (long)at[0] << 24 | (long)at[1] << 16 | (long)at[2] << 8 | at[3];
}

static bool
check_version(const struct merge_input *input, long version, char error[MERGE_ERROR])
{
	if (version <= schema_version())
		return true;
	snprintf(error, MERGE_ERROR,
		 "%s: written by a newer mxsweep (schema %ld, this one knows %d)", input->path,
		 version, schema_version());
	return false;
}

static bool
open_file(struct merge_input *input, char error[MERGE_ERROR])
{
	struct stat about;

	/* Nonblocking, so that a pipe is refused and not waited for. */
	input->lock = open(input->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (input->lock < 0 || fstat(input->lock, &about) != 0)
		return fail(input, strerror(errno), error);
	if (S_ISDIR(about.st_mode))
		return fail(input, "is a directory", error);
	if (!S_ISREG(about.st_mode))
		return fail(input, "is not a regular file", error);
	if (flock(input->lock, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		return fail(input, "another mxsweep is writing to it", error);
	return true;
}

static bool
copy_bytes(int from, int to)
{
	char *bytes = mem_alloc(COPY_BYTES);
	ssize_t got = 1, put = 1;

	for (off_t at = 0; got > 0 && put > 0; at += put) {
		got = pread(from, bytes, COPY_BYTES, at);
		put = got > 0 ? write(to, bytes, (size_t)got) : 0;
	}
	free(bytes);
	return got == 0 && put >= 0;
}

static bool
copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok = in >= 0 && out >= 0 && copy_bytes(in, out);
	int problem = errno;

	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	errno = problem;
	return ok;
}

/* SQLite has its log beside the file itself, wherever links to it may be. */
static char *
log_path(const char *path)
{
	char *real = realpath(path, NULL), *log = mem_printf("%s-wal", real ? real : path);

	free(real);
	return log;
}

static bool
has_log(const struct merge_input *input)
{
	char *log = log_path(input->path);
	struct stat about;
	bool has = stat(log, &about) == 0 && about.st_size > 0;

	free(log);
	return has;
}

static bool
make_copy(const struct merge_input *input, char error[MERGE_ERROR])
{
	char *from = log_path(input->path), *to = mem_printf("%s-wal", input->copy);
	bool ok =
	    copy_file(input->path, input->copy) && (!has_log(input) || copy_file(from, to));
	int problem = errno;

	free(from);
	free(to);
	return ok || fail(input, strerror(problem), error);
}

/* What the schema of somebody else's file may bring to run. */
static bool
restrain(sqlite3 *db)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	return sql_run(db, "PRAGMA trusted_schema = OFF");
}

bool
merge_input_read(const struct merge_input *input, sqlite3 **db)
{
	return sqlite3_open_v2(input->uri, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) ==
		   SQLITE_OK &&
	       restrain(*db);
}

/* Takes what the log holds into the copy and gives it today's schema. */
static bool
renew_copy(const struct merge_input *input, char error[MERGE_ERROR])
{
	sqlite3 *db;
	bool ok = sqlite3_open_v2(input->copy, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
		  restrain(db) && sql_run(db, "PRAGMA synchronous = OFF");
	long version = ok ? (long)sql_number(db, "PRAGMA user_version", 0) : 0;

	if (ok && !check_version(input, version, error)) {
		sqlite3_close(db);
		return false;
	}
	ok = ok && schema_prepare(db) && sql_run(db, "PRAGMA journal_mode = DELETE");
	if (!ok)
		fail(input, sqlite3_errmsg(db), error);
	sqlite3_close(db);
	return ok;
}

/* immutable: nobody writes, so SQLite neither locks nor leaves files beside it. */
static char *
uri_of(const char *path)
{
	char *uri = mem_alloc(3 * strlen(path) + 32), *to = uri + sprintf(uri, "file:");
	bool absolute = path[0] == '/';

	to += sprintf(to, absolute ? "//" : "");
	for (; *path != '\0'; path++)
		if (strchr("%?# ", *path) != NULL)
			to += sprintf(to, "%%%02X", (unsigned char)*path);
		else
			*to++ = *path;
	sprintf(to, "?mode=ro&immutable=1");
	return uri;
}

static bool
open_database(struct merge_input *input, const uint8_t header[HEADER_BYTES], const char *folder,
	      size_t number, char error[MERGE_ERROR])
{
	long version = number_at(header + HEADER_VERSION);

	if (number_at(header + HEADER_APPLICATION) != SCHEMA_APPLICATION)
		return fail(input, "a database, but not one of mxsweep", error);
	if (!check_version(input, version, error))
		return false;
	if (version < schema_version() || has_log(input)) {
		input->copy = mem_printf("%s/%zu.db", folder, number);
		if (!make_copy(input, error) || !renew_copy(input, error))
			return false;
	}
	input->uri = uri_of(input->copy != NULL ? input->copy : input->path);
	return true;
}

bool
merge_input_open(struct merge_input *input, const char *path, const char *folder, size_t number,
		 char error[MERGE_ERROR])
{
	uint8_t header[HEADER_BYTES];
	ssize_t length;

	*input = (struct merge_input){ .path = path, .lock = -1 };
	if (!open_file(input, error))
		return false;
	length = pread(input->lock, header, sizeof header, 0);
	if (length < 0)
		return fail(input, strerror(errno), error);
	if (length == 0)
		return fail(input, "is empty", error);
	if ((size_t)length >= sizeof MAGIC && memcmp(header, MAGIC, sizeof MAGIC) == 0)
		return length == HEADER_BYTES
			   ? open_database(input, header, folder, number, error)
			   : fail(input, "is a database that was cut short", error);
	if (memchr(header, '{', (size_t)length) == NULL)
		return fail(input, "neither a database nor an aggregate of mxsweep", error);
	return true;
}

void
merge_input_close(struct merge_input *input)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };

	if (input->lock >= 0)
		close(input->lock);
	input->lock = -1;
	for (size_t i = 0; i < sizeof ends / sizeof *ends && input->copy != NULL; i++) {
		char *path = mem_printf("%s%s", input->copy, ends[i]);

		unlink(path);
		free(path);
	}
	free(input->copy);
	free(input->uri);
	input->copy = input->uri = NULL;
}
