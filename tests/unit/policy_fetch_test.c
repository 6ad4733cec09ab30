/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches from scripted policy hosts: every word, and what a host sees of us.  All
 * fetches of the table run together on one event base, with short time-outs, each
 * with a host on a 127.x address of its own.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "probes/download.h"
#include "scanner/mem.h"
#include "scanner/pool.h"
#include "scanner/table.h"
#include "tests/unit/peer.h"
#include "tests/unit/pki.h"
#include "tests/unit/test.h"

#define HOST   "mta-sts.example.org"
#define HTTP   "T13", "?"
#define OK     ">HTTP/1.1 200 OK\r\n"
#define PLAIN  ">Content-Type: text/plain\r\n"
#define LENGTH ">Content-Length: 11\r\n\r\n"
#define POLICY "version: ST"
#define BODY   ">" POLICY
#define A100                                                                                   \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaa"

/* What the hosts show; GOOD is the default. */
enum shown {
	GOOD,
	OTHER_NAME,
	COMMON_NAME,
	EXPIRED,
	EXPIRED_OTHER_NAME,
	FUTURE,
	SELF_SIGNED,
	UNTRUSTED,
	UNTRUSTED_OTHER_NAME,
	SHOWN_COUNT,
};
static struct pki *root, *intermediate, *shown[SHOWN_COUNT];
static char *store;
static char limit_body[POLICY_BODY_LIMIT + 2], over_body[POLICY_BODY_LIMIT + 3];

struct scene {
	const char *name;
	const char *script[10];
	enum sts_fetch_word fetch;
	int status;
	const char *body; /* NULL: none */
	enum shown shown;
	int alert;        /* that the host is refused with */
	const char *type; /* Content-Type; NULL: none */
	bool cancelled;
};

/* clang-format off */
static const struct scene scenes[] = {
	{ "TLS 1.3", { HTTP, OK, PLAIN, LENGTH, BODY }, .fetch = STS_FETCH_OK, .status = 200,
	  .body = POLICY, .type = "text/plain" },
	{ "TLS 1.2, chunked", { "T12", "?", OK, ">Transfer-Encoding: chunked\r\n\r\n",
	  ">5\r\nversi\r\n6\r\non: ST\r\n0\r\n\r\n", "H" }, .fetch = STS_FETCH_OK,
	  .status = 200, .body = POLICY },
	{ "until the end", { HTTP, OK, ">\r\n", BODY, "Z" }, .fetch = STS_FETCH_OK,
	  .status = 200, .body = POLICY },
	{ "empty", { HTTP, OK, ">Content-Length: 0\r\n\r\n" }, .fetch = STS_FETCH_OK,
	  .status = 200, .body = "" },
	{ "a NUL in it", { HTTP, OK, ">Content-Length: 3\r\n\r\n", "0a@b" },
	  .fetch = STS_FETCH_OK, .status = 200, .body = "a" },
	{ "103 and 200", { HTTP, ">HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", OK, LENGTH,
	  BODY }, .fetch = STS_FETCH_OK, .status = 200, .body = POLICY },
	{ "Content-Type of odd bytes", { HTTP, OK, ">Content-Type: a\xff\t\x01\r\n", LENGTH,
	  BODY }, .fetch = STS_FETCH_OK, .status = 200, .body = POLICY,
	  .type = "a\\xff\\x09\\x01" },
	{ "late", { HTTP, "~HTTP/1.1 200 OK\r\n", LENGTH, "~version: ST" },
	  .fetch = STS_FETCH_OK, .status = 200, .body = POLICY },
	{ "64 KiB", { HTTP, OK, ">Content-Length: 65536\r\n\r\n", limit_body },
	  .fetch = STS_FETCH_OK, .status = 200, .body = limit_body + 1 },

	{ "64 KiB and one byte", { HTTP, OK, ">\r\n", over_body, "Z" },
	  .fetch = STS_FETCH_TOO_BIG, .status = 200 },
	{ "Content-Length too big", { HTTP, OK, ">Content-Length: 65537\r\n\r\n", "H" },
	  .fetch = STS_FETCH_TOO_BIG, .status = 200 },
	{ "Content-Length far too big", { HTTP, OK,
	  ">Content-Length: 99999999999999999999999\r\n\r\n", "H" },
	  .fetch = STS_FETCH_TOO_BIG, .status = 200 },
	{ "endless body", { HTTP, OK, ">\r\n", "*" A100 }, .fetch = STS_FETCH_TOO_BIG,
	  .status = 200 },

	{ "404", { HTTP, ">HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nnever" },
	  .fetch = STS_FETCH_HTTP_404, .status = 404 },
	{ "404, a big page", { HTTP, ">HTTP/1.0 404 No\r\nContent-Type: text/html\r\n"
	  "Content-Length: 100000\r\n\r\n", "*" A100 }, .fetch = STS_FETCH_HTTP_404,
	  .status = 404, .type = "text/html" },
	{ "404, body cut", { HTTP, ">HTTP/1.1 404 No\r\n", LENGTH, ">cut" },
	  .fetch = STS_FETCH_HTTP_404, .status = 404 },
	{ "301", { HTTP, ">HTTP/1.1 301 Moved\r\nLocation: https://127.90.0.1/\r\n"
	  "Content-Length: 0\r\n\r\n", "H" }, .fetch = STS_FETCH_HTTP_REDIRECT,
	  .status = 301 },
	{ "302 to itself", { HTTP, ">HTTP/1.1 302 Found\r\nLocation: /policy\r\n", LENGTH,
	  BODY, "H" }, .fetch = STS_FETCH_HTTP_REDIRECT, .status = 302 },
	{ "304", { HTTP, ">HTTP/1.1 304 Not Modified\r\n\r\n" },
	  .fetch = STS_FETCH_HTTP_REDIRECT, .status = 304 },
	{ "204", { HTTP, ">HTTP/1.1 204 No Content\r\n\r\n" }, .fetch = STS_FETCH_HTTP_STATUS,
	  .status = 204 },
	{ "410", { HTTP, ">HTTP/1.1 410 Gone\r\n", LENGTH, BODY },
	  .fetch = STS_FETCH_HTTP_STATUS, .status = 410 },
	{ "429", { HTTP, ">HTTP/1.1 429 Slowly\r\n", LENGTH, BODY },
	  .fetch = STS_FETCH_HTTP_STATUS, .status = 429 },
	{ "503", { HTTP, ">HTTP/1.1 503 Later\r\n", LENGTH, "H" },
	  .fetch = STS_FETCH_HTTP_STATUS, .status = 503 },
	{ "401", { HTTP, ">HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic\r\n", LENGTH, BODY },
	  .fetch = STS_FETCH_HTTP_STATUS, .status = 401 },

	{ "no HTTP", { HTTP, ">SSH-2.0-x\r\n", "Z" }, .fetch = STS_FETCH_HTTP_BROKEN },
	{ "HTTP/0.9", { HTTP, BODY, "Z" }, .fetch = STS_FETCH_HTTP_BROKEN },
	{ "no status", { HTTP, ">HTTP/1.1 abc\r\n\r\n", "H" },
	  .fetch = STS_FETCH_HTTP_BROKEN },
	{ "only 100", { HTTP, ">HTTP/1.1 100 Continue\r\n\r\n", "Z" },
	  .fetch = STS_FETCH_HTTP_BROKEN },
	{ "nothing", { HTTP, "Z" }, .fetch = STS_FETCH_HTTP_BROKEN },
	{ "hangs up", { HTTP }, .fetch = STS_FETCH_HTTP_BROKEN },
	{ "resets", { HTTP, "R" }, .fetch = STS_FETCH_HTTP_BROKEN },
	{ "header cut", { HTTP, OK, ">Content-Le", "Z" }, .fetch = STS_FETCH_HTTP_BROKEN,
	  .status = 200 },
	{ "body cut", { HTTP, OK, LENGTH, ">version", "Z" }, .fetch = STS_FETCH_HTTP_BROKEN,
	  .status = 200 },
	{ "body without a proper end", { HTTP, OK, ">\r\n", BODY },
	  .fetch = STS_FETCH_HTTP_BROKEN, .status = 200 },
	{ "chunks that are none", { HTTP, OK, ">Transfer-Encoding: chunked\r\n\r\nzz\r\n", "H"
	  }, .fetch = STS_FETCH_HTTP_BROKEN, .status = 200 },
	{ "chunks cut", { HTTP, OK, ">Transfer-Encoding: chunked\r\n\r\n5\r\nversi\r\n", "Z" },
	  .fetch = STS_FETCH_HTTP_BROKEN, .status = 200 },
	{ "chunks never, cut", { HTTP, OK, ">Transfer-Encoding: x\r\n\r\n", BODY },
	  .fetch = STS_FETCH_HTTP_BROKEN, .status = 200 },
	{ "endless headers", { HTTP, OK, "*X: " A100 "\r\n" }, .fetch = STS_FETCH_HTTP_BROKEN,
	  .status = 200 },
	{ "endless header", { HTTP, OK, ">X: ", "*" A100 }, .fetch = STS_FETCH_HTTP_BROKEN,
	  .status = 200 },
	{ "endless first line", { HTTP, ">HTTP/1.1 200 ", "*" A100 },
	  .fetch = STS_FETCH_HTTP_BROKEN },
	{ "endless 1xx", { HTTP, "*HTTP/1.1 103 Early\r\n\r\n" },
	  .fetch = STS_FETCH_HTTP_BROKEN },

	{ "other name", { "F13" }, .fetch = STS_FETCH_TLS_MISMATCH, .shown = OTHER_NAME,
	  .alert = 42 },
	{ "only a common name", { "F12" }, .fetch = STS_FETCH_TLS_MISMATCH,
	  .shown = COMMON_NAME, .alert = 42 },
	{ "expired", { "F13" }, .fetch = STS_FETCH_TLS_EXPIRED, .shown = EXPIRED,
	  .alert = 45 },
	{ "expired, TLS 1.2", { "F12" }, .fetch = STS_FETCH_TLS_EXPIRED, .shown = EXPIRED,
	  .alert = 45 },
	{ "expired, other name", { "F13" }, .fetch = STS_FETCH_TLS_EXPIRED,
	  .shown = EXPIRED_OTHER_NAME, .alert = 45 },
	{ "not valid yet", { "F13" }, .fetch = STS_FETCH_TLS_EXPIRED, .shown = FUTURE,
	  .alert = 42 },
	{ "self-signed", { "F13" }, .fetch = STS_FETCH_TLS_SELF_SIGNED, .shown = SELF_SIGNED,
	  .alert = 48 },
	{ "untrusted", { "F12" }, .fetch = STS_FETCH_TLS_UNTRUSTED, .shown = UNTRUSTED,
	  .alert = 48 },
	{ "untrusted, other name", { "F13" }, .fetch = STS_FETCH_TLS_UNTRUSTED,
	  .shown = UNTRUSTED_OTHER_NAME, .alert = 48 },

	{ "TLS: closes", { NULL }, .fetch = STS_FETCH_TLS_OTHER },
	{ "TLS: closes after ClientHello", { "I" }, .fetch = STS_FETCH_TLS_OTHER },
	{ "TLS: resets", { "I", "R" }, .fetch = STS_FETCH_TLS_OTHER },
	{ "TLS: plaintext", { "I", ">HTTP/1.1 400 Bad Request\r\n\r\n", "H" },
	  .fetch = STS_FETCH_TLS_OTHER },
	{ "TLS: alert", { "I", "A28" }, .fetch = STS_FETCH_TLS_OTHER },
	{ "TLS: certificate is none", { "I", "G", "H" }, .fetch = STS_FETCH_TLS_OTHER },
{ "TLS: endless HelloRequests", { "I", "*\x16\x03\x03@\x04@@@@" },
	  .fetch = STS_FETCH_TLS_OTHER },
	{ "TLS: dies after the certificate", { "X" }, .fetch = STS_FETCH_TLS_OTHER },

	{ "silence", { "H" }, .fetch = STS_FETCH_TIMEOUT },
	{ "silence after ClientHello", { "I", "H" }, .fetch = STS_FETCH_TIMEOUT },
	{ "silence after the request", { HTTP, "H" }, .fetch = STS_FETCH_TIMEOUT },
	{ "header drips", { HTTP, ".HTTP/1.1 200 " A100 },
	  .fetch = STS_FETCH_TIMEOUT },
	{ "body drips", { HTTP, OK, ">\r\n", "." A100 },
	  .fetch = STS_FETCH_TIMEOUT, .status = 200 },

	{ "cancel: ClientHello", { "I", "H" }, .cancelled = true },
	{ "cancel: request", { HTTP, "H" }, .cancelled = true },
	{ "cancel: header", { HTTP, OK, "H" }, .cancelled = true },
	{ "cancel: body", { HTTP, OK, LENGTH, ">ver", "H" }, .cancelled = true },
};
/* clang-format on */

#define SCENES (sizeof scenes / sizeof *scenes)

/* One fetch under test. */
struct trial {
	struct peer peer;
	void *conversation;
	struct sts_facts *facts;
	int error, calls;
};

static struct options options = {
	.connect_timeout = 0.8,
	.mta_sts_timeout = 5,
	.threads = 2,
};
static const struct probe *probe;
static struct event_base *base;
static struct gate *gate;
static void *shared, *desk;
static int pending;
static in_port_t port;

static struct pki *
leaf(const struct pki *issuer, const char *name, int from, int to)
{
	int64_t now = time(NULL);

	return pki_make(issuer, &(struct pki_spec){ .cn = name,
						    .dns = name,
						    .not_before = now + from * PKI_DAY,
						    .not_after = now + to * PKI_DAY });
}

static struct pki *
authority(const struct pki *issuer, const char *name)
{
	int64_t now = time(NULL);

	return pki_make(issuer, &(struct pki_spec){ .cn = name,
						    .ca = true,
						    .not_before = now - 9 * PKI_DAY,
						    .not_after = now + 9 * PKI_DAY });
}

static void
make_certificates(void)
{
	int64_t now = time(NULL);

	root = authority(NULL, "Root");
	intermediate = authority(root, "Intermediate");
	shown[GOOD] = leaf(intermediate, HOST, -2, 2);
	shown[OTHER_NAME] = leaf(intermediate, "example.org", -2, 2);
	shown[COMMON_NAME] =
	    pki_make(intermediate, &(struct pki_spec){ .cn = HOST,
						       .not_before = now - PKI_DAY,
						       .not_after = now + PKI_DAY });
	shown[EXPIRED] = leaf(intermediate, HOST, -2, -1);
	shown[EXPIRED_OTHER_NAME] = leaf(intermediate, "example.org", -2, -1);
	shown[FUTURE] = leaf(intermediate, HOST, 1, 2);
	shown[SELF_SIGNED] = leaf(NULL, HOST, -2, 2);
	shown[UNTRUSTED] = leaf(intermediate, HOST, -2, 2);
	shown[UNTRUSTED_OTHER_NAME] = leaf(intermediate, "example.org", -2, 2);
	store = pki_store(1, root);
	options.root_cas = store;
}

static void
free_certificates(void)
{
	for (int i = 0; i < SHOWN_COUNT; i++)
		pki_free(shown[i]);
	pki_free(intermediate);
	pki_free(root);
	unlink(store);
	free(store);
}

/* A host at 127.<net>.0.<host>. */
static void
play(struct peer *peer, unsigned net, unsigned host, enum shown what)
{
	peer->certificate = shown[what]->x;
	peer->key = shown[what]->key;
	if (what < SELF_SIGNED) /* the untrusted do not show who signed them */
		peer->issuer = intermediate->x;
	peer_listen(peer, net, host, &port);
	peer_start(peer);
}

static void
open_probe(void)
{
	options.mta_sts_port = port;
	shared = probe->open(&options);
	base = event_base_new();
	gate = gate_new(64);
	desk = probe->enter(shared, base, gate);
}

static void
close_probe(void)
{
	probe->leave(desk);
	probe->close(shared);
	event_base_free(base);
	gate_free(gate);
	pending = 0;
	port = 0;
}

static void
done(void *facts, int error, void *arg)
{
	struct trial *trial = arg;

	trial->facts = facts;
	trial->error = error;
	trial->calls++;
	if (--pending == 0)
		event_base_loopbreak(base);
}

static void
begin(struct trial *trial, const char *address, const char *from)
{
	struct probe_job job = { .kind = PROBE_POLICY, .host = HOST };

	address_parse(&job.address, address);
	if (from != NULL)
		address_parse(&job.from, from);
	pending++;
	trial->conversation = probe->start(desk, &job, done, trial);
	CHECK(trial->calls == 0);
}

static void
check_facts(const struct scene *scene, const struct sts_facts *f)
{
	CHECK_TEXT(word(WORDS_STS_FETCH, f->fetch), word(WORDS_STS_FETCH, scene->fetch));
	CHECK(f->http_status == scene->status);
	CHECK_TEXT(f->content_type, scene->type);
	CHECK((f->detail == NULL) == (f->fetch == STS_FETCH_OK));
	CHECK((f->body == NULL) == (scene->body == NULL));
	if (f->body != NULL && scene->body != NULL)
		CHECK(f->body_length >= strlen(scene->body) &&
		      memcmp(f->body, scene->body, strlen(scene->body)) == 0 &&
		      (f->body_length == strlen(scene->body) || f->body[1] == '\0'));
	CHECK(f->started > 0 && f->duration_us > 0 && f->duration_us < 7000000);
	CHECK(f->address.family == 4);
}

static void
check_scene(const struct scene *scene, const struct trial *trial)
{
	int failures = test_failures;

	CHECK(!trial->peer.strayed);
	CHECK(trial->peer.alert == scene->alert);
	CHECK(trial->calls == (scene->cancelled ? 0 : 1));
	CHECK(scene->cancelled || trial->facts != NULL);
	if (trial->facts != NULL)
		check_facts(scene, trial->facts);
	if (trial->peer.request[0] != '\0')
		CHECK_TEXT(trial->peer.server_name, HOST);
	if (test_failures > failures)
		printf("  in the scene \"%s\" (%s)\n", scene->name,
		       trial->facts && trial->facts->detail ? trial->facts->detail : "-");
}

/* All that a host learns of us. */
static void
check_request(const struct peer *peer)
{
	char *want = mem_printf("GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: " HOST
				":%u\r\nUser-Agent: mxsweep/0.1.0\r\nAccept: */*\r\n\r\n",
				(unsigned)options.mta_sts_port);

	CHECK_TEXT(peer->request, want);
	CHECK_TEXT(peer->from, "127.9.8.7");
	free(want);
}

static void
cancel_some(evutil_socket_t fd, short what, void *arg)
{
	struct trial *trials = arg;

	(void)fd, (void)what;
	for (size_t i = 0; i < SCENES; i++)
		if (scenes[i].cancelled) {
			probe->cancel(trials[i].conversation);
			pending--;
		}
}

static void
plays_all_scenes(void)
{
	struct trial *trials = mem_alloc(SCENES * sizeof *trials);
	struct timeval soon = { .tv_usec = 700000 };
	char address[ADDRESS_TEXT];

	for (size_t i = 0; i < SCENES; i++) {
		trials[i].peer.script = scenes[i].script;
		play(&trials[i].peer, 90, (unsigned)i + 1, scenes[i].shown);
	}
	open_probe();
	for (size_t i = 0; i < SCENES; i++) {
		snprintf(address, sizeof address, "127.90.0.%zu", i + 1);
		begin(&trials[i], address, "127.9.8.7");
	}
	event_base_once(base, -1, EV_TIMEOUT, cancel_some, trials, &soon);
	event_base_dispatch(base);
	for (size_t i = 0; i < SCENES; i++) {
		peer_join(&trials[i].peer);
		check_scene(&scenes[i], &trials[i]);
		sts_facts_free(trials[i].facts);
	}
	check_request(&trials[0].peer);
	free(trials);
	close_probe();
}

static void
tells_connect_errors_apart(void)
{
	struct trial refused = { 0 }, unreachable = { 0 }, silent = { 0 }, filler[3] = { 0 };

	options.mta_sts_timeout = 1;
	peer_listen(&silent.peer, 91, 1, &port);
	listen(silent.peer.listener, 0);
	open_probe();
	for (int i = 0; i < 3; i++) /* the kernel drops what its queue cannot take */
		begin(&filler[i], "127.91.0.1", NULL);
	begin(&silent, "127.91.0.1", NULL);
	begin(&refused, "127.91.0.2", NULL);
	begin(&unreachable, "127.255.255.255", NULL); /* a broadcast address */
	event_base_dispatch(base);
	CHECK(silent.facts->fetch == STS_FETCH_TCP);
	CHECK_TEXT(silent.facts->detail, "no connection in time");
	CHECK(refused.facts->fetch == STS_FETCH_TCP);
	CHECK_TEXT(refused.facts->detail, "Connection refused");
	CHECK(unreachable.facts->fetch == STS_FETCH_TCP);
	CHECK(filler[0].facts->fetch == STS_FETCH_TIMEOUT);
	for (int i = 0; i < 3; i++)
		sts_facts_free(filler[i].facts);
	sts_facts_free(silent.facts);
	sts_facts_free(refused.facts);
	sts_facts_free(unreachable.facts);
	close(silent.peer.listener);
	options.mta_sts_timeout = 5;
	close_probe();
}

/* What this machine lacks is never a fact about a host. */
static void
reports_local_failures(void)
{
	static const char *const script[] = { "F13", NULL };
	struct trial trial = { .peer = { .script = script } };
	struct rlimit before, none;

	open_probe();
	getrlimit(RLIMIT_NOFILE, &before);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = before.rlim_max };
	setrlimit(RLIMIT_NOFILE, &none);
	begin(&trial, "127.92.0.1", NULL);
	event_base_dispatch(base);
	setrlimit(RLIMIT_NOFILE, &before);
	CHECK(trial.facts == NULL && trial.error == EMFILE);
	trial.calls = 0;
	begin(&trial, "127.92.0.1", "192.0.2.1"); /* no address of ours */
	event_base_dispatch(base);
	CHECK(trial.facts == NULL && trial.error == EADDRNOTAVAIL);
	close_probe();
	options.root_cas = "/nonexistent";
	play(&trial.peer, 92, 1, GOOD); /* now that threads may have descriptors again */
	open_probe();
	trial.calls = 0;
	begin(&trial, "127.92.0.1", NULL);
	event_base_dispatch(base);
	CHECK(trial.facts == NULL && trial.error == ENOENT);
	options.root_cas = store;
	peer_join(&trial.peer);
	close_probe();
}

/* Before anything has happened, and while the connection is being made. */
static void
can_be_cancelled_at_once(void)
{
	struct trial trials[2] = { 0 };

	peer_listen(&trials[0].peer, 93, 1, &port);
	open_probe();
	begin(&trials[0], "127.93.0.1", NULL);
	probe->cancel(trials[0].conversation);
	begin(&trials[1], "127.93.0.1", NULL);
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	probe->cancel(trials[1].conversation);
	event_base_dispatch(base);
	CHECK(trials[0].calls == 0 && trials[1].calls == 0);
	close(trials[0].peer.listener);
	close_probe();
}

#define SHARED 8 /* fetches on two threads; every other is never answered */

static int arrived;

static void
on_arrival(struct pool_job *job)
{
	struct sts_facts *facts = job->facts;

	CHECK(facts != NULL && facts->fetch == STS_FETCH_OK && facts->body_length == 11);
	sts_facts_free(facts);
	job->facts = NULL;
	if (++arrived == SHARED / 2)
		event_base_loopbreak(base);
}

/* Both threads fetch, and are stopped in the middle of it. */
static void
works_on_two_threads(void)
{
	static const char *const answer[] = { HTTP, OK, LENGTH, BODY, NULL };
	static const char *const silence[] = { HTTP, "H", NULL };
	struct peer peers[SHARED] = { 0 };
	struct pool_job jobs[SHARED] = { 0 };
	struct pool *pool;

	for (unsigned i = 0; i < SHARED; i++) {
		peers[i].script = i / 2 % 2 == 0 ? answer : silence;
		play(&peers[i], 94, i + 1, GOOD);
	}
	options.mta_sts_port = port;
	base = event_base_new();
	pool = pool_open(base, probes, &options);
	for (unsigned i = 0; i < SHARED; i++) {
		jobs[i].job.kind = PROBE_POLICY;
		jobs[i].job.host = HOST;
		jobs[i].job.address = (struct address){ 4, { 127, 94, 0, (uint8_t)(i + 1) } };
		jobs[i].done = on_arrival;
		pool_start(pool, &jobs[i]);
	}
	event_base_dispatch(base);
	CHECK(arrived == SHARED / 2);
	pool_close(pool);
	event_base_free(base);
	for (unsigned i = 0; i < SHARED; i++)
		peer_join(&peers[i]);
	port = 0;
}

int
main(void)
{
	alarm(60);
	signal(SIGPIPE, SIG_IGN);
	setenv("https_proxy", "http://127.0.0.1:1/", 1); /* never to be asked */
	setenv("SSLKEYLOGFILE", "/nonexistent/keys", 1);
	probe = probes[PROBE_POLICY];
	memset(limit_body, 'a', sizeof limit_body - 1);
	memset(over_body, 'a', sizeof over_body - 1);
	limit_body[0] = over_body[0] = '>';
	make_certificates();
	RUN(plays_all_scenes);
	RUN(tells_connect_errors_apart);
	RUN(reports_local_failures);
	RUN(can_be_cancelled_at_once);
	RUN(works_on_two_threads);
	free_certificates();
	peer_cleanup();
	return test_end();
}
