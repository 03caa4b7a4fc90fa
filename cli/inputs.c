/* SPDX-License-Identifier: GPL-2.0-only */
/* Inputs of a command. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/inputs.h"
#include "cli/report.h"
#include "damon-trace/recording.h"
#include "readers/registry.h"

/* Is the file one that a recording directory is made of? */
static bool is_part(const char *path, const char *directory)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct stat parent, input;
	char above[4096];
	unsigned long segment;

	if (snprintf(above, sizeof(above), "%.*s.", (int)(name - path), path) >=
		    (int)sizeof(above) ||
	    stat(above, &parent) || stat(directory, &input) || !S_ISDIR(input.st_mode))
		return false;
	return parent.st_dev == input.st_dev && parent.st_ino == input.st_ino &&
	       (dt_recording_segment(name, DT_RECORDING_TRACE, &segment) ||
		dt_recording_segment(name, DT_RECORDING_PERF, &segment) ||
		!strcmp(name, DT_RECORDING_HOST) || !strcmp(name, "data"));
}

static bool is_input(const char *path, const char *input)
{
	struct stat out, in;

	if (stat(path, &out))
		return false;
	return is_part(path, input) || (!stat(input, &in) && out.st_dev == in.st_dev &&
					out.st_ino == in.st_ino && !S_ISCHR(in.st_mode));
}

int dt_inputs_refuse(const char *command, const char *output, int nr, char **paths)
{
	static char *default_input[] = {(char *)DT_DEFAULT_INPUT};
	struct dt_error error;

	if (!nr)
		paths = default_input;
	for (int i = 0; output && i < (nr ? nr : 1); i++) {
		if (!is_input(output, paths[i]))
			continue;
		(void)dt_fail(&error, EINVAL, "choose another name", "%s is %s", output,
			      is_part(output, paths[i]) ? "a part of the input"
							: "the input itself");
		dt_print_error(command, &error);
		return DT_EXIT_USAGE;
	}
	return DT_EXIT_OK;
}

int dt_inputs_open(struct dt_inputs *inputs, const char *command, size_t nr, char **paths)
{
	struct dt_error error = {0};

	*inputs = (struct dt_inputs){0};
	inputs->readers = calloc(nr + 1, sizeof(struct dt_reader *));
	for (size_t i = 0; i < nr && inputs->readers; i++) {
		if (dt_reader_open(&inputs->readers[i], paths[i], &error)) {
			dt_print_error(command, &error);
			return DT_EXIT_FAILED;
		}
		inputs->nr++;
	}
	return inputs->readers ? DT_EXIT_OK : DT_EXIT_FAILED;
}

void dt_inputs_close(struct dt_inputs *inputs)
{
	for (size_t i = 0; i < inputs->nr; i++)
		dt_reader_close(inputs->readers[i]);
	free(inputs->readers);
	*inputs = (struct dt_inputs){0};
}

static void print_warnings(const struct dt_input_info *info)
{
	const struct dt_warnings *warnings = &info->warnings;
	const uint64_t kept =
		warnings->count < DT_WARNINGS_KEPT ? warnings->count : DT_WARNINGS_KEPT;

	for (uint64_t i = 0; i < kept; i++) {
		const struct dt_warning *warning = &warnings->kept[i];

		(void)fprintf(stderr, "damon-trace: warning: %s: ", info->path);
		if (warning->offset != UINT64_MAX)
			(void)fprintf(stderr, "offset %" PRIu64 ": ", warning->offset);
		(void)fprintf(stderr, "%s\n", warning->text);
	}
	if (warnings->count > kept)
		(void)fprintf(stderr, "damon-trace: warning: %s: %" PRIu64 " more warnings\n",
			      info->path, warnings->count - kept);
}

int dt_inputs_judge(const struct dt_inputs *inputs)
{
	int status = DT_EXIT_OK;

	(void)fflush(stdout);
	for (size_t i = 0; i < inputs->nr; i++) {
		const struct dt_input_info *info = &inputs->readers[i]->info;

		print_warnings(info);
		if (!info->complete || info->lost_events || info->lost_unknown ||
		    info->lost_samples)
			status = DT_EXIT_INCOMPLETE;
	}
	return status;
}
