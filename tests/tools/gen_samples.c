/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes perf.data files of hardware memory samples, synthetic and labelled so: whole worlds with
 * their truth as JSON, or exactly the words and registers that a test wants decoded.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/samples_truth.h"
#include "tests/tools/samples_world.h"

static const char help[] =
	"Usage: gen_samples KIND [OPTIONS] -o FILE\n"
	"\n"
	"Write a perf.data file of made-up hardware samples. The same options give the same "
	"bytes.\n"
	"\n"
	"Kinds:\n"
	"  pebs                  loads and stores of an Intel processor: data_src, three weights,\n"
	"                        physical address, page size, cgroup; processes with mappings\n"
	"  ibs-op, ibs-fetch     the same of an AMD processor, with IBS registers\n"
	"  words                 a sample for each data_src word of --input\n"
	"  op, fetch             a sample for each line of registers of --input: the\n"
	"                        capabilities, then IBS_OP_CTL and what follows it\n"
	"\n"
	"  -o, --output FILE     the recording\n"
	"  -i, --input FILE      hexadecimal numbers, a sample each line; - for stdin\n"
	"  -n, --samples N       of a world (10000); --seed N: another world\n"
	"      --cpus N          1 to 64 (4); --silent-cpu N has no samples\n"
	"      --lost N, --throttle N\n"
	"                        LOST and LOST_SAMPLES in turn, THROTTLE, each N samples\n"
	"      --disagree N      every Nth sample of memory has an address of another node\n"
	"      --no-address N, --no-phys N\n"
	"                        every Nth address is 0 (64, 32; 0: none)\n"
	"      --zen4            IBS with the extended source coding\n"
	"      --no-data-src     IBS with the registers alone\n"
	"      --cpuid TEXT      as perf names processors, such as AuthenticAMD,25,17,1\n"
	"      --truth FILE      totals as JSON; --list: and every sample\n"
	"  -h, --help            this text\n"
	"\n"
	"Example: gen_samples pebs -n 50000 --disagree 10 --truth t.json -o pebs.data\n";

enum option_id {
	OPT_SEED = 256,
	OPT_CPUS,
	OPT_SILENT,
	OPT_LOST,
	OPT_THROTTLE,
	OPT_DISAGREE,
	OPT_NO_ADDRESS,
	OPT_NO_PHYS,
	OPT_ZEN4,
	OPT_NO_DATA_SRC,
	OPT_CPUID,
	OPT_TRUTH,
	OPT_LIST,
};

static const struct option long_options[] = {
	{"output", required_argument, NULL, 'o'},
	{"input", required_argument, NULL, 'i'},
	{"samples", required_argument, NULL, 'n'},
	{"seed", required_argument, NULL, OPT_SEED},
	{"cpus", required_argument, NULL, OPT_CPUS},
	{"silent-cpu", required_argument, NULL, OPT_SILENT},
	{"lost", required_argument, NULL, OPT_LOST},
	{"throttle", required_argument, NULL, OPT_THROTTLE},
	{"disagree", required_argument, NULL, OPT_DISAGREE},
	{"no-address", required_argument, NULL, OPT_NO_ADDRESS},
	{"no-phys", required_argument, NULL, OPT_NO_PHYS},
	{"zen4", no_argument, NULL, OPT_ZEN4},
	{"no-data-src", no_argument, NULL, OPT_NO_DATA_SRC},
	{"cpuid", required_argument, NULL, OPT_CPUID},
	{"truth", required_argument, NULL, OPT_TRUTH},
	{"list", no_argument, NULL, OPT_LIST},
	{"help", no_argument, NULL, 'h'},
	{0},
};

struct settings {
	struct sworld_options world;
	const char *kind, *input, *output, *truth;
	bool list;
};

__attribute__((noreturn)) static void wrong(const char *what, const char *value)
{
	(void)fprintf(stderr, "gen_samples: wrong %s: %s (see --help)\n", what, value);
	exit(2);
}

static uint64_t number(const char *text, uint64_t max)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	if (end == text || *end || value > max)
		wrong("number", text);
	return value;
}

static bool parse_world(struct sworld_options *world, int option, const char *value)
{
	switch (option) {
	case 'n':
		world->samples = number(value, UINT64_MAX);
		return true;
	case OPT_SEED:
		world->seed = number(value, UINT64_MAX);
		return true;
	case OPT_CPUS:
		world->cpus = (uint32_t)number(value, SW_MAX_CPUS);
		return world->cpus;
	case OPT_SILENT:
		world->silent_cpu = (int)number(value, SW_MAX_CPUS);
		return true;
	case OPT_LOST:
		world->lost_every = number(value, UINT64_MAX);
		return true;
	case OPT_THROTTLE:
		world->throttle_every = number(value, UINT64_MAX);
		return true;
	case OPT_DISAGREE:
		world->disagree_every = number(value, UINT64_MAX);
		return true;
	case OPT_NO_ADDRESS:
		world->no_address_every = number(value, UINT64_MAX);
		return true;
	case OPT_NO_PHYS:
		world->no_phys_every = number(value, UINT64_MAX);
		return true;
	default:
		return false;
	}
}

static bool parse_rest(struct settings *settings, int option, const char *value)
{
	switch (option) {
	case 'o':
		settings->output = value;
		return true;
	case 'i':
		settings->input = value;
		return true;
	case OPT_ZEN4:
		settings->world.zen4 = true;
		return true;
	case OPT_NO_DATA_SRC:
		settings->world.no_data_src = true;
		return true;
	case OPT_CPUID:
		settings->world.cpuid = value;
		return true;
	case OPT_TRUTH:
		settings->truth = value;
		return true;
	case OPT_LIST:
		settings->list = true;
		return true;
	default:
		return false;
	}
}

static void parse(struct settings *settings, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "o:i:n:h", long_options, NULL)) != -1) {
		if (option == 'h') {
			(void)fputs(help, stdout);
			exit(0);
		}
		if (!parse_world(&settings->world, option, optarg) &&
		    !parse_rest(settings, option, optarg))
			exit(2);
	}
	if (optind + 1 != argc)
		wrong("use", "one kind is needed");
	settings->kind = argv[optind];
	if (!settings->output)
		wrong("use", "no --output");
}

/* Numbers of a line; 0 for an empty one. */
static unsigned read_numbers(char *line, uint64_t *numbers, unsigned room)
{
	unsigned count = 0;

	for (char *word = strtok(line, " \t\n"); word && *word != '#';
	     word = strtok(NULL, " \t\n")) {
		char *end;

		if (count == room)
			wrong("line", "too many numbers");
		numbers[count++] = strtoull(word, &end, 16);
		if (*end)
			wrong("number", word);
	}
	return count;
}

static void compose(const struct settings *settings, struct sw_sample *sample,
		    const uint64_t *numbers, unsigned count)
{
	if (strcmp(settings->kind, "words") != 0) {
		sworld_raw(sample, (uint32_t)numbers[0], numbers + 1, count - 1);
		return;
	}
	sample->data_src = numbers[0];
}

/* What the input does not say differs from sample to sample, so that a mix-up shows. */
static void write_input(const struct settings *settings, const struct sw_config *config,
			struct perf_out *out)
{
	FILE *input = !settings->input || !strcmp(settings->input, "-")
			      ? stdin
			      : fopen(settings->input, "r");
	static struct sw sw; /* has a whole record's room */
	uint64_t numbers[16];
	char line[1024];
	uint32_t n = 0;

	if (!input)
		wrong("input", strerror(errno));
	sw_begin(&sw, config, out);
	sw_comm(&sw, 1000, "synthetic");
	while (fgets(line, sizeof(line), input)) {
		unsigned count = read_numbers(line, numbers, 16);
		struct sw_sample sample = {.misc = 2, .pid = 1000, .tid = 1000, .period = 1};

		if (!count)
			continue;
		sample.time = 1000000000000ull + 1000ull * n;
		sample.cpu = n % config->machine.cpus;
		sample.ip = 0x400000 + n;
		sample.addr = 0x7f0000000000ull + 64ull * n;
		sample.phys = 0x100000000ull + 64ull * n;
		sample.weight = n + 1;
		sample.weight2 = (uint16_t)(n % 60000 + 2);
		sample.weight3 = (uint16_t)(n % 50000 + 3);
		sample.page_size = 4096;
		compose(settings, &sample, numbers, count);
		sw_sample(&sw, &sample);
		n++;
	}
	sw_end(&sw);
	if (input != stdin)
		(void)fclose(input);
}

static void write_world(const struct settings *settings, const struct sw_config *config,
			struct perf_out *out)
{
	struct struth *truth = struth_open(settings->truth, config, settings->list);
	struct sworld_sink sink = {struth_sample, struth_lost, struth_throttle, truth};

	if (!truth) {
		perror(settings->truth);
		exit(1);
	}
	sworld_write(&settings->world, config, out, &sink);
	if (struth_close(truth)) {
		perror(settings->truth);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	struct settings settings = {.world = sworld_defaults};
	struct sw_config config;
	struct perf_out out;
	FILE *file;
	bool world = true;

	parse(&settings, argc, argv);
	if (!strcmp(settings.kind, "pebs") || !strcmp(settings.kind, "words"))
		settings.world.kind = SWORLD_PEBS;
	else if (!strcmp(settings.kind, "ibs-op") || !strcmp(settings.kind, "op"))
		settings.world.kind = SWORLD_IBS_OP;
	else if (!strcmp(settings.kind, "ibs-fetch") || !strcmp(settings.kind, "fetch"))
		settings.world.kind = SWORLD_IBS_FETCH;
	else
		wrong("kind", settings.kind);
	if (!strcmp(settings.kind, "words") || !strcmp(settings.kind, "op") ||
	    !strcmp(settings.kind, "fetch"))
		world = false;
	file = fopen(settings.output, "wb");
	if (!file) {
		perror(settings.output);
		return 1;
	}
	sworld_config(&settings.world, &config);
	perf_out_init(&out, file, false);
	(world ? write_world : write_input)(&settings, &config, &out);
	if (perf_out_flush(&out) || fclose(file)) {
		perror(settings.output);
		return 1;
	}
	perf_out_free(&out);
	return 0;
}
