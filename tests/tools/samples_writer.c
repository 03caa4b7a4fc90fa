/* SPDX-License-Identifier: GPL-2.0-only */
/* The records of the writer of hardware samples, and the attrs before them. */
#include <string.h>

#include "tests/tools/samples_writer_private.h"

#define HEADER_SIZE 104
#define ATTR_SIZE   128

enum {
	TYPE_MMAP = 1,
	TYPE_LOST = 2,
	TYPE_COMM = 3,
	TYPE_THROTTLE = 5,
	TYPE_UNTHROTTLE = 6,
	TYPE_SAMPLE = 9,
	TYPE_LOST_SAMPLES = 13,
	TYPE_CGROUP = 19,
	TYPE_FINISHED_INIT = 82,
};

enum { MISC_USER = 2 };

uint64_t sw_id(uint32_t event, uint32_t cpu)
{
	return 1000 + SW_MAX_CPUS * (uint64_t)event + cpu;
}

static uint64_t sample_type(const struct sw_event *event)
{
	return event->sample_type | PW_IDENTIFIER;
}

void sw_put_attr(struct perf_buffer *to, const struct sw_event *event)
{
	const uint64_t disabled = 1, mmap = 1u << 8, comm = 1u << 9, frequency = 1u << 10;
	const uint64_t mmap_data = 1u << 17, sample_id_all = 1u << 18;
	size_t start = to->used;

	memset(to->bytes + start, 0, ATTR_SIZE);
	perf_put_u32(to, event->type);
	perf_put_u32(to, ATTR_SIZE);
	perf_put_u64(to, event->config);
	perf_put_u64(to, event->period);
	perf_put_u64(to, sample_type(event));
	perf_put_u64(to, 0); /* read_format */
	perf_put_u64(to, disabled | mmap | comm | mmap_data | sample_id_all |
				 (event->is_frequency ? frequency : 0) |
				 (uint64_t)event->precise << 15);
	to->used = start + 56;
	perf_put_u64(to, event->config1);
	to->used = start + ATTR_SIZE;
}

void sw_begin(struct sw *sw, const struct sw_config *config, struct perf_out *out)
{
	uint32_t cpus = config->machine.cpus;
	uint64_t attrs = HEADER_SIZE + 8ull * cpus * config->nr_events;

	*sw = (struct sw){.config = config, .out = out};
	sw->data_start = attrs + (ATTR_SIZE + 16ull) * config->nr_events;
	perf_put_u64(&sw->record, 0x32454c4946524550ull); /* PERFILE2 */
	perf_put_u64(&sw->record, HEADER_SIZE);
	perf_put_u64(&sw->record, ATTR_SIZE + 16);
	perf_put_u64(&sw->record, attrs);
	perf_put_u64(&sw->record, (ATTR_SIZE + 16ull) * config->nr_events);
	perf_put_u64(&sw->record, sw->data_start);
	while (sw->record.used < HEADER_SIZE) /* data size and features come at the end */
		perf_put_u64(&sw->record, 0);
	for (uint32_t event = 0; event < config->nr_events; event++)
		for (uint32_t cpu = 0; cpu < cpus; cpu++)
			perf_put_u64(&sw->record, sw_id(event, cpu));
	for (uint32_t event = 0; event < config->nr_events; event++) {
		sw_put_attr(&sw->record, &config->events[event]);
		perf_put_u64(&sw->record, HEADER_SIZE + 8ull * cpus * event);
		perf_put_u64(&sw->record, 8ull * cpus);
	}
	perf_out_bytes(out, sw->record.bytes, sw->record.used);
	perf_begin(&sw->record, TYPE_FINISHED_INIT, 0);
	sw_write(sw);
}

void sw_write(struct sw *sw)
{
	perf_end(&sw->record);
	perf_out_bytes(sw->out, sw->record.bytes, sw->record.used);
}

static void see_time(struct sw *sw, uint64_t time)
{
	if (!sw->first)
		sw->first = time;
	if (time > sw->last)
		sw->last = time;
}

/* What follows in records that are no samples (sample_id_all), of the first event. */
static void put_trailer(struct sw *sw, uint32_t pid, uint64_t time, uint32_t cpu)
{
	uint64_t type = sample_type(&sw->config->events[0]);

	if (type & PW_TID) {
		perf_put_u32(&sw->record, pid);
		perf_put_u32(&sw->record, pid);
	}
	if (type & PW_TIME)
		perf_put_u64(&sw->record, time);
	if (type & PW_CPU) {
		perf_put_u32(&sw->record, cpu);
		perf_put_u32(&sw->record, 0);
	}
	perf_put_u64(&sw->record, sw_id(0, cpu));
}

/* The terminating 0 and padding to 8 bytes. */
static void put_padded(struct sw *sw, const char *text)
{
	size_t padded = (strlen(text) + 8) & ~(size_t)7;

	memset(sw->record.bytes + sw->record.used, 0, padded);
	memcpy(sw->record.bytes + sw->record.used, text, strlen(text));
	sw->record.used += padded;
}

void sw_comm(struct sw *sw, uint32_t pid, const char *comm)
{
	perf_begin(&sw->record, TYPE_COMM, 0);
	perf_put_u32(&sw->record, pid);
	perf_put_u32(&sw->record, pid);
	put_padded(sw, comm);
	put_trailer(sw, pid, 0, 0);
	sw_write(sw);
}

void sw_mmap(struct sw *sw, uint32_t pid, uint64_t start, uint64_t size, const char *name)
{
	perf_begin(&sw->record, TYPE_MMAP, MISC_USER);
	perf_put_u32(&sw->record, pid);
	perf_put_u32(&sw->record, pid);
	perf_put_u64(&sw->record, start);
	perf_put_u64(&sw->record, size);
	perf_put_u64(&sw->record, 0);
	put_padded(sw, name);
	put_trailer(sw, pid, 0, 0);
	sw_write(sw);
}

void sw_cgroup(struct sw *sw, uint64_t id, const char *path)
{
	perf_begin(&sw->record, TYPE_CGROUP, 0);
	perf_put_u64(&sw->record, id);
	put_padded(sw, path);
	put_trailer(sw, 0, 0, 0);
	sw_write(sw);
}

static void put_raw(struct sw *sw, const struct sw_sample *sample)
{
	perf_put_u32(&sw->record, sample->raw_size);
	perf_put_bytes(&sw->record, sample->raw, sample->raw_size);
	while (sw->record.used % 8)
		perf_put_bytes(&sw->record, "", 1);
}

static void put_late_fields(struct sw *sw, uint64_t type, const struct sw_sample *sample)
{
	if (type & PW_WEIGHT)
		perf_put_u64(&sw->record, sample->weight);
	if (type & PW_WEIGHT_STRUCT) {
		perf_put_u32(&sw->record, sample->weight);
		perf_put_u16(&sw->record, sample->weight2);
		perf_put_u16(&sw->record, sample->weight3);
	}
	if (type & PW_DATA_SRC)
		perf_put_u64(&sw->record, sample->data_src);
	if (type & PW_PHYS_ADDR)
		perf_put_u64(&sw->record, sample->phys);
	if (type & PW_CGROUP)
		perf_put_u64(&sw->record, sample->cgroup);
	if (type & PW_DATA_PAGE_SIZE)
		perf_put_u64(&sw->record, sample->page_size);
}

void sw_sample(struct sw *sw, const struct sw_sample *sample)
{
	uint64_t type = sample_type(&sw->config->events[sample->event]);

	see_time(sw, sample->time);
	perf_begin(&sw->record, TYPE_SAMPLE, sample->misc);
	perf_put_u64(&sw->record, sw_id(sample->event, sample->cpu));
	if (type & PW_IP)
		perf_put_u64(&sw->record, sample->ip);
	if (type & PW_TID) {
		perf_put_u32(&sw->record, sample->pid);
		perf_put_u32(&sw->record, sample->tid);
	}
	if (type & PW_TIME)
		perf_put_u64(&sw->record, sample->time);
	if (type & PW_ADDR)
		perf_put_u64(&sw->record, sample->addr);
	if (type & PW_CPU) {
		perf_put_u32(&sw->record, sample->cpu);
		perf_put_u32(&sw->record, 0);
	}
	if (type & PW_PERIOD)
		perf_put_u64(&sw->record, sample->period);
	if (type & PW_RAW)
		put_raw(sw, sample);
	put_late_fields(sw, type, sample);
	sw_write(sw);
}

void sw_lost(struct sw *sw, uint64_t time, uint32_t cpu, uint64_t count)
{
	see_time(sw, time);
	perf_begin(&sw->record, TYPE_LOST, 0);
	perf_put_u64(&sw->record, sw_id(0, cpu));
	perf_put_u64(&sw->record, count);
	put_trailer(sw, 0, time, cpu);
	sw_write(sw);
}

void sw_lost_samples(struct sw *sw, uint64_t time, uint32_t cpu, uint64_t count)
{
	see_time(sw, time);
	perf_begin(&sw->record, TYPE_LOST_SAMPLES, 0);
	perf_put_u64(&sw->record, count);
	put_trailer(sw, 0, time, cpu);
	sw_write(sw);
}

void sw_throttle(struct sw *sw, uint64_t time, uint32_t cpu, bool throttled)
{
	see_time(sw, time);
	perf_begin(&sw->record, throttled ? TYPE_THROTTLE : TYPE_UNTHROTTLE, 0);
	perf_put_u64(&sw->record, time);
	perf_put_u64(&sw->record, sw_id(0, cpu));
	perf_put_u64(&sw->record, sw_id(0, cpu));
	put_trailer(sw, 0, time, cpu);
	sw_write(sw);
}
