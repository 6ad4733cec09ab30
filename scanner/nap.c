/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/nap.h"

#include <time.h>

/* A signal ends the nap, and its event is then the next turn's. */
void
nap_dispatch(struct event_base *base, bool (*much)(const void *arg), const void *arg)
{
	const struct timespec nap = { .tv_nsec = NAP_MICROSECONDS * 1000L };

	while (event_base_loop(base, EVLOOP_ONCE) == 0 && !event_base_got_exit(base) &&
	       !event_base_got_break(base))
		if (much(arg))
			nanosleep(&nap, NULL);
}
