/* SPDX-License-Identifier: GPL-2.0-only */
/* The inside of the live plant, which waits (plant_live.c) and writes (plant_live_write.c). */
#ifndef CONTROL_PLANT_LIVE_H
#define CONTROL_PLANT_LIVE_H

#include "control/goal_feed.h"
#include "damon-trace/plant_live.h"

/* Events that were seen while a write was verified; the oldest go when nobody asks for them. */
#define DT_LIVE_QUEUE 64

struct dt_plant_live {
	struct dt_plant plant;
	struct dt_live_options options;
	struct dt_actuator actuator;
	struct dt_goal_feed *feed; /* NULL: the actuator has no goal */
	uint64_t written_ns;	   /* of the last command; evaluations before it may be of old */
	uint64_t checked_ns;	   /* when sysfs was looked at last */
	uint64_t collected_ns;	   /* when the objective was */
	size_t nr_queued;
	struct dt_plant_event queue[DT_LIVE_QUEUE];
};

uint64_t dt_live_now(struct dt_plant_live *live);
bool dt_live_is_stopped(const struct dt_plant_live *live);
/* Sleep a while, collect the objective. 0 or -errno. */
int dt_live_pass_time(struct dt_plant_live *live, uint64_t until, struct dt_error *error);

/* Whose evaluation is it? */
bool dt_live_is_pull(const struct dt_plant_live *live, const struct dt_goal *goal);
bool dt_live_is_push(const struct dt_plant_live *live, const struct dt_goal *goal);
/* What an item of the feed says to the loop; false: nothing. */
bool dt_live_event(const struct dt_plant_live *live, const struct dt_feed_item *item,
		   struct dt_plant_event *event);
/* Does the kdamond run, and are the files as we left them? true: *event says what is wrong. */
bool dt_live_check(struct dt_plant_live *live, struct dt_plant_event *event);

/* plant_live_write.c */
int dt_live_write(struct dt_plant *plant, uint32_t target, struct dt_error *error);

#endif
