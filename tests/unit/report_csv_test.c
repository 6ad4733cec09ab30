/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as CSV: what SQLite's own shell reads of it, and what a spreadsheet must not
 * take for a formula. */
#include "output/report/report_csv.h"

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "output/report/report_folder.h"
#include "scanner/mem.h"
#include "tests/unit/test.h"

static char folder[] = "/tmp/mxsweep-csv-XXXXXX";

/* A document of one table with the columns a, b and c and one row. */
static bool
write_row(json_t *row)
{
	char error[256] = "";
	json_t *document = json_pack("{s:[{s:[{s:s, s:[{s:s},{s:s},{s:s}], s:[o]}]}], s:[]}",
				     "sections", "tables", "id", "t", "columns", "id", "a",
				     "id", "b", "id", "c", "rows", row, "studies");
	bool ok = report_csv(document, folder, error);

	json_decref(document);
	CHECK_TEXT(error, "");
	return ok;
}

static const char *
written(void)
{
	static char text[512];
	char *path = mem_printf("%s/t.csv", folder);
	FILE *in = fopen(path, "r");
	size_t length = in != NULL ? fread(text, 1, sizeof text - 1, in) : 0;

	text[length] = '\0';
	if (in != NULL)
		fclose(in);
	free(path);
	return text;
}

static void
writes_values(void)
{
	CHECK(write_row(json_pack("[s, i, f]", "plain", -7, 0.25)));
	CHECK_TEXT(written(), "a,b,c\r\nplain,-7,0.25\r\n");
	CHECK(write_row(json_pack("[n, s, f]", "", 1.0 / 3)));
	CHECK_TEXT(written(), "a,b,c\r\n,\"\",0.333333333\r\n");
	CHECK(write_row(json_pack("[s, s, s]", "a,b", "say \"x\"", "two\nlines")));
	CHECK_TEXT(written(), "a,b,c\r\n\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\r\n");
}

static void
disarms_formulas(void)
{
	static const char *const formulas[] = { "=1+1",
						"+1",
						"-cmd",
						"@SUM(A1)",
						" \t=1",
						"\r=1",
						"\xef\xbc\x9d"
						"1",
						NULL };

	for (size_t i = 0; formulas[i] != NULL; i++) {
		CHECK(write_row(json_pack("[s, s, i]", formulas[i], "a=b", 1)));
		CHECK(strncmp(written(), "a,b,c\r\n\"'", 9) == 0);
		CHECK(strstr(written(), ",a=b,1\r\n") != NULL);
	}
}

/* The shell of SQLite reads it back as it was. */
static void
is_read_by_sqlite(void)
{
	char *command, got[128] = "";
	FILE *shell;

	if (system("command -v sqlite3 >/dev/null") != 0)
		return;
	CHECK(write_row(json_pack("[s, s, i]", "x, \"y\"", "two\nlines", 5)));
	command = mem_printf("sqlite3 :memory: '.mode csv' '.import %s/t.csv t' '.mode list'"
			     " \"SELECT hex(a), hex(b), c + 1 FROM t\"",
			     folder);
	shell = popen(command, "r");
	CHECK(shell != NULL && fgets(got, sizeof got, shell) != NULL);
	CHECK(shell != NULL && pclose(shell) == 0);
	CHECK_TEXT(got, "782C20227922|74776F0A6C696E6573|6\n");
	free(command);
}

static bool
put_folder(const char *path, const char *name, char error[256])
{
	struct report_folder one;
	char *file;
	FILE *out;

	if (!report_folder_open(&one, path, error))
		return false;
	file = mem_printf("%s/%s", one.temporary, name);
	out = fopen(file, "w");
	CHECK(out != NULL && fclose(out) == 0);
	free(file);
	return report_folder_place(&one, error);
}

static bool
there(const char *path, const char *name)
{
	char *file = mem_printf("%s/%s", path, name);
	bool is = access(file, F_OK) == 0;

	free(file);
	return is;
}

static void
replaces_reports_only(void)
{
	char *path = mem_printf("%s/report/", folder), error[256] = "";
	char *file = mem_printf("%s/mine", path);
	FILE *out;

	CHECK(put_folder(path, "index.html", error));
	CHECK(there(path, "index.html"));
	CHECK(put_folder(path, "report.json", error));
	CHECK(there(path, "report.json") && !there(path, "index.html"));
	CHECK_TEXT(error, "");
	out = fopen(file, "w");
	CHECK(out != NULL && fclose(out) == 0);
	CHECK(!put_folder(path, "index.html", error));
	CHECK(strstr(error, "has more in it than a report") != NULL);
	CHECK(there(path, "mine") && there(path, "report.json"));
	CHECK(!put_folder(folder, "index.html", error));
	CHECK(strstr(error, "is a folder but no report") != NULL);
	CHECK(!put_folder(file, "index.html", error));
	CHECK(strstr(error, "is no folder") != NULL);
	CHECK(unlink(file) == 0);
	free(file);
	free(path);
}

int
main(void)
{
	char *clean;

	CHECK(mkdtemp(folder) != NULL);
	RUN(writes_values);
	RUN(disarms_formulas);
	RUN(is_read_by_sqlite);
	RUN(replaces_reports_only);
	clean = mem_printf("cd %s && rm t.csv report/report.json report/.mxsweep-report &&"
			   " rmdir report && cd / && rmdir %s",
			   folder, folder);
	CHECK(system(clean) == 0); /* and nothing else was left */
	free(clean);
	return test_end();
}
