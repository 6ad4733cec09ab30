/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/clock.h"

#include <time.h>

static int64_t
read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t
clock_wall(void)
{
	return read_clock(CLOCK_REALTIME);
}

struct timeval
clock_timeval(double seconds)
{
	struct timeval tv = { (time_t)seconds, 0 };

	tv.tv_usec = (suseconds_t)((seconds - (double)tv.tv_sec) * 1e6);
	return tv;
}

static double
depth(const struct bucket *bucket)
{
	return bucket->rate / 10 > 1 ? bucket->rate / 10 : 1;
}

void
bucket_init(struct bucket *bucket, double rate)
{
	bucket->rate = rate;
	bucket->level = rate > 0 ? depth(bucket) : 0;
	bucket->filled = clock_monotonic();
}

bool
bucket_take(struct bucket *bucket)
{
	int64_t now;

	if (bucket->rate <= 0)
		return true;
	if (bucket->level < 1) {
		now = clock_monotonic();
		bucket->level += (double)(now - bucket->filled) * bucket->rate / 1e6;
		bucket->filled = now;
		if (bucket->level > depth(bucket))
			bucket->level = depth(bucket);
	}
	if (bucket->level < 1)
		return false;
	bucket->level -= 1;
	return true;
}

void
bucket_give_back(struct bucket *bucket)
{
	if (bucket->rate > 0)
		bucket->level += 1;
}

double
bucket_wait(const struct bucket *bucket)
{
	if (bucket->rate <= 0 || bucket->level >= 1)
		return 0;
	return (1 - bucket->level) / bucket->rate;
}
