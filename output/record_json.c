/* SPDX-License-Identifier: Apache-2.0 */
#include "output/record_json.h"

#include <stdlib.h>

#include "output/body.h"
#include "output/fields.h"
#include "output/json.h"
#include "scanner/judge.h"

static void
set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, json_of_text(text));
}

/* Where none says that there is no number. */
static void
set_number(json_t *object, const char *key, int64_t number, int64_t none)
{
	json_object_set_new(object, key, number != none ? json_integer(number) : json_null());
}

static json_t *
field_json(const struct field *field, const struct server_facts *facts)
{
	struct field_value value;

	field_get(field, facts, &value);
	switch (value.kind) {
	case FIELD_NUMBER:
		return json_integer(value.number);
	case FIELD_TIME:
		return json_of_time(value.number);
	case FIELD_TEXT:
		return json_of_text(value.text);
	default:
		return json_null();
	}
}

static void
add_chain(json_t *object, const struct chain *chain)
{
	json_t *list = json_array();
	bool seen = chain != NULL && chain->count > 0;

	json_object_set_new(object, "chain_sha256",
			    seen ? json_of_digest(chain->sha256) : json_null());
	json_object_set_new(object, "leaf_sha256",
			    seen ? json_of_digest(chain->certificates[0].sha256) : json_null());
	for (size_t i = 0; seen && i < chain->count; i++) {
		const struct certificate_der *der = &chain->certificates[i];
		json_t *certificate = json_object();

		json_object_set_new(certificate, "sha256", json_of_digest(der->sha256));
		json_object_set_new(certificate, "der", json_of_bytes(der->bytes, der->length));
		json_array_append_new(list, certificate);
	}
	json_object_set_new(object, "certificates", list);
}

/* RDATA too short for its three numbers is all data. */
static json_t *
tlsa_json(const struct tlsa_record *record, bool secure)
{
	static const char *const numbers[] = { "usage", "selector", "matching" };
	json_t *object = json_object();
	size_t count = record->length < 3 ? 0 : 3;

	for (size_t i = 0; i < 3; i++)
		set_number(object, numbers[i], count > 0 ? record->rdata[i] : -1, -1);
	json_object_set_new(object, "data",
			    json_of_hex(record->rdata + count, record->length - count));
	set_text(object, "security", secure ? "secure" : "insecure");
	json_object_set_new(object, "usable", json_integer(judge.tlsa_usable(record)));
	return object;
}

static void
add_tlsa(json_t *object, const struct tlsa_set *set)
{
	json_t *list = json_array();

	set_text(object, "tlsa", word(WORDS_TLSA, (int)set->lookup));
	set_text(object, "tlsa_base", set->base);
	for (size_t i = 0; i < set->count; i++)
		json_array_append_new(list, tlsa_json(&set->records[i], set->secure));
	json_object_set_new(object, "tlsa_records", list);
}

json_t *
record_json_server(const struct record *host, size_t position)
{
	const struct server_facts *facts = host->host.servers[position];
	json_t *object = json_object();

	set_text(object, "record", "server");
	json_object_set_new(object, "host", json_integer(host->host.id));
	set_text(object, "mx", host->host.name);
	for (int i = 0; i < SERVER_FIELDS; i++)
		json_object_set_new(object, server_fields[i].name,
				    field_json(&server_fields[i], facts));
	set_text(object, "ehlo_text", facts->ehlo_text);
	set_text(object, "ehlo_tls_text", facts->ehlo_tls_text);
	add_chain(object, facts->chain);
	add_tlsa(object, &host->host.tlsa);
	return object;
}

static void
add_body(json_t *object, const struct sts_facts *sts)
{
	char *text = sts->body != NULL ? body_text(sts->body, sts->body_length) : NULL;

	set_text(object, "mta_sts_policy_text", text);
	free(text);
}

static void
add_sts(json_t *object, const struct sts_facts *sts)
{
	static const struct sts_facts nothing = { .max_age = -1 };
	char address[ADDRESS_TEXT];

	if (sts == NULL)
		sts = &nothing;
	set_text(object, "mta_sts_record", word(WORDS_STS_RECORD, (int)sts->record));
	set_text(object, "mta_sts_text", sts->record_text);
	set_text(object, "mta_sts_id", sts->id);
	set_text(object, "mta_sts_fetch", word(WORDS_STS_FETCH, (int)sts->fetch));
	set_text(object, "mta_sts_alias", sts->alias);
	set_text(object, "mta_sts_address",
		 sts->address.family != 0 ? address_format(&sts->address, address) : NULL);
	set_number(object, "mta_sts_http_status", sts->http_status, 0);
	set_text(object, "mta_sts_content_type", sts->content_type);
	set_text(object, "mta_sts_detail", sts->detail);
	set_text(object, "mta_sts_policy", word(WORDS_STS_POLICY, (int)sts->policy));
	set_text(object, "mta_sts_mode", word(WORDS_STS_MODE, (int)sts->mode));
	set_number(object, "mta_sts_max_age", sts->max_age, -1);
	add_body(object, sts);
}

static void
add_tlsrpt(json_t *object, const struct tlsrpt_facts *tlsrpt)
{
	static const struct tlsrpt_facts nothing;

	if (tlsrpt == NULL)
		tlsrpt = &nothing;
	set_text(object, "tlsrpt", word(WORDS_TLSRPT, (int)tlsrpt->record));
	set_text(object, "tlsrpt_rua", tlsrpt->rua);
	set_text(object, "tlsrpt_text", tlsrpt->record_text);
}

json_t *
record_json_target(const struct record *target)
{
	json_t *object = json_object();

	set_text(object, "record", "target");
	set_text(object, "target", target->target.key);
	set_text(object, "domain", target->target.name);
	set_number(object, "rank", target->target.rank, 0);
	set_text(object, "tag", target->target.tag);
	set_text(object, "dns", word(WORDS_DNS, (int)target->target.dns));
	set_text(object, "mx", word(WORDS_MX, (int)target->target.mx));
	set_text(object, "mx_security", word(WORDS_SECURITY, (int)target->target.mx_security));
	add_sts(object, target->target.sts);
	add_tlsrpt(object, target->target.tlsrpt);
	return object;
}
