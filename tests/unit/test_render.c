/* SPDX-License-Identifier: GPL-2.0-only */
/* What the renderers promise: exact formats, widths that hold, and missing never like cold. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "damon-trace/render.h"
#include "render/geometry.h"
#include "render/ink.h"
#include "support/json_writer.h"
#include "support/number.h"
#include "render/palette.h"
#include "render/picture.h"
#include "support/utf8.h"

#ifndef DT_VERSION
#define DT_VERSION "unknown"
#endif

#define NR_PALETTES 4
#define NR_COLORS   4
#define LENGTH(a)   (sizeof(a) / sizeof((a)[0]))

/* ---- what is rendered ----------------------------------------------------------------------- */

struct sketch {
	struct dt_grid grid;
	struct dt_segment segments[40];
};

static void measure(struct dt_grid *grid)
{
	grid->minimum = NAN;
	grid->maximum = NAN;
	grid->sum_cells = 0;
	for (size_t i = 0; i < (size_t)grid->time_cells * grid->nr_columns; i++) {
		if (isnan(grid->value[i]))
			continue;
		grid->minimum = fmin(grid->minimum, grid->value[i]);
		grid->maximum = fmax(grid->maximum, grid->value[i]);
		grid->sum_cells += grid->value[i];
	}
	grid->sum_records = grid->sum_cells;
}

/* A grid with cells of 1 s x 4 KiB and a gap of 1 GiB between segments; all cells 0. */
static struct dt_grid *sketch(struct sketch *sketch, uint32_t times, const uint32_t *cells,
			      uint32_t nr_segments)
{
	struct dt_grid *grid = &sketch->grid;
	uint64_t address = 0x7f0000000000;

	memset(sketch, 0, sizeof(*sketch));
	grid->space = DT_SPACE_VIRTUAL;
	grid->stream.kdamond = 12;
	grid->pid = -1;
	grid->unit = "access rate";
	grid->start_ns = 5000000000;
	grid->end_ns = grid->start_ns + times * UINT64_C(1000000000);
	grid->time_cells = times;
	grid->nr_segments = nr_segments;
	grid->segments = sketch->segments;
	for (uint32_t s = 0; s < nr_segments; s++) {
		sketch->segments[s].start = address;
		sketch->segments[s].end = address + 4096 * (uint64_t)cells[s];
		sketch->segments[s].cells = cells[s];
		address = sketch->segments[s].end + (1 << 30);
		grid->nr_columns += cells[s];
	}
	grid->value = calloc((size_t)times * grid->nr_columns + 1, sizeof(*grid->value));
	assert_non_null(grid->value);
	measure(grid);
	return grid;
}

/* A pattern with cold, hot and missing cells. */
static void paint(struct dt_grid *grid)
{
	for (uint32_t t = 0; t < grid->time_cells; t++) {
		for (uint32_t a = 0; a < grid->nr_columns; a++)
			grid->value[(size_t)t * grid->nr_columns + a] =
				(t + a) % 7 == 3 ? NAN : (t * a) % 11 / 10.0;
	}
	measure(grid);
}

/* The text that a renderer writes; free it. */
#define RENDERED(call)                                      \
	({                                                  \
		char *text_ = NULL;                         \
		size_t size_ = 0;                           \
		FILE *out = open_memstream(&text_, &size_); \
		assert_non_null(out);                       \
		call;                                       \
		assert_int_equal(fclose(out), 0);           \
		text_;                                      \
	})

/* ---- numbers and words ---------------------------------------------------------------------- */

static void test_numbers(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{0, "0"},
		{-1.5, "-1.5"},
		{0.05, "0.05"},
		{0.1 + 0.2, "0.30000000000000004"},
		{2.0 / 3, "0.66666666666666663"},
		{0.00001234, "0.00001234"},
		{9007199254740991, "9007199254740991"},
		{123456.789, "123456.789"},
		{1e22, "1e+22"},
		{4.9406564584124654e-324, "4.9406564584124654e-324"},
	};
	uint64_t seed = 88172645463325252u;
	char text[DT_NUMBER_SIZE];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_int_equal(dt_number_double(text, cases[i].value), strlen(cases[i].text));
		assert_string_equal(text, cases[i].text);
	}
	for (int i = 0; i < 200000; i++) {
		double value;

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		memcpy(&value, &seed, sizeof(value));
		if (i & 1)
			value = (double)(seed % 1000) / (double)(seed / 1000 % 997 + 1);
		if (!isfinite(value))
			continue;
		assert_in_range(dt_number_double(text, value), 1, DT_NUMBER_SIZE - 1);
		assert_true(strtod(text, NULL) == value);
	}
}

static void test_units(void **state)
{
	static const struct {
		double value;
		const char *bytes, *duration;
	} cases[] = {
		{0, "0 B", "0 ns"},
		{512, "512 B", "512 ns"},
		{1023.7, "1 KiB", "1.02 us"},
		{1536, "1.5 KiB", "1.54 us"},
		{2097152, "2 MiB", "2.1 ms"},
		{1048575, "1 MiB", "1.05 ms"},
		{12345678, "11.8 MiB", "12.3 ms"},
		{1073741824, "1 GiB", "1.07 s"},
		{999999999, "953.7 MiB", "1 s"},
		{599e9, "557.9 GiB", "599 s"},
		{6e11, "558.8 GiB", "10 min"},
		{8.64e13, "78.6 TiB", "24 h"},
		{1.4019e14, "127.5 TiB", "38.9 h"},
		{1e18, "888.2 PiB", "11574 days"},
		{NAN, "unknown", "unknown"},
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_string_equal(dt_text_bytes(text, sizeof(text), cases[i].value),
				    cases[i].bytes);
		assert_string_equal(dt_text_duration(text, sizeof(text), cases[i].value),
				    cases[i].duration);
	}
}

static void test_utf8(void **state)
{
	char *text = RENDERED(dt_utf8_print(out, "a\033[1m\xc3\xb6\xff\x7f\xc2\x9b\xed\xa0\x80"));

	(void)state;
	assert_string_equal(text, "a\\x1b[1m\xc3\xb6\\xff\\x7f\\xc2\\x9b\\xed\\xa0\\x80");
	free(text);
	assert_int_equal(dt_utf8_sequence("\xf0\x9f\x94\xa5"), 4);
	assert_int_equal(dt_utf8_sequence("\xc0\x80"), 0);	   /* overlong */
	assert_int_equal(dt_utf8_sequence("\xf4\x90\x80\x80"), 0); /* above U+10FFFF */
	assert_int_equal(dt_utf8_sequence("\xe2\x82"), 0);	   /* cut */
}

/* ---- scales and colours --------------------------------------------------------------------- */

static double luminance(const unsigned char rgb[3])
{
	static const double weights[3] = {0.2126, 0.7152, 0.0722};
	double sum = 0;

	for (int c = 0; c < 3; c++)
		sum += weights[c] * pow(rgb[c] / 255.0, 2.2);
	return sum;
}

static void test_palettes_rise(void **state)
{
	(void)state;
	for (int palette = 0; palette < NR_PALETTES; palette++) {
		unsigned char rgb[3], missing[3];
		double before = -1;

		dt_palette_missing((enum dt_palette)palette, missing);
		for (int i = 0; i <= 1024; i++) {
			dt_palette_rgb((enum dt_palette)palette, i / 1024.0, rgb);
			assert_memory_not_equal(rgb, missing, sizeof(rgb));
			/* finer steps are lost in the rounding to 8 bits */
			if (i % 16)
				continue;
			assert_true(luminance(rgb) > before);
			before = luminance(rgb);
		}
		assert_true(before > 0.6);
		dt_palette_rgb((enum dt_palette)palette, 0, rgb);
		assert_true(luminance(rgb) < 0.05);
	}
}

static void test_scale(void **state)
{
	static const uint32_t cells[] = {4};
	struct sketch room;
	struct dt_grid *grid = sketch(&room, 1, cells, 1);
	const double values[] = {0, 1, 10, 100};

	(void)state;
	memcpy(grid->value, values, sizeof(values));
	measure(grid);
	assert_float_equal(dt_scale_position(grid, DT_SCALE_LINEAR, 0), 0, 0);
	assert_float_equal(dt_scale_position(grid, DT_SCALE_LINEAR, 25), 0.25, 1e-12);
	assert_float_equal(dt_scale_position(grid, DT_SCALE_LINEAR, 100), 1, 0);
	assert_float_equal(dt_scale_position(grid, DT_SCALE_LINEAR, 1e9), 1, 0);
	/* one sample must not look like none */
	assert_float_equal(dt_scale_position(grid, DT_SCALE_LOG, 0), 0, 0);
	assert_float_equal(dt_scale_position(grid, DT_SCALE_LOG, 1), DT_LOG_FLOOR, 1e-12);
	assert_float_equal(dt_scale_position(grid, DT_SCALE_LOG, 10), (1 + DT_LOG_FLOOR) / 2,
			   1e-12);
	assert_float_equal(dt_scale_position(grid, DT_SCALE_LOG, 100), 1, 0);
	assert_true(isnan(dt_scale_position(grid, DT_SCALE_LOG, NAN)));
	/* all equal: hot, not cold */
	for (int i = 0; i < 4; i++)
		grid->value[i] = 7;
	measure(grid);
	assert_float_equal(dt_scale_position(grid, DT_SCALE_LOG, 7), 1, 0);
	assert_float_equal(dt_scale_position(grid, DT_SCALE_LINEAR, 7), 1, 0);
	free(grid->value);
}

/* In every mode and palette, at every heat: a missing cell is drawn like none of the others. */
static void test_missing_is_not_cold(void **state)
{
	(void)state;
	for (int mode = 0; mode < NR_COLORS * NR_PALETTES * 2; mode++) {
		struct dt_style style = {
			.color = (enum dt_color)(mode / 2 % NR_COLORS),
			.palette = (enum dt_palette)(mode / 2 / NR_COLORS),
			.utf8 = mode % 2,
		};
		struct dt_ink ink;
		char *missing = RENDERED(dt_ink_begin(&ink, out, &style); dt_ink_cell(&ink, NAN));
		char *both = RENDERED(dt_ink_begin(&ink, out, &style);
				      dt_ink_halves(&ink, NAN, NAN, true));

		for (int i = 0; i <= 250; i++) {
			double heat = i / 250.0;
			char *cell =
				RENDERED(dt_ink_begin(&ink, out, &style); dt_ink_cell(&ink, heat));
			char *halves = RENDERED(dt_ink_begin(&ink, out, &style);
						dt_ink_halves(&ink, heat, heat, true));
			char *upper = RENDERED(dt_ink_begin(&ink, out, &style);
					       dt_ink_halves(&ink, NAN, heat, true));
			char *lower = RENDERED(dt_ink_begin(&ink, out, &style);
					       dt_ink_halves(&ink, heat, NAN, true));

			assert_string_not_equal(cell, missing);
			if (style.color == DT_COLOR_NONE) {
				assert_true(*cell > ' ');
			} else {
				assert_string_not_equal(halves, both);
				assert_string_not_equal(halves, upper);
				assert_string_not_equal(halves, lower);
			}
			free(cell);
			free(halves);
			free(upper);
			free(lower);
		}
		free(missing);
		free(both);
	}
}

/* ---- geometry ------------------------------------------------------------------------------- */

static void test_nodes(void **state)
{
	static const struct dt_node_range nodes[] = {
		{1, 0x80000, 0xc0000, "", 0},
		{0, 0, 0x1000, "", 0},
		{0, 0x2000, 0x80000, "", 0},
		{1, 0xd0000, 0xe0000, "x", 0},
		{-1, 0xe0000, 0xf0000, "System RAM", 0},
		{-1, 0xf1000, 0xf2000, "System RAM", 0},
		{-1, 0xf2000, 0xf3000, "Persistent Memory", 0},
	};
	struct dt_grid grid = {.nodes = nodes, .nr_nodes = LENGTH(nodes)};

	(void)state;
	assert_int_equal(dt_node_boundary(&grid, 0, 0xe0000), 0x80000);
	assert_int_equal(dt_node_boundary(&grid, 0x80000, 0xe0000), UINT64_MAX);
	assert_int_equal(dt_node_boundary(&grid, 0, 0x80000), UINT64_MAX);
	assert_int_equal(dt_node_boundary(&grid, 0x80000, 0xf3000), 0xe0000);
	assert_int_equal(dt_node_boundary(&grid, 0xe0000, 0xf3000), 0xf2000);
	assert_ptr_equal(dt_node_of(&grid, 0x1800, 0x3000), &nodes[2]);
	assert_ptr_equal(dt_node_of(&grid, 0x80000, 0x90000), &nodes[0]);
	assert_null(dt_node_of(&grid, 0xf3000, 0xff000));
}

static void test_ticks(void **state)
{
	(void)state;
	assert_float_equal(dt_tick_step(10, 5), 2, 1e-12);
	assert_float_equal(dt_tick_step(60, 7), 10, 1e-12);
	assert_float_equal(dt_tick_step(0.03, 6), 0.005, 1e-15);
	assert_float_equal(dt_tick_step(0, 6), 1, 0);
	assert_int_equal(dt_tick_decimals(0.005), 3);
	assert_int_equal(dt_tick_decimals(20), 0);
	/* no overflow at the ends of the address space */
	assert_int_equal(dt_share(UINT64_MAX, 3, 3), UINT64_MAX);
}

/* ---- terminal pictures ---------------------------------------------------------------------- */

/* Columns that a terminal shows: escapes take none, UTF-8 sequences one. */
static unsigned widest_line(const char *text)
{
	unsigned widest = 0, columns = 0;

	for (; *text; text++) {
		if (*text == '\n') {
			columns = 0;
		} else if (*text == '\033') {
			text = strchr(text, 'm');
			assert_non_null(text);
		} else if ((*text & 0xc0) != 0x80 && ++columns > widest) {
			widest = columns;
		}
	}
	return widest;
}

static void check_picture(const struct dt_grid *grid, const struct dt_style *style)
{
	char *text = RENDERED(dt_term_grid(out, grid, style));

	assert_in_range(widest_line(text), 1, style->width);
	for (const char *c = text; *c; c++) {
		if (!style->utf8)
			assert_true(*c == '\n' || *c == '\033' || (*c >= ' ' && *c <= '~'));
		if (style->color == DT_COLOR_NONE)
			assert_true(*c != '\033');
	}
	free(text);
}

static void check_all_modes(const struct dt_grid *grid)
{
	for (unsigned width = 40; width <= 200; width++) {
		for (int mode = 0; mode < NR_COLORS * 2; mode++) {
			struct dt_style style = {
				.color = (enum dt_color)(mode / 2),
				.utf8 = mode & 1,
				.scale = (enum dt_scale)(width / 2 % 2),
				.palette = (enum dt_palette)(width % NR_PALETTES),
				.width = width,
				.height = width % 3 ? width / 3 : 0,
			};

			check_picture(grid, &style);
		}
	}
}

static void test_widths_hold(void **state)
{
	static const struct {
		uint32_t times, nr, cells[33];
	} shapes[] = {
		{1, 1, {1}},
		{30, 3, {2, 45, 1}},
		{300, 2, {200, 7}},
		{57, 33, {1, 2, 1, 3, 1, 1, 1, 8, 1, 1, 1, 1, 1, 1, 1, 1, 1,
			  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
	};
	static const struct dt_node_range nodes[] = {
		{0, 0, 0x7f0000009000, "", 0},
		{-1, 0x7f0000009000, UINT64_MAX, "some long resource of iomem", 0}};

	(void)state;
	for (size_t i = 0; i < LENGTH(shapes); i++) {
		struct sketch room;
		struct dt_grid *grid =
			sketch(&room, shapes[i].times, shapes[i].cells, shapes[i].nr);

		paint(grid);
		check_all_modes(grid);
		/* long names, wide addresses, wide numbers */
		grid->nodes = nodes;
		grid->nr_nodes = LENGTH(nodes);
		grid->is_samples = true;
		grid->pid = INT32_MAX;
		grid->unit = "samples of an event with a rather long unit";
		memset(grid->comm, 0xff, sizeof(grid->comm) - 1);
		grid->segments[shapes[i].nr - 1].end = UINT64_MAX;
		memset(grid->segments[0].label, 'x', sizeof(grid->segments[0].label) - 1);
		grid->end_ns = UINT64_MAX;
		for (size_t j = 0; j < (size_t)grid->time_cells * grid->nr_columns; j += 2)
			grid->value[j] = 1.2345678e-300;
		check_all_modes(grid);
		for (size_t j = 0; j < (size_t)grid->time_cells * grid->nr_columns; j++)
			grid->value[j] = NAN;
		measure(grid);
		check_all_modes(grid);
		free(grid->value);
	}
}

static void test_picture_ascii(void **state)
{
	static const uint32_t cells[] = {1, 3};
	static const double values[] = {
		0,   0, 0.5, 1, /* time 0 */
		NAN, 0, 0,   1, /* time 1 */
		0.1, 1, NAN, 1, /* time 2 */
	};
	struct dt_style style = {.width = 40, .height = 15};
	struct sketch room;
	struct dt_grid *grid = sketch(&room, 3, cells, 2);
	char *text;

	(void)state;
	memcpy(grid->value, values, sizeof(values));
	measure(grid);
	text = RENDERED(dt_term_grid(out, grid, &style));
	assert_string_equal(text, "DAMON: kdamond 12, context 0, target 0,\n"
				  "virtual addresses\n"
				  "access rate; a cell is 1 s x 4 KiB, 3x4\n"
				  "cells\n"
				  "0x7f0040004000 +---------------------+\n"
				  "               |@@@@@@@@@@@@@@@@@@@@@|\n"
				  "               |@@@@@@@@@@@@@@@@@@@@@|\n"
				  "               |+++++++.......       |\n"
				  "               |+++++++.......       |\n"
				  "               |..............@@@@@@@|\n"
				  "0x7f0040001000 +..............@@@@@@@|\n"
				  "0x7f0000001000 +~~~ 1 GiB ~~~~~~~~~~~|\n"
				  "               |.......       .......|\n"
				  "0x7f0000000000 +.......       .......|\n"
				  "               ++------+------+------+\n"
				  "       seconds  0      1      2\n"
				  "0 s = 5.000000000 s on the recording's\n"
				  "clock; the map spans 3 s\n"
				  "access rate, linear scale:\n"
				  "0 [....::::---====++++***####%%%%@@@@] 1\n"
				  "minimum 0, maximum 1; [  ] not observed\n");
	free(text);
	free(grid->value);
}

static void test_cells_that_fit_are_not_merged(void **state)
{
	(void)state;
	for (unsigned width = 40; width <= 240; width += 8) {
		for (int mode = 0; mode < 4; mode++) {
			struct dt_style style = {
				.width = width,
				.height = width % 16 ? 40 : 0,
				.color = mode & 1 ? DT_COLOR_TRUE : DT_COLOR_NONE,
				.utf8 = mode & 2,
			};
			uint32_t cells[9] = {0};
			unsigned times, addresses;
			struct dt_picture picture;
			struct sketch room;
			struct dt_grid *grid;
			uint32_t nr;

			dt_term_cells(&style, &times, &addresses);
			assert_in_range(times, 16, width);
			/* one gap per eight cells, the most that is folded */
			nr = addresses / 8 + 1 < 9 ? addresses / 8 + 1 : 9;
			for (unsigned i = 0; i < addresses; i++)
				cells[i % nr]++;
			grid = sketch(&room, times, cells, nr);
			assert_int_equal(dt_picture_init(&picture, grid, &style), 0);
			assert_int_equal(picture.view.reduce_time, 1);
			assert_int_equal(picture.view.reduce_address, 1);
			dt_picture_free(&picture);
			free(grid->value);
		}
	}
}

static void test_merged_cells(void **state)
{
	static const uint32_t cells[] = {90, 61};
	struct dt_style style = {.width = 80, .height = 30};
	struct dt_picture picture;
	struct sketch room;
	struct dt_grid *grid = sketch(&room, 333, cells, 2);
	double sum = 0;

	(void)state;
	paint(grid);
	grid->is_samples = true;
	grid->unit = "samples";
	assert_int_equal(dt_picture_init(&picture, grid, &style), 0);
	assert_true(picture.view.reduce_time > 1 && picture.view.reduce_address > 1);
	assert_true(picture.nr_rows <= dt_picture_rows(&style) + 1);
	for (size_t i = 0; i < (size_t)picture.view.times * picture.view.addresses; i++)
		sum += picture.view.value[i];
	assert_float_equal(sum, grid->sum_cells, 1e-9 * sum);
	dt_picture_free(&picture);
	/* a rate is averaged over what was observed, and stays within one segment */
	for (size_t i = 0; i < (size_t)grid->time_cells * grid->nr_columns; i++)
		grid->value[i] = i % grid->nr_columns < 90 ? 0.25 : i % 2 ? 0.75 : NAN;
	grid->is_samples = false;
	grid->unit = "access rate";
	assert_int_equal(dt_picture_init(&picture, grid, &style), 0);
	for (size_t i = 0; i < (size_t)picture.view.times * picture.view.addresses; i++) {
		bool first = i % picture.view.addresses < picture.view.first[1];

		assert_float_equal(picture.view.value[i], first ? 0.25 : 0.75, 1e-12);
	}
	dt_picture_free(&picture);
	free(grid->value);
}

/* ---- reports -------------------------------------------------------------------------------- */

static struct dt_event_count events[] = {
	{.name = "damos_esz", .count = 7},
	{.name = "cycles", .count = 9, .is_sample = true, .has = DT_COL_TIME | DT_COL_ADDR},
	{.name = "damon_aggregated", .count = 1234},
};

static struct dt_input_info example_input(void)
{
	struct dt_input_info info = {
		.path = "a \"b\".dat",
		.kind = "trace.dat",
		.version = "7, zstd",
		.kernel = "7.3.4",
		.clock = "mono",
		.start_ns = 1000000000,
		.end_ns = 3500000000,
		.lost_events = 1,
		.lost_unknown = 2,
		.samples_total = 9,
		.samples_with_address = 6,
		.samples_address_zero = 3,
		.nr_events = LENGTH(events),
		.events = events,
		.size = 4096,
	};

	dt_warn(&info.warnings, 17, "cut");
	dt_warn(&info.warnings, UINT64_MAX, "odd");
	return info;
}

static void test_json_writer(void **state)
{
	struct dt_json json;
	char *text = RENDERED({
		dt_json_begin(&json, out);
		dt_json_object(&json, NULL);
		dt_json_string(&json, "a\"\\", "\n\x01\xc2\x85\xff\xc3\xb6");
		dt_json_array(&json, "b");
		dt_json_double(&json, NULL, NAN);
		dt_json_double(&json, NULL, -INFINITY);
		dt_json_double(&json, NULL, 0.1);
		dt_json_object(&json, NULL);
		dt_json_object_end(&json);
		dt_json_bool(&json, NULL, false);
		dt_json_array_end(&json);
		dt_json_line(&json);
		dt_json_hex(&json, "c", UINT64_MAX);
		dt_json_i64(&json, "d", INT64_MIN);
		dt_json_u64(&json, "e", UINT64_MAX);
		dt_json_text(&json, "f", "");
		dt_json_object_end(&json);
		dt_json_end(&json);
	});

	(void)state;
	assert_string_equal(text, "{\"a\\\"\\\\\":\"\\u000a\\u0001\\u0085\\ufffd\xc3\xb6\","
				  "\"b\":[null,null,0.1,{},false],\n"
				  "\"c\":\"0xffffffffffffffff\",\"d\":-9223372036854775808,"
				  "\"e\":18446744073709551615,\"f\":null}\n");
	free(text);
}

#define JSON_INPUT                                                                            \
	"{\"damon_trace\":{\"version\":\"" DT_VERSION "\",\"format\":1},\n"                   \
	"\"inputs\":[{\"path\":\"a \\\"b\\\".dat\",\"kind\":\"trace.dat\","                   \
	"\"version\":\"7, zstd\",\"kernel\":\"7.3.4\",\"clock\":\"mono\","                    \
	"\"start_ns\":1000000000,\"end_ns\":3500000000,\"complete\":false,"                   \
	"\"warnings\":[{\"offset\":17,\"text\":\"cut\"},{\"offset\":null,\"text\":\"odd\"}]," \
	"\"warnings_total\":2"

static void test_json_report(void **state)
{
	static const uint32_t cells[] = {1, 1};
	struct dt_input_info info = example_input();
	const struct dt_input_info *inputs[] = {&info, &info};
	struct dt_snapshot_count snapshots = {{12, DT_UNKNOWN_U32, UINT64_MAX}, 3, 2, 1, 0};
	char note[] = "so";
	char *notes[] = {note};
	struct sketch room;
	struct dt_report report = {
		.nr_inputs = 2,
		.inputs = inputs,
		.nr_notes = 1,
		.notes = notes,
	};
	char *text = RENDERED(dt_json_report(out, &report));

	(void)state;
	assert_null(strstr(text, "snapshots"));
	assert_null(strstr(text, "heatmaps"));
	free(text);
	report.has_snapshots = true;
	report.nr_snapshots = 1;
	report.snapshots = &snapshots;
	report.has_grids = true;
	report.nr_grids = 1;
	report.grids = sketch(&room, 2, cells, 2);
	report.grids->value[0] = 0.05;
	report.grids->value[3] = NAN;
	measure(report.grids);
	report.nr_inputs = 1;
	text = RENDERED(dt_json_report(out, &report));
	assert_string_equal(
		text, JSON_INPUT
		"}],\n"
		"\"events\":{\"cycles\":9,\"damon_aggregated\":1234,\"damos_esz\":7},\n"
		"\"samples\":{\"total\":9,\"with_address\":6,\"address_zero\":3,\"with_phys\":0},\n"
		"\"losses\":{\"events\":1,\"unknown\":2,\"samples\":0,\"throttles\":0},\n"
		"\"snapshots\":[\n"
		"{\"stream\":{\"kdamond_pid\":12,\"context\":null,\"target\":"
		"\"0xffffffffffffffff\"},"
		"\"complete\":3,\"incomplete\":2,\"partial\":1,\"filtered\":0}],\n"
		"\"heatmaps\":[\n"
		"{\"source\":\"damon\",\"stream\":{\"kdamond_pid\":12,\"context\":0,\"target\":0},"
		"\"space\":\"virtual\",\"pid\":null,\"comm\":null,\"unit\":\"access rate\","
		"\"time\":{\"start_ns\":5000000000,\"end_ns\":7000000000,\"cells\":2},"
		"\"segments\":[{\"start\":\"0x7f0000000000\",\"end\":\"0x7f0000001000\",\"cells\":"
		"1,"
		"\"label\":null},{\"start\":\"0x7f0040001000\",\"end\":\"0x7f0040002000\","
		"\"cells\":1,\"label\":null}],\"minimum\":0,\"maximum\":0.05,"
		"\"sums\":{\"cells\":0.05,\"records\":0.05},\n"
		"\"cells\":[\n"
		"[0.05,0],\n"
		"[0,null]]}],\n"
		"\"notes\":[\"so\"]}\n");
	free(text);
	/* the totals sum over the inputs */
	report.nr_inputs = 2;
	text = RENDERED(dt_json_report(out, &report));
	assert_non_null(strstr(text, "\"damon_aggregated\":2468"));
	assert_non_null(strstr(text, "\"samples\":{\"total\":18,\"with_address\":12,"));
	assert_non_null(strstr(text, "\"losses\":{\"events\":2,\"unknown\":4,"));
	free(text);
	free(report.grids->value);
}

static void test_json_info(void **state)
{
	struct dt_input_info info = example_input();
	char *text = RENDERED(dt_json_info(out, &info));

	(void)state;
	assert_string_equal(
		text, JSON_INPUT
		",\"host\":null,\"arch\":null,\"byte_order\":\"little\",\"command\":null,"
		"\"cpus\":null,\"processor\":null,\"cpuid\":null,\"size\":4096,"
		"\"sample_events\":[{\"name\":\"cycles\",\"count\":9,"
		"\"pmu\":null,\"type\":null,\"config\":null,\"config1\":null,"
		"\"config2\":null,\"period\":null,\"frequency_hz\":null,\"precise\":null,"
		"\"fields\":[\"time\",\"address\"]}],\"recording\":null}],\n"
		"\"events\":{\"cycles\":9,\"damon_aggregated\":1234,\"damos_esz\":7},\n"
		"\"samples\":{\"total\":9,\"with_address\":6,\"address_zero\":3,\"with_phys\":0},\n"
		"\"losses\":{\"events\":1,\"unknown\":2,\"samples\":0,\"throttles\":0}}\n");
	free(text);
	info.start_ns = 2;
	info.end_ns = 1;
	text = RENDERED(dt_json_info(out, &info));
	assert_non_null(strstr(text, "\"start_ns\":null,\"end_ns\":null,"));
	free(text);
}

static void test_csv(void **state)
{
	static const uint32_t cells[] = {2};
	struct sketch rooms[2];
	struct dt_grid grids[2] = {*sketch(&rooms[0], 1, cells, 1),
				   *sketch(&rooms[1], 1, cells, 1)};
	struct dt_report report = {.nr_grids = 2, .grids = grids};
	char *text;

	(void)state;
	grids[0].value[0] = 0.5;
	grids[0].value[1] = NAN;
	grids[1].is_samples = true;
	grids[1].pid = 42;
	grids[1].unit = "samples";
	grids[1].value[1] = 3;
	text = RENDERED(dt_csv_grids(out, &report));
	assert_string_equal(
		text, "source,kdamond,context,target,pid,time_start_ns,time_end_ns,address_start,"
		      "address_end,value_access_rate,value_samples\n"
		      "damon,12,0,0,,5000000000,6000000000,0x7f0000000000,0x7f0000001000,0.5,\n"
		      "damon,12,0,0,,5000000000,6000000000,0x7f0000001000,0x7f0000002000,,\n"
		      "samples,,,,42,5000000000,6000000000,0x7f0000000000,0x7f0000001000,,0\n"
		      "samples,,,,42,5000000000,6000000000,0x7f0000001000,0x7f0000002000,,3\n");
	free(text);
	free(grids[0].value);
	free(grids[1].value);
}

static void test_summary(void **state)
{
	struct dt_input_info info = example_input();
	const struct dt_input_info *inputs[] = {&info};
	struct dt_snapshot_count snapshots = {{12, 0, 1}, 3, 2, 1, 4};
	struct dt_report report = {
		.nr_inputs = 1,
		.inputs = inputs,
		.has_snapshots = true,
		.nr_snapshots = 1,
		.snapshots = &snapshots,
	};
	char *text;

	(void)state;
	dt_report_note(&report, "%s\033", "so");
	text = RENDERED(dt_text_summary(out, &report));
	assert_string_equal(
		text,
		"a \"b\".dat: trace.dat version 7, zstd\n"
		"  Linux 7.3.4, clock mono, 2.500 s\n"
		"  events: damon_aggregated 1234, cycles 9, damos_esz 7\n"
		"  memory samples: 9\n"
		"    6 (66.7 %) with an address, 3 with address 0, 0 with a physical one\n"
		"  lost: 1 event, unknown numbers of events in 2 gaps\n"
		"  the input is INCOMPLETE, with 2 warnings:\n"
		"    at byte 17: cut\n"
		"    odd\n"
		"\n"
		"snapshots (incomplete: events were lost; cut: by the recording's start or end):\n"
		"  kdamond 12, context 0, target 1: 3 complete, 2 incomplete, 1 cut, 4 "
		"filtered\n"
		"  filtered: what the recording's event filter left out is unknown, not lost\n"
		"\n"
		"notes:\n"
		"  so\\x1b\n");
	free(text);
	report.snapshots = NULL;
	report.nr_snapshots = 0;
	dt_report_clear(&report);
	assert_int_equal(report.nr_notes, 0);
}

static void test_info(void **state)
{
	struct dt_input_info info = example_input();
	char *text = RENDERED(dt_text_info(out, &info));

	(void)state;
	assert_string_equal(text, "path          a \"b\".dat\n"
				  "kind          trace.dat\n"
				  "version       7, zstd\n"
				  "kernel        7.3.4\n"
				  "host          unknown\n"
				  "architecture  unknown\n"
				  "byte order    little endian\n"
				  "CPUs          unknown\n"
				  "processor     unknown\n"
				  "clock         mono\n"
				  "command       unknown\n"
				  "size          4096 bytes (4 KiB)\n"
				  "start         1.000000000 s\n"
				  "end           3.500000000 s\n"
				  "duration      2.500000000 s\n"
				  "events                   7  damos_esz\n"
				  "                         9  cycles  samples: time address\n"
				  "                      1234  damon_aggregated\n"
				  "samples                  9\n"
				  "  address                6 (66.7 %)\n"
				  "  address 0              3 (33.3 %)\n"
				  "  physical               0 (0.0 %)\n"
				  "lost          1 event, unknown numbers of events in 2 gaps\n"
				  "complete      no\n"
				  "warnings      2\n"
				  "              at byte 17: cut\n"
				  "              odd\n");
	free(text);
}

/* ---- plots ---------------------------------------------------------------------------------- */

/* A directory for one test; removed by hand, file by file, so that what is left over is seen. */
static char directory[64];

static int enter_directory(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/test_render.XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int leave_directory(void **state)
{
	(void)state;
	return rmdir(directory);
}

static const char *inside(const char *name)
{
	static char paths[4][128];
	static unsigned next;
	char *path = paths[next++ % LENGTH(paths)];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
	return path;
}

static char *read_file(const char *path, size_t *size)
{
	FILE *in = fopen(path, "rb");
	char *data = calloc(1, 1 << 22);

	assert_non_null(in);
	assert_non_null(data);
	*size = fread(data, 1, (1 << 22) - 1, in);
	assert_int_equal(fclose(in), 0);
	return data;
}

/* Make a program called gnuplot in the directory, which becomes the whole PATH. */
static void fake_gnuplot(const char *script)
{
	FILE *out;

	assert_int_equal(setenv("PATH", directory, 1), 0);
	if (!script)
		return;
	out = fopen(inside("gnuplot"), "w");
	assert_non_null(out);
	assert_true(fprintf(out, "#!/bin/sh\n%s\n", script) > 0);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(inside("gnuplot"), 0755), 0);
}

static void test_plot_errors(void **state)
{
	static const uint32_t cells[] = {3};
	static const struct dt_style style;
	const char *old_path = getenv("PATH");
	char *path = strdup(old_path ? old_path : "/usr/bin:/bin");
	struct dt_error error = {0};
	struct sketch room;
	struct dt_report report = {.nr_grids = 1, .grids = sketch(&room, 4, cells, 1)};
	struct dt_report nothing = {0}, many = {.nr_grids = 1000};

	(void)state;
	assert_int_equal(dt_plot_grids("a.jpeg", &report, &style, &error), -EINVAL);
	assert_non_null(strstr(error.message, "a.jpeg"));
	assert_non_null(strstr(error.hint, ".png, .svg, .pdf or .gp"));
	assert_int_equal(dt_plot_grids(".png", &report, &style, &error), -EINVAL);
	assert_int_equal(dt_plot_grids(inside("a.png"), &nothing, &style, &error), -ENODATA);

	many.grids = calloc(many.nr_grids, sizeof(*many.grids));
	assert_non_null(many.grids);
	for (size_t i = 0; i < many.nr_grids; i++)
		many.grids[i] = *report.grids;
	assert_int_equal(dt_plot_grids(inside("a.png"), &many, &style, &error), -E2BIG);
	assert_non_null(strstr(error.message, "1000 maps"));
	free(many.grids);

	assert_int_equal(dt_plot_grids(inside("none/a.gp"), &report, &style, &error), -ENOENT);
	assert_non_null(strstr(error.message, strerror(ENOENT)));
	assert_int_equal(symlink("/dev/full", inside("full.gp")), 0);
	assert_int_equal(dt_plot_grids(inside("full.gp"), &report, &style, &error), -ENOSPC);
	assert_non_null(strstr(error.message, strerror(ENOSPC)));
	assert_int_equal(unlink(inside("full.gp")), 0);

	fake_gnuplot(NULL);
	assert_int_equal(dt_plot_grids(inside("a.png"), &report, &style, &error), -ENOENT);
	assert_non_null(strstr(error.hint, "apt-get install gnuplot-nox"));
	assert_non_null(strstr(error.hint, "dnf install gnuplot-minimal"));
	/* dies with half a picture written */
	fake_gnuplot("printf half; echo 'line 3: no such terminal' >&2; exit 1");
	assert_int_equal(dt_plot_grids(inside("a.png"), &report, &style, &error), -EIO);
	assert_non_null(strstr(error.message, "line 3: no such terminal"));
	fake_gnuplot("printf half; kill -9 $$");
	assert_int_equal(dt_plot_grids(inside("a.png"), &report, &style, &error), -EIO);
	assert_non_null(strstr(error.message, "signal 9"));
	fake_gnuplot(":");
	assert_int_equal(dt_plot_grids(inside("a.png"), &report, &style, &error), -EIO);
	assert_int_equal(access(inside("a.png"), F_OK), -1);
	/* a picture that is whole, and a disk that is full */
	fake_gnuplot("echo whole");
	assert_int_equal(symlink("/dev/full", inside("full.png")), 0);
	assert_int_equal(dt_plot_grids(inside("full.png"), &report, &style, &error), -ENOSPC);
	assert_int_equal(unlink(inside("full.png")), 0);
	assert_int_equal(dt_plot_grids(inside("a.png"), &report, &style, &error), 0);
	assert_int_equal(unlink(inside("a.png")), 0);
	assert_int_equal(unlink(inside("gnuplot")), 0);

	assert_int_equal(setenv("PATH", path, 1), 0);
	free(path);
	free(report.grids->value);
}

/* What could be written of a picture before the disk was full does not stay. */
static void test_plot_leaves_no_half(void **state)
{
	static const uint32_t cells[] = {60};
	static const struct dt_style style;
	struct sketch room;
	struct dt_report report = {.nr_grids = 1, .grids = sketch(&room, 60, cells, 1)};
	struct rlimit old, little;
	struct dt_error error;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	little = old;
	little.rlim_cur = 4096;
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	assert_int_equal(dt_plot_grids(inside("a.gp"), &report, &style, &error), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_true(signal(SIGXFSZ, SIG_DFL) != SIG_ERR);
	assert_non_null(strstr(error.message, strerror(EFBIG)));
	assert_int_equal(access(inside("a.gp"), F_OK), -1);
	free(report.grids->value);
}

/* Texts of a recording must not become commands of gnuplot's, which runs what is in backquotes. */
static void test_plot_quotes(void **state)
{
	static const uint32_t cells[] = {3};
	static const struct dt_style style;
	struct sketch room;
	struct dt_report report = {.nr_grids = 1, .grids = sketch(&room, 4, cells, 1)};
	struct dt_error error;
	size_t size;
	char *text;

	(void)state;
	report.grids->pid = 1;
	strcpy(report.grids->comm, "it's\n`touch x`");
	strcpy(report.grids->segments[0].label, "'\n!touch x");
	assert_int_equal(dt_plot_grids(inside("a.gp"), &report, &style, &error), 0);
	text = read_file(inside("a.gp"), &size);
	assert_null(strchr(text, '`'));
	assert_non_null(strstr(text, "(it''s??touch x?)"));
	assert_non_null(strstr(text, "'''?!touch x'"));
	free(text);
	free(report.grids->value);
	assert_int_equal(unlink(inside("a.gp")), 0);
}

static int run(const char *program, const char *argument)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)execlp(program, program, argument, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const struct {
	const char *name, *magic;
} pictures[] = {{"a.png", "\x89PNG\r\n"}, {"a.svg", "<?xml"}, {"a.pdf", "%PDF"}};

static bool has_gnuplot(void)
{
	if (system("gnuplot --version >/dev/null 2>&1") == 0)
		return true;
	print_message("SKIPPED: no gnuplot (apt-get install gnuplot-nox)\n");
	return false;
}

/* A segment of one row is drawn like any other, though gnuplot draws no such image. */
static void test_plot_one_row(void **state)
{
	static const uint32_t cells[] = {1, 20};
	static const struct dt_style style;
	struct dt_error error;
	struct sketch room;
	struct dt_report report = {.nr_grids = 1, .grids = sketch(&room, 40, cells, 2)};
	struct dt_grid *grid = report.grids;
	char *cold, *hot;
	size_t size, again;

	(void)state;
	if (!has_gnuplot())
		skip();
	for (uint32_t t = 0; t < grid->time_cells; t++)
		grid->value[t * grid->nr_columns + 1] = 1;
	measure(grid);
	assert_int_equal(dt_plot_grids(inside("a.png"), &report, &style, &error), 0);
	cold = read_file(inside("a.png"), &size);
	for (uint32_t t = 0; t < grid->time_cells; t++)
		grid->value[t * grid->nr_columns] = 1;
	assert_int_equal(dt_plot_grids(inside("a.png"), &report, &style, &error), 0);
	hot = read_file(inside("a.png"), &again);
	assert_true(size != again || memcmp(cold, hot, size) != 0);
	free(cold);
	free(hot);
	free(grid->value);
	assert_int_equal(unlink(inside("a.png")), 0);
}

static void check_pictures(const struct dt_report *report, const struct dt_style *style)
{
	struct dt_error error;
	char *first, *second, *date;
	size_t size, again;

	for (size_t i = 0; i < LENGTH(pictures); i++) {
		const char *path = inside(pictures[i].name);

		assert_int_equal(dt_plot_grids(path, report, style, &error), 0);
		first = read_file(path, &size);
		assert_memory_equal(first, pictures[i].magic, strlen(pictures[i].magic));
		/* cairo writes the time of day, which must not stay */
		date = memmem(first, size, "/CreationDate (D:", 17);
		assert_true(!date || memcmp(date + 17, "19700101000000", 14) == 0);
		assert_int_equal(dt_plot_grids(path, report, style, &error), 0);
		second = read_file(path, &again);
		assert_int_equal(size, again);
		assert_memory_equal(first, second, size);
		free(first);
		free(second);
	}
	/* the kept script draws the same picture from its text */
	assert_int_equal(dt_plot_grids(inside("b.gp"), report, style, &error), 0);
	assert_int_equal(run("gnuplot", inside("b.gp")), 0);
	first = read_file(inside("a.png"), &size);
	second = read_file(inside("b.png"), &again);
	assert_int_equal(size, again);
	assert_memory_equal(first, second, size);
	free(first);
	free(second);
	for (size_t i = 0; i < LENGTH(pictures); i++)
		assert_int_equal(unlink(inside(pictures[i].name)), 0);
	assert_int_equal(unlink(inside("b.gp")), 0);
	assert_int_equal(unlink(inside("b.png")), 0);
}

static void test_plot_pictures(void **state)
{
	static const uint32_t cells[] = {1, 20, 3}, one[] = {1};
	struct sketch rooms[3];
	struct dt_grid grids[3];
	struct dt_report report = {.nr_grids = 3, .grids = grids};

	(void)state;
	if (!has_gnuplot())
		skip();
	grids[0] = *sketch(&rooms[0], 40, cells, 3);
	paint(&grids[0]);
	grids[1] = *sketch(&rooms[1], 1, one, 1);
	grids[2] = *sketch(&rooms[2], 3, cells, 3);
	for (size_t i = 0; i < (size_t)grids[2].time_cells * grids[2].nr_columns; i++)
		grids[2].value[i] = NAN;
	measure(&grids[2]);
	for (int scale = 0; scale < 2; scale++) {
		struct dt_style style = {
			.scale = (enum dt_scale)scale,
			.palette = scale ? DT_PALETTE_GRAY : DT_PALETTE_VIRIDIS,
		};

		check_pictures(&report, &style);
	}
	for (int i = 0; i < 3; i++)
		free(grids[i].value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_palettes_rise),
		cmocka_unit_test(test_scale),
		cmocka_unit_test(test_missing_is_not_cold),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_ticks),
		cmocka_unit_test(test_widths_hold),
		cmocka_unit_test(test_picture_ascii),
		cmocka_unit_test(test_cells_that_fit_are_not_merged),
		cmocka_unit_test(test_merged_cells),
		cmocka_unit_test(test_json_writer),
		cmocka_unit_test(test_json_report),
		cmocka_unit_test(test_json_info),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_info),
		cmocka_unit_test_setup_teardown(test_plot_errors, enter_directory, leave_directory),
		cmocka_unit_test_setup_teardown(test_plot_leaves_no_half, enter_directory,
						leave_directory),
		cmocka_unit_test_setup_teardown(test_plot_one_row, enter_directory,
						leave_directory),
		cmocka_unit_test_setup_teardown(test_plot_quotes, enter_directory, leave_directory),
		cmocka_unit_test_setup_teardown(test_plot_pictures, enter_directory,
						leave_directory),
	};

	return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
