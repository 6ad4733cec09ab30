/* SPDX-License-Identifier: Apache-2.0 */
/* The driver of a fuzz target: libFuzzer's entry point, or a replay of files. */
#include "tests/fuzz/fuzz.h"

#ifdef FUZZING

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_one(data, size);
	return 0;
}

#else

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int replayed;

static void
replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	size_t size = 0, capacity = 1 << 20;
	uint8_t *data, *exact;

	if (file == NULL)
		return;
	data = malloc(capacity);
	if (data != NULL)
		size = fread(data, 1, capacity, file);
	fclose(file);
	exact = malloc(size > 0 ? size : 1); /* so that ASan sees a read past the end */
	if (exact != NULL && data != NULL) {
		memcpy(exact, data, size);
		fuzz_one(exact, size);
		replayed++;
	}
	free(exact);
	free(data);
}

static void
replay_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	char file[4096];

	if (folder == NULL) {
		replay_file(path);
		return;
	}
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
		replay_file(file);
	}
	closedir(folder);
}

int
main(int argc, char *argv[])
{
	char corpus[4096];
	const char *top = getenv("srcdir"), *name = strrchr(argv[0], '/');

	/* libtool-free automake runs tests/fuzz/x_fuzz with srcdir set */
	snprintf(corpus, sizeof corpus, "%s/tests/fuzz/corpus/%s", top ? top : ".",
		 name ? name + 1 : argv[0]);
	if (strstr(corpus, "_fuzz") != NULL)
		*strstr(corpus, "_fuzz") = '\0';
	if (argc < 2)
		replay_folder(corpus);
	for (int i = 1; i < argc; i++)
		replay_folder(argv[i]);
	printf("%d inputs replayed\n", replayed);
	return replayed == 0;
}

#endif
