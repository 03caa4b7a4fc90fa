/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The real files. Alone in its object, so that a test program that brings files of its own under
 * the same name is linked without this one.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "damon-trace/damon_sysfs.h"

static ssize_t read_file(void *context, const char *path, char *text, size_t size)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	(void)context;
	if (fd < 0)
		return -errno;
	length = read(fd, text, size);
	if (length < 0)
		length = -errno;
	(void)close(fd);
	return length;
}

/* One write: the kernel takes a value as a whole, and looks at it when it is written. */
static int write_file(void *context, const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC | O_TRUNC);
	const size_t size = strlen(text);
	ssize_t written;
	int ret = 0;

	(void)context;
	if (fd < 0)
		return -errno;
	written = write(fd, text, size);
	if (written < 0)
		ret = -errno;
	else if ((size_t)written != size)
		ret = -EIO;
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

const struct dt_sysfs_files dt_sysfs_files_system = {read_file, write_file, NULL};
