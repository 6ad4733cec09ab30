/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What drives a sweep and what stops it: targets are taken from the input, many at a
 * time, while there is room; the first SIGINT or SIGTERM, and --max-runtime, let what is
 * in flight finish, a second signal stops at once; SIGUSR1 and SIGUSR2 change the rate.
 * It ends the event loop when nothing is left to do.
 */
#ifndef SCANNER_STEERING_H
#define SCANNER_STEERING_H

#include <stdbool.h>

struct steering;
struct sweep;

/* turn: seconds between looks at what no event tells. */
struct steering *steering_open(struct sweep *sweep, double turn);
void steering_close(struct steering *steering);
/* There may be room for another target. */
void steering_look(struct steering *steering);
/* The whole list was swept. */
bool steering_complete(const struct steering *steering);
unsigned steering_signals(const struct steering *steering);

#endif
