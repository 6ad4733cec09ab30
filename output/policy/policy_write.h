/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy list as a file, the same byte for byte for the same list: keys in one order,
 * names sorted, two blanks a level, a line feed at the end.
 */
#ifndef OUTPUT_POLICY_WRITE_H
#define OUTPUT_POLICY_WRITE_H

#include <stdio.h>

#include "output/policy/policy_list.h"

/* Aliases by name, entries by domain, as in every list that was read.  Whether out could
 * be written is for its owner to see. */
void policy_write(const struct policy_list *list, FILE *out);

#endif
