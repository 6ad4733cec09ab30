/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/report_json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Nine digits tell a share to the last domain of a million. */
bool
report_json(const json_t *document, const char *path, char error[256])
{
	FILE *out = fopen(path, "we");
	bool ok = out != NULL &&
		  json_dumpf(document, out, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) == 0 &&
		  fputc('\n', out) != EOF;

	if (out != NULL && fclose(out) != 0)
		ok = false;
	if (!ok)
		snprintf(error, 256, "%s: %s", path, strerror(errno));
	return ok;
}
