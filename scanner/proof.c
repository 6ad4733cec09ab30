/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/proof.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "scanner/answer.h"
#include "scanner/clock.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/resolver.h"

#define TICK 0.05 /* seconds between looks for time-outs */

/* One question to one server and what its answer showed. */
struct trial {
	bool over, answered, authenticated, reaches;
};

const char *
proof_name(char name[PROOF_NAME], const char *zone)
{
	uint64_t number = 0;

	if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
		die("no random bytes from the kernel");
	snprintf(name, PROOF_NAME, "%016" PRIx64 "-mxsweep%s%.*s", number,
		 zone[0] != '\0' ? "." : "", PROOF_ZONE - 1, zone);
	return name;
}

bool
proof_reaches(const uint8_t *bytes, size_t length)
{
	struct answer answer;
	bool reaches;

	if (bytes == NULL)
		return false;
	answer_parse(&answer, bytes, length, TYPE_A);
	reaches = answer.status == ANSWER_NXDOMAIN || answer.status == ANSWER_NODATA ||
		  answer.status == ANSWER_OK;
	answer_clear(&answer);
	return reaches;
}

static void
on_answer(const uint8_t *bytes, size_t length, void *arg)
{
	struct trial *trial = arg;
	struct answer answer;

	trial->over = true;
	if (bytes == NULL)
		return;
	trial->answered = true;
	trial->reaches = proof_reaches(bytes, length);
	answer_parse(&answer, bytes, length, TYPE_SOA);
	trial->authenticated = answer.status == ANSWER_OK && answer.authenticated;
	answer_clear(&answer);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	resolver_tick(arg);
}

static struct trial
try_question(struct event_base *base, struct resolver *resolver, const char *name, int type)
{
	struct trial trial = { 0 };
	struct timeval tick = clock_timeval(TICK);
	struct event *ticking = event_new(base, -1, EV_PERSIST, on_tick, resolver);

	event_add(ticking, &tick);
	resolver_send(resolver, name, type, false, on_answer, &trial);
	resolver_flush(resolver);
	while (!trial.over)
		event_base_loop(base, EVLOOP_ONCE);
	event_free(ticking);
	return trial;
}

static void
note_silent(struct proof *proof, const char *server)
{
	char *longer = proof->silent == NULL ? mem_strdup(server)
					     : mem_printf("%s,%s", proof->silent, server);

	free(proof->silent);
	proof->silent = longer;
}

static void
prove(struct proof *proof, struct event_base *base, const char *server, double timeout)
{
	struct resolver *resolver = resolver_open(base, server, timeout);
	struct trial root = try_question(base, resolver, ".", TYPE_SOA), nowhere = { 0 };
	char name[PROOF_NAME];

	if (root.answered)
		nowhere = try_question(base, resolver, proof_name(name, ""), TYPE_A);
	else
		note_silent(proof, server);
	proof->answered += root.answered;
	proof->validating += root.authenticated;
	proof->reaching += nowhere.reaches;
	resolver_close(resolver);
}

struct proof
proof_of(struct event_base *base, const char *servers, double timeout)
{
	char *copy = mem_strdup(servers), *rest = copy, *server;
	struct proof proof = { 0 };

	while ((server = strsep(&rest, ",")) != NULL && server[0] != '\0')
		prove(&proof, base, server, timeout);
	free(copy);
	return proof;
}
