/* SPDX-License-Identifier: GPL-2.0-only */
/* Evaluations of goals from lines of text. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control/goal_feed.h"

/* No line of the form is longer. */
#define LINE_MAX_LENGTH 256

struct line_feed {
	struct dt_goal_feed feed;
	int fd;
	bool ended;
	size_t filled;
	uint64_t number; /* of the line, from 1 */
	char text[4096];
};

static uint64_t now(struct dt_goal_feed *base)
{
	struct timespec time;

	(void)base;
	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void nap(struct dt_goal_feed *base, unsigned ms)
{
	struct line_feed *feed = (struct line_feed *)base;
	struct pollfd ready = {.fd = feed->fd, .events = POLLIN};

	(void)poll(&ready, feed->ended ? 0 : 1, (int)ms);
}

/* Numbers with spaces between them, nr of them and no more. */
static bool numbers_of(const char *text, int64_t *numbers, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		char *end;

		errno = 0;
		if (*text++ != ' ')
			return false;
		numbers[i] = strtoll(text, &end, 10);
		if (end == text || errno)
			return false;
		text = end;
	}
	return !*text;
}

static bool in_range(int64_t value, int64_t least, int64_t most)
{
	return value >= least && value <= most;
}

static bool take_goal(struct dt_goal *goal, const char *text)
{
	int64_t n[6];

	if (!numbers_of(text, n, 6) || n[0] < 0 || !in_range(n[1], 1, INT32_MAX) ||
	    !in_range(n[2], 0, INT32_MAX) || !in_range(n[3], -1, INT32_MAX) ||
	    !in_range(n[4], 0, UINT32_MAX) || !in_range(n[5], 0, UINT32_MAX))
		return false;
	*goal = (struct dt_goal){.time = (uint64_t)n[0],
				 .kdamond = (int32_t)n[1],
				 .context_idx = 0,
				 .scheme_idx = (uint32_t)n[2],
				 .nid = (int32_t)n[3],
				 .target_value = (uint64_t)n[4],
				 .current_value = (uint64_t)n[5],
				 .score = UINT64_MAX,
				 .metric = DT_UNKNOWN_U32};
	return true;
}

static int parse(struct line_feed *feed, const char *line, struct dt_feed_item *item,
		 struct dt_error *error)
{
	int64_t n[2];

	feed->number++;
	if (!strncmp(line, "goal ", 5) && take_goal(&item->goal, line + 4)) {
		item->what = DT_FEED_GOAL;
		return 0;
	}
	if (!strncmp(line, "loss ", 5) && numbers_of(line + 4, n, 2) && n[0] >= 0 && n[1] >= 0) {
		item->what = DT_FEED_LOSS;
		item->loss = (struct dt_loss){.time = (uint64_t)n[0],
					      .count = (uint64_t)n[1],
					      .cpu = -1,
					      .what = DT_LOSS_EVENTS};
		return 0;
	}
	return dt_fail(error, EINVAL,
		       "it takes: goal TIME KDAMOND SCHEME NID TARGET VALUE, or: loss TIME COUNT",
		       "the goals' line %" PRIu64 " cannot be read: \"%.60s\"", feed->number, line);
}

static int fill(struct line_feed *feed, struct dt_error *error)
{
	ssize_t length;

	if (feed->ended || feed->filled == sizeof(feed->text) - 1)
		return 0;
	length = read(feed->fd, feed->text + feed->filled, sizeof(feed->text) - 1 - feed->filled);
	if (length < 0 && errno != EAGAIN && errno != EINTR)
		return dt_fail(error, errno, NULL, "cannot read the goals: %s", strerror(errno));
	if (!length)
		feed->ended = true;
	if (length > 0)
		feed->filled += (size_t)length;
	return 0;
}

static int take(struct dt_goal_feed *base, struct dt_feed_item *item, struct dt_error *error)
{
	struct line_feed *feed = (struct line_feed *)base;
	char *end = memchr(feed->text, '\n', feed->filled);
	char line[LINE_MAX_LENGTH];
	size_t length;
	int ret;

	item->what = DT_FEED_NOTHING;
	if (!end) {
		ret = fill(feed, error);
		if (ret)
			return ret;
		end = memchr(feed->text, '\n', feed->filled);
	}
	if (!end && feed->filled > sizeof(line))
		return dt_fail(error, EINVAL, NULL, "a line of the goals is too long");
	if (!end) {
		item->what = feed->ended ? DT_FEED_END : DT_FEED_NOTHING;
		return 0;
	}
	length = (size_t)(end - feed->text);
	(void)snprintf(line, sizeof(line), "%.*s", (int)length, feed->text);
	feed->filled -= length + 1;
	memmove(feed->text, end + 1, feed->filled);
	return parse(feed, line, item, error);
}

static void close_feed(struct dt_goal_feed *base)
{
	struct line_feed *feed = (struct line_feed *)base;

	(void)close(feed->fd);
	free(feed);
}

static const struct dt_goal_feed_ops line_ops = {
	.now = now,
	.sleep = nap,
	.take = take,
	.close = close_feed,
};

int dt_goal_feed_lines(struct dt_goal_feed **feed, int fd, struct dt_error *error)
{
	struct line_feed *lines = calloc(1, sizeof(*lines));
	const int flags = fcntl(fd, F_GETFL);

	if (!lines || flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK)) {
		const int code = lines ? errno : ENOMEM;

		(void)close(fd);
		free(lines);
		return dt_fail(error, code, NULL, "cannot read the goals: %s", strerror(code));
	}
	lines->feed = (struct dt_goal_feed){.ops = &line_ops, .clock = "mono"};
	lines->fd = fd;
	*feed = &lines->feed;
	return 0;
}

void dt_goal_feed_close(struct dt_goal_feed *feed)
{
	if (feed)
		feed->ops->close(feed);
}
