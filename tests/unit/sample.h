/* SPDX-License-Identifier: Apache-2.0 */
/* Records as a sweep would make them, for the tests of outputs. */
#ifndef TESTS_UNIT_SAMPLE_H
#define TESTS_UNIT_SAMPLE_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scanner/facts.h"
#include "scanner/mem.h"
#include "scanner/output.h"

/* A server that did everything right and shows a chain of two: leaf, and one
 * that all share. */
static inline struct server_facts *
sample_server(const char *address, const char *leaf)
{
	struct server_facts *f = server_facts_new();
	const uint8_t *bytes[] = { (const uint8_t *)leaf, (const uint8_t *)"issuer" };
	size_t lengths[] = { strlen(leaf), 6 };

	address_parse(&f->address, address);
	f->asn = 64500;
	f->as_name = mem_strdup("Example Net");
	strcpy(f->country, "NL");
	f->tcp = TCP_CONNECTED;
	f->greeting = GREETING_OK;
	f->greeting_code = 220;
	f->greeting_text = mem_strdup("mx ESMTP ready");
	f->ehlo = EHLO_OK;
	f->ehlo_text = mem_strdup("mx.example.org hello\nPIPELINING\nSTARTTLS");
	f->ehlo_tls_text = mem_strdup("mx.example.org hello\nPIPELINING");
	f->offer = OFFER_OFFERED;
	f->starttls = STARTTLS_OK;
	f->starttls_code = 220;
	f->starttls_text = mem_strdup("2.0.0 go ahead");
	f->handshake = HANDSHAKE_OK;
	f->tls_version = "TLSv1.3";
	f->cipher = "TLS_AES_256_GCM_SHA384";
	strcpy(f->key_exchange, "X25519");
	f->chain = chain_new(2, bytes, lengths);
	f->attempts = 1;
	f->started = 1790000000123456;
	f->duration_us = 81500;
	return f;
}

/* A server of which only the word of the connection is known. */
static inline struct server_facts *
sample_failure(const char *address, enum tcp_word tcp)
{
	struct server_facts *f = server_facts_new();

	if (address != NULL)
		address_parse(&f->address, address);
	f->tcp = tcp;
	return f;
}

/* A server without STARTTLS, as the path or the server has it. */
static inline struct server_facts *
sample_plain(const char *address, enum offer_word offer, enum starttls_word starttls)
{
	struct server_facts *f = sample_failure(address, TCP_CONNECTED);

	f->greeting = GREETING_OK;
	f->greeting_code = 220;
	f->greeting_text = mem_strdup("mx");
	f->ehlo = EHLO_OK;
	f->ehlo_text = mem_strdup("mx.example.org");
	f->offer = offer;
	f->starttls = starttls;
	f->starttls_code = 500;
	f->starttls_text = mem_strdup("what?");
	f->attempts = 1;
	f->started = 1790000000000000;
	return f;
}

static inline struct record *
sample_host(int64_t id, const char *name, struct server_facts *first)
{
	struct record *r = record_new(RECORD_HOST);

	r->host.id = id;
	r->host.name = mem_strdup(name);
	record_add_server(r, first);
	return r;
}

static inline struct record *
sample_domain(const char *name, int64_t host, int32_t preference)
{
	struct record *r = record_new(RECORD_TARGET);

	r->target.key = mem_strdup(name);
	r->target.name = mem_strdup(name);
	r->target.dns = DNS_OK;
	r->target.mx = MX_OK;
	r->target.mx_security = SECURITY_INSECURE;
	if (host != 0)
		record_add_link(r, preference, host);
	return r;
}

/* TLSA records of a host: one as it should be, and one that was cut short. */
static inline void
sample_add_tlsa(struct record *host)
{
	static const uint8_t whole[3 + DIGEST_BYTES] = { 3, 1, 1, 0xab, [34] = 0xcd };
	struct tlsa_set *set = &host->host.tlsa;

	set->lookup = TLSA_FOUND;
	set->secure = true;
	set->base = mem_strdup("mx.hoster.example");
	set->expanded = mem_strdup("mx.hoster.example");
	tlsa_set_add(set, whole, sizeof whole);
	tlsa_set_add(set, whole, 2);
}

/* A policy that was fetched; what its body says is not looked at. */
static inline struct sts_facts *
sample_sts(const char *body)
{
	struct sts_facts *f = sts_facts_new();

	f->record = STS_RECORD_OK;
	f->record_text = mem_strdup("v=STSv1; id=20260921;");
	f->id = mem_strdup("20260921");
	f->fetch = STS_FETCH_OK;
	f->alias = mem_strdup("sts.hoster.example");
	address_parse(&f->address, "2001:db8::80");
	f->http_status = 200;
	f->content_type = mem_strdup("text/plain; charset=utf-8");
	f->body_length = strlen(body);
	f->body = mem_dup(body, f->body_length);
	f->policy = STS_POLICY_OK;
	f->mode = STS_MODE_ENFORCE;
	f->max_age = 604800;
	f->attempts = 2;
	f->started = 1790000001654321;
	f->duration_us = 250499;
	return f;
}

static inline struct tlsrpt_facts *
sample_tlsrpt(void)
{
	struct tlsrpt_facts *f = mem_alloc(sizeof *f);

	f->record = TLSRPT_OK;
	f->record_text = mem_strdup("v=TLSRPTv1; rua=mailto:a@example.org,https://x.example/");
	f->rua = mem_strdup("mailto:a@example.org,https://x.example/");
	return f;
}

static inline struct record *
sample_address(const char *key, const char *name, int64_t host)
{
	struct record *r = record_new(RECORD_TARGET);

	r->target.key = mem_strdup(key);
	r->target.name = mem_strdup(name);
	r->target.is_address = true;
	record_add_link(r, -1, host);
	return r;
}

/* Takes the record over.  It is kept to the test's end, because an output looks at it until
 * the next commit. */
static inline bool
sample_put(const struct output *output, void *self, struct record *record)
{
	static struct record *kept;

	record->next = kept;
	kept = record;
	return output->put(self, record);
}

static inline struct sweep_info
sample_info(const char *input)
{
	return (struct sweep_info){
		.input = input,
		.shards = 1,
		.seed = 0xfedcba9876543210,
		.vantage = "here",
		.version = "0.1.0",
		.resolver = "127.0.0.1",
		.options = "{}",
		.notes = "",
		.started = 1790000000,
	};
}

static inline void
sample_ignore_target(void *arg, const char *key)
{
	(void)arg;
	(void)key;
}

static inline void
sample_ignore_host(void *arg, int64_t id, const char *name, bool addressless)
{
	(void)arg;
	(void)id;
	(void)name;
	(void)addressless;
}

static const struct resume sample_no_resume = { sample_ignore_target, sample_ignore_host,
						NULL };

/* A folder of this test alone; the test removes what it leaves there. */
static inline char *
sample_folder(void)
{
	static char folder[] = "/tmp/mxsweep-test-XXXXXX";

	return mkdtemp(folder);
}

#endif
