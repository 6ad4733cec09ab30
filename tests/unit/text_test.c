/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/text.h"

#include <stdlib.h>

#include "tests/unit/test.h"

static void
check(const char *bytes, size_t length, int keep_lf, const char *want)
{
	char *text = text_of_bytes(bytes, length, keep_lf);

	CHECK_TEXT(text, want);
	free(text);
}

static void
keeps_text(void)
{
	check("mail.example ESMTP", 18, 0, "mail.example ESMTP");
	check("", 0, 0, "");
	check(NULL, 0, 0, "");
	check("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x93\xa7", 15, 0,
	      "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x93\xa7");
	check("a\nb", 3, 1, "a\nb");
	check("C:\\dir\\", 7, 0, "C:\\dir\\");
}

static void
spells_other_bytes(void)
{
	check("a\nb", 3, 0, "a\\x0ab");
	check("\0\x01\t\r\x1b\x7f", 6, 1, "\\x00\\x01\\x09\\x0d\\x1b\\x7f");
	check("\\x41", 4, 0, "\\x5cx41"); /* so that the bytes can be had back */
	check("\xff\xfe", 2, 0, "\\xff\\xfe");
	check("\xc3", 1, 0, "\\xc3");          /* cut short */
	check("\xc3(", 2, 0, "\\xc3(");        /* no continuation */
	check("\xc0\xaf", 2, 0, "\\xc0\\xaf"); /* overlong */
	check("\xe0\x80\x80", 3, 0, "\\xe0\\x80\\x80");
	check("\xf0\x80\x80\x80", 4, 0, "\\xf0\\x80\\x80\\x80");
	check("\xed\xa0\x80", 3, 0, "\\xed\\xa0\\x80");          /* surrogate */
	check("\xf4\x90\x80\x80", 4, 0, "\\xf4\\x90\\x80\\x80"); /* beyond Unicode */
	check("\xc2\x85", 2, 0, "\\xc2\\x85");                   /* C1 control */
}

int
main(void)
{
	RUN(keeps_text);
	RUN(spells_other_bytes);
	return test_end();
}
