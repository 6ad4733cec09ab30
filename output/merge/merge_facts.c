/* SPDX-License-Identifier: Apache-2.0 */
/* Whether two inputs hold the same sweep: the sums of the digests of all its rows, so
 * that neither ids nor the order of rows make a difference. */
#include <openssl/evp.h>
#include <string.h>

#include "output/merge/merge_parts.h"
#include "output/sql.h"

struct sum {
	uint64_t words[4];
};

static const char *const facts[] = {
	"SELECT 'd', n.name, d.rank, d.tag, q.words, d.tlsrpt_text FROM domain d"
	" JOIN name n ON n.id = d.name JOIN answers q ON q.id = d.answers"
	" WHERE d.sweep = ?1",
	"SELECT 's', m.name, h.tlsa, v.position, v.address, v.tcp, v.greeting_text, "
	"v.ehlo_line,"
	" v.starttls, v.handshake, c.sha256, v.started, v.duration_ms FROM host h"
	" JOIN server v ON v.host = h.id LEFT JOIN name m ON m.id = h.name"
	" LEFT JOIN chain c ON c.id = v.chain WHERE h.sweep = ?1",
	"SELECT 'l', n.name, m.name, e.preference FROM domain d JOIN name n ON n.id = d.name"
	" JOIN mx_host e ON e.mx_set = d.mx_set JOIN host h ON h.id = e.host"
	" LEFT JOIN name m ON m.id = h.name WHERE d.sweep = ?1",
	"SELECT 'a', key, rank, tag FROM address_target WHERE sweep = ?1",
	"SELECT 't', m.name, t.position, t.data FROM host h JOIN tlsa t ON t.host = h.id"
	" LEFT JOIN name m ON m.id = h.name WHERE h.sweep = ?1",
	"SELECT 'p', n.name, s.record_text, s.fetch, p.sha256, s.started FROM mta_sts s"
	" JOIN name n ON n.id = s.name LEFT JOIN policy p ON p.id = s.policy"
	" WHERE s.sweep = ?1",
	"SELECT 'w', state, finished, version, options, notes FROM sweep WHERE id = ?1",
};

static void
add_row(struct sum *sum, sqlite3_stmt *row, EVP_MD_CTX *context)
{
	struct sum digest;

	EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	for (int i = 0; i < sqlite3_column_count(row); i++) {
		int head[2];

		head[0] = sqlite3_column_type(row, i); /* before it is made a text */
		head[1] = sqlite3_column_bytes(row, i);
		EVP_DigestUpdate(context, head, sizeof head);
		if (head[0] != SQLITE_NULL)
			EVP_DigestUpdate(context, sqlite3_column_blob(row, i),
					 (size_t)sqlite3_column_bytes(row, i));
	}
	EVP_DigestFinal_ex(context, (unsigned char *)&digest, NULL);
	for (int i = 0; i < 4; i++)
		sum->words[i] += digest.words[i];
}

static bool
sum_facts(const struct merge_input *input, int64_t sweep, struct sum *sum)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	sqlite3 *db;
	bool ok = merge_input_read(input, &db);

	for (size_t i = 0; i < sizeof facts / sizeof *facts && ok; i++) {
		sqlite3_stmt *s;

		ok = sqlite3_prepare_v2(db, facts[i], -1, &s, NULL) == SQLITE_OK;
		sqlite3_bind_int64(s, 1, sweep);
		while (ok && sqlite3_step(s) == SQLITE_ROW)
			add_row(sum, s, context);
		ok = sqlite3_finalize(s) == SQLITE_OK && ok;
	}
	sqlite3_close(db);
	EVP_MD_CTX_free(context);
	return ok;
}

bool
merge_same_facts(const struct merge_input *a, int64_t sweep_a, const struct merge_input *b,
		 int64_t sweep_b, bool *same)
{
	struct sum sums[2] = { { { 0 } }, { { 0 } } };
	bool ok = sum_facts(a, sweep_a, &sums[0]) && sum_facts(b, sweep_b, &sums[1]);

	*same = ok && memcmp(&sums[0], &sums[1], sizeof sums[0]) == 0;
	return ok;
}
