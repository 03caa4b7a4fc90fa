/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Evaluations of goals from a trace instance that records nothing else: the kernel's event or the
 * dynamic one, read page by page while they come.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collector/goal_probe.h"
#include "collector/trace_events.h"
#include "collector/trace_files.h"
#include "collector/trace_instance.h"
#include "collector/trace_rings.h"
#include "collector/trace_stats.h"
#include "control/goal_feed.h"
#include "readers/damon_events.h"
#include "readers/trace_page.h"

/* A few events a second: the smallest ring holds minutes of them. */
#define BUFFER_KB 64

struct trace_feed {
	struct dt_goal_feed feed;
	struct dt_trace_instance instance;
	struct dt_goal_probe probe;
	struct dt_trace_events events;
	struct dt_damon_decoder *decoder;
	uint16_t id; /* of the event */
	struct dt_page_layout layout;
	size_t page_size, nr_fds;
	struct pollfd *fds;
	unsigned char *page;
	char tracefs[PATH_MAX];
	/* by time; those before `next` were taken */
	size_t nr, room, next;
	struct dt_feed_item *items;
};

/* ---- reading ---- */

static uint64_t now(struct dt_goal_feed *base)
{
	const struct trace_feed *feed = (const struct trace_feed *)base;
	struct dt_trace_stats stats;
	struct timespec time;

	if (!strcmp(base->clock, "mono")) {
		(void)clock_gettime(CLOCK_MONOTONIC, &time);
		return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
	}
	/* only the kernel can read the others; any CPU's ring tells */
	return dt_trace_stats_read(feed->instance.path, 0, &stats) ? 0 : stats.now_ns;
}

static void nap(struct dt_goal_feed *base, unsigned ms)
{
	struct trace_feed *feed = (struct trace_feed *)base;

	(void)poll(feed->fds, (nfds_t)feed->nr_fds, (int)ms);
	/* the ring of a CPU that was never online polls with an error, at once and for ever */
	for (size_t i = 0; i < feed->nr_fds; i++)
		if (feed->fds[i].revents & (POLLERR | POLLNVAL) && feed->fds[i].fd >= 0)
			feed->fds[i].fd = -1 - feed->fds[i].fd;
}

static uint64_t time_of(const struct dt_feed_item *item)
{
	return item->what == DT_FEED_GOAL ? item->goal.time : item->loss.time;
}

/* Pages of several CPUs come one after the other. */
static int add(struct trace_feed *feed, const struct dt_feed_item *item)
{
	size_t place;

	if (feed->nr == feed->room) {
		const size_t room = feed->room ? 2 * feed->room : 64;
		struct dt_feed_item *items = realloc(feed->items, room * sizeof(*items));

		if (!items)
			return -ENOMEM;
		feed->items = items;
		feed->room = room;
	}
	place = feed->nr++;
	while (place > feed->next && time_of(&feed->items[place - 1]) > time_of(item)) {
		feed->items[place] = feed->items[place - 1];
		place--;
	}
	feed->items[place] = *item;
	return 0;
}

static int add_event(struct trace_feed *feed, const struct dt_trace_page *page)
{
	union dt_damon_record records[DT_GOALS_MAX];
	uint16_t id;
	int nr, ret = 0;

	if (page->size < sizeof(id))
		return 0;
	memcpy(&id, page->data, sizeof(id));
	if (id != feed->id)
		return 0;
	nr = dt_damon_decode_records(feed->decoder, records, page->time, page->data, page->size);
	for (int i = 0; i < nr && !ret; i++) {
		const struct dt_feed_item item = {.what = DT_FEED_GOAL, .goal = records[i].goal};

		ret = add(feed, &item);
	}
	return ret;
}

static int add_page(struct trace_feed *feed, size_t size)
{
	struct dt_trace_page page;
	struct dt_page_head head;
	int ret = 0;

	if (dt_trace_page_begin(&page, &head, &feed->layout, feed->page, size,
				__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))
		return 0;
	if (head.missed) {
		const struct dt_feed_item item = {.what = DT_FEED_LOSS,
						  .loss = {.time = head.time,
							   .count = head.missed_count,
							   .cpu = -1,
							   .what = DT_LOSS_EVENTS}};

		ret = add(feed, &item);
	}
	while (!ret && dt_trace_page_next(&page) > 0)
		ret = add_event(feed, &page);
	return ret;
}

static int drain(struct trace_feed *feed)
{
	int ret = 0;

	for (size_t i = 0; i < feed->nr_fds && !ret; i++) {
		const int fd = feed->fds[i].fd < 0 ? -1 - feed->fds[i].fd : feed->fds[i].fd;
		ssize_t length;

		while (!ret && (length = read(fd, feed->page, feed->page_size)) > 0)
			ret = add_page(feed, (size_t)length);
	}
	return ret;
}

static int take(struct dt_goal_feed *base, struct dt_feed_item *item, struct dt_error *error)
{
	struct trace_feed *feed = (struct trace_feed *)base;

	item->what = DT_FEED_NOTHING;
	if (feed->next == feed->nr) {
		feed->next = feed->nr = 0;
		if (drain(feed))
			return dt_fail(error, ENOMEM, NULL, "out of memory");
	}
	if (feed->next < feed->nr)
		*item = feed->items[feed->next++];
	return 0;
}

/* Ours, and those of recorders that run at the same time: their reports show cause and effect. */
static void mark(struct dt_goal_feed *base, const char *text)
{
	struct trace_feed *feed = (struct trace_feed *)base;
	char path[2 * PATH_MAX];
	struct dirent *entry;
	DIR *stream;

	(void)snprintf(path, sizeof(path), "%s/instances", feed->tracefs);
	stream = opendir(path);
	while (stream && (entry = readdir(stream))) {
		if (strncmp(entry->d_name, DT_INSTANCE_PREFIX, strlen(DT_INSTANCE_PREFIX)) != 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/instances/%s", feed->tracefs, entry->d_name);
		(void)dt_trace_write(path, "trace_marker", text, false);
	}
	if (stream)
		(void)closedir(stream);
}

/* ---- making ---- */

static void close_feed(struct dt_goal_feed *base)
{
	struct trace_feed *feed = (struct trace_feed *)base;

	for (size_t i = 0; i < feed->nr_fds; i++)
		(void)close(feed->fds[i].fd < 0 ? -1 - feed->fds[i].fd : feed->fds[i].fd);
	(void)dt_trace_instance_destroy(&feed->instance);
	(void)dt_goal_probe_remove(&feed->probe);
	dt_trace_events_free(&feed->events);
	dt_damon_decoder_free(feed->decoder);
	free(feed->fds);
	free(feed->page);
	free(feed->items);
	free(feed);
}

static const struct dt_goal_feed_ops trace_ops = {
	.now = now,
	.sleep = nap,
	.take = take,
	.mark = mark,
	.close = close_feed,
};

/* The name of the event as "system:event". */
static int choose_event(struct trace_feed *feed, const struct dt_roots *roots, char name[160],
			struct dt_error *error)
{
	const char *why = NULL;
	int ret;

	if (dt_trace_exists(roots->tracefs, "events/damon/" DT_GOAL_EVENT)) {
		(void)snprintf(name, 160, "damon:" DT_GOAL_EVENT);
		return 0;
	}
	ret = dt_goal_probe_make(&feed->probe, roots, &why);
	if (ret)
		return dt_fail(error, EOPNOTSUPP, why,
			       "this kernel does not tell the values of its quota goals: there is "
			       "no event damon:" DT_GOAL_EVENT ", and none could be made");
	(void)snprintf(name, 160, "%s", feed->probe.event);
	*strchr(name, '/') = ':';
	return 0;
}

static int read_format(struct trace_feed *feed, const char *name, struct dt_error *error)
{
	char path[320], *format = NULL, *id;
	size_t size = 0;
	int ret = dt_trace_read(feed->tracefs, dt_trace_event_file(path, name, "format"), &format,
				&size);

	if (!ret)
		ret = dt_damon_decoder_new(&feed->decoder, format, size,
					   __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	id = !ret ? strstr(format, "\nID: ") : NULL;
	if (id)
		feed->id = (uint16_t)strtoul(id + 5, NULL, 10);
	free(format);
	if (ret || !feed->decoder || !id || dt_damon_decoder_kind(feed->decoder) != DT_KIND_GOAL)
		return dt_fail(error, ret ? -ret : EBADMSG, NULL,
			       "the format of the event %s cannot be read", name);
	return 0;
}

/* "field: char data;	offset:16;	size:4080;	signed:1;" */
static void read_layout(struct trace_feed *feed)
{
	char text[1024];
	const char *data;
	unsigned long offset, size;
	char *end;

	feed->page_size = (size_t)sysconf(_SC_PAGESIZE);
	feed->layout = (struct dt_page_layout){
		.commit_offset = 8, .commit_size = sizeof(long), .data_offset = 8 + sizeof(long)};
	if (dt_trace_read_into(feed->instance.path, "events/header_page", text, sizeof(text)))
		return;
	data = strstr(text, " data;");
	data = data ? strstr(data, "offset:") : NULL;
	if (!data)
		return;
	offset = strtoul(data + 7, &end, 10);
	data = strstr(end, "size:");
	size = data ? strtoul(data + 5, NULL, 10) : 0;
	if (offset < 8 + sizeof(long) || offset > 128 || !size || size > 1u << 22)
		return;
	feed->layout.data_offset = (uint32_t)offset;
	feed->page_size = offset + size;
	feed->layout.sub_buffer_size = (uint32_t)(offset + size);
}

static int open_rings(struct trace_feed *feed, struct dt_error *error)
{
	int *cpus = NULL;
	const int nr = dt_trace_cpus(&feed->instance, &cpus);
	char file[64];
	int ret = nr < 0 ? nr : 0;

	feed->page = malloc(feed->page_size);
	feed->fds = calloc((size_t)(nr < 0 ? 0 : nr) + 1, sizeof(*feed->fds));
	if (!feed->page || !feed->fds)
		ret = -ENOMEM;
	for (int i = 0; i < nr && !ret; i++) {
		int fd;

		(void)snprintf(file, sizeof(file), "per_cpu/cpu%d/trace_pipe_raw", cpus[i]);
		fd = dt_trace_instance_open(&feed->instance, file, O_RDONLY | O_NONBLOCK);
		if (fd < 0)
			ret = fd;
		else
			feed->fds[feed->nr_fds++] = (struct pollfd){.fd = fd, .events = POLLIN};
	}
	free(cpus);
	return ret ? dt_fail(error, -ret, NULL, "cannot open the trace rings: %s", strerror(-ret))
		   : 0;
}

static int set_up(struct trace_feed *feed, const struct dt_roots *roots, struct dt_error *error)
{
	char name[160];
	int ret = dt_trace_instance_make(&feed->instance, roots, error);

	if (!ret)
		ret = dt_trace_instance_clock(&feed->instance, feed->feed.clock, error);
	if (!ret)
		ret = dt_trace_instance_buffer(&feed->instance, BUFFER_KB, error);
	if (ret)
		return ret;
	dt_trace_instance_options(&feed->instance);
	/* one event wakes the reader */
	(void)dt_trace_write(feed->instance.path, "buffer_percent", "0", false);
	ret = choose_event(feed, roots, name, error);
	if (!ret)
		ret = read_format(feed, name, error);
	if (!ret && dt_trace_events_add(&feed->events, name))
		ret = dt_fail(error, ENOMEM, NULL, "out of memory");
	if (!ret)
		ret = dt_trace_events_set(&feed->events, &feed->instance, NULL, error);
	if (ret)
		return ret;
	read_layout(feed);
	ret = open_rings(feed, error);
	return ret ? ret : dt_trace_instance_switch(&feed->instance, true, error);
}

int dt_goal_feed_trace(struct dt_goal_feed **feed, const struct dt_roots *roots, const char *clock,
		       struct dt_error *error)
{
	struct trace_feed *trace = calloc(1, sizeof(*trace));
	int ret;

	if (!trace)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	trace->feed = (struct dt_goal_feed){.ops = &trace_ops, .clock = clock};
	trace->instance.on_fd = -1;
	(void)snprintf(trace->tracefs, sizeof(trace->tracefs), "%s", roots->tracefs);
	ret = set_up(trace, roots, error);
	if (ret)
		close_feed(&trace->feed);
	else
		*feed = &trace->feed;
	return ret;
}
