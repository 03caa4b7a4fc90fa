/* SPDX-License-Identifier: GPL-2.0-only */
/* Listening to the goal events for a moment, for the values that no file has. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "control/goal_feed.h"
#include "damon-trace/goal_values.h"

/* So often a signal is looked for, at the latest. */
#define SLICE_MS 50

#define NS_PER_MS 1000000ull

/* The feed's own clock may be one that only the kernel can read. */
static uint64_t monotonic_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int open_feed(struct dt_goal_feed **feed, const struct dt_goal_listen *how,
		     struct dt_error *error)
{
	int fd;

	if (!how->lines)
		return dt_goal_feed_trace(feed, how->roots, "mono", error);
	fd = open(how->lines, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return dt_fail(error, errno, NULL, "cannot open %s: %s", how->lines,
			       strerror(errno));
	return dt_goal_feed_lines(feed, fd, error);
}

static bool is_stopped(const struct dt_goal_listen *how)
{
	return how->stop && *how->stop;
}

/* Take what is there. 1: nothing will come any more. */
static int drain(struct dt_goal_values *values, struct dt_goal_feed *feed, struct dt_error *error)
{
	struct dt_feed_item item;

	for (;;) {
		const int ret = feed->ops->take(feed, &item, error);

		if (ret)
			return ret;
		if (item.what == DT_FEED_GOAL)
			(void)dt_goal_values_take(values, &item.goal);
		else if (item.what != DT_FEED_LOSS)
			return item.what == DT_FEED_END;
	}
}

static int listen_to(struct dt_goal_values *values, struct dt_goal_feed *feed,
		     const struct dt_goal_listen *how, struct dt_error *error)
{
	const uint64_t until = monotonic_ns() + how->wait_ns;
	int ret;

	for (;;) {
		uint64_t now;

		ret = drain(values, feed, error);
		if (ret < 0 || !dt_goal_values_missing(values))
			return ret < 0 ? ret : 0;
		if (is_stopped(how))
			return dt_fail(error, EINTR, NULL, "interrupted");
		now = monotonic_ns();
		if (now >= until || ret)
			return 0;
		feed->ops->sleep(feed, now + SLICE_MS * NS_PER_MS < until
					       ? SLICE_MS
					       : (unsigned)((until - now) / NS_PER_MS) + 1);
	}
}

int dt_goal_values_listen(struct dt_goal_values *values, const struct dt_goal_listen *how,
			  struct dt_error *error)
{
	struct dt_goal_feed *feed = NULL;
	int ret;

	if (!values->nr)
		return 0;
	ret = open_feed(&feed, how, error);
	if (ret || !feed)
		return ret;
	ret = listen_to(values, feed, how, error);
	dt_goal_feed_close(feed);
	return ret;
}
