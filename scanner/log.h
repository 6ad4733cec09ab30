/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages for the person at the terminal, all to stderr, from any thread, a
 * line at a time.  Results never come here.  The status line (progress) is
 * owned here too, so that a message never runs into it.
 *
 *   die        the operator's mistake or a local failure: one line, exit 2;
 *              a database is left as by a kill, and the same command goes on
 *   log_warn   what the operator should know now
 *   log_info   -v:  the self-test, and a resolver under strain
 *   log_debug  -vv: every state and wire line
 */
#ifndef SCANNER_LOG_H
#define SCANNER_LOG_H

#include <stdbool.h>

#define PRINTF(f, a) __attribute__((format(printf, f, a)))

/* 0: warnings only, 1: -v, 2: -vv. */
void log_set_verbosity(int level);
bool log_enabled(int level);

void die(const char *format, ...) PRINTF(1, 2) __attribute__((noreturn));
void log_warn(const char *format, ...) PRINTF(1, 2);
void log_info(const char *format, ...) PRINTF(1, 2);
void log_debug(const char *format, ...) PRINTF(1, 2);

/* What was said on standard output has left; dies when it could not. */
void flush_stdout(void);

/* Shows text as the last line of the terminal until the next call; NULL takes
 * it away. */
void log_status(const char *text);

#endif
