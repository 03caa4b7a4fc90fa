/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A slice of a trace.dat version 6: its header up to the options as it stands, then the tables and
 * pages of the top buffer and of every instance anew.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "readers/byte_order.h"
#include "readers/trace_slice.h"

#define MARK	  "flyrecord"
#define MARK_SIZE 10 /* with its terminator */

/* As the reader has it. */
#define MAX_INSTANCES 256
/* NR_CPUS of the largest kernel configurations. */
#define MAX_CPUS 8192u

#define CPUSTAT_MAX 4096

struct instance {
	uint64_t from; /* in the input */
	uint64_t told; /* where the option with its place stands; the same in both files */
	uint32_t nr_cpus;
};

struct instances {
	uint32_t nr;
	struct instance list[MAX_INSTANCES];
};

static int read_option(struct dt_trace_slicer *slicer, struct instances *instances, uint32_t option,
		       struct dt_bytes *bytes, uint32_t size)
{
	const uint64_t at = bytes->position, end = at + size;
	char text[CPUSTAT_MAX] = "";
	int ret = 0;

	if (option == DT_OPTION_BUFFER && size >= 8 && instances->nr < MAX_INSTANCES) {
		instances->list[instances->nr++] = (struct instance){
			.from = dt_bytes_u64(bytes), .told = at, .nr_cpus = slicer->dat->nr_cpus};
	} else if (option == DT_OPTION_CPUCOUNT && size >= 4 && instances->nr) {
		instances->list[instances->nr - 1].nr_cpus = dt_bytes_u32(bytes);
	} else if (option == DT_OPTION_CPUSTAT) {
		(void)dt_bytes_copy(bytes, text, size < sizeof(text) - 1 ? size : sizeof(text) - 1);
		ret = dt_trace_slice_cpustat(slicer, text, at);
	}
	dt_bytes_skip(bytes, end - bytes->position);
	return ret;
}

static int read_options(struct dt_trace_slicer *slicer, struct instances *instances)
{
	const struct dt_trace_dat *dat = slicer->dat;
	struct dt_bytes bytes;
	int ret;

	if (!dat->options_at)
		return 0;
	ret = dt_bytes_init(&bytes, dat->data.source, dat->options_at, dat->options_end,
			    dt_must_swap(dat->data.big_endian));
	while (!ret) {
		const uint16_t option = dt_bytes_u16(&bytes);
		uint32_t size;

		if (bytes.failed || !option)
			break;
		size = dt_bytes_u32(&bytes);
		if (bytes.failed || size > dt_bytes_left(&bytes))
			break;
		ret = read_option(slicer, instances, option, &bytes, size);
	}
	dt_bytes_free(&bytes);
	return ret;
}

/* Where the data of each CPU is in the input, by the table behind `from`, if there is one. */
static int read_table(struct dt_trace_slicer *slicer, uint64_t from, uint32_t nr_cpus,
		      uint64_t *offsets)
{
	const struct dt_trace_dat *dat = slicer->dat;
	char mark[MARK_SIZE] = "";
	struct dt_bytes bytes;
	int ret = dt_bytes_init(&bytes, dat->data.source, from, dat->data.source->size,
				dt_must_swap(dat->data.big_endian));

	if (!ret && dt_bytes_copy(&bytes, mark, sizeof(mark)) && !memcmp(mark, MARK, sizeof(mark)))
		for (uint32_t i = 0; i < nr_cpus; i++) {
			const uint64_t offset = dt_bytes_u64(&bytes), size = dt_bytes_u64(&bytes);

			if (size && !bytes.failed)
				offsets[i] = offset;
		}
	dt_bytes_free(&bytes);
	return ret;
}

/* Of a file that its recorder did not close the pages are beside it. */
static void take_beside(const struct dt_trace_data *data, uint32_t nr_cpus, uint64_t *offsets)
{
	for (uint32_t i = 0; i < data->nr_cpus; i++)
		if (data->cpus[i].cpu < nr_cpus)
			offsets[data->cpus[i].cpu] = data->cpus[i].offset;
}

static int write_cpus(struct dt_trace_slicer *slicer, const uint64_t *offsets, uint32_t nr_cpus)
{
	uint64_t table;
	int ret = 0;

	dt_outfile_write(slicer->out, MARK, MARK_SIZE);
	table = slicer->out->position;
	for (uint32_t i = 0; i < 2 * nr_cpus; i++)
		dt_trace_slice_write(slicer, 0, 8);
	for (uint32_t i = 0; i < nr_cpus && !ret; i++) {
		struct dt_trace_place place;
		unsigned char entry[16];

		ret = dt_trace_slice_cpu(slicer, offsets[i], false, &place);
		dt_trace_slice_store(slicer, entry, place.offset, 8);
		dt_trace_slice_store(slicer, entry + 8, place.size, 8);
		dt_outfile_patch(slicer->out, table + sizeof(entry) * i, entry, sizeof(entry));
	}
	return ret;
}

/* instance NULL: the top buffer. */
static int write_buffer(struct dt_trace_slicer *slicer, const struct instance *instance)
{
	const struct dt_trace_dat *dat = slicer->dat;
	const uint32_t told = instance ? instance->nr_cpus : dat->nr_cpus;
	const uint32_t nr_cpus = told < MAX_CPUS ? told : MAX_CPUS;
	const bool beside = !instance && dat->options_end == dat->header_size;
	unsigned char place[8];
	uint64_t *offsets = malloc((nr_cpus + 1) * sizeof(*offsets));
	int ret = offsets ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < nr_cpus && offsets; i++)
		offsets[i] = DT_NO_DATA;
	if (!ret && beside)
		take_beside(&dat->data, nr_cpus, offsets);
	else if (!ret)
		ret = read_table(slicer, instance ? instance->from : dat->options_end, nr_cpus,
				 offsets);
	if (!ret && instance) {
		dt_trace_slice_store(slicer, place, slicer->out->position, sizeof(place));
		dt_outfile_patch(slicer->out, instance->told, place, sizeof(place));
	}
	if (!ret)
		ret = write_cpus(slicer, offsets, nr_cpus);
	free(offsets);
	return ret;
}

int dt_trace_slice_v6(struct dt_trace_slicer *slicer, struct dt_error *error)
{
	const struct dt_trace_dat *dat = slicer->dat;
	struct instances *instances;
	int ret;

	if (!dat->options_end || dat->has_text || dat->nr_cpus > MAX_CPUS)
		return dt_fail(error, EBADMSG, NULL,
			       "%s: its header breaks off: there are no events to make a slice of",
			       dat->reader.info.path);
	instances = calloc(1, sizeof(*instances));
	if (!instances)
		return -ENOMEM;
	dt_outfile_copy(slicer->out, dat->data.source, 0, dat->options_end);
	ret = read_options(slicer, instances);
	if (!ret)
		ret = write_buffer(slicer, NULL);
	for (uint32_t i = 0; i < instances->nr && !ret; i++)
		ret = write_buffer(slicer, &instances->list[i]);
	free(instances);
	return ret;
}
