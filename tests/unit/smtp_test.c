/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real machine against scripted peers: each state and each way to fail.  All
 * conversations of the table run together on one event base, with short
 * time-outs, each with a peer on a 127.x address of its own.
 */
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "probes/tls.h"
#include "scanner/mem.h"
#include "scanner/probe.h"
#include "tests/unit/peer.h"
#include "tests/unit/test.h"

#define HELLO   ">220 mx.example ESMTP\r\n", "<EHLO probe.example\r\n"
#define PLAIN   ">250-mx.example\r\n250 PIPELINING\r\n", "<STARTTLS\r\n"
#define OFFER   ">250-mx.example\r\n250 STARTTLS\r\n", "<STARTTLS\r\n"
#define MASK    ">250-mx.example\r\n250 XXXXXXXA\r\n", "<STARTTLS\r\n"
#define READY   HELLO, OFFER, ">220 go\r\n"
#define BYE     "<QUIT\r\n", ">221 bye\r\n"
#define TLS_END "<EHLO probe.example\r\n", ">250-mx.example\r\n250 AUTH PLAIN\r\n", BYE
#define A100                                                                                   \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aa"                                                                                   \
	"aaaaaaaaaaaaaa"

struct scene {
	const char *name;
	const char *script[16];
	enum greeting_word greeting;
	enum ehlo_word ehlo;
	enum offer_word offer;
	enum starttls_word starttls;
	enum handshake_word handshake;
	/* Looks at whatever else matters. */
	void (*look)(const struct server_facts *facts, const struct peer *peer);
	bool cancelled;
};

static void
look_greeting(const struct server_facts *f, const struct peer *peer)
{
	CHECK(f->greeting_code == 220);
	CHECK_TEXT(f->greeting_text, "a\nb");
	CHECK_TEXT(f->ehlo_text, "mx.example\nPIPELINING");
	CHECK(f->starttls_code == 502);
	CHECK_TEXT(f->starttls_text, "5.5.1 Command unrecognized: \"STARTTLS\"");
	CHECK_TEXT(f->starttls_echo, "STARTTLS");
	CHECK(f->bare_lf);
	CHECK(f->started > 0 && f->duration_us > 0 && f->alert == -1 && f->chain == NULL);
	CHECK_TEXT(peer->from, "127.9.8.7");
}

static void
look_code_554(const struct server_facts *f, const struct peer *peer)
{
	(void)peer;
	CHECK(f->greeting_code == 554);
	CHECK_TEXT(f->greeting_text, "go away");
	CHECK(!f->bare_lf);
}

static void
look_nul(const struct server_facts *f, const struct peer *peer)
{
	(void)peer;
	CHECK_TEXT(f->greeting_text, "a\\x00b");
}

static void
look_not_smtp(const struct server_facts *f, const struct peer *peer)
{
	(void)peer;
	CHECK(f->greeting_code == 0);
	CHECK_TEXT(f->greeting_text, "SSH-2.0-x");
}

static void
look_helo(const struct server_facts *f, const struct peer *peer)
{
	(void)peer;
	CHECK_TEXT(f->ehlo_text, "mx.example");
}

static void
look_echo(const struct server_facts *f, const struct peer *peer)
{
	(void)peer;
	CHECK_TEXT(f->starttls_echo, "XXXXXXXX");
}

static void
look_chain(const struct server_facts *f, const struct peer *peer)
{
	size_t length;
	const unsigned char *der = peer_certificate(&length);

	(void)peer;
	CHECK(f->chain != NULL && f->chain->count == 1 &&
	      f->chain->certificates[0].length == length &&
	      memcmp(f->chain->certificates[0].bytes, der, length) == 0);
}

static void
look_tls13(const struct server_facts *f, const struct peer *peer)
{
	look_chain(f, peer);
	CHECK_TEXT(f->tls_version, "TLSv1.3");
	CHECK_TEXT(f->cipher, "TLS_AES_256_GCM_SHA384");
	CHECK_TEXT(f->key_exchange, "x25519");
	CHECK_TEXT(f->ehlo_tls_text, "mx.example\nAUTH PLAIN");
	CHECK_TEXT(peer->server_name, "mx.example");
	CHECK(f->legacy == 0 && f->alert == -1);
}

static void
look_tls12(const struct server_facts *f, const struct peer *peer)
{
	look_chain(f, peer);
	CHECK_TEXT(f->tls_version, "TLSv1.2");
	CHECK_TEXT(f->cipher, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
	CHECK_TEXT(f->key_exchange, "x25519");
	CHECK_TEXT(f->ehlo_tls_text, "mx.example\nAUTH PLAIN");
	CHECK_TEXT(peer->server_name, "mx.example");
	CHECK(f->legacy == 0);
}

static void
look_alert_40(const struct server_facts *f, const struct peer *peer)
{
	(void)peer;
	CHECK(f->alert == 40 && f->chain == NULL && f->cipher == NULL);
}

static void
look_bad_certificate(const struct server_facts *f, const struct peer *peer)
{
	(void)peer;
	CHECK(f->chain != NULL && f->chain->count == 1 &&
	      f->chain->certificates[0].length == 5);
}

/* clang-format off */
static const struct scene scenes[] = {
	{ "whole plain conversation", { ">220-a\r\n220 b\n", "<EHLO probe.example\r\n", PLAIN,
	  ">502 5.5.1 Command unrecognized: \"STARTTLS\"\r\n", BYE }, GREETING_OK, EHLO_OK,
	  OFFER_ABSENT, STARTTLS_NOT_OFFERED, 0, look_greeting, false },

	{ "greeting: silence", { "H" }, GREETING_TIMEOUT, 0, 0, 0, 0, NULL, false },
	{ "greeting: close", { NULL }, GREETING_CLOSED, 0, 0, 0, 0, NULL, false },
	{ "greeting: reset", { "R" }, GREETING_CLOSED, 0, 0, 0, 0, NULL, false },
	{ "greeting: cut short", { ">220-a\r\n220" }, GREETING_CLOSED, 0, 0, 0, 0, NULL,
	  false },
	{ "greeting: garbage", { ">SSH-2.0-x\r\n", "H" }, GREETING_NOT_SMTP, 0, 0, 0, 0,
	  look_not_smtp, false },
	{ "greeting: garbage, no line end", { ">\x0amysql", "H" }, GREETING_NOT_SMTP, 0, 0, 0,
	  0, NULL, false },
	{ "greeting: HTTP", { ">HTTP/1.1 400 Bad Request\r\n\r\n" }, GREETING_NOT_SMTP, 0, 0, 0,
	  0, NULL, false },
	{ "greeting: 354", { ">354 go\r\n", "H" }, GREETING_NOT_SMTP, 0, 0, 0, 0, NULL, false },
	{ "greeting: endless line", { ">220 ", "*" A100 }, GREETING_NOT_SMTP, 0, 0, 0, 0, NULL,
	  false },
	{ "greeting: endless lines", { "*220-a\r\n" }, GREETING_NOT_SMTP, 0, 0, 0, 0, NULL,
	  false },
	{ "greeting: NUL", { "0220 a@b\r\n", "<EHLO", ">421 no\r\n", BYE }, GREETING_OK,
	  EHLO_TEMPORARY, 0, 0, 0, look_nul, false },
	{ "greeting: drip", { ".220-aaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }, GREETING_TIMEOUT, 0, 0, 0,
	  0, NULL, false },
	{ "greeting: 421", { ">421 busy\r\n", BYE }, GREETING_TEMPORARY, 0, 0, 0, 0, NULL,
	  false },
	{ "greeting: 554", { ">554 go away\r\n", BYE }, GREETING_REJECTED, 0, 0, 0, 0,
	  look_code_554, false },
	{ "greeting: 554, hangs up", { ">554 go away\r\n" }, GREETING_REJECTED, 0, 0, 0, 0,
	  look_code_554, false },
	{ "greeting: late", { "~220 a\r\n", "<EHLO", ">421 no\r\n", BYE }, GREETING_OK,
	  EHLO_TEMPORARY, 0, 0, 0, NULL, false },
	{ "greeting: masked", { ">220 ********************\r\n", "<EHLO", MASK,
	  ">500 unrecognized command\r\n", BYE }, GREETING_MASKED, EHLO_OK, OFFER_MASKED,
	  STARTTLS_STRIPPED, 0, NULL, false },

	{ "ehlo: silence", { HELLO, "<QUIT" }, GREETING_OK, EHLO_TIMEOUT, 0, 0, 0, NULL,
	  false },
	{ "ehlo: close", { HELLO }, GREETING_OK, EHLO_CLOSED, 0, 0, 0, NULL, false },
	{ "ehlo: reset", { HELLO, "R" }, GREETING_OK, EHLO_CLOSED, 0, 0, 0, NULL, false },
	{ "ehlo: cut short", { HELLO, ">250-a\r\n" }, GREETING_OK, EHLO_CLOSED, 0, 0, 0, NULL,
	  false },
	{ "ehlo: garbage", { HELLO, ">250-a\r\nSTARTTLS\r\n", BYE }, GREETING_OK,
	  EHLO_MALFORMED, 0, 0, 0, NULL, false },
	{ "ehlo: two codes", { HELLO, ">250-a\r\n251 b\r\n", BYE }, GREETING_OK, EHLO_MALFORMED,
	  0, 0, 0, NULL, false },
	{ "ehlo: endless lines", { HELLO, "*250-" A100 "\r\n" }, GREETING_OK, EHLO_MALFORMED, 0,
	  0, 0, NULL, false },
	{ "ehlo: the whole is too much", { "9220-" A100 "\r\n", ">220 a\r\n", "<EHLO", "9250-"
	  A100 "\r\n", ">250 b\r\n", "<QUIT" }, GREETING_OK, EHLO_MALFORMED, 0, 0, 0, NULL,
	  false },
	{ "ehlo: drip", { HELLO, ".250-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }, GREETING_OK,
	  EHLO_TIMEOUT, 0, 0, 0, NULL, false },
	{ "ehlo: 421", { HELLO, ">421 busy\r\n", BYE }, GREETING_OK, EHLO_TEMPORARY, 0, 0, 0,
	  NULL, false },
	{ "helo only", { HELLO, ">502 what\r\n", "<HELO probe.example\r\n",
	  ">250 mx.example\r\n", "<STARTTLS\r\n", ">502 what\r\n", BYE }, GREETING_OK,
	  EHLO_HELO_ONLY, OFFER_ABSENT, STARTTLS_NOT_OFFERED, 0, look_helo, false },
	{ "helo: rejected too", { HELLO, ">502 what\r\n", "<HELO", ">550 no\r\n", BYE },
	  GREETING_OK, EHLO_REJECTED, 0, 0, 0, NULL, false },
	{ "helo: temporary", { HELLO, ">502 what\r\n", "<HELO", ">450 no\r\n", BYE },
	  GREETING_OK, EHLO_TEMPORARY, 0, 0, 0, NULL, false },
	{ "helo: silence", { HELLO, ">502 what\r\n", "<HELO", "<QUIT" }, GREETING_OK,
	  EHLO_TIMEOUT, 0, 0, 0, NULL, false },
	{ "helo: close", { HELLO, ">502 what\r\n", "<HELO" }, GREETING_OK, EHLO_CLOSED, 0, 0, 0,
	  NULL, false },

	{ "offered, refused", { HELLO, OFFER, ">502 no\r\n", BYE }, GREETING_OK, EHLO_OK,
	  OFFER_OFFERED, STARTTLS_REFUSED, 0, NULL, false },
	{ "offered, temporary", { HELLO, OFFER, ">454 no\r\n", BYE }, GREETING_OK, EHLO_OK,
	  OFFER_OFFERED, STARTTLS_REFUSED_TEMPORARY, 0, NULL, false },
	{ "offered, 250", { HELLO, OFFER, ">250 ok\r\n", BYE }, GREETING_OK, EHLO_OK,
	  OFFER_OFFERED, STARTTLS_REFUSED, 0, NULL, false },
	{ "offered, garbage", { HELLO, OFFER, ">ok\r\n", BYE }, GREETING_OK, EHLO_OK,
	  OFFER_OFFERED, STARTTLS_REFUSED, 0, NULL, false },
	{ "offered, endless", { HELLO, OFFER, "*220-" A100 "\r\n" }, GREETING_OK, EHLO_OK,
	  OFFER_OFFERED, STARTTLS_REFUSED, 0, NULL, false },
	{ "offered, silence", { HELLO, OFFER, "<QUIT" }, GREETING_OK, EHLO_OK, OFFER_OFFERED,
	  STARTTLS_TIMEOUT, 0, NULL, false },
	{ "offered, close", { HELLO, OFFER }, GREETING_OK, EHLO_OK, OFFER_OFFERED,
	  STARTTLS_CLOSED, 0, NULL, false },
	{ "offered, reset", { HELLO, OFFER, "R" }, GREETING_OK, EHLO_OK, OFFER_OFFERED,
	  STARTTLS_CLOSED, 0, NULL, false },
	{ "offered, drip", { HELLO, OFFER, ".220-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
	  GREETING_OK, EHLO_OK, OFFER_OFFERED, STARTTLS_TIMEOUT, 0, NULL, false },
	{ "masked, close", { HELLO, MASK }, GREETING_OK, EHLO_OK, OFFER_MASKED,
	  STARTTLS_STRIPPED, 0, NULL, false },
	{ "masked, works", { HELLO, MASK, ">220 go\r\n", "T13", TLS_END }, GREETING_OK, EHLO_OK,
	  OFFER_MASKED, STARTTLS_MASKED_BUT_WORKS, HANDSHAKE_OK, look_tls13, false },
	{ "absent, corrupted", { HELLO, PLAIN,
	  ">500 5.5.1 Command unrecognized: \"XXXXXXXX\"\r\n", BYE }, GREETING_OK, EHLO_OK,
	  OFFER_ABSENT, STARTTLS_CORRUPTED, 0, look_echo, false },
	{ "absent, close", { HELLO, PLAIN }, GREETING_OK, EHLO_OK, OFFER_ABSENT,
	  STARTTLS_NOT_OFFERED, 0, NULL, false },
	{ "absent, silence", { HELLO, PLAIN, "<QUIT" }, GREETING_OK, EHLO_OK, OFFER_ABSENT,
	  STARTTLS_NOT_OFFERED, 0, NULL, false },
	{ "absent, hidden", { HELLO, PLAIN, ">220 go\r\n", "T12", TLS_END }, GREETING_OK,
	  EHLO_OK, OFFER_ABSENT, STARTTLS_HIDDEN, HANDSHAKE_OK, look_tls12, false },

	{ "TLS 1.3", { READY, "T13", TLS_END }, GREETING_OK, EHLO_OK, OFFER_OFFERED,
	  STARTTLS_OK, HANDSHAKE_OK, look_tls13, false },
	{ "TLS 1.2", { READY, "T12", TLS_END }, GREETING_OK, EHLO_OK, OFFER_OFFERED,
	  STARTTLS_OK, HANDSHAKE_OK, look_tls12, false },
	{ "injected in the same segment", { HELLO, OFFER, ">220 go\r\n250 injected\r\n", "T13",
	  TLS_END }, GREETING_OK, EHLO_OK, OFFER_OFFERED, STARTTLS_INJECTED, HANDSHAKE_OK,
	  look_tls13, false },
	{ "handshake: silence", { READY, "H" }, GREETING_OK, EHLO_OK, OFFER_OFFERED,
	  STARTTLS_OK, HANDSHAKE_TIMEOUT, NULL, false },
	{ "handshake: close", { READY }, GREETING_OK, EHLO_OK, OFFER_OFFERED, STARTTLS_OK,
	  HANDSHAKE_CLOSED, NULL, false },
	{ "handshake: close after ClientHello", { READY, "I" }, GREETING_OK, EHLO_OK,
	  OFFER_OFFERED, STARTTLS_OK, HANDSHAKE_CLOSED, NULL, false },
	{ "handshake: reset", { READY, "I", "R" }, GREETING_OK, EHLO_OK, OFFER_OFFERED,
	  STARTTLS_OK, HANDSHAKE_CLOSED, NULL, false },
	{ "handshake: plaintext", { READY, "I", ">454 no TLS after all\r\n", "H" }, GREETING_OK,
	  EHLO_OK, OFFER_OFFERED, STARTTLS_OK, HANDSHAKE_NOT_TLS, NULL, false },
	{ "handshake: drip", { READY, "I",
	  ".\x16\x03\x01\x01\x01\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02" }, GREETING_OK,
	  EHLO_OK, OFFER_OFFERED, STARTTLS_OK, HANDSHAKE_TIMEOUT, NULL, false },
	{ "handshake: garbage in records", { READY, "I", "*\x16\x03\x01\x01\x01" A100 },
	  GREETING_OK, EHLO_OK, OFFER_OFFERED, STARTTLS_OK, HANDSHAKE_PROTOCOL_ERROR, NULL,
	  false },
	{ "handshake: endless HelloRequests", { READY, "I", "*\x16\x03\x03@\x04@@@@" },
	  GREETING_OK, EHLO_OK, OFFER_OFFERED, STARTTLS_OK, HANDSHAKE_PROTOCOL_ERROR, NULL,
	  false },
	{ "handshake: alert", { READY, "I", "A28", "H" }, GREETING_OK, EHLO_OK, OFFER_OFFERED,
	  STARTTLS_OK, HANDSHAKE_ALERT, look_alert_40, false },
	{ "handshake: alert and close", { READY, "I", "A28" }, GREETING_OK, EHLO_OK,
	  OFFER_OFFERED, STARTTLS_OK, HANDSHAKE_ALERT, look_alert_40, false },
	{ "handshake: protocol_version", { READY, "I", "A46" }, GREETING_OK, EHLO_OK,
	  OFFER_OFFERED, STARTTLS_OK, HANDSHAKE_VERSION_UNSUPPORTED, NULL, false },
	{ "handshake: insufficient_security", { READY, "I", "A47" }, GREETING_OK, EHLO_OK,
	  OFFER_OFFERED, STARTTLS_OK, HANDSHAKE_NO_SHARED_CIPHER, NULL, false },
	{ "handshake: dies after the certificate", { READY, "X" }, GREETING_OK, EHLO_OK,
	  OFFER_OFFERED, STARTTLS_OK, HANDSHAKE_CLOSED, look_chain, false },
	{ "handshake: certificate is none", { READY, "I", "G", "H" }, GREETING_OK, EHLO_OK,
	  OFFER_OFFERED, STARTTLS_OK, HANDSHAKE_PROTOCOL_ERROR, look_bad_certificate, false },
	{ "under TLS: silence", { READY, "T13", "<EHLO", "<QUIT" }, GREETING_OK, EHLO_OK,
	  OFFER_OFFERED, STARTTLS_OK, HANDSHAKE_OK, look_chain, false },
	{ "under TLS: close", { READY, "T13", "<EHLO" }, GREETING_OK, EHLO_OK, OFFER_OFFERED,
	  STARTTLS_OK, HANDSHAKE_OK, look_chain, false },
	{ "under TLS: reset", { READY, "T13", "<EHLO", "R" }, GREETING_OK, EHLO_OK,
	  OFFER_OFFERED, STARTTLS_OK, HANDSHAKE_OK, look_chain, false },
	{ "quit: silence", { READY, "T13", "<EHLO", ">250 mx.example\r\n", "<QUIT", "H" },
	  GREETING_OK, EHLO_OK, OFFER_OFFERED, STARTTLS_OK, HANDSHAKE_OK, look_chain, false },

	{ "cancel: greeting", { "H" }, 0, 0, 0, 0, 0, NULL, true },
	{ "cancel: half a greeting", { ">220-a\r\n2", "H" }, 0, 0, 0, 0, 0, NULL, true },
	{ "cancel: ehlo", { HELLO, "H" }, 0, 0, 0, 0, 0, NULL, true },
	{ "cancel: helo", { HELLO, ">502 no\r\n", "H" }, 0, 0, 0, 0, 0, NULL, true },
	{ "cancel: starttls", { HELLO, OFFER, "H" }, 0, 0, 0, 0, 0, NULL, true },
	{ "cancel: handshake", { READY, "H" }, 0, 0, 0, 0, 0, NULL, true },
	{ "cancel: ehlo again", { READY, "T13", "<EHLO", "H" }, 0, 0, 0, 0, 0, NULL, true },
	{ "cancel: quit", { HELLO, ">421 no\r\n", "H" }, 0, 0, 0, 0, 0, NULL, true },
};
/* clang-format on */

#define SCENES (sizeof scenes / sizeof *scenes)

/* One conversation under test. */
struct trial {
	struct peer peer;
	struct probe_job job;
	void *conversation;
	struct server_facts *facts;
	int error, calls;
};

static struct options options = {
	.ehlo_domain = "probe.example",
	.connect_timeout = 0.8,
	.banner_timeout = 0.8,
	.tls_handshake_timeout = 0.8,
	.target_timeout = 10,
	.read_limit_per_host = 16,
	.min_version = TLS1_VERSION,
	.max_version = TLS1_3_VERSION,
};
static struct event_base *base;
static struct gate *gate;
static void *shared, *desk;
static int pending;
static in_port_t port;

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
	trial->job.host = "mx.example";
	address_parse(&trial->job.address, address);
	if (from != NULL)
		address_parse(&trial->job.from, from);
	pending++;
	trial->conversation = probes[PROBE_SERVER]->start(desk, &trial->job, done, trial);
	CHECK(trial->calls == 0);
}

/* Opens the probe for the port of the peers. */
static void
open_probe(void)
{
	options.port = port;
	shared = probes[PROBE_SERVER]->open(&options);
	base = event_base_new();
	gate = gate_new(64);
	desk = probes[PROBE_SERVER]->enter(shared, base, gate);
}

static void
close_probe(void)
{
	probes[PROBE_SERVER]->leave(desk);
	probes[PROBE_SERVER]->close(shared);
	event_base_free(base);
	gate_free(gate);
	pending = 0;
	port = 0;
}

static void
check_scene(const struct scene *scene, const struct trial *trial)
{
	const struct server_facts *f = trial->facts;
	int failures = test_failures;

	CHECK(!trial->peer.strayed);
	CHECK(trial->calls == (scene->cancelled ? 0 : 1));
	if (!scene->cancelled && f != NULL) {
		CHECK(f->tcp == TCP_CONNECTED);
		CHECK(f->greeting == scene->greeting);
		CHECK(f->ehlo == scene->ehlo);
		CHECK(f->offer == scene->offer);
		CHECK(f->starttls == scene->starttls);
		CHECK(f->handshake == scene->handshake);
		if (scene->look != NULL)
			scene->look(f, &trial->peer);
	}
	CHECK(scene->cancelled || f != NULL);
	if (test_failures > failures)
		printf("  in the scene \"%s\"\n", scene->name);
}

static void
cancel_some(evutil_socket_t fd, short what, void *arg)
{
	struct trial *trials = arg;

	(void)fd, (void)what;
	for (size_t i = 0; i < SCENES; i++)
		if (scenes[i].cancelled) {
			probes[PROBE_SERVER]->cancel(trials[i].conversation);
			pending--;
		}
}

static void
plays_all_scenes(void)
{
	struct trial *trials = mem_alloc(SCENES * sizeof *trials);
	struct timeval soon = { .tv_usec = 500000 };
	char address[ADDRESS_TEXT];

	for (size_t i = 0; i < SCENES; i++) {
		trials[i].peer.script = scenes[i].script;
		peer_listen(&trials[i].peer, 77, (unsigned)i + 1, &port);
		peer_start(&trials[i].peer);
	}
	open_probe();
	for (size_t i = 0; i < SCENES; i++) {
		snprintf(address, sizeof address, "127.77.0.%zu", i + 1);
		begin(&trials[i], address, "127.9.8.7");
	}
	event_base_once(base, -1, EV_TIMEOUT, cancel_some, trials, &soon);
	event_base_dispatch(base);
	for (size_t i = 0; i < SCENES; i++) {
		peer_join(&trials[i].peer);
		check_scene(&scenes[i], &trials[i]);
		server_facts_free(trials[i].facts);
	}
	free(trials);
	close_probe();
}

/* Runs one conversation to its end; the peer is listening already. */
static void
run(struct trial *trial, const char *address)
{
	begin(trial, address, NULL);
	event_base_dispatch(base);
	CHECK(trial->calls == 1);
}

static void
tells_connect_errors_apart(void)
{
	struct trial refused = { 0 }, unreachable = { 0 }, silent = { 0 }, elsewhere = { 0 };
	struct trial filler[3] = { 0 };

	peer_listen(&silent.peer, 78, 1, &port);
	listen(silent.peer.listener, 0);
	open_probe();
	for (int i = 0; i < 3; i++) /* the kernel drops what its queue cannot take */
		begin(&filler[i], "127.78.0.1", NULL);
	begin(&silent, "127.78.0.1", NULL);
	begin(&refused, "127.78.0.2", NULL);
	begin(&unreachable, "127.255.255.255", NULL); /* a broadcast address */
	begin(&elsewhere, "127.78.0.2", "127.9.8.7");
	event_base_dispatch(base);
	CHECK(silent.facts->tcp == TCP_TIMEOUT);
	CHECK(refused.facts->tcp == TCP_REFUSED && refused.facts->greeting == 0);
	CHECK(unreachable.facts->tcp == TCP_UNREACHABLE);
	CHECK(elsewhere.facts->tcp == TCP_REFUSED);
	for (int i = 0; i < 3; i++)
		server_facts_free(filler[i].facts);
	server_facts_free(silent.facts);
	server_facts_free(refused.facts);
	server_facts_free(unreachable.facts);
	server_facts_free(elsewhere.facts);
	close(silent.peer.listener);
	close_probe();
}

/* What this machine lacks is never a fact about a server. */
static void
reports_local_failures(void)
{
	struct trial trial = { 0 };
	struct rlimit before, none;

	open_probe();
	getrlimit(RLIMIT_NOFILE, &before);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = before.rlim_max };
	setrlimit(RLIMIT_NOFILE, &none);
	run(&trial, "127.79.0.1");
	setrlimit(RLIMIT_NOFILE, &before);
	CHECK(trial.facts == NULL && trial.error == EMFILE);
	trial = (struct trial){ 0 };
	begin(&trial, "127.79.0.1", "192.0.2.1"); /* no address of ours */
	event_base_dispatch(base);
	CHECK(trial.facts == NULL && trial.error == EADDRNOTAVAIL);
	close_probe();
}

static void
sleep_long(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	usleep(1200000);
}

static void
sleep_short(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	usleep(300000);
}

/* The greeting came in time; that the time-out fires first is our doing. */
static void
forgives_its_own_lateness(void)
{
	static const char *const script[] = { "~220 a\r\n", "<EHLO", ">421 no\r\n", BYE, NULL };
	struct trial trial = { .peer = { .script = script } };
	struct timeval soon = { .tv_usec = 100000 };

	options.target_timeout = 1;
	peer_listen(&trial.peer, 80, 1, &port);
	peer_start(&trial.peer);
	open_probe();
	event_base_once(base, -1, EV_TIMEOUT, sleep_long, NULL, &soon);
	run(&trial, "127.80.0.1");
	peer_join(&trial.peer);
	CHECK(!trial.peer.strayed);
	CHECK(trial.facts->greeting == GREETING_OK && trial.facts->ehlo == EHLO_TEMPORARY);
	server_facts_free(trial.facts);
	options.target_timeout = 10;
	close_probe();
}

/* The kernel tells of a greeting and of the end together, and of neither again. */
static void
sees_an_end_that_came_with_the_greeting(void)
{
	static const char *const script[] = { ">220 a\r\n", "E", "<EHLO", "H", NULL };
	struct trial trial = { .peer = { .script = script } };
	struct timeval soon = { .tv_usec = 1000 };

	options.banner_timeout = 5;
	peer_listen(&trial.peer, 86, 1, &port);
	peer_start(&trial.peer);
	open_probe();
	event_base_once(base, -1, EV_TIMEOUT, sleep_short, NULL, &soon);
	run(&trial, "127.86.0.1");
	peer_join(&trial.peer);
	CHECK(trial.facts->greeting == GREETING_OK && trial.facts->ehlo == EHLO_CLOSED);
	CHECK(trial.facts->duration_us < 4000000);
	server_facts_free(trial.facts);
	options.banner_timeout = 0.8;
	close_probe();
}

/* A peer that is always nearly done meets the deadline of the whole. */
static void
ends_the_conversation_in_time(void)
{
	static const char *const script[] = { "~220 a\r\n",  "<EHLO",      "~500 no\r\n",
					      "<HELO",       "~250 a\r\n", "<STARTTLS",
					      "~220 go\r\n", "H",          NULL };
	struct trial trial = { .peer = { .script = script } };

	options.target_timeout = 1;
	peer_listen(&trial.peer, 81, 1, &port);
	peer_start(&trial.peer);
	open_probe();
	run(&trial, "127.81.0.1");
	peer_join(&trial.peer);
	CHECK(trial.facts->ehlo == EHLO_HELO_ONLY);
	CHECK(trial.facts->starttls == STARTTLS_NOT_OFFERED && trial.facts->starttls_code == 0);
	server_facts_free(trial.facts);
	options.target_timeout = 10;
	close_probe();
}

static void
open_gate(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	gate_leave(gate, arg);
}

static void
never_opened(void *arg)
{
	(void)arg;
}

/* Behind a closed gate for longer than every time-out, while one peer sends what
 * it should not, and a third conversation is given up. */
static void
waits_behind_the_gate(void)
{
	static const char *const good[] = { READY, "T13", TLS_END, NULL };
	static const char *const bad[] = { READY, "~250 injected\r\n", "T13", TLS_END, NULL };
	static const char *const idle[] = { READY, "H", NULL };
	struct trial first = { .peer = { .script = good } },
		     second = { .peer = { .script = bad } };
	struct trial third = { .peer = { .script = idle } };
	struct gate_pass pass = { .opened = never_opened };
	struct timeval later = { .tv_sec = 1, .tv_usec = 300000 };

	options.target_timeout = 1;
	peer_listen(&first.peer, 82, 1, &port);
	peer_listen(&second.peer, 82, 2, &port);
	peer_listen(&third.peer, 82, 3, &port);
	peer_start(&first.peer);
	peer_start(&second.peer);
	peer_start(&third.peer);
	open_probe();
	probes[PROBE_SERVER]->leave(desk);
	gate_free(gate);
	gate = gate_new(1);
	desk = probes[PROBE_SERVER]->enter(shared, base, gate);
	gate_enter(gate, &pass);
	begin(&first, "127.82.0.1", NULL);
	begin(&second, "127.82.0.2", NULL);
	begin(&third, "127.82.0.3", NULL);
	event_base_once(base, -1, EV_TIMEOUT, open_gate, &pass, &later);
	event_base_loopexit(base, &(struct timeval){ .tv_sec = 1 });
	event_base_dispatch(base);
	CHECK(first.calls + second.calls + third.calls == 0);
	probes[PROBE_SERVER]->cancel(third.conversation);
	pending--;
	event_base_dispatch(base);
	peer_join(&first.peer);
	peer_join(&second.peer);
	peer_join(&third.peer);
	CHECK(first.calls == 1 && second.calls == 1 && third.calls == 0);
	CHECK(first.facts->starttls == STARTTLS_OK && first.facts->handshake == HANDSHAKE_OK);
	CHECK(second.facts->starttls == STARTTLS_INJECTED);
	CHECK(second.facts->handshake == HANDSHAKE_OK);
	server_facts_free(first.facts);
	server_facts_free(second.facts);
	options.target_timeout = 10;
	close_probe();
}

/* Without a name of its own, the probe gives its address. */
static void
says_an_address_literal(void)
{
	static const char *const script[] = { ">220 a\r\n", "<EHLO [127.9.8.7]\r\n",
					      ">421 no\r\n", BYE, NULL };
	struct trial trial = { .peer = { .script = script } };

	options.ehlo_domain = NULL;
	peer_listen(&trial.peer, 83, 1, &port);
	peer_start(&trial.peer);
	open_probe();
	begin(&trial, "127.83.0.1", "127.9.8.7");
	event_base_dispatch(base);
	peer_join(&trial.peer);
	CHECK(!trial.peer.strayed && trial.facts->ehlo == EHLO_TEMPORARY);
	server_facts_free(trial.facts);
	options.ehlo_domain = "probe.example";
	close_probe();
}

/* Before anything has happened, and while the connection is being made. */
static void
can_be_cancelled_at_once(void)
{
	struct trial trials[2] = { 0 };

	peer_listen(&trials[0].peer, 85, 1, &port);
	open_probe();
	begin(&trials[0], "127.85.0.1", NULL);
	probes[PROBE_SERVER]->cancel(trials[0].conversation);
	begin(&trials[1], "127.85.0.1", NULL);
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	probes[PROBE_SERVER]->cancel(trials[1].conversation);
	event_base_dispatch(base);
	CHECK(trials[0].calls == 0 && trials[1].calls == 0);
	close(trials[0].peer.listener);
	close_probe();
}

/* A server's answer below what we allow. */
static void
refuses_old_versions(void)
{
	static const char *const script[] = { READY, "I", "G", "H", NULL };
	struct trial trial = { .peer = { .script = script } };

	options.min_version = TLS1_3_VERSION;
	peer_listen(&trial.peer, 84, 1, &port);
	peer_start(&trial.peer);
	open_probe();
	run(&trial, "127.84.0.1");
	peer_join(&trial.peer);
	CHECK(trial.facts->handshake == HANDSHAKE_VERSION_UNSUPPORTED);
	server_facts_free(trial.facts);
	options.min_version = TLS1_VERSION;
	close_probe();
}

static void
reads_certificate_messages(void)
{
	static const uint8_t old[] = { 11, 0, 0, 12, 0, 0, 9, 0, 0, 1, 'a', 0, 0, 2, 'b', 'c' };
	static const uint8_t new[] = { 11,  0, 0, 15,  0, 0, 0, 11,  0, 0, 1,
				       'a', 0, 1, 'x', 0, 0, 1, 'b', 0, 0 };
	struct chain *chain = tls_chain_of_message(old, sizeof old, false);

	CHECK(chain != NULL && chain->count == 2 && chain->certificates[1].length == 2 &&
	      memcmp(chain->certificates[1].bytes, "bc", 2) == 0);
	free(chain);
	chain = tls_chain_of_message(new, sizeof new, true);
	CHECK(chain != NULL && chain->count == 2 && chain->certificates[1].bytes[0] == 'b');
	free(chain);
	chain = tls_chain_of_message(old, sizeof old - 1, false); /* cut: the whole ones stay */
	CHECK(chain != NULL && chain->count == 1 && chain->certificates[0].bytes[0] == 'a');
	free(chain);
	for (size_t length = 0; length < 11; length++)
		CHECK(tls_chain_of_message(old, length, false) == NULL);
	CHECK(tls_chain_of_message(new + 1, sizeof new - 1, true) == NULL);
}

int
main(void)
{
	alarm(60);
	RUN(reads_certificate_messages);
	RUN(plays_all_scenes);
	RUN(tells_connect_errors_apart);
	RUN(reports_local_failures);
	RUN(forgives_its_own_lateness);
	RUN(sees_an_end_that_came_with_the_greeting);
	RUN(ends_the_conversation_in_time);
	RUN(waits_behind_the_gate);
	RUN(says_an_address_literal);
	RUN(refuses_old_versions);
	RUN(can_be_cancelled_at_once);
	peer_cleanup();
	return test_end();
}
