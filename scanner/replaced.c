/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/replaced.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scanner/mem.h"

static void
forget(struct replaced *file)
{
	free(file->path);
	free(file->temporary);
	*file = (struct replaced){ .path = NULL };
}

/* As open(2) would have given it to a new file. */
static bool
give_mode(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(fd, 0666 & ~mask) == 0;
}

static bool
open_temporary(struct replaced *file)
{
	int fd, error;

	file->temporary = mem_printf("%s.XXXXXX", file->path);
	fd = mkstemp(file->temporary);
	if (fd < 0)
		return false;
	file->out = give_mode(fd) ? fdopen(fd, "w") : NULL;
	if (file->out != NULL)
		return true;
	error = errno;
	close(fd);
	unlink(file->temporary);
	errno = error;
	return false;
}

/* Where the file is that is to be replaced, or will be; NULL: it is no plain file.  Links
 * of /proc (as /dev/stdout) may lead to what has no name. */
static char *
plain_path(const char *path)
{
	struct stat there;

	if (stat(path, &there) == 0)
		return S_ISREG(there.st_mode) ? realpath(path, NULL) : NULL;
	return lstat(path, &there) == 0 ? NULL : mem_strdup(path); /* a link to nowhere */
}

/* A folder is no plain file either, but nothing can be written to it. */
static bool
is_folder(const char *path)
{
	struct stat there;

	return stat(path, &there) == 0 && S_ISDIR(there.st_mode);
}

static bool
takes_writing(const char *path)
{
	if (!is_folder(path))
		return access(path, W_OK) == 0 || errno == ENOENT;
	errno = EISDIR;
	return false;
}

bool
replaced_prove(const char *path)
{
	struct replaced file;
	char *plain = plain_path(path);
	bool ok = plain == NULL ? takes_writing(path) : replaced_open(&file, path);
	int error = errno;

	if (ok && plain != NULL)
		replaced_drop(&file);
	free(plain);
	errno = error;
	return ok;
}

bool
replaced_open(struct replaced *file, const char *path)
{
	bool ok;
	int error;

	*file = (struct replaced){ .path = plain_path(path) };
	if (file->path != NULL)
		ok = open_temporary(file);
	else
		ok = (file->out = fopen(path, "we")) != NULL;
	error = errno;
	if (!ok)
		forget(file);
	errno = error;
	return ok;
}

bool
replaced_place(struct replaced *file)
{
	bool whole = fflush(file->out) == 0 && !ferror(file->out);
	int error = errno;

	if (fclose(file->out) != 0 && whole) {
		error = errno;
		whole = false;
	}
	if (whole && file->temporary != NULL) {
		whole = rename(file->temporary, file->path) == 0;
		error = errno;
	}
	if (!whole && file->temporary != NULL)
		unlink(file->temporary);
	forget(file);
	errno = error;
	return whole;
}

void
replaced_drop(struct replaced *file)
{
	fclose(file->out);
	if (file->temporary != NULL)
		unlink(file->temporary);
	forget(file);
}
