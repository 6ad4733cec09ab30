/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conversation with one mail server, as a probe: greeting, EHLO, STARTTLS,
 * handshake, EHLO again, QUIT.  It observes and never judges a certificate, and
 * it never names a sender.
 *
 * A conversation belongs to the thread of its event base.  It holds no buffer and
 * no TLS state before it needs them: thousands may wait for a greeting.
 */
#ifndef PROBES_SMTP_H
#define PROBES_SMTP_H

#include "scanner/probe.h"

extern const struct probe smtp_probe;

#endif
