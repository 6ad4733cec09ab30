/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Letters from any thread to the thread of one event base.  A letter is embedded
 * in what is sent; receive is called for each on the receiving thread, in the
 * order sent by any one thread.
 */
#ifndef SCANNER_MAILBOX_H
#define SCANNER_MAILBOX_H

#include <event2/event.h>

struct letter {
	struct letter *next;
};

struct mailbox;

struct mailbox *mailbox_new(struct event_base *base,
			    void (*receive)(struct letter *letter, void *arg), void *arg);
void mailbox_free(struct mailbox *mailbox); /* letters not yet received are forgotten */
void mailbox_send(struct mailbox *mailbox, struct letter *letter);

#endif
