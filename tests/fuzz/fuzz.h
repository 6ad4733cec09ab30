/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz target defines fuzz_one().  With --enable-fuzzing libFuzzer drives it;
 * otherwise the program replays the files and folders given as arguments, or its
 * own corpus, so that every input that was ever interesting is tried by
 * `make check`.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

void fuzz_one(const uint8_t *data, size_t size);

#endif
