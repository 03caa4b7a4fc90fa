/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Agreement of DAMON and samples in worlds whose scores can be computed by hand: the hot sets are
 * identical, half the same, or have as much in common as chance gives.
 *
 * 100 blocks of equal size, 10 hot to DAMON (rate 1, else 0), 10 to the samples (91 each, else 1),
 * k of them the same; 1000 samples in all. A budget of b blocks cuts the hot tie at b/10 when b is
 * below 10, else the cold one at (b - 10)/90.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzers/agreement.h"
#include "damon-trace/analyzer.h"
#include "damon-trace/section.h"
#include "tests/tools/agreement_world.h"

#define MS	1000000ull
#define EPSILON 1e-9

/* A report of a world, by the program's own reader. */
struct told {
	struct dt_report report;
	struct perf_out out;
	struct dt_reader *reader;
	const struct dt_input_info *inputs[1];
};

static struct dt_view view_of(const struct agreement_world *world)
{
	return (struct dt_view){.agreement = true,
				.sparsity = true,
				.sections_asked = true,
				.time_cells = 64,
				.address_cells = 64,
				.max_stream_maps = 8,
				.node = -1,
				.sample_ns = 5 * MS,
				.aggr_ns = world->aggr_ns};
}

static void tell(struct told *told, const struct agreement_world *world, const struct dt_view *view)
{
	const struct perf_truth_sink sink = {0};
	struct agreement_records records;
	struct perf_writer_options options;
	struct perf_totals totals;
	struct dt_error error;

	*told = (struct told){0};
	assert_int_equal(agreement_world_make(world, &records), 0);
	options = agreement_world_options(world, &records);
	perf_out_init(&told->out, NULL, false);
	assert_int_equal(perf_write(&options, &told->out, &sink, &totals), 0);
	agreement_records_free(&records);
	assert_int_equal(
		dt_reader_open_memory(&told->reader, told->out.bytes, told->out.used, &error), 0);
	told->inputs[0] = &told->reader->info;
	told->report.nr_inputs = 1;
	told->report.inputs = told->inputs;
	assert_int_equal(dt_analyze(&told->reader, 1, view, 1, &told->report, &error), 0);
}

static void forget(struct told *told)
{
	told->report.inputs = NULL;
	dt_report_clear(&told->report);
	dt_reader_close(told->reader);
	perf_out_free(&told->out);
}

static const struct dt_section *section(const struct told *told, const char *key)
{
	for (size_t i = 0; i < told->report.nr_sections; i++)
		if (!strcmp(told->report.sections[i]->key, key))
			return told->report.sections[i];
	fail_msg("no section %s", key);
	return NULL;
}

static const struct dt_value *figure(const struct told *told, const char *key, const char *name)
{
	const struct dt_section *in = section(told, key);

	for (size_t i = 0; i < in->nr_figures; i++)
		if (!strcmp(in->figures[i].heading.name, name))
			return &in->figures[i].value;
	fail_msg("no figure %s", name);
	return NULL;
}

static double number(const struct told *told, const char *name)
{
	const struct dt_value *value = figure(told, "agreement", name);

	if (value->type == DT_VALUE_INTEGER)
		return (double)value->integer;
	return value->type == DT_VALUE_NUMBER ? value->number : NAN;
}

static void refused(const struct told *told, const char *part, const char *remedy)
{
	const struct dt_value *reason = figure(told, "agreement", "refused");
	const struct dt_value *hint = figure(told, "agreement", "remedy");

	assert_int_equal(reason->type, DT_VALUE_TEXT);
	assert_int_equal(hint->type, DT_VALUE_TEXT);
	if (!strstr(reason->text, part) || !strstr(hint->text, remedy))
		fail_msg("\"%s\", \"%s\"", reason->text, hint->text);
}

/* The value of a budget's column. */
static double budget(const struct told *told, unsigned row, const char *name)
{
	const struct dt_section *in = section(told, "agreement");

	for (size_t i = 0; i < in->nr_tables; i++) {
		const struct dt_table *table = in->tables[i];

		for (uint32_t j = 0; j < table->nr_columns && !strcmp(table->name, "budgets"); j++)
			if (!strcmp(table->columns[j].name, name))
				return table->values[row * table->nr_columns + j].number;
	}
	fail_msg("no column %s", name);
	return NAN;
}

static bool near(double value, double expected)
{
	return fabs(value - expected) <= EPSILON;
}

/* k of 10 hot blocks in common: by hand, as at the top of this file. */
static void check_by_hand(const struct told *told, double k)
{
	static const double blocks[] = {1, 5, 10, 20, 50};

	for (unsigned i = 0; i < 5; i++) {
		const double b = blocks[i], hot = fmin(b / 10, 1), cold = fmax(b - 10, 0) / 90;
		/* hot to both, to one, to none */
		const double both =
			k * hot * hot + 2 * (10 - k) * hot * cold + (80 + k) * cold * cold;
		/* samples: of DAMON's hot blocks, and of the others */
		const double in_hot = 91 * k + (10 - k),
			     captured = hot * in_hot + cold * (1000 - in_hot);

		assert_true(near(budget(told, i, "overlap"), both / b));
		assert_true(near(budget(told, i, "captured"), captured / 1000));
	}
	assert_true(near(number(told, "spearman"), (k - 1) / 9));
	assert_true(near(number(told, "capture_curve"), (k - 1) / 9));
	/* every block was sampled */
	assert_true(near(number(told, "precision"), 1));
	assert_true(near(number(told, "recall"), 0.1));
	assert_true(near(number(told, "samples_accessed"), (91 * k + (10 - k)) / 1000));
}

static void check_world(unsigned common)
{
	const struct agreement_world world = agreement_world_default(common);
	const struct dt_view view = view_of(&world);
	struct told told;

	tell(&told, &world, &view);
	assert_int_equal(figure(&told, "agreement", "refused")->type, DT_VALUE_ABSENT);
	assert_true(near(number(&told, "units"), 100));
	assert_true(near(number(&told, "samples_compared"), 1000));
	assert_true(near(number(&told, "covered_ns"), 4e9));
	check_by_hand(&told, common);
	forget(&told);
}

static void test_identical(void **state)
{
	(void)state;
	check_world(10);
}

static void test_half(void **state)
{
	(void)state;
	check_world(5);
}

static void test_shuffled(void **state)
{
	(void)state;
	check_world(1);
}

/*
 * Without cold samples, the same number in each hot block: of two distributions over 10 of 100
 * blocks with k in common the Jensen-Shannon divergence is 1 - k/10.
 */
static void test_distance(void **state)
{
	(void)state;
	for (unsigned k = 0; k <= 10; k += 5) {
		struct agreement_world world = agreement_world_default(k);
		const struct dt_view view = view_of(&world);
		struct told told;

		world.cold_samples = 0;
		tell(&told, &world, &view);
		assert_true(fabs(number(&told, "js_distance") - sqrt(1 - k / 10.0)) < 1e-7);
		assert_true(near(number(&told, "precision"), k / 10.0));
		assert_true(near(number(&told, "recall"), k / 10.0));
		assert_true(near(budget(&told, 2, "captured"), k / 10.0));
		/* the halves' hot blocks are the same ten, whatever the lots */
		assert_true(near(budget(&told, 2, "captured_floor"), 1));
		assert_true(near(budget(&told, 2, "overlap_floor"), 1));
		forget(&told);
	}
}

/* What does not belong is counted, and changes no score. */
static void test_strays(void **state)
{
	struct agreement_world world = agreement_world_default(5);
	struct dt_view view = view_of(&world);
	const int32_t pid = AW_PID;
	struct told told;

	(void)state;
	view.nr_pids = 1;
	view.pids = &pid;
	world.after = 9;
	world.above = 7;
	world.none = 5;
	world.others = 3;
	tell(&told, &world, &view);
	check_by_hand(&told, 5);
	assert_true(near(number(&told, "samples_outside_time"), 9));
	assert_true(near(number(&told, "samples_outside_address"), 7));
	assert_true(near(number(&told, "samples_without_address"), 5));
	assert_true(near(number(&told, "samples_of_others"), 3));
	forget(&told);
}

static void test_physical(void **state)
{
	struct agreement_world world = agreement_world_default(5);
	const struct dt_view view = view_of(&world);
	struct told told;

	(void)state;
	world.physical = true;
	world.base = 4ull << 30;
	tell(&told, &world, &view);
	check_by_hand(&told, 5);
	assert_string_equal(figure(&told, "agreement", "space")->text, "physical");
	forget(&told);
}

/* Both sets move on every 5 intervals of 100 ms, DAMON's 3 intervals later. */
static void test_lag(void **state)
{
	struct agreement_world world = agreement_world_default(10);
	const struct dt_view view = view_of(&world);
	struct told told;

	(void)state;
	world.snapshots = 401;
	world.hot_samples = 2000;
	world.move = 5;
	world.late = 3;
	tell(&told, &world, &view);
	assert_true(fabs(number(&told, "lag_ns") - 300e6) <= number(&told, "lag_step_ns"));
	assert_true(number(&told, "lag_correlation") > number(&told, "lag_correlation_at_zero"));
	forget(&told);
	/* DAMON's heat stands still: nothing to follow */
	world.move = 0;
	tell(&told, &world, &view);
	assert_int_equal(figure(&told, "agreement", "lag_ns")->type, DT_VALUE_ABSENT);
	forget(&told);
}

/* The grids share their cells, each is 1 on average, and the third is their difference. */
static void test_grids(void **state)
{
	const struct agreement_world world = agreement_world_default(5);
	const struct dt_view view = view_of(&world);
	const struct dt_section *in;
	double sums[2] = {0, 0};
	size_t seen = 0, cells;
	struct told told;

	(void)state;
	tell(&told, &world, &view);
	in = section(&told, "agreement");
	assert_int_equal(in->nr_grids, 3);
	cells = (size_t)in->grids[0]->time_cells * in->grids[0]->nr_columns;
	for (size_t i = 0; i < cells; i++) {
		const double damon = in->grids[0]->value[i], samples = in->grids[1]->value[i];

		assert_int_equal(isnan(damon), isnan(samples));
		if (isnan(damon))
			continue;
		assert_true(near(in->grids[2]->value[i], damon - samples));
		sums[0] += damon;
		sums[1] += samples;
		seen++;
	}
	/* cells at the edges of the time were observed for shorter, and weigh less */
	assert_true(seen > cells / 2);
	assert_true(fabs(sums[0] / (double)seen - 1) < 0.01);
	assert_true(fabs(sums[1] / (double)seen - 1) < 0.05);
	forget(&told);
}

static void test_refusals(void **state)
{
	struct agreement_world world = agreement_world_default(5);
	struct dt_view view = view_of(&world);
	const int32_t pid = 77;
	struct told told;

	(void)state;
	world.others = 3;
	tell(&told, &world, &view);
	refused(&told, "samples of several lie in its regions: 1000 (1000), 1001 (3)", "--pid");
	forget(&told);

	world.others = 0;
	view.nr_pids = 1;
	view.pids = &pid;
	tell(&told, &world, &view);
	refused(&told, "no sample is of process 77", "record");
	forget(&told);

	view.nr_pids = 0;
	world.hot_samples = world.cold_samples = 0;
	tell(&told, &world, &view);
	refused(&told, "no memory samples in the input", "perf record -d");
	forget(&told);

	world.after = 4;
	tell(&told, &world, &view);
	refused(&told, "all 4 samples lie outside the time", "record");
	forget(&told);
}

/* A block of which 64 pages are used, and one of which all are: the expectation by hand. */
static void test_sparsity(void **state)
{
	struct agreement_world world = agreement_world_default(10);
	const struct dt_view view = view_of(&world);
	struct told told;

	(void)state;
	world.hot_samples = 1000;
	world.cold_samples = 10;
	world.pages = 64;
	tell(&told, &world, &view);
	assert_int_equal(figure(&told, "sparsity", "blocks")->integer, 100);
	/* the hot ones have enough samples to tell, and use an eighth */
	assert_int_equal(figure(&told, "sparsity", "blocks_judged")->integer, 10);
	assert_int_equal(figure(&told, "sparsity", "blocks_mostly_unused")->integer, 10);
	assert_int_equal(figure(&told, "sparsity", "pages")->integer, 10 * 64 + 90 * 10);
	assert_true(fabs(figure(&told, "sparsity", "pages_expected")->number -
			 512 * (10 * (1 - pow(511.0 / 512, 1000)) +
				90 * (1 - pow(511.0 / 512, 10)))) < 1e-6);
	forget(&told);

	world.pages = 512;
	tell(&told, &world, &view);
	assert_int_equal(figure(&told, "sparsity", "blocks_judged")->integer, 10);
	assert_int_equal(figure(&told, "sparsity", "blocks_mostly_unused")->integer, 0);
	forget(&told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identical), cmocka_unit_test(test_half),
		cmocka_unit_test(test_shuffled),  cmocka_unit_test(test_distance),
		cmocka_unit_test(test_strays),	  cmocka_unit_test(test_physical),
		cmocka_unit_test(test_lag),	  cmocka_unit_test(test_grids),
		cmocka_unit_test(test_refusals),  cmocka_unit_test(test_sparsity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
