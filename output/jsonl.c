/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The output module `jsonl`: a line for each server when its host is done, and
 * one for each target.  A batch is collected in memory and written when it is
 * committed; a file that could not take all of it is cut back to the last
 * commit.  Nothing is judged, and no sweep is continued.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/json.h"
#include "output/jsonl.h"
#include "output/record_json.h"
#include "scanner/log.h"
#include "scanner/mem.h"

struct lines {
	char *path;
	int fd;
	off_t committed; /* the file's length at the last commit; -1: no file, a pipe */
	char *batch;
	size_t length, size;
	char **names; /* of hosts, by id: the line of a target names its MX hosts */
	int64_t name_count;
	struct counts {
		uint64_t servers, targets;
	} in_batch, written;
	char error[512];
};

/* A file that holds something is left alone: this module only begins. */
static int
open_empty(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	struct stat about;

	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		die("%s: another mxsweep is writing to it", path);
	if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0)
		die("%s: not empty; a sweep into JSON lines needs a new file", path);
	return fd;
}

static bool
is_plain(int fd)
{
	struct stat there;

	return fstat(fd, &there) == 0 && S_ISREG(there.st_mode);
}

static void *
open_lines(const char *path)
{
	struct lines *lines = mem_alloc(sizeof *lines);

	lines->path = mem_strdup(path);
	lines->fd = strcmp(path, "-") == 0 ? dup(STDOUT_FILENO) : open_empty(path);
	if (lines->fd < 0)
		die("standard output: %s", strerror(errno));
	lines->committed = is_plain(lines->fd) ? lseek(lines->fd, 0, SEEK_CUR) : -1;
	if (lines->committed < 0) /* of a pipe: when its reader is gone, so are we */
		signal(SIGPIPE, SIG_DFL);
	return lines;
}

static struct begun
begin_lines(void *self, const struct sweep_info *info, bool fresh, const struct resume *resume)
{
	(void)self;
	(void)fresh;
	(void)resume;
	if (info->policy_list != NULL)
		die("--policy-list: lines have no verdicts; domains are compared in a database "
		    "(--output-module sqlite)");
	return (struct begun){ .sweep = 1, .seed = info->seed, .next_host = 1 };
}

static int
append(const char *bytes, size_t length, void *arg)
{
	struct lines *lines = arg;

	if (lines->length + length > lines->size) {
		lines->size = (lines->length + length) * 2;
		lines->batch = mem_realloc(lines->batch, lines->size);
	}
	memcpy(lines->batch + lines->length, bytes, length);
	lines->length += length;
	return 0;
}

/* Takes object. */
static void
append_line(struct lines *lines, json_t *object)
{
	json_dump_callback(object, append, lines, JSON_COMPACT);
	append("\n", 1, lines);
	json_decref(object);
}

/* Ids are given from 1 on without great gaps, so a list serves as the map. */
static void
remember_name(struct lines *lines, int64_t id, const char *name)
{
	int64_t count = lines->name_count;

	if (id >= count) {
		lines->name_count = id * 2 + 64;
		lines->names =
		    mem_realloc(lines->names, (size_t)lines->name_count * sizeof *lines->names);
		memset(lines->names + count, 0,
		       (size_t)(lines->name_count - count) * sizeof *lines->names);
	}
	free(lines->names[id]);
	lines->names[id] = mem_strdup(name);
}

static json_t *
links_json(const struct lines *lines, const struct record *record)
{
	json_t *list = json_array();

	for (size_t i = 0; i < record->target.count; i++) {
		const struct host_link *link = &record->target.links[i];
		const char *name =
		    link->host < lines->name_count ? lines->names[link->host] : NULL;
		json_t *object = json_object();

		json_object_set_new(object, "preference",
				    link->preference >= 0 ? json_integer(link->preference)
							  : json_null());
		json_object_set_new(object, "mx", json_of_text(name));
		json_object_set_new(object, "host", json_integer(link->host));
		json_array_append_new(list, object);
	}
	return list;
}

static void
put_target(struct lines *lines, const struct record *record)
{
	json_t *object = record_json_target(record);

	json_object_set_new(object, "hosts", links_json(lines, record));
	append_line(lines, object);
}

static bool
put_record(void *self, const struct record *record)
{
	struct lines *lines = self;

	if (record->kind == RECORD_TARGET) {
		put_target(lines, record);
		lines->in_batch.targets++;
		return true;
	}
	remember_name(lines, record->host.id, record->host.name);
	for (size_t i = 0; i < record->host.count; i++)
		append_line(lines, record_json_server(record, i));
	lines->in_batch.servers += record->host.count;
	return true;
}

/* How much of the batch was written. */
static size_t
write_batch(const struct lines *lines)
{
	size_t done = 0;
	ssize_t n;

	while (done < lines->length) {
		n = write(lines->fd, lines->batch + done, lines->length - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

/* A pipe cannot be cut back; its reader has to live with half a line. */
static bool
fail(struct lines *lines)
{
	snprintf(lines->error, sizeof lines->error, "%s: %s", lines->path, strerror(errno));
	if (lines->committed >= 0 && (ftruncate(lines->fd, lines->committed) != 0 ||
				      lseek(lines->fd, lines->committed, SEEK_SET) < 0))
		log_warn("%s: %s", lines->path, strerror(errno));
	lines->length = 0;
	lines->in_batch = (struct counts){ 0 };
	return false;
}

static bool
commit(void *self)
{
	struct lines *lines = self;

	if (write_batch(lines) < lines->length)
		return fail(lines);
	if (lines->committed >= 0)
		lines->committed += (off_t)lines->length;
	lines->length = 0;
	lines->written.servers += lines->in_batch.servers;
	lines->written.targets += lines->in_batch.targets;
	lines->in_batch = (struct counts){ 0 };
	return true;
}

static const char *
last_error(void *self)
{
	return ((struct lines *)self)->error;
}

static bool
finish_lines(void *self, const struct sweep_end *end)
{
	(void)end;
	return commit(self);
}

static void
summarize(void *self, FILE *out)
{
	const struct lines *lines = self;

	fprintf(out, "%llu targets and %llu servers written to %s\n",
		(unsigned long long)lines->written.targets,
		(unsigned long long)lines->written.servers,
		strcmp(lines->path, "-") == 0 ? "standard output" : lines->path);
}

static void
close_lines(void *self)
{
	struct lines *lines = self;

	close(lines->fd);
	for (int64_t i = 0; i < lines->name_count; i++)
		free(lines->names[i]);
	free(lines->names);
	free(lines->batch);
	free(lines->path);
	free(lines);
}

const struct output output_jsonl = {
	.name = "jsonl",
	.help = "a JSON object a line, for each server and each target",
	.open = open_lines,
	.begin = begin_lines,
	.put = put_record,
	.commit = commit,
	.error = last_error,
	.finish = finish_lines,
	.summary = summarize,
	.close = close_lines,
};
