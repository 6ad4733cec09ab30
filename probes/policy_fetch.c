/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/policy_fetch.h"

#include <errno.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include "probes/download.h"
#include "scanner/clock.h"
#include "scanner/log.h"
#include "scanner/mem.h"
#include "scanner/stream.h"
#include "scanner/table.h"

#define SECOND INT64_C(1000000) /* all times here are microseconds */

/* Of all threads; read-only. */
struct rules {
	uint16_t port;
	int64_t connect_time, whole_time;
	const char *root_cas;
};

/* Of one thread. */
struct desk {
	const struct rules *rules;
	struct event_base *base;
	struct multi *multi;
	struct webpki webpki;
};

struct fetch {
	struct desk *desk;
	struct event event;   /* while we connect */
	struct stream stream; /* without a descriptor once the download has it */
	const char *host;
	struct address address, from;
	probe_done *done;
	void *arg;
	int64_t began;
	struct download download;
	struct sts_facts *facts;
};

/* Ends everything but the facts; a second time it does nothing. */
static void
release(struct fetch *f)
{
	event_del(&f->event);
	download_end(&f->download);
	stream_close(&f->stream);
}

static void
trace(const struct fetch *f)
{
	char address[ADDRESS_TEXT];
	const char *detail = f->facts->detail;

	if (log_enabled(2))
		log_debug("%s [%s] policy: %s%s%s", f->host,
			  address_format(&f->address, address),
			  f->download.error != 0 ? strerror(f->download.error)
						 : word(WORDS_STS_FETCH, f->facts->fetch),
			  detail != NULL ? ", " : "", detail != NULL ? detail : "");
}

static void
fetch_finish(struct fetch *f)
{
	struct sts_facts *facts = f->facts;
	probe_done *done = f->done;
	void *arg = f->arg;
	int error = f->download.error;

	facts->duration_us = clock_monotonic() - f->began;
	trace(f);
	release(f);
	free(f);
	if (error == 0) {
		done(facts, 0, arg);
		return;
	}
	sts_facts_free(facts);
	done(NULL, error, arg);
}

static void
on_downloaded(struct download *download)
{
	fetch_finish(table_owner(download, struct fetch, download));
}

/* Hands the connection over. */
static bool
begin_download(struct fetch *f)
{
	int64_t left = f->began + f->desk->rules->whole_time - clock_monotonic();
	int fd = f->stream.fd;

	f->stream.fd = -1;
	f->download.multi = f->desk->multi;
	f->download.webpki = &f->desk->webpki;
	f->download.host = f->host;
	f->download.address = f->address;
	f->download.port = f->desk->rules->port;
	f->download.facts = f->facts;
	f->download.done = on_downloaded;
	return download_start(&f->download, fd, left);
}

static void fetch_run(evutil_socket_t fd, short what, void *arg);

static void
fetch_wait(struct fetch *f, int64_t left)
{
	struct timeval time = { left / SECOND, left % SECOND };

	event_del(&f->event);
	event_assign(&f->event, f->desk->base, f->stream.fd, EV_WRITE, fetch_run, f);
	event_add(&f->event, &time);
}

/* Until there is a connection, or none; the rest is libcurl's. */
static void
fetch_run(evutil_socket_t fd, short what, void *arg)
{
	struct fetch *f = arg;
	const struct rules *rules = f->desk->rules;
	int64_t left = f->began + rules->connect_time - clock_monotonic();
	enum io io;

	(void)fd, (void)what;
	if (!webpki_ready(&f->desk->webpki)) {
		f->download.error = errno != 0 ? errno : ENOMEM;
		fetch_finish(f);
		return;
	}
	io = stream_connect(&f->stream, &f->address, rules->port, &f->from);
	if (io == IO_WRITE && left > 0) {
		fetch_wait(f, left);
		return;
	}
	if (io == IO_DONE) {
		if (begin_download(f))
			return;
		f->download.error = ENOMEM;
	} else if (io == IO_LOCAL) {
		f->download.error = f->stream.error;
	} else {
		f->facts->fetch = STS_FETCH_TCP;
		f->facts->detail = mem_strdup(io == IO_WRITE ? "no connection in time"
							     : strerror(f->stream.error));
	}
	fetch_finish(f);
}

static void *
fetch_start(void *desk, const struct probe_job *job, probe_done *done, void *arg)
{
	struct fetch *f = mem_alloc(sizeof *f);

	f->desk = desk;
	f->host = job->host;
	f->address = job->address;
	f->from = job->from;
	f->done = done;
	f->arg = arg;
	f->facts = sts_facts_new();
	f->facts->address = job->address;
	f->facts->started = clock_wall();
	f->began = clock_monotonic();
	stream_init(&f->stream, 0);
	event_assign(&f->event, f->desk->base, -1, 0, fetch_run, f);
	event_active(&f->event, EV_WRITE, 0); /* done must not be called from in here */
	return f;
}

static void
fetch_cancel(void *conversation)
{
	struct fetch *f = conversation;

	release(f);
	sts_facts_free(f->facts);
	free(f);
}

static void *
policy_open(const struct options *options)
{
	struct rules *rules = mem_alloc(sizeof *rules);

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		die("libcurl cannot be set up");
	rules->port = (uint16_t)options->mta_sts_port;
	rules->connect_time = (int64_t)(options->connect_timeout * (double)SECOND);
	rules->whole_time = (int64_t)(options->mta_sts_timeout * (double)SECOND);
	rules->root_cas = options->root_cas;
	return rules;
}

static void
policy_close(void *rules)
{
	curl_global_cleanup();
	free(rules);
}

static void *
policy_enter(void *rules, struct event_base *base, struct gate *handshakes)
{
	struct desk *desk = mem_alloc(sizeof *desk);

	(void)handshakes; /* libcurl's clocks cannot be stopped, and a fetch has a minute */
	desk->rules = rules;
	desk->base = base;
	desk->multi = multi_new(base, download_over);
	desk->webpki.root_cas = desk->rules->root_cas;
	return desk;
}

static void
policy_leave(void *entered)
{
	struct desk *desk = entered;

	multi_free(desk->multi);
	webpki_clear(&desk->webpki);
	free(desk);
}

const struct probe policy_probe = {
	.name = "policy",
	.help = "the policy that an MTA-STS policy host gives",
	.open = policy_open,
	.close = policy_close,
	.enter = policy_enter,
	.leave = policy_leave,
	.start = fetch_start,
	.cancel = fetch_cancel,
};
