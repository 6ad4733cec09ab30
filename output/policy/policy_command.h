/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `mxsweep policy WORD ...`: what can be done with policy lists.  One table names
 * each word, what follows it and the options it takes.
 */
#ifndef OUTPUT_POLICY_COMMAND_H
#define OUTPUT_POLICY_COMMAND_H

#include "scanner/options.h"

/* Each answers the exit code; words[0] of the options is the word itself. */
int policy_command(const struct options *options);
int policy_lint_command(const struct options *options);
int policy_diff_command(const struct options *options);
int policy_check_command(const struct options *options);
int policy_build_command(const struct options *options);
int policy_audit_command(const struct options *options);
int policy_export_command(const struct options *options);

#endif
