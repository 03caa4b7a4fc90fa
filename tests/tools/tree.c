/* SPDX-License-Identifier: GPL-2.0-only */
/* See tree.h. */
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include "tests/tools/tree.h"

/* Make the directories above the last slash of a path. */
static int make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		int ret;

		*slash = '\0';
		ret = mkdir(path, 0777) && errno != EEXIST ? -errno : 0;
		*slash = '/';
		if (ret)
			return ret;
	}
	return 0;
}

/* "PATH" or "PATH MODE" behind "== ". *out: the file that is written now, closed before. */
static int begin_file(const char *directory, char *line, FILE **out, mode_t *mode, char *path)
{
	char *word = strtok(line, " \n"), *octal = strtok(NULL, " \n");
	int ret;

	if (!word)
		return -EINVAL;
	*mode = octal ? (mode_t)strtoul(octal, NULL, 8) : 0;
	if (snprintf(path, PATH_MAX, "%s/%s", directory, word) >= PATH_MAX)
		return -ENAMETOOLONG;
	ret = make_parents(path);
	if (ret || path[strlen(path) - 1] == '/')
		return ret;
	*out = fopen(path, "we");
	return *out ? 0 : -errno;
}

static int end_file(FILE **out, mode_t mode, const char *path)
{
	int ret = 0;

	if (!*out)
		return 0;
	if (fclose(*out) || (mode && chmod(path, mode)))
		ret = -errno;
	*out = NULL;
	return ret;
}

int dt_tree_unpack(const char *tree, const char *directory)
{
	FILE *in = fopen(tree, "re"), *out = NULL;
	char path[PATH_MAX] = "";
	char *line = NULL;
	size_t size = 0;
	mode_t mode = 0;
	int ret = 0;

	if (!in)
		return -errno;
	while (!ret && getline(&line, &size, in) > 0) {
		if (!strncmp(line, "== ", 3)) {
			ret = end_file(&out, mode, path);
			if (!ret)
				ret = begin_file(directory, line + 3, &out, &mode, path);
		} else if (out && fputs(line, out) < 0) {
			ret = -EIO;
		}
	}
	if (!ret)
		ret = end_file(&out, mode, path);
	else if (out)
		(void)fclose(out);
	free(line);
	(void)fclose(in);
	return ret;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

void dt_tree_remove(const char *directory)
{
	(void)nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
