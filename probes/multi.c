/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/multi.h"

#include <stdlib.h>

#include "scanner/log.h"
#include "scanner/mem.h"

struct multi {
	CURLM *curl;
	struct event_base *base;
	struct event *timer;
	multi_done *done;
};

/* Tells the owners of the transfers that are over. */
static void
collect(struct multi *multi)
{
	struct CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi->curl, &left)) != NULL) {
		CURL *transfer = message->easy_handle;
		CURLcode code = message->data.result; /* the message goes with the handle */

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_multi_remove_handle(multi->curl, transfer);
		multi->done(transfer, code);
	}
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct multi *multi = arg;
	int running, ready = (what & EV_READ ? CURL_CSELECT_IN : 0) |
			     (what & EV_WRITE ? CURL_CSELECT_OUT : 0);

	curl_multi_socket_action(multi->curl, fd, ready, &running);
	collect(multi);
}

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	struct multi *multi = arg;
	int running;

	(void)fd, (void)what;
	curl_multi_socket_action(multi->curl, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(multi);
}

/* libcurl wants to know when the socket is ready, for something else, or no more. */
static int
watch(CURL *transfer, curl_socket_t fd, int what, void *arg, void *watched)
{
	struct multi *multi = arg;
	struct event *event = watched;
	short events = EV_PERSIST;

	(void)transfer;
	if (event != NULL)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		events |= what & CURL_POLL_IN ? EV_READ : 0;
		events |= what & CURL_POLL_OUT ? EV_WRITE : 0;
		event = event_new(multi->base, fd, events, on_ready, multi);
		event_add(event, NULL);
	}
	curl_multi_assign(multi->curl, fd, event);
	return 0;
}

static int
set_timer(CURLM *curl, long milliseconds, void *arg)
{
	struct multi *multi = arg;
	struct timeval time = { milliseconds / 1000, milliseconds % 1000 * 1000 };

	(void)curl;
	if (milliseconds < 0)
		event_del(multi->timer);
	else
		event_add(multi->timer, &time);
	return 0;
}

struct multi *
multi_new(struct event_base *base, multi_done *done)
{
	struct multi *multi = mem_alloc(sizeof *multi);

	multi->curl = curl_multi_init();
	multi->base = base;
	multi->timer = event_new(base, -1, 0, on_time, multi);
	multi->done = done;
	if (multi->curl == NULL || multi->timer == NULL)
		die("libcurl cannot be set up for a thread");
	curl_multi_setopt(multi->curl, CURLMOPT_SOCKETFUNCTION, watch);
	curl_multi_setopt(multi->curl, CURLMOPT_SOCKETDATA, multi);
	curl_multi_setopt(multi->curl, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(multi->curl, CURLMOPT_TIMERDATA, multi);
	return multi;
}

void
multi_free(struct multi *multi)
{
	if (multi == NULL)
		return;
	curl_multi_cleanup(multi->curl);
	event_free(multi->timer);
	free(multi);
}

bool
multi_add(struct multi *multi, CURL *transfer)
{
	return curl_multi_add_handle(multi->curl, transfer) == CURLM_OK;
}

void
multi_remove(struct multi *multi, CURL *transfer)
{
	curl_multi_remove_handle(multi->curl, transfer);
}
