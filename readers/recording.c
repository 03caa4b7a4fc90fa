/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording directory: trace.dat and perf.data side by side on one clock, each with the segments
 * that follow it, read as one input whose counts are the sums of its parts.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/host_context.h"
#include "damon-trace/recording.h"
#include "readers/host_json.h"
#include "readers/recording_parts.h"
#include "readers/registry.h"

/* Segments beyond this number do not exist. */
#define SEGMENT_MAX 1000000000ul

bool dt_recording_segment(const char *file, const char *name, unsigned long *segment)
{
	const size_t length = strlen(name);
	char *end;

	*segment = 0;
	if (strncmp(file, name, length) != 0)
		return false;
	if (!file[length])
		return true;
	if (file[length] != '.' || file[length + 1] < '1' || file[length + 1] > '9')
		return false;
	*segment = strtoul(file + length + 1, &end, 10);
	return !*end && *segment < SEGMENT_MAX;
}

bool dt_recording_is(const char *path)
{
	DIR *stream = opendir(path);
	struct dirent *entry;
	unsigned long segment;
	bool found = false;

	while (stream && !found && (entry = readdir(stream)))
		found = dt_recording_segment(entry->d_name, DT_RECORDING_TRACE, &segment) ||
			dt_recording_segment(entry->d_name, DT_RECORDING_PERF, &segment);
	if (stream)
		(void)closedir(stream);
	return found;
}

static int compare_parts(const void *a, const void *b)
{
	const struct dt_part *left = a, *right = b;

	if (left->is_perf != right->is_perf)
		return left->is_perf ? 1 : -1;
	return left->segment < right->segment ? -1 : left->segment > right->segment;
}

static int add_part_named(struct dt_recording *recording, const char *file)
{
	struct dt_part *part;
	unsigned long segment;
	bool is_perf = true;

	if (!dt_recording_segment(file, DT_RECORDING_PERF, &segment)) {
		is_perf = false;
		if (!dt_recording_segment(file, DT_RECORDING_TRACE, &segment))
			return 0;
	}
	part = dt_recording_add(recording, file);
	if (!part)
		return -ENOMEM;
	part->is_perf = is_perf;
	part->segment = segment;
	return 0;
}

static int find_parts(struct dt_recording *recording)
{
	DIR *stream = opendir(recording->path);
	struct dirent *entry;
	int ret = 0;

	if (!stream)
		return -errno;
	while (!ret && (entry = readdir(stream)))
		ret = add_part_named(recording, entry->d_name);
	(void)closedir(stream);
	if (recording->parts)
		qsort(recording->parts, recording->nr_parts, sizeof(*recording->parts),
		      compare_parts);
	return ret;
}

static int open_part(struct dt_recording *recording, struct dt_part *part, struct dt_error *error)
{
	struct dt_error own = {0};
	char path[4096];
	int ret;

	if (snprintf(path, sizeof(path), "%s/%s", recording->path, part->name) >= (int)sizeof(path))
		return dt_fail(error, ENAMETOOLONG, NULL, "%s: path too long", recording->path);
	ret = dt_reader_open(&part->reader, path, &own);
	if (ret) {
		if (error)
			*error = own;
		/* what the other parts hold is not lost for it */
		dt_warn(&recording->reader.info.warnings, UINT64_MAX, "%s", own.message);
		recording->damaged = true;
		return ret == -ENOMEM ? ret : 0;
	}
	ret = dt_recording_take(recording, part);
	return ret ? dt_fail(error, -ret, NULL, "out of memory") : 0;
}

static int open_parts(struct dt_recording *recording, struct dt_error *error)
{
	int ret = find_parts(recording);

	if (ret)
		return dt_fail(error, -ret, NULL, "cannot open %s: %s", recording->path,
			       strerror(-ret));
	for (size_t i = 0; i < recording->nr_parts && !ret; i++)
		ret = open_part(recording, &recording->parts[i], error);
	dt_recording_settle(recording);
	if (!ret && !recording->nr_parts)
		ret = -ENOMSG; /* with the last part's message */
	return ret;
}

static int read_host(struct dt_reader *reader)
{
	struct dt_input_info *info = &reader->info;
	int ret = dt_host_context_read(&info->host_context, info->path, &info->warnings);

	if (ret || !info->host_context || !dt_host_lacks_kdamond(info->host_context))
		return ret;
	ret = dt_reader_witnesses(reader);
	dt_host_name_kdamond(info->host_context, info->witnesses);
	return ret;
}

int dt_recording_open(struct dt_reader **reader, const char *path, struct dt_error *error)
{
	struct dt_recording *recording = dt_recording_new(path);
	int ret;

	if (!recording)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	ret = open_parts(recording, error);
	if (!ret && read_host(&recording->reader))
		ret = dt_fail(error, ENOMEM, NULL, "out of memory");
	if (ret) {
		dt_reader_close(&recording->reader);
		return ret;
	}
	*reader = &recording->reader;
	return 0;
}
