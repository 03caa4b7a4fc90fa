/* SPDX-License-Identifier: GPL-2.0-only */
/* perf.data as one of the input formats: opening and closing, in file, pipe and directory mode. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/perf_data.h"
#include "readers/perf_format.h"
#include "readers/perf_reader.h"

static bool probe(const unsigned char *head, size_t size)
{
	static const char *const magics[] = {"PERFILE2", "2ELIFREP", "PERFFILE", "ELIFFREP"};

	for (size_t i = 0; size >= 8 && i < sizeof(magics) / sizeof(magics[0]); i++)
		if (!memcmp(head, magics[i], 8))
			return true;
	return false;
}

static const char *comm_of(const struct dt_reader *base, int32_t pid)
{
	return dt_perf_comms_find(&((const struct dt_perf_reader *)base)->comms, pid);
}

static bool mapping_of(const struct dt_reader *base, int32_t pid, uint64_t address,
		       struct dt_mapping *mapping)
{
	return dt_perf_maps_find(&((const struct dt_perf_reader *)base)->maps, pid, address,
				 mapping);
}

static const char *cgroup_of(const struct dt_reader *base, uint64_t id)
{
	return dt_perf_maps_find_cgroup(&((const struct dt_perf_reader *)base)->maps, id);
}

static void close_reader(struct dt_reader *base)
{
	struct dt_perf_reader *reader = dt_perf_reader(base);

	for (size_t i = 0; i < reader->nr_parts; i++)
		dt_source_close(reader->parts[i].owned);
	free(reader->parts);
	dt_perf_attrs_free(&reader->attrs);
	dt_perf_comms_free(&reader->comms);
	dt_perf_maps_free(&reader->maps);
	free(reader->pmus);
	dt_event_table_free(reader->formats);
	free(base->info.events);
	dt_source_close(base->source);
	free(reader);
}

int dt_perf_reader_add_part(struct dt_perf_reader *reader, struct dt_source *source,
			    const char *name)
{
	struct dt_perf_part *parts, *part;

	parts = realloc(reader->parts, (reader->nr_parts + 1) * sizeof(*parts));
	if (!parts)
		return -ENOMEM;
	reader->parts = parts;
	part = &parts[reader->nr_parts++];
	*part = (struct dt_perf_part){
		.source = source ? source : reader->base.source,
		.owned = source,
		.start = source ? 0 : reader->data_start,
		.end = source ? source->size : reader->data_end,
	};
	(void)snprintf(part->name, sizeof(part->name), "%s", name);
	if (source)
		reader->base.info.size += source->size;
	return 0;
}

/* An event's PMU by its type; perf.data names those that the machine had. */
static void name_pmus(struct dt_perf_reader *reader)
{
	struct dt_input_info *info = &reader->base.info;

	for (size_t i = 0; i < info->nr_events; i++)
		for (uint32_t j = 0; j < reader->nr_pmus; j++)
			if (info->events[i].has_attr &&
			    info->events[i].type == reader->pmus[j].type)
				(void)snprintf(info->events[i].pmu, sizeof(info->events[i].pmu),
					       "%s", reader->pmus[j].name);
}

/* The reader's parts, in the order in which they depend on each other. */
static int read_descriptions(struct dt_perf_reader *reader, struct dt_error *error)
{
	struct dt_input_info *info = &reader->base.info;
	int ret;

	ret = dt_perf_header_read(reader, error);
	if (ret)
		return ret;
	if (reader->pipe || !reader->event_desc_size)
		ret = dt_perf_setup_read(reader, error);
	if (ret)
		return ret;
	ret = dt_perf_event_desc_read(reader);
	if (!ret)
		ret = dt_perf_tracing_read(reader);
	if (!ret) {
		dt_perf_attrs_settle(&reader->attrs);
		ret = dt_perf_attrs_name(&reader->attrs, reader->formats, reader->big, info);
	}
	name_pmus(reader);
	if (!ret)
		ret = dt_perf_reader_add_part(reader, NULL, "");
	if (ret)
		return dt_fail(error, -ret, NULL, "cannot read %s: %s", info->path, strerror(-ret));
	if (!reader->attrs.count) {
		dt_warn(&info->warnings, UINT64_MAX, "no event is described in this file");
		reader->damaged = true;
	}
	if (reader->attrs.nr_without_id > 1)
		dt_warn(&info->warnings, UINT64_MAX, "%s",
			reader->attrs.fallback < 0
				? "several events, but samples do not say which one they belong "
				  "to: "
				  "left out"
				: "samples do not say which event they belong to: all count as the "
				  "first one's");
	dt_perf_clock(reader);
	return 0;
}

static void describe(struct dt_perf_reader *reader)
{
	struct dt_input_info *info = &reader->base.info;

	(void)snprintf(info->version, sizeof(info->version), "2%s%s",
		       reader->pipe ? ", pipe mode" : "", reader->zstd ? ", zstd" : "");
	info->big_endian = reader->big;
	info->complete = !reader->damaged && !reader->unterminated;
}

int dt_perf_reader_new(struct dt_perf_reader **reader, struct dt_source *source,
		       struct dt_error *error)
{
	struct dt_perf_reader *made = calloc(1, sizeof(*made));
	int ret;

	if (!made)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	made->base.ops = &dt_perf_data_reader;
	made->base.source = source;
	made->base.info.path = source->path;
	made->base.info.kind = dt_perf_data_reader.name;
	made->base.info.size = source->size;
	made->base.info.start_ns = UINT64_MAX;
	ret = read_descriptions(made, error);
	if (ret) {
		made->base.source = NULL; /* the caller keeps it */
		close_reader(&made->base);
		return ret;
	}
	describe(made);
	*reader = made;
	return 0;
}

static int open_file(struct dt_reader **reader, struct dt_source *source, struct dt_error *error)
{
	struct dt_perf_reader *made = NULL;
	int ret = dt_perf_reader_new(&made, source, error);

	if (!made)
		return ret;
	if (made->part_of_directory) {
		dt_warn(&made->base.info.warnings, UINT64_MAX,
			"this file belongs to a directory of perf's, which has the samples: give "
			"the "
			"directory instead");
		made->base.info.complete = false;
		made->damaged = true;
	}
	*reader = &made->base;
	return 0;
}

const struct dt_reader_ops dt_perf_data_reader = {
	.name = "perf.data",
	.expects = "perf.data (PERFILE2)",
	.probe = probe,
	.open = open_file,
	.walk = dt_perf_walk,
	.comm = comm_of,
	.mapping = mapping_of,
	.cgroup = cgroup_of,
	.slice = dt_perf_slice,
	.close = close_reader,
};
