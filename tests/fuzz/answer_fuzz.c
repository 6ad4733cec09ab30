/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses the type asked for, the rest is the message. */
#include <stdlib.h>
#include <string.h>

#include "scanner/answer.h"
#include "scanner/mx.h"
#include "tests/fuzz/fuzz.h"

void
fuzz_one(const uint8_t *data, size_t size)
{
	static const enum answer_type types[] = { TYPE_A,   TYPE_AAAA, TYPE_MX,  TYPE_CNAME,
						  TYPE_SOA, TYPE_TXT,  TYPE_TLSA };
	enum answer_type type;
	struct answer answer;
	struct mx_plan plan;

	if (size == 0)
		return;
	type = types[data[0] % (sizeof types / sizeof *types)];
	answer_parse(&answer, data + 1, size - 1, type);
	if (answer.count > ANSWER_RECORDS_MAX ||
	    (answer.status == ANSWER_OK && answer.count == 0))
		abort();
	for (size_t i = 0; i < answer.count; i++) {
		if (answer.records[i].name != NULL && strlen(answer.records[i].name) > 1024)
			abort();
		if (answer.records[i].length > size ||
		    (type == TYPE_TXT || type == TYPE_TLSA) != (answer.records[i].data != NULL))
			abort();
	}
	if (type == TYPE_MX) {
		mx_plan(&plan, &answer);
		if ((plan.mx == MX_OK) != (plan.mx == MX_OK && plan.count > 0))
			abort();
	}
	answer_clear(&answer);
}
