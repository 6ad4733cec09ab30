/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that read an aggregate share. */
#ifndef OUTPUT_REPORT_AGGREGATE_PARTS_H
#define OUTPUT_REPORT_AGGREGATE_PARTS_H

#include "output/report/aggregate_read.h"
#include "output/report/cells.h"

bool aggregate_word(const char *text); /* of a fault or a headline */
bool aggregate_is_week(const char *text);

/* A text that lives as long as the aggregate. */
const char *aggregate_keep(struct aggregate *aggregate, const char *text);

/* The two tables as they stand in the file: country, network and fault with the name of
 * the network as note; provider and headline. */
struct aggregate_tables {
	struct cell *servers, *domains;
	size_t server_count, domain_count;
};

/* Sorts the tables, makes the tallies of them and the digest.  false: a group stands
 * twice. */
bool aggregate_count(struct aggregate *aggregate, struct aggregate_tables *tables);

#endif
