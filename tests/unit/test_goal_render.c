/* SPDX-License-Identifier: GPL-2.0-only */
/* What is said of each verdict in plain words, and what a chart shows in any width. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "damon-trace/event.h"
#include "render/goals.h"

static const struct dt_goal_stream stream = {
	.kdamond = 12, .scheme = 3, .metric = 8, .period_s = 0.5, .window_s = 5, .band = 310};

static struct dt_goal_step step_of(enum dt_goal_verdict verdict)
{
	return (struct dt_goal_step){.verdict = verdict,
				     .count = 40,
				     .start_ns = 1000000000,
				     .end_ns = 21000000000,
				     .target = 6000,
				     .settling_s = NAN,
				     .overshoot_pct = NAN,
				     .last_mean = 5200};
}

static void says(const struct dt_goal_step *step, const char *expected)
{
	char text[512];

	assert_string_equal(dt_goal_words_step(text, sizeof(text), &stream, step), expected);
}

static void test_reached(void **state)
{
	struct dt_goal_step step = step_of(DT_GOAL_REACHED);

	(void)state;
	step.settling_s = 7.4;
	step.overshoot_pct = 0;
	step.steady.sojourn = 0.937;
	says(&step, "60 % reached after 7.4 s, held within +-3.1 points 94 % of the time, no "
		    "overshoot");
	step.overshoot_pct = 12.3;
	step.target = 6250;
	says(&step, "62.5 % reached after 7.4 s, held within +-3.1 points 94 % of the time, "
		    "overshoot 12 % of the step");
	step.settling_s = 0;
	step.overshoot_pct = NAN;
	says(&step, "62.5 % from the start on, held within +-3.1 points 94 % of the time");
}

static void test_others(void **state)
{
	struct dt_goal_step step = step_of(DT_GOAL_OSCILLATING);

	(void)state;
	step.cycle = (struct dt_goal_cycle){true, 37.3, 3320, 0.4};
	says(&step, "swings around 60 % by +-33.2 points every 37.3 s, dying down");
	step.cycle.decay = 1;
	says(&step, "swings around 60 % by +-33.2 points every 37.3 s");
	step.cycle.decay = 2;
	says(&step, "swings around 60 % by +-33.2 points every 37.3 s, growing");
	step = step_of(DT_GOAL_DRIFTING);
	says(&step, "60 % was held, then lost: 52 % at the end, 8 points off");
	step = step_of(DT_GOAL_MOVING);
	says(&step, "60 % not reached yet: 52 % at the end, 8 points off, coming nearer");
	step.last_mean = 5900;
	says(&step, "60 % not held yet: 59 % at the end, within +-3.1 points");
	step = step_of(DT_GOAL_STALLED);
	says(&step, "60 % not reached: stays at 52 %, 8 points off");
	step = step_of(DT_GOAL_NO_DATA);
	step.end_ns = 3000000000;
	step.count = 3;
	says(&step, "60 %: too short to judge: 3 evaluations in 2.0 s; 5 and 7.5 s are needed");
}

/* A chart of 300 evaluations with a step, an unknown quota and a loss. */
static char *draw(const struct dt_style *style, size_t *size)
{
	struct dt_goal_evaluation evaluations[300] = {0};
	struct dt_goal_stream drawn = stream;
	struct dt_goal_loss loss = {.time = 60000000000, .count = 3};
	struct dt_goals goals = {.nr = 1, .streams = &drawn, .nr_losses = 1, .losses = &loss};
	char *text;
	FILE *out = open_memstream(&text, size);

	assert_non_null(out);
	for (unsigned i = 0; i < 300; i++)
		evaluations[i] = (struct dt_goal_evaluation){
			.time = i * (uint64_t)500000000,
			.target = i < 150 ? 6000 : 3000,
			.value = i < 150 ? 5000 + i % 7 * 100 : 3000 + i % 5 * 100,
			.esz = i < 50 ? DT_ESZ_UNKNOWN : i % 60 * 100000,
			.lost = i == 120,
		};
	drawn.evaluations = evaluations;
	drawn.count = 300;
	drawn.complement = -1;
	dt_term_goal_chart(out, &goals, &drawn, style);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Columns of the widest line: characters, not bytes, without escapes. */
static unsigned width_of(const char *text)
{
	unsigned widest = 0, width = 0;

	for (const char *c = text; *c; c++) {
		if (*c == '\033')
			c += strcspn(c, "m");
		else if (*c == '\n')
			width = 0;
		else if (((unsigned char)*c & 0xc0) != 0x80)
			width++;
		widest = width > widest ? width : widest;
	}
	return widest;
}

static void test_chart(void **state)
{
	static const unsigned widths[] = {40, 80, 160, 400};
	size_t size;

	(void)state;
	for (int utf8 = 0; utf8 < 2; utf8++) {
		for (size_t i = 0; i < 4; i++) {
			const struct dt_style style = {.utf8 = utf8,
						       .width = widths[i],
						       .color =
							       utf8 ? DT_COLOR_256 : DT_COLOR_NONE};
			char *text = draw(&style, &size);

			/* the legend of the quotas takes 70 */
			assert_true(width_of(text) <= (widths[i] > 70 ? widths[i] : 70));
			assert_non_null(strstr(text, "quota 3"));
			assert_non_null(strstr(text, "?"));
			assert_non_null(strstr(text, "! events lost"));
			assert_non_null(strstr(text, utf8 ? "\xe2\xa1" : "*"));
			assert_non_null(strstr(text, utf8 ? "\u2500" : "-"));
			for (const char *c = text; *c && !utf8; c++)
				assert_true((*c >= ' ' && *c <= '~') || *c == '\n');
			free(text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reached),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_chart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
