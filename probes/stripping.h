/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: from what was offered and answered to whether something between us and
 * the server took STARTTLS away.  Middleboxes overwrite in place, so that TCP's
 * sequence numbers stay right: a keyword or a command keeps its length.
 *
 * All texts are a reply's lines without their codes, joined by LF, as bytes.
 */
#ifndef PROBES_STRIPPING_H
#define PROBES_STRIPPING_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/words.h"

/* How STARTTLS was answered. */
enum starttls_answer {
	ANSWER_READY,     /* 220 */
	ANSWER_TEMPORARY, /* 4xx */
	ANSWER_PERMANENT, /* 5xx */
	ANSWER_OTHER,     /* any other reply, or none that can be read */
	ANSWER_CLOSED,
	ANSWER_TIMEOUT,
};

/* Is STARTTLS among the keywords of an EHLO reply? */
enum offer_word stripping_offer(const char *text, size_t length);
/* Is the text of a greeting covered with asterisks? */
bool stripping_masked_greeting(const char *text, size_t length);
/* The command that a reply to STARTTLS says it answers, for the caller to free;
 * NULL where it does not say.  Where that is not certain, it does not say. */
char *stripping_echo(const char *text, size_t length);
/* Does the echo, which may be NULL, show another command than STARTTLS? */
bool stripping_corrupts(const char *echo);
enum starttls_word stripping_word(enum offer_word offer, enum starttls_answer answer,
				  bool corrupted);

#endif
