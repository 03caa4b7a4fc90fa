/* SPDX-License-Identifier: GPL-2.0-only */
/* See printed.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/printed.h"

static int cannot_write(const char *path, int code, const char *command)
{
	struct dt_error error;

	(void)dt_replace_fail(&error, code, path);
	dt_print_error(command, &error);
	return DT_EXIT_FAILED;
}

int dt_printed_open(struct dt_printed *printed, const char *path, const char *command)
{
	int ret;

	*printed = (struct dt_printed){.stream = stdout, .path = path};
	if (!path)
		return DT_EXIT_OK;
	ret = dt_replace_begin(&printed->file, path);
	if (ret)
		return cannot_write(path, -ret, command);
	printed->stream = dt_replace_stream(&printed->file);
	if (printed->stream)
		return DT_EXIT_OK;
	ret = errno;
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

char *dt_printed_path(const char *path, char separator, const char *word)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	const char *dot = strrchr(name, '.');
	const char *ending = dot && dot != name ? dot : path + strlen(path);
	char *made = NULL;

	if (asprintf(&made, "%.*s%c%s%s", (int)(ending - path), path, separator, word, ending) < 0)
		return NULL;
	return made;
}
