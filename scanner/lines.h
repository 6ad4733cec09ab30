/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of a file or pipe, plain or gzip (told by its first bytes), in flat
 * memory and without ever blocking on a pipe; a regular file never has to wait.
 * Dies, naming the file, when it cannot be opened, a read fails, or gzip data is
 * damaged or cut short.
 */
#ifndef SCANNER_LINES_H
#define SCANNER_LINES_H

#include <stddef.h>
#include <stdint.h>

#define LINES_MAX 65536 /* bytes of a line */

struct lines;
enum lines_next { LINES_LINE, LINES_WAIT, LINES_END };

/* "-" is stdin. */
struct lines *lines_open(const char *path);
void lines_close(struct lines *lines);
/* The next line without its line feed; *line is valid until the next call.  Of a
 * line longer than LINES_MAX the first LINES_MAX + 1 bytes come.  LINES_WAIT: ask
 * again when lines_fd is readable. */
enum lines_next lines_next(struct lines *lines, const char **line, size_t *length);
int lines_fd(const struct lines *lines);
/* The file's name for a message. */
const char *lines_name(const struct lines *lines);
/* The number of the line that came last, from 1. */
uint64_t lines_number(const struct lines *lines);
/* How much of the file was read, 0 to 1; negative for what has no size. */
double lines_fraction(const struct lines *lines);

#endif
