/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define ERASE_LINE "\r\033[K"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char status[256];
static int verbosity;

void
log_set_verbosity(int level)
{
	verbosity = level;
}

bool
log_enabled(int level)
{
	return verbosity >= level;
}

static void
message(const char *prefix, const char *format, va_list ap)
{
	char line[2048];

	vsnprintf(line, sizeof line, format, ap);
	pthread_mutex_lock(&lock);
	fprintf(stderr, "%s%s%s\n%s", status[0] != '\0' ? ERASE_LINE : "", prefix, line,
		status);
	fflush(stderr);
	pthread_mutex_unlock(&lock);
}

void
die(const char *format, ...)
{
	va_list ap;

	log_status(NULL);
	va_start(ap, format);
	message("mxsweep: ", format, ap);
	va_end(ap);
	_exit(2); /* what is allocated, and by whom, no longer matters */
}

void
flush_stdout(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		die("stdout cannot be written");
}

void
log_warn(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	message("mxsweep: ", format, ap);
	va_end(ap);
}

void
log_info(const char *format, ...)
{
	va_list ap;

	if (verbosity < 1)
		return;
	va_start(ap, format);
	message("", format, ap);
	va_end(ap);
}

void
log_debug(const char *format, ...)
{
	va_list ap;

	if (verbosity < 2)
		return;
	va_start(ap, format);
	message("", format, ap);
	va_end(ap);
}

void
log_status(const char *text)
{
	pthread_mutex_lock(&lock);
	if (status[0] != '\0')
		fputs(ERASE_LINE, stderr);
	snprintf(status, sizeof status, "%s", text != NULL ? text : "");
	fputs(status, stderr);
	fflush(stderr);
	pthread_mutex_unlock(&lock);
}
