/* SPDX-License-Identifier: Apache-2.0 */
#include "output/summary.h"

#include <stdlib.h>
#include <string.h>

#include "output/meaning.h"
#include "output/sql.h"
#include "scanner/mem.h"
#include "scanner/text.h"

#define STRIPPED_SHOWN 10

struct page {
	sqlite3 *db;
	int64_t sweep;
	const char *path;
	FILE *out;
};

/* What is stored was escaped when it came in (text.h), which must not show twice:
 * a backslash before an x is the one thing that is harmless and escaped. */
void
summary_text(FILE *out, const char *text)
{
	static const char twice[] = "\\x5cx";
	char *clean;
	const char *at, *hit;

	if (text == NULL)
		return;
	clean = text_of_bytes(text, strlen(text), 0);
	for (at = clean; (hit = strstr(at, twice)) != NULL; at = hit + strlen(twice)) {
		fwrite(at, 1, (size_t)(hit - at), out);
		fputs("\\x", out);
	}
	fputs(at, out);
	free(clean);
}

static sqlite3_stmt *
ask(const struct page *page, const char *sql)
{
	sqlite3_stmt *s = sql_prepare(page->db, sql);

	sqlite3_bind_int64(s, 1, page->sweep);
	return s;
}

/* 1234567 as 1,234,567. */
static const char *
grouped(int64_t number, char text[32])
{
	char digits[24];
	int length = snprintf(digits, sizeof digits, "%lld", (long long)number), to = 0;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			text[to++] = ',';
		text[to++] = digits[i];
	}
	text[to] = '\0';
	return text;
}

static double
percent(int64_t part, int64_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 0.0;
}

static void
print_title(const struct page *page)
{
	sqlite3_stmt *s = ask(page, "SELECT input, state, domains, targets FROM sweeps"
				    " WHERE sweep = ?1");
	char domains[32];

	if (sqlite3_step(s) == SQLITE_ROW) {
		fprintf(page->out, "Sweep %lld of ", (long long)page->sweep);
		summary_text(page->out, sql_text(s, 0));
		fprintf(page->out, " (%s): %s domains", sql_text(s, 1),
			grouped(sqlite3_column_int64(s, 2), domains));
		if (sqlite3_column_int64(s, 3) > sqlite3_column_int64(s, 2))
			fprintf(page->out, ", %s addresses",
				grouped(sqlite3_column_int64(s, 3) - sqlite3_column_int64(s, 2),
					domains));
		fputc('\n', page->out);
	}
	sqlite3_finalize(s);
}

static void
print_headline(const struct page *page, const struct word_meaning *headline)
{
	sqlite3_stmt *s = ask(page, "SELECT n, total FROM tally WHERE sweep = ?1"
				    " AND topic = 'headline' AND a = ?2");
	int64_t count = 0, all = 0;
	char text[32];

	sql_bind_text(s, 2, headline->word);
	if (sqlite3_step(s) == SQLITE_ROW) {
		count = sqlite3_column_int64(s, 0);
		all = sqlite3_column_int64(s, 1);
	}
	sqlite3_finalize(s);
	if (count > 0)
		fprintf(page->out, "  %-14s %11s  %5.1f %%  %s\n", headline->word,
			grouped(count, text), percent(count, all), headline->meaning);
}

static void
print_headlines(const struct page *page)
{
	for (size_t i = 0; headline_meanings[i].word != NULL; i++)
		print_headline(page, &headline_meanings[i]);
}

/* What a condition selects of the sweep's tallies. */
static int64_t
tallied(const struct page *page, const char *condition)
{
	char *sql = mem_printf("SELECT coalesce(sum(n), 0) FROM tally WHERE sweep = ?1 AND %s",
			       condition);
	int64_t sum = sql_number(page->db, sql, page->sweep);

	free(sql);
	return sum;
}

/* A host and its address are one server here, whatever the number of domains. */
static void
print_servers(const struct page *page)
{
	int64_t contacted = tallied(page, "topic = 'tcp' AND a IN ('connected', 'refused',"
					  " 'timeout', 'unreachable')");
	int64_t answered =
	    tallied(page, "topic = 'server_starttls' AND a <> 'refused-temporary'");
	int64_t tls = tallied(page, "topic = 'handshake' AND a = 'ok'");
	char texts[3][32];

	fprintf(page->out, "Servers: %s contacted, %s answered, %s of them do TLS (%.1f %%)\n",
		grouped(contacted, texts[0]), grouped(answered, texts[1]),
		grouped(tls, texts[2]), percent(tls, answered));
}

/* How often each word of a topic stands but the one or two that are left out, the most
 * frequent first.  No line without words. */
static void
print_counts(const struct page *page, const char *title, const char *topic, const char *without,
	     const char *nor)
{
	sqlite3_stmt *s = ask(page, "SELECT a, n FROM tally WHERE sweep = ?1 AND topic = ?2"
				    " AND a NOT IN (?3, ?4) ORDER BY n DESC, a");
	const char *before = title;
	char text[32];

	sql_bind_text(s, 2, topic);
	sql_bind_text(s, 3, without);
	sql_bind_text(s, 4, nor);
	for (; sqlite3_step(s) == SQLITE_ROW; before = ", ")
		fprintf(page->out, "%s%s %s", before, sql_text(s, 0),
			grouped(sqlite3_column_int64(s, 1), text));
	if (before[0] == ',')
		fputc('\n', page->out);
	sqlite3_finalize(s);
}

static void
print_certificates(const struct page *page)
{
	print_counts(page, "Certificates that prove nothing: ", "server_certificate", "ok", "");
}

/* Domains that publish something, by what comes of it. */
static void
print_standards(const struct page *page)
{
	print_counts(page, "DANE, by domains that publish something: ", "dane", "none",
		     "unknown");
	print_counts(page, "MTA-STS, by domains that publish something: ", "mta_sts", "none",
		     "unknown");
}

/* The count is of servers; the rows name the domains behind them too. */
static void
print_stripped(const struct page *page)
{
	sqlite3_stmt *s = ask(
	    page,
	    "SELECT domain, mx, address,"
	    " CASE WHEN coalesce(asn, country) IS NOT NULL THEN"
	    "  '(' || coalesce('AS' || asn || coalesce(' ' || as_name, ''), 'network unknown')"
	    "  || coalesce(', ' || country, '') || ')' END, starttls FROM servers"
	    " WHERE sweep = ?1 AND starttls IN ('stripped', 'corrupted')");
	char text[32];
	int64_t count =
	    tallied(page, "topic = 'server_starttls' AND a IN ('stripped', 'corrupted')");

	if (count > 0)
		fprintf(page->out, "STARTTLS is removed on the way to %s servers, among them\n",
			grouped(count, text));
	for (int i = 0; count > 0 && i < STRIPPED_SHOWN && sqlite3_step(s) == SQLITE_ROW; i++) {
		fputc(' ', page->out);
		for (int column = 0; column < 5; column++) {
			fputs(sql_text(s, column) != NULL ? " " : "", page->out);
			summary_text(page->out, sql_text(s, column));
		}
		fputc('\n', page->out);
	}
	sqlite3_finalize(s);
}

/* As a shell reads it. */
static void
print_quoted(FILE *out, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._+-@:,";

	if (path[strspn(path, plain)] == '\0' && path[0] != '-') {
		fputs(path, out);
		return;
	}
	fputs(path[0] == '-' ? "./'" : "'", out);
	for (char one[2] = ""; *path != '\0'; path++) {
		one[0] = *path;
		if (*path == '\'')
			fputs("'\\''", out);
		else if ((unsigned char)*path >= 0x20 && *path != 0x7f)
			fputs(one, out);
	}
	fputc('\'', out);
}

static void
print_queries(const struct page *page)
{
	static const char *const queries[] = {
		"SELECT domain, mx, address, certificate FROM servers WHERE sweep = %lld AND"
		" certificate <> 'ok' LIMIT 20",
		"SELECT tls_version, cipher, count(*) FROM servers WHERE sweep = %lld GROUP BY"
		" 1, 2 ORDER BY 3 DESC",
		"SELECT domain, mx, address, ehlo_text, starttls_reply_text FROM servers WHERE"
		" sweep = %lld AND starttls <> 'ok' LIMIT 20",
	};

	if (strcmp(page->path, ":memory:") == 0)
		return;
	fputs("Everything is in ", page->out);
	summary_text(page->out, page->path);
	fputs("; for instance\n", page->out);
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		fputs("  sqlite3 ", page->out);
		print_quoted(page->out, page->path);
		fputs(" \"", page->out);
		fprintf(page->out, queries[i], (long long)page->sweep);
		fputs("\"\n", page->out);
	}
}

void
summary_print(sqlite3 *db, int64_t sweep, const char *path, FILE *out)
{
	struct page page = { db, sweep, path, out };

	print_title(&page);
	print_headlines(&page);
	print_servers(&page);
	print_certificates(&page);
	print_standards(&page);
	print_stripped(&page);
	print_queries(&page);
}
