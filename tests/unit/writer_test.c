/* SPDX-License-Identifier: Apache-2.0 */
/* A writer in front of an output whose disk is full for a while. */
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "scanner/mem.h"
#include "scanner/writer.h"
#include "tests/unit/test.h"

#define RECORDS 5000

static struct {
	atomic_int commits_to_fail;
	int put_since_commit[RECORDS], kept[RECORDS], commits;
	int fail_at; /* put this id fails as well, once */
} disk;

static bool
put(void *self, const struct record *record)
{
	(void)self;
	disk.put_since_commit[record->host.id]++;
	if (disk.fail_at == record->host.id && disk.commits_to_fail > 0) {
		disk.commits_to_fail--;
		memset(disk.put_since_commit, 0, sizeof disk.put_since_commit);
		return false;
	}
	return true;
}

static bool
commit(void *self)
{
	bool room = disk.commits_to_fail == 0;

	(void)self;
	if (!room)
		disk.commits_to_fail--;
	for (int i = 0; room && i < RECORDS; i++)
		disk.kept[i] += disk.put_since_commit[i];
	memset(disk.put_since_commit, 0, sizeof disk.put_since_commit);
	disk.commits += room;
	return room;
}

static const char *
error(void *self)
{
	(void)self;
	return "the test's disk is full";
}

static const struct output output = { .put = put, .commit = commit, .error = error };

static void
put_all(struct writer *writer)
{
	for (int i = 0; i < RECORDS; i++) {
		struct record *record = record_new(RECORD_HOST);

		record->host.id = i;
		record_add_server(record, server_facts_new());
		writer_put(writer, record);
	}
}

static void
wait_until_idle(struct writer *writer)
{
	for (int i = 0; i < 1000 && !writer_idle(writer); i++)
		nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
	CHECK(writer_idle(writer));
}

static int
kept_once(void)
{
	int count = 0;

	for (int i = 0; i < RECORDS; i++)
		count += disk.kept[i] == 1;
	return count;
}

static void
keeps_everything_once(void)
{
	struct writer *writer = writer_open(&output, NULL);

	memset(&disk, 0, sizeof disk);
	put_all(writer);
	wait_until_idle(writer);
	CHECK(writer_close(writer, false));
	CHECK(kept_once() == RECORDS);
	CHECK(disk.commits <= 7); /* in batches */
}

static void
survives_a_full_disk(void)
{
	struct writer *writer;

	memset(&disk, 0, sizeof disk);
	disk.commits_to_fail = 2;
	disk.fail_at = 17;
	writer = writer_open(&output, NULL);
	put_all(writer);
	CHECK(!writer_idle(writer));
	wait_until_idle(writer);
	CHECK(!writer_stuck(writer));
	CHECK(writer_close(writer, false));
	CHECK(kept_once() == RECORDS);
}

static void
says_when_it_gave_up(void)
{
	struct writer *writer;

	memset(&disk, 0, sizeof disk);
	disk.commits_to_fail = 1000000;
	disk.fail_at = -1;
	writer = writer_open(&output, NULL);
	put_all(writer);
	while (!writer_stuck(writer))
		nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	CHECK(!writer_close(writer, true));
	CHECK(kept_once() == 0);
}

static void
closing_commits_the_rest(void)
{
	struct writer *writer = writer_open(&output, NULL);

	memset(&disk, 0, sizeof disk);
	put_all(writer);
	CHECK(writer_close(writer, false));
	CHECK(kept_once() == RECORDS);
}

int
main(void)
{
	RUN(keeps_everything_once);
	RUN(survives_a_full_disk);
	RUN(says_when_it_gave_up);
	RUN(closing_commits_the_rest);
	return test_end();
}
