/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/facts.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/mem.h"

#define LINKS_STEP 4 /* room is made for so many at a time */

struct server_facts *
server_facts_new(void)
{
	struct server_facts *facts = mem_alloc(sizeof *facts);

	facts->alert = -1;
	return facts;
}

void
server_facts_free(struct server_facts *facts)
{
	if (facts == NULL)
		return;
	free(facts->as_name);
	free(facts->greeting_text);
	free(facts->ehlo_text);
	free(facts->ehlo_tls_text);
	free(facts->starttls_text);
	free(facts->starttls_echo);
	free(facts->chain);
	free(facts);
}

bool
server_facts_temporary(const struct server_facts *facts)
{
	return facts->tcp == TCP_TIMEOUT || facts->greeting == GREETING_TEMPORARY ||
	       facts->greeting == GREETING_TIMEOUT || facts->ehlo == EHLO_TEMPORARY ||
	       facts->ehlo == EHLO_TIMEOUT || facts->starttls == STARTTLS_REFUSED_TEMPORARY ||
	       facts->starttls == STARTTLS_TIMEOUT || facts->handshake == HANDSHAKE_TIMEOUT;
}

bool
server_facts_uncertified(const struct server_facts *facts)
{
	enum { HANDSHAKE_FAILURE = 40 }; /* RFC 5246 section 7.2.2 */

	return facts->chain == NULL &&
	       (facts->handshake == HANDSHAKE_NO_SHARED_CIPHER ||
		(facts->handshake == HANDSHAKE_ALERT && facts->alert == HANDSHAKE_FAILURE));
}

struct chain *
chain_new(size_t count, const uint8_t *const bytes[], const size_t lengths[])
{
	size_t head = sizeof(struct chain) + count * sizeof(struct certificate_der);
	size_t total = head;
	struct chain *chain;
	uint8_t *at;
	uint8_t *digests = mem_alloc(count * DIGEST_BYTES);

	for (size_t i = 0; i < count; i++)
		total += lengths[i];
	chain = mem_alloc(total);
	at = (uint8_t *)chain + head;
	chain->count = count;
	for (size_t i = 0; i < count; i++) {
		struct certificate_der *der = &chain->certificates[i];

		memcpy(at, bytes[i], lengths[i]);
		der->bytes = at;
		der->length = lengths[i];
		digest_sha256(at, lengths[i], der->sha256);
		memcpy(digests + i * DIGEST_BYTES, der->sha256, DIGEST_BYTES);
		at += lengths[i];
	}
	digest_sha256(digests, count * DIGEST_BYTES, chain->sha256);
	free(digests);
	return chain;
}

struct sts_facts *
sts_facts_new(void)
{
	struct sts_facts *facts = mem_alloc(sizeof *facts);

	facts->max_age = -1;
	return facts;
}

struct sts_facts *
sts_facts_none(void)
{
	static struct sts_facts none = { .record = STS_RECORD_NONE, .max_age = -1 };

	return &none;
}

void
sts_facts_free(struct sts_facts *facts)
{
	if (facts == NULL || facts == sts_facts_none())
		return;
	free(facts->record_text);
	free(facts->id);
	free(facts->alias);
	free(facts->content_type);
	free(facts->detail);
	free(facts->body);
	free(facts);
}

struct tlsrpt_facts *
tlsrpt_facts_none(void)
{
	static struct tlsrpt_facts none = { .record = TLSRPT_NONE };

	return &none;
}

void
tlsrpt_facts_free(struct tlsrpt_facts *facts)
{
	if (facts == NULL || facts == tlsrpt_facts_none())
		return;
	free(facts->record_text);
	free(facts->rua);
	free(facts);
}

void
tlsa_set_add(struct tlsa_set *set, const uint8_t *rdata, size_t length)
{
	set->records = mem_realloc(set->records, (set->count + 1) * sizeof *set->records);
	set->records[set->count++] = (struct tlsa_record){ length, mem_dup(rdata, length) };
}

void
tlsa_set_clear(struct tlsa_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->records[i].rdata);
	free(set->records);
	free(set->base);
	free(set->expanded);
	*set = (struct tlsa_set){ 0 };
}

struct record *
record_new(enum record_kind kind)
{
	struct record *record = mem_alloc(sizeof *record);

	record->kind = kind;
	return record;
}

void
record_add_server(struct record *host, struct server_facts *facts)
{
	size_t count = host->host.count++;

	host->host.servers =
	    mem_realloc(host->host.servers, (count + 1) * sizeof *host->host.servers);
	host->host.servers[count] = facts;
}

void
record_add_link(struct record *target, int32_t preference, int64_t host)
{
	struct host_link **links = &target->target.links;
	size_t count = target->target.count++;

	if (count % LINKS_STEP == 0)
		*links = mem_realloc(*links, (count + LINKS_STEP) * sizeof **links);
	(*links)[count] = (struct host_link){ preference, host };
}

void
record_free(struct record *record)
{
	if (record == NULL)
		return;
	if (record->kind == RECORD_HOST) {
		for (size_t i = 0; i < record->host.count; i++)
			server_facts_free(record->host.servers[i]);
		free(record->host.servers);
		tlsa_set_clear(&record->host.tlsa);
		free(record->host.name);
	} else {
		if (record->target.key != record->target.name)
			free(record->target.key);
		free(record->target.name);
		free(record->target.tag);
		free(record->target.links);
		free(record->target.expanded);
		sts_facts_free(record->target.sts);
		tlsrpt_facts_free(record->target.tlsrpt);
	}
	free(record);
}
