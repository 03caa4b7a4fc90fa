/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A step between its group of goals, and rules that ask of one quota window at a time whether
 * something holds: shared by the files with the rules and the one that makes ranges of them.
 */
#ifndef ANALYZERS_GOAL_SCENE_H
#define ANALYZERS_GOAL_SCENE_H

#include "analyzers/goal_causes.h"
#include "analyzers/goal_complement.h"

/* The smallest region of DAMON's (DAMON_MIN_REGION_SZ), in units of addr_unit. */
#define DT_GOAL_REGION 4096

struct dt_scene {
	const struct dt_goals *goals;
	const struct dt_goal_stream *stream;
	const struct dt_goal_step *step;
	const struct dt_goal_setup *setup;
	size_t nr; /* of the group, this stream is the first */
	const struct dt_goal_stream *group[DT_GOAL_MOST_NODES];
	size_t lookback; /* quota windows in a window W, at least 1 */
	uint64_t region; /* bytes */
	uint64_t cap;	 /* of the effective quota; 0: not known */
};

struct dt_cause_rule {
	enum dt_goal_cause cause;
	/* Does it hold in window i of the stream and those of the same round? */
	bool (*holds)(const struct dt_scene *scene, size_t i);
	/* What shows it, over the windows first..last. */
	void (*describe)(const struct dt_scene *scene, size_t first, size_t last, char *text,
			 size_t size);
	unsigned least;	 /* quota windows in a row */
	bool for_window; /* and W or longer */
	bool looks_back; /* what holds at i is about the lookback before it */
};

extern const struct dt_cause_rule dt_cause_rules[];

/* The end of window i: the start of the next one, or of the step's last evaluation itself. */
uint64_t dt_scene_end(const struct dt_scene *scene, size_t i);

/*
 * Member m's evaluation of the same round as evaluation i: the nearest in time, whichever scheme
 * comes first. NULL when it had none lately.
 */
const struct dt_goal_evaluation *dt_scene_other(const struct dt_scene *scene, size_t m, size_t i);

#endif
