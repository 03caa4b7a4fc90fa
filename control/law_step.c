/* SPDX-License-Identifier: GPL-2.0-only */
/* The law that follows a schedule, whatever comes of it: for step responses. */
#include <errno.h>
#include <stdlib.h>

#include "control/laws.h"

struct schedule {
	size_t nr;
	struct dt_schedule_point points[];
};

static int begin(void **state, const struct dt_law_setup *setup, struct dt_error *error)
{
	struct schedule *schedule;

	if (!setup->nr_schedule)
		return dt_fail(error, EINVAL, "--schedule 60%@0,80%@120s",
			       "the law step needs a schedule");
	for (size_t i = 0; i < setup->nr_schedule; i++) {
		const struct dt_schedule_point *point = &setup->schedule[i];

		if (point->target < setup->minimum || point->target > setup->maximum)
			return dt_fail(error, EINVAL, "--min and --max widen the bounds",
				       "the schedule's target %u bp is outside of %u to %u bp",
				       point->target, setup->minimum, setup->maximum);
		if (i && point->after_ns <= point[-1].after_ns)
			return dt_fail(error, EINVAL, NULL,
				       "the times of the schedule do not ascend");
	}
	schedule = malloc(sizeof(*schedule) + setup->nr_schedule * sizeof(schedule->points[0]));
	if (!schedule)
		return dt_fail(error, ENOMEM, NULL, "no memory for the schedule");
	schedule->nr = setup->nr_schedule;
	for (size_t i = 0; i < setup->nr_schedule; i++)
		schedule->points[i] = setup->schedule[i];
	*state = schedule;
	return 0;
}

/* Behind the last step the law only watches: how long, is the deadline's to say. */
static void decide(void *state, const struct dt_observation *observation,
		   struct dt_decision *decision)
{
	const struct schedule *schedule = state;
	size_t due = 0;

	while (due < schedule->nr && schedule->points[due].after_ns <= observation->time_ns)
		due++;
	if (!due)
		dt_law_stay(decision, DT_MOVE_HOLD, "the schedule has not begun");
	else if (schedule->points[due - 1].target == observation->target)
		dt_law_stay(decision, DT_MOVE_HOLD, "step %zu of %zu is in force", due,
			    schedule->nr);
	else
		dt_law_write(decision, schedule->points[due - 1].target, "step %zu of %zu is due",
			     due, schedule->nr);
	if (due < schedule->nr)
		decision->again_ns = schedule->points[due].after_ns;
}

const struct dt_law dt_law_step = {
	.name = "step",
	.summary = "follow a schedule of targets",
	.needs_schedule = true,
	.begin = begin,
	.decide = decide,
	.end = free,
};
