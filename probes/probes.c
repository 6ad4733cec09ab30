/* SPDX-License-Identifier: Apache-2.0 */
/* The table of probes, and what they need before all else. */
#include "probes/policy_fetch.h"
#include "probes/slots.h"
#include "probes/smtp.h"

const struct probe *const probes[PROBE_COUNT] = {
	[PROBE_SERVER] = &smtp_probe,
	[PROBE_POLICY] = &policy_probe,
};

void
probes_prepare(void)
{
	slots_install(); /* without it they take more memory */
}
