/* SPDX-License-Identifier: GPL-2.0-only */
/* Temporary files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/temporary.h"

const char *dt_temporary_directory(void)
{
	const char *directory = getenv("TMPDIR");

	return directory && *directory ? directory : "/tmp";
}

/* Not one of the standard descriptors, which may be closed. */
static int move_up(int fd)
{
	int moved;

	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (moved < 0)
		moved = -errno;
	(void)close(fd);
	return moved;
}

int dt_temporary_open(void)
{
	char path[4096];
	int fd = open(dt_temporary_directory(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return move_up(fd);
	/* not every file system knows O_TMPFILE */
	if (snprintf(path, sizeof(path), "%s/damon-trace-XXXXXX", dt_temporary_directory()) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	(void)unlink(path);
	return move_up(fd);
}

int dt_write_all(int fd, const void *data, size_t size)
{
	const char *place = data;

	while (size) {
		ssize_t written = write(fd, place, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		place += written;
		size -= (size_t)written;
	}
	return 0;
}

int dt_close_durable(FILE *out)
{
	int code = 0;

	errno = 0;
	if (fflush(out) || ferror(out) || fsync(fileno(out)))
		code = errno ? errno : EIO;
	if (fclose(out) && !code)
		code = errno;
	return code;
}
