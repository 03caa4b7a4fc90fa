/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A slice of a recording directory: of each trace.dat and perf.data in it, beside copies of the
 * other files. Those that describe the machine hold for the slice as well; counters in
 * witness.jsonl have times of their own, and views take those that they need.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "damon-trace/recording.h"
#include "damon-trace/slice.h"
#include "readers/outdir.h"
#include "readers/outfile.h"
#include "readers/registry.h"

struct job {
	const char *from;
	const struct dt_slice *slice;
	struct dt_slice_sum *sum;
	struct dt_outdir directory;
	size_t nr_sliced;
};

static int copy_file(const struct job *job, const char *from, const char *to,
		     struct dt_error *error)
{
	struct dt_source *source;
	struct dt_outfile out;
	int ret = dt_source_open(&source, from, error);

	if (ret)
		return ret;
	ret = dt_outfile_begin(&out, to, source, job->slice->stop, error);
	if (!ret) {
		dt_outfile_copy(&out, source, 0, source->size);
		ret = dt_outfile_finish(&out, error);
	}
	dt_source_close(source);
	return ret;
}

static int slice_part(struct job *job, const char *from, const char *to, struct dt_error *error)
{
	struct dt_reader *reader;
	/* a part that cannot be read was told of when the recording was opened */
	int ret = dt_reader_open(&reader, from, error);

	if (ret == -ENOMSG)
		return 0;
	if (ret)
		return ret;
	/* the counters of a part without a walk are those of its own times */
	ret = dt_reader_walk(reader, &(struct dt_sink){0}, error);
	if (!ret)
		ret = dt_reader_slice(reader, job->slice, to, job->sum, error);
	dt_reader_close(reader);
	if (!ret)
		job->nr_sliced++;
	return ret;
}

/* What a recorder that was killed left: pages, which go into the slice of their trace.dat. */
static bool is_leftover(const char *name)
{
	const char *cpu = strstr(name, ".cpu"), *dot = strrchr(name, '.');

	return (!strncmp(name, DT_RECORDING_TRACE, strlen(DT_RECORDING_TRACE)) && cpu &&
		cpu[4] >= '0' && cpu[4] <= '9') ||
	       (dot && !strcmp(dot, ".new"));
}

static int take_entry(struct job *job, const char *name, struct dt_error *error)
{
	char from[4096], to[4096];
	struct stat status;
	unsigned long segment;
	int ret;

	if (snprintf(from, sizeof(from), "%s/%s", job->from, name) >= (int)sizeof(from))
		return dt_fail(error, ENAMETOOLONG, NULL, "%s: path too long", job->from);
	if (is_leftover(name) || stat(from, &status) || !S_ISREG(status.st_mode))
		return 0;
	ret = dt_outdir_file(&job->directory, name, to, error);
	if (ret)
		return ret;
	if (dt_recording_segment(name, DT_RECORDING_TRACE, &segment) ||
	    dt_recording_segment(name, DT_RECORDING_PERF, &segment))
		return slice_part(job, from, to, error);
	return copy_file(job, from, to, error);
}

static int take_all(struct job *job, struct dt_error *error)
{
	DIR *stream = opendir(job->from);
	struct dirent *entry;
	int ret = 0;

	if (!stream)
		return dt_fail(error, errno, NULL, "cannot open %s: %s", job->from,
			       strerror(errno));
	while (!ret && (entry = readdir(stream)))
		ret = take_entry(job, entry->d_name, error);
	(void)closedir(stream);
	if (!ret && !job->nr_sliced)
		ret = dt_fail(error, ENODATA, NULL, "%s has no part that a slice can be made of",
			      job->from);
	return ret;
}

int dt_recording_slice(struct dt_reader *reader, const struct dt_slice *slice, const char *path,
		       struct dt_slice_sum *sum, struct dt_error *error)
{
	struct job job = {.from = reader->info.path, .slice = slice, .sum = sum};
	int ret = dt_outdir_begin(&job.directory, path, error);

	if (ret)
		return ret;
	ret = take_all(&job, error);
	if (ret)
		dt_outdir_drop(&job.directory);
	return ret ? ret : dt_outdir_finish(&job.directory, error);
}
