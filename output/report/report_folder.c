/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/report_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scanner/mem.h"

#define MARK ".mxsweep-report"

static bool
fail(char error[256], const char *path, const char *why)
{
	snprintf(error, 256, "%s: %s", path, why);
	return false;
}

static bool
is_part(const char *name)
{
	static const char *const parts[] = { ".",          "..",          MARK,
					     "index.html", "report.json", "aggregate.json",
					     "tables",     "plots" };

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strcmp(name, parts[i]) == 0)
			return true;
	return false;
}

/* Looks at what stands in our place, which need not exist. */
static bool
may_replace(const char *path, char error[256])
{
	struct stat status;
	struct dirent *entry;
	bool marked = false, others = false, empty = true;
	DIR *dir;

	if (lstat(path, &status) != 0)
		return errno == ENOENT || fail(error, path, strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return fail(error, path, "is no folder");
	dir = opendir(path);
	if (dir == NULL)
		return fail(error, path, strerror(errno));
	while ((entry = readdir(dir)) != NULL) {
		marked |= strcmp(entry->d_name, MARK) == 0;
		others |= !is_part(entry->d_name);
		empty &= entry->d_name[0] == '.' && is_part(entry->d_name) &&
			 strcmp(entry->d_name, MARK) != 0;
	}
	closedir(dir);
	if (empty || (marked && !others))
		return true;
	return fail(error, path,
		    marked ? "has more in it than a report, and is not replaced"
			   : "is a folder but no report, and is not replaced");
}

static bool
set_mark(const char *folder)
{
	char *path = mem_printf("%s/" MARK, folder);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	bool ok = fd >= 0 && close(fd) == 0;

	free(path);
	return ok;
}

bool
report_folder_open(struct report_folder *folder, const char *path, char error[256])
{
	size_t length = strlen(path);

	*folder = (struct report_folder){ NULL, NULL };
	while (length > 1 && path[length - 1] == '/')
		length--;
	folder->path = mem_printf("%.*s", (int)length, path);
	if (!may_replace(folder->path, error)) {
		report_folder_close(folder);
		return false;
	}
	folder->temporary = mem_printf("%s.XXXXXX", folder->path);
	if (mkdtemp(folder->temporary) == NULL) {
		fail(error, folder->path, strerror(errno));
		free(folder->temporary);
		folder->temporary = NULL;
	} else if (chmod(folder->temporary, 0755) == 0 && set_mark(folder->temporary)) {
		return true;
	} else {
		fail(error, folder->temporary, strerror(errno));
	}
	report_folder_close(folder);
	return false;
}

static int
take_away(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static void
remove_folder(const char *path)
{
	nftw(path, take_away, 8, FTW_DEPTH | FTW_PHYS);
}

/* Where the file system cannot exchange two folders, the old one steps aside first. */
static bool
swap(const char *new, const char *old)
{
	char *aside;
	bool ok;

	if (renameat2(AT_FDCWD, new, AT_FDCWD, old, RENAME_EXCHANGE) == 0) {
		remove_folder(new);
		return true;
	}
	if (errno != EINVAL && errno != ENOSYS)
		return false;
	aside = mem_printf("%s.old", new);
	ok = rename(old, aside) == 0;
	if (ok && rename(new, old) != 0) {
		int error = errno;

		rename(aside, old);
		errno = error;
		ok = false;
	}
	if (ok)
		remove_folder(aside);
	free(aside);
	return ok;
}

bool
report_folder_place(struct report_folder *folder, char error[256])
{
	bool ok = may_replace(folder->path, error);

	/* Over nothing, or over an empty folder, rename is enough. */
	if (ok && rename(folder->temporary, folder->path) != 0) {
		ok = (errno == ENOTEMPTY || errno == EEXIST) &&
		     swap(folder->temporary, folder->path);
		if (!ok)
			fail(error, folder->path, strerror(errno));
	}
	if (ok) {
		free(folder->temporary);
		folder->temporary = NULL;
	}
	report_folder_close(folder);
	return ok;
}

void
report_folder_close(struct report_folder *folder)
{
	if (folder->temporary != NULL)
		remove_folder(folder->temporary);
	free(folder->temporary);
	free(folder->path);
	*folder = (struct report_folder){ NULL, NULL };
}
