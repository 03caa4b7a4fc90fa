/* SPDX-License-Identifier: GPL-2.0-only */
/* The events of a plant, and the wait until its goal has settled. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "control/loop_impl.h"

#define NS_PER_S 1000000000ull

/* When limits do not say. */
#define SETTLE_NS (60 * NS_PER_S)

/* Each value is in force until the next one. */
static void add_area(struct dt_loop *loop, uint64_t now)
{
	if (loop->value_ns && now > loop->value_ns)
		loop->value_area += loop->value * (double)(now - loop->value_ns);
	loop->value_ns = now;
}

/* An evaluation that a former target was judged by still belongs to that one. */
static int take_goal(struct dt_loop *loop, const struct dt_goal *goal)
{
	struct dt_entry entry = dt_loop_entry(loop, DT_ENTRY_EVALUATION);
	int ret;

	entry.time_ns = goal->time;
	entry.goal = *goal;
	ret = dt_loop_note(loop, &entry);
	if (ret || goal->target_value != loop->plant->target)
		return ret;
	if (loop->value_ns)
		add_area(loop, goal->time);
	loop->value = (double)goal->current_value;
	loop->value_ns = goal->time;
	if (dt_watch_add(&loop->watch, goal->time, loop->value))
		return dt_fail(loop->error, ENOMEM, NULL, "no memory for the goal's values");
	return 0;
}

static int take_foreign(struct dt_loop *loop, const struct dt_plant_event *event)
{
	struct dt_entry entry = dt_loop_entry(loop, DT_ENTRY_FOREIGN);
	char text[160];
	int ret;

	(void)snprintf(text, sizeof(text), "somebody else set the target to %u bp", event->foreign);
	entry.from = loop->plant->target;
	entry.to = event->foreign;
	entry.text = event->why[0] ? event->why : text;
	ret = dt_loop_note(loop, &entry);
	return ret ? ret : dt_loop_end(loop, DT_TUNE_FOREIGN, text);
}

static int take_loss(struct dt_loop *loop, const struct dt_plant_event *event)
{
	struct dt_entry entry = dt_loop_entry(loop, DT_ENTRY_LOSS);

	loop->lost = true;
	entry.text = event->why[0] ? event->why : "events were lost";
	return dt_loop_note(loop, &entry);
}

int dt_loop_next(struct dt_loop *loop, uint64_t until, bool *reached)
{
	const uint64_t deadline = loop->limits->deadline_ns && !loop->closing
					  ? loop->start_ns + loop->limits->deadline_ns
					  : UINT64_MAX;
	struct dt_plant *plant = loop->plant;
	struct dt_plant_event event = {0};
	int ret;

	*reached = false;
	ret = plant->ops->wait(plant, until < deadline ? until : deadline, &event, loop->error);
	if (ret == -EINTR)
		return dt_loop_end(loop, DT_TUNE_STOPPED, "stopped by the user");
	if (ret)
		return ret;
	switch (event.what) {
	case DT_PLANT_GOAL:
		return take_goal(loop, &event.goal);
	case DT_PLANT_LOSS:
		return take_loss(loop, &event);
	case DT_PLANT_FOREIGN:
		return take_foreign(loop, &event);
	case DT_PLANT_GONE:
		return dt_loop_end(loop, DT_TUNE_GONE, event.why[0] ? event.why : "it ended");
	case DT_PLANT_TIME:
		break;
	}
	if (plant->ops->now(plant) >= deadline)
		return dt_loop_end(loop, DT_TUNE_DEADLINE, "the time is over");
	*reached = true;
	return 0;
}

static bool is_over(const struct dt_watch *watch)
{
	return watch->verdict == DT_GOAL_REACHED || dt_watch_is_stuck(watch);
}

int dt_loop_settle(struct dt_loop *loop)
{
	const uint64_t settle_ns = loop->limits->settle_ns ? loop->limits->settle_ns : SETTLE_NS;
	uint64_t until = loop->plant->ops->now(loop->plant) + settle_ns;
	struct dt_watch *watch = &loop->watch;
	struct dt_entry entry;
	bool reached = false;
	int ret = 0;

	if (loop->settled)
		return 0;
	if (loop->again_ns && loop->again_ns < until)
		until = loop->again_ns;
	while (!ret && !reached && !is_over(watch)) {
		ret = dt_loop_next(loop, until, &reached);
		if (!ret && dt_watch_judge(watch, loop->plant->target, loop->limits->band, reached))
			ret = dt_fail(loop->error, ENOMEM, NULL, "no memory for the judgement");
	}
	if (ret)
		return ret;
	loop->settled = true;
	entry = dt_loop_entry(loop, DT_ENTRY_SETTLED);
	entry.verdict = watch->verdict;
	entry.text = reached ? "it was waited for as long as allowed" : NULL;
	return dt_loop_note(loop, &entry);
}
