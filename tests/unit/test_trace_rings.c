/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Draining rings into files. A pipe stands for the kernel's ring: it too gives what it holds
 * without waiting, to read and to splice.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "collector/trace_rings.h"
#include "collector/trace_stats.h"

#define PAGE	  4096
#define MAX_PAGES 12

static char directory[] = "/tmp/test_rings-XXXXXX";

struct world {
	struct dt_trace_facts facts;
	struct dt_trace_segment *segment;
	struct dt_trace_rings rings;
	int writer; /* the kernel's end */
};

static const char *path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static char *copy(const char *text)
{
	char *made = strdup(text);

	assert_non_null(made);
	return made;
}

static void open_world(struct world *world)
{
	struct dt_error error = {0};
	int ends[2];

	*world = (struct world){.facts = {.page_size = PAGE, .nr_cpus = 1}};
	(void)snprintf(directory + sizeof(directory) - 7, 7, "XXXXXX");
	assert_non_null(mkdtemp(directory));
	world->facts.tracefs = copy("/nowhere");
	world->facts.proc = copy("/nowhere");
	world->facts.header_page.text = copy("");
	world->facts.header_event.text = copy("");
	world->facts.clocks.text = copy("");
	assert_int_equal(dt_trace_segment_begin(&world->segment, &world->facts, directory,
						"trace.dat", &error),
			 0);
	dt_trace_rings_init(&world->rings);
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	world->writer = ends[1];
	world->rings.rings = calloc(1, sizeof(*world->rings.rings));
	world->rings.page = malloc(PAGE);
	assert_non_null(world->rings.rings);
	assert_non_null(world->rings.page);
	world->rings.rings[0] = (struct dt_trace_ring){.cpu = 0, .fd = ends[0]};
	world->rings.nr = 1;
	world->rings.page_size = PAGE;
	world->rings.limit = 1 << 20;
	world->rings.pipe_size = 4 * PAGE;
	assert_int_equal(pipe2(world->rings.pipe, O_NONBLOCK | O_CLOEXEC), 0);
}

static void close_world(struct world *world)
{
	(void)close(world->writer);
	dt_trace_rings_close(&world->rings);
	dt_trace_segment_free(world->segment);
	dt_trace_facts_free(&world->facts);
	(void)unlink(path_of("trace.dat.cpu0"));
	assert_int_equal(unlink(path_of("trace.dat")), 0);
	assert_int_equal(rmdir(directory), 0);
}

/* The bytes of page n say so. */
static void fill_ring(const struct world *world, unsigned first, unsigned nr)
{
	unsigned char page[PAGE];

	for (unsigned i = first; i < first + nr; i++) {
		memset(page, (int)i + 1, sizeof(page));
		assert_int_equal(write(world->writer, page, sizeof(page)), sizeof(page));
	}
}

static uint64_t file_size(void)
{
	struct stat status;

	return stat(path_of("trace.dat.cpu0"), &status) ? 0 : (uint64_t)status.st_size;
}

/* Pages 0 to nr are in the file, in this order, and no more. */
static void check_file(unsigned nr)
{
	unsigned char page[PAGE];
	FILE *file;

	assert_int_equal(file_size(), (uint64_t)nr * PAGE);
	if (!nr)
		return;
	file = fopen(path_of("trace.dat.cpu0"), "r");
	assert_non_null(file);
	for (unsigned i = 0; i < nr; i++) {
		assert_int_equal(fread(page, 1, sizeof(page), file), sizeof(page));
		assert_int_equal(page[0], i + 1);
		assert_int_equal(page[PAGE - 1], i + 1);
	}
	(void)fclose(file);
}

static int drain(struct world *world, bool partial, uint64_t *bytes)
{
	return dt_trace_ring_drain(&world->rings, &world->rings.rings[0], world->segment, partial,
				   bytes);
}

static void test_pages(void **state)
{
	(void)state;
	for (unsigned way = 0; way < 4; way++) {
		struct world world;
		uint64_t bytes = 0;
		unsigned done = 0;

		open_world(&world);
		world.rings.no_splice = way & 1;
		/* an empty ring makes no file */
		assert_int_equal(drain(&world, way & 2, &bytes), 0);
		assert_int_equal(bytes, 0);
		assert_int_not_equal(access(path_of("trace.dat.cpu0"), F_OK), 0);
		for (unsigned nr = 1; nr <= MAX_PAGES; nr++) {
			fill_ring(&world, done, nr);
			done += nr;
			assert_int_equal(drain(&world, way & 2, &bytes), 0);
			assert_int_equal(bytes, (uint64_t)done * PAGE);
			assert_int_equal(world.rings.rings[0].bytes, bytes);
			check_file(done);
		}
		close_world(&world);
	}
}

/* One CPU must not keep the others waiting for ever. */
static void test_limit(void **state)
{
	struct world world;
	uint64_t bytes = 0;

	(void)state;
	open_world(&world);
	world.rings.limit = 4 * PAGE;
	fill_ring(&world, 0, 12);
	assert_int_equal(drain(&world, false, &bytes), 0);
	assert_int_equal(bytes, 4 * PAGE);
	assert_int_equal(drain(&world, false, &bytes), 0);
	assert_int_equal(drain(&world, false, &bytes), 0);
	check_file(12);
	close_world(&world);
}

/* The disk is full within a page: the file ends with the last whole one. */
static void test_no_room(void **state)
{
	struct rlimit limit;

	(void)state;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	for (unsigned way = 0; way < 4; way++) {
		struct world world;
		uint64_t bytes = 0;
		int ret;

		open_world(&world);
		world.rings.no_splice = way & 1;
		fill_ring(&world, 0, 8);
		limit.rlim_cur = 5 * PAGE + 100;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		ret = drain(&world, way & 2, &bytes);
		limit.rlim_cur = limit.rlim_max;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		assert_int_equal(ret, -EFBIG);
		assert_int_equal(bytes, 5 * PAGE);
		check_file(5);
		close_world(&world);
	}
}

static void test_stats(void **state)
{
	static const char text[] = "entries: 3\noverrun: 40\ncommit overrun: 5\nbytes: 600\n"
				   "oldest event ts:     1.000000\nnow ts: 18309.541201\n"
				   "dropped events: 7\nread events: 800\n";
	struct dt_trace_stats stats = {0}, before = {.overrun = 39, .read = 700}, since;
	char option[256];

	(void)state;
	dt_trace_stats_parse(text, &stats);
	assert_int_equal(stats.entries, 3);
	assert_int_equal(stats.overrun, 40);
	assert_int_equal(stats.commit_overrun, 5);
	assert_int_equal(stats.dropped, 7);
	assert_int_equal(stats.read, 800);
	assert_int_equal(stats.now_ns, 18309541201000);
	since = dt_trace_stats_since(&stats, &before);
	(void)dt_trace_stats_text(option, sizeof(option), 2, &since);
	assert_string_equal(option, "CPU: 2\nentries: 3\noverrun: 1\ncommit overrun: 5\n"
				    "dropped events: 7\nread events: 100\n");
	/* clocks that do not count time, and damage */
	dt_trace_stats_parse("now ts: 123456789\n", &stats);
	assert_int_equal(stats.now_ns, 0);
	dt_trace_stats_parse("now ts: 12.5\n", &stats);
	assert_int_equal(stats.now_ns, 0);
	dt_trace_stats_parse("", &stats);
	assert_int_equal(stats.read, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_stats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
