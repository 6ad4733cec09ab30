/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/segments.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CUT_MAX 64 /* datagrams of one message, as the kernel has it */

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(uint16_t))];
};

static int
compare(const void *a, const void *b)
{
	size_t x = ((const struct iovec *)a)->iov_len, y = ((const struct iovec *)b)->iov_len;

	return x < y ? -1 : x > y;
}

/* How many at the front are of one length. */
static unsigned
alike(const struct iovec datagrams[], unsigned count)
{
	unsigned n = 1;

	while (n < count && n < CUT_MAX && datagrams[n].iov_len == datagrams[0].iov_len)
		n++;
	return n;
}

static void
have_cut(struct msghdr *message, union control *control, size_t length)
{
	uint16_t size = (uint16_t)length;

	memset(control, 0, sizeof *control);
	control->header.cmsg_level = SOL_UDP;
	control->header.cmsg_type = UDP_SEGMENT;
	control->header.cmsg_len = CMSG_LEN(sizeof size);
	memcpy(CMSG_DATA(&control->header), &size, sizeof size);
	message->msg_control = control;
	message->msg_controllen = sizeof *control;
}

/* Returns how many messages there are. */
static unsigned
make_messages(struct iovec datagrams[], unsigned count, bool cut, struct mmsghdr messages[],
	      union control controls[])
{
	unsigned made = 0;

	for (unsigned i = 0, n; i < count; i += n, made++) {
		struct msghdr *message = &messages[made].msg_hdr;

		n = cut ? alike(datagrams + i, count - i) : 1;
		*message = (struct msghdr){ .msg_iov = &datagrams[i], .msg_iovlen = n };
		if (n > 1)
			have_cut(message, &controls[made], datagrams[i].iov_len);
	}
	return made;
}

int
segments_send(int fd, struct iovec datagrams[], unsigned count, bool *able)
{
	struct mmsghdr messages[SEGMENTS_MAX];
	union control controls[SEGMENTS_MAX];
	unsigned made;
	int sent, taken = 0;

	if (*able)
		qsort(datagrams, count, sizeof *datagrams, compare);
	made = make_messages(datagrams, count, *able, messages, controls);
	sent = sendmmsg(fd, messages, made, 0);
	if (sent < 0 && *able && (errno == EIO || errno == EINVAL)) {
		*able = false;
		return segments_send(fd, datagrams, count, able);
	}
	for (int i = 0; i < sent; i++)
		taken += (int)messages[i].msg_hdr.msg_iovlen;
	return sent < 0 ? -1 : taken;
}
