/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The samples of a recording as the program's library decodes them, a line each with the fields of
 * a list, to be held against what perf script prints, or against the truth of gen_samples.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/data_source.h"
#include "damon-trace/reader.h"

static const char help[] =
	"Usage: gen_script FIELD,... FILE\n"
	"\n"
	"Print the samples of a perf.data file, in its order, fields parted by a blank:\n"
	"  comm (- where not known), pid, tid, cpu, time (ns), event, ip, addr, phys, period,\n"
	"  weight, ins_lat, third, data_src (number and words),\n"
	"  data_src_cut (words as far as perf script prints them), page, cgroup (path), mode,\n"
	"  tier, access, tlb (of data_src), ibs_tier, ibs_access, ibs_tlb, ibs_addr, ibs_phys\n";

struct context {
	struct dt_reader *reader;
	struct dt_processor processor;
	char *fields[32];
	unsigned nr_fields;
};

static struct dt_ibs_op read_op(const struct dt_samples *samples, uint32_t i)
{
	struct dt_ibs_op op = {0};

	if (samples->columns & DT_COL_RAW)
		(void)dt_ibs_op_read(samples->heap + samples->raw[i].offset, samples->raw[i].size,
				     &op);
	return op;
}

static bool print_ibs(const struct context *context, const char *field,
		      const struct dt_samples *samples, uint32_t i)
{
	struct dt_ibs_op op = read_op(samples, i);
	struct dt_ibs_facts facts;

	dt_ibs_op_facts(&op, &context->processor, &facts);
	if (!strcmp(field, "ibs_tier"))
		printf("%s", dt_tier_key(facts.tier));
	else if (!strcmp(field, "ibs_access"))
		printf("%s", dt_access_name(facts.access));
	else if (!strcmp(field, "ibs_tlb"))
		printf("%s", dt_tlb_name(facts.tlb));
	else if (!strcmp(field, "ibs_addr"))
		printf("%" PRIx64, facts.lin_addr_valid ? op.lin_addr : 0);
	else if (!strcmp(field, "ibs_phys"))
		printf("%" PRIx64, facts.phys_addr_valid ? op.phys_addr : 0);
	else
		return false;
	return true;
}

/* perf script cuts the number, in 16 columns, a blank and the words to 99 characters. */
static void print_cut(uint64_t data_src)
{
	char text[100 - 17];
	size_t length = strlen(dt_data_src_text(text, sizeof(text), data_src));

	while (length && text[length - 1] == ' ')
		length--;
	printf("%" PRIx64 " %.*s", data_src, (int)length, text);
}

static bool print_source(const char *field, uint64_t data_src)
{
	char text[512];

	if (!strcmp(field, "data_src"))
		printf("%" PRIx64 " %s", data_src, dt_data_src_text(text, sizeof(text), data_src));
	else if (!strcmp(field, "data_src_cut"))
		print_cut(data_src);
	else if (!strcmp(field, "tier"))
		printf("%s", dt_tier_key(dt_data_src_tier(data_src)));
	else if (!strcmp(field, "access"))
		printf("%s", dt_access_name(dt_data_src_access(data_src)));
	else if (!strcmp(field, "tlb"))
		printf("%s", dt_tlb_name(dt_data_src_tlb(data_src)));
	else
		return false;
	return true;
}

static bool print_name(const struct context *context, const char *field,
		       const struct dt_samples *samples, uint32_t i)
{
	const char *name;

	if (!strcmp(field, "comm"))
		name = dt_reader_comm(context->reader, samples->pid[i]);
	else if (!strcmp(field, "event"))
		name = context->reader->info.events[samples->event].name;
	else if (!strcmp(field, "cgroup"))
		name = dt_reader_cgroup(context->reader, samples->cgroup[i]);
	else
		return false;
	printf("%s", name ? name : "-");
	return true;
}

static bool print_number(const char *field, const struct dt_samples *samples, uint32_t i)
{
	const struct {
		const char *name;
		uint64_t value;
		bool hexadecimal;
	} numbers[] = {
		{"pid", (uint64_t)samples->pid[i], false},
		{"tid", (uint64_t)samples->tid[i], false},
		{"cpu", (uint64_t)samples->cpu[i], false},
		{"time", samples->time[i], false},
		{"period", samples->period[i], false},
		{"weight", samples->weight[i], false},
		{"ins_lat", samples->weights[i] & 0xffff, false},
		{"third", samples->weights[i] >> 16, false},
		{"page", samples->page_size[i], false},
		{"mode", samples->misc[i] & DT_MISC_MODE, false},
		{"ip", samples->ip[i], true},
		{"addr", samples->addr[i], true},
		{"phys", samples->phys[i], true},
	};

	for (size_t n = 0; n < sizeof(numbers) / sizeof(numbers[0]); n++) {
		if (strcmp(numbers[n].name, field) != 0)
			continue;
		if (numbers[n].hexadecimal)
			printf("%" PRIx64, numbers[n].value);
		else
			printf("%" PRIu64, numbers[n].value);
		return true;
	}
	return false;
}

static int print_batch(void *user, struct dt_batch *batch)
{
	const struct context *context = user;
	const struct dt_samples *samples = batch->samples;

	for (uint32_t i = 0; i < batch->count; i++) {
		for (unsigned f = 0; f < context->nr_fields; f++) {
			const char *field = context->fields[f];

			printf("%s", f ? " " : "");
			if (!print_number(field, samples, i) &&
			    !print_source(field, samples->data_src[i]) &&
			    !print_name(context, field, samples, i) &&
			    !print_ibs(context, field, samples, i)) {
				(void)fprintf(stderr, "gen_script: no field %s\n", field);
				exit(2);
			}
		}
		printf("\n");
	}
	return 0;
}

static int ignore_batch(void *user, struct dt_batch *batch)
{
	(void)user;
	(void)batch;
	return 0;
}

/* Names are known from the first walk on. Columns that a file has not are 0. */
int main(int argc, char **argv)
{
	struct context context = {0};
	struct dt_sink sink = {ignore_batch, &context, 1u << DT_KIND_SAMPLE, DT_COL_ALL};
	struct dt_error error = {0};
	int ret;

	if (argc != 3) {
		(void)fputs(help, stderr);
		return 2;
	}
	for (char *field = strtok(argv[1], ","); field && context.nr_fields < 32;
	     field = strtok(NULL, ","))
		context.fields[context.nr_fields++] = field;
	ret = dt_reader_open(&context.reader, argv[2], &error);
	if (!ret) {
		(void)dt_processor_parse(context.reader->info.cpuid, &context.processor);
		ret = dt_reader_walk(context.reader, &sink, &error);
		sink.batch = print_batch;
		ret = ret ? ret : dt_reader_walk(context.reader, &sink, &error);
	}
	if (ret)
		(void)fprintf(stderr, "gen_script: %s\n", error.message);
	dt_reader_close(context.reader);
	return ret ? 1 : 0;
}
