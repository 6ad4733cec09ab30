/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scanner knows of an output: a place that takes records in batches.
 * output/outputs.c holds the table.  open and begin run before the writer thread
 * starts, finish and close after it has ended; put and commit on the writer.
 */
#ifndef SCANNER_OUTPUT_H
#define SCANNER_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "scanner/facts.h"
#include "scanner/judge.h"

/* What is remembered of a sweep beside its facts. */
struct sweep_info {
	const char *input; /* the list's path, "-" for stdin: says which sweep to continue */
	unsigned shards, shard;
	uint64_t seed;
	const char *vantage, *version, *notes, *resolver;
	const char *root_cas;    /* the trust store's file */
	const char *options;     /* JSON */
	const char *policy_list; /* the list to compare domains with; NULL: none */
	int64_t started;         /* seconds since the epoch */
};

enum sweep_state { SWEEP_RUNNING, SWEEP_INTERRUPTED, SWEEP_COMPLETE };

struct sweep_end {
	enum sweep_state state;
	int64_t finished; /* seconds since the epoch */
	int64_t targets;  /* taken from the list, this run */
};

/* Told, during begin, of everything a continued sweep has already. */
struct resume {
	void (*target)(void *arg, const char *key);
	/* addressless: its one row says no-address. */
	void (*host)(void *arg, int64_t id, const char *name, bool addressless);
	void *arg;
};

struct begun {
	bool continued;
	int64_t sweep;
	uint64_t seed;       /* of the sweep that goes on, or info's */
	int64_t next_host;   /* the first id that is free */
	const char *options; /* of the sweep that goes on, as JSON, lent; NULL: unknown */
};

struct output {
	const char *name, *help;
	/* Dies with a clear line when the place cannot be used. */
	void *(*open)(const char *path);
	/* fresh: start another sweep even if the last one can be continued. */
	struct begun (*begin)(void *self, const struct sweep_info *info, bool fresh,
			      const struct resume *resume);
	/* Takes in a record, which stays the caller's and must live until it is committed, or
	 * a put or commit has failed.  false: see commit. */
	bool (*put)(void *self, const struct record *record);
	/* false: nothing since the last commit was kept; put it all again later. */
	bool (*commit)(void *self);
	/* Why put or commit failed, for a person; valid until the next call. */
	const char *(*error)(void *self);
	/* Judges what was swept and closes the sweep's books.  at: time of judgement. */
	bool (*finish)(void *self, const struct sweep_end *end);
	/* A few lines on what was found, to out. */
	void (*summary)(void *self, FILE *out);
	void (*close)(void *self);
};

extern const struct output *const outputs[];        /* ends in NULL */
const struct output *output_find(const char *name); /* NULL: none of that name */

#endif
