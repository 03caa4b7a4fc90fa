/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page faults of this very process, sampled for real: what the kernel hands out, what the account
 * says and what the file holds must agree. Skips where perf events are forbidden.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/sampler.h"
#include "damon-trace/reader.h"
#include "tests/unit/sysfs_tree.h"

#define PAGES 3000
#define PAGE  4096ul
/* fit into the smallest ring */
#define MORE_PAGES 10

static const struct dt_roots real = DT_ROOTS_DEFAULT;
static const char *const page_faults[] = {"page-faults", NULL};

static void open_or_skip(struct dt_sampler **sampler, const struct dt_sampler_options *options)
{
	struct dt_error error = {0};
	const int ret = dt_sampler_open(sampler, options, &error);

	if (ret == -EACCES || ret == -EPERM || ret == -EOPNOTSUPP || ret == -ENOENT) {
		print_message("skip: %s\n", error.message);
		skip();
	}
	if (ret)
		fail_msg("%s", error.message);
}

/* Touch fresh pages: each is one fault. Their address. */
static char *touch(size_t pages)
{
	char *memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	assert_true(memory != MAP_FAILED);
	(void)madvise(memory, pages * PAGE, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < pages; i++)
		memory[i * PAGE] = 1;
	return memory;
}

static uint64_t account_samples(struct dt_sampler *sampler, uint64_t *with_address)
{
	struct dt_cpu_account cpus[1024] = {0};
	const struct dt_account account = {1024, cpus};
	uint64_t samples = 0;

	for (int i = 0; i < 1024; i++)
		cpus[i].cpu = i;
	assert_int_equal(dt_sampler_account(sampler, (struct dt_account *)&account), 0);
	*with_address = 0;
	for (int i = 0; i < 1024; i++) {
		samples += cpus[i].samples;
		*with_address += cpus[i].with_address;
	}
	return samples;
}

/* Which pages of a range have a sample. */
struct seen {
	const char *memory;
	size_t pages;
	unsigned char *hit;
	uint64_t samples;
	int32_t pid;
};

static int see(void *context, struct dt_batch *batch)
{
	struct seen *seen = context;

	for (uint32_t i = 0; i < batch->count; i++) {
		const uint64_t page =
			(batch->samples->addr[i] - (uint64_t)(uintptr_t)seen->memory) / PAGE;

		seen->samples++;
		if (batch->samples->pid[i] != seen->pid)
			return -EINVAL;
		if (page < seen->pages)
			seen->hit[page] = 1;
	}
	return 0;
}

/* Walk perf.data, or one of its segments. Pages that were hit. */
static size_t read_back(const char *name, struct seen *seen)
{
	const struct dt_sink sink = {.batch = see,
				     .context = seen,
				     .kinds = 1u << DT_KIND_SAMPLE,
				     .columns = DT_COL_ADDR | DT_COL_PID};
	struct dt_error error = {0};
	struct dt_reader *reader;
	char path[512];
	size_t hit = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", sysfs_tree_root(), name);
	if (dt_reader_open(&reader, path, &error) || dt_reader_walk(reader, &sink, &error))
		fail_msg("%s", error.message);
	assert_true(reader->info.complete);
	assert_int_equal(reader->info.warnings.count, 0);
	dt_reader_close(reader);
	for (size_t i = 0; i < seen->pages; i++)
		hit += seen->hit[i];
	return hit;
}

static void stop_and_finish(struct dt_sampler *sampler)
{
	struct dt_error error;
	uint64_t bytes = 0, before;

	assert_int_equal(dt_sampler_stop(sampler, &error), 0);
	do {
		before = bytes;
		assert_int_equal(dt_sampler_drain(sampler, -1, &bytes, &error), 0);
	} while (bytes != before);
	assert_int_equal(dt_sampler_finish(sampler, &error), 0);
}

static void test_own_faults(void **state)
{
	const struct dt_sampler_options options = {
		.roots = &real, .events = page_faults, .pid = getpid()};
	unsigned char hit[PAGES] = {0};
	struct seen seen = {.pages = PAGES, .hit = hit, .pid = getpid()};
	struct dt_sampler *sampler;
	uint64_t with_address;
	struct dt_error error;

	(void)state;
	open_or_skip(&sampler, &options);
	assert_non_null(strstr(dt_sampler_description(sampler), "page-faults"));
	assert_int_equal(dt_sampler_segment(sampler, sysfs_tree_root(), "perf.data", &error), 0);
	assert_int_equal(dt_sampler_start(sampler, &error), 0);
	seen.memory = touch(PAGES);
	stop_and_finish(sampler);
	assert_int_equal(read_back("perf.data", &seen), PAGES);
	assert_int_equal(account_samples(sampler, &with_address), seen.samples);
	assert_true(with_address >= PAGES);
	assert_null(dt_sampler_complaint(sampler, UINT64_MAX));
	dt_sampler_close(sampler);
	(void)munmap((void *)(uintptr_t)seen.memory, PAGES * PAGE);
}

/* Files follow each other, and every sample is in one of them. */
static void test_segments(void **state)
{
	static const char *const events[] = {"page-faults", "{minor-faults:u,dummy}", NULL};
	const struct dt_sampler_options options = {
		.roots = &real, .events = events, .pid = getpid()};
	unsigned char hit[PAGES] = {0};
	struct seen seen = {.pages = PAGES, .hit = hit, .pid = getpid()};
	struct dt_sampler *sampler;
	uint64_t with_address;
	struct dt_error error;
	char *more;

	(void)state;
	open_or_skip(&sampler, &options);
	assert_int_equal(dt_sampler_segment(sampler, sysfs_tree_root(), "perf.data", &error), 0);
	assert_int_equal(dt_sampler_start(sampler, &error), 0);
	seen.memory = touch(PAGES);
	/* not drained: the one before gets it, or the one that begins */
	assert_int_equal(dt_sampler_segment(sampler, sysfs_tree_root(), "perf.data.1", &error), 0);
	(void)read_back("perf.data", &seen);
	assert_int_equal(dt_sampler_drain(sampler, -1, NULL, &error), 0);
	more = touch(PAGES);
	assert_int_equal(dt_sampler_segment(sampler, sysfs_tree_root(), "perf.data.2", &error), 0);
	stop_and_finish(sampler);
	assert_int_equal(read_back("perf.data.1", &seen), PAGES);
	(void)read_back("perf.data.2", &seen);
	assert_int_equal(account_samples(sampler, &with_address), seen.samples);
	/* both kinds of faults */
	assert_true(seen.samples >= 4 * PAGES);
	dt_sampler_close(sampler);
	(void)munmap(more, PAGES * PAGE);
	(void)munmap((void *)(uintptr_t)seen.memory, PAGES * PAGE);
}

/* The smallest ring overflows; what it had no room for is known to the last sample. */
static void test_losses(void **state)
{
	const struct dt_sampler_options options = {
		.roots = &real, .events = page_faults, .pid = getpid(), .buffer_kb = 4};
	struct dt_cpu_account cpus[1024] = {0};
	struct dt_account account = {1024, cpus};
	struct dt_sampler *sampler;
	struct dt_reader *reader;
	const struct dt_sink sink = {0};
	struct dt_error error;
	uint64_t samples = 0, lost = 0;
	char path[512];
	char *memory, *more;

	(void)state;
	open_or_skip(&sampler, &options);
	assert_int_equal(dt_sampler_segment(sampler, sysfs_tree_root(), "perf.data", &error), 0);
	assert_int_equal(dt_sampler_start(sampler, &error), 0);
	memory = touch(PAGES);
	assert_int_equal(dt_sampler_drain(sampler, -1, NULL, &error), 0);
	/* the next record comes with the count of those before it that found no room */
	more = touch(MORE_PAGES);
	stop_and_finish(sampler);
	for (int i = 0; i < 1024; i++)
		cpus[i].cpu = i;
	assert_int_equal(dt_sampler_account(sampler, &account), 0);
	for (int i = 0; i < 1024; i++) {
		samples += cpus[i].samples;
		lost += cpus[i].lost;
	}
	dt_sampler_close(sampler);
	(void)munmap(memory, PAGES * PAGE);
	(void)munmap(more, MORE_PAGES * PAGE);
	(void)snprintf(path, sizeof(path), "%s/perf.data", sysfs_tree_root());
	assert_int_equal(dt_reader_open(&reader, path, &error), 0);
	assert_int_equal(dt_reader_walk(reader, &sink, &error), 0);
	assert_int_equal(reader->info.samples_total, samples);
	assert_int_equal(reader->info.lost_samples, lost);
	assert_true(samples < PAGES);
	assert_true(samples + lost >= PAGES);
	dt_reader_close(reader);
}

/* A command that waits for its exec: nothing of what was before it is sampled. */
static void test_on_exec(void **state)
{
	struct dt_sampler_options options = {
		.roots = &real, .events = page_faults, .on_exec = true};
	struct dt_sampler *sampler;
	struct dt_error error;
	uint64_t with_address;
	int go[2], status;
	pid_t pid;
	char byte = 0;

	(void)state;
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (!pid) {
		(void)!read(go[0], &byte, 1);
		(void)execl("/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	options.pid = pid;
	open_or_skip(&sampler, &options);
	assert_int_equal(dt_sampler_segment(sampler, sysfs_tree_root(), "perf.data", &error), 0);
	assert_int_equal(dt_sampler_start(sampler, &error), 0);
	assert_int_equal(account_samples(sampler, &with_address), 0);
	assert_null(dt_sampler_complaint(sampler, UINT64_MAX));
	assert_int_equal(write(go[1], &byte, 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	stop_and_finish(sampler);
	assert_true(account_samples(sampler, &with_address) > 0);
	dt_sampler_close(sampler);
	(void)close(go[0]);
	(void)close(go[1]);
}

/* The kernel's list of CPUs is ours here: the second CPU comes, and the first one goes. */
static void test_cpus_come_and_go(void **state)
{
	const struct dt_roots roots = {.sysfs = sysfs_tree_root(), .proc = "/proc"};
	const struct dt_sampler_options options = {
		.roots = &roots, .events = page_faults, .pid = getpid()};
	struct epoll_event woken[4];
	struct dt_sampler *sampler;
	struct dt_error error;
	uint64_t with_address;
	char *memory;
	int epoll_fd;

	(void)state;
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		print_message("skip: needs two CPUs\n");
		skip();
	}
	sysfs_tree_put("devices/system/cpu/online", "0");
	open_or_skip(&sampler, &options);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	assert_int_equal(dt_sampler_watch(sampler, epoll_fd, UINT64_C(5) << 32, &error), 0);
	assert_int_equal(dt_sampler_segment(sampler, sysfs_tree_root(), "perf.data", &error), 0);
	assert_int_equal(dt_sampler_start(sampler, &error), 0);
	assert_int_equal(dt_sampler_follow_cpus(sampler, &error), 0);
	sysfs_tree_put("devices/system/cpu/online", "0-1");
	assert_int_equal(dt_sampler_follow_cpus(sampler, &error), 0);
	memory = touch(PAGES);
	assert_int_equal(dt_sampler_drain(sampler, -1, NULL, &error), 0);
	/* on whichever CPU it ran, all are there now */
	assert_true(account_samples(sampler, &with_address) >= PAGES);
	(void)munmap(memory, PAGES * PAGE);
	sysfs_tree_put("devices/system/cpu/online", "1");
	assert_int_equal(dt_sampler_follow_cpus(sampler, &error), 0);
	assert_true(account_samples(sampler, &with_address) >= PAGES);
	/* nothing waits for the CPU that went */
	for (int nr = epoll_wait(epoll_fd, woken, 4, 0); nr-- > 0;)
		assert_int_equal(woken[nr].data.u64, (UINT64_C(5) << 32) + 1);
	stop_and_finish(sampler);
	dt_sampler_close(sampler);
	(void)close(epoll_fd);
}

static void test_complaints(void **state)
{
	static const char *const events[] = {"dummy", "page-faults", NULL};
	const struct dt_sampler_options options = {
		.roots = &real, .events = events, .pid = getpid()};
	struct dt_sampler *sampler;
	struct dt_error error;
	const char *complaint;
	char *memory;

	(void)state;
	open_or_skip(&sampler, &options);
	assert_int_equal(dt_sampler_segment(sampler, sysfs_tree_root(), "perf.data", &error), 0);
	assert_int_equal(dt_sampler_start(sampler, &error), 0);
	memory = touch(PAGES);
	assert_int_equal(dt_sampler_drain(sampler, -1, NULL, &error), 0);
	assert_null(dt_sampler_complaint(sampler, 1999999999));
	complaint = dt_sampler_complaint(sampler, 2000000000);
	assert_non_null(complaint);
	assert_string_equal(complaint, "dummy gives no samples: nothing of the kind happened");
	/* once */
	assert_null(dt_sampler_complaint(sampler, 3000000000));
	stop_and_finish(sampler);
	dt_sampler_close(sampler);
	(void)munmap(memory, PAGES * PAGE);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *event;
		pid_t pid;
		int code;
		const char *message;
	} wrong[] = {
		{"page-fualts", 0, EINVAL, "no event"},
		{"ibs_op/", 0, EINVAL, "closing slash"},
		/* beyond any kernel's pid_max */
		{"page-faults", 1 << 23, ESRCH, "8388608"},
	};
	const struct dt_sampler_options possible = {
		.roots = &real, .events = page_faults, .pid = getpid()};
	struct dt_sampler *own;

	(void)state;
	/* where nothing can be sampled, that is what is said first */
	open_or_skip(&own, &possible);
	dt_sampler_close(own);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *const events[] = {wrong[i].event, NULL};
		const struct dt_sampler_options options = {
			.roots = &real, .events = events, .pid = wrong[i].pid};
		struct dt_sampler *sampler = NULL;
		struct dt_error error = {0};

		assert_int_equal(dt_sampler_open(&sampler, &options, &error), -wrong[i].code);
		assert_non_null(strstr(error.message, wrong[i].message));
		assert_null(sampler);
	}
	dt_sampler_close(NULL);
}

/* DAMON holds IBS: said before anything is opened. */
static void test_ibs_conflict(void **state)
{
	static const char *const events[] = {"ibs_op//", NULL};
	const struct dt_roots roots = {.sysfs = sysfs_tree_root(), .proc = "/proc"};
	const struct dt_sampler_options options = {
		.roots = &roots, .events = events, .pid = getpid()};
	struct dt_sampler *sampler;
	struct dt_error error;

	(void)state;
	sysfs_tree_put("devices/system/cpu/online", "0");
	sysfs_tree_put("bus/event_source/devices/ibs_op/type", "11");
	sysfs_tree_put("kernel/mm/damon/admin/kdamonds/0/state", "on");
	sysfs_tree_put("kernel/mm/damon/admin/kdamonds/0/contexts/0/monitoring_attrs/sample/"
		       "perf_events/0/type",
		       "11");
	assert_int_equal(dt_sampler_open(&sampler, &options, &error), -EBUSY);
	assert_non_null(strstr(error.message, "kdamond 0"));
	assert_non_null(strstr(error.hint, "page-faults"));
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, sysfs_tree_set_up, sysfs_tree_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_own_faults),	     TEST(test_segments),     TEST(test_losses),
		TEST(test_on_exec),	     TEST(test_complaints),   TEST(test_refusals),
		TEST(test_cpus_come_and_go), TEST(test_ibs_conflict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
