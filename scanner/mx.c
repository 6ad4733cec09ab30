/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/mx.h"

#include <string.h>

#include "scanner/address.h"

static bool
ends_in(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n >= m && strcmp(name + n - m, suffix) == 0;
}

/* The last label is all digits: an address, or what was meant to be one. */
static bool
looks_like_address(const char *name)
{
	struct address address;
	const char *last = strrchr(name, '.');

	last = last == NULL ? name : last + 1;
	return address_parse(&address, name) || strspn(last, "0123456789") == strlen(last);
}

bool
mx_name_usable(const char *name)
{
	return strchr(name, '.') != NULL && strchr(name, '\\') == NULL &&
	       !ends_in(name, ".localhost") && !looks_like_address(name);
}

static bool
planned(const struct mx_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->count; i++)
		if (strcmp(plan->targets[i].name, name) == 0)
			return true;
	return false;
}

/* "." names no host, whatever its preference (RFC 7505 section 3); beside
 * others it is a mistake, and the others are kept. */
static void
plan_records(struct mx_plan *plan, const struct answer *answer)
{
	bool null = false, usable = false;

	for (size_t i = 0; i < answer->count; i++) {
		const struct answer_record *record = &answer->records[i];

		if (record->name[0] == '\0') {
			null = true;
			continue;
		}
		usable = usable || mx_name_usable(record->name);
		if (!planned(plan, record->name))
			plan->targets[plan->count++] =
			    (struct mx_target){ record->preference, record->name };
	}
	if (null)
		plan->mx = plan->count > 0 ? MX_NULL_WITH_OTHERS : MX_NULL;
	else
		plan->mx = usable ? MX_OK : MX_BAD_TARGET;
}

void
mx_plan(struct mx_plan *plan, const struct answer *answer)
{
	static const enum dns_word words[] = {
		[ANSWER_NONE] = DNS_TEMPORARY,   [ANSWER_OK] = DNS_OK,
		[ANSWER_NODATA] = DNS_OK,        [ANSWER_NXDOMAIN] = DNS_NXDOMAIN,
		[ANSWER_FAILED] = DNS_TEMPORARY, [ANSWER_BOGUS] = DNS_BOGUS,
		[ANSWER_LOOP] = DNS_CNAME_LOOP,  [ANSWER_MALFORMED] = DNS_TEMPORARY,
	};

	plan->dns = words[answer->status];
	plan->mx = 0;
	plan->count = 0;
	if (answer->status == ANSWER_NODATA)
		plan->mx = MX_IMPLICIT;
	else if (answer->status == ANSWER_OK)
		plan_records(plan, answer);
}

enum security_word
answer_security(const struct answer *answer, bool trusted)
{
	switch (answer->status) {
	case ANSWER_OK:
	case ANSWER_NODATA:
	case ANSWER_NXDOMAIN:
		if (!trusted)
			return SECURITY_INDETERMINATE;
		return answer->authenticated ? SECURITY_SECURE : SECURITY_INSECURE;
	case ANSWER_BOGUS:
		return trusted ? SECURITY_BOGUS : SECURITY_INDETERMINATE;
	default:
		return 0;
	}
}
