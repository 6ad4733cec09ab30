/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: the TXT records at _mta-sts to what they say (RFC 8461 section 3.1).
 */
#ifndef PROBES_STS_RECORD_H
#define PROBES_STS_RECORD_H

#include "scanner/judge.h"

/* Fills record, record_text and, where the record is ok, id; facts owns the texts.
 * Where several words apply, the first of multiple, bad-version, bad-syntax, no-id,
 * bad-id and bad-extension. */
void sts_record_read(const struct txt texts[], size_t count, struct sts_facts *facts);

#endif
