/* SPDX-License-Identifier: GPL-2.0-only */
/* The only place where the loop changes a target, and so the place of the guards. */
#include <errno.h>
#include <stdio.h>

#include "control/loop_impl.h"

/* Quota windows from one write to the next. */
#define WRITE_WINDOWS 2
/* Of a write that another one was in the way of. */
#define TRIES 3

static int pause_until(struct dt_loop *loop, uint64_t until)
{
	bool reached = false;
	int ret = 0;

	while (!ret && !reached && loop->plant->ops->now(loop->plant) < until)
		ret = dt_loop_next(loop, until, &reached);
	return ret;
}

static uint64_t spacing(const struct dt_loop *loop)
{
	const uint64_t period = dt_watch_period(&loop->watch), quota = loop->plant->quota_ns;

	return WRITE_WINDOWS * (period > quota ? period : quota);
}

static int note_write(struct dt_loop *loop, uint32_t from, uint32_t to, const char *why,
		      bool rollback, bool verified)
{
	struct dt_entry entry = dt_loop_entry(loop, rollback ? DT_ENTRY_ROLLBACK : DT_ENTRY_WRITE);

	entry.from = from;
	entry.to = to;
	entry.verified = verified;
	entry.dry_run = loop->limits->dry_run;
	entry.text = why;
	return dt_loop_note(loop, &entry);
}

static int check_bounds(struct dt_loop *loop, uint32_t target)
{
	if (target >= loop->setup->minimum && target <= loop->setup->maximum)
		return 0;
	return dt_fail(loop->error, ERANGE, "report it: no law may do that",
		       "the law %s asked for %u bp, outside of %u to %u bp", loop->law->name,
		       target, loop->setup->minimum, loop->setup->maximum);
}

/* The plant's own write, again when somebody was in the way; noted in either case. */
static int try_write(struct dt_loop *loop, uint32_t target, const char *why, bool rollback)
{
	struct dt_plant *plant = loop->plant;
	const uint32_t from = plant->target;
	int ret, noted;

	for (unsigned tries = 1;; tries++) {
		ret = plant->ops->write(plant, target, loop->error);
		loop->written_ns = plant->ops->now(plant);
		if (!ret)
			break;
		if (ret == -EINTR)
			return dt_loop_end(loop, DT_TUNE_STOPPED, "stopped by the user");
		noted = note_write(loop, from, target, loop->error ? loop->error->message : why,
				   rollback, false);
		if (noted)
			return noted;
		if ((ret != -EBUSY && ret != -EAGAIN) || tries == TRIES)
			return ret;
		noted = pause_until(loop, loop->written_ns + spacing(loop));
		if (noted)
			return noted;
	}
	loop->result->writes++;
	return note_write(loop, from, target, why, rollback, true);
}

int dt_loop_write(struct dt_loop *loop, uint32_t target, const char *why, bool rollback)
{
	struct dt_plant *plant = loop->plant;
	int ret = check_bounds(loop, target);

	if (ret || target == plant->target)
		return ret;
	if (loop->limits->dry_run)
		return note_write(loop, plant->target, target, why, rollback, false);
	if (loop->written_ns)
		ret = pause_until(loop, loop->written_ns + spacing(loop));
	if (!ret)
		ret = try_write(loop, target, why, rollback);
	if (ret)
		return ret;
	dt_watch_restart(&loop->watch);
	loop->settled = false;
	loop->value_ns = 0;
	return 0;
}

bool dt_loop_is_spent(const struct dt_loop *loop)
{
	const unsigned kept = dt_loop_seeks(loop) && loop->has_best;

	return loop->setup->budget && loop->result->writes + kept >= loop->setup->budget;
}
