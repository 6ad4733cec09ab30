/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of the words of a column, with how many have each. */
#include <string.h>

#include "output/report/report_parts.h"
#include "output/sql.h"

const struct document_column report_word_columns[] = {
	{ "word", "Outcome", "text" }, { "meaning", "What it means", "text" },
	{ "n", "Count", "count" },     { "share", "Share", "share" },
	{ NULL, NULL, NULL },
};

static const char *
meaning(const struct word_meaning *words, const char *word)
{
	for (; words->word != NULL; words++)
		if (strcmp(words->word, word) == 0)
			return words->meaning;
	return "";
}

json_t *
report_words(struct report *report, json_t *section, const struct document_table *as,
	     const char *topic, const struct word_meaning *words)
{
	json_t *table = document_table(section, as);
	int64_t of = report_tally(report, report->sweep, topic, NULL);
	sqlite3_stmt *s = sql_prepare(
	    report->db,
	    "SELECT a, sum(n) FROM tally WHERE sweep = ?1 AND topic = ?2 AND a <> ''"
	    " GROUP BY a ORDER BY 2 DESC, 1");

	sqlite3_bind_int64(s, 1, report->sweep);
	sql_bind_text(s, 2, topic);
	while (sqlite3_step(s) == SQLITE_ROW) {
		int64_t n = sqlite3_column_int64(s, 1);

		document_row(table, json_pack("[o, s, I, o]", document_text(sql_text(s, 0)),
					      meaning(words, sql_text(s, 0)), (json_int_t)n,
					      document_share(n, of)));
	}
	sqlite3_finalize(s);
	document_of(table, of);
	return table;
}
