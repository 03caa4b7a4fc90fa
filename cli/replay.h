/* SPDX-License-Identifier: GPL-2.0-only */
/* A replay between its parts: the plant, the outcomes, and what is said of them. */
#ifndef CLI_REPLAY_H
#define CLI_REPLAY_H

#include "control/plant_fit.h"
#include "control/replay.h"
#include "damon-trace/result.h"

struct dt_replay_plant {
	const char *name; /* of the model or the recording; borrowed */
	bool fitted;	  /* fit holds a fit, not only parameters */
	struct dt_plant_fit fit;
	/* the targets of a recording with their times, owned; NULL: none */
	struct dt_schedule_point *schedule;
	size_t nr_schedule;
	uint64_t length_ns;		/* of the recording */
	struct dt_goal_stream retraced; /* the recorded values and the model's beside them */
	uint32_t *recorded;
	size_t nr_recorded;
	uint64_t *recorded_ns;
	int status; /* an enum dt_exit, of the reading */
};

/* A recording's plant. Prints errors. An enum dt_exit. */
int dt_replay_read(struct dt_replay_plant *plant, const char *path);
void dt_replay_plant_clear(struct dt_replay_plant *plant);

/* The sections of a report. */
void dt_replay_describe(struct dt_report *report, const struct dt_replay_plant *plant,
			const struct dt_replay_setup *setup,
			const struct dt_replay_outcome *outcomes, size_t nr);

#endif
