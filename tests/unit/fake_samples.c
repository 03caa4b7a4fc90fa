/* SPDX-License-Identifier: GPL-2.0-only */
/* See fake_samples.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/objective_latency.h"
#include "tests/tools/samples_writer.h"
#include "tests/unit/fake_samples.h"

/* As Intel's kernel composes data_src: lvl_num at bit 33, remote at 37, lvl at 5, operation at 0.
 */
#define LOAD  2ull
#define STORE 4ull
#define NA    1ull

static const uint64_t words[] = {
	[FAKE_L1_HIT] = 0x0200000000 | 0x0a << 5 | LOAD,
	[FAKE_NEAR_LOAD] = 0x1a00000000 | 0x82ull << 5 | LOAD,
	[FAKE_FAR_LOAD] = 0x3a00000000 | 0x102ull << 5 | LOAD,
	[FAKE_CXL_LOAD] = 0x1200000000 | 2 << 5 | LOAD,
	[FAKE_FAR_STORE] = 0x3a00000000 | 0x102ull << 5 | STORE,
	[FAKE_NOTHING] = 0x1e00000000 | 1 << 5 | NA,
};

struct sample {
	uint64_t time;
	enum fake_access access;
	uint32_t latency;
};

static struct {
	struct dt_sampler_calls real;
	void (*drain)(void *context);
	void *context;
	char file[4300]; /* that is being written; "": none */
	size_t nr, room;
	struct sample *samples;
} fake;

struct fake_samples_faults fake_samples_faults;
unsigned fake_samples_files, fake_samples_open;

void fake_samples_add(uint64_t time_ns, enum fake_access access, uint32_t latency)
{
	if (fake.nr == fake.room) {
		fake.room = fake.room ? 2 * fake.room : 1024;
		fake.samples = realloc(fake.samples, fake.room * sizeof(*fake.samples));
		if (!fake.samples)
			abort();
	}
	fake.samples[fake.nr++] = (struct sample){time_ns, access, latency};
}

/* ---- the file ---- */

static void put_samples(struct sw *sw)
{
	for (size_t i = 0; i < fake.nr; i++) {
		const struct sample *from = &fake.samples[i];
		const struct sw_sample sample = {.misc = 2,
						 .ip = 0x401000,
						 .time = from->time,
						 .addr = 0x7f0000000000 + 64 * i,
						 .period = 1000,
						 .data_src = words[from->access],
						 .pid = 4242,
						 .tid = 4242,
						 .cpu = (uint32_t)(i % 2),
						 .weight = from->latency};

		sw_sample(sw, &sample);
	}
}

/* The samples so far become the file that ends here. */
static int end_file(void)
{
	struct sw_config config = {
		.machine = {.cpuid = "GenuineIntel,6,85,4",
			    .processor = "synthetic",
			    .cpus = 2,
			    .nr_nodes = 1,
			    .nodes = {{0, 8ull << 30, "0-1"}}},
		.nr_events = 1,
		.events = {{.name = "cpu/mem-loads,ldlat=30/P",
			    .type = 4,
			    .config = 0x1cd,
			    .period = 1000,
			    .sample_type = PW_IP | PW_TID | PW_TIME | PW_ADDR | PW_CPU | PW_PERIOD |
					   (fake_samples_faults.no_weight ? 0 : PW_WEIGHT_STRUCT) |
					   (fake_samples_faults.no_source ? 0 : PW_DATA_SRC)}},
		.label = "synthetic"};
	FILE *file = fopen(fake.file, "wb");
	struct perf_out out;
	struct sw sw;
	int ret;

	if (!file)
		return -errno;
	perf_out_init(&out, file, false);
	sw_begin(&sw, &config, &out);
	put_samples(&sw);
	sw_end(&sw);
	ret = perf_out_flush(&out) || out.failed ? -EIO : 0;
	perf_out_free(&out);
	if (fclose(file))
		ret = -EIO;
	fake.nr = 0;
	fake_samples_files++;
	return ret;
}

/* ---- the calls ---- */

static int fail(int *code, const char *what, struct dt_error *error)
{
	const int ret = *code;

	*code = 0;
	return ret ? dt_fail(error, ret, "the remedy", "%s fails: %s", what, strerror(ret)) : 0;
}

static int best(const struct dt_roots *roots, char *name, size_t size, struct dt_error *error)
{
	(void)roots;
	(void)snprintf(name, size, "%s",
		       fake_samples_faults.best_name ? fake_samples_faults.best_name
						     : "cpu/mem-loads,ldlat=30/P");
	if (fake_samples_faults.best_refused)
		(void)dt_fail(error, EBUSY, "the remedy", "%s", fake_samples_faults.best_refused);
	return fail(&fake_samples_faults.best, "best", error);
}

static int open_sampler(struct dt_sampler **sampler, const struct dt_sampler_options *options,
			struct dt_error *error)
{
	const int ret = fail(&fake_samples_faults.open, "open", error);

	(void)options;
	if (ret)
		return ret;
	/* nobody looks inside */
	*sampler = (struct dt_sampler *)&fake;
	fake_samples_open++;
	return 0;
}

static int segment(struct dt_sampler *sampler, const char *directory, const char *name,
		   struct dt_error *error)
{
	int ret = fail(&fake_samples_faults.segment, "segment", error);

	(void)sampler;
	if (!ret && fake.file[0])
		ret = end_file();
	(void)snprintf(fake.file, sizeof(fake.file), "%s/%s", directory, name);
	return ret;
}

static int start(struct dt_sampler *sampler, struct dt_error *error)
{
	(void)sampler;
	return fail(&fake_samples_faults.start, "start", error);
}

static int drain(struct dt_sampler *sampler, int cpu, uint64_t *bytes, struct dt_error *error)
{
	(void)sampler;
	(void)cpu;
	if (bytes)
		*bytes += fake.nr;
	if (fake.drain)
		fake.drain(fake.context);
	return fail(&fake_samples_faults.drain, "drain", error);
}

static int follow_cpus(struct dt_sampler *sampler, struct dt_error *error)
{
	(void)sampler;
	(void)error;
	return 0;
}

/* cppcheck-suppress constParameter; the type is that of the call */
static void close_sampler(struct dt_sampler *sampler)
{
	/* the only one that there is */
	if (sampler == (struct dt_sampler *)&fake)
		fake_samples_open--;
	fake.file[0] = '\0';
}

void fake_samples_begin(void (*drain_call)(void *context), void *context)
{
	fake.real = dt_sampler_calls;
	fake.drain = drain_call;
	fake.context = context;
	fake_samples_faults = (struct fake_samples_faults){0};
	fake_samples_files = fake_samples_open = 0;
	dt_sampler_calls = (struct dt_sampler_calls){
		.best = best,
		.open = open_sampler,
		.segment = segment,
		.start = start,
		.drain = drain,
		.follow_cpus = follow_cpus,
		.close = close_sampler,
	};
}

void fake_samples_end(void)
{
	dt_sampler_calls = fake.real;
	free(fake.samples);
	fake.samples = NULL;
	fake.nr = fake.room = 0;
}
