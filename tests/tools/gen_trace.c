/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes trace.dat files of simulated kdamonds for tests and benchmarks: any version, byte order,
 * page size and scenario, with the truth as text beside it. See README.md.
 */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/tools/trace_world.h"
#include "tests/tools/trace_writer.h"

#define MAX_INSTANCES 8
#define NO_TRUNCATION UINT64_MAX
#define MEMORY_SPOOL  ((uint64_t)2 << 30) /* bytes of CPU data that may wait in memory */

struct settings {
	struct dt_world world;
	struct dt_tw_config config;
	char *output, *truth, *clock;
	uint64_t truncate;
	uint32_t nr_instances;
	char *instances[MAX_INSTANCES]; /* NAME or NAME=CLOCK */
};

enum kind {
	FLAG,
	U32,
	U64,
	WORD,	 /* one of a list: its number */
	TEXT,	 /* a pointer into argv */
	CHANGES, /* AT:VALUE, repeatable */
	CALL,	 /* anything else */
};

struct choice {
	const char *name;
	const char *argument; /* for the help */
	const char *help;
	enum kind kind;
	size_t offset; /* in struct settings */
	const char *const *words;
	void (*call)(struct settings *settings, const char *name, char *text);
};

static _Noreturn void die(const char *what, const char *value)
{
	fprintf(stderr, "gen_trace: %s: %s\n", what, value);
	exit(2);
}

static uint64_t number(const char *name, const char *text)
{
	static const char units[] = "KMGT";
	const char *unit;
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *text == '-')
		die(name, text);
	unit = *end ? strchr(units, *end) : NULL;
	if (unit) {
		value <<= 10 * (unit - units + 1);
		end++;
	}
	if (*end)
		die(name, text);
	return value;
}

/* AT:VALUE; a missing value is 1 */
static void add_change(struct dt_world_changes *changes, const char *name, const char *text)
{
	struct dt_world_change *change = &changes->change[changes->count];
	char *copy = strdup(text);
	char *colon = copy ? strchr(copy, ':') : NULL;

	if (!copy || changes->count == DT_WORLD_MAX_CHANGES)
		die(name, text);
	if (colon)
		*colon = '\0';
	change->at = number(name, copy);
	change->value = colon ? number(name, colon + 1) : 1;
	if (changes->count && change->at <= change[-1].at)
		die(name, "not in ascending order");
	changes->count++;
	free(copy);
}

static int word(const char *name, const char *text, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], text))
			return i;
	die(name, text);
}

static void set_layout(struct settings *settings, const char *name, char *text)
{
	static const char *const words[] = {"current", "no-age", "extra", "v2", NULL};
	static const enum dt_tw_event added[] = {DT_TW_AGGREGATED, DT_TW_AGGREGATED_NO_AGE,
						 DT_TW_AGGREGATED_EXTRA, DT_TW_AGGREGATED_V2};
	int layout = word(name, text, words);
	uint32_t events = DT_TW_DEFAULT_EVENTS;

	if (layout == 3)
		events &= ~(1u << DT_TW_REGION_AGGREGATED);
	else
		events &= ~(1u << DT_TW_AGGREGATED);
	settings->config.events = events | 1u << added[layout];
}

static void add_instance(struct settings *settings, const char *name, char *text)
{
	if (settings->nr_instances == MAX_INSTANCES)
		die(name, "too many");
	settings->instances[settings->nr_instances++] = text;
}

static void set_goals(struct settings *settings, const char *name, char *text)
{
	static const char *const forms[] = {"probe", "native", NULL};

	settings->world.goals = true;
	settings->world.native_goals = word(name, text, forms);
}

static void set_scenario(struct settings *settings, const char *name, char *text)
{
	static const char *const words[] = {"world", "interleaved", "lost", "probes", "pairs",
					    "tuned", "late",	    "big",  "goals",  NULL};
	struct dt_world *world = &settings->world;

	switch (word(name, text, words)) {
	case 1:
		world->kdamonds = 2;
		world->in_step = true;
		break;
	case 2:
		world->mark = DT_WORLD_MARK_KNOWN;
		add_change(&world->drops, name, "500:3");
		add_change(&world->drops, name, "3000:100");
		break;
	case 3:
		world->events = DT_WORLD_PROBES;
		break;
	case 4:
		world->events = DT_WORLD_PAIRS;
		break;
	case 5:
		add_change(&world->tunes, name, "60:10000");
		add_change(&world->tunes, name, "130:2500");
		break;
	case 6:
		add_change(&world->late, name, "50:1600");
		add_change(&world->late, name, "90:7000");
		break;
	case 7:
		world->snapshots = 0;
		world->size = 1u << 30;
		world->regions = 1000;
		break;
	case 8:
		world->goals = true;
		add_change(&world->goal_steps, name, "100:8000");
		break;
	default:
		break;
	}
}

static const char *const compressions[] = {"none", "zstd", "zlib", NULL};
static const char *const endians[] = {"little", "big", NULL};
static const char *const region_events[] = {"aggregated", "probes", "pairs", NULL};
static const char *const call_forms[] = {"none", "graph", "probe", NULL};
static const char *const marks[] = {"none", "unknown", "known", NULL};

#define AT(member)     offsetof(struct settings, member)
#define CONFIG(member) offsetof(struct settings, config.member)
#define WORLD(member)  offsetof(struct settings, world.member)

/* clang-format off */
static const struct choice choices[] = {
	/* the file */
	{"version", "6|7", "default 6", U32, CONFIG(version), NULL, NULL},
	{"compression", "none|zstd|zlib", "of version 7", WORD, CONFIG(compression), compressions, NULL},
	{"endian", "little|big", "", WORD, CONFIG(big_endian), endians, NULL},
	{"long", "8|4", "bytes of a long on the recorded machine", U32, CONFIG(long_size), NULL, NULL},
	{"page", "BYTES", "page size in the file's header, default 4096", U32, CONFIG(page_size), NULL, NULL},
	{"subbuf", "BYTES", "sub-buffer size, default the page size", U32, CONFIG(subbuf_size), NULL, NULL},
	{"cpus", "N", "default 2", U32, CONFIG(cpus), NULL, NULL},
	{"absolute-time", NULL, "a time stamp record before every event", FLAG, CONFIG(absolute_time), NULL, NULL},
	{"align-8", NULL, "records as on machines that need 8-byte alignment", FLAG, CONFIG(align_8), NULL, NULL},
	{"clock", "NAME", "trace clock, default mono", TEXT, AT(clock), NULL, NULL},
	{"no-clock", NULL, "do not name the clock", FLAG, CONFIG(no_clock), NULL, NULL},
	{"instance", "NAME[=CLOCK]", "a buffer instance; kdamonds go to them in turn; repeatable", CALL, 0, NULL, add_instance},
	{"layout", "LAYOUT", "of region events: current, no-age, extra or v2", CALL, 0, NULL, set_layout},
	{"truth", "FILE", "also write the events as text", TEXT, AT(truth), NULL, NULL},
	{"truncate", "BYTES", "cut the file", U64, AT(truncate), NULL, NULL},
	/* the world */
	{"scenario", "NAME", "preset: world, interleaved, lost, probes, pairs, tuned, late, big, goals; later options change it", CALL, 0, NULL, set_scenario},
	{"seed", "N", "", U64, WORLD(seed), NULL, NULL},
	{"kdamonds", "N", "", U32, WORLD(kdamonds), NULL, NULL},
	{"targets", "N", "of each kdamond", U32, WORLD(targets), NULL, NULL},
	{"regions", "N", "of each target, at most; default 40", U32, WORLD(regions), NULL, NULL},
	{"snapshots", "N", "of each kdamond, default 200; 0: until --size or --limit", U64, WORLD(snapshots), NULL, NULL},
	{"size", "BYTES", "stop when there is so much CPU data", U64, WORLD(size), NULL, NULL},
	{"sample", "US", "sampling interval, default 5000", U64, WORLD(sample_us), NULL, NULL},
	{"aggr", "US", "aggregation interval, default 100000", U64, WORLD(aggr_us), NULL, NULL},
	{"start", "NS", "time of the first event", U64, WORLD(start_ns), NULL, NULL},
	{"event-ns", "NS", "between two events of a kdamond, default 1500", U64, WORLD(event_ns), NULL, NULL},
	{"jitter", "PERMILLE", "how late intervals may be, default 30", U32, WORLD(jitter), NULL, NULL},
	{"in-step", NULL, "all kdamonds aggregate at the same time", FLAG, WORLD(in_step), NULL, NULL},
	{"base", "ADDRESS", "of the first target's memory", U64, WORLD(base), NULL, NULL},
	{"bytes", "N", "memory of a target, default 256M", U64, WORLD(bytes), NULL, NULL},
	{"holes", NULL, "memory in three areas with a small and a large hole", FLAG, WORLD(holes), NULL, NULL},
	{"hot", "PERMILLE", "size of the hot window, default 125", U32, WORLD(hot), NULL, NULL},
	{"dwell", "SNAPSHOTS", "before the window moves on, default 25", U32, WORLD(dwell), NULL, NULL},
	{"migrate", "PERMILLE", "chance of another CPU before an event, default 5", U32, WORLD(migrate), NULL, NULL},
	{"events", "EVENTS", "of the regions: aggregated, probes or pairs", WORD, WORLD(events), region_events, NULL},
	{"schemes", NULL, "DAMOS events of two schemes", FLAG, WORLD(schemes), NULL, NULL},
	{"goals", "probe|native", "and of their quota goals, in this form", CALL, 0, NULL, set_goals},
	{"goal", "AT:BP", "new target of the PULL goal from a snapshot on; repeatable", CHANGES, WORLD(goal_steps), NULL, NULL},
	{"calls", "none|graph|probe", "of DAMON's functions, by the function_graph tracer or dynamic events", WORD, WORLD(calls), call_forms, NULL},
	{"tune", "AT:US", "new sampling interval at a snapshot; repeatable", CHANGES, WORLD(tunes), NULL, NULL},
	{"late", "AT:PERMILLE", "gap before a snapshot, of the interval; repeatable", CHANGES, WORLD(late), NULL, NULL},
	{"drop", "AT[:COUNT]", "lose region events, the first is 1; repeatable", CHANGES, WORLD(drops), NULL, NULL},
	{"mark", "none|unknown|known", "what the ring says about lost ones", WORD, WORLD(mark), marks, NULL},
	{"skip", "N", "region events before the recording begins", U64, WORLD(skip), NULL, NULL},
	{"limit", "N", "region events until it ends, skipped ones included", U64, WORLD(limit), NULL, NULL},
	{"foreign", "N", "a foreign event every N events", U32, WORLD(foreign_every), NULL, NULL},
	{"padding", "N", "a padding record every N events", U32, WORLD(padding_every), NULL, NULL},
	{"overflow", "N", "a damon_perf_ring_overflow every N events", U32, WORLD(overflow_every), NULL, NULL},
};
/* clang-format on */

#define NR_CHOICES (sizeof(choices) / sizeof(*choices))

static void help(void)
{
	puts("usage: gen_trace [OPTIONS] OUTPUT\n"
	     "Write a trace.dat of simulated kdamonds. OUTPUT - is stdout.\n"
	     "Snapshots count from 0. Numbers take K, M, G, T.\n"
	     "example: gen_trace --scenario lost --version 7 --truth t.txt trace.dat\n");
	for (size_t i = 0; i < NR_CHOICES; i++) {
		const struct choice *choice = &choices[i];

		printf("  --%s%s%s%s%s\n", choice->name, choice->argument ? " " : "",
		       choice->argument ? choice->argument : "", *choice->help ? "\t" : "",
		       choice->help);
	}
}

static void set(struct settings *settings, const struct choice *choice, char *text)
{
	void *member = (char *)settings + choice->offset;
	uint64_t value;

	switch (choice->kind) {
	case FLAG:
		*(bool *)member = true;
		break;
	case U32:
		value = number(choice->name, text);
		if (value > UINT32_MAX)
			die(choice->name, text);
		*(uint32_t *)member = (uint32_t)value;
		break;
	case U64:
		*(uint64_t *)member = number(choice->name, text);
		break;
	case WORD:
		value = (uint64_t)word(choice->name, text, choice->words);
		if (choice->words == endians)
			*(bool *)member = value;
		else
			*(uint32_t *)member = (uint32_t)value;
		break;
	case TEXT:
		*(char **)member = text;
		break;
	case CHANGES:
		add_change(member, choice->name, text);
		break;
	case CALL:
		choice->call(settings, choice->name, text);
	}
}

static void parse(struct settings *settings, int argc, char **argv)
{
	struct option options[NR_CHOICES + 2] = {{"help", no_argument, NULL, 'h'}};
	int option, index;

	for (size_t i = 0; i < NR_CHOICES; i++)
		options[i + 1] =
			(struct option){choices[i].name, choices[i].argument != NULL, NULL, 0};
	while ((option = getopt_long(argc, argv, "h", options, &index)) != -1) {
		if (option == 'h') {
			help();
			exit(0);
		}
		if (option)
			exit(2);
		set(settings, &choices[index - 1], optarg);
	}
	if (optind + 1 != argc)
		die("expected one OUTPUT", "see --help");
	settings->output = argv[optind];
}

static void check(const struct settings *settings)
{
	const struct dt_world *world = &settings->world;
	const struct dt_tw_config *config = &settings->config;

	if (!world->kdamonds || !world->targets || !world->regions || !config->cpus)
		die("at least one of each is needed", "--kdamonds, --targets, --regions, --cpus");
	if (!world->snapshots && !world->size && !world->limit)
		die("no end", "--snapshots, --size or --limit");
	if (!world->sample_us || world->aggr_us < world->sample_us)
		die("intervals", "--sample, --aggr");
	for (uint32_t i = 0; i < world->goal_steps.count; i++)
		if (world->goal_steps.change[i].value - 1 >= 9999)
			die("goal", "1 to 9999 bp");
	if (config->long_size == 4 && world->base + world->bytes > UINT32_MAX)
		die("memory beyond 4 GiB", "--base, --bytes");
}

static FILE *open_file(const char *path)
{
	FILE *file = fopen(path, "wb");

	if (!file) {
		fprintf(stderr, "gen_trace: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	return file;
}

static void close_file(FILE *file, const char *path, int error)
{
	if (file != stdout && fclose(file) && !error)
		error = -errno;
	if (error) {
		fprintf(stderr, "gen_trace: %s: %s\n", path, strerror(-error));
		exit(1);
	}
}

static void finish(struct settings *settings, struct dt_tw *writer)
{
	FILE *out = strcmp(settings->output, "-") ? open_file(settings->output) : stdout;
	int error = dt_tw_finish(writer, out);

	if (!error && settings->truncate != NO_TRUNCATION &&
	    ftruncate(fileno(out), (off_t)settings->truncate))
		error = -errno;
	close_file(out, settings->output, error);
}

static void add_instances(struct settings *settings, struct dt_tw *writer)
{
	for (uint32_t i = 0; i < settings->nr_instances; i++) {
		char *clock = strchr(settings->instances[i], '=');

		if (clock)
			*clock++ = '\0';
		(void)dt_tw_instance(writer, settings->instances[i], clock);
	}
	settings->world.nr_buffers = settings->nr_instances;
}

/* Formats and symbols that the calls need. */
static void add_calls(struct settings *settings, const char *symbols)
{
	struct dt_tw_config *config = &settings->config;
	const enum dt_world_calls calls = settings->world.calls;

	if (calls == DT_WORLD_NO_CALLS)
		return;
	config->events = (config->events ? config->events : DT_TW_DEFAULT_EVENTS) |
			 (calls == DT_WORLD_GRAPH ? DT_TW_GRAPH_EVENTS : DT_TW_PROBE_EVENTS);
	config->kallsyms = symbols;
}

int main(int argc, char **argv)
{
	struct settings settings = {
		.world = dt_world_default(), .config = {.cpus = 2}, .truncate = NO_TRUNCATION};
	struct dt_tw_config *config = &settings.config;
	char *cmdlines, *symbols = dt_tw_symbols(), *directory = NULL;
	struct dt_tw *writer;

	parse(&settings, argc, argv);
	check(&settings);
	cmdlines = dt_world_cmdlines(&settings.world);
	config->cmdlines = cmdlines;
	add_calls(&settings, symbols);
	config->uname = "Linux testhost 7.3.4-test x86_64";
	config->trace_id = settings.world.seed;
	config->clock = settings.clock;
	config->truth = settings.truth ? open_file(settings.truth) : NULL;
	if (settings.world.size > MEMORY_SPOOL) {
		/* the others wait on the disk that they are going to */
		directory = strdup(strcmp(settings.output, "-") ? settings.output : "./-");
		config->spool_dir = directory ? dirname(directory) : NULL;
	}
	writer = dt_tw_new(config);
	add_instances(&settings, writer);
	dt_world_write(&settings.world, writer, config->cpus);
	finish(&settings, writer);
	dt_tw_free(writer);
	free(cmdlines);
	free(symbols);
	free(directory);
	if (config->truth)
		close_file(config->truth, settings.truth, ferror(config->truth) ? -EIO : 0);
	return 0;
}
