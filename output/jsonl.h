/* SPDX-License-Identifier: Apache-2.0 */
/* The output module `jsonl`. */
#ifndef OUTPUT_JSONL_H
#define OUTPUT_JSONL_H

#include "scanner/output.h"

extern const struct output output_jsonl;

#endif
