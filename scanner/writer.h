/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one thread that writes results.  Records go in by pointer and are then the
 * writer's; they reach the output in batches (some thousands or one second's worth) and
 * are freed once their batch is committed.  A batch that cannot be committed
 * (a full disk) is kept and tried again until it can.
 */
#ifndef SCANNER_WRITER_H
#define SCANNER_WRITER_H

#include <stdbool.h>

#include "scanner/output.h"

struct writer;

struct writer *writer_open(const struct output *output, void *self);
/* Never blocks: look at writer_full before taking on more work. */
void writer_put(struct writer *writer, struct record *record);
/* More is waiting than should be. */
bool writer_full(struct writer *writer);
/* From now on batches do not wait to be full: there is hardly more to come. */
void writer_hurry(struct writer *writer);
/* Everything put so far is committed. */
bool writer_idle(struct writer *writer);
/* The last attempt to commit failed. */
bool writer_stuck(struct writer *writer);
/* Commits what is left and ends the thread.  give_up: do not try a failed commit
 * again.  false: records were lost. */
bool writer_close(struct writer *writer, bool give_up);

#endif
