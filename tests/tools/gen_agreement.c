/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes a perf.data file with DAMON's regions and memory samples that agree to a known degree.
 * The content is made up; the layout is perf's.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/agreement_world.h"

static const char help[] =
	"Usage: gen_agreement [OPTIONS] -o FILE\n"
	"\n"
	"Blocks of 2 MiB of one process: some hot to DAMON, as many hot to the samples.\n"
	"\n"
	"  -o FILE            the perf.data file\n"
	"  --common N         blocks that are hot to both: 10 identical, 5 half, 1 as by chance "
	"(10)\n"
	"  --blocks N, --hot N                100, 10\n"
	"  --hot-samples N, --cold-samples N  of each block: 91, 1\n"
	"  --snapshots N      41, 100 ms apart\n"
	"  --pages N          of a block that are touched, 1 to 512 (512)\n"
	"  --move N           the hot sets move on every N snapshots; --late N: DAMON's later\n"
	"  --after N, --above N, --none N, --others N\n"
	"                     samples behind the last snapshot, above the blocks, without address, "
	"of\n"
	"                     another process\n"
	"  --physical         the regions are physical addresses, the samples have both kinds\n"
	"  --mono             clock CLOCK_MONOTONIC\n"
	"  --truth FILE       what was written, in time order:\n"
	"                     region TIME_NS START END ACCESSES | sample TIME_NS PID ADDRESS\n";

enum option_id {
	OPT_COMMON = 256,
	OPT_BLOCKS,
	OPT_HOT,
	OPT_HOT_SAMPLES,
	OPT_COLD_SAMPLES,
	OPT_SNAPSHOTS,
	OPT_PAGES,
	OPT_MOVE,
	OPT_LATE,
	OPT_AFTER,
	OPT_ABOVE,
	OPT_NONE,
	OPT_OTHERS,
	OPT_PHYSICAL,
	OPT_MONO,
	OPT_TRUTH,
};

static const struct option long_options[] = {
	{"common", required_argument, NULL, OPT_COMMON},
	{"blocks", required_argument, NULL, OPT_BLOCKS},
	{"hot", required_argument, NULL, OPT_HOT},
	{"hot-samples", required_argument, NULL, OPT_HOT_SAMPLES},
	{"cold-samples", required_argument, NULL, OPT_COLD_SAMPLES},
	{"snapshots", required_argument, NULL, OPT_SNAPSHOTS},
	{"pages", required_argument, NULL, OPT_PAGES},
	{"move", required_argument, NULL, OPT_MOVE},
	{"late", required_argument, NULL, OPT_LATE},
	{"after", required_argument, NULL, OPT_AFTER},
	{"above", required_argument, NULL, OPT_ABOVE},
	{"none", required_argument, NULL, OPT_NONE},
	{"others", required_argument, NULL, OPT_OTHERS},
	{"physical", no_argument, NULL, OPT_PHYSICAL},
	{"mono", no_argument, NULL, OPT_MONO},
	{"truth", required_argument, NULL, OPT_TRUTH},
	{"help", no_argument, NULL, 'h'},
	{0},
};

struct settings {
	struct agreement_world world;
	bool mono;
	const char *output, *truth;
};

static unsigned number(const char *text)
{
	char *end;
	const unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || value > 100000000) {
		(void)fprintf(stderr, "gen_agreement: wrong number: %s (see --help)\n", text);
		exit(2);
	}
	return (unsigned)value;
}

/* The numbers; NULL for what is none. */
static unsigned *field(struct agreement_world *world, int option)
{
	switch (option) {
	case OPT_COMMON:
		return &world->common;
	case OPT_BLOCKS:
		return &world->blocks;
	case OPT_HOT:
		return &world->hot;
	case OPT_HOT_SAMPLES:
		return &world->hot_samples;
	case OPT_COLD_SAMPLES:
		return &world->cold_samples;
	case OPT_SNAPSHOTS:
		return &world->snapshots;
	case OPT_PAGES:
		return &world->pages;
	case OPT_MOVE:
		return &world->move;
	case OPT_LATE:
		return &world->late;
	case OPT_AFTER:
		return &world->after;
	case OPT_ABOVE:
		return &world->above;
	case OPT_NONE:
		return &world->none;
	case OPT_OTHERS:
		return &world->others;
	default:
		return NULL;
	}
}

static void parse(struct settings *settings, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "o:h", long_options, NULL)) != -1) {
		unsigned *target = field(&settings->world, option);

		if (target) {
			*target = number(optarg);
		} else if (option == 'h') {
			(void)fputs(help, stdout);
			exit(0);
		} else if (option == 'o') {
			settings->output = optarg;
		} else if (option == OPT_TRUTH) {
			settings->truth = optarg;
		} else if (option == OPT_PHYSICAL) {
			settings->world.physical = true;
			settings->world.base = 4ull << 30;
		} else if (option == OPT_MONO) {
			settings->mono = true;
		} else {
			exit(2);
		}
	}
	if (optind < argc || !settings->output || !settings->world.blocks ||
	    settings->world.snapshots < 2 || !settings->world.pages ||
	    settings->world.pages > 512 || settings->world.common > settings->world.hot ||
	    settings->world.hot > settings->world.blocks) {
		(void)fprintf(stderr, "gen_agreement: wrong use (see --help)\n");
		exit(2);
	}
}

static int print_truth(const char *path, const struct settings *settings,
		       const struct agreement_records *records)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return -1;
	for (size_t i = 0; i < records->nr; i++) {
		const struct perf_truth *truth = &records->list[i];

		if (truth->kind == PT_REGION)
			(void)fprintf(file, "region %" PRIu64 " %#" PRIx64 " %#" PRIx64 " %u\n",
				      truth->time, truth->start, truth->end, truth->accesses);
		else
			(void)fprintf(file, "sample %" PRIu64 " %u %#" PRIx64 "\n", truth->time,
				      truth->pid,
				      settings->world.physical ? truth->phys : truth->addr);
	}
	return fclose(file);
}

int main(int argc, char **argv)
{
	struct settings settings = {.world = agreement_world_default(10)};
	const struct perf_truth_sink sink = {0};
	struct agreement_records records;
	struct perf_writer_options options;
	struct perf_totals totals;
	int ret = 0;

	parse(&settings, argc, argv);
	if (agreement_world_make(&settings.world, &records)) {
		(void)fprintf(stderr, "gen_agreement: out of memory\n");
		return 1;
	}
	options = agreement_world_options(&settings.world, &records);
	options.mono = settings.mono;
	if (perf_write_path(&options, settings.output, &sink, &totals)) {
		perror(settings.output);
		ret = 1;
	}
	if (!ret && settings.truth && print_truth(settings.truth, &settings, &records)) {
		perror(settings.truth);
		ret = 1;
	}
	agreement_records_free(&records);
	return ret;
}
