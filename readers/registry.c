/* SPDX-License-Identifier: GPL-2.0-only */
/* The registry of formats: adding one is adding a file and a line here. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "damon-trace/slice.h"
#include "readers/damo_record.h"
#include "readers/perf_data.h"
#include "readers/registry.h"
#include "readers/source.h"
#include "readers/text.h"
#include "readers/trace_dat.h"

const struct dt_reader_ops *const dt_readers[] = {
	&dt_trace_dat_reader,
	&dt_perf_data_reader,
	&dt_damo_record_reader,
	/* what is not binary */
	&dt_damo_text_reader,
	&dt_perf_mem_text_reader,
	&dt_perf_dump_reader,
	&dt_trace_text_reader,
	&dt_perf_script_reader,
	NULL,
};

/* Enough for every format's magic, and for the first lines of a text with a long header. */
#define HEAD_SIZE (64u << 10)

static int no_recording(const char *path, uint64_t size, struct dt_error *error)
{
	char expected[512] = "";
	size_t length = 0;

	if (!size)
		return dt_fail(error, ENOMSG, "the recorder may have been stopped before it wrote",
			       "%s is empty", path);
	for (size_t i = 0; dt_readers[i] && length < sizeof(expected); i++)
		length += (size_t)snprintf(expected + length, sizeof(expected) - length, "%s%s",
					   i ? ", " : "", dt_readers[i]->expects);
	return dt_fail(error, ENOMSG, NULL, "%s is no recording; expected one of: %s", path,
		       expected);
}

/* Give the source to the reader that its first bytes belong to. */
static int open_source(struct dt_reader **reader, struct dt_source *source, struct dt_error *error)
{
	unsigned char head[HEAD_SIZE];
	int64_t got = dt_source_take(source, head, 0, sizeof(head));

	if (got < 0)
		return dt_fail(error, (int)-got, NULL, "cannot read %s: %s", source->path,
			       strerror((int)-got));
	for (size_t i = 0; dt_readers[i]; i++) {
		int ret;

		if (!dt_readers[i]->probe(head, (size_t)got))
			continue;
		ret = dt_readers[i]->streams ? 0 : dt_source_settle(source, error);
		if (!ret)
			ret = dt_readers[i]->open(reader, source, error);
		if (!ret)
			(*reader)->ops = dt_readers[i];
		return ret;
	}
	return no_recording(source->path, source->size, error);
}

static bool exists(const char *directory, const char *name)
{
	char path[4096];

	return snprintf(path, sizeof(path), "%s/%s", directory, name) < (int)sizeof(path) &&
	       !access(path, F_OK);
}

static int open_directory(struct dt_reader **reader, const char *path, struct dt_error *error)
{
	if (dt_recording_is(path))
		return dt_recording_open(reader, path, error);
	if (exists(path, "data"))
		return dt_perf_dir_open(reader, path, error);
	return dt_fail(error, ENOMSG,
		       "a recording holds trace.dat or perf.data, a directory of perf's holds data "
		       "and data.0",
		       "%s is a directory, but no recording", path);
}

int dt_reader_open(struct dt_reader **reader, const char *path, struct dt_error *error)
{
	struct dt_source *source;
	struct stat status;
	int ret;

	if (strcmp(path, "-") != 0 && !stat(path, &status) && S_ISDIR(status.st_mode))
		return open_directory(reader, path, error);
	ret = dt_source_open_stream(&source, path, error);
	if (ret)
		return ret;
	ret = open_source(reader, source, error);
	if (ret)
		dt_source_close(source);
	return ret;
}

int dt_reader_open_memory(struct dt_reader **reader, const void *data, size_t size,
			  struct dt_error *error)
{
	struct dt_source *source;
	int ret = dt_source_open_memory(&source, data, size, "memory");

	if (ret)
		return dt_fail(error, -ret, NULL, "out of memory");
	ret = open_source(reader, source, error);
	if (ret)
		dt_source_close(source);
	return ret;
}

int dt_reader_walk(struct dt_reader *reader, const struct dt_sink *sink, struct dt_error *error)
{
	return reader->ops->walk(reader, sink, error);
}

const char *dt_reader_comm(const struct dt_reader *reader, int32_t pid)
{
	return reader->ops->comm ? reader->ops->comm(reader, pid) : NULL;
}

bool dt_reader_mapping(const struct dt_reader *reader, int32_t pid, uint64_t address,
		       struct dt_mapping *mapping)
{
	mapping->same_from = 0;
	mapping->same_to = UINT64_MAX;
	return reader->ops->mapping && reader->ops->mapping(reader, pid, address, mapping);
}

const char *dt_reader_cgroup(const struct dt_reader *reader, uint64_t id)
{
	return reader->ops->cgroup ? reader->ops->cgroup(reader, id) : NULL;
}

int dt_reader_witnesses(struct dt_reader *reader)
{
	return reader->ops->witnesses ? reader->ops->witnesses(reader) : 0;
}

int dt_reader_slice(struct dt_reader *reader, const struct dt_slice *slice, const char *path,
		    struct dt_slice_sum *sum, struct dt_error *error)
{
	if (!reader->ops->slice)
		return dt_fail(error, EOPNOTSUPP,
			       "slices are made of trace.dat, perf.data and recordings; of a text "
			       "grep makes one",
			       "%s is %s", reader->info.path, reader->info.kind);
	return reader->ops->slice(reader, slice, path, sum, error);
}

void dt_reader_close(struct dt_reader *reader)
{
	if (reader)
		reader->ops->close(reader);
}
