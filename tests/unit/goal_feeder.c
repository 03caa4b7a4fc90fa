/* SPDX-License-Identifier: GPL-2.0-only */
/* See goal_feeder.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/goal_feeder.h"

#define PERIOD_NS 3000000L

static uint64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static bool is_on(const struct goal_feeder *feeder)
{
	char path[512], text[8] = "";
	int fd;

	(void)snprintf(path, sizeof(path), "%s/kernel/mm/damon/admin/kdamonds/0/state",
		       feeder->kernel->sysfs);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	if (fd >= 0)
		(void)close(fd);
	return !strncmp(text, "on", 2);
}

void goal_feeder_say(struct goal_feeder *feeder, const char *line)
{
	const ssize_t length = write(feeder->pipe[1], line, strlen(line));

	/* nobody reads: as when a ring is full */
	(void)length;
}

static void evaluate(struct goal_feeder *feeder, unsigned scheme)
{
	/* a file that is being written is empty for a moment */
	const uint64_t time = now();
	long target = fake_kernel_live_target(feeder->kernel, 0, scheme);
	int nid = fake_kernel_live_nid(feeder->kernel, 0, scheme);
	char line[160];

	if (target <= 0 || nid < 0)
		return;
	if (!scheme && feeder->wrong_nid >= 0)
		nid = feeder->wrong_nid;
	if (!scheme && feeder->wrong_target >= 0)
		target = feeder->wrong_target;
	(void)snprintf(line, sizeof(line), "goal %" PRIu64 " 1000 %u %d %ld 5000\n", time, scheme,
		       nid, target);
	goal_feeder_say(feeder, line);
}

static void *run(void *context)
{
	struct goal_feeder *feeder = context;
	const struct timespec period = {0, PERIOD_NS};

	while (!feeder->ends) {
		if (!feeder->silent && is_on(feeder)) {
			evaluate(feeder, 0);
			evaluate(feeder, 1);
		}
		(void)nanosleep(&period, NULL);
	}
	return NULL;
}

int goal_feeder_begin(struct goal_feeder *feeder, const struct fake_kernel *kernel)
{
	memset(feeder, 0, sizeof(*feeder));
	feeder->kernel = kernel;
	feeder->wrong_nid = -1;
	feeder->wrong_target = -1;
	assert_int_equal(pipe2(feeder->pipe, O_CLOEXEC), 0);
	assert_int_equal(fcntl(feeder->pipe[1], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(pthread_create(&feeder->thread, NULL, run, feeder), 0);
	return feeder->pipe[0];
}

void goal_feeder_end(struct goal_feeder *feeder)
{
	feeder->ends = true;
	(void)pthread_join(feeder->thread, NULL);
	(void)close(feeder->pipe[1]);
}
