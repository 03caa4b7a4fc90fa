/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of events as perf writes them, on trees of several machines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/event_name.h"

static const struct dt_roots intel = {.sysfs = "tests/fixtures/sysfs-intel"};
static const struct dt_roots hybrid = {.sysfs = "tests/fixtures/sysfs-hybrid"};
static const struct dt_roots amd = {.sysfs = "tests/fixtures/sysfs-amd"};
static const struct dt_roots vm = {.sysfs = "tests/fixtures/sysfs-vm"};

/* One event and what becomes of its attr. */
struct expected {
	const struct dt_roots *roots;
	const char *text;
	const char *name;
	uint32_t type;
	uint64_t config, config1, config2;
	uint64_t freq, period;
	unsigned precise;
	bool most_precise;
	unsigned excludes; /* bits: user 1, kernel 2, hypervisor 4 */
};

static const struct expected events[] = {
	/* generic */
	{.roots = &vm, .text = "page-faults", .type = 1, .config = 2},
	{.roots = &vm, .text = "faults", .type = 1, .config = 2},
	{.roots = &vm, .text = "minor-faults", .type = 1, .config = 5},
	{.roots = &vm, .text = "cpu-clock", .type = 1, .config = 0},
	{.roots = &vm, .text = "cycles:pp", .type = 0, .config = 0, .precise = 2},
	{.roots = &vm, .text = "cycles:uppp", .type = 0, .precise = 3, .excludes = 6},
	{.roots = &vm, .text = "instructions:k", .type = 0, .config = 1, .excludes = 5},
	{.roots = &vm, .text = "LLC-load-misses", .type = 3, .config = 0x10002},
	{.roots = &vm, .text = "dTLB-stores", .type = 3, .config = 0x103},
	{.roots = &vm, .text = "r20d1", .type = 4, .config = 0x20d1},
	{.roots = &vm, .text = "r20d1:P", .type = 4, .config = 0x20d1, .most_precise = true},
	/* fields, words and named events */
	{.roots = &intel,
	 .text = "cpu/mem-loads,ldlat=30,freq=5000/P",
	 .type = 4,
	 .config = 0x1cd,
	 .config1 = 30,
	 .freq = 5000,
	 .most_precise = true},
	{.roots = &intel, .text = "cpu/mem-loads/", .type = 4, .config = 0x1cd, .config1 = 3},
	{.roots = &intel,
	 .text = "cpu/mem-stores/P",
	 .type = 4,
	 .config = 0x2cd,
	 .most_precise = true},
	/* what is written wins, wherever it stands */
	{.roots = &intel,
	 .text = "cpu/ldlat=0x10,mem-loads/",
	 .type = 4,
	 .config = 0x1cd,
	 .config1 = 16},
	{.roots = &intel,
	 .text = "cpu/event=0xd1,umask=0x20,name=L3.MISS,period=10007/pp",
	 .name = "L3.MISS:pp",
	 .type = 4,
	 .config = 0x20d1,
	 .period = 10007,
	 .precise = 2},
	{.roots = &intel,
	 .text = "cpu/config=0x20d1,config1=7,config2=9/",
	 .type = 4,
	 .config = 0x20d1,
	 .config1 = 7,
	 .config2 = 9},
	{.roots = &intel,
	 .text = "cpu/event=0x3c,edge,inv=1,cmask=255/",
	 .type = 4,
	 .config = 0xff84003c},
	{.roots = &intel,
	 .text = "mem-loads:P",
	 .name = "cpu/mem-loads/P",
	 .type = 4,
	 .config = 0x1cd,
	 .config1 = 3,
	 .most_precise = true},
	/* AMD */
	{.roots = &amd, .text = "ibs_op//", .type = 11},
	{.roots = &amd, .text = "ibs_op/cnt_ctl=1/", .type = 11, .config = 1 << 19},
	{.roots = &amd,
	 .text = "ibs_op/cnt_ctl=1,l3missonly=1,period=0x10000/",
	 .type = 11,
	 .config = 1 << 19 | 1 << 16,
	 .period = 65536},
	{.roots = &amd, .text = "ibs_op//u", .type = 11, .config2 = 1, .excludes = 6},
	{.roots = &amd, .text = "ibs_fetch/rand_en=1/", .type = 10, .config = 1ull << 57},
	/* a field of two ranges: 8 low bits, 4 high ones */
	{.roots = &amd, .text = "cpu/event=0x1a3/", .type = 4, .config = 0x1000000a3},
};

static void check(const struct dt_sampled_event *event, const struct expected *expected)
{
	const struct perf_event_attr *attr = &event->attr.attr;
	const unsigned excludes = (attr->exclude_user ? 1u : 0) | (attr->exclude_kernel ? 2u : 0) |
				  (attr->exclude_hv ? 4u : 0);

	assert_string_equal(event->name, expected->name ? expected->name : expected->text);
	assert_int_equal(attr->type, expected->type);
	assert_int_equal(attr->config, expected->config);
	assert_int_equal(attr->config1, expected->config1);
	assert_int_equal(attr->config2, expected->config2);
	assert_int_equal(attr->freq, expected->freq != 0);
	assert_int_equal(attr->sample_period, expected->freq + expected->period);
	assert_int_equal(event->has_rate, expected->freq || expected->period);
	assert_int_equal(attr->precise_ip, expected->precise);
	assert_int_equal(event->most_precise, expected->most_precise);
	assert_int_equal(excludes, expected->excludes);
}

static struct dt_sampled_events *make(void)
{
	struct dt_sampled_events *made = calloc(1, sizeof(*made));

	assert_non_null(made);
	return made;
}

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		struct dt_sampled_events *made = make();
		struct dt_error error = {0};

		if (dt_sampled_parse(made, events[i].roots, events[i].text, &error))
			fail_msg("%s: %s", events[i].text, error.message);
		assert_int_equal(made->nr, 1);
		check(&made->list[0], &events[i]);
		free(made);
	}
}

static void test_group_with_leader(void **state)
{
	const struct expected aux = {
		.name = "cpu/mem-loads-aux/P", .type = 4, .config = 0x8203, .most_precise = true};
	const struct expected loads = {.name = "cpu/mem-loads,ldlat=30/P",
				       .type = 4,
				       .config = 0x1cd,
				       .config1 = 30,
				       .most_precise = true};
	struct dt_sampled_events *made = make();
	struct dt_error error;

	(void)state;
	assert_int_equal(dt_sampled_parse(made, &intel,
					  "{cpu/mem-loads-aux/,cpu/mem-loads,ldlat=30/}:P,faults",
					  &error),
			 0);
	assert_int_equal(made->nr, 3);
	check(&made->list[0], &aux);
	check(&made->list[1], &loads);
	assert_true(made->list[0].aux);
	assert_false(made->list[1].aux);
	assert_int_equal(made->list[0].group, 1);
	assert_int_equal(made->list[1].group, 1);
	assert_int_equal(made->list[2].group, 0);
	assert_int_equal(made->list[1].max_precise, 3);
	/* texts add up */
	assert_int_equal(dt_sampled_parse(made, &intel, "{cycles,instructions}:u", &error), 0);
	assert_int_equal(made->nr, 5);
	assert_int_equal(made->list[4].group, 2);
	assert_true(made->list[4].attr.attr.exclude_kernel);
	free(made);
}

static void test_hybrid(void **state)
{
	struct dt_sampled_events *made = make();
	struct dt_error error;

	(void)state;
	assert_int_equal(dt_sampled_parse(made, &hybrid, "mem-loads:P", &error), 0);
	assert_int_equal(made->nr, 2);
	assert_string_equal(made->list[0].name, "cpu_atom/mem-loads/P");
	assert_string_equal(made->list[0].cpus, "4-7");
	assert_int_equal(made->list[0].attr.attr.type, 10);
	assert_int_equal(made->list[0].attr.attr.config, 0x5d0);
	assert_string_equal(made->list[1].name, "cpu_core/mem-loads/P");
	assert_string_equal(made->list[1].cpus, "0-3");
	assert_true(made->list[1].most_precise);
	free(made);
}

/* Text that is no event, where it stops being one, and what helps. */
static const struct {
	const struct dt_roots *roots;
	const char *text;
	int code;
	const char *column, *message, *hint;
} wrong[] = {
	{&vm, "", EINVAL, "column 1:", "missing", ""},
	{&vm, "page-fault", EINVAL, "column 1:", "no event \"page-fault\"", "page-faults"},
	{&vm, "pgae-faults", EINVAL, "column 1:", "no event", "did you mean page-faults?"},
	{&intel, "mem-load", EINVAL, "column 1:", "no event", "mem-loads"},
	{&vm, "page-faults,", EINVAL, "column 13:", "missing", ""},
	{&vm, "page-faults:", EINVAL, "column 13:", "modifiers follow", ""},
	{&vm, "page-faults:x", EINVAL, "column 13:", "no modifier x", "u k h"},
	{&vm, "page-faults:u7", EINVAL, "column 14:", "\"7\" is not expected", ""},
	{&vm, "cycles:pppp", EINVAL, "column 11:", "highest precise level", ""},
	{&vm, "{cycles,faults", EINVAL, "column 15:", "closing brace", ""},
	{&vm, "{cycles;faults}", EINVAL, "column 2:", "no event \"cycles;faults\"", ""},
	{&vm, "{cycles,{faults}}", EINVAL, "column 9:", "missing", ""},
	{&vm, "cycles:S", EINVAL, "column 8:", "not supported", "leave S out"},
	{&vm, "mem-loads", ENODEV, "column 1:", "no PMU of this machine", "virtual machine"},
	{&vm, "ibs_op//", ENODEV, "column 1:", "no PMU ibs_op", "virtual machine"},
	{&amd, "ibs_op", EINVAL, "column 1:", "no event", "ibs_op//"},
	{&amd, "ibs_po//", EINVAL, "column 1:", "no PMU \"ibs_po\"", "ibs_op"},
	{&vm, "cpu/mem-loads/", ENODEV, "column 1:", "no PMU cpu", "virtual machine"},
	{&hybrid, "cpu/mem-loads/", ENODEV, "column 1:", "no PMU cpu", "cpu_atom or cpu_core"},
	{&intel, "cpu/mem-loads", EINVAL, "column 14:", "closing slash", ""},
	{&intel, "../cpu/mem-loads/", EINVAL, "column 1:", "no PMU \"..\"", ""},
	{&intel, "cpu/mem-loads,ldlta=3/", EINVAL, "column 15:", "\"ldlta\"", "ldlat"},
	{&intel, "cpu/mem-loads,ldlat=3x/", EINVAL, "column 15:", "\"3x\" is not a number", "0x"},
	{&intel, "cpu/mem-loads,ldlat=-3/", EINVAL, "column 15:", "not a number", ""},
	{&intel, "cpu/mem-loads,ldlat=65536/", EINVAL, "column 15:", "16 bits", ""},
	{&intel, "cpu/mem-loads,,ldlat=3/", EINVAL, "column 15:", "missing", ""},
	{&intel, "cpu/mem-loads,/", EINVAL, "column 14:", "nothing follows", ""},
	{&intel, "cpu/mem-loads=1/", EINVAL, "column 5:", "neither field nor event", ""},
	{&intel, "cpu/freq=0/", EINVAL, "column 5:", "above 0", ""},
	{&intel, "cpu/config=0x1ffffffffffffffff/", EINVAL, "column 5:", "not a number", ""},
	{&intel, "uncore_imc_0/cas_count_read.scale/", EINVAL, "column 14:", "neither", ""},
	{&hybrid, "cpu_core/later=1/", EINVAL, "column 10:", "config3", ""},
	{&amd, "ibs_op/period=100001/", EINVAL, "column 1:", "period=100016", ""},
};

static void test_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct dt_sampled_events *made = make();
		struct dt_error error = {0};
		int ret;

		assert_int_equal(dt_sampled_parse(made, &vm, "dummy", &error), 0);
		ret = dt_sampled_parse(made, wrong[i].roots, wrong[i].text, &error);
		if (ret != -wrong[i].code || !strstr(error.message, wrong[i].column) ||
		    !strstr(error.message, wrong[i].message) || !strstr(error.hint, wrong[i].hint))
			fail_msg("\"%s\": %d %s (%s)", wrong[i].text, ret, error.message,
				 error.hint);
		/* those before it stay */
		assert_int_equal(made->nr, 1);
		free(made);
	}
}

static void test_too_many(void **state)
{
	struct dt_sampled_events *made = make();
	struct dt_error error;
	int ret = 0;

	(void)state;
	for (size_t i = 0; i <= DT_SAMPLED_MAX && !ret; i++)
		ret = dt_sampled_parse(made, &vm, "dummy", &error);
	assert_int_equal(ret, -E2BIG);
	assert_int_equal(made->nr, DT_SAMPLED_MAX);
	free(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),	 cmocka_unit_test(test_group_with_leader),
		cmocka_unit_test(test_hybrid),	 cmocka_unit_test(test_errors),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
