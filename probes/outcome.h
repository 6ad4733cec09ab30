/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: the word for how a stage of the conversation came out, from why waiting
 * ended and the reply there is.  A time-out and an end are told apart from what
 * the server said.
 */
#ifndef PROBES_OUTCOME_H
#define PROBES_OUTCOME_H

#include "probes/reply.h"
#include "probes/stripping.h"
#include "scanner/stream.h"
#include "scanner/words.h"

/* error: errno of IO_FAILED. */
enum tcp_word outcome_connect(enum io io, int error);
enum greeting_word outcome_greeting(enum io io, const struct reply *reply);
/* Of EHLO or of HELO: never helo-only, which takes both to know. */
enum ehlo_word outcome_ehlo(enum io io, const struct reply *reply);
enum starttls_answer outcome_starttls(enum io io, const struct reply *reply);

#endif
