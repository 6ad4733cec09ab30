/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fetch of an MTA-STS policy from one address of its policy host (RFC 8461
 * section 3.3), as a probe: it connects, and hands the connection to a download.
 *
 * The facts are a struct sts_facts in which fetch, address, http_status,
 * content_type, detail, the body and its length (when fetch is ok), secured, started
 * and duration_us are set, the rest is its owner's.
 */
#ifndef PROBES_POLICY_FETCH_H
#define PROBES_POLICY_FETCH_H

#include "scanner/probe.h"

extern const struct probe policy_probe;

#endif
