/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording directory: trace.dat and perf.data side by side on one clock, read as one input
 * whose counts are the sums of its parts.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "readers/registry.h"

static const char *const part_names[] = {"trace.dat", "perf.data"};

#define NR_PARTS (sizeof(part_names) / sizeof(part_names[0]))

struct recording {
	struct dt_reader reader;
	char *path;
	bool damaged; /* a part could not be opened */
	unsigned nr_parts;
	struct dt_reader *parts[NR_PARTS];
};

static void close_recording(struct dt_reader *reader)
{
	struct recording *recording = (struct recording *)reader;

	for (unsigned i = 0; i < recording->nr_parts; i++)
		dt_reader_close(recording->parts[i]);
	free(reader->info.events);
	free(recording->path);
	free(recording);
}

static int add_events(struct dt_input_info *info, const struct dt_input_info *part)
{
	struct dt_event_count *events =
		realloc(info->events, (info->nr_events + part->nr_events + 1) * sizeof(*events));

	if (!events)
		return -ENOMEM;
	info->events = events;
	for (size_t i = 0; i < part->nr_events; i++) {
		size_t j = 0;

		while (j < info->nr_events && (strcmp(events[j].name, part->events[i].name) != 0 ||
					       events[j].is_sample || part->events[i].is_sample))
			j++;
		if (j < info->nr_events)
			events[j].count += part->events[i].count;
		else
			events[info->nr_events++] = part->events[i];
	}
	return 0;
}

static void add_warnings(struct dt_warnings *warnings, const struct dt_input_info *part)
{
	const uint64_t kept =
		part->warnings.count < DT_WARNINGS_KEPT ? part->warnings.count : DT_WARNINGS_KEPT;

	for (uint64_t i = 0; i < kept; i++)
		dt_warn(warnings, part->warnings.kept[i].offset, "%s: %s", part->kind,
			part->warnings.kept[i].text);
	warnings->count += part->warnings.count - kept;
}

static int add_part(struct dt_input_info *info, const struct dt_input_info *part)
{
	if (part->start_ns <= part->end_ns) {
		if (info->start_ns > info->end_ns || part->start_ns < info->start_ns)
			info->start_ns = part->start_ns;
		if (part->end_ns > info->end_ns)
			info->end_ns = part->end_ns;
	}
	info->complete &= part->complete;
	info->lost_events += part->lost_events;
	info->lost_unknown += part->lost_unknown;
	info->lost_samples += part->lost_samples;
	info->throttles += part->throttles;
	info->samples_total += part->samples_total;
	info->samples_with_address += part->samples_with_address;
	info->samples_address_zero += part->samples_address_zero;
	info->samples_with_phys += part->samples_with_phys;
	add_warnings(&info->warnings, part);
	return add_events(info, part);
}

static int walk_recording(struct dt_reader *reader, const struct dt_sink *sink,
			  struct dt_error *error)
{
	struct recording *recording = (struct recording *)reader;
	int ret = 0;

	for (unsigned i = 0; i < recording->nr_parts && !ret; i++)
		ret = dt_reader_walk(recording->parts[i], sink, error);
	if (ret || reader->counted)
		return ret;
	reader->info.complete = !recording->damaged;
	/* samples name their event by its place in perf.data, whose events so come first */
	for (unsigned i = recording->nr_parts; i-- > 0;) {
		ret = add_part(&reader->info, &recording->parts[i]->info);
		if (ret)
			return dt_fail(error, -ret, NULL, "out of memory");
	}
	reader->counted = true;
	return 0;
}

static const char *comm_in_recording(const struct dt_reader *reader, int32_t pid)
{
	const struct recording *recording = (const struct recording *)reader;
	const char *comm = NULL;

	for (unsigned i = 0; i < recording->nr_parts && !comm; i++)
		comm = dt_reader_comm(recording->parts[i], pid);
	return comm;
}

static const struct dt_reader_ops recording_ops = {
	.name = "recording",
	.walk = walk_recording,
	.comm = comm_in_recording,
	.close = close_recording,
};

static void take_host(struct dt_input_info *info, const struct dt_input_info *part)
{
	info->size += part->size;
	info->big_endian = part->big_endian;
	if (!info->cpus)
		info->cpus = part->cpus;
	if (!info->kernel[0])
		memcpy(info->kernel, part->kernel, sizeof(info->kernel));
	if (!info->host[0])
		memcpy(info->host, part->host, sizeof(info->host));
	if (!info->arch[0])
		memcpy(info->arch, part->arch, sizeof(info->arch));
	if (!info->clock[0])
		memcpy(info->clock, part->clock, sizeof(info->clock));
	if (!info->command[0])
		memcpy(info->command, part->command, sizeof(info->command));
}

static int open_part(struct recording *recording, const char *name, struct dt_error *error)
{
	struct dt_reader **part = &recording->parts[recording->nr_parts];
	struct dt_error own = {0};
	char path[4096];
	int ret;

	if (snprintf(path, sizeof(path), "%s/%s", recording->path, name) >= (int)sizeof(path))
		return dt_fail(error, ENAMETOOLONG, NULL, "%s: path too long", recording->path);
	if (access(path, F_OK))
		return 0;
	ret = dt_reader_open(part, path, &own);
	if (ret) {
		if (error)
			*error = own;
		/* what the other part holds is not lost for it */
		dt_warn(&recording->reader.info.warnings, UINT64_MAX, "%s", own.message);
		recording->damaged = true;
		return ret == -ENOMEM ? ret : 0;
	}
	recording->nr_parts++;
	take_host(&recording->reader.info, &(*part)->info);
	return 0;
}

int dt_recording_open(struct dt_reader **reader, const char *path, struct dt_error *error)
{
	struct recording *recording = calloc(1, sizeof(*recording));
	int ret = 0;

	if (recording)
		recording->path = strdup(path);
	if (!recording || !recording->path) {
		free(recording);
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	}
	recording->reader.ops = &recording_ops;
	recording->reader.info.path = recording->path;
	recording->reader.info.kind = "recording";
	recording->reader.info.start_ns = 1;
	for (size_t i = 0; i < NR_PARTS && !ret; i++)
		ret = open_part(recording, part_names[i], error);
	if (!ret && !recording->nr_parts)
		ret = -ENOMSG; /* with the last part's message */
	if (ret) {
		close_recording(&recording->reader);
		return ret;
	}
	*reader = &recording->reader;
	return 0;
}
