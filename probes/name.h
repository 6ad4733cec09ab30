/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: does a certificate name a host (RFC 9525, and RFC 6125 for the common
 * name, which RFC 9525 no longer allows)?  The host is a lower-case A-label name
 * without a trailing dot, anything else is named by no certificate.
 */
#ifndef PROBES_NAME_H
#define PROBES_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* cn_only is set in any case, and true only when the result is. */
bool name_matches(const uint8_t *leaf, size_t length, const char *host, bool *cn_only);

#endif
