/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/progress.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "scanner/clock.h"
#include "scanner/dns.h"
#include "scanner/domain.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/metadata.h"
#include "scanner/pace.h"
#include "scanner/sweep.h"
#include "scanner/tally.h"

struct progress {
	struct sweep *sweep;
	struct event *second;
	FILE *status;
	int64_t began, last; /* monotonic */
	uint64_t last_servers;
	double servers_a_second;
	bool shown;
};

static uint64_t
failures(const struct tally *tally)
{
	return tally->servers - tally->words[WORDS_TCP][TCP_CONNECTED];
}

/* The share of the servers that answered EHLO which do STARTTLS, in percent. */
static double
starttls_share(const struct tally *tally)
{
	const uint64_t *starttls = tally->words[WORDS_STARTTLS];
	uint64_t asked = 0;

	for (int i = STARTTLS_OK; i <= STARTTLS_TIMEOUT; i++)
		asked += starttls[i];
	return asked > 0 ? 100.0 * (double)starttls[STARTTLS_OK] / (double)asked : 0;
}

static const char *
duration_text(double seconds, char text[32])
{
	long s = (long)(seconds + 0.5);

	if (s >= 3600)
		snprintf(text, 32, "%ldh%02ldm", s / 3600, s / 60 % 60);
	else
		snprintf(text, 32, "%ldm%02lds", s / 60, s % 60);
	return text;
}

/* What of the list is done: read, less what of it is still under way. */
static double
fraction_done(const struct progress *p)
{
	double read = input_fraction(p->sweep->input);
	double taken = (double)input_counts(p->sweep->input).targets;

	if (read < 0 || taken < 1)
		return -1;
	return read * (double)p->sweep->tally->targets / taken;
}

static void
show_line(struct progress *p, double elapsed)
{
	const struct tally *tally = p->sweep->tally;
	double done = fraction_done(p);
	char line[256], total[64] = "", end[64] = "", text[32];

	if (done > 0.001) {
		snprintf(total, sizeof total, " of ~%.0f (%.0f%%)",
			 (double)tally->targets / done, done * 100);
		snprintf(end, sizeof end, "; %s left",
			 duration_text(elapsed * (1 - done) / done, text));
	}
	snprintf(line, sizeof line,
		 "%s; %" PRIu64 "%s domains; %" PRIu64 " servers, %.0f/s, %zu in flight; "
		 "STARTTLS %.1f%%; %" PRIu64 " errors%s%s",
		 duration_text(elapsed, text), tally->targets, total, tally->servers,
		 p->servers_a_second, pace_active(p->sweep->pace), starttls_share(tally),
		 failures(tally), end, dns_counts(p->sweep->dns).down ? "; no resolver" : "");
	p->shown = true;
	log_status(line);
}

static void
write_status(struct progress *p, double elapsed)
{
	const struct tally *tally = p->sweep->tally;
	struct dns_counts dns = dns_counts(p->sweep->dns);

	fprintf(p->status,
		"%.0f,%.0f,%" PRIu64 ",%zu,%" PRIu64 ",%.1f,%zu,%zu,%.2f,%" PRIu64 ",%" PRIu64
		",%zu\n",
		(double)clock_wall() / 1e6, elapsed, tally->targets,
		domains_active(p->sweep->domains), tally->servers, p->servers_a_second,
		pace_active(p->sweep->pace), pace_waiting(p->sweep->pace),
		starttls_share(tally), failures(tally), dns.asked, dns.in_flight);
	fflush(p->status);
}

static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	struct progress *p = arg;
	int64_t now = clock_monotonic();
	double elapsed = (double)(now - p->began) / 1e6, step = (double)(now - p->last) / 1e6;

	(void)fd, (void)what;
	p->servers_a_second = (double)(p->sweep->tally->servers - p->last_servers) / step;
	p->last_servers = p->sweep->tally->servers;
	p->last = now;
	if (!p->sweep->options->quiet && isatty(STDERR_FILENO))
		show_line(p, elapsed);
	if (p->status != NULL)
		write_status(p, elapsed);
}

/* A file that exists must be writable, or the folder where it will be. */
static void
prove_status(const char *path)
{
	char *copy = mem_strdup(path);
	bool writable =
	    access(path, W_OK) == 0 || (errno == ENOENT && access(dirname(copy), W_OK) == 0);
	int error = errno;

	free(copy);
	if (!writable)
		die("--status-updates-file: %s: %s", path, strerror(error));
}

void
progress_prove(const struct options *options)
{
	if (options->status_updates_file != NULL)
		prove_status(options->status_updates_file);
	metadata_prove_writable(options->metadata_file);
}

struct progress *
progress_open(struct sweep *sweep)
{
	struct progress *p = mem_alloc(sizeof *p);
	const char *status = sweep->options->status_updates_file;
	struct timeval second = { 1, 0 };

	p->sweep = sweep;
	p->began = p->last = clock_monotonic();
	if (status != NULL && (p->status = fopen(status, "w")) == NULL)
		die("--status-updates-file: %s: %s", status, strerror(errno));
	if (p->status != NULL)
		fputs("time,elapsed,targets,targets_in_flight,servers,servers_per_second,"
		      "in_flight,waiting,starttls_percent,errors,dns_queries,dns_in_flight\n",
		      p->status);
	p->second = event_new(sweep->base, -1, EV_PERSIST, on_second, p);
	event_add(p->second, &second);
	return p;
}

/* The stream keeps what went wrong before. */
static bool
end_status(struct progress *p, double elapsed)
{
	bool ok;

	write_status(p, elapsed);
	ok = !ferror(p->status);
	ok = fclose(p->status) == 0 && ok;
	if (!ok)
		log_warn("--status-updates-file: %s could not be written whole",
			 p->sweep->options->status_updates_file);
	return ok;
}

bool
progress_close(struct progress *p, const struct begun *begun, const struct sweep_end *end)
{
	double elapsed = (double)(clock_monotonic() - p->began) / 1e6;
	bool ok = true;

	if (p->shown)
		log_status(NULL);
	if (p->status != NULL)
		ok = end_status(p, elapsed);
	if (p->sweep->options->metadata_file != NULL)
		ok = metadata_write(p->sweep, begun, end, elapsed) && ok;
	event_free(p->second);
	free(p);
	return ok;
}
