/* SPDX-License-Identifier: Apache-2.0 */
/* Every word of every stage maps to one result type of RFC 8460, or plainly to none. */
#include <sqlite3.h>

#include "output/result_types.h"
#include "output/schema.h"
#include "output/sql.h"
#include "tests/unit/ask.h"
#include "tests/unit/test.h"

static const char *const types[] = {
	"starttls-not-supported", "certificate-host-mismatch",
	"certificate-expired",    "certificate-not-trusted",
	"validation-failure",     "tlsa-invalid",
	"dnssec-invalid",         "dane-required",
	"sts-policy-fetch-error", "sts-policy-invalid",
	"sts-webpki-invalid",
};

static bool
is_summary(enum words column)
{
	return column == WORDS_SHARE || column == WORDS_DANE_SHARE ||
	       column == WORDS_STS_DOMAIN || column == WORDS_HEADLINE;
}

static bool
is_type(const char *type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

static const char *
type_of(enum words column, const char *spelling)
{
	return result_type(column, word_parse(column, spelling));
}

static void
uses_the_eleven_types(void)
{
	for (int column = 0; column < WORDS_COUNT; column++)
		for (int value = 0; value < words_count((enum words)column); value++) {
			const char *type = result_type((enum words)column, value);

			CHECK(type == NULL || is_type(type));
			CHECK(type == NULL || (value != 0 && !is_summary((enum words)column)));
			CHECK(type == NULL || strcmp(word((enum words)column, value), "ok"));
		}
}

static void
maps_words(void)
{
	CHECK_TEXT(type_of(WORDS_STARTTLS, "stripped"), "starttls-not-supported");
	CHECK_TEXT(type_of(WORDS_STARTTLS, "refused-temporary"), NULL);
	CHECK_TEXT(type_of(WORDS_HANDSHAKE, "alert"), "validation-failure");
	CHECK_TEXT(type_of(WORDS_CERTIFICATE, "expired"), "certificate-expired");
	CHECK_TEXT(type_of(WORDS_CERTIFICATE, "untrusted"), "certificate-not-trusted");
	CHECK_TEXT(type_of(WORDS_CERTIFICATE, "name-mismatch"), "certificate-host-mismatch");
	CHECK_TEXT(type_of(WORDS_DANE, "unusable"), "tlsa-invalid");
	CHECK_TEXT(type_of(WORDS_DANE, "lookup-failed"), "dnssec-invalid");
	CHECK_TEXT(type_of(WORDS_STS_FETCH, "tls-untrusted"), "sts-webpki-invalid");
	CHECK_TEXT(type_of(WORDS_STS_FETCH, "http-404"), "sts-policy-fetch-error");
	CHECK_TEXT(type_of(WORDS_STS_POLICY, "no-mx"), "sts-policy-invalid");
	CHECK_TEXT(type_of(WORDS_STS_SERVER, "no-starttls"), "starttls-not-supported");
	CHECK_TEXT(type_of(WORDS_TLSRPT, "none"), NULL);
}

/* A word that has no row in the table has none in the view. */
static void
view_has_every_word_once(void)
{
	sqlite3 *db;
	sqlite3_stmt *s;
	int words = 0;

	CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK && schema_prepare(db));
	s = sql_prepare(db, "SELECT count(*), max(result_type) FROM result_types"
			    " WHERE \"column\" = ?1 AND word = ?2");
	for (int column = 0; column < WORDS_COUNT; column++)
		for (int value = 1; value < words_count((enum words)column); value++) {
			if (is_summary((enum words)column))
				continue;
			sql_bind_text(s, 1, words_column((enum words)column));
			sql_bind_text(s, 2, word((enum words)column, value));
			CHECK(sqlite3_step(s) == SQLITE_ROW && sqlite3_column_int(s, 0) == 1);
			CHECK_TEXT(sql_text(s, 1), result_type((enum words)column, value));
			sqlite3_reset(s);
			words++;
		}
	sqlite3_finalize(s);
	CHECK(sql_number(db, "SELECT count(*) FROM result_types", 0) == words);
	CHECK_TEXT(ask(db, "SELECT group_concat(name) FROM pragma_table_info('result_types')"),
		   "column,word,result_type");
	CHECK(result_types_make_view(db));
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

int
main(void)
{
	RUN(uses_the_eleven_types);
	RUN(maps_words);
	RUN(view_has_every_word_once);
	return test_end();
}
