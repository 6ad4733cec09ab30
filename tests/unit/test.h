/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole unit-test harness.  A test program is a table of functions:
 *
 *     int main(void) { RUN(folds_case); RUN(strips_dot); return test_end(); }
 *
 * CHECK prints its line when it fails and the program goes on, so that one run
 * shows all failures.
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <stdio.h>
#include <string.h>

static int test_failures, test_checks;

#define CHECK(what)                                                                            \
	do {                                                                                   \
		test_checks++;                                                                 \
		if (!(what)) {                                                                 \
			test_failures++;                                                       \
			printf("%s:%d: %s: not so: %s\n", __FILE__, __LINE__, __func__,        \
			       #what);                                                         \
		}                                                                              \
	} while (0)

/* Both texts may be NULL. */
#define CHECK_TEXT(got, want)                                                                  \
	do {                                                                                   \
		const char *got_ = (got), *want_ = (want);                                     \
		test_checks++;                                                                 \
		if (got_ == want_ || (got_ && want_ && strcmp(got_, want_) == 0))              \
			break;                                                                 \
		test_failures++;                                                               \
		printf("%s:%d: %s: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, __func__,  \
		       #got, got_ ? got_ : "(null)", want_ ? want_ : "(null)");                \
	} while (0)

#define RUN(test)                                                                              \
	do {                                                                                   \
		test();                                                                        \
	} while (0)

static inline int
test_end(void)
{
	printf("%d checks, %d failed\n", test_checks, test_failures);
	return test_failures > 0 || test_checks == 0;
}

#endif
