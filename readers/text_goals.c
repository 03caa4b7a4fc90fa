/* SPDX-License-Identifier: GPL-2.0-only */
/* See text_goals.h. */
#include <errno.h>

#include "readers/text_goals.h"
#include "readers/text_scan.h"

#define BIT_OF_SCHEMES (DT_GOALS_MAX * DT_NR_TEXT_GOAL_FIELDS)
#define BIT_OF_HEAD    (BIT_OF_SCHEMES + DT_TEXT_SCHEMES)
#define BIT_OF_NODE    (BIT_OF_HEAD + 1)
#define BIT_OF_SCORE   (BIT_OF_NODE + 1)

static const char *const field_names[DT_NR_TEXT_GOAL_FIELDS] = {
	[DT_TEXT_GOAL_NODE] = "goal",		[DT_TEXT_GOAL_NID] = "nid",
	[DT_TEXT_GOAL_TARGET] = "target_value", [DT_TEXT_GOAL_CURRENT] = "current_value",
	[DT_TEXT_GOAL_METRIC] = "metric",
};

static bool is_name(const char *name, size_t length, const char *of)
{
	return strlen(of) == length && !memcmp(name, of, length);
}

static void put(struct dt_text_goals *goals, uint64_t *place, unsigned bit, uint64_t value)
{
	*place = value;
	goals->seen |= 1ull << bit;
}

bool dt_text_goals_put(struct dt_text_goals *goals, const char *name, size_t length, uint64_t value)
{
	const bool numbered = length && dt_is_digit(name[length - 1]);
	const unsigned number = numbered ? (unsigned)(name[length - 1] - '0') : 0;
	const size_t stem = length - numbered;

	if (numbered && number < DT_TEXT_SCHEMES && is_name(name, stem, "scheme"))
		put(goals, &goals->schemes[number], BIT_OF_SCHEMES + number, value);
	else if (is_name(name, length, "goals"))
		put(goals, &goals->head, BIT_OF_HEAD, value);
	else if (is_name(name, length, "node"))
		put(goals, &goals->node, BIT_OF_NODE, value);
	else if (is_name(name, length, "score"))
		put(goals, &goals->score, BIT_OF_SCORE, value);
	for (unsigned i = 0; i < DT_NR_TEXT_GOAL_FIELDS && number < DT_GOALS_MAX; i++)
		if (is_name(name, stem, field_names[i]))
			put(goals, &goals->goals[number][i], number * DT_NR_TEXT_GOAL_FIELDS + i,
			    value);
	/* the first goal's fields, and the score, are those of the tracepoint too */
	return numbered;
}

static bool has_goal(const struct dt_text_goals *goals, unsigned number)
{
	const uint64_t all = (1ull << DT_NR_TEXT_GOAL_FIELDS) - 1;

	return (goals->seen >> number * DT_NR_TEXT_GOAL_FIELDS & all) == all;
}

bool dt_text_goals_are_listed(const struct dt_text_goals *goals)
{
	return goals->seen & (1ull << BIT_OF_HEAD) && has_goal(goals, 0);
}

static uint32_t scheme_place(const struct dt_text_goals *goals)
{
	if (!(goals->seen & (1ull << BIT_OF_NODE)) || !goals->node)
		return DT_UNKNOWN_U32;
	for (unsigned i = 0; i < DT_TEXT_SCHEMES; i++)
		if (goals->seen & (1ull << (BIT_OF_SCHEMES + i)) &&
		    goals->schemes[i] == goals->node)
			return i;
	return DT_UNKNOWN_U32;
}

int dt_text_goals_take(const struct dt_text_goals *goals,
		       union dt_damon_record records[DT_GOALS_MAX])
{
	struct dt_goal first = records[0].goal;
	unsigned nr;

	/* a kdamond has one context, and the tracepoint prints 0 for it */
	first.context_idx = 0;
	first.scheme_idx = scheme_place(goals);
	if (goals->seen & (1ull << BIT_OF_SCORE))
		first.score = goals->score;
	for (nr = 0; nr < DT_GOALS_MAX && has_goal(goals, nr); nr++) {
		const uint64_t *const values = goals->goals[nr];

		if (values[DT_TEXT_GOAL_NODE] == goals->head)
			break;
		records[nr].goal = first;
		records[nr].goal.nid = (int32_t)values[DT_TEXT_GOAL_NID];
		records[nr].goal.target_value = values[DT_TEXT_GOAL_TARGET];
		records[nr].goal.current_value = values[DT_TEXT_GOAL_CURRENT];
		records[nr].goal.metric = (uint32_t)values[DT_TEXT_GOAL_METRIC];
	}
	return (int)nr;
}
