/* SPDX-License-Identifier: GPL-2.0-only */
/* trace.dat version 6: one header in fixed order (trace-cmd.dat.v6(5)), then the CPU data. */
#include <errno.h>
#include <string.h>

#include "readers/byte_order.h"
#include "readers/trace_dat.h"

/* "flyrecord", "options  ", "latency  " with their terminators */
#define MARK_SIZE 10

/* An instance: its place in the file, and its number of CPUs when a CPUCOUNT option follows. */
struct instance {
	uint64_t offset;
	uint32_t nr_cpus;
};

#define MAX_INSTANCES 256

struct options {
	uint32_t nr_instances;
	struct instance instances[MAX_INSTANCES];
};

static void read_option(struct dt_trace_dat *dat, struct options *options, uint32_t option,
			struct dt_bytes *bytes, uint64_t size)
{
	uint64_t end = bytes->position + size;

	if (option == DT_OPTION_BUFFER && size >= 8 && options->nr_instances < MAX_INSTANCES) {
		options->instances[options->nr_instances++] =
			(struct instance){.offset = dt_bytes_u64(bytes), .nr_cpus = dat->nr_cpus};
		dt_bytes_skip(bytes, end - bytes->position);
		return;
	}
	/* it belongs to the instance before it, and to the file when there is none */
	if (option == DT_OPTION_CPUCOUNT && size >= 4 && options->nr_instances) {
		options->instances[options->nr_instances - 1].nr_cpus = dt_bytes_u32(bytes);
		dt_bytes_skip(bytes, end - bytes->position);
		return;
	}
	dt_trace_dat_option(dat, option, bytes, size);
}

static void read_options(struct dt_trace_dat *dat, struct options *options, struct dt_bytes *bytes)
{
	for (;;) {
		uint16_t option = dt_bytes_u16(bytes);
		uint32_t size;

		if (bytes->failed || !option)
			return;
		size = dt_bytes_u32(bytes);
		if (bytes->failed || size > dt_bytes_left(bytes)) {
			bytes->failed = true;
			return;
		}
		read_option(dat, options, option, bytes, size);
	}
}

/* u64 offset and u64 size per CPU. */
static int read_cpus(struct dt_trace_dat *dat, struct dt_bytes *bytes, uint32_t nr_cpus)
{
	for (uint32_t i = 0; i < nr_cpus; i++) {
		struct dt_trace_cpu cpu = {.cpu = i, .page_size = dat->page_size};
		int ret;

		cpu.offset = dt_bytes_u64(bytes);
		cpu.size = dt_bytes_u64(bytes);
		if (bytes->failed) {
			dt_warn(&dat->reader.info.warnings, bytes->position,
				"the table of CPU data breaks off at CPU %u of %u", i, nr_cpus);
			return 0;
		}
		ret = dt_trace_dat_add_cpu(dat, &cpu);
		if (ret)
			return ret;
	}
	return 0;
}

static int read_instances(struct dt_trace_dat *dat, const struct options *options)
{
	const struct dt_source *source = dat->data.source;
	struct dt_warnings *warnings = &dat->reader.info.warnings;
	int ret = 0;

	for (uint32_t i = 0; i < options->nr_instances && !ret; i++) {
		const struct instance *instance = &options->instances[i];
		const bool swap = dt_must_swap(dat->data.big_endian);
		char mark[MARK_SIZE];
		struct dt_bytes bytes;

		if (dt_bytes_init(&bytes, source, instance->offset, source->size, swap))
			return -ENOMEM;
		if (!dt_bytes_copy(&bytes, mark, sizeof(mark)))
			dt_warn(warnings, instance->offset, "an instance lies outside the file");
		else if (!memcmp(mark, "flyrecord", sizeof(mark)))
			ret = read_cpus(dat, &bytes, instance->nr_cpus);
		else
			dt_warn(warnings, instance->offset,
				"an instance does not begin with \"flyrecord\": left out");
		dt_bytes_free(&bytes);
	}
	return ret;
}

static int broken(struct dt_trace_dat *dat, const struct dt_bytes *bytes, const char *what)
{
	dt_warn(&dat->reader.info.warnings, bytes->position,
		"the header breaks off %s: no events can be read", what);
	return 0;
}

static int read_unfinished(struct dt_trace_dat *dat, const struct dt_bytes *bytes)
{
	const int nr = dt_trace_dat_add_beside(dat);

	if (nr < 0)
		return nr;
	if (!nr)
		return broken(dat, bytes, "behind its options");
	dt_warn(&dat->reader.info.warnings, UINT64_MAX,
		"it was not closed by its recorder: the events of %d CPU%s are read from the "
		"files beside it",
		nr, nr == 1 ? "" : "s");
	return 0;
}

static int read_tail(struct dt_trace_dat *dat, struct dt_bytes *bytes)
{
	static struct options none;
	struct options options = none;
	char mark[MARK_SIZE];
	int ret;

	dat->nr_cpus = dt_bytes_u32(bytes);
	dat->reader.info.cpus = dat->nr_cpus;
	if (!dt_bytes_copy(bytes, mark, sizeof(mark)))
		return broken(dat, bytes, "at the number of CPUs");
	if (!memcmp(mark, "options  ", sizeof(mark))) {
		dat->options_at = bytes->position;
		read_options(dat, &options, bytes);
		dat->options_end = bytes->failed ? 0 : bytes->position;
		if (!bytes->failed && !dt_bytes_left(bytes))
			return read_unfinished(dat, bytes);
		if (!dt_bytes_copy(bytes, mark, sizeof(mark)))
			return broken(dat, bytes, "in its options");
	}
	if (!memcmp(mark, "latency  ", sizeof(mark))) {
		dat->has_text = true;
		return read_instances(dat, &options);
	}
	if (memcmp(mark, "flyrecord", sizeof(mark)))
		return broken(dat, bytes, "before \"flyrecord\"");
	if (!dat->options_at)
		dat->options_end = bytes->position - sizeof(mark);
	ret = read_cpus(dat, bytes, dat->nr_cpus);
	return ret ? ret : read_instances(dat, &options);
}

int dt_trace_dat_open_v6(struct dt_trace_dat *dat, struct dt_bytes *bytes, struct dt_error *error)
{
	struct dt_warnings *warnings = &dat->reader.info.warnings;
	int ret = dt_formats_read_headers(&dat->data.layout, bytes);

	if (ret)
		return broken(dat, bytes, "in the description of its pages");
	ret = dt_formats_read_ftrace(dat->data.table, bytes, warnings);
	if (!ret)
		ret = dt_formats_read_systems(dat->data.table, bytes, warnings);
	if (ret == -EBADMSG)
		return broken(dat, bytes, "in its event formats");
	if (!ret) {
		dt_call_symbols_read(&dat->data.table->symbols, bytes);
		dt_bytes_skip(bytes, dt_bytes_u32(bytes)); /* printk formats */
		dt_bytes_skip(bytes, dt_bytes_u64(bytes)); /* command names */
		ret = bytes->failed ? broken(dat, bytes, "in its symbols or command names")
				    : read_tail(dat, bytes);
	}
	return ret ? dt_fail(error, -ret, NULL, "out of memory") : 0;
}
