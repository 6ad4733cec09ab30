/* SPDX-License-Identifier: Apache-2.0 */
/* Each domain of a sweep, from the verdicts on its servers. */
#include "output/assess/assess_parts.h"
#include "output/schema.h"
#include "output/sql.h"

enum statement { READ_DOMAINS, ADD_DOMAIN, STATEMENTS };

/* The columns of READ_DOMAINS. */
enum {
	NAME,
	DNS,
	MX,
	SECURITY,
	STS_RECORD,
	STS_FETCH,
	STS_POLICY,
	STS_MODE,
	STS_ATTEMPTS,
	HOST,
	TLSA,
	TLSA_USABLE,
	DANE,
	STS,
	TCP,
};

/* The joins are in the order of the primary keys, so nothing is sorted, and the
 * servers of one host follow each other. */
static const char *const texts[STATEMENTS] = {
	[READ_DOMAINS] =
	    "SELECT d.name, d.dns, d.mx, d.mx_security, d.mta_sts_record, m.fetch, m.word,"
	    " m.mode, m.attempts, l.host, h.tlsa, h.tlsa = 'found' AND EXISTS"
	    "  (SELECT 1 FROM tlsa t WHERE t.host = h.id AND t.usable),"
	    " " DANE_OF_LINK ", lv.mta_sts,"
	    " v.tcp, v.greeting, v.ehlo, v.starttls, v.handshake, sv.certificate FROM domain d"
	    " LEFT JOIN mta_sts m ON m.sweep = d.sweep AND m.name = d.name"
	    " LEFT JOIN link l ON l.sweep = d.sweep AND l.name = d.name"
	    " LEFT JOIN host h ON h.id = l.host"
	    " LEFT JOIN server v ON v.host = l.host"
	    " LEFT JOIN server_verdict sv ON sv.host = v.host AND sv.position = v.position"
	    " LEFT JOIN link_verdict lv ON lv.sweep = l.sweep AND lv.name = l.name"
	    "  AND lv.host = v.host AND lv.position = v.position"
	    " WHERE d.sweep = ?1 ORDER BY d.name",
	[ADD_DOMAIN] =
	    "INSERT INTO domain_verdict(sweep, name, headline, starttls, certificate,"
	    " dane, mta_sts) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
};

/* A domain whose servers are being added up. */
struct tally {
	int64_t name; /* 0: none yet */
	struct domain_outcome domain;
	struct domain_verdict verdict;
};

static bool
add_domain(const struct assessment *a, sqlite3_stmt *s, const struct tally *tally)
{
	const struct judge *j = a->judge;
	const struct domain_verdict *v = &tally->verdict;
	const struct domain_outcome *domain = &tally->domain;

	if (tally->name == 0)
		return true;
	sqlite3_bind_int64(s, 1, a->sweep);
	sqlite3_bind_int64(s, 2, tally->name);
	sql_bind_text(s, 3, word(WORDS_HEADLINE, (int)j->headline(v, domain)));
	sql_bind_text(s, 4, word(WORDS_SHARE, (int)j->starttls_share(v)));
	sql_bind_text(s, 5, word(WORDS_SHARE, (int)j->certificate_share(v)));
	sql_bind_text(s, 6, word(WORDS_DANE_SHARE, (int)j->dane_share(v, domain)));
	sql_bind_text(s, 7, word(WORDS_STS_DOMAIN, (int)j->sts_domain(v, domain)));
	return sql_finish(s);
}

static struct tally
begin_domain(sqlite3_stmt *row)
{
	return (struct tally){
		.name = sqlite3_column_int64(row, NAME),
		.domain = {
			.dns = (enum dns_word)word_parse(WORDS_DNS, sql_text(row, DNS)),
			.mx = (enum mx_word)word_parse(WORDS_MX, sql_text(row, MX)),
			.mx_security = (enum security_word)word_parse(
			    WORDS_SECURITY, sql_text(row, SECURITY)),
			.sts_record = (enum sts_record_word)word_parse(
			    WORDS_STS_RECORD, sql_text(row, STS_RECORD)),
			.sts_fetch = (enum sts_fetch_word)word_parse(WORDS_STS_FETCH,
								     sql_text(row, STS_FETCH)),
			.sts_policy = (enum sts_policy_word)word_parse(
			    WORDS_STS_POLICY, sql_text(row, STS_POLICY)),
			.sts_mode = (enum sts_mode_word)word_parse(WORDS_STS_MODE,
								   sql_text(row, STS_MODE)),
			.sts_attempts = (unsigned)sqlite3_column_int(row, STS_ATTEMPTS),
		},
	};
}

static void
add_server(const struct assessment *a, struct tally *tally, sqlite3_stmt *row)
{
	struct server_outcome server = assess_outcome(row, TCP);

	if (server.tcp == 0) /* the outer join found no server */
		return;
	server.host = sqlite3_column_int64(row, HOST);
	server.tlsa = (enum tlsa_word)word_parse(WORDS_TLSA, sql_text(row, TLSA));
	server.tlsa_usable = sqlite3_column_int(row, TLSA_USABLE) != 0;
	server.dane = (enum dane_word)word_parse(WORDS_DANE, sql_text(row, DANE));
	server.mta_sts = (enum sts_server_word)word_parse(WORDS_STS_SERVER, sql_text(row, STS));
	a->judge->add_server(&tally->verdict, &server);
}

static bool
judge_domains(const struct assessment *a, sqlite3_stmt *row, sqlite3_stmt *add)
{
	struct tally tally = { 0 };

	sqlite3_bind_int64(row, 1, a->sweep);
	while (sqlite3_step(row) == SQLITE_ROW) {
		if (sqlite3_column_int64(row, NAME) != tally.name) {
			if (!add_domain(a, add, &tally))
				return false;
			tally = begin_domain(row);
		}
		add_server(a, &tally, row);
	}
	return sqlite3_reset(row) == SQLITE_OK && add_domain(a, add, &tally);
}

bool
assess_domains(struct assessment *a)
{
	sqlite3_stmt *row = sql_prepare(a->db, texts[READ_DOMAINS]);
	sqlite3_stmt *add = sql_prepare(a->db, texts[ADD_DOMAIN]);
	bool ok = assess_note(a, judge_domains(a, row, add));

	sqlite3_finalize(row);
	sqlite3_finalize(add);
	return ok;
}
