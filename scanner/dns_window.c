/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/dns_window.h"

#include "scanner/log.h"

#define LEAST   16  /* questions at a time */
#define ANSWERS 256 /* before it is looked at */

void
dns_window_init(struct dns_window *window, size_t most)
{
	*window = (struct dns_window){ .size = most, .most = most };
}

void
dns_window_shrink(struct dns_window *window)
{
	window->size /= 2;
	if (window->size < LEAST)
		window->size = LEAST;
	log_info("resolver under strain: %zu questions at a time", window->size);
}

/* More than half is strain, less than a quarter lets the window grow again. */
void
dns_window_note(struct dns_window *window, bool failure)
{
	window->answers++;
	window->failures += failure;
	if (window->answers < ANSWERS)
		return;
	if (window->failures > window->answers / 2)
		dns_window_shrink(window);
	else if (window->failures < window->answers / 4)
		window->size += window->size / 8 + 1;
	if (window->size > window->most)
		window->size = window->most;
	window->answers = window->failures = 0;
}
