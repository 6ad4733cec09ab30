/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: the body of an MTA-STS policy, whatever its bytes, to what it says (RFC 8461
 * section 3.2).  The time and memory it takes grow with the body's length, no faster.
 *
 * Where several words apply, the first of empty (nothing but white space), bad-syntax
 * (a line that is no field), bad-version, bad-mode, bad-max-age (each also where the
 * field is missing), bad-mx and no-mx.  What could be read is filled in, whatever the
 * word.  Other fields are ignored, but must be fields.
 *
 * Beyond the grammar only empty lines at the end are accepted, with a lint.  Where the
 * word is bad-syntax the body is read again as tolerant senders do: white space of any
 * kind around a line, a name and a value, a byte order mark, empty lines anywhere, and
 * any name or value in fields that mean nothing.  If that is a policy, a lint says so.
 */
#ifndef PROBES_STS_POLICY_H
#define PROBES_STS_POLICY_H

#include "scanner/judge.h"

/* Patterns kept; a body of 64 KiB, the most that is fetched, has no room for more. */
#define STS_POLICY_PATTERNS_MAX 16384

/* policy is filled whatever it held; it owns its texts. */
void sts_policy_read(const uint8_t *body, size_t length, struct sts_policy *policy);
/* Releases the texts; idempotent. */
void sts_policy_clear(struct sts_policy *policy);
/* Is this Content-Type text/plain, with any parameters?  None (NULL) is not. */
bool sts_policy_plain_text(const char *content_type);

#endif
