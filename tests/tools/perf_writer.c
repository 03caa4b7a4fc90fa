/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world that the perf.data writer records: processes that touch a hot window which moves over
 * their memory, and a kdamond that looks on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/tools/perf_writer_private.h"

enum { TYPE_FINISHED_ROUND = 68, TYPE_FINISHED_INIT = 82 };

const struct perf_writer_options perf_writer_defaults = {
	.mode = PW_FILE,
	.attr_size = 128,
	.samples = 10000,
	.seed = 1,
	.sample_type = PW_DEFAULT,
	.events = 1,
	.identifier = 0,
	.cpus = 4,
	.pids = 2,
	.base = 0x7f0000000000ull,
	.range = 256ull << 20,
	.phases = 8,
	.round = 1000,
	.regions = 20,
};

static uint64_t next_random(struct pw *pw)
{
	/* splitmix64 */
	uint64_t z = (pw->random += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static void count_truth(struct perf_totals *totals, const struct perf_truth *truth, bool has_addr,
			bool has_phys)
{
	switch (truth->kind) {
	case PT_SAMPLE:
		totals->samples[truth->event]++;
		totals->with_address += has_addr && truth->addr;
		totals->address_zero += has_addr && !truth->addr;
		totals->with_phys += has_phys && truth->phys;
		break;
	case PT_REGION:
		totals->regions++;
		break;
	case PT_GOAL:
		totals->goals++;
		break;
	case PT_LOST:
		totals->lost += truth->count;
		return;
	case PT_DROPPED:
		totals->dropped += truth->count;
		return;
	case PT_THROTTLE:
		totals->throttles++;
		return;
	}
	if (!totals->first)
		totals->first = truth->time;
	totals->last = truth->time;
}

static struct perf_out *out_of(struct pw *pw, uint32_t cpu)
{
	return pw->options->mode == PW_DIRECTORY ? &pw->outs[1 + cpu] : &pw->outs[0];
}

/*
 * perf empties the CPUs' rings one after the other. What one ring takes in meanwhile comes with
 * the next round, behind newer records of the others: at least `kept` entries are held for it.
 */
static void write_round(struct pw *pw, bool last)
{
	unsigned late_from = pw->held - pw->held / 4, kept = 0;
	uint32_t late_cpu = (uint32_t)(next_random(pw) % pw->options->cpus);

	if (last)
		late_from = pw->held;
	for (uint32_t cpu = 0; cpu < pw->options->cpus; cpu++)
		for (unsigned i = 0; i < pw->held; i++) {
			const struct perf_truth *truth = &pw->round[i];

			if (truth->cpu != cpu || (i >= late_from && cpu == late_cpu))
				continue;
			pw->out = out_of(pw, cpu);
			pw_write_truth(pw, truth);
		}
	for (unsigned i = late_from; i < pw->held; i++)
		if (pw->round[i].cpu == late_cpu)
			pw->round[kept++] = pw->round[i];
	pw->held = kept;
	if (pw->options->mode != PW_DIRECTORY) {
		pw->out = &pw->outs[0];
		pw_write_bare(pw, TYPE_FINISHED_ROUND);
	}
}

static void add(struct pw *pw, const struct perf_truth *truth)
{
	const struct pw_attr *attr = &pw->attrs[pw->first_event + truth->event];

	count_truth(pw->totals, truth, attr->sample_type & PW_ADDR,
		    attr->sample_type & PW_PHYS_ADDR);
	if (pw->sink->record)
		pw->sink->record(pw->sink->context, truth);
	pw->round[pw->held++] = *truth;
	if (pw->held >= pw->options->round)
		write_round(pw, false);
}

static uint32_t random_cpu(struct pw *pw)
{
	return (uint32_t)(next_random(pw) % pw->options->cpus);
}

/* Nine of ten accesses go to a window of an eighth of the range; one of 64 has no address. */
static uint64_t choose_address(struct pw *pw, uint64_t n, uint64_t dice)
{
	const struct perf_writer_options *options = pw->options;
	uint64_t phase = options->samples ? n * options->phases / options->samples : 0;
	uint64_t window = options->range / 8;
	uint64_t step = options->phases > 1 ? (options->range - window) / (options->phases - 1) : 0;

	if (dice % 64 == 0)
		return 0;
	if (dice >> 32 & 0x7)
		return options->base + phase * step + next_random(pw) % window;
	return options->base + next_random(pw) % options->range;
}

static void add_sample(struct pw *pw, uint64_t n)
{
	static const uint64_t sources[] = {0x11868100242ull, 0x10268100142ull, 0x10650100842ull,
					   0x1a601142ull};
	uint64_t dice = next_random(pw), more = next_random(pw);
	struct perf_truth truth = {.kind = PT_SAMPLE, .time = pw->time};

	truth.event = (unsigned)(dice >> 8) % pw->options->events;
	truth.pid = 1000 + (uint32_t)(dice >> 16 & 0xff) % pw->options->pids;
	truth.tid = truth.pid + (uint32_t)(more & 3);
	truth.cpu = (uint32_t)(more >> 8 & 0xffff) % pw->options->cpus;
	truth.ip = 0x400000 + (more >> 24 & 0xffff);
	truth.addr = choose_address(pw, n, dice);
	truth.phys = more >> 40 & 3 ? 0x100000000ull + (truth.addr & 0xffffffff) : 0;
	truth.period = 1000;
	if (pw->attrs[pw->first_event + truth.event].sample_type & PW_PERIOD)
		truth.period += more >> 48 & 0xff;
	truth.weight = 30 + (more >> 56);
	truth.data_src = sources[dice >> 40 & 3];
	add(pw, &truth);
}

static void add_region(struct pw *pw, unsigned snapshot, unsigned region, uint64_t *start)
{
	struct perf_truth truth = {.kind = PT_REGION, .time = pw->time, .cpu = random_cpu(pw)};

	truth.pid = truth.tid = PW_KDAMOND;
	truth.ip = 0xffffffff81234567ull;
	truth.period = 1;
	truth.start = *start;
	truth.end = *start + ((1 + next_random(pw) % 16) << 12);
	truth.accesses = (uint32_t)(next_random(pw) % 21);
	truth.age = snapshot + region;
	*start = truth.end;
	add(pw, &truth);
}

static void add_goal(struct pw *pw, unsigned snapshot, uint32_t nid)
{
	struct perf_truth truth = {.kind = PT_GOAL, .time = pw->time, .cpu = random_cpu(pw)};

	truth.pid = truth.tid = PW_KDAMOND;
	truth.period = 1;
	truth.nid = nid;
	truth.target = nid ? 4000 : 6000;
	truth.current = (nid ? 9000 : 1000) + (nid ? -1ull : 1ull) * (snapshot % 5000);
	add(pw, &truth);
}

static void tick(struct pw *pw)
{
	pw->time += 100 + next_random(pw) % 1900;
}

static void add_snapshot(struct pw *pw, unsigned snapshot)
{
	uint64_t start = pw->options->base;

	for (uint32_t nid = 0; nid < 2; nid++) {
		add_goal(pw, snapshot, nid);
		tick(pw);
	}
	for (unsigned region = 0; region < pw->options->regions; region++) {
		add_region(pw, snapshot, region, &start);
		tick(pw);
	}
}

static void add_loss(struct pw *pw, enum perf_truth_kind kind)
{
	struct perf_truth truth = {.kind = kind, .time = pw->time, .cpu = random_cpu(pw)};

	truth.count = kind == PT_THROTTLE ? 0 : 1 + next_random(pw) % 100;
	add(pw, &truth);
	tick(pw);
}

static bool due(uint64_t every, uint64_t n)
{
	return every && n % every == every - 1;
}

static void write_world(struct pw *pw)
{
	const struct perf_writer_options *options = pw->options;
	uint64_t samples = options->samples;
	unsigned snapshot = 0;
	struct perf_truth truth;

	if (options->given) {
		while (options->given(options->given_context, &truth))
			add(pw, &truth);
		return;
	}
	for (uint64_t n = 0; n < samples || snapshot < options->snapshots; n++) {
		while (snapshot < options->snapshots &&
		       (n >= samples || (snapshot + 1) * samples <= n * options->snapshots))
			add_snapshot(pw, snapshot++);
		if (n >= samples)
			break;
		tick(pw);
		add_sample(pw, n);
		if (due(options->lost_every, n))
			add_loss(pw, PT_LOST);
		if (due(options->dropped_every, n))
			add_loss(pw, PT_DROPPED);
		if (due(options->throttle_every, n))
			add_loss(pw, PT_THROTTLE);
	}
}

static void finish_world(struct pw *pw)
{
	if (pw->held)
		write_round(pw, true);
	pw->out = &pw->outs[0];
	if (pw->options->lost_total)
		pw_write_lost_total(pw, pw->options->lost_total);
	for (uint32_t i = 0; i <= pw->options->cpus; i++)
		if (!i || pw->options->mode == PW_DIRECTORY)
			perf_out_seal(&pw->outs[i]);
}

int perf_write(const struct perf_writer_options *options, struct perf_out *outs,
	       const struct perf_truth_sink *sink, struct perf_totals *totals)
{
	struct pw *pw = calloc(1, sizeof(*pw));
	uint32_t nr_outs = options->mode == PW_DIRECTORY ? options->cpus + 1 : 1;
	int ret = 0;

	if (!pw)
		return -1;
	*totals = (struct perf_totals){0};
	pw->options = options;
	pw->sink = sink;
	pw->totals = totals;
	pw->outs = outs;
	pw->random = options->seed;
	pw->record.big = options->big;
	pw->time = 1000000000000ull;
	pw_choose_attrs(pw);
	pw_begin(pw);
	if (options->compress)
		for (uint32_t i = 0; i < nr_outs; i++)
			perf_out_compress(&outs[i], options->compress,
					  options->compress_chunk ? options->compress_chunk
								  : 32768);
	pw->out = &outs[0];
	if (!options->empty)
		pw_write_bare(pw, TYPE_FINISHED_INIT);
	if (options->auxtrace)
		pw_write_auxtrace(pw);
	write_world(pw);
	finish_world(pw);
	pw_end(pw);
	for (uint32_t i = 0; i < nr_outs; i++)
		if (perf_out_flush(&outs[i]))
			ret = -1;
	free(pw);
	return ret;
}

static FILE *open_output(const struct perf_writer_options *options, const char *path, uint32_t i)
{
	char name[4096];

	if (options->mode != PW_DIRECTORY)
		return strcmp(path, "-") ? fopen(path, "wb") : stdout;
	if (i == 0)
		(void)snprintf(name, sizeof(name), "%s/data", path);
	else
		(void)snprintf(name, sizeof(name), "%s/data.%u", path, i - 1);
	return fopen(name, "wb");
}

int perf_write_path(const struct perf_writer_options *options, const char *path,
		    const struct perf_truth_sink *sink, struct perf_totals *totals)
{
	uint32_t nr_outs = options->mode == PW_DIRECTORY ? options->cpus + 1 : 1;
	struct perf_out outs[PW_MAX_CPUS + 1];
	int ret = 0;

	memset(outs, 0, sizeof(outs));
	if (options->mode == PW_DIRECTORY && mkdir(path, 0777) && errno != EEXIST)
		return -1;
	for (uint32_t i = 0; i < nr_outs && !ret; i++) {
		FILE *file = open_output(options, path, i);

		perf_out_init(&outs[i], file, options->big);
		ret = file ? 0 : -1;
	}
	if (!ret)
		ret = perf_write(options, outs, sink, totals);
	for (uint32_t i = 0; i < nr_outs; i++) {
		if (outs[i].file && outs[i].file != stdout && fclose(outs[i].file))
			ret = -1;
		perf_out_free(&outs[i]);
	}
	return ret;
}
