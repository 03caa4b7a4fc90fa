/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel is asked for, on machines whose hardware is not here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "collector/sampler_impl.h"
#include "tests/unit/sysfs_tree.h"

#define COMMON                                                                                     \
	(PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR |                  \
	 PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD | PERF_SAMPLE_DATA_SRC | PERF_SAMPLE_WEIGHT_STRUCT | \
	 PERF_SAMPLE_PHYS_ADDR)

static struct dt_roots roots;

/* A sampler that has its events and opens nothing. */
static struct dt_sampler *make(const char *sysfs, const char *event,
			       const struct dt_sampler_options *options)
{
	struct dt_sampler *sampler = calloc(1, sizeof(*sampler));
	struct dt_error error;

	assert_non_null(sampler);
	roots = (struct dt_roots){.sysfs = sysfs, .proc = sysfs_tree_root()};
	if (options)
		sampler->options = *options;
	sampler->options.roots = &roots;
	sampler->file.fd = -1;
	sampler->pages = 1024;
	sampler->page_bytes = 4096;
	if (dt_sampled_parse(&sampler->events, &roots, event, &error))
		fail_msg("%s", error.message);
	dt_sampler_attrs(sampler);
	return sampler;
}

static const struct perf_event_attr *attr_of(const struct dt_sampler *sampler, size_t event)
{
	return &sampler->events.list[event].attr.attr;
}

static void test_fault(void **state)
{
	struct dt_sampler *sampler = make("tests/fixtures/sysfs-vm", "page-faults", NULL);
	const struct perf_event_attr *attr = attr_of(sampler, 0);

	(void)state;
	assert_int_equal(attr->size, PERF_ATTR_SIZE_VER5);
	assert_int_equal(attr->sample_type, COMMON);
	assert_int_equal(attr->freq, 0);
	assert_int_equal(attr->sample_period, 1);
	assert_true(attr->disabled && attr->sample_id_all && attr->mmap && attr->mmap2 &&
		    attr->comm && attr->task && attr->watermark);
	assert_int_equal(attr->wakeup_watermark, 1 << 20);
	assert_false(attr->inherit || attr->enable_on_exec || attr->mmap_data ||
		     attr->use_clockid || attr->exclude_guest || attr->exclude_kernel);
	dt_sampler_close(sampler);
}

static void test_command(void **state)
{
	const struct dt_sampler_options options = {.pid = 5,
						   .on_exec = true,
						   .use_clockid = true,
						   .clockid = CLOCK_MONOTONIC,
						   .callchain = true};
	struct dt_sampler *sampler =
		make("tests/fixtures/sysfs-vm", "page-faults,{cpu-clock,minor-faults}", &options);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct perf_event_attr *attr = attr_of(sampler, i);

		assert_int_equal(attr->sample_type,
				 COMMON | PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_CALLCHAIN);
		assert_true(attr->inherit && attr->use_clockid);
		assert_int_equal(attr->clockid, CLOCK_MONOTONIC);
		/* the leader of a group holds its members back */
		assert_int_equal(attr->disabled, i < 2);
		assert_int_equal(attr->enable_on_exec, i < 2);
		/* once is enough */
		assert_int_equal(attr->comm, i == 0);
		assert_int_equal(attr->mmap_data, i == 0);
	}
	assert_int_equal(attr_of(sampler, 1)->freq, 1);
	assert_int_equal(attr_of(sampler, 1)->sample_freq, 4000);
	dt_sampler_close(sampler);
}

static void test_intel(void **state)
{
	struct dt_sampler *sampler = make("tests/fixtures/sysfs-intel",
					  "{cpu/mem-loads-aux/,cpu/mem-loads,ldlat=30/}:P", NULL);
	const struct perf_event_attr *aux = attr_of(sampler, 0), *loads = attr_of(sampler, 1);

	(void)state;
	/* the auxiliary event counts and gives no samples */
	assert_int_equal(aux->sample_period, 0);
	assert_int_equal(aux->precise_ip, 0);
	assert_true(aux->disabled);
	assert_int_equal(loads->sample_freq, 4000);
	assert_int_equal(loads->precise_ip, 3);
	assert_true(loads->exclude_guest);
	assert_false(loads->disabled);
	assert_int_equal(loads->sample_type, COMMON | PERF_SAMPLE_IDENTIFIER);
	dt_sampler_close(sampler);
}

static void test_hybrid(void **state)
{
	struct dt_sampler *sampler =
		make("tests/fixtures/sysfs-hybrid",
		     "cpu_atom/mem-loads/P,{cpu_core/mem-loads-aux/,cpu_core/mem-loads/}:P", NULL);

	(void)state;
	/* processes are followed on each kind of core */
	assert_true(attr_of(sampler, 0)->mmap && attr_of(sampler, 1)->mmap);
	assert_false(attr_of(sampler, 2)->mmap);
	assert_true(dt_group_on_cpu(sampler, 0, 4));
	assert_false(dt_group_on_cpu(sampler, 0, 3));
	assert_true(dt_group_on_cpu(sampler, 1, 3));
	assert_false(dt_group_on_cpu(sampler, 1, 4));
	assert_false(dt_group_on_cpu(sampler, 2, 4));
	dt_sampler_close(sampler);
}

static void test_ibs(void **state)
{
	struct dt_sampler *sampler =
		make("tests/fixtures/sysfs-amd", "ibs_op/cnt_ctl=1,period=0x4000/", NULL);
	const struct perf_event_attr *attr = attr_of(sampler, 0);

	(void)state;
	assert_int_equal(attr->sample_type, COMMON | PERF_SAMPLE_RAW);
	assert_int_equal(attr->sample_period, 0x4000);
	/* refused by IBS */
	assert_false(attr->exclude_guest || attr->exclude_host || attr->exclude_kernel);
	dt_sampler_close(sampler);
}

static void test_rate_limit(void **state)
{
	struct dt_sampler *sampler;

	(void)state;
	sysfs_tree_put("sys/kernel/perf_event_max_sample_rate", "1500");
	sampler = make("tests/fixtures/sysfs-intel", "cycles,cpu/mem-loads,freq=1000/", NULL);
	assert_int_equal(attr_of(sampler, 0)->sample_freq, 1500);
	assert_int_equal(attr_of(sampler, 1)->sample_freq, 1000);
	dt_sampler_close(sampler);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, sysfs_tree_set_up, sysfs_tree_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fault),  TEST(test_command), TEST(test_intel),
		TEST(test_hybrid), TEST(test_ibs),     TEST(test_rate_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
