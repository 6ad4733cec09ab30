/* SPDX-License-Identifier: Apache-2.0 */
#include "output/policy/policy_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scanner/log.h"
#include "scanner/mem.h"

void
policy_file_open(struct policy_file *file, const char *path)
{
	struct stat there;
	int fd;

	if (stat(path, &there) == 0 && !S_ISREG(there.st_mode))
		die("%s: is no plain file, and is not replaced", path);
	*file =
	    (struct policy_file){ .path = path, .temporary = mem_printf("%s.XXXXXX", path) };
	fd = mkstemp(file->temporary);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	file->out = fchmod(fd, 0644) == 0 ? fdopen(fd, "w") : NULL;
	if (file->out == NULL) {
		unlink(file->temporary);
		die("%s: %s", path, strerror(errno));
	}
}

/* A second name of what is there; NULL where the file system knows no such thing. */
static char *
keep_old(const char *path)
{
	char *old = mem_printf("%s.old.XXXXXX", path);
	int fd = mkstemp(old);

	if (fd >= 0) {
		close(fd);
		unlink(old);
		if (link(path, old) == 0)
			return old;
	}
	free(old);
	return NULL;
}

void
policy_file_place(struct policy_file *file)
{
	bool whole =
	    fflush(file->out) == 0 && !ferror(file->out) && fsync(fileno(file->out)) == 0;
	int error = errno;

	if (fclose(file->out) != 0 && whole) {
		error = errno;
		whole = false;
	}
	file->out = NULL;
	if (whole) {
		file->first = access(file->path, F_OK) != 0;
		file->old = file->first ? NULL : keep_old(file->path);
		whole = rename(file->temporary, file->path) == 0;
		error = errno;
	}
	if (!whole) {
		unlink(file->temporary);
		if (file->old != NULL)
			unlink(file->old);
		die("%s: %s", file->path, strerror(error));
	}
}

static void
forget(struct policy_file *file)
{
	free(file->temporary);
	free(file->old);
	*file = (struct policy_file){ .path = NULL };
}

void
policy_file_close(struct policy_file *file)
{
	if (file->old != NULL)
		unlink(file->old);
	forget(file);
}

void
policy_file_take_back(struct policy_file *file)
{
	if (file->old != NULL)
		rename(file->old, file->path);
	else if (file->first)
		unlink(file->path);
	forget(file);
}
