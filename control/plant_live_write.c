/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Putting a target in force: announced in the journal, written in one transaction, read back, and
 * seen in the kernel's next evaluations; repaired once, or taken back.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "control/plant_live.h"

#define NS_PER_S 1000000000ull

/* Longest wait for an evaluation: so long, or so many quota windows. */
#define VERIFY_NS      (10 * NS_PER_S)
#define VERIFY_WINDOWS 5

/* What the evaluations after a write say. */
enum traced {
	TRACED_RIGHT,
	TRACED_WRONG_TARGET,
	TRACED_WRONG_NID,
};

/* ---- one transaction ---- */

static int plan_values(const struct dt_plant_live *live, const uint64_t *values,
		       struct dt_damon_plan *plan, struct dt_error *error)
{
	char number[32];

	for (size_t i = 0; i < live->actuator.nr; i++) {
		(void)snprintf(number, sizeof(number), "%" PRIu64, values[i]);
		if (dt_damon_plan_add(plan, live->actuator.files[i].path, number))
			return dt_fail(error, ENOMEM, NULL, "out of memory");
	}
	return 0;
}

static void leave_mark(struct dt_plant_live *live, uint32_t target)
{
	char text[96];

	if (!live->feed || !live->feed->ops->mark)
		return;
	(void)snprintf(text, sizeof(text), "damon-trace tune: target %u bp, was %u bp\n", target,
		       live->plant.target);
	live->feed->ops->mark(live->feed, text);
}

/* Announce, write, and tell how it went. When it fails the former values stand. */
static int put(struct dt_plant_live *live, uint32_t target, const char *command,
	       struct dt_error *error)
{
	const struct dt_live_options *options = &live->options;
	struct dt_damon_plan plan = {0};
	uint64_t values[DT_ACTUATOR_FILES];
	int ret, noted;

	dt_actuator_values(&live->actuator, target, values);
	ret = plan_values(live, values, &plan, error);
	if (!ret)
		ret = dt_tune_journal_intend(options->journal, dt_live_now(live), target, values,
					     live->actuator.nr, error);
	if (ret) {
		dt_damon_plan_clear(&plan);
		return ret;
	}
	dt_tune_record_intend(options->record, values, live->actuator.nr);
	leave_mark(live, target);
	ret = dt_damon_sysfs_transaction(options->sysfs, &plan, live->actuator.kdamond, command,
					 error);
	dt_damon_plan_clear(&plan);
	live->written_ns = dt_live_now(live);
	/* what a failed way back left there stays known as ours */
	if (ret && error && strstr(error->hint, "not all back"))
		return ret;
	dt_tune_record_wrote(options->record, !ret);
	noted = dt_tune_journal_wrote(options->journal, live->written_ns, !ret, error);
	if (!ret)
		live->plant.target = target;
	return ret ? ret : noted;
}

/* ---- seen in the kernel ---- */

static void enqueue(struct dt_plant_live *live, const struct dt_plant_event *event)
{
	if (live->nr_queued == DT_LIVE_QUEUE)
		memmove(live->queue, live->queue + 1, --live->nr_queued * sizeof(*live->queue));
	live->queue[live->nr_queued++] = *event;
}

static enum traced judge(const struct dt_goal *goal, uint64_t target, int32_t nid, char *why,
			 size_t size)
{
	if (goal->target_value != target) {
		(void)snprintf(why, size,
			       "the kernel evaluates scheme %d with a target of %" PRIu64
			       " bp, not %" PRIu64,
			       (int)goal->scheme_idx, goal->target_value, target);
		return TRACED_WRONG_TARGET;
	}
	if (goal->nid != nid) {
		(void)snprintf(why, size,
			       "the kernel evaluates scheme %d for node %d, not for node %d",
			       (int)goal->scheme_idx, (int)goal->nid, (int)nid);
		return TRACED_WRONG_NID;
	}
	return TRACED_RIGHT;
}

/* What a verification has seen so far. */
struct seen {
	unsigned pulls;
	bool push;
	enum traced traced;
	char why[160];
};

static void look(struct dt_plant_live *live, const struct dt_feed_item *item, struct seen *seen)
{
	const struct dt_actuator *actuator = &live->actuator;
	const struct dt_goal *goal = &item->goal;
	struct dt_plant_event event;
	const bool pull = item->what == DT_FEED_GOAL && dt_live_is_pull(live, goal);
	const bool push = item->what == DT_FEED_GOAL && !pull && dt_live_is_push(live, goal);

	if ((pull || push) && goal->time > live->written_ns) {
		const uint64_t target = live->plant.target;

		seen->traced = judge(goal, pull ? target : DT_GOAL_WHOLE - target,
				     pull ? actuator->pull.nid : actuator->push.nid, seen->why,
				     sizeof(seen->why));
		seen->pulls += pull;
		seen->push |= push;
		if (seen->traced != TRACED_RIGHT)
			return;
	}
	if (dt_live_event(live, item, &event))
		enqueue(live, &event);
}

/*
 * Until both schemes were evaluated since the write; a second evaluation of PULL shows that PUSH is
 * not, as when its watermarks hold it. 0 with seen->traced, or -errno.
 */
static int watch(struct dt_plant_live *live, struct seen *seen, struct dt_error *error)
{
	const uint64_t windows = VERIFY_WINDOWS * live->plant.quota_ns;
	const uint64_t longest = live->options.verify_ns ? live->options.verify_ns
				 : windows > VERIFY_NS	 ? windows
							 : VERIFY_NS;
	const uint64_t until = dt_live_now(live) + longest;
	struct dt_feed_item item;

	*seen = (struct seen){.traced = TRACED_RIGHT};
	while (seen->traced == TRACED_RIGHT && (seen->pulls < 2) && !(seen->pulls && seen->push)) {
		struct dt_plant_event event;
		int ret = live->feed->ops->take(live->feed, &item, error);

		if (ret)
			return ret;
		if (item.what == DT_FEED_GOAL || item.what == DT_FEED_LOSS) {
			look(live, &item, seen);
			continue;
		}
		if (dt_live_is_stopped(live))
			return dt_fail(error, EINTR, "the new one is in force",
				       "interrupted while the target of %u bp was verified",
				       live->plant.target);
		if (dt_live_check(live, &event))
			return dt_fail(error, event.what == DT_PLANT_GONE ? ESRCH : ESTALE, NULL,
				       "%s", event.why);
		if (dt_live_now(live) >= until || item.what == DT_FEED_END)
			return dt_fail(error, ETIMEDOUT,
				       "does the kdamond still aggregate? see damon-trace status "
				       "--update",
				       "no evaluation of the goal came after the target of %u bp "
				       "was written",
				       live->plant.target);
		ret = dt_live_pass_time(live, until, error);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- the whole ---- */

/* Written, and all that can be verified is. -EILSEQ: it is not what was written. */
static int put_and_verify(struct dt_plant_live *live, uint32_t target, const char *command,
			  enum traced *traced, struct dt_error *error)
{
	struct dt_plant_event event;
	struct seen seen;
	int ret = put(live, target, command, error);

	*traced = TRACED_RIGHT;
	if (ret)
		return ret;
	if (dt_live_check(live, &event))
		return dt_fail(error, event.what == DT_PLANT_GONE ? ESRCH : ESTALE, NULL, "%s",
			       event.why);
	if (live->actuator.kind != DT_ACTUATOR_GOALS)
		return 0;
	ret = watch(live, &seen, error);
	*traced = seen.traced;
	if (!ret && seen.traced != TRACED_RIGHT)
		ret = dt_fail(error, EILSEQ,
			      seen.traced == TRACED_WRONG_NID
				      ? "a kernel that loses the node at a commit: stop the "
					"kdamond and set it up anew"
				      : NULL,
			      "after the target of %u bp was written %s", target, seen.why);
	return ret;
}

/* Back to the former target, whatever the user wishes meanwhile. */
static void take_back(struct dt_plant_live *live, uint32_t former, struct dt_error *error)
{
	const volatile sig_atomic_t *stop = live->options.sysfs->stop;
	struct dt_error second = {{0}, {0}};

	live->options.sysfs->stop = NULL;
	if (put(live, former, live->actuator.command, &second) && error)
		(void)snprintf(error->hint, sizeof(error->hint),
			       "and the former target of %u bp is not back: %.400s", former,
			       second.message);
	live->options.sysfs->stop = stop;
}

int dt_live_write(struct dt_plant *plant, uint32_t target, struct dt_error *error)
{
	struct dt_plant_live *live = (struct dt_plant_live *)plant;
	const uint32_t former = plant->target;
	struct dt_plant_event event;
	enum traced traced;
	int ret;

	if (target < DT_TARGET_LOWEST || target > DT_TARGET_HIGHEST)
		return dt_fail(error, ERANGE, NULL, "a target of %u bp is not within %d to %d",
			       target, DT_TARGET_LOWEST, DT_TARGET_HIGHEST);
	if (dt_live_is_stopped(live))
		return dt_fail(error, EINTR, NULL, "stopped by the user");
	/* what others wrote a moment ago is not written over; the loop hears of it next */
	if (dt_live_check(live, &event)) {
		enqueue(live, &event);
		return dt_fail(error, event.what == DT_PLANT_GONE ? ESRCH : ESTALE, NULL, "%s",
			       event.why);
	}
	ret = put_and_verify(live, target, live->actuator.command, &traced, error);
	if (ret == -EILSEQ && dt_live_check(live, &event)) {
		enqueue(live, &event);
		return dt_fail(error, ESTALE, NULL, "%s", event.why);
	}
	/* a full commit gives the kernel the nodes, too */
	if (ret == -EILSEQ)
		ret = put_and_verify(live, target,
				     traced == TRACED_WRONG_NID ? "commit" : live->actuator.command,
				     &traced, error);
	/* after a signal the original values come back at once, and others' stay */
	if ((ret == -EILSEQ || ret == -ETIMEDOUT) && plant->target == target)
		take_back(live, former, error);
	return ret;
}
