/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time: monotonic for intervals and deadlines, wall clock for what is recorded;
 * and a bucket of permits that fills at a steady rate.
 */
#ifndef SCANNER_CLOCK_H
#define SCANNER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/time.h>

int64_t clock_monotonic(void); /* microseconds from some start */
int64_t clock_wall(void);      /* microseconds since the epoch */
struct timeval clock_timeval(double seconds);

/* At most rate permits a second, and at most a tenth of a second's worth at
 * once.  rate 0: no limit. */
struct bucket {
	double rate, level;
	int64_t filled; /* monotonic */
};

void bucket_init(struct bucket *bucket, double rate);
/* Takes a permit if there is one. */
bool bucket_take(struct bucket *bucket);
/* A permit that was taken and not used. */
void bucket_give_back(struct bucket *bucket);
/* Seconds until a permit is there; 0: now. */
double bucket_wait(const struct bucket *bucket);

#endif
