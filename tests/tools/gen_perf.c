/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes perf.data files with known content, small ones for tests and large ones for benchmarks.
 * The content is made up; the layout is perf's.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/perf_writer.h"

static const char help[] =
	"Usage: gen_perf [OPTIONS] -o FILE\n"
	"\n"
	"Write a perf.data file of made-up memory samples: processes whose accesses go to a hot\n"
	"window that moves over their memory, and, when asked for, the events of a kdamond.\n"
	"The same options give the same bytes.\n"
	"\n"
	"  -o, --output FILE      the file, - for standard output (pipe mode), or the directory\n"
	"  -n, --samples N        memory samples, K, M and G for thousands and so on (10000)\n"
	"      --size BYTES       instead of -n: about so many bytes of samples (K, M, G: 1024)\n"
	"      --seed N           another recording of the same kind (1)\n"
	"      --fields LIST      of the samples, by commas (ip,tid,time,addr,period): also cpu,\n"
	"                         phys, weight, weight_struct, data_src, raw, id, stream_id, "
	"read,\n"
	"                         callchain, branch, regs_user, stack_user, regs_intr,\n"
	"                         transaction, cgroup, data_page, code_page\n"
	"      --read-format N    bits of perf_event_attr.read_format for the field read (0)\n"
	"      --events N         memory events, 1 to 8 (1)\n"
	"      --mixed            every second event also records cpu and period\n"
	"      --identifier       samples begin with an identifier (several events need this or "
	"id)\n"
	"      --no-ids           the file does not list the identifiers\n"
	"      --cpus N, --pids N 1 to 64 each (4, 2)\n"
	"      --range BYTES      memory of each process (256M); --phases N: places of the hot\n"
	"                         window, an eighth of it (8)\n"
	"      --round N          samples between FINISHED_ROUND records, at most 4096 (1000)\n"
	"      --pipe             pipe mode; --directory: a directory with data and data.N\n"
	"      --big-endian       as written on such a machine\n"
	"      --attr-size N      64 to 4096; what is above 128 is filled with a pattern (128)\n"
	"      --zstd TYPE        records compressed by type 81 or 83; --chunk BYTES in each "
	"(32K)\n"
	"      --unterminated     as a killed perf leaves it: no data size, no features\n"
	"      --mono             clock CLOCK_MONOTONIC\n"
	"      --lost N, --dropped N, --throttle N\n"
	"                         a LOST, LOST_SAMPLES or THROTTLE record each N samples\n"
	"      --lost-total N     the recorder's own sum of losses at the end\n"
	"      --auxtrace         an AUXTRACE record with its payload outside\n"
	"      --damon N          N aggregations of a kdamond with two goals; --regions N (20)\n"
	"      --goals LAYOUT     of damos_node_eligible_mem_bp: native or probe (native)\n"
	"      --no-formats       without TRACING_DATA\n"
	"      --truth FILE       what was written, one line each, in time order:\n"
	"                         sample TIME EVENT PID TID CPU IP ADDR PHYS PERIOD WEIGHT "
	"DATA_SRC\n"
	"                         region TIME KDAMOND START END ACCESSES AGE\n"
	"                         goal TIME NID TARGET CURRENT\n"
	"                         lost|dropped|throttle TIME CPU COUNT\n"
	"                         and the totals; with --totals those alone\n"
	"  -h, --help             this text\n"
	"\n"
	"Example: gen_perf --size 1G --fields ip,tid,time,addr,cpu -o /tmp/big.data\n";

enum option_id {
	OPT_SIZE = 256,
	OPT_SEED,
	OPT_FIELDS,
	OPT_READ_FORMAT,
	OPT_EVENTS,
	OPT_MIXED,
	OPT_IDENTIFIER,
	OPT_NO_IDS,
	OPT_CPUS,
	OPT_PIDS,
	OPT_RANGE,
	OPT_PHASES,
	OPT_ROUND,
	OPT_PIPE,
	OPT_DIRECTORY,
	OPT_BIG,
	OPT_ATTR_SIZE,
	OPT_ZSTD,
	OPT_CHUNK,
	OPT_UNTERMINATED,
	OPT_MONO,
	OPT_LOST,
	OPT_DROPPED,
	OPT_THROTTLE,
	OPT_LOST_TOTAL,
	OPT_AUXTRACE,
	OPT_DAMON,
	OPT_REGIONS,
	OPT_GOALS,
	OPT_NO_FORMATS,
	OPT_TRUTH,
	OPT_TOTALS,
};

static const struct option long_options[] = {
	{"output", required_argument, NULL, 'o'},
	{"samples", required_argument, NULL, 'n'},
	{"size", required_argument, NULL, OPT_SIZE},
	{"seed", required_argument, NULL, OPT_SEED},
	{"fields", required_argument, NULL, OPT_FIELDS},
	{"read-format", required_argument, NULL, OPT_READ_FORMAT},
	{"events", required_argument, NULL, OPT_EVENTS},
	{"mixed", no_argument, NULL, OPT_MIXED},
	{"identifier", no_argument, NULL, OPT_IDENTIFIER},
	{"no-ids", no_argument, NULL, OPT_NO_IDS},
	{"cpus", required_argument, NULL, OPT_CPUS},
	{"pids", required_argument, NULL, OPT_PIDS},
	{"range", required_argument, NULL, OPT_RANGE},
	{"phases", required_argument, NULL, OPT_PHASES},
	{"round", required_argument, NULL, OPT_ROUND},
	{"pipe", no_argument, NULL, OPT_PIPE},
	{"directory", no_argument, NULL, OPT_DIRECTORY},
	{"big-endian", no_argument, NULL, OPT_BIG},
	{"attr-size", required_argument, NULL, OPT_ATTR_SIZE},
	{"zstd", required_argument, NULL, OPT_ZSTD},
	{"chunk", required_argument, NULL, OPT_CHUNK},
	{"unterminated", no_argument, NULL, OPT_UNTERMINATED},
	{"mono", no_argument, NULL, OPT_MONO},
	{"lost", required_argument, NULL, OPT_LOST},
	{"dropped", required_argument, NULL, OPT_DROPPED},
	{"throttle", required_argument, NULL, OPT_THROTTLE},
	{"lost-total", required_argument, NULL, OPT_LOST_TOTAL},
	{"auxtrace", no_argument, NULL, OPT_AUXTRACE},
	{"damon", required_argument, NULL, OPT_DAMON},
	{"regions", required_argument, NULL, OPT_REGIONS},
	{"goals", required_argument, NULL, OPT_GOALS},
	{"no-formats", no_argument, NULL, OPT_NO_FORMATS},
	{"truth", required_argument, NULL, OPT_TRUTH},
	{"totals", no_argument, NULL, OPT_TOTALS},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static const struct {
	const char *name;
	uint64_t bit;
} fields[] = {
	{"ip", PW_IP},
	{"tid", PW_TID},
	{"time", PW_TIME},
	{"addr", PW_ADDR},
	{"read", PW_READ},
	{"callchain", PW_CALLCHAIN},
	{"id", PW_ID},
	{"cpu", PW_CPU},
	{"period", PW_PERIOD},
	{"stream_id", PW_STREAM_ID},
	{"raw", PW_RAW},
	{"branch", PW_BRANCH_STACK},
	{"regs_user", PW_REGS_USER},
	{"stack_user", PW_STACK_USER},
	{"weight", PW_WEIGHT},
	{"data_src", PW_DATA_SRC},
	{"transaction", PW_TRANSACTION},
	{"regs_intr", PW_REGS_INTR},
	{"phys", PW_PHYS_ADDR},
	{"cgroup", PW_CGROUP},
	{"data_page", PW_DATA_PAGE_SIZE},
	{"code_page", PW_CODE_PAGE_SIZE},
	{"weight_struct", PW_WEIGHT_STRUCT},
};

struct settings {
	struct perf_writer_options writer;
	const char *output, *truth;
	uint64_t size;
	bool totals_only;
};

__attribute__((noreturn)) static void wrong(const char *what, const char *value)
{
	(void)fprintf(stderr, "gen_perf: wrong %s: %s (see --help)\n", what, value);
	exit(2);
}

static uint64_t number(const char *text, uint64_t unit, uint64_t min, uint64_t max)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	if (*end && strchr("KMG", *end)) {
		for (const char *suffix = "KMG"; *suffix != *end; suffix++)
			value *= unit;
		value *= unit;
		end++;
	}
	if (end == text || *end || value < min || value > max)
		wrong("number", text);
	return value;
}

static uint64_t count(const char *text)
{
	return number(text, 1000, 0, UINT64_MAX);
}

static unsigned few(const char *text, unsigned min, unsigned max)
{
	return (unsigned)number(text, 1000, min, max);
}

static uint64_t parse_fields(char *list)
{
	uint64_t bits = 0;

	for (char *name = strtok(list, ","); name; name = strtok(NULL, ",")) {
		size_t i;

		for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (!strcmp(fields[i].name, name))
				break;
		if (i == sizeof(fields) / sizeof(fields[0]))
			wrong("field", name);
		bits |= fields[i].bit;
	}
	return bits;
}

static enum perf_writer_goals parse_goals(const char *text)
{
	if (strcmp(text, "native") != 0 && strcmp(text, "probe") != 0)
		wrong("layout", text);
	return strcmp(text, "probe") ? PW_GOALS_NATIVE : PW_GOALS_PROBE;
}

static bool parse_world(struct settings *settings, int option, char *value)
{
	struct perf_writer_options *writer = &settings->writer;

	switch (option) {
	case 'n':
		writer->samples = count(value);
		return true;
	case OPT_SIZE:
		settings->size = number(value, 1024, 1, UINT64_MAX);
		return true;
	case OPT_SEED:
		writer->seed = count(value);
		return true;
	case OPT_CPUS:
		writer->cpus = few(value, 1, 64);
		return true;
	case OPT_PIDS:
		writer->pids = few(value, 1, 64);
		return true;
	case OPT_RANGE:
		writer->range = number(value, 1024, 4096, 1ull << 46);
		return true;
	case OPT_PHASES:
		writer->phases = few(value, 1, 1000000);
		return true;
	case OPT_LOST:
		writer->lost_every = count(value);
		return true;
	case OPT_DROPPED:
		writer->dropped_every = count(value);
		return true;
	case OPT_THROTTLE:
		writer->throttle_every = count(value);
		return true;
	case OPT_LOST_TOTAL:
		writer->lost_total = count(value);
		return true;
	case OPT_DAMON:
		writer->snapshots = few(value, 0, 1000000000);
		return true;
	case OPT_REGIONS:
		writer->regions = few(value, 1, 100000);
		return true;
	default:
		return false;
	}
}

static bool parse_layout(struct settings *settings, int option, char *value)
{
	struct perf_writer_options *writer = &settings->writer;

	switch (option) {
	case OPT_FIELDS:
		writer->sample_type = parse_fields(value);
		return true;
	case OPT_READ_FORMAT:
		writer->read_format = count(value);
		return true;
	case OPT_EVENTS:
		writer->events = few(value, 1, 8);
		return true;
	case OPT_ROUND:
		writer->round = few(value, 1, 4096);
		return true;
	case OPT_ATTR_SIZE:
		writer->attr_size = few(value, 64, 4096);
		return true;
	case OPT_ZSTD:
		writer->compress = few(value, 81, 83);
		if (writer->compress == 82)
			wrong("record type", value);
		return true;
	case OPT_CHUNK:
		writer->compress_chunk = number(value, 1024, 16, 16 << 20);
		return true;
	case OPT_GOALS:
		writer->goals = parse_goals(value);
		return true;
	default:
		return false;
	}
}

static bool parse_flag(struct settings *settings, int option)
{
	struct perf_writer_options *writer = &settings->writer;

	switch (option) {
	case OPT_MIXED:
		writer->mixed = true;
		return true;
	case OPT_IDENTIFIER:
		writer->identifier = PW_IDENTIFIER;
		return true;
	case OPT_NO_IDS:
		writer->no_ids = true;
		return true;
	case OPT_PIPE:
		writer->mode = PW_PIPE;
		return true;
	case OPT_DIRECTORY:
		writer->mode = PW_DIRECTORY;
		return true;
	case OPT_BIG:
		writer->big = true;
		return true;
	case OPT_UNTERMINATED:
		writer->unterminated = true;
		return true;
	case OPT_MONO:
		writer->mono = true;
		return true;
	case OPT_AUXTRACE:
		writer->auxtrace = true;
		return true;
	case OPT_NO_FORMATS:
		writer->no_formats = true;
		return true;
	case OPT_TOTALS:
		settings->totals_only = true;
		return true;
	default:
		return false;
	}
}

static void parse(struct settings *settings, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "o:n:h", long_options, NULL)) != -1) {
		if (option == 'h') {
			(void)fputs(help, stdout);
			exit(0);
		} else if (option == 'o') {
			settings->output = optarg;
		} else if (option == OPT_TRUTH) {
			settings->truth = optarg;
		} else if (!parse_world(settings, option, optarg) &&
			   !parse_layout(settings, option, optarg) &&
			   !parse_flag(settings, option)) {
			exit(2);
		}
	}
	if (optind < argc)
		wrong("argument", argv[optind]);
	if (!settings->output)
		wrong("use", "no --output");
	if (!strcmp(settings->output, "-") && settings->writer.mode != PW_PIPE)
		wrong("output", "only a pipe (--pipe) goes to standard output");
}

/* Bytes of a sample whose fields have a fixed size; enough for the size of a benchmark file. */
static uint64_t sample_size(const struct perf_writer_options *writer)
{
	uint64_t type = writer->sample_type | writer->identifier;

	return 8 + 8 * (uint64_t)__builtin_popcountll(type & ~(PW_READ | PW_RAW)) +
	       (type & PW_RAW ? 64 : 0) + (type & PW_CALLCHAIN ? 32 : 0);
}

static void print_truth(void *context, const struct perf_truth *truth)
{
	static const char *const losses[] = {
		[PT_LOST] = "lost", [PT_DROPPED] = "dropped", [PT_THROTTLE] = "throttle"};
	FILE *file = context;

	if (truth->kind == PT_SAMPLE)
		(void)fprintf(file,
			      "sample %" PRIu64 " %s %u %u %u %" PRIx64 " %" PRIx64 " %" PRIx64
			      " %" PRIu64 " %" PRIu64 " %" PRIx64 "\n",
			      truth->time, perf_writer_event_name(truth->event), truth->pid,
			      truth->tid, truth->cpu, truth->ip, truth->addr, truth->phys,
			      truth->period, truth->weight, truth->data_src);
	else if (truth->kind == PT_REGION)
		(void)fprintf(file, "region %" PRIu64 " %u %" PRIx64 " %" PRIx64 " %u %u\n",
			      truth->time, truth->pid, truth->start, truth->end, truth->accesses,
			      truth->age);
	else if (truth->kind == PT_GOAL)
		(void)fprintf(file, "goal %" PRIu64 " %u %" PRIu64 " %" PRIu64 "\n", truth->time,
			      truth->nid, truth->target, truth->current);
	else
		(void)fprintf(file, "%s %" PRIu64 " %u %" PRIu64 "\n", losses[truth->kind],
			      truth->time, truth->cpu, truth->count);
}

static void print_totals(FILE *file, const struct settings *settings,
			 const struct perf_totals *totals)
{
	for (unsigned i = 0; i < settings->writer.events; i++)
		(void)fprintf(file, "total samples %s %" PRIu64 "\n", perf_writer_event_name(i),
			      totals->samples[i]);
	(void)fprintf(file,
		      "total with_address %" PRIu64 "\ntotal address_zero %" PRIu64
		      "\ntotal with_phys %" PRIu64 "\n",
		      totals->with_address, totals->address_zero, totals->with_phys);
	(void)fprintf(file, "total regions %" PRIu64 "\ntotal goals %" PRIu64 "\n", totals->regions,
		      totals->goals);
	(void)fprintf(file,
		      "total lost %" PRIu64 "\ntotal dropped %" PRIu64 "\ntotal throttles %" PRIu64
		      "\n",
		      totals->lost, totals->dropped, totals->throttles);
	(void)fprintf(file, "total first %" PRIu64 "\ntotal last %" PRIu64 "\n", totals->first,
		      totals->last);
}

int main(int argc, char **argv)
{
	struct settings settings = {.writer = perf_writer_defaults};
	struct perf_truth_sink sink = {0};
	struct perf_totals totals;
	FILE *truth = NULL;

	parse(&settings, argc, argv);
	if (settings.size)
		settings.writer.samples = settings.size / sample_size(&settings.writer);
	if (settings.truth) {
		truth = fopen(settings.truth, "w");
		if (!truth) {
			perror(settings.truth);
			return 1;
		}
		sink.context = truth;
		sink.record = settings.totals_only ? NULL : print_truth;
	}
	if (perf_write_path(&settings.writer, settings.output, &sink, &totals)) {
		perror(settings.output);
		return 1;
	}
	if (truth) {
		print_totals(truth, &settings, &totals);
		if (fclose(truth)) {
			perror(settings.truth);
			return 1;
		}
	}
	return 0;
}
