/* SPDX-License-Identifier: Apache-2.0 */
/* The servers of one MX host, as those would meet them who demand authenticated TLS. */
#include <stdio.h>
#include <string.h>

#include "output/policy/eligibility_parts.h"
#include "output/sql.h"
#include "scanner/mem.h"

/* The columns of ELIGIBILITY_HOST. */
enum { ADDRESS, CHAIN, TLS_VERSION, TCP, STARTTLS = TCP + 3, HANDSHAKE, CERTIFICATE, CN_ONLY };

void
eligibility_add_fault(struct eligibility *e, enum eligibility_reason reason, const char *mx,
		      const char *address, const char *detail)
{
	if (detail != NULL && strcmp(detail, eligibility_reason_word(reason)) == 0)
		detail = NULL; /* that is said already */
	e->faults = mem_realloc(e->faults, (e->fault_count + 1) * sizeof *e->faults);
	e->faults[e->fault_count++] = (struct eligibility_fault){
		.reason = reason,
		.mx = mem_strdup(mx),
		.address = mem_strdup(address),
		.detail = mem_strdup(detail),
	};
}

/* A sender goes by the offer, so what works unasked or behind a mask is no STARTTLS. */
static enum eligibility_reason
starttls_reason(enum starttls_word starttls, bool stripped)
{
	if (stripped)
		return REASON_STRIPPED;
	if (starttls == STARTTLS_INJECTED)
		return REASON_INJECTED;
	return starttls == STARTTLS_OK ? 0 : REASON_NO_STARTTLS;
}

static enum eligibility_reason
certificate_reason(enum certificate_word certificate)
{
	switch (certificate) {
	case CERTIFICATE_OK:
		return 0;
	case CERTIFICATE_EXPIRED:
		return REASON_CERTIFICATE_EXPIRED;
	case CERTIFICATE_SELF_SIGNED:
	case CERTIFICATE_UNTRUSTED:
		return REASON_CERTIFICATE_UNTRUSTED;
	case CERTIFICATE_NAME_MISMATCH:
		return REASON_CERTIFICATE_NAME;
	default:
		return REASON_CERTIFICATE_OTHER;
	}
}

static bool
is_old(const char *version)
{
	return version == NULL ||
	       (strcmp(version, "TLSv1.2") != 0 && strcmp(version, "TLSv1.3") != 0);
}

/* The day on which the first certificate of the chain ended; false: it is not known. */
static bool
chain_end(struct eligibility_desk *desk, int64_t chain, char day[11])
{
	sqlite3_stmt *s = desk->statements[ELIGIBILITY_CHAIN_END];
	const char *end;

	sqlite3_bind_int64(s, 1, chain);
	end = sqlite3_step(s) == SQLITE_ROW ? sql_text(s, 0) : NULL;
	snprintf(day, 11, "%s", end != NULL ? end : "");
	sqlite3_reset(s);
	return day[0] != '\0';
}

static void
add_certificate_fault(struct eligibility_desk *desk, sqlite3_stmt *row, const char *mx,
		      enum eligibility_reason reason, struct eligibility *e)
{
	const char *detail = sql_text(row, CERTIFICATE);
	char day[11];

	if (reason == REASON_CERTIFICATE_EXPIRED)
		detail = chain_end(desk, sqlite3_column_int64(row, CHAIN), day) ? day : NULL;
	eligibility_add_fault(e, reason, mx, sql_text(row, ADDRESS), detail);
}

/* Without TLS nothing is known of its version and certificate; with it, both may be
 * wrong.  MTA-STS senders look for names in the SAN alone (RFC 8461 section 4.1). */
static void
add_faults(struct eligibility_desk *desk, sqlite3_stmt *row, const char *mx,
	   const struct server_outcome *server, bool stripped, struct eligibility *e)
{
	enum eligibility_reason starttls = starttls_reason(server->starttls, stripped);
	enum eligibility_reason certificate = certificate_reason(server->certificate);
	bool cn_only = sqlite3_column_int(row, CN_ONLY) != 0;
	const char *address = sql_text(row, ADDRESS), *version = sql_text(row, TLS_VERSION);

	if (starttls != 0) {
		eligibility_add_fault(e, starttls, mx, address, sql_text(row, STARTTLS));
	} else if (server->handshake != HANDSHAKE_OK) {
		eligibility_add_fault(e, REASON_NO_TLS, mx, address, sql_text(row, HANDSHAKE));
	} else {
		if (is_old(version))
			eligibility_add_fault(e, REASON_OLD_TLS, mx, address, version);
		if (certificate != 0)
			add_certificate_fault(desk, row, mx, certificate, e);
		else if (cn_only)
			eligibility_add_fault(e, REASON_CERTIFICATE_NAME, mx, address,
					      "only in the common name");
	}
}

static void
add_server(struct eligibility_desk *desk, sqlite3_stmt *row, const char *mx,
	   struct eligibility *e)
{
	struct server_outcome server = outcome_of_row(row, TCP);
	struct domain_verdict verdict = { 0 };
	size_t faults = e->fault_count;

	judge.add_server(&verdict, &server);
	e->servers++;
	e->answered += verdict.answered;
	e->unanswered += 1 - verdict.answered;
	if (verdict.answered == 0)
		return;
	add_faults(desk, row, mx, &server, verdict.stripped > 0, e);
	e->passed += e->fault_count == faults;
}

static struct eligibility_slot *
slot_of(struct eligibility_desk *desk, int64_t host)
{
	return &desk->slots[(uint64_t)host % ELIGIBILITY_SLOTS];
}

bool
eligibility_add_host(struct eligibility_desk *desk, int64_t host, const char *mx,
		     struct eligibility *e)
{
	sqlite3_stmt *row = desk->statements[ELIGIBILITY_HOST];
	struct eligibility_slot *slot = slot_of(desk, host);
	unsigned servers = e->servers, answered = e->answered;
	size_t faults = e->fault_count;

	if (slot->host == host) {
		e->servers += slot->servers;
		e->answered += slot->answered;
		e->unanswered += slot->servers - slot->answered;
		e->passed += slot->answered;
		return true;
	}
	sqlite3_bind_int64(row, 1, host);
	while (sqlite3_step(row) == SQLITE_ROW)
		add_server(desk, row, mx, e);
	if (sqlite3_reset(row) != SQLITE_OK)
		return false;
	if (e->fault_count == faults)
		*slot = (struct eligibility_slot){ host, e->servers - servers,
						   e->answered - answered };
	return true;
}
