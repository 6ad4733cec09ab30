/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sections of a report share while its document is collected: the two
 * sweeps, the questions to the database, and the measures that all of it speaks of.
 * Only the files of the collection look in here.
 */
#ifndef OUTPUT_REPORT_REPORT_PARTS_H
#define OUTPUT_REPORT_REPORT_PARTS_H

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "output/meaning.h"
#include "output/report/document.h"

#define ROWS_SHOWN 100 /* of lists of names; what is more is counted */

/* n of so many; of 0: nothing is known. */
struct figure {
	int64_t n, of;
};

/* Some words of a column: as a topic of the tallies, and as a column in SQL (tables of
 * one letter: v the domain's verdict, d the domain, m its MTA-STS policy). */
struct counted {
	const char *topic, *column;
	const char *words; /* divided by spaces */
};

/* A share of domains: those with the words in `n`, of those in `of`.  Domains in
 * `untested` could be the one or the other. */
struct measure {
	const char *id, *title, *of_what;
	bool less_is_better;
	struct counted n, of, untested;
};

enum {
	MEASURE_STARTTLS,
	MEASURE_CERTIFICATE,
	MEASURE_STRIPPED,
	MEASURE_DANE,
	MEASURE_MTA_STS,
	MEASURE_BROKEN,
	NUMBERS, /* those before are the six of the first page */
	MEASURE_MTA_STS_RECORD = NUMBERS,
	MEASURE_ENFORCE,
	MEASURE_TLSRPT,
	MEASURES,
};
extern const struct measure report_measures[MEASURES];

struct report {
	sqlite3 *db;
	int64_t sweep, against;        /* 0: compared with none */
	char day[11], against_day[11]; /* 2026-11-23 */
	json_t *document;
	sqlite3_stmt *tallied;
	bool counted;    /* the sweep has tallies */
	int64_t in_both; /* domains of both sweeps */
	struct figure both[MEASURES], before[MEASURES];
	bool failed; /* the database could not be read */
};

/* A statement with the sweep as its ?1 and the one before as ?2.  The caller's. */
sqlite3_stmt *report_ask(struct report *report, const char *sql);
/* The rows of such a statement into a table. */
void report_rows(struct report *report, json_t *table, const char *sql, size_t limit);
/* The first column of its first row; 0 without one. */
int64_t report_number(struct report *report, const char *sql);

/* The sum of the tallies of a topic; words NULL: of all that say something. */
int64_t report_tally(struct report *report, int64_t sweep, const char *topic,
		     const char *words);
struct figure report_figure(struct report *report, int64_t sweep, int measure);
int64_t report_untested(struct report *report, int measure);
/* The first page: numbers, headline, cautions. */
void report_front(struct report *report);
void report_cautions(struct report *report);
void report_studies(struct report *report); /* the appendix */
/* Fills in_both, both and before, of one reading of both sweeps. */
void report_compare(struct report *report);
/* Percentage points from the one to the other; null where one is unknown. */
json_t *report_change(struct figure before, struct figure now);

/* A table of what each word of a topic counts, with that of the sweep before. */
/* The last of the words has no word. */
json_t *report_words(struct report *report, json_t *section, const struct document_table *as,
		     const char *topic, const struct word_meaning *words);
extern const struct document_column report_word_columns[]; /* for document_table */

typedef void report_section(struct report *report, json_t *section);
report_section section_adoption, section_stripping, section_certificates, section_dane,
    section_mta_sts, section_policy_list, section_providers, section_untested, section_method;

#endif
