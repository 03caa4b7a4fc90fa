/* SPDX-License-Identifier: GPL-2.0-only */
/* See outdir.h. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "readers/outdir.h"

#define MODE 0700

static int fail_make(const char *path, int ret, const char *hint, struct dt_error *error)
{
	return dt_fail(error, -ret, hint, "cannot make the directory %s: %s", path, strerror(-ret));
}

int dt_outdir_begin(struct dt_outdir *directory, const char *path, struct dt_error *error)
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	if (length + sizeof(".new") > sizeof(directory->path))
		return fail_make(path, -ENAMETOOLONG, NULL, error);
	(void)snprintf(directory->path, sizeof(directory->path), "%.*s", (int)length, path);
	(void)snprintf(directory->unfinished, sizeof(directory->unfinished), "%.*s.new",
		       (int)length, path);
	if (!access(directory->path, F_OK))
		return fail_make(directory->path, -EEXIST,
				 "choose another name, or remove it: a directory is not replaced",
				 error);
	if (mkdir(directory->unfinished, MODE))
		return fail_make(directory->unfinished, -errno,
				 errno == EEXIST ? "an earlier slice was stopped and left it: "
						   "remove it"
						 : NULL,
				 error);
	return 0;
}

int dt_outdir_file(const struct dt_outdir *directory, const char *name, char *to,
		   struct dt_error *error)
{
	if (snprintf(to, sizeof(directory->path), "%s/%s", directory->unfinished, name) >=
	    (int)sizeof(directory->path))
		return dt_fail(error, ENAMETOOLONG, NULL, "%s/%s: path too long", directory->path,
			       name);
	return 0;
}

int dt_outdir_finish(struct dt_outdir *directory, struct dt_error *error)
{
	int ret;

	if (!rename(directory->unfinished, directory->path))
		return 0;
	ret = -errno;
	(void)dt_fail(error, -ret, NULL, "cannot rename %s to %s: %s", directory->unfinished,
		      directory->path, strerror(-ret));
	dt_outdir_drop(directory);
	return ret;
}

void dt_outdir_drop(struct dt_outdir *directory)
{
	DIR *stream = opendir(directory->unfinished);
	struct dirent *entry;

	while (stream && (entry = readdir(stream)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			(void)unlinkat(dirfd(stream), entry->d_name, 0);
	if (stream)
		(void)closedir(stream);
	(void)rmdir(directory->unfinished);
}
