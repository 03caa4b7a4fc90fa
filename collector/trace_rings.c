/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See trace_rings.h. Full pages are spliced: the kernel hands its pages to a pipe and copies them
 * once, into the file's. A page that is still being filled is read, which copies its events and
 * gives a whole page with fewer of them; those that follow come in a page of their own.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/resource.h>

#include "collector/trace_rings.h"

/* Pages that one splice moves; more saves little. */
#define PIPE_PAGES 256

/* Descriptors of everything else in the program. */
#define OTHER_FDS 64

static int compare_cpus(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int dt_trace_cpus(const struct dt_trace_instance *instance, int **cpus)
{
	char path[PATH_MAX];
	struct dirent *entry;
	int *found = NULL;
	int nr = 0;
	DIR *stream;

	(void)snprintf(path, sizeof(path), "%.*s/per_cpu", PATH_MAX - 16, instance->path);
	stream = opendir(path);
	if (!stream)
		return -errno;
	while ((entry = readdir(stream))) {
		int *larger;
		char *end;
		long cpu;

		if (strncmp(entry->d_name, "cpu", 3) != 0)
			continue;
		cpu = strtol(entry->d_name + 3, &end, 10);
		if (end == entry->d_name + 3 || *end || cpu < 0 || cpu > 65535)
			continue;
		larger = realloc(found, ((size_t)nr + 1) * sizeof(*found));
		if (!larger) {
			free(found);
			(void)closedir(stream);
			return -ENOMEM;
		}
		found = larger;
		found[nr++] = (int)cpu;
	}
	(void)closedir(stream);
	if (found)
		qsort(found, (size_t)nr, sizeof(*found), compare_cpus);
	*cpus = found;
	return nr;
}

void dt_trace_rings_init(struct dt_trace_rings *rings)
{
	*rings = (struct dt_trace_rings){.pipe = {-1, -1}, .epoll_fd = -1};
}

/* A ring and a file for each CPU; where that may be too much, say how many it takes. */
static void raise_limit(rlim_t needed)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= needed)
		return;
	limit.rlim_cur = needed;
	if (limit.rlim_max < needed)
		limit.rlim_max = needed;
	if (setrlimit(RLIMIT_NOFILE, &limit)) {
		/* what is allowed without privileges may be enough for the CPUs that are there */
		(void)getrlimit(RLIMIT_NOFILE, &limit);
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int open_pipe(struct dt_trace_rings *rings)
{
	int size;

	if (pipe2(rings->pipe, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	(void)fcntl(rings->pipe[0], F_SETPIPE_SZ, (int)(PIPE_PAGES * rings->page_size));
	size = fcntl(rings->pipe[0], F_GETPIPE_SZ);
	if (size < (int)rings->page_size)
		rings->no_splice = true;
	rings->pipe_size = size < 0 ? 0 : (size_t)size / rings->page_size * rings->page_size;
	return 0;
}

static int open_ring(struct dt_trace_rings *rings, struct dt_trace_instance *instance, int cpu)
{
	char file[64];
	int fd;

	(void)snprintf(file, sizeof(file), "per_cpu/cpu%d/trace_pipe_raw", cpu);
	fd = dt_trace_instance_open(instance, file, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	rings->rings[rings->nr++] = (struct dt_trace_ring){.cpu = cpu, .fd = fd};
	return 0;
}

int dt_trace_rings_open(struct dt_trace_rings *rings, struct dt_trace_instance *instance,
			uint32_t page_size, uint64_t buffer_kb, struct dt_error *error)
{
	int *cpus = NULL;
	int nr = dt_trace_cpus(instance, &cpus);
	const rlim_t needed = nr < 0 ? 0 : 2 * (rlim_t)nr + OTHER_FDS;
	char hint[128];
	int ret = nr < 0 ? nr : 0;

	rings->page_size = page_size;
	rings->limit = buffer_kb * 1024;
	raise_limit(needed);
	if (!ret) {
		rings->rings = calloc((size_t)nr + 1, sizeof(*rings->rings));
		rings->page = malloc(page_size);
		ret = rings->rings && rings->page ? open_pipe(rings) : -ENOMEM;
	}
	for (int i = 0; cpus && i < nr && !ret; i++)
		ret = open_ring(rings, instance, cpus[i]);
	free(cpus);
	(void)snprintf(hint, sizeof(hint), "raise the limit of open files: ulimit -n %llu",
		       (unsigned long long)needed);
	if (ret)
		return dt_fail(error, -ret, ret == -EMFILE ? hint : NULL,
			       "cannot open the trace rings of %d CPUs: %s", nr < 0 ? 0 : nr,
			       strerror(-ret));
	return 0;
}

void dt_trace_rings_close(struct dt_trace_rings *rings)
{
	for (size_t i = 0; i < rings->nr; i++)
		(void)close(rings->rings[i].fd);
	for (int i = 0; i < 2; i++)
		if (rings->pipe[i] >= 0)
			(void)close(rings->pipe[i]);
	free(rings->rings);
	free(rings->page);
	dt_trace_rings_init(rings);
}

/* The kernel has rings for the CPUs that are or were online; the others only poll with an error. */
static bool has_ring(const struct dt_trace_ring *ring)
{
	struct pollfd ready = {.fd = ring->fd, .events = POLLIN};

	return poll(&ready, 1, 0) >= 0 && !(ready.revents & POLLERR);
}

static int watch(struct dt_trace_rings *rings, struct dt_trace_ring *ring)
{
	struct epoll_event event = {.events = EPOLLIN,
				    .data.u64 = rings->base | (uint64_t)ring->cpu};

	if (ring->watched || !has_ring(ring))
		return 0;
	if (epoll_ctl(rings->epoll_fd, EPOLL_CTL_ADD, ring->fd, &event))
		return -errno;
	ring->watched = true;
	return 0;
}

int dt_trace_rings_watch(struct dt_trace_rings *rings, int epoll_fd, uint64_t base,
			 struct dt_error *error)
{
	rings->epoll_fd = epoll_fd;
	rings->base = base;
	for (size_t i = 0; i < rings->nr; i++) {
		const int ret = watch(rings, &rings->rings[i]);

		if (ret)
			return dt_fail(error, -ret, NULL, "cannot wait for the trace ring: %s",
				       strerror(-ret));
	}
	return 0;
}

void dt_trace_rings_follow(struct dt_trace_rings *rings)
{
	for (size_t i = 0; i < rings->nr && rings->epoll_fd >= 0; i++)
		if (!rings->rings[i].watched)
			(void)watch(rings, &rings->rings[i]);
}

/* ---- moving pages ---- */

/* What one call has moved so far. */
struct move {
	struct dt_trace_rings *rings;
	struct dt_trace_ring *ring;
	struct dt_trace_segment *segment;
	int file; /* -1: nothing has come that would need it */
	uint64_t bytes;
};

static int open_file(struct move *move)
{
	if (move->file < 0)
		move->file = dt_trace_segment_file(move->segment, (uint32_t)move->ring->cpu);
	return move->file < 0 ? move->file : 0;
}

static void count(struct move *move, uint64_t bytes)
{
	dt_trace_segment_grow(move->segment, (uint32_t)move->ring->cpu, bytes);
	move->ring->bytes += bytes;
	move->bytes += bytes;
}

/* 0 or -errno; the file ends with a whole page in any case. */
static int write_page(struct move *move)
{
	const size_t page_size = move->rings->page_size;
	const char *page = move->rings->page;
	size_t done = 0;
	int ret = open_file(move);

	if (ret)
		return ret;
	while (done < page_size) {
		const ssize_t wrote = write(move->file, page + done, page_size - done);

		if (wrote < 0 && errno != EINTR) {
			const int code = errno;

			dt_trace_segment_trim(move->segment, (uint32_t)move->ring->cpu);
			return -code;
		}
		done += wrote < 0 ? 0 : (size_t)wrote;
	}
	count(move, page_size);
	return 0;
}

/* One page through the buffer. 1: moved; 0: the ring has nothing; or -errno. */
static int read_page(struct move *move)
{
	ssize_t got;
	int ret;

	do
		got = read(move->ring->fd, move->rings->page, move->rings->page_size);
	while (got < 0 && errno == EINTR);
	/* a CPU that never came up has no ring */
	if (got <= 0)
		return !got || errno == EAGAIN || errno == ENODEV ? 0 : -errno;
	if ((size_t)got < move->rings->page_size)
		memset((char *)move->rings->page + got, 0, move->rings->page_size - (size_t)got);
	ret = write_page(move);
	return ret ? ret : 1;
}

/* The pipe's pages through the buffer, where the file takes no splice. */
static int copy_pipe(struct move *move, size_t size)
{
	const size_t page_size = move->rings->page_size;

	while (size >= page_size) {
		size_t got = 0;
		int ret;

		while (got < page_size) {
			const ssize_t some = read(move->rings->pipe[0],
						  (char *)move->rings->page + got, page_size - got);

			if (some <= 0 && !(some < 0 && errno == EINTR))
				return some < 0 ? -errno : -EIO;
			got += some < 0 ? 0 : (size_t)some;
		}
		ret = write_page(move);
		if (ret)
			return ret;
		size -= page_size;
	}
	return 0;
}

/* The file took no more: what is left in the pipe has no place. */
static void empty_pipe(const struct dt_trace_rings *rings)
{
	while (read(rings->pipe[0], rings->page, rings->page_size) > 0)
		;
}

/* size bytes from the pipe into the file. 0 or -errno, with whole pages in the file. */
static int splice_out(struct move *move, size_t size)
{
	const size_t page_size = move->rings->page_size;
	size_t left = size;
	int ret = open_file(move);

	while (left && !ret) {
		const ssize_t done =
			splice(move->rings->pipe[0], NULL, move->file, NULL, left, SPLICE_F_MOVE);

		if (done > 0)
			left -= (size_t)done;
		else if (done == 0)
			ret = -EIO;
		else if (errno == EINVAL && left == size) {
			move->rings->no_splice = true;
			ret = copy_pipe(move, size);
			break;
		} else if (errno != EINTR)
			ret = -errno;
	}
	if (!move->rings->no_splice)
		count(move, (size - left) / page_size * page_size);
	if (ret) {
		dt_trace_segment_trim(move->segment, (uint32_t)move->ring->cpu);
		empty_pipe(move->rings);
	}
	return ret;
}

/* A pipeful of full pages. 1: moved; 0: there is none; or -errno. */
static int splice_pages(struct move *move)
{
	const ssize_t got = splice(move->ring->fd, NULL, move->rings->pipe[1], NULL,
				   move->rings->pipe_size, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	int ret;

	if (got > 0) {
		ret = splice_out(move, (size_t)got);
		return ret ? ret : 1;
	}
	if (!got || errno == EAGAIN || errno == EINTR || errno == ENODEV)
		return 0;
	if (errno != EINVAL)
		return -errno;
	move->rings->no_splice = true;
	return 0;
}

/* All full pages, as far as the limit goes. How many calls moved something, or -errno. */
static int move_full(struct move *move)
{
	const uint64_t end = move->bytes + move->rings->limit;
	int nr = 0;

	while (move->bytes < end) {
		const int ret = move->rings->no_splice ? read_page(move) : splice_pages(move);

		if (ret < 0)
			return ret;
		if (!ret)
			break;
		nr++;
	}
	return nr;
}

/* The first page, whatever it holds, the full ones behind it, and what came in the meantime. */
static int move_partial(struct move *move)
{
	int ret = read_page(move);

	if (ret == 1)
		ret = move_full(move);
	return ret > 0 ? read_page(move) : ret;
}

int dt_trace_ring_drain(struct dt_trace_rings *rings, struct dt_trace_ring *ring,
			struct dt_trace_segment *segment, bool partial, uint64_t *bytes)
{
	struct move move = {.rings = rings, .ring = ring, .segment = segment, .file = -1};
	const int ret = partial ? move_partial(&move) : move_full(&move);
	*bytes += move.bytes;
	return ret < 0 ? ret : 0;
}
