/* SPDX-License-Identifier: GPL-2.0-only */
/* The only place that prints errors, and the end of every output. */
#include <errno.h>

#include "cli/cli.h"
#include "support/replace.h"

void dt_print_error(const char *command, const struct dt_error *error)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "damon-trace%s%s: %s\n", command ? " " : "", command ? command : "",
		      error->message);
	if (error->hint[0])
		(void)fprintf(stderr, "  hint: %s\n", error->hint);
}

int dt_finish_output(FILE *out, const char *command, const char *path)
{
	struct dt_error error;
	int code = 0;

	errno = 0;
	if (fflush(out) || ferror(out))
		code = errno ? errno : EIO;
	if (out != stdout && fclose(out) && !code)
		code = errno;
	if (!code)
		return DT_EXIT_OK;
	/* who closes the pipe has seen enough */
	if (code == EPIPE)
		return DT_EXIT_FAILED;
	(void)dt_replace_fail(&error, code, path ? path : "standard output");
	dt_print_error(command, &error);
	return DT_EXIT_FAILED;
}
