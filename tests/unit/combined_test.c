/* SPDX-License-Identifier: Apache-2.0 */
/* Combinations of outcome words, each stored once. */
#include "output/combined.h"

#include <string.h>

#include "output/schema.h"
#include "tests/unit/ask.h"
#include "tests/unit/test.h"

static sqlite3 *db;
static struct combined *answers;

static void
begin(void)
{
	CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK && schema_prepare(db));
	answers = combined_open(db, &combined_answers);
}

static void
end(void)
{
	combined_close(answers);
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

static int64_t
id_of(int dns, int mx, int security, int sts_record, int tlsrpt)
{
	return combined_id(
	    answers, (const int[COMBINED_WORDS]){ dns, mx, security, sts_record, tlsrpt });
}

static void
the_same_is_stored_once(void)
{
	int64_t first;

	begin();
	first = id_of(DNS_OK, MX_OK, SECURITY_SECURE, STS_RECORD_NONE, 0);
	CHECK(first > 0);
	CHECK(id_of(DNS_OK, MX_OK, SECURITY_SECURE, STS_RECORD_NONE, 0) == first);
	CHECK(id_of(DNS_OK, MX_OK, SECURITY_SECURE, STS_RECORD_NONE, TLSRPT_OK) != first);
	combined_close(answers);
	answers = combined_open(db, &combined_answers);
	CHECK(id_of(DNS_OK, MX_OK, SECURITY_SECURE, STS_RECORD_NONE, 0) == first);
	CHECK_TEXT(ask(db, "SELECT count(*) FROM answers"), "2");
	CHECK_TEXT(ask(db, "SELECT json_array(dns, mx, mx_security, mta_sts_record, tlsrpt,"
			   " words) FROM answers WHERE tlsrpt IS NULL"),
		   "[\"ok\",\"ok\",\"secure\",\"none\",null,\"ok ok secure none -\"]");
	end();
}

/* More than are remembered. */
static void
all_are_told_apart(void)
{
	const int most[] = { 6, 6, 4, 4, 4 };
	int words[COMBINED_WORDS], wrong = 0, count = 1;

	begin();
	for (int i = 0; i < COMBINED_WORDS; i++)
		count *= most[i];
	for (int round = 0; round < 2; round++)
		for (int n = 0; n < count; n++) {
			int want[COMBINED_WORDS], rest = n;

			for (int i = 0; i < COMBINED_WORDS; i++, rest /= most[i - 1])
				want[i] = rest % most[i];
			wrong += !combined_words(answers, combined_id(answers, want), words) ||
				 memcmp(words, want, sizeof want) != 0;
		}
	CHECK(wrong == 0);
	CHECK(sql_number(db, "SELECT count(*) FROM answers", 0) == count);
	end();
}

static void
nothing_of_a_lost_batch_is_believed(void)
{
	int words[COMBINED_WORDS];

	begin();
	CHECK(sql_run(db, "BEGIN"));
	CHECK(id_of(DNS_OK, MX_OK, 0, 0, 0) == 1);
	CHECK(combined_words(answers, 1, words) && words[ANSWER_MX] == MX_OK);
	CHECK(sql_run(db, "ROLLBACK"));
	combined_forget(answers);
	CHECK(combined_words(answers, 1, words) && words[ANSWER_MX] == 0); /* not there */
	CHECK(id_of(DNS_NXDOMAIN, 0, 0, 0, 0) == 1);
	combined_forget(answers);
	CHECK(combined_words(answers, 1, words) && words[ANSWER_DNS] == DNS_NXDOMAIN);
	CHECK(combined_words(answers, 0, words) && words[ANSWER_DNS] == 0);
	end();
}

int
main(void)
{
	RUN(the_same_is_stored_once);
	RUN(all_are_told_apart);
	RUN(nothing_of_a_lost_batch_is_believed);
	return test_end();
}
