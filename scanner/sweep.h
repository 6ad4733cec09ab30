/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The coordinator: one event loop that takes targets from the input, walks them
 * through DNS and hosts, paces the conversations, and hands records to the
 * writer until the list is done, the operator interrupts, or time is up.
 */
#ifndef SCANNER_SWEEP_H
#define SCANNER_SWEEP_H

#include <event2/event.h>
#include <stdbool.h>

#include "scanner/input.h"
#include "scanner/options.h"
#include "scanner/output.h"

/* What the parts of a running sweep share; sweep.c owns all of it. */
struct sweep {
	const struct options *options;
	struct event_base *base;
	struct input *input;
	struct blocklist *blocklist;
	struct geo *geo;
	struct dns *dns;
	struct pace *pace;
	struct pool *pool;
	struct hosts *hosts;
	struct domains *domains;
	struct policies *policies;
	struct writer *writer;
	struct sources *sources;
	struct silent *silent;
	struct tally *tally;
	struct progress *progress;
	bool hosts_only;    /* targets are mail servers, not domains */
	uint64_t restored;  /* targets that the sweep that goes on has already */
	bool draining;      /* nothing new is begun: no targets, no retries */
	uint64_t shortages; /* conversations we lacked the means for */
	struct steering *steering;
	bool signalled;
	bool files_lost; /* of the status and the metadata file */
};

/* Counts a record and hands it to the writer. */
void sweep_put(struct sweep *sweep, struct record *record);
/* How many targets to take from the input before the network is looked at again, if
 * there is room for them; 0: it is not time yet. */
size_t sweep_targets_wanted(const struct sweep *sweep);
bool sweep_has_room(const struct sweep *sweep);
/* A conversation could not be begun for want of something of ours: nothing begins
 * for a while. */
void sweep_short_of_means(struct sweep *sweep, int error);
/* How long to let a host rest after so many attempts; seconds. */
double sweep_back_off(const struct sweep *sweep, unsigned attempts);
/* A target's record is complete: there is room for another. */
void sweep_target_done(struct sweep *sweep);

/* Reads the files named by the options, finds the resolvers and raises the limit
 * of descriptors; dies on what is the operator's mistake, before anything is
 * written. */
struct sweep *sweep_open(const struct options *options);
void sweep_close(struct sweep *sweep);
/* Sweeps all of input into an opened output, finish() included; once. */
enum sweep_state sweep_run(struct sweep *sweep, struct input *input,
			   const struct output *output, void *self);
/* A signal ended the run (otherwise it was complete, or --max-runtime). */
bool sweep_signalled(const struct sweep *sweep);
/* The exit code of a run that came to its state. */
int sweep_exit_code(const struct sweep *sweep, enum sweep_state state);

#define EXIT_INTERRUPTED 130

/* The list that the options name, opened; dies when it cannot be. */
struct input *sweep_list(const struct options *options);
/* mxsweep sweep; the exit code. */
int sweep_command(const struct options *options);
/* Contacts the servers of --self-test, known to offer STARTTLS; dies when our own
 * network strips it or lets none of them be reached.  false: interrupted. */
bool sweep_self_test(const struct options *options);

#endif
