/* SPDX-License-Identifier: GPL-2.0-only */
/* See replace.h. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/replace.h"

#define UNNAMED "XXXXXX"

/* Names that are tried for a file that had none. */
#define ATTEMPTS 100u

/* Not every file system can: -1. */
static int open_unnamed(const char *target)
{
	char *copy = strdup(target);
	int fd = copy ? open(dirname(copy), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) : -1;

	/* without /proc it could not get a name */
	if (fd >= 0 && access("/proc/self/fd", X_OK)) {
		(void)close(fd);
		fd = -1;
	}
	free(copy);
	return fd;
}

/* there NULL: the place is free. */
static int open_beside(struct dt_replace *file, const struct stat *there)
{
	mode_t mask;

	if (asprintf(&file->temporary, "%s." UNNAMED, file->target) < 0) {
		file->temporary = NULL;
		return -ENOMEM;
	}
	file->fd = open_unnamed(file->target);
	if (file->fd < 0) {
		file->fd = mkostemp(file->temporary, O_CLOEXEC);
		file->named = file->fd >= 0;
	}
	if (file->fd < 0)
		return -errno;
	mask = umask(0);
	(void)umask(mask);
	if (there && fchown(file->fd, there->st_uid, there->st_gid))
		/* somebody else's now: what its group may do is not for the new one */
		(void)fchmod(file->fd, there->st_mode & 0707);
	else
		(void)fchmod(file->fd, there ? there->st_mode & 0777 : 0666 & ~mask);
	return 0;
}

/* Does path lead to what its caller has open, as /dev/stdout does? Others write there too. */
static bool is_open_file(const char *path)
{
	return !strncmp(path, "/dev/", 5) || !strncmp(path, "/proc/", 6);
}

/* Where a link that leads nowhere leads is opened by the system. */
static int open_target(struct dt_replace *file, const char *path)
{
	struct stat there;
	const bool exists = !stat(path, &there);

	if (!exists && errno != ENOENT)
		return -errno;
	if (exists && S_ISREG(there.st_mode) && there.st_nlink == 1 && !is_open_file(path)) {
		if (access(path, W_OK))
			return -errno;
		file->target = realpath(path, NULL);
		return file->target ? open_beside(file, &there) : -errno;
	}
	if (!exists && lstat(path, &there)) {
		file->target = strdup(path);
		return file->target ? open_beside(file, NULL) : -ENOMEM;
	}
	file->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return file->fd < 0 ? -errno : 0;
}

int dt_replace_fail(struct dt_error *error, int code, const char *path)
{
	const char *hint = NULL;

	if (code == EINTR)
		return dt_fail(error, EINTR, NULL, "interrupted: nothing was written");
	if (code == ENOSPC || code == EDQUOT)
		hint = "free some space, or write elsewhere";
	else if (code == ENOENT || code == EACCES || code == EROFS)
		hint = "name a file in a directory that you can write to";
	return dt_fail(error, code, hint, "cannot write %s: %s", path, strerror(code));
}

static void clear(struct dt_replace *file)
{
	free(file->target);
	free(file->temporary);
	*file = (struct dt_replace){.fd = -1};
}

int dt_replace_begin(struct dt_replace *file, const char *path)
{
	int ret;

	*file = (struct dt_replace){.fd = -1};
	ret = open_target(file, path);
	if (ret)
		clear(file);
	return ret;
}

FILE *dt_replace_stream(const struct dt_replace *file)
{
	const int fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
	FILE *stream = fd < 0 ? NULL : fdopen(fd, "w");

	if (fd >= 0 && !stream) {
		const int code = errno;

		(void)close(fd);
		errno = code;
	}
	return stream;
}

/* A name beside the place, which rename() needs to replace what is there. */
static int give_name(struct dt_replace *file)
{
	char self[64], *end = file->temporary + strlen(file->temporary) - strlen(UNNAMED);
	unsigned number = (unsigned)getpid();

	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", file->fd);
	for (unsigned i = 0; i < ATTEMPTS; i++, number++) {
		(void)snprintf(end, sizeof(UNNAMED), "%06x", number & 0xffffff);
		file->named = !linkat(AT_FDCWD, self, AT_FDCWD, file->temporary, AT_SYMLINK_FOLLOW);
		if (file->named)
			return 0;
		if (errno != EEXIST)
			break;
	}
	return -errno;
}

int dt_replace_end(struct dt_replace *file)
{
	int ret = 0;

	/* a full disk may show only now; pipes and terminals cannot be synced */
	if (file->target && !file->quick && fsync(file->fd) && errno != EINVAL)
		ret = -errno;
	if (!ret && file->target && !file->named)
		ret = give_name(file);
	if (file->fd >= 0 && close(file->fd) && !ret)
		ret = -errno;
	file->fd = -1;
	if (!ret && file->target && rename(file->temporary, file->target))
		ret = -errno;
	if (ret && file->named)
		(void)unlink(file->temporary);
	clear(file);
	return ret;
}

void dt_replace_drop(struct dt_replace *file)
{
	if (file->fd >= 0)
		(void)close(file->fd);
	if (file->named)
		(void)unlink(file->temporary);
	clear(file);
}
