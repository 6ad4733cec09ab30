/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scripted mail servers of the laboratory, all in one process: a plan says
 * which address is which server, a file of scripts says what servers do.
 */
#include <errno.h>
#include <event2/event.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "scanner/log.h"
#include "scanner/mem.h"
#include "tests/lab/doors.h"
#include "tests/lab/plan.h"
#include "tests/lab/talk.h"

static const char usage[] =
    "usage: peer --plan FILE --scripts FILE [--port N] [--root-out FILE] [--log FILE]\n"
    "            [--ready FILE] [--life SECONDS] [--issue FILE]\n"
    "A plan line: ADDRESS[/PORT] HOSTNAME SCRIPT [CERTIFICATE-KIND]; 0.0.0.0 or :: is every\n"
    "address without a line of its own.  --issue writes keys and certificates for other\n"
    "servers; its lines: CERTIFICATE-KIND HOSTNAME FILE.  Ends on SIGTERM or SIGINT.\n";

struct choices {
	const char *plan, *scripts, *root_out, *log, *ready, *issue;
	int port;
	double life;
};

static struct choices
read_choices(int argc, char **argv)
{
	static const struct option options[] = {
		{ "plan", required_argument, NULL, 'p' },
		{ "scripts", required_argument, NULL, 's' },
		{ "port", required_argument, NULL, 'n' },
		{ "root-out", required_argument, NULL, 'r' },
		{ "log", required_argument, NULL, 'l' },
		{ "ready", required_argument, NULL, 'y' },
		{ "life", required_argument, NULL, 't' },
		{ "issue", required_argument, NULL, 'i' },
		{ NULL, 0, NULL, 0 },
	};
	struct choices choices = { .port = 25, .life = 300 };
	bool understood = true;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		const char **file = option == 'p'   ? &choices.plan
				    : option == 's' ? &choices.scripts
				    : option == 'r' ? &choices.root_out
				    : option == 'l' ? &choices.log
				    : option == 'y' ? &choices.ready
				    : option == 'i' ? &choices.issue
						    : NULL;
		if (file != NULL)
			*file = optarg;
		else if (option == 'n')
			choices.port = atoi(optarg);
		else if (option == 't')
			choices.life = atof(optarg);
		else
			understood = false;
	}
	if (!understood || choices.plan == NULL || choices.scripts == NULL || optind != argc ||
	    choices.port < 1 || choices.port > 65535 || choices.life <= 0) {
		fputs(usage, stderr);
		exit(2);
	}
	return choices;
}

static void
raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void
end_loop(evutil_socket_t signal, short what, void *base)
{
	(void)signal;
	(void)what;
	event_base_loopbreak(base);
}

static FILE *
open_log(const char *file)
{
	FILE *log = file != NULL ? fopen(file, "w") : NULL;

	if (file != NULL && log == NULL)
		die("%s: %s", file, strerror(errno));
	if (log != NULL)
		setvbuf(log, NULL, _IOLBF, 65536);
	return log;
}

static void
issue(struct pki *pki, const char *list)
{
	FILE *stream = list != NULL ? fopen(list, "r") : NULL;
	char line[1024];

	if (list != NULL && stream == NULL)
		die("%s: %s", list, strerror(errno));
	while (stream != NULL && fgets(line, sizeof line, stream) != NULL) {
		char *state = NULL, *kind = strtok_r(line, " \n", &state);
		char *host = strtok_r(NULL, " \n", &state),
		     *file = strtok_r(NULL, "\n", &state);

		if (file == NULL)
			die("%s: a line wants KIND HOST FILE", list);
		pki_check_kind(kind);
		pki_issue(pki, kind, host, file);
	}
	if (stream != NULL)
		fclose(stream);
}

/* The file's appearance tells who started us that every address answers. */
static void
say_ready(const char *file)
{
	FILE *stream = file != NULL ? fopen(file, "w") : NULL;

	if (stream != NULL)
		fclose(stream);
}

int
main(int argc, char **argv)
{
	struct choices choices = read_choices(argc, argv);
	struct script *scripts = scripts_read(choices.scripts);
	struct plan *plan = plan_read(choices.plan, scripts);
	struct talks talks = { .life = choices.life };
	struct event *terminate, *interrupt;
	struct doors *doors;

	raise_descriptors();
	signal(SIGPIPE, SIG_IGN);
	talks.pki = pki_new(choices.root_out);
	issue(talks.pki, choices.issue);
	talks.log = open_log(choices.log);
	talks.base = event_base_new();
	terminate = evsignal_new(talks.base, SIGTERM, end_loop, talks.base);
	interrupt = evsignal_new(talks.base, SIGINT, end_loop, talks.base);
	event_add(terminate, NULL);
	event_add(interrupt, NULL);
	doors = doors_open(&talks, plan, (uint16_t)choices.port);
	say_ready(choices.ready);
	event_base_dispatch(talks.base);

	doors_close(doors);
	talk_end_all(&talks);
	event_free(terminate);
	event_free(interrupt);
	event_base_free(talks.base);
	pki_free(talks.pki);
	plan_free(plan);
	scripts_free(scripts);
	if (talks.log != NULL)
		fclose(talks.log);
	return 0;
}
