/* SPDX-License-Identifier: GPL-2.0-only */
/* The live plant: its clock, and what the loop waits for. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control/plant_live.h"

/* So often a signal is looked for, at the latest, and the objective collected. */
#define SLICE_MS   50
#define COLLECT_NS 100000000ull
/* Sysfs tells of deaths and of others' writes that no event shows. */
#define CHECK_NS 1000000000ull

#define NS_PER_MS 1000000ull

/* ---- time ---- */

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t dt_live_now(struct dt_plant_live *live)
{
	return live->feed ? live->feed->ops->now(live->feed) : monotonic_ns();
}

bool dt_live_is_stopped(const struct dt_plant_live *live)
{
	return live->options.sysfs->stop && *live->options.sysfs->stop;
}

static int collect(struct dt_plant_live *live, uint64_t now, struct dt_error *error)
{
	struct dt_objective *objective = live->options.objective;

	if (!objective || (live->collected_ns && now - live->collected_ns < COLLECT_NS))
		return 0;
	live->collected_ns = now;
	return objective->ops->collect(objective, now, error);
}

int dt_live_pass_time(struct dt_plant_live *live, uint64_t until, struct dt_error *error)
{
	const uint64_t now = dt_live_now(live);
	unsigned ms = SLICE_MS;

	if (until <= now)
		ms = 0;
	else if (until - now < SLICE_MS * NS_PER_MS)
		ms = (unsigned)((until - now) / NS_PER_MS) + 1;
	if (live->feed) {
		live->feed->ops->sleep(live->feed, ms);
	} else {
		const struct timespec length = {0, (long)(ms * NS_PER_MS)};

		(void)nanosleep(&length, NULL);
	}
	return collect(live, dt_live_now(live), error);
}

/* ---- evaluations ---- */

static bool is_of(const struct dt_plant_live *live, const struct dt_goal *goal,
		  const struct dt_actuator_goal *ours)
{
	if (goal->kdamond != live->actuator.pid ||
	    (goal->context_idx != DT_UNKNOWN_U32 && goal->context_idx != live->actuator.context))
		return false;
	if (goal->scheme_idx == DT_UNKNOWN_U32)
		return goal->nid == ours->nid;
	return goal->scheme_idx == ours->scheme && (ours->alone || goal->nid == ours->nid);
}

bool dt_live_is_pull(const struct dt_plant_live *live, const struct dt_goal *goal)
{
	return is_of(live, goal, &live->actuator.pull);
}

bool dt_live_is_push(const struct dt_plant_live *live, const struct dt_goal *goal)
{
	return live->actuator.kind == DT_ACTUATOR_GOALS && is_of(live, goal, &live->actuator.push);
}

static bool is_foreign(const struct dt_plant_live *live, const struct dt_goal *goal, bool pull,
		       struct dt_plant_event *event)
{
	const uint64_t ours = pull ? live->plant.target : DT_GOAL_WHOLE - live->plant.target;
	const uint64_t theirs =
		goal->target_value > DT_GOAL_WHOLE ? DT_GOAL_WHOLE : goal->target_value;

	if (live->actuator.kind != DT_ACTUATOR_GOALS || goal->target_value == ours ||
	    goal->time <= live->written_ns)
		return false;
	event->what = DT_PLANT_FOREIGN;
	event->foreign = (uint32_t)(pull ? theirs : DT_GOAL_WHOLE - theirs);
	(void)snprintf(event->why, sizeof(event->why),
		       "the kernel evaluates the goal of scheme %u with a target of %" PRIu64
		       " bp, not %" PRIu64,
		       pull ? live->actuator.pull.scheme : live->actuator.push.scheme,
		       goal->target_value, ours);
	return true;
}

/*
 * Weights ask for a share of their own, whatever the target of the scheme's goal: what the goal
 * measures is judged by that, from the write on.
 */
static bool take_pull(const struct dt_plant_live *live, struct dt_plant_event *event)
{
	struct dt_goal *goal = &event->goal;

	if (live->actuator.kind == DT_ACTUATOR_WEIGHTS)
		goal->target_value = goal->time > live->written_ns ? live->plant.target : 0;
	else
		(void)is_foreign(live, goal, true, event);
	return true;
}

bool dt_live_event(const struct dt_plant_live *live, const struct dt_feed_item *item,
		   struct dt_plant_event *event)
{
	const struct dt_goal *goal = &item->goal;

	*event = (struct dt_plant_event){.goal = *goal};
	switch (item->what) {
	case DT_FEED_LOSS:
		event->what = DT_PLANT_LOSS;
		return true;
	case DT_FEED_END:
		event->what = DT_PLANT_GONE;
		(void)snprintf(event->why, sizeof(event->why),
			       "the stream of goal evaluations has ended");
		return true;
	case DT_FEED_GOAL:
		event->what = DT_PLANT_GOAL;
		if (dt_live_is_pull(live, goal))
			return take_pull(live, event);
		return dt_live_is_push(live, goal) && is_foreign(live, goal, false, event);
	case DT_FEED_NOTHING:
		break;
	}
	return false;
}

/* ---- sysfs ---- */

static bool check_kdamond(struct dt_plant_live *live, struct dt_plant_event *event)
{
	struct dt_error error = {{0}, {0}};
	int32_t pid;
	const int ret =
		dt_damon_sysfs_running(live->options.sysfs, live->actuator.kdamond, &pid, &error);

	/* somebody holds it for a moment: the next look will tell */
	if (ret == -EBUSY || (!ret && pid == live->actuator.pid))
		return false;
	event->what = DT_PLANT_GONE;
	if (ret)
		(void)snprintf(event->why, sizeof(event->why), "%.150s", error.message);
	else if (pid)
		(void)snprintf(event->why, sizeof(event->why),
			       "kdamond %u was started anew: pid %d, it was %d",
			       live->actuator.kdamond, (int)pid, (int)live->actuator.pid);
	else
		(void)snprintf(event->why, sizeof(event->why), "kdamond %u has ended",
			       live->actuator.kdamond);
	return true;
}

static bool check_files(struct dt_plant_live *live, struct dt_plant_event *event)
{
	uint64_t values[DT_ACTUATOR_FILES];
	struct dt_error error = {{0}, {0}};
	const int ret = dt_actuator_read(&live->actuator, live->options.sysfs, values, &error);

	if (ret == -EBUSY)
		return false;
	if (ret) {
		event->what = DT_PLANT_GONE;
		(void)snprintf(event->why, sizeof(event->why), "%.150s", error.message);
		return true;
	}
	for (size_t i = 0; i < live->actuator.nr; i++) {
		if (values[i] == live->options.record->values[i].ours)
			continue;
		event->what = DT_PLANT_FOREIGN;
		event->foreign = dt_actuator_target(&live->actuator, values);
		(void)snprintf(event->why, sizeof(event->why), "%s holds %" PRIu64 ", not %" PRIu64,
			       live->actuator.files[i].path, values[i],
			       live->options.record->values[i].ours);
		return true;
	}
	return false;
}

bool dt_live_check(struct dt_plant_live *live, struct dt_plant_event *event)
{
	*event = (struct dt_plant_event){.what = DT_PLANT_TIME};
	live->checked_ns = dt_live_now(live);
	return check_kdamond(live, event) || check_files(live, event);
}

/* ---- what the loop calls ---- */

static uint64_t now_of(struct dt_plant *plant)
{
	return dt_live_now((struct dt_plant_live *)plant);
}

static bool unqueue(struct dt_plant_live *live, struct dt_plant_event *event)
{
	if (!live->nr_queued)
		return false;
	*event = live->queue[0];
	memmove(live->queue, live->queue + 1, --live->nr_queued * sizeof(*live->queue));
	return true;
}

/* 1: *event; 0: nothing yet; -errno. */
static int next_event(struct dt_plant_live *live, struct dt_plant_event *event,
		      struct dt_error *error)
{
	struct dt_feed_item item = {.what = DT_FEED_NOTHING};

	if (unqueue(live, event))
		return 1;
	if (dt_live_now(live) - live->checked_ns >= CHECK_NS && dt_live_check(live, event))
		return 1;
	while (live->feed) {
		const int ret = live->feed->ops->take(live->feed, &item, error);

		if (ret || item.what == DT_FEED_NOTHING)
			return ret;
		if (dt_live_event(live, &item, event))
			return 1;
	}
	return 0;
}

static int wait_event(struct dt_plant *plant, uint64_t until, struct dt_plant_event *event,
		      struct dt_error *error)
{
	struct dt_plant_live *live = (struct dt_plant_live *)plant;

	for (;;) {
		int ret;

		if (dt_live_is_stopped(live))
			return dt_fail(error, EINTR, NULL, "stopped by the user");
		ret = next_event(live, event, error);
		if (ret)
			return ret < 0 ? ret : 0;
		if (dt_live_now(live) >= until) {
			*event = (struct dt_plant_event){.what = DT_PLANT_TIME};
			return 0;
		}
		ret = dt_live_pass_time(live, until, error);
		if (ret)
			return ret;
	}
}

static int measure(struct dt_plant *plant, uint64_t from, uint64_t to, double *value,
		   struct dt_error *error)
{
	struct dt_plant_live *live = (struct dt_plant_live *)plant;
	int ret;

	live->collected_ns = 0;
	ret = collect(live, dt_live_now(live), error);
	return ret ? ret
		   : live->options.objective->ops->mean(live->options.objective, from, to, value,
							error);
}

static double moved_by(const struct dt_plant_live *live, unsigned scheme)
{
	char path[DT_DAMON_PATH], text[DT_DAMON_TEXT], *end;
	double bytes;

	(void)snprintf(path, sizeof(path), "%u/contexts/%u/schemes/%u/stats/sz_applied",
		       live->actuator.kdamond, live->actuator.context, scheme);
	if (dt_damon_sysfs_get(live->options.sysfs, path, text, NULL))
		return NAN;
	bytes = strtod(text, &end);
	return end == text ? NAN : bytes;
}

/* As fresh as the kernel's own renewal of the statistics (refresh_ms). */
static double moved(struct dt_plant *plant)
{
	const struct dt_plant_live *live = (const struct dt_plant_live *)plant;
	const double pull = moved_by(live, live->actuator.pull.scheme);

	return live->actuator.kind == DT_ACTUATOR_GOALS
		       ? pull + moved_by(live, live->actuator.push.scheme)
		       : pull;
}

static void close_live(struct dt_plant *plant)
{
	struct dt_plant_live *live = (struct dt_plant_live *)plant;

	dt_goal_feed_close(live->feed);
	dt_objective_close(live->options.objective);
	free(live);
}

static const struct dt_plant_ops with_objective = {
	.name = "live",
	.now = now_of,
	.wait = wait_event,
	.write = dt_live_write,
	.objective = measure,
	.moved = moved,
	.close = close_live,
};

static const struct dt_plant_ops without_objective = {
	.name = "live",
	.now = now_of,
	.wait = wait_event,
	.write = dt_live_write,
	.moved = moved,
	.close = close_live,
};

/* feed is taken over. */
static int make(struct dt_plant **plant, const struct dt_live_options *options,
		struct dt_goal_feed *feed, struct dt_error *error)
{
	struct dt_plant_live *live = calloc(1, sizeof(*live));
	int ret;

	if (!live) {
		dt_goal_feed_close(feed);
		dt_objective_close(options->objective);
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	}
	live->options = *options;
	live->actuator = *options->actuator;
	live->feed = feed;
	live->plant.ops = options->objective ? &with_objective : &without_objective;
	live->plant.target = dt_actuator_original(options->actuator);
	live->plant.quota_ns = options->actuator->quota_ns;
	live->checked_ns = dt_live_now(live);
	ret = collect(live, live->checked_ns, error);
	if (ret)
		close_live(&live->plant);
	else
		*plant = &live->plant;
	return ret;
}

int dt_plant_live_open(struct dt_plant **plant, const struct dt_live_options *options,
		       const struct dt_roots *roots, const char *clock, struct dt_error *error)
{
	struct dt_goal_feed *feed = NULL;
	const int ret =
		options->actuator->has_goal ? dt_goal_feed_trace(&feed, roots, clock, error) : 0;

	if (ret) {
		dt_objective_close(options->objective);
		return ret;
	}
	return make(plant, options, feed, error);
}

int dt_plant_live_open_lines(struct dt_plant **plant, const struct dt_live_options *options, int fd,
			     struct dt_error *error)
{
	struct dt_goal_feed *feed;
	const int ret = dt_goal_feed_lines(&feed, fd, error);

	if (ret) {
		dt_objective_close(options->objective);
		return ret;
	}
	return make(plant, options, feed, error);
}
