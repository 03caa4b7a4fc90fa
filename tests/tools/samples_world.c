/* SPDX-License-Identifier: GPL-2.0-only */
/* The world whose hardware samples are written: processes, nodes, and where accesses end. */
#include <string.h>

#include "tests/tools/samples_world.h"

#define GIB (1ull << 30)

#define PEBS_FIELDS                                                                   \
	(PW_IP | PW_TID | PW_TIME | PW_ADDR | PW_CPU | PW_PERIOD | PW_WEIGHT_STRUCT | \
	 PW_DATA_SRC | PW_PHYS_ADDR | PW_CGROUP | PW_DATA_PAGE_SIZE)

const struct sworld_options sworld_defaults = {
	.samples = 10000,
	.seed = 1,
	.cpus = 4,
	.silent_cpu = -1,
	.no_address_every = 64,
	.no_phys_every = 32,
};

/* Node 1 has no CPU, as memory behind CXL has none. */
static const struct sw_node nodes[] = {{0, 8 * GIB, "0-3"}, {8 * GIB, 16 * GIB, ""}};

static const struct {
	const char *comm, *cgroup;
	uint64_t heap;
} processes[] = {
	{"redis-server", "/system.slice/redis.service", 0x7f1000000000ull},
	{"batch job 7", "/user.slice/batch", 0x7f2000000000ull},
};

#define HEAP_SIZE (256ull << 20)

/* Of OP_DATA3. */
#define DC_MISS	  (1ull << 7)
#define LIN_ADDR  (1ull << 17)
#define PHYS_ADDR (1ull << 18)
#define L2_MISS	  (1ull << 20)

/*
 * data_src as Intel's kernel composes it, without operation and TLB. share: of 100 samples.
 * lvl at bit 5, snoop 19, lock 24, lvl_num 33, remote 37, blk 40, region 46.
 */
static const struct {
	const char *tier;
	unsigned share, latency;
	int node;      /* whose memory it must be; -1: any */
	uint64_t word; /* for IBS: OP_DATA2, plain and extended, and what of OP_DATA3 */
	uint64_t data2, data2_zen4, data3;
} sources[] = {
	{"l1", 40, 5, -1, 0x0200000000 | 0x0a << 5 | 2 << 19, 0, 0, 0},
	{"lfb", 5, 60, -1, 0x1800000000 | 0x12 << 5 | 2 << 19, 0, 0, 1 << 7},
	{"l2", 12, 15, -1, 0x0400000000 | 0x22 << 5 | 2 << 19, 0, 0, 1 << 7},
	{"l3", 12, 50, -1, 0x0600000000 | 0x42 << 5 | 4 << 19, 2, 1, 1 << 7 | 1 << 20},
	{"peer_cache", 3, 120, -1, 0x2600000000 | 0x402ull << 5 | 16 << 19, 4, 5, 1 << 7 | 1 << 20},
	{"local_dram", 14, 200, 0, 0x1a00000000 | 0x82ull << 5 | 8 << 19, 3, 3, 1 << 7 | 1 << 20},
	{"remote_dram", 6, 380, 1, 0x3a00000000 | 0x102ull << 5 | 8 << 19, 3 | 1 << 4, 3 | 1 << 4,
	 1 << 7 | 1 << 20},
	{"cxl", 5, 600, 1, 0x1200000000 | 2 << 5, 3 | 1 << 4, 1 << 6, 1 << 7 | 1 << 20},
	{"pmem", 1, 900, 1, 0x1c00000000 | 2 << 5, 3 | 1 << 4, 6 | 1 << 4, 1 << 7 | 1 << 20},
	{"io", 1, 1500, -1, 0x1002ull << 5, 7, 7, 1 << 7 | 1 << 20},
	{"unknown", 1, 0, -1, 0x1ull << 5, 0, 0, 1 << 7 | 1 << 20},
};

#define NR_SOURCES (sizeof(sources) / sizeof(sources[0]))

/* The answers of the TLB: dtlb at bit 26; OP_DATA3 bits 2 and 3. */
static const struct {
	const char *tlb, *ibs_tlb;
	unsigned share;
	uint64_t word, ibs_word, data3;
} tlbs[] = {
	{"L1 hit", "L1 hit", 60, 0x0aull << 26, 0x0aull << 26, 0},
	{"hit", "L2 hit", 30, 0x1aull << 26, 0x12ull << 26, 1 << 2},
	{"miss", "miss", 10, 0x14ull << 26, 0x14ull << 26, 1 << 2 | 1 << 3},
};

struct world {
	const struct sworld_options *options;
	const struct sworld_sink *sink;
	struct sw sw;
	uint64_t random, time, memory_samples;
};

static uint64_t next_random(struct world *world)
{
	/* splitmix64 */
	uint64_t z = (world->random += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static const char *label_of(enum sworld_kind kind)
{
	static const char *const labels[] = {"synthetic PEBS", "synthetic IBS op",
					     "synthetic IBS fetch"};

	return labels[kind];
}

static void machine_of(const struct sworld_options *options, struct sw_machine *machine)
{
	bool amd = options->kind != SWORLD_PEBS;

	machine->cpus = options->cpus;
	machine->nr_nodes = sizeof(nodes) / sizeof(nodes[0]);
	memcpy(machine->nodes, nodes, sizeof(nodes));
	machine->cpuid = "GenuineIntel,6,143,8";
	machine->processor = "Intel, synthetic";
	if (amd) {
		machine->cpuid = options->zen4 ? "AuthenticAMD,25,17,1" : "AuthenticAMD,23,49,0";
		machine->processor = "AMD, synthetic";
		machine->ibs_fetch_type = 9;
		machine->ibs_op_type = 10;
		machine->zen4 = options->zen4;
	}
	if (options->cpuid)
		machine->cpuid = options->cpuid;
}

void sworld_config(const struct sworld_options *options, struct sw_config *config)
{
	*config = (struct sw_config){.nr_events = 1, .label = label_of(options->kind)};
	machine_of(options, &config->machine);
	if (options->kind == SWORLD_PEBS) {
		config->nr_events = 2;
		config->events[0] = (struct sw_event){
			"cpu/mem-loads,ldlat=30/P", 4, 0x1cd, 30, PEBS_FIELDS, 1000, false, 2};
		config->events[1] = (struct sw_event){"cpu/mem-stores/P", 4,	0x2cd, 0,
						      PEBS_FIELDS,	  1000, false, 3};
		return;
	}
	config->events[0] = (struct sw_event){
		.name = options->kind == SWORLD_IBS_OP ? "ibs_op//" : "ibs_fetch//",
		.type = options->kind == SWORLD_IBS_OP ? config->machine.ibs_op_type
						       : config->machine.ibs_fetch_type,
		.sample_type = (PEBS_FIELDS | PW_RAW) &
			       ~(options->no_data_src ? PW_DATA_SRC | PW_WEIGHT_STRUCT : 0),
		.period = 100000,
	};
}

/* What is drawn of a table of shares of 100; the numbers are uniform. */
static unsigned draw_source(struct world *world)
{
	uint64_t dice = next_random(world) % 100, sum = 0;
	unsigned i;

	for (i = 0; i + 1 < NR_SOURCES; i++) {
		sum += sources[i].share;
		if (dice < sum)
			break;
	}
	return i;
}

static unsigned draw_tlb(struct world *world)
{
	uint64_t dice = next_random(world) % 100;

	return dice < 60 ? 0 : dice < 90 ? 1 : 2;
}

static uint32_t draw_cpu(struct world *world)
{
	uint32_t cpu = (uint32_t)(next_random(world) % world->options->cpus);

	if ((int)cpu == world->options->silent_cpu)
		cpu = (cpu + 1) % world->options->cpus;
	return cpu;
}

static bool due(uint64_t every, uint64_t n)
{
	return every && n % every == every - 1;
}

/* Pages of the heap's last quarter are of 2 MiB; seven of eight accesses go to one eighth. */
static void draw_place(struct world *world, struct sworld_truth *truth, uint64_t n, int node)
{
	const struct sworld_options *options = world->options;
	struct sw_sample *sample = &truth->sample;
	uint64_t dice = next_random(world), process = dice & 1;
	uint64_t offset = next_random(world) % (dice >> 1 & 7 ? HEAP_SIZE / 8 : HEAP_SIZE);

	sample->pid = 1000 + 100 * (uint32_t)process;
	sample->tid = sample->pid + (uint32_t)(dice >> 8 & 3);
	sample->cgroup = 4000 + process;
	sample->page_size = offset >= HEAP_SIZE / 4 * 3 ? 2ull << 20 : 4096;
	sample->ip = dice >> 16 & 15 ? 0x401000 + (dice >> 20 & 0xfff0) : 0xffffffff81000000ull;
	sample->misc = (dice >> 16 & 15 ? 2 : 1) | 1 << 14;
	sample->addr = due(options->no_address_every, n) ? 0 : processes[process].heap + offset;
	if (node < 0)
		node = (int)(dice >> 40 & 1);
	else if (due(options->disagree_every, world->memory_samples++))
		truth->disagrees = true;
	if (truth->disagrees)
		node = !node;
	truth->node = due(options->no_phys_every, n) ? -1 : node;
	sample->phys = truth->node < 0 ? 0 : nodes[node].start + GIB + process * GIB + offset;
	if (truth->node < 0)
		truth->disagrees = false;
}

static void fill_pebs(struct world *world, struct sworld_truth *truth, unsigned source)
{
	struct sw_sample *sample = &truth->sample;
	unsigned tlb = draw_tlb(world);
	bool store = next_random(world) % 4 == 0;

	truth->tier = sources[source].tier;
	truth->tlb = tlbs[tlb].tlb;
	truth->access = store ? "store" : "load";
	sample->event = store;
	sample->data_src =
		(store ? 4 : 2) | sources[source].word | tlbs[tlb].word | 1 << 24 | 1ull << 40;
	sample->weight = sources[source].latency + (uint32_t)(next_random(world) % 16);
	sample->weight2 = (uint16_t)(sample->weight + 10);
	sample->weight3 = (uint16_t)(next_random(world) % 8);
}

void sworld_raw(struct sw_sample *sample, uint32_t caps, const uint64_t *registers, unsigned count)
{
	memcpy(sample->raw, &caps, 4);
	memcpy(sample->raw + 4, registers, 8ul * count);
	sample->raw_size = 4 + 8 * count;
}

/*
 * What the registers can say. Only loads have a source beyond L2, and plain coding knows no memory
 * but DRAM, near or far.
 */
static const char *ibs_tier(const struct sworld_options *options, unsigned source, bool load)
{
	const char *tier = sources[source].tier;

	if (!strcmp(tier, "lfb")) /* a miss of L1 that L2 answered */
		return "l2";
	if (!load && sources[source].data3 & L2_MISS)
		return "unknown";
	if (!options->zen4 && (!strcmp(tier, "cxl") || !strcmp(tier, "pmem")))
		return "remote_dram";
	return tier;
}

/* data_src as AMD's kernel composes it from the registers, without operation and TLB. */
static uint64_t ibs_word(const struct sworld_options *options, const char *tier)
{
	static const struct {
		const char *tier;
		uint64_t word;
	} words[] = {
		{"l1", 0x0200000000 | 0x0a << 5},
		{"l2", 0x0400000000 | 0x22 << 5},
		{"l3", 0x0600000000 | 0x42 << 5},
		{"peer_cache", 0x103600000000 | 0x802ull << 5},
		{"local_dram", 0x1a00000000 | 0x82 << 5},
		{"remote_dram", 0x103a00000000 | 0x102 << 5},
		{"cxl", 0x103200000000 | 2 << 5},
		{"pmem", 0x103c00000000 | 2 << 5},
		{"io", 0x1400000000 | 0x1002ull << 5},
	};

	if (!options->zen4 && !strcmp(tier, "l3"))
		return 0x081600000000 | 0x442ull << 5;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i].tier, tier))
			return words[i].word;
	return 0x1e00000000 | 1 << 5;
}

static void fill_ibs_op(struct world *world, struct sworld_truth *truth, unsigned source)
{
	const struct sworld_options *options = world->options;
	struct sw_sample *sample = &truth->sample;
	unsigned tlb = draw_tlb(world), kind = next_random(world) % 8, count = 7;
	uint64_t flags = kind < 5 ? 1 : kind < 7 ? 2 : 3, registers[9] = {0};
	bool load = flags & 1, extended = options->zen4;

	truth->tier = ibs_tier(options, source, load);
	truth->access = flags == 1 ? "load" : flags == 2 ? "store" : "load and store";
	truth->tlb = sample->addr ? tlbs[tlb].ibs_tlb : "unknown";
	flags |= sources[source].data3 | tlbs[tlb].data3 | 4ull << 22 |
		 (uint64_t)(tlb ? 33 : 0) << 48;
	if (load && flags & DC_MISS) {
		sample->weight = sources[source].latency + (uint32_t)(next_random(world) % 16);
		sample->weight2 = (uint16_t)(20 + sample->weight);
	}
	flags |= sample->addr ? LIN_ADDR : 0;
	flags |= sample->phys ? PHYS_ADDR : 0;
	registers[0] = 3ull << 17 | 100000 >> 4;
	registers[1] = sample->ip;
	registers[2] = (20ull + sample->weight) << 16 | 7;
	registers[3] = extended ? sources[source].data2_zen4 : sources[source].data2;
	registers[4] = flags | (uint64_t)sample->weight << 32;
	registers[5] = sample->addr;
	registers[6] = sample->phys;
	count += extended ? 2 : 1; /* branch target and OP_DATA4, 0 */
	sworld_raw(sample, extended ? 0xfff : 0x3ff, registers, count);
	sample->data_src = (load ? 2 : 4) | ibs_word(options, truth->tier) | 1 << 19 | 1 << 24 |
			   (sample->addr ? tlbs[tlb].ibs_word : 1 << 26) | 1ull << 40;
}

/* Fetches say nothing of data. */
static void fill_ibs_fetch(struct world *world, struct sworld_truth *truth)
{
	struct sw_sample *sample = &truth->sample;
	uint64_t latency = next_random(world) % 200;
	uint64_t registers[4] = {0x1000 | 0x800000ull << 16 | latency << 32 | 3ull << 48 |
					 1ull << 52 | 1ull << 57,
				 sample->ip, 0x123456000ull + (sample->ip & 0xfff), latency / 2};

	truth->tier = "unknown";
	truth->access = "unknown";
	truth->tlb = "unknown";
	sample->data_src = 0;
	sample->addr = sample->ip;
	sample->weight = 0;
	sworld_raw(sample, 0xfff, registers, 4);
}

static void add_sample(struct world *world, uint64_t n)
{
	struct sworld_truth truth = {0};
	unsigned source = draw_source(world);

	world->time += 1000 + next_random(world) % 99000;
	truth.sample.time = world->time;
	truth.sample.cpu = draw_cpu(world);
	truth.sample.period = world->sw.config->events[0].period;
	draw_place(world, &truth, n, sources[source].node);
	if (world->options->kind == SWORLD_PEBS)
		fill_pebs(world, &truth, source);
	else if (world->options->kind == SWORLD_IBS_OP)
		fill_ibs_op(world, &truth, source);
	else
		fill_ibs_fetch(world, &truth);
	sw_sample(&world->sw, &truth.sample);
	if (world->sink->sample)
		world->sink->sample(world->sink->context, &truth);
}

static void add_loss(struct world *world, bool samples)
{
	uint64_t count = 1 + next_random(world) % 100;
	uint32_t cpu = draw_cpu(world);

	if (samples)
		sw_lost_samples(&world->sw, world->time, cpu, count);
	else
		sw_lost(&world->sw, world->time, cpu, count);
	if (world->sink->lost)
		world->sink->lost(world->sink->context, world->time, cpu, count);
}

static void add_throttle(struct world *world, bool throttled)
{
	sw_throttle(&world->sw, world->time, 0, throttled);
	if (world->sink->throttle)
		world->sink->throttle(world->sink->context, world->time, 0, throttled);
}

static void add_processes(struct world *world)
{
	for (uint32_t i = 0; i < 2; i++) {
		uint32_t pid = 1000 + 100 * i;

		sw_cgroup(&world->sw, 4000 + i, processes[i].cgroup);
		sw_comm(&world->sw, pid, processes[i].comm);
		sw_mmap(&world->sw, pid, 0x400000, 0x100000, "/usr/bin/synthetic");
		sw_mmap(&world->sw, pid, processes[i].heap, HEAP_SIZE / 2, "[heap]");
		sw_mmap(&world->sw, pid, processes[i].heap + HEAP_SIZE / 2, HEAP_SIZE / 2,
			"//anon");
	}
}

void sworld_write(const struct sworld_options *options, const struct sw_config *config,
		  struct perf_out *out, const struct sworld_sink *sink)
{
	static struct world world; /* has a whole record's room */
	uint64_t throttle = options->throttle_every;

	world = (struct world){.options = options, .sink = sink, .random = options->seed};
	world.time = 1000000000000ull;
	sw_begin(&world.sw, config, out);
	add_processes(&world);
	for (uint64_t n = 0; n < options->samples; n++) {
		add_sample(&world, n);
		if (due(options->lost_every, n))
			add_loss(&world, n / options->lost_every % 2);
		if (due(throttle, n))
			add_throttle(&world, true);
		if (throttle && n >= throttle && n % throttle == 49)
			add_throttle(&world, false);
	}
	sw_end(&world.sw);
}
