/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation that cannot fail: when memory runs out the process ends with one
 * line on stderr, so no caller has a path for it.  Everything returned is
 * released with free(); mem_alloc returns zeroed memory.
 */
#ifndef SCANNER_MEM_H
#define SCANNER_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size);
void *mem_realloc(void *old, size_t size);
void *mem_dup(const void *from, size_t size);
char *mem_strdup(const char *text); /* NULL stays NULL */
char *mem_join(const char *first, const char *second);
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
