/* SPDX-License-Identifier: GPL-2.0-only */
/* See printed.h. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/printed.h"

static int cannot_write(const char *path, int code, const char *command)
{
	struct dt_error error;

	(void)dt_fail(&error, code,
		      code == ENOSPC || code == EDQUOT ? "free some space, or write elsewhere"
		      : code == ENOENT || code == EACCES || code == EROFS
			      ? "name a file in a directory that you can write to"
			      : NULL,
		      "cannot write %s: %s", path, strerror(code));
	dt_print_error(command, &error);
	return DT_EXIT_FAILED;
}

int dt_printed_open(struct dt_printed *printed, const char *path, const char *command)
{
	int ret, fd;

	*printed = (struct dt_printed){.stream = stdout, .path = path};
	if (!path)
		return DT_EXIT_OK;
	ret = dt_replace_begin(&printed->file, path);
	if (ret)
		return cannot_write(path, -ret, command);
	/* a descriptor for the stream to close: the file is not in its place by then */
	fd = dup(printed->file.fd);
	printed->stream = fd < 0 ? NULL : fdopen(fd, "w");
	if (printed->stream)
		return DT_EXIT_OK;
	ret = errno;
	if (fd >= 0)
		(void)close(fd);
	dt_replace_drop(&printed->file);
	return cannot_write(path, ret, command);
}

int dt_printed_finish(struct dt_printed *printed, const char *command)
{
	int ret = dt_finish_output(printed->stream, command, printed->path);

	if (!printed->path)
		return ret;
	if (ret) {
		dt_replace_drop(&printed->file);
		return ret;
	}
	ret = dt_replace_end(&printed->file);
	return ret ? cannot_write(printed->path, -ret, command) : DT_EXIT_OK;
}
