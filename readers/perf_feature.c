/* SPDX-License-Identifier: GPL-2.0-only */
/* The features of a perf.data file that say what was recorded where. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/perf_format.h"
#include "readers/perf_reader.h"

bool dt_perf_text(struct dt_bytes *bytes, char *to, size_t size)
{
	uint64_t length = dt_bytes_u32(bytes);
	size_t copied = length < size ? (size_t)length : size - 1;

	if (bytes->failed || length > dt_bytes_left(bytes))
		return false;
	if (!dt_bytes_copy(bytes, to, copied))
		return false;
	to[copied] = '\0';
	dt_bytes_skip(bytes, length - copied);
	return true;
}

/* u32 number of words, then the words. */
static bool read_command(struct dt_bytes *bytes, char *to, size_t size)
{
	uint32_t words = dt_bytes_u32(bytes);
	size_t used = 0;

	to[0] = '\0';
	for (uint32_t i = 0; i < words && used + 2 < size; i++) {
		if (i)
			to[used++] = ' ';
		if (!dt_perf_text(bytes, to + used, size - used))
			return false;
		used += strlen(to + used);
	}
	return !bytes->failed;
}

static const char *clock_name(int32_t clockid)
{
	switch (clockid) {
	case 0:
		return "realtime";
	case 1:
		return "monotonic";
	case 4:
		return "monotonic_raw";
	case 7:
		return "boottime";
	case 11:
		return "tai";
	default:
		return "unknown";
	}
}

static bool read_clock_data(struct dt_bytes *bytes, struct dt_input_info *info)
{
	uint32_t version = dt_bytes_u32(bytes);
	uint32_t clockid = dt_bytes_u32(bytes);

	if (!bytes->failed && version >= 1)
		(void)snprintf(info->clock, sizeof(info->clock), "%s",
			       clock_name((int32_t)clockid));
	return !bytes->failed;
}

static bool read_compressed(struct dt_perf_reader *reader, struct dt_bytes *bytes)
{
	uint32_t type;

	(void)dt_bytes_u32(bytes); /* version */
	type = dt_bytes_u32(bytes);
	if (bytes->failed)
		return false;
	reader->zstd = type == 1;
	if (type > 1)
		dt_warn(&reader->base.info.warnings, bytes->position,
			"compression of unknown type %u: only zstd can be read", type);
	return true;
}

/* First and last time of the samples, as perf saw them; the walk finds them anew. */
static bool read_sample_time(struct dt_bytes *bytes, struct dt_input_info *info)
{
	uint64_t first = dt_bytes_u64(bytes);
	uint64_t last = dt_bytes_u64(bytes);

	if (!bytes->failed && first && first <= last) {
		info->start_ns = first;
		info->end_ns = last;
	}
	return !bytes->failed;
}

/* Two numbers: CPUs that could be, CPUs that are. */
static bool read_cpus(struct dt_bytes *bytes, struct dt_input_info *info)
{
	(void)dt_bytes_u32(bytes);
	info->cpus = dt_bytes_u32(bytes);
	return !bytes->failed;
}

/* u32 number, then a u32 type and a name each. */
static bool read_pmus(struct dt_perf_reader *reader, struct dt_bytes *bytes)
{
	const uint32_t nr = dt_bytes_u32(bytes);

	if (reader->pmus)
		return true;
	reader->pmus = calloc(DT_PERF_MAX_PMUS, sizeof(*reader->pmus));
	for (uint32_t i = 0; i < nr && reader->pmus && reader->nr_pmus < DT_PERF_MAX_PMUS; i++) {
		struct dt_perf_pmu *pmu = &reader->pmus[reader->nr_pmus];

		pmu->type = dt_bytes_u32(bytes);
		if (!dt_perf_text(bytes, pmu->name, sizeof(pmu->name)))
			return false;
		reader->nr_pmus++;
	}
	return !bytes->failed;
}

static bool read_feature(struct dt_perf_reader *reader, unsigned feature, struct dt_bytes *bytes)
{
	struct dt_input_info *info = &reader->base.info;

	switch (feature) {
	case FEATURE_BUILD_ID:
		return dt_perf_build_ids_read(reader, bytes);
	case FEATURE_HOSTNAME:
		return dt_perf_text(bytes, info->host, sizeof(info->host));
	case FEATURE_OSRELEASE:
		return dt_perf_text(bytes, info->kernel, sizeof(info->kernel));
	case FEATURE_ARCH:
		return dt_perf_text(bytes, info->arch, sizeof(info->arch));
	case FEATURE_NRCPUS:
		return read_cpus(bytes, info);
	case FEATURE_CPUDESC:
		return dt_perf_text(bytes, info->processor, sizeof(info->processor));
	case FEATURE_CPUID:
		return dt_perf_text(bytes, info->cpuid, sizeof(info->cpuid));
	case FEATURE_PMU_MAPPINGS:
		return read_pmus(reader, bytes);
	case FEATURE_CMDLINE:
		return read_command(bytes, info->command, sizeof(info->command));
	case FEATURE_SAMPLE_TIME:
		return read_sample_time(bytes, info);
	case FEATURE_CLOCK_DATA:
		return read_clock_data(bytes, info);
	case FEATURE_COMPRESSED:
		return read_compressed(reader, bytes);
	default:
		return true;
	}
}

int dt_perf_feature_read(struct dt_perf_reader *reader, unsigned feature, uint64_t offset,
			 uint64_t size)
{
	struct dt_bytes bytes;
	int ret;

	/* these need the attrs, which pipes may send later */
	if (feature == FEATURE_EVENT_DESC) {
		reader->event_desc = offset;
		reader->event_desc_size = size;
	} else if (feature == FEATURE_TRACING_DATA) {
		reader->tracing = offset;
		reader->tracing_size = size;
	} else if (feature == FEATURE_DIR_FORMAT) {
		reader->part_of_directory = true;
	}
	ret = dt_bytes_init(&bytes, reader->base.source, offset, offset + size,
			    reader->big == (__BYTE_ORDER == __LITTLE_ENDIAN));
	if (ret)
		return ret;
	if (!read_feature(reader, feature, &bytes)) {
		dt_warn(&reader->base.info.warnings, offset, "feature %u is damaged: left out",
			feature);
		reader->damaged = true;
	}
	dt_bytes_free(&bytes);
	return 0;
}

void dt_perf_clock(struct dt_perf_reader *reader)
{
	struct dt_input_info *info = &reader->base.info;

	if (info->clock[0])
		return;
	(void)snprintf(info->clock, sizeof(info->clock), "perf");
	for (uint32_t i = 0; i < reader->attrs.count; i++)
		if (reader->attrs.list[i].clockid >= 0) {
			(void)snprintf(info->clock, sizeof(info->clock), "%s",
				       clock_name(reader->attrs.list[i].clockid));
			break;
		}
}
