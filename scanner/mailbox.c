/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/mailbox.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "scanner/log.h"
#include "scanner/mem.h"

struct mailbox {
	pthread_mutex_t lock;
	struct letter *head, **tail;
	int bell; /* eventfd: rung when the box was empty */
	struct event *event;
	void (*receive)(struct letter *letter, void *arg);
	void *arg;
};

static void
on_bell(evutil_socket_t fd, short what, void *arg)
{
	struct mailbox *mailbox = arg;
	struct letter *letters, *next;
	uint64_t rung;

	(void)what;
	if (read(fd, &rung, sizeof rung) < 0)
		return;
	pthread_mutex_lock(&mailbox->lock);
	letters = mailbox->head;
	mailbox->head = NULL;
	mailbox->tail = &mailbox->head;
	pthread_mutex_unlock(&mailbox->lock);
	for (; letters != NULL; letters = next) {
		next = letters->next;
		mailbox->receive(letters, mailbox->arg);
	}
}

struct mailbox *
mailbox_new(struct event_base *base, void (*receive)(struct letter *letter, void *arg),
	    void *arg)
{
	struct mailbox *mailbox = mem_alloc(sizeof *mailbox);

	pthread_mutex_init(&mailbox->lock, NULL);
	mailbox->tail = &mailbox->head;
	mailbox->receive = receive;
	mailbox->arg = arg;
	mailbox->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (mailbox->bell < 0)
		die("no descriptor left for a thread");
	mailbox->event = event_new(base, mailbox->bell, EV_READ | EV_PERSIST, on_bell, mailbox);
	event_add(mailbox->event, NULL);
	return mailbox;
}

void
mailbox_free(struct mailbox *mailbox)
{
	if (mailbox == NULL)
		return;
	event_free(mailbox->event);
	close(mailbox->bell);
	pthread_mutex_destroy(&mailbox->lock);
	free(mailbox);
}

void
mailbox_send(struct mailbox *mailbox, struct letter *letter)
{
	static const uint64_t one = 1;
	bool empty;

	letter->next = NULL;
	pthread_mutex_lock(&mailbox->lock);
	empty = mailbox->head == NULL;
	*mailbox->tail = letter;
	mailbox->tail = &letter->next;
	pthread_mutex_unlock(&mailbox->lock);
	if (empty && write(mailbox->bell, &one, sizeof one) < 0)
		log_warn(
		    "a thread could not be woken"); /* cannot be: the counter never fills */
}
