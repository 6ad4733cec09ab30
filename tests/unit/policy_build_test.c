/* SPDX-License-Identifier: Apache-2.0 */
/* Lists built from databases: weeks go by, and nothing is half done. */
#include <sys/stat.h>
#include <sys/wait.h>

#include "output/policy/policy_command.h"
#include "output/policy/policy_list.h"
#include "output/policy/policy_parts.h"
#include "tests/unit/assessing.h"

#define WEEK           INT64_C(604800)
#define START          INT64_C(1790000000)
#define MODE(mode, mx) "version: STSv1\nmode: " mode "\nmx: " mx "\nmax_age: 10886400\n"

static char list_path[256], old_path[256], asks_path[256], said_path[256];
static struct options options;

static void
begin_sweep(const char *vantage, int64_t started)
{
	struct sweep_info info = sample_info("list");

	info.vantage = vantage;
	now = info.started = started;
	store = output_sqlite.open(path);
	db = store_database(store);
	sweep = output_sqlite.begin(store, &info, true, &sample_no_resume).sweep;
	hosts = sql_number(db, "SELECT coalesce(max(id), 0) FROM host", 0);
}

static void
end_sweep(void)
{
	char *sql = mem_printf("UPDATE sweep SET state = 'complete', finished = started + 3600"
			       " WHERE id = %lld",
			       (long long)sweep);

	assess();
	CHECK(sql_run(db, sql));
	free(sql);
	end();
}

/* What a domain is like in a sweep: its MX host, and the policy it publishes. */
static void
add(const char *domain, const char *mx, const char *body, bool good)
{
	struct record *target;
	struct sts_policy policy;

	put(sample_host(++hosts, mx,
			good ? sample_server("192.0.2.1", mx)
			     : sample_plain("192.0.2.1", OFFER_ABSENT, STARTTLS_NOT_OFFERED)));
	target = sample_domain(domain, hosts, 0);
	if (body != NULL) {
		target->target.sts = sample_sts(body);
		judge.policy((const uint8_t *)body, strlen(body), &policy);
		target->target.sts->policy = policy.word;
		target->target.sts->mode = policy.mode;
		target->target.sts->max_age = policy.max_age;
		judge.policy_clear(&policy);
	}
	put(target);
}

/* The command in a process of its own, because it may die; its exit code. */
static int
build(int64_t at)
{
	int status = -1;
	pid_t child;

	options.db = path;
	options.output_file = list_path;
	options.at = at;
	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (freopen(said_path, "w", stderr) == NULL)
			_exit(99);
		exit(policy_build_command(&options));
	}
	CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
	return WEXITSTATUS(status);
}

static const char *
content(const char *name)
{
	static char texts[4][65536];
	static int turn;
	char *text = texts[++turn % 4];
	FILE *in = fopen(name, "r");

	text[in != NULL ? fread(text, 1, sizeof texts[0] - 1, in) : 0] = '\0';
	if (in == NULL)
		return NULL;
	fclose(in);
	return text;
}

static bool
told(const char *text)
{
	bool found = strstr(content(said_path), text) != NULL;

	if (!found)
		printf("was said: %s", content(said_path));
	return found;
}

static void
write_file(const char *name, const char *text)
{
	FILE *out = fopen(name, "w");

	CHECK(out != NULL && fputs(text, out) >= 0 && fclose(out) == 0);
}

/* "mode pattern..." of the domain in the list; NULL: it is not there. */
static const char *
listed(const char *domain)
{
	static char text[512];
	char error[512];
	struct policy_list *list = policy_list_read(list_path, NULL, NULL, error);
	const struct policy_entry *entry = list != NULL ? policy_list_find(list, domain) : NULL;
	const struct policy_demand *demand = entry != NULL ? policy_demand_of(entry) : NULL;

	if (demand != NULL) {
		snprintf(text, sizeof text, "%s", policy_mode_names[demand->mode]);
		for (size_t i = 0; i < demand->count; i++) {
			strcat(text, " ");
			strcat(text, demand->mxs[i]);
		}
	}
	policy_list_free(list);
	return demand != NULL ? text : NULL;
}

/* The first column of a question to the database between two sweeps. */
static const char *
asked(const char *sql)
{
	static char text[1024];
	sqlite3 *reader;

	CHECK(sqlite3_open(path, &reader) == SQLITE_OK);
	snprintf(text, sizeof text, "%s", ask(reader, sql));
	sqlite3_close(reader);
	return text;
}

static void
start(void)
{
	snprintf(path, sizeof path, "%s/t.db", folder);
	snprintf(list_path, sizeof list_path, "%s/list.json", folder);
	snprintf(old_path, sizeof old_path, "%s/old.json", folder);
	snprintf(asks_path, sizeof asks_path, "%s/asks", folder);
	snprintf(said_path, sizeof said_path, "%s/said", folder);
	options = (struct options){ .queue_weeks = 1 };
}

static void
stop(void)
{
	const char *names[] = { path, list_path, old_path, asks_path, said_path };
	char *more[2];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(names[i]);
	more[0] = mem_printf("%s-wal", path);
	more[1] = mem_printf("%s-shm", path);
	for (int i = 0; i < 2; i++) {
		unlink(more[i]);
		free(more[i]);
	}
}

static void
tell_fault(enum policy_level level, const char *place, const char *says, void *arg)
{
	(void)level;
	printf("%s: %s\n", place, says);
	++*(int *)arg;
}

static void
is_clean(void)
{
	char error[512] = "";
	int faults = 0;
	struct policy_list *list = policy_list_read(list_path, tell_fault, &faults, error);

	CHECK_TEXT(error, "");
	CHECK(list != NULL && faults == 0);
	policy_list_free(list);
}

/* One domain by MTA-STS, one by request, from the first sweep to enforce. */
static void
weeks_go_by(void)
{
	start();
	write_file(asks_path, "asked.example enforce\nnever.example testing\n");
	options.requests = asks_path;
	for (int week = 0; week < 4; week++) {
		begin_sweep("here", START + week * WEEK - week * 60);
		add("sts.example", "mx.sts.example", MODE("enforce", "*.sts.example"), true);
		add("asked.example", "mx.asked.example", NULL, true);
		add("odd_name.example", "mx.odd.example", MODE("enforce", "mx.odd.example"),
		    true);
		add("plain.example", "mx.plain.example", NULL, false);
		end_sweep();
		CHECK(build(START + week * WEEK + 86400) == 0);
		is_clean();
		CHECK_TEXT(listed("sts.example"), week == 0   ? NULL
						  : week == 1 ? "testing .sts.example"
							      : "enforce .sts.example");
		CHECK_TEXT(listed("asked.example"), week == 0   ? NULL
						    : week == 1 ? "testing mx.asked.example"
								: "enforce mx.asked.example");
		CHECK(listed("odd_name.example") == NULL);
		if (week == 0)
			CHECK(told("never.example: candidate, asked\n"));
		if (week == 1)
			CHECK(told("sts.example: queued -> testing, eligible since "
				   "2026-09-21\n"));
	}
	CHECK_TEXT(asked("SELECT group_concat(came_from || '>' || went_to || ' ' || reason ||"
			 " ' ' || at, ', ') FROM policy_list_moves"
			 " WHERE domain = 'sts.example'"),
		   "candidate>queued eligible 2026-09-21T15:13:20Z,"
		   " queued>testing queue-passed 2026-09-28T15:12:20Z,"
		   " testing>enforce testing-passed 2026-10-05T15:11:20Z");
	CHECK_TEXT(asked("SELECT json_array(state, source, mode, patterns, since,"
			 " eligible_since, failing) FROM policy_list_states"
			 " WHERE domain = 'sts.example'"),
		   "[\"enforce\",\"mta-sts\",\"enforce\",\".sts.example\","
		   "\"2026-10-05T15:11:20Z\",\"2026-09-21T15:13:20Z\",null]");
	CHECK_TEXT(asked("SELECT count(*) FROM pragma_foreign_key_check"), "0");
	stop();
}

/* Four weeks at once come to the same as week by week, but for the times of builds. */
static void
catches_up(void)
{
	start();
	for (int week = 0; week < 4; week++) {
		begin_sweep("here", START + week * WEEK);
		add("sts.example", "mx.sts.example", MODE("enforce", "*.sts.example"), true);
		end_sweep();
	}
	CHECK(build(START + 1 * WEEK + 86400) == 0); /* later sweeps are not known yet */
	CHECK_TEXT(listed("sts.example"), "testing .sts.example");
	CHECK(build(START + 4 * WEEK) == 0);
	CHECK_TEXT(listed("sts.example"), "enforce .sts.example");
	CHECK_TEXT(asked("SELECT count(*) FROM list_move"), "3");
	stop();
}

/* Two sweeps a week.  Whoever is near one of them gets nowhere. */
static void
an_attack(void)
{
	start();
	for (int week = 0; week < 8; week++) {
		bool attack = week >= 4, gone = week >= 6;

		begin_sweep("near", START + week * WEEK);
		add("a.example", "mx.a.example",
		    attack ? NULL : MODE("enforce", "mx.a.example"), !attack);
		end_sweep();
		begin_sweep("far", START + week * WEEK + 7200);
		add("a.example", "mx.a.example", MODE("enforce", "mx.a.example"), !gone);
		end_sweep();
		CHECK(build(START + week * WEEK + 86400) == 0);
		is_clean();
		CHECK_TEXT(listed("a.example"), week == 0   ? NULL
						: week == 1 ? "testing mx.a.example"
						: week < 6  ? "enforce mx.a.example"
							    : NULL);
		if (week == 4)
			CHECK_TEXT(asked("SELECT json_array(failing, failing_since,"
					 " substr(failing_detail, 1, 12)) FROM"
					 " policy_list_states"),
				   "[\"no-starttls\",\"2026-10-19T15:13:20Z\","
				   "\"mx.a.example\"]");
	}
	CHECK_TEXT(asked("SELECT went_to || ' ' || reason || ' ' || at FROM policy_list_moves"
			 " ORDER BY at DESC LIMIT 1"),
		   "failed no-starttls 2026-11-02T17:13:20Z");
	stop();
}

static void
two_weeks(void)
{
	for (int week = 0; week < 2; week++) {
		begin_sweep("here", START + week * WEEK);
		add("sts.example", "mx.sts.example", MODE("enforce", "*.sts.example"), true);
		end_sweep();
	}
}

static void
the_same_again(void)
{
	char *first;

	start();
	two_weeks();
	CHECK(build(START + 2 * WEEK) == 0);
	first = mem_strdup(content(list_path));
	CHECK(build(START + 2 * WEEK) == 0);
	CHECK_TEXT(content(list_path), first);
	CHECK_TEXT(asked("SELECT count(*) FROM list_build"), "1");

	/* Another list of the same time would be taken for that one. */
	begin_sweep("here", START + 2 * WEEK - 7200);
	add("sts.example", "mx.sts.example", MODE("enforce", "mx.sts.example"), true);
	end_sweep();
	CHECK(build(START + 2 * WEEK) == 2);
	CHECK(told("another list was built with the same time"));
	CHECK_TEXT(content(list_path), first);
	CHECK(build(START + 2 * WEEK - 1) == 2 && told("its last list is later"));
	CHECK(build(START + 2 * WEEK + 1) == 0);
	CHECK_TEXT(listed("sts.example"), "enforce mx.sts.example");
	free(first);
	stop();
}

static void
takes_over_what_hands_did(void)
{
	start();
	two_weeks();
	write_file(old_path,
		   "{\"timestamp\":1789000000,\"expires\":1800000000,\"version\":\"0.1\","
		   "\"author\":\"Us\",\"policy-aliases\":{\"Mine\":{\"mode\":\"enforce\","
		   "\"mxs\":[\"mx.hand.example\"]}},\"policies\":{"
		   "\"hand.example\":{\"policy-alias\":\"Mine\"},"
		   "\"nothing.example\":{\"mode\":\"none\",\"mxs\":[]}}}");
	options.from = old_path;
	CHECK(build(START + 2 * WEEK) == 0);
	CHECK_TEXT(listed("hand.example"), "enforce mx.hand.example");
	CHECK(strstr(content(list_path), "\"author\": \"Us\"") != NULL);
	CHECK(strstr(content(list_path), "\"Mine\": {") != NULL);
	CHECK(listed("nothing.example") == NULL);
	CHECK(build(START + 2 * WEEK) == 0); /* again, with what was published then */
	CHECK_TEXT(listed("sts.example"), "testing .sts.example");
	is_clean();

	/* Now that list is published, but somebody has been at it. */
	write_file(old_path,
		   "{\"timestamp\":\"2026-10-06T00:00:00Z\",\"expires\":1800000000,"
		   "\"version\":\"0.1\",\"policy-aliases\":{},\"policies\":{"
		   "\"hand.example\":{\"mode\":\"testing\",\"mxs\":[\"mx.other.example\"]}}}");
	CHECK(build(START + 3 * WEEK) == 0);
	CHECK_TEXT(listed("hand.example"), "testing mx.other.example");
	CHECK(listed("sts.example") == NULL);
	CHECK(told("sts.example: testing -> failed, removed-by-hand"));
	CHECK(told("hand.example: enforce -> testing, changed-by-hand: testing "
		   "mx.other.example"));
	stop();
}

/* It failed while it was asked for; now it is put on the list by hand. */
static void
adopts_with_a_clean_slate(void)
{
	start();
	write_file(asks_path, "bad.example enforce\n");
	options.requests = asks_path;
	for (int week = 0; week < 3; week++) {
		begin_sweep("here", START + week * WEEK);
		add("bad.example", "mx.bad.example", NULL, false);
		end_sweep();
		CHECK(build(START + week * WEEK + 86400) == 0);
		CHECK_TEXT(listed("bad.example"), week == 1 ? "enforce mx.bad.example" : NULL);
		options.from = week == 0 ? old_path : NULL;
		write_file(old_path, "{\"timestamp\":1790172800,\"expires\":1800000000,"
				     "\"version\":\"0.1\",\"policy-aliases\":{},\"policies\":{"
				     "\"bad.example\":{\"mode\":\"enforce\","
				     "\"mxs\":[\"mx.bad.example\"]}}}");
	}
	stop();
}

static void
refuses_old_lists(void)
{
	char *first;

	start();
	two_weeks();
	options.from = old_path;
	write_file(old_path, "{\"timestamp\":1,\"expires\":1790000000,\"version\":\"0.1\","
			     "\"policy-aliases\":{},\"policies\":{}}");
	CHECK(build(START + 2 * WEEK) == 2 && told("expired"));
	CHECK(content(list_path) == NULL);
	write_file(old_path, "{\"timestamp\":1791209600,\"expires\":1800000000,"
			     "\"version\":\"0.1\",\"policy-aliases\":{},\"policies\":{}}");
	CHECK(build(START + 2 * WEEK) == 2 && told("must be later"));
	write_file(old_path, "{\"timestamp\":1,\"expires\":1800000000,\"version\":\"0.1\","
			     "\"policy-aliases\":{},\"policies\":{\"a_b\":{}}}");
	CHECK(build(START + 2 * WEEK) == 2 && told("taken for removed by hand"));
	options.from = NULL;
	CHECK(build(START + 2 * WEEK) == 0);
	first = mem_strdup(content(list_path));
	options.from = old_path;
	write_file(old_path, "{\"timestamp\":1790000001,\"expires\":1800000000,"
			     "\"version\":\"0.1\",\"policy-aliases\":{},\"policies\":{}}");
	CHECK(build(START + 3 * WEEK) == 2 && told("older than the last list built"));
	CHECK_TEXT(content(list_path), first);
	CHECK_TEXT(asked("SELECT state FROM list_domain"), "testing");
	free(first);
	stop();
}

static void
refuses_mistakes(void)
{
	char *output;

	start();
	begin_sweep("here", START);
	add("sts.example", "mx.sts.example", MODE("enforce", "mx.sts.example"), true);
	assess();
	CHECK(sql_run(db, "UPDATE sweep SET state = 'interrupted'"));
	end();
	CHECK(build(START + WEEK) == 2 && told("there is no complete sweep in it"));
	begin_sweep("here", START + 86400);
	add("sts.example", "mx.sts.example", MODE("enforce", "mx.sts.example"), true);
	end_sweep();
	CHECK(build(START + 3600) == 2 && told("that had ended by 2026-09-21T15:13:20Z"));
	options.requests = asks_path;
	write_file(asks_path, "\n\nsts.example sometimes\n");
	CHECK(build(START + WEEK) == 2 && told("asks:3: sometimes: is neither"));
	options.requests = NULL;

	options.db = NULL;
	output = mem_printf("%s/nowhere/list.json", folder);
	memcpy(list_path, output, strlen(output) + 1);
	CHECK(build(START + WEEK) == 2 && told("No such file or directory"));
	CHECK_TEXT(asked("SELECT (SELECT count(*) FROM list_domain) +"
			 " (SELECT count(*) FROM list_sweep) +"
			 " (SELECT count(*) FROM list_build)"),
		   "0");
	memcpy(list_path, path, sizeof list_path);
	CHECK(build(START + WEEK) == 2 && told("which no list may replace"));
	memcpy(list_path, folder, strlen(folder) + 1);
	CHECK(build(START + WEEK) == 2 && told("no plain file"));
	CHECK_TEXT(asked("SELECT count(*) FROM list_sweep"), "0");
	free(output);
	start();
	stop();
}

/* The database does not take the commit: the file is as it was, and nothing lies about. */
static void
fails_as_a_whole(void)
{
	char *first;
	struct stat before, after;

	start();
	two_weeks();
	CHECK(build(START + 2 * WEEK) == 0);
	first = mem_strdup(content(list_path));
	CHECK(stat(list_path, &before) == 0);
	begin_sweep("here", START + 2 * WEEK);
	add("sts.example", "mx.sts.example", MODE("enforce", "*.sts.example"), true);
	end_sweep();
	/* A promise that is looked at when the transaction ends, and not kept. */
	begin_sweep("here", START + 50 * WEEK);
	CHECK(sql_run(db,
		      "PRAGMA foreign_keys = OFF; CREATE TABLE never(n INTEGER PRIMARY KEY);"
		      "ALTER TABLE list_build ADD COLUMN spoilt INTEGER DEFAULT 1"
		      " REFERENCES never DEFERRABLE INITIALLY DEFERRED"));
	end();
	CHECK(build(START + 3 * WEEK) == 2 && told("FOREIGN KEY"));
	CHECK_TEXT(content(list_path), first);
	CHECK(stat(list_path, &after) == 0 && before.st_ino == after.st_ino &&
	      after.st_nlink == 1);
	CHECK_TEXT(asked("SELECT count(*) FROM list_move"), "2");
	unlink(list_path);
	CHECK(build(START + 3 * WEEK) == 2 && content(list_path) == NULL);
	begin_sweep("here", START + 51 * WEEK);
	CHECK(sql_run(db, "INSERT INTO never VALUES(1)"));
	end();
	CHECK(build(START + 3 * WEEK) == 0);
	CHECK_TEXT(listed("sts.example"), "enforce .sts.example");
	free(first);
	stop();
	CHECK(rmdir(folder) == 0 && mkdir(folder, 0700) == 0);
}

/* Killed between file and tables: the file is there, and the next build comes to the same. */
static void
killed_between(void)
{
	char *first;

	start();
	two_weeks();
	CHECK(build(START + 2 * WEEK) == 0);
	first = mem_strdup(content(list_path));
	begin_sweep("here", START + 50 * WEEK);
	CHECK(sql_run(db, "DELETE FROM list_move; DELETE FROM list_sight;"
			  "DELETE FROM list_domain; DELETE FROM list_sweep;"
			  "DELETE FROM list_build"));
	end();
	CHECK(build(START + 2 * WEEK) == 0);
	CHECK_TEXT(content(list_path), first);
	free(first);
	stop();
}

int
main(void)
{
	folder = sample_folder();
	RUN(weeks_go_by);
	RUN(catches_up);
	RUN(an_attack);
	RUN(the_same_again);
	RUN(takes_over_what_hands_did);
	RUN(adopts_with_a_clean_slate);
	RUN(refuses_old_lists);
	RUN(refuses_mistakes);
	RUN(fails_as_a_whole);
	RUN(killed_between);
	CHECK(rmdir(folder) == 0);
	return test_end();
}
