/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is it our own network that strips STARTTLS?  The attacker may sit anywhere on
 * the way (RFC 3207 section 6), also beside us.  Servers that are known to offer
 * it are asked first; when none of those that answer does TLS, every finding of
 * the sweep would be about us.
 */
#include <stdlib.h>
#include <string.h>

#include "scanner/input.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/sweep.h"

struct findings {
	unsigned answered, works, stripped;
	char *example; /* what a server that was not fine showed */
};

static struct begun
begin(void *self, const struct sweep_info *info, bool fresh, const struct resume *resume)
{
	(void)self, (void)fresh, (void)resume;
	return (struct begun){ .sweep = 1, .seed = info->seed, .next_host = 1 };
}

static void
note_server(struct findings *findings, const char *host, const struct server_facts *facts)
{
	const char *starttls = word(WORDS_STARTTLS, facts->starttls);

	if (facts->starttls == 0)
		return;
	findings->answered++;
	if (facts->handshake == HANDSHAKE_OK && facts->offer == OFFER_OFFERED) {
		findings->works++;
		return;
	}
	findings->stripped += facts->starttls == STARTTLS_STRIPPED ||
			      facts->starttls == STARTTLS_CORRUPTED ||
			      facts->offer != OFFER_OFFERED;
	if (findings->example == NULL)
		findings->example = mem_printf("%s: STARTTLS %s", host, starttls);
}

static bool
put(void *self, const struct record *record)
{
	if (record->kind == RECORD_HOST)
		for (size_t i = 0; i < record->host.count; i++)
			note_server(self,
				    record->host.name != NULL ? record->host.name : "address",
				    record->host.servers[i]);
	return true;
}

static bool
commit(void *self)
{
	(void)self;
	return true;
}

static const char *
error(void *self)
{
	(void)self;
	return "";
}

static bool
finish(void *self, const struct sweep_end *end)
{
	(void)self, (void)end;
	return true;
}

static const struct output findings_output = {
	.name = "self-test",
	.begin = begin,
	.put = put,
	.commit = commit,
	.error = error,
	.finish = finish,
};

/* The hosts as the words of a list; lent from copy. */
static size_t
split(char *copy, char **words)
{
	size_t count = 0;
	char *rest = copy, *host;

	while ((host = strsep(&rest, ",")) != NULL)
		if (host[0] != '\0')
			words[count++] = host;
	return count;
}

static bool
ask(const struct options *options, struct findings *findings)
{
	struct options quiet = *options;
	struct sweep *sweep;
	char *copy = mem_strdup(options->self_test);
	char **words = mem_alloc((strlen(copy) + 1) * sizeof *words);
	bool interrupted;
	struct input *input = input_of_words(words, split(copy, words));

	quiet.metadata_file = quiet.status_updates_file = NULL;
	sweep = sweep_open(&quiet);
	sweep->hosts_only = true;
	sweep_run(sweep, input, &findings_output, findings);
	interrupted = sweep_signalled(sweep);
	input_close(input);
	sweep_close(sweep);
	free(words);
	free(copy);
	return !interrupted;
}

bool
sweep_self_test(const struct options *options)
{
	struct findings findings = { 0 };
	bool done = ask(options, &findings);

	if (!done) {
		free(findings.example);
		return false;
	}
	if (findings.answered == 0)
		die("--self-test: none of %s could be reached; is port %u blocked here?",
		    options->self_test, options->port);
	if (findings.works == 0)
		die("--self-test: %s (%s); this network itself seems to strip it, so a sweep "
		    "from "
		    "here would blame others",
		    findings.stripped > 0 ? "no server offers STARTTLS unharmed"
					  : "no server completes TLS",
		    findings.example);
	log_info("self-test: %u of %u servers do STARTTLS from here", findings.works,
		 findings.answered);
	free(findings.example);
	return true;
}
