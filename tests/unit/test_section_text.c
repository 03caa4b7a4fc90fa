/* SPDX-License-Identifier: GPL-2.0-only */
/* Sections in terminals of several kinds: what stands where, and that no line is too long. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/section_parts.h"
#include "section_world.h"

#define LONG                                                                                    \
	"a name of the longest kind \xc3\xbc that there is, with more words than fit into any " \
	"column of a table or line of a terminal that people have, even a wide one of 160 columns"

static void shows(const struct section_world *world, const struct dt_style *style,
		  const char *expected)
{
	char *text = section_world_text(world, style);

	assert_string_equal(text, expected);
	free(text);
}

static void test_nothing(void **state)
{
	const struct dt_style style = {.width = 80};
	struct section_world world;

	(void)state;
	section_world_init(&world);
	shows(&world, &style, "");
	section_world_clear(&world);
}

static void test_wide(void **state)
{
	const struct dt_style style = {.width = 160};
	struct section_world world;

	(void)state;
	section_world_init(&world);
	(void)section_world_tiers(&world);
	shows(&world, &style,
	      "Memory tiers\n"
	      "  DRAM served most of 3 accesses.\n"
	      "\n"
	      "  samples   1,234,567    memory   12 GiB\n"
	      "  usable       98.2 %    precise     yes\n"
	      "  latency  412 cycles    lag           -\n"
	      "  rate        3,998/s\n"
	      "\n"
	      "  Conflicts\n"
	      "    none\n"
	      "\n"
	      "  By tier\n"
	      "  tier             samples   share  latency median   memory  first seen\n"
	      "                                            cycles                    s\n"
	      "  local DRAM             2  66.7 %             300    2 MiB       1.500\n"
	      "  CXL memory, far        1  33.3 %             900    1 MiB       1.250\n"
	      "  L1                 3,000  0.02 %               -  2.9 GiB     751.000\n"
	      "\n"
	      "0 s = 5.000000000 s on the recording's clock\n");
	section_world_clear(&world);
}

/* Headings are broken first, then texts shortened, then columns left out. */
static void test_narrow(void **state)
{
	const struct dt_style ascii = {.width = 64}, utf8 = {.width = 56, .utf8 = true};
	const struct dt_style narrow = {.width = 50};
	struct section_world world;
	char *text;

	(void)state;
	section_world_init(&world);
	(void)section_world_tiers(&world);
	text = section_world_text(&world, &ascii);
	assert_non_null(strstr(text,
			       "                                    latency             first\n"
			       "  tier             samples   share   median   memory     seen\n"
			       "                                     cycles                 s\n"
			       "  local DRAM             2  66.7 %      300    2 MiB    1.500\n"));
	free(text);
	text = section_world_text(&world, &utf8);
	assert_non_null(strstr(text,
			       "                               latency             first\n"
			       "  tier        samples   share   median   memory     seen\n"
			       "                                cycles                 s\n"
			       "  local DRAM        2  66.7 %      300    2 MiB    1.500\n"
			       "  CXL memor\u2026        1  33.3 %      900    1 MiB    1.250\n"
			       "  L1            3,000  0.02 %        -  2.9 GiB  751.000\n"));
	free(text);
	text = section_world_text(&world, &narrow);
	assert_non_null(strstr(text, "  CXL memory...        1  33.3 %      900    1 MiB\n"));
	assert_non_null(strstr(text, "  no room for: first seen\n"));
	free(text);
	section_world_clear(&world);
}

static void test_rows(void **state)
{
	static const struct dt_heading columns[] = {{"n", "n", DT_UNIT_COUNT},
						    {"name", "name", DT_UNIT_NONE}};
	const struct dt_style style = {.width = 40};
	struct section_world world;
	struct dt_section *section;
	struct dt_table *table;

	(void)state;
	section_world_init(&world);
	section = dt_report_section(&world.report, "x", "Rows", false);
	table = dt_section_table(section, "rows", NULL, columns, 2);
	table->text_rows = 2;
	for (uint64_t i = 0; i < 9; i++)
		dt_value_integer(dt_table_row(table), 0, 999 + i);
	dt_value_text(table->values, 1, "esc\033[1m\xff" LONG);
	shows(&world, &style,
	      "Rows\n"
	      "\n"
	      "      n  name\n"
	      "    999  esc?[1m?a name of the longes...\n"
	      "  1,000  -\n"
	      "  and 7 more\n");
	section_world_clear(&world);
}

static void test_long_figures(void **state)
{
	const struct dt_style style = {.width = 60, .utf8 = true};
	struct section_world world;
	struct dt_section *section;

	(void)state;
	section_world_init(&world);
	section = dt_report_section(&world.report, "x", "A title", false);
	dt_section_text(section, "event", "event", LONG);
	dt_section_integer(section, "n", "number", DT_UNIT_NONE, 1234567);
	dt_section_say(section, "%s", "words that have to be broken at a blank before the end");
	shows(&world, &style,
	      "A title\n"
	      "  words that have to be broken at a blank before the end\n"
	      "\n"
	      "  number  1234567\n"
	      "  event  a name of the longest kind ü that there is, with m…\n");
	section_world_clear(&world);
}

static void test_areas(void **state)
{
	const struct dt_style style = {.width = 41, .height = 5};
	struct section_world world;

	(void)state;
	section_world_init(&world);
	(void)section_world_chart(dt_report_section(&world.report, "x", "Chart", false), true);
	shows(&world, &style,
	      "Chart\n"
	      "\n"
	      "  Share over time\n"
	      "  100.0 % +==========    ================\n"
	      "          |==========    ================\n"
	      "   40.0 % +==========    ================\n"
	      "          |##########    ################\n"
	      "    0.0 % +##########    ################\n"
	      "          +---------+---------+---------+\n"
	      "  seconds          10        20        30\n"
	      "           mean: # near 50.0 %\n"
	      "                 = far, CXL 50.0 %\n"
	      "\n"
	      "0 s = 5.000000000 s on the recording's\nclock\n");
	section_world_clear(&world);
}

static void test_lines(void **state)
{
	static const char *const name[] = {"x"};
	const struct dt_style style = {.width = 40, .height = 5};
	struct section_world world;
	struct dt_chart *chart;

	(void)state;
	section_world_init(&world);
	chart = dt_section_chart(dt_report_section(&world.report, "x", "Chart", false), "x", NULL,
				 DT_UNIT_COUNT, 1, name, name, 30, 5000000000, 1000000000);
	for (int i = 0; i < 30; i++)
		dt_chart_series(chart, 0)[i] = i < 15 ? 10 : 30;
	/* rows of 6: 10 is in the second, 30 on the upper edge of the last */
	shows(&world, &style,
	      "Chart\n"
	      "\n"
	      "      30 +               ***************\n"
	      "         |               *              \n"
	      "      12 +               *              \n"
	      "         |***************               \n"
	      "       0 +                              \n"
	      "         ++---------+---------+---------\n"
	      " seconds  0        10        20\n"
	      "          mean: * x 20\n"
	      "\n"
	      "0 s = 5.000000000 s on the recording's\nclock\n");
	section_world_clear(&world);
}

/* Colours go where series go, and only where there are colours. */
static void test_colors(void **state)
{
	struct dt_style style = {.width = 41, .height = 5, .utf8 = true, .color = DT_COLOR_16};
	struct section_world world;
	struct dt_chart *chart;
	char *text;

	(void)state;
	section_world_init(&world);
	chart = section_world_chart(dt_report_section(&world.report, "x", "Chart", false), true);
	text = section_world_text(&world, &style);
	/* the border of the two is in the middle of the third row */
	assert_non_null(strstr(text, "   40.0 % ┤\033[96m\033[103m▄▄▄▄▄▄▄▄▄▄\033[0m    \033[96m"));
	assert_non_null(strstr(text, "    0.0 % ┤\033[96m██████████\033[0m    \033[96m"));
	free(text);
	style.color = DT_COLOR_TRUE;
	text = section_world_text(&world, &style);
	assert_non_null(strstr(text, "    0.0 % ┤\033[38;2;86;180;233m██████████\033[0m    "));
	free(text);
	style.color = DT_COLOR_NONE;
	text = section_world_text(&world, &style);
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(text, "    0.0 % ┤██████████    ████████████████\n"));
	assert_non_null(strstr(text, "  100.0 % ┤▒▒▒▒▒▒▒▒▒▒    ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒\n"));
	free(text);
	chart->stacked = false;
	style.color = DT_COLOR_256;
	/* both lines lie at 0.5: a flat line of the second one's colour, dots in one row */
	text = section_world_text(&world, &style);
	assert_non_null(strstr(text, "\033[38;5;214m"));
	free(text);
	section_world_clear(&world);
}

static void test_no_values(void **state)
{
	static const char *const name[] = {"x"};
	const struct dt_style style = {.width = 40};
	struct section_world world;
	struct dt_section *section;

	(void)state;
	section_world_init(&world);
	section = dt_report_section(&world.report, "x", "Chart", false);
	(void)dt_section_chart(section, "a", "A", DT_UNIT_COUNT, 1, name, name, 30, 0, 1);
	(void)dt_section_chart(section, "b", "B", DT_UNIT_COUNT, 1, name, name, 0, 0, 1);
	(void)dt_section_chart(section, "c", "C", DT_UNIT_COUNT, 0, name, name, 5, 0, 1);
	shows(&world, &style, "Chart\n");
	section_world_clear(&world);
}

/* A difference has its zero in the middle, on any scale that was asked for. */
static void test_signs(void **state)
{
	double values[] = {-2, 0, 1, NAN};
	const struct dt_grid grid = {
		.time_cells = 2, .nr_columns = 2, .value = values, .minimum = -2, .maximum = 1};
	const struct dt_style style = {.width = 80, .scale = DT_SCALE_LOG};
	struct section_world world;
	struct dt_section *section;
	char *text;

	(void)state;
	assert_true(dt_scale_position(&grid, DT_SCALE_LINEAR, -2) == 0);
	assert_true(dt_scale_position(&grid, DT_SCALE_LOG, 0) == 0.5);
	assert_true(dt_scale_position(&grid, DT_SCALE_LOG, 1) == 0.75);
	assert_true(isnan(dt_scale_position(&grid, DT_SCALE_LINEAR, NAN)));
	section_world_init(&world);
	section = dt_report_section(&world.report, "x", "Map", false);
	section_world_grid(section);
	section->grids[0]->value[0] = -8;
	section->grids[0]->minimum = -8;
	text = section_world_text(&world, &style);
	assert_non_null(strstr(text, ": -8 [....::::"));
	assert_non_null(strstr(text, "@@@@] 8\n"));
	assert_non_null(strstr(text, "minimum -8, maximum 4;"));
	free(text);
	section_world_clear(&world);
}

/* Columns of a line, without its escapes; sequences of UTF-8 count once. */
static unsigned columns_of(const char *line, const char *end)
{
	unsigned columns = 0;

	for (; line < end; line++) {
		if (*line == '\033')
			while (*line != 'm')
				line++;
		else
			columns += (*line & 0xc0) != 0x80;
	}
	return columns;
}

static void check_lines(const char *text, const struct dt_style *style)
{
	for (const char *line = text; *line;) {
		const char *end = strchr(line, '\n');

		if (columns_of(line, end) > style->width)
			fail_msg("%u of %u columns: %.*s", columns_of(line, end), style->width,
				 (int)(end - line), line);
		line = end + 1;
	}
	for (const char *c = text; *c; c++) {
		assert_true(style->utf8 || (unsigned char)*c < 0x80);
		assert_true(style->color != DT_COLOR_NONE || *c != '\033');
	}
}

static void fill(struct section_world *world)
{
	static const char text[] = LONG;
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g",
					    "h", "i", "j", "k", "l", text};
	struct dt_section *section = section_world_tiers(world);
	struct dt_chart *chart;

	dt_section_say(section, "%s. %s.", LONG, LONG);
	dt_section_text(section, "long", "long text", LONG);
	dt_section_number(section, "huge", "a huge number", DT_UNIT_BYTES_S, 1e300);
	dt_section_number(section, "tiny", "a tiny one", DT_UNIT_SHARE, -1e-300);
	(void)section_world_chart(section, true);
	(void)section_world_chart(section, false);
	for (int stacked = 0; stacked < 2; stacked++) {
		chart = dt_section_chart(section, "many", LONG, DT_UNIT_BYTES_S, 13, names, names,
					 700, 0, 999999);
		chart->stacked = stacked;
		for (uint32_t s = 0; s < 13; s++)
			for (uint32_t i = 0; i < 700; i++)
				dt_chart_series(chart, s)[i] = s * 1e12 + i * (double)i;
	}
	section_world_grid(section);
}

static void test_every_width(void **state)
{
	struct section_world world;

	(void)state;
	section_world_init(&world);
	fill(&world);
	for (unsigned width = 40; width < 220; width += 3)
		for (unsigned kind = 0; kind < 8; kind++) {
			const struct dt_style style = {.width = width,
						       .utf8 = kind & 1,
						       .color = (enum dt_color)(kind / 2)};
			char *text = section_world_text(&world, &style);

			check_lines(text, &style);
			free(text);
		}
	section_world_clear(&world);
}

static void test_units(void **state)
{
	static const struct {
		enum dt_unit unit;
		double number;
		const char *text;
	} cases[] = {
		{DT_UNIT_NONE, 0.83125, "0.831"},
		{DT_UNIT_NONE, 17, "17"},
		{DT_UNIT_COUNT, 1234567, "1,234,567"},
		{DT_UNIT_COUNT, 123, "123"},
		{DT_UNIT_COUNT, -1234, "-1,234"},
		{DT_UNIT_COUNT, -123, "-123"},
		{DT_UNIT_COUNT, 12.34, "12.3"},
		{DT_UNIT_COUNT, 1e18, "1e+18"},
		{DT_UNIT_BYTES, 1536, "1.5 KiB"},
		{DT_UNIT_BYTES_S, 1048576, "1 MiB/s"},
		{DT_UNIT_NS, 12300000, "12.3 ms"},
		{DT_UNIT_SECONDS, 0.25, "250 ms"},
		{DT_UNIT_SECONDS, -2, "-2 s"},
		{DT_UNIT_SHARE, 0.123, "12.3 %"},
		{DT_UNIT_SHARE, 0, "0.0 %"},
		{DT_UNIT_SHARE, 0.0002, "0.02 %"},
		{DT_UNIT_BP, 1234, "12.34 %"},
		{DT_UNIT_CYCLES, 2210, "2,210 cycles"},
		{DT_UNIT_HZ, 3998.25, "3,998/s"},
		{DT_UNIT_HZ, 0.5, "0.5/s"},
		{DT_UNIT_ADDRESS, 4096, "0x1000"},
		{DT_UNIT_TIME, 6500000000, "1.500 s"},
		{DT_UNIT_TIME, 4000000000, "-1.000 s"},
		{DT_UNIT_COUNT, NAN, "-"},
		{DT_UNIT_BYTES, INFINITY, "-"},
	};
	const struct dt_value most = {.type = DT_VALUE_INTEGER, .integer = UINT64_MAX};
	char buffer[DT_SECTION_VALUE], *text;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
			dt_section_number_text(buffer, cases[i].unit, cases[i].number, 5000000000),
			cases[i].text);
	/* integers that no double holds */
	text = dt_section_value_text(&most, DT_UNIT_COUNT, false, 0, true);
	assert_string_equal(text, "18,446,744,073,709,551,615");
	free(text);
	text = dt_section_value_text(&most, DT_UNIT_ADDRESS, true, 0, true);
	assert_string_equal(text, "0xffffffffffffffff");
	free(text);
	text = dt_section_value_text(&most, DT_UNIT_TIME, false, UINT64_MAX - 2000000, true);
	assert_string_equal(text, "0.002 s");
	free(text);
}

/* Wide characters take two columns, combining ones none. */
static void test_columns(void **state)
{
	(void)state;
	assert_int_equal(dt_section_columns("abc"), 3);
	assert_int_equal(dt_section_columns("\xc3\xbc"), 1);
	assert_int_equal(dt_section_columns("\xe6\x97\xa5\xe6\x9c\xac"), 4);
	assert_int_equal(dt_section_columns("u\xcc\x88"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),	     cmocka_unit_test(test_wide),
		cmocka_unit_test(test_narrow),	     cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long_figures), cmocka_unit_test(test_areas),
		cmocka_unit_test(test_lines),	     cmocka_unit_test(test_colors),
		cmocka_unit_test(test_no_values),    cmocka_unit_test(test_signs),
		cmocka_unit_test(test_every_width),  cmocka_unit_test(test_units),
		cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
