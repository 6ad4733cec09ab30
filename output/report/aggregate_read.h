/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Aggregates that others gave out (anonymous.h), read and kept beside our own sweeps.
 * A file is hostile until it has been read: its size, its numbers and its texts are
 * bounded, it is read whole or not at all, and its texts are fit to be shown.
 *
 * It is kept as tallies, in the view `aggregates`.  Topics (a, b, c):
 *   network (asn, name, country)    n stripped of total servers that answered
 *   country (country)               the same
 *   fault (word)                    n of all servers
 *   network_fault (asn, country, word)   n of the network's servers
 *   headline (word)                 n of all domains
 *   provider_headline (provider, word)   n of the provider's domains
 * What a group was too small for stands in "other": n is what is known at least.
 */
#ifndef OUTPUT_REPORT_AGGREGATE_READ_H
#define OUTPUT_REPORT_AGGREGATE_READ_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AGGREGATE_TEXT_MAX  200 /* bytes of a vantage's or a network's name */
#define AGGREGATE_WEEK_SIZE sizeof "2026-W39"

struct aggregate_tally {
	const char *topic, *a, *b, *c;
	int64_t n, total;
};

struct aggregate {
	char *vantage, *version; /* either may be NULL */
	char week[AGGREGATE_WEEK_SIZE];
	int64_t k;
	uint8_t sha256[32]; /* of what it says, in whatever order */
	size_t count;
	struct aggregate_tally *tallies; /* by topic and keys */
	size_t text_count;
	char **texts; /* that the tallies point to */
};

/* NULL, and error says why, with the file's name, when it cannot be read or is no such
 * aggregate. */
struct aggregate *aggregate_read(const char *path, char error[512]);
/* The same of bytes; name stands for the file in error. */
struct aggregate *aggregate_parse(const char *text, size_t length, const char *name,
				  char error[512]);
void aggregate_free(struct aggregate *aggregate); /* NULL is fine */
/* Into the tables; one that is there already is taken once.  Part of the caller's
 * transaction. */
bool aggregate_store(sqlite3 *db, const struct aggregate *aggregate);

/* What may stand in a file: also asked by whoever writes one. */
bool aggregate_country(const char *text);
bool aggregate_network(const char *text);
bool aggregate_provider(const char *text);
bool aggregate_version(const char *text); /* NULL is none */
/* The ISO week of a time in seconds since the epoch. */
void aggregate_week(int64_t seconds, char week[AGGREGATE_WEEK_SIZE]);

#endif
