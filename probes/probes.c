/* SPDX-License-Identifier: Apache-2.0 */
/* The table of probes, nothing else. */
#include "probes/policy_fetch.h"
#include "probes/smtp.h"

const struct probe *const probes[PROBE_COUNT] = {
	[PROBE_SERVER] = &smtp_probe,
	[PROBE_POLICY] = &policy_probe,
};
