/* SPDX-License-Identifier: GPL-2.0-only */
/* Which PMU is meant by a name, and the forms of what comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/event_resolve.h"
#include "render/hw_event.h"

static const struct dt_roots intel = {.sysfs = "tests/fixtures/sysfs-intel"};
static const struct dt_roots hybrid = {.sysfs = "tests/fixtures/sysfs-hybrid"};
static const struct dt_roots amd = {.sysfs = "tests/fixtures/sysfs-amd"};
static const struct dt_roots vm = {.sysfs = "tests/fixtures/sysfs-vm"};

/* ---- names ---- */

struct expected {
	const struct dt_roots *roots;
	const char *text, *pmu;
	int code;
	const char *message; /* part of it, on failure */
	uint32_t type;
	uint64_t config, config1;
	const char *perf;
};

static const struct expected names[] = {
	{&intel, "cpu/mem-loads,ldlat=30/P", NULL, 0, NULL, 4, 0x1cd, 30,
	 "cpu/config=0x1cd,config1=0x1e/P"},
	{&intel, "mem-loads:pp", NULL, 0, NULL, 4, 0x1cd, 3, "cpu/config=0x1cd,config1=0x3/pp"},
	{&intel, "cpu/mem-stores,period=1009/u", NULL, 0, NULL, 4, 0x2cd, 0,
	 "cpu/config=0x2cd,period=1009/u"},
	/* one kind of core: --pmu changes nothing */
	{&intel, "cycles:k", "cpu", 0, NULL, 0, 0, 0, "cpu-cycles:k"},
	{&intel, "r20d1", "cpu", 0, NULL, 4, 0x20d1, 0, "r20d1"},
	{&intel, "cycles", "uncore_imc_0", -EINVAL, "no PMU of those (cpu)", 0, 0, 0, NULL},
	{&amd, "cpu/event=0x1a3/", NULL, 0, NULL, 4, 0x1000000a3, 0, "cpu/config=0x1000000a3/"},
	{&amd, "ibs_op//D", NULL, 0, NULL, 11, 0, 0, "ibs_op/config=0x0/D"},
	{&vm, "LLC-load-misses", NULL, 0, NULL, 3, 0x10002, 0, "LLC-load-misses"},
	{&vm, "faults:uH", NULL, 0, NULL, 1, 2, 0, "page-faults:uH"},
	{&vm, "cycles", "cpu", -EINVAL, "no PMU \"cpu\"", 0, 0, 0, NULL},
	/* two kinds */
	{&hybrid, "mem-loads", NULL, -ENOTUNIQ, "cpu_atom and cpu_core", 0, 0, 0, NULL},
	{&hybrid, "r1cd:P", NULL, -ENOTUNIQ, "cpu_atom and cpu_core", 0, 0, 0, NULL},
	{&hybrid, "LLC-loads", NULL, -ENOTUNIQ, "cpu_atom and cpu_core", 0, 0, 0, NULL},
	{&hybrid, "mem-loads-aux", NULL, 0, NULL, 4, 0x8203, 0, "cpu_core/config=0x8203/"},
	{&hybrid, "mem-loads", "cpu_core", 0, NULL, 4, 0x1cd, 3,
	 "cpu_core/config=0x1cd,config1=0x3/"},
	{&hybrid, "cpu_atom/mem-loads/", "cpu_core", 0, NULL, 10, 0x5d0, 3,
	 "cpu_atom/config=0x5d0,config1=0x3/"},
	{&hybrid, "mem-loads-aux", "cpu_atom", -EINVAL, "of cpu_core, not of cpu_atom", 0, 0, 0,
	 NULL},
	{&hybrid, "LLC-loads:u", "cpu_core", 0, NULL, 3, 0x400000002, 0, "cpu_core/LLC-loads/u"},
	{&hybrid, "dummy", NULL, 0, NULL, 1, 9, 0, "dummy"},
	{&hybrid, "mem-laods", NULL, -EINVAL, "no event \"mem-laods\"", 0, 0, 0, NULL},
};

static void check_event(const struct expected *expected, const struct dt_hw_event *event)
{
	char perf[256];

	assert_int_equal(event->type, expected->type);
	assert_int_equal(event->config, expected->config);
	assert_int_equal(event->config1, expected->config1);
	assert_true(dt_hw_perf_string(event, perf, sizeof(perf)));
	assert_string_equal(perf, expected->perf);
}

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct dt_hw_events *events = calloc(1, sizeof(*events));
		struct dt_error error = {0};
		int ret;

		assert_non_null(events);
		ret = dt_hw_events_resolve(events, names[i].roots, names[i].text, names[i].pmu,
					   &error);
		if (ret != names[i].code || (ret && !strstr(error.message, names[i].message)))
			fail_msg("%s: %d, %s", names[i].text, ret, error.message);
		assert_int_equal(events->nr, ret ? 0 : 1);
		if (!ret) {
			/* as if the rate were settled: ours is not part of the string */
			if (!events->list[0].freq && !events->list[0].period) {
				events->list[0].freq = DT_HW_DEFAULT_FREQ;
				events->list[0].default_rate = true;
			}
			check_event(&names[i], &events->list[0]);
		}
		free(events);
	}
}

/* A list half of which fails leaves nothing behind. */
static void test_all_or_none(void **state)
{
	struct dt_hw_events *events = calloc(1, sizeof(*events));
	struct dt_error error;

	(void)state;
	assert_non_null(events);
	assert_int_equal(dt_hw_events_resolve(events, &intel, "r1", NULL, &error), 0);
	assert_int_equal(dt_hw_events_resolve(events, &intel, "r2,nothing", NULL, &error), -EINVAL);
	assert_int_equal(events->nr, 1);
	assert_int_equal(dt_hw_events_resolve(events, &intel, "{r2,r3}", NULL, &error), 0);
	assert_int_equal(events->nr, 3);
	assert_false(events->list[0].grouped);
	assert_true(events->list[2].grouped);
	free(events);
}

static void test_too_many(void **state)
{
	struct dt_hw_events *events = calloc(1, sizeof(*events));
	struct dt_error error;

	(void)state;
	assert_non_null(events);
	for (size_t i = 0; i < DT_HW_EVENTS_MAX; i++)
		assert_int_equal(dt_hw_events_resolve(events, &intel, "r1", NULL, &error), 0);
	assert_int_equal(dt_hw_events_resolve(events, &intel, "r1", NULL, &error), -E2BIG);
	assert_int_equal(events->nr, DT_HW_EVENTS_MAX);
	free(events);
}

static void test_precise(void **state)
{
	struct dt_hw_events *events = calloc(1, sizeof(*events));
	struct dt_error error;

	(void)state;
	assert_non_null(events);
	assert_int_equal(dt_hw_events_resolve(events, &intel,
					      "cpu/mem-loads/,cpu/mem-loads/p,cpu/mem-loads/P,r1:P",
					      NULL, &error),
			 0);
	assert_false(events->list[0].has_precise);
	assert_int_equal(events->list[1].precise, 1);
	/* what caps/max_precise says */
	assert_true(events->list[2].has_precise);
	assert_int_equal(events->list[2].precise, 3);
	/* no PMU, so nobody says */
	assert_true(events->list[3].most_precise);
	assert_false(events->list[3].has_precise);
	free(events);
}

/* ---- forms ---- */

static void test_no_string(void **state)
{
	static const struct dt_hw_event nameless[] = {
		{.type = 11, .config = 1},		/* whose number is that? */
		{.type = 4, .config = 1, .config1 = 2}, /* rHEX has no second word */
		{.type = 1, .config = 99},
		{.type = 0, .config = 0xa00000000, .generic = "cpu-cycles"},
	};
	struct dt_hw_notes notes;
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(nameless) / sizeof(nameless[0]); i++) {
		assert_false(dt_hw_perf_string(&nameless[i], text, sizeof(text)));
		assert_string_equal(text, "");
		dt_hw_event_notes(&nameless[i], &notes);
		assert_true(notes.nr > 0);
	}
}

static void test_string_that_does_not_fit(void **state)
{
	const struct dt_hw_event event = {.type = 4, .config = UINT64_MAX, .pmu = "cpu"};
	char text[8];

	(void)state;
	(void)dt_hw_perf_string(&event, text, sizeof(text));
	assert_int_equal(strlen(text), sizeof(text) - 1);
}

static void test_damo(void **state)
{
	static const char *const expected[] = {"4000",	"1",	"10",
					       "0x5d0", "0x1f", "0xffffffffffffffff"};
	const struct dt_hw_event event = {
		.type = 10, .config = 0x5d0, .config1 = 31, .config2 = UINT64_MAX, .period = 7};
	const struct dt_hw_wish wish = {.phys_addr = true};
	char values[6][32];

	(void)state;
	dt_hw_damo_values(&event, &wish, values);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(values[i], expected[i]);
}

/* Value written to a file, or NULL. */
static const char *written(const struct dt_hw_write *writes, size_t nr, const char *file)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(writes[i].file, file))
			return writes[i].value;
	return NULL;
}

/* All 64 events fit, the counts come before what they make, and every file is there once. */
static void test_layouts(void **state)
{
	struct dt_hw_write *writes = calloc(DT_HW_WRITES_MAX, sizeof(*writes));
	struct dt_hw_events *events = calloc(1, sizeof(*events));
	const struct dt_hw_report report = {.events = events, .wish.phys_addr = true};
	size_t nr;

	(void)state;
	assert_non_null(writes);
	assert_non_null(events);
	events->nr = DT_HW_EVENTS_MAX;
	for (size_t i = 0; i < events->nr; i++)
		events->list[i] = (struct dt_hw_event){
			.type = 4, .config = i, .freq = 99, .has_precise = true, .precise = 2};
	nr = dt_hw_layout_writes(DT_HW_PERF_EVENTS, &report, writes);
	assert_int_equal(nr, 1 + 64 * 10);
	assert_string_equal(writes[0].file, "sample/perf_events/nr_perf_events");
	assert_string_equal(writes[0].value, "64");
	assert_string_equal(written(writes, nr, "sample/perf_events/63/config"), "0x3f");
	assert_string_equal(written(writes, nr, "sample/perf_events/63/precise_ip"), "2");
	assert_string_equal(written(writes, nr, "sample/perf_events/0/sample_freq"), "99");
	for (size_t i = 0; i < nr; i++)
		assert_ptr_equal(written(writes, nr, writes[i].file), writes[i].value);
	nr = dt_hw_layout_writes(DT_HW_PREPS, &report, writes);
	assert_int_equal(nr, 2 + 64 * 11);
	assert_string_equal(writes[1].file, "probes/0/preps/nr_preps");
	assert_string_equal(written(writes, nr, "probes/0/preps/63/prep_action"), "perf_event");
	assert_int_equal(dt_hw_layout_writes(DT_HW_PRIMITIVES, &report, writes), 6);
	assert_int_equal(dt_hw_layout_writes(DT_HW_FILTERS, &report, writes), 0);
	(void)snprintf(events->list[5].pmu, sizeof(events->list[5].pmu), "ibs_op");
	assert_int_equal(dt_hw_layout_writes(DT_HW_FILTERS, &report, writes), 5);
	free(events);
	free(writes);
}

static void test_notes(void **state)
{
	struct dt_hw_notes notes = {0};

	(void)state;
	dt_hw_note(&notes, "one %d", 1);
	dt_hw_note(&notes, "one %d", 1);
	assert_int_equal(notes.nr, 1);
	for (int i = 0; i < 100; i++)
		dt_hw_note(&notes, "number %d", i);
	assert_int_equal(notes.nr, sizeof(notes.text) / sizeof(notes.text[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),	  cmocka_unit_test(test_all_or_none),
		cmocka_unit_test(test_too_many),  cmocka_unit_test(test_precise),
		cmocka_unit_test(test_no_string), cmocka_unit_test(test_string_that_does_not_fit),
		cmocka_unit_test(test_damo),	  cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
