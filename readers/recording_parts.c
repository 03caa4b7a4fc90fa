/* SPDX-License-Identifier: GPL-2.0-only */
/* See recording_parts.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/host_context.h"
#include "damon-trace/witnesses.h"
#include "readers/recording_parts.h"
#include "readers/registry.h"
#include "readers/trace_dat.h"

static void free_part(struct dt_part *part)
{
	dt_reader_close(part->reader);
	free(part->name);
	free(part->map);
}

static void close_recording(struct dt_reader *reader)
{
	struct dt_recording *recording = (struct dt_recording *)reader;

	for (size_t i = 0; i < recording->nr_parts; i++)
		free_part(&recording->parts[i]);
	free(recording->parts);
	free(reader->info.events);
	if (!recording->borrowed) {
		dt_host_context_free(reader->info.host_context);
		dt_witnesses_free(reader->info.witnesses);
	}
	free(recording->path);
	free(recording);
}

/* ---- what is told of all parts together ---- */

/* Room for one more; NULL: no memory. */
static struct dt_event_count *append_event(struct dt_input_info *info,
					   const struct dt_event_count *event)
{
	struct dt_event_count *events =
		realloc(info->events, (info->nr_events + 1) * sizeof(*events));

	if (!events)
		return NULL;
	info->events = events;
	events[info->nr_events] = *event;
	return &events[info->nr_events++];
}

/*
 * Samples name their event by its place. So the events of perf.data come first, where its oldest
 * segment has them; the segments of one recording have the same ones.
 */
static int map_events(struct dt_recording *recording, struct dt_part *part)
{
	struct dt_input_info *info = &recording->reader.info;
	const struct dt_input_info *own = &part->reader->info;
	const size_t known = info->nr_events;

	if (!own->nr_events)
		return 0;
	part->map = calloc(own->nr_events, sizeof(*part->map));
	if (!part->map)
		return -ENOMEM;
	for (uint32_t i = 0; i < own->nr_events; i++) {
		part->map[i] = i;
		if (i >= known || info->events[i].is_sample != own->events[i].is_sample) {
			struct dt_event_count event = own->events[i];

			/* of a part that was walked before, too, the sums come with the walk */
			event.count = 0;
			part->map[i] = (uint32_t)info->nr_events;
			if (!append_event(info, &event))
				return -ENOMEM;
		}
		part->nr_map++;
	}
	return 0;
}

static struct dt_event_count *find_event(struct dt_input_info *info, const struct dt_part *part,
					 size_t place)
{
	const struct dt_event_count *event = &part->reader->info.events[place];

	if (place < part->nr_map)
		return &info->events[part->map[place]];
	for (size_t i = 0; i < info->nr_events; i++)
		if (!info->events[i].is_sample && !event->is_sample &&
		    !strcmp(info->events[i].name, event->name))
			return &info->events[i];
	return NULL;
}

static int add_events(struct dt_input_info *info, const struct dt_part *part)
{
	const struct dt_input_info *own = &part->reader->info;

	for (size_t i = 0; i < own->nr_events; i++) {
		const struct dt_event_count *event = &own->events[i];
		struct dt_event_count *count = find_event(info, part, i);

		if (!count) {
			if (!append_event(info, event))
				return -ENOMEM;
		} else if (!count->count) {
			/* its name may have been found in the walk */
			*count = *event;
		} else {
			count->count += event->count;
			count->has |= event->has;
		}
	}
	return 0;
}

static void add_warnings(struct dt_warnings *warnings, const char *name,
			 const struct dt_warnings *own)
{
	const uint64_t kept = own->count < DT_WARNINGS_KEPT ? own->count : DT_WARNINGS_KEPT;

	for (uint64_t i = 0; i < kept; i++)
		dt_warn(warnings, own->kept[i].offset, "%s: %s", name, own->kept[i].text);
	warnings->count += own->count - kept;
}

static int add_part(struct dt_input_info *info, const struct dt_part *added)
{
	const struct dt_input_info *part = &added->reader->info;

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
	add_warnings(&info->warnings, added->name, &part->warnings);
	return add_events(info, added);
}

/* ---- walking ---- */

/* Samples of one part on their way to the sink. */
struct translation {
	const struct dt_sink *sink;
	const struct dt_part *part;
};

static int translate(void *context, struct dt_batch *batch)
{
	const struct translation *translation = context;

	if (batch->kind == DT_KIND_SAMPLE && batch->samples->event < translation->part->nr_map)
		batch->samples->event = translation->part->map[batch->samples->event];
	return translation->sink->batch(translation->sink->context, batch);
}

static int walk_part(const struct dt_part *part, const struct dt_sink *sink, struct dt_error *error)
{
	struct translation translation = {.sink = sink, .part = part};
	struct dt_sink own = *sink;

	if (!part->is_perf)
		return dt_reader_walk(part->reader, sink, error);
	own.batch = translate;
	own.context = &translation;
	return dt_reader_walk(part->reader, &own, error);
}

static int count_parts(struct dt_recording *recording)
{
	struct dt_input_info *info = &recording->reader.info;
	int ret = 0;

	info->complete = !recording->damaged;
	/* perf.data's events have their places already; the others go behind them */
	for (size_t i = 0; i < recording->nr_parts && !ret; i++)
		ret = add_part(info, &recording->parts[i]);
	if (!ret)
		recording->reader.counted = true;
	return ret;
}

static int walk_recording(struct dt_reader *reader, const struct dt_sink *sink,
			  struct dt_error *error)
{
	struct dt_recording *recording = (struct dt_recording *)reader;
	int ret = 0;

	for (size_t i = 0; i < recording->nr_parts && !ret; i++)
		ret = walk_part(&recording->parts[i], sink, error);
	if (!ret && !reader->counted && count_parts(recording))
		ret = dt_fail(error, ENOMEM, NULL, "out of memory");
	return ret;
}

static const char *comm_in_recording(const struct dt_reader *reader, int32_t pid)
{
	const struct dt_recording *recording = (const struct dt_recording *)reader;
	const char *comm = NULL;

	for (size_t i = 0; i < recording->nr_parts && !comm; i++)
		comm = dt_reader_comm(recording->parts[i].reader, pid);
	return comm;
}

static bool mapping_in_recording(const struct dt_reader *reader, int32_t pid, uint64_t address,
				 struct dt_mapping *mapping)
{
	const struct dt_recording *recording = (const struct dt_recording *)reader;

	uint64_t from = 0, to = UINT64_MAX;
	bool found = false;

	for (size_t i = 0; i < recording->nr_parts && !found; i++) {
		found = dt_reader_mapping(recording->parts[i].reader, pid, address, mapping);
		from = mapping->same_from > from ? mapping->same_from : from;
		to = mapping->same_to < to ? mapping->same_to : to;
	}
	mapping->same_from = from;
	mapping->same_to = to;
	return found;
}

static const char *cgroup_in_recording(const struct dt_reader *reader, uint64_t id)
{
	const struct dt_recording *recording = (const struct dt_recording *)reader;
	const char *path = NULL;

	for (size_t i = 0; i < recording->nr_parts && !path; i++)
		path = dt_reader_cgroup(recording->parts[i].reader, id);
	return path;
}

/* A chain has those of its first part that has any: of slices they are copies of the whole's. */
static int borrow_witnesses(struct dt_recording *recording)
{
	struct dt_input_info *info = &recording->reader.info;
	int ret = 0;

	for (size_t i = 0; i < recording->nr_parts && !ret && !info->witnesses; i++) {
		ret = dt_reader_witnesses(recording->parts[i].reader);
		info->witnesses = recording->parts[i].reader->info.witnesses;
	}
	return ret;
}

static int read_witnesses(struct dt_reader *reader)
{
	const struct dt_host_context *host = reader->info.host_context;

	if (reader->info.witnesses)
		return 0;
	if (((struct dt_recording *)reader)->borrowed)
		return borrow_witnesses((struct dt_recording *)reader);
	return dt_witnesses_read(&reader->info.witnesses, reader->info.path,
				 host ? host->page_size : 0);
}

const struct dt_reader_ops dt_recording_ops = {
	.name = "recording",
	.walk = walk_recording,
	.comm = comm_in_recording,
	.mapping = mapping_in_recording,
	.cgroup = cgroup_in_recording,
	.witnesses = read_witnesses,
	.slice = dt_recording_slice,
	.close = close_recording,
};

static void take_host(struct dt_input_info *info, const struct dt_input_info *part, bool is_perf)
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
	if (!info->cpuid[0])
		memcpy(info->cpuid, part->cpuid, sizeof(info->cpuid));
	if (!info->processor[0])
		memcpy(info->processor, part->processor, sizeof(info->processor));
	if (!info->clock[0])
		memcpy(info->clock, part->clock, sizeof(info->clock));
	else if (is_perf && strcmp(info->clock, part->clock) != 0)
		memcpy(info->samples_clock, part->clock, sizeof(info->samples_clock));
	if (!info->command[0])
		memcpy(info->command, part->command, sizeof(info->command));
}

/* A later segment of trace.dat becomes one with those before it. 0 or -ENOMEM. */
static int join(struct dt_recording *recording, struct dt_part *part)
{
	const struct dt_warnings warnings = part->reader->info.warnings;
	struct dt_part *first = recording->parts;
	int ret;

	while (first < part && !first->reader)
		first++;
	if (first == part)
		return 0;
	ret = dt_trace_dat_join(first->reader, part->reader);
	if (ret <= 0)
		return ret;
	part->reader = NULL;
	/* what its opening found is told under its own name */
	add_warnings(&recording->reader.info.warnings, part->name, &warnings);
	if (warnings.count)
		recording->damaged = true;
	return 0;
}

int dt_recording_take(struct dt_recording *recording, struct dt_part *part)
{
	take_host(&recording->reader.info, &part->reader->info, part->is_perf);
	return part->is_perf ? map_events(recording, part) : join(recording, part);
}

struct dt_part *dt_recording_add(struct dt_recording *recording, const char *name)
{
	struct dt_part *parts =
		realloc(recording->parts, (recording->nr_parts + 1) * sizeof(*parts));

	if (!parts)
		return NULL;
	recording->parts = parts;
	parts[recording->nr_parts] = (struct dt_part){.name = strdup(name)};
	return parts[recording->nr_parts].name ? &parts[recording->nr_parts++] : NULL;
}

struct dt_recording *dt_recording_new(const char *path)
{
	struct dt_recording *recording = calloc(1, sizeof(*recording));

	if (recording)
		recording->path = strdup(path);
	if (!recording || !recording->path) {
		free(recording);
		return NULL;
	}
	recording->reader.ops = &dt_recording_ops;
	recording->reader.info.path = recording->path;
	recording->reader.info.kind = "recording";
	recording->reader.info.start_ns = 1;
	return recording;
}

/* Only those that could be opened stay. */
void dt_recording_settle(struct dt_recording *recording)
{
	size_t kept = 0;

	for (size_t i = 0; i < recording->nr_parts; i++) {
		if (recording->parts[i].reader)
			recording->parts[kept++] = recording->parts[i];
		else
			free_part(&recording->parts[i]);
	}
	recording->nr_parts = kept;
}
