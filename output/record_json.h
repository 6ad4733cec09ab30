/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records as JSON objects, each fact under the name that its column has in the
 * views.  Objects are new references of the caller.
 */
#ifndef OUTPUT_RECORD_JSON_H
#define OUTPUT_RECORD_JSON_H

#include <jansson.h>

#include "scanner/facts.h"

/* One server of a host, by its position. */
json_t *record_json_server(const struct record *host, size_t position);
/* All of a target but its hosts. */
json_t *record_json_target(const struct record *target);

#endif
