/* SPDX-License-Identifier: Apache-2.0 */
/* The table of probes, nothing else. */
#include "probes/smtp.h"

const struct probe *const probe_server = &smtp_probe;
