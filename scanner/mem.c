/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/log.h"

static void *
checked(void *memory)
{
	if (memory == NULL)
		die("out of memory");
	return memory;
}

void *
mem_alloc(size_t size)
{
	return checked(calloc(1, size > 0 ? size : 1));
}

void *
mem_realloc(void *old, size_t size)
{
	return checked(realloc(old, size > 0 ? size : 1));
}

void *
mem_dup(const void *from, size_t size)
{
	void *copy = checked(malloc(size > 0 ? size : 1));

	if (size > 0)
		memcpy(copy, from, size);
	return copy;
}

char *
mem_strdup(const char *text)
{
	return text == NULL ? NULL : mem_dup(text, strlen(text) + 1);
}

char *
mem_join(const char *first, const char *second)
{
	char *both = checked(malloc(strlen(first) + strlen(second) + 1));

	stpcpy(stpcpy(both, first), second);
	return both;
}

char *
mem_printf(const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	va_end(ap);
	return checked(text);
}
