/* SPDX-License-Identifier: GPL-2.0-only */
/* See trace_segment.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/sendfile.h>

#include "collector/trace_names.h"
#include "collector/trace_segment.h"
#include "support/temporary.h"

/* Room behind the path for ".cpuN" and ".new". */
#define SUFFIX 24

/* The pages hold addresses of the machine's memory. */
#define FILE_MODE 0600

/* Bytes moved by one call: an interrupt is noticed after that many. */
#define COPY_MAX (64u << 20)

struct dt_trace_segment {
	const struct dt_trace_facts *facts;
	char path[PATH_MAX];
	char *names; /* of processes, as known at the start */
	int *fds;    /* -1: not made yet */
	uint64_t *sizes;
	struct dt_trace_stats *first, *last;
};

static int alloc_cpus(struct dt_trace_segment *segment)
{
	const uint32_t nr = segment->facts->nr_cpus;

	segment->fds = malloc((nr + 1) * sizeof(*segment->fds));
	segment->sizes = calloc(nr + 1, sizeof(*segment->sizes));
	segment->first = calloc(nr + 1, sizeof(*segment->first));
	segment->last = calloc(nr + 1, sizeof(*segment->last));
	if (!segment->fds || !segment->sizes || !segment->first || !segment->last)
		return -ENOMEM;
	for (uint32_t i = 0; i < nr; i++)
		segment->fds[i] = -1;
	return 0;
}

static int write_header(struct dt_trace_segment *segment)
{
	unsigned char *bytes = NULL;
	size_t size = 0;
	int fd, ret;

	ret = dt_trace_names_read(segment->facts->tracefs, segment->facts->proc, NULL,
				  &segment->names);
	if (!ret)
		ret = dt_trace_header_make(segment->facts, segment->names, NULL, &bytes, &size);
	if (ret)
		return ret;
	fd = open(segment->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	ret = fd < 0 ? -errno : dt_write_all(fd, bytes, size);
	free(bytes);
	if (fd >= 0) {
		(void)close(fd);
		if (ret)
			(void)unlink(segment->path);
	}
	return ret;
}

int dt_trace_segment_begin(struct dt_trace_segment **segment, const struct dt_trace_facts *facts,
			   const char *directory, const char *name, struct dt_error *error)
{
	struct dt_trace_segment *made = calloc(1, sizeof(*made));
	int ret;

	if (!made)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	made->facts = facts;
	if (snprintf(made->path, sizeof(made->path), "%s/%s", directory, name) >=
	    (int)sizeof(made->path) - SUFFIX)
		ret = -ENAMETOOLONG;
	else
		ret = alloc_cpus(made);
	if (!ret)
		ret = write_header(made);
	if (ret) {
		dt_trace_segment_free(made);
		return dt_fail(error, -ret, NULL, "cannot write %s/%s: %s", directory, name,
			       strerror(-ret));
	}
	*segment = made;
	return 0;
}

static const char *cpu_path(const struct dt_trace_segment *segment, uint32_t cpu,
			    char path[PATH_MAX])
{
	(void)snprintf(path, PATH_MAX, "%.*s.cpu%u", PATH_MAX - SUFFIX, segment->path, cpu);
	return path;
}

int dt_trace_segment_file(struct dt_trace_segment *segment, uint32_t cpu)
{
	char path[PATH_MAX];

	if (segment->fds[cpu] < 0) {
		/* no O_APPEND: splice refuses it */
		segment->fds[cpu] = open(cpu_path(segment, cpu, path),
					 O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
		if (segment->fds[cpu] < 0)
			return -errno;
	}
	return segment->fds[cpu];
}

void dt_trace_segment_grow(struct dt_trace_segment *segment, uint32_t cpu, uint64_t bytes)
{
	segment->sizes[cpu] += bytes;
}

void dt_trace_segment_trim(struct dt_trace_segment *segment, uint32_t cpu)
{
	const off_t whole = (off_t)segment->sizes[cpu];

	if (segment->fds[cpu] < 0)
		return;
	(void)!ftruncate(segment->fds[cpu], whole);
	(void)lseek(segment->fds[cpu], whole, SEEK_SET);
}

struct dt_trace_stats *dt_trace_segment_first(struct dt_trace_segment *segment)
{
	return segment->first;
}

struct dt_trace_stats *dt_trace_segment_last(struct dt_trace_segment *segment)
{
	return segment->last;
}

void dt_trace_segment_free(struct dt_trace_segment *segment)
{
	if (!segment)
		return;
	for (uint32_t i = 0; segment->fds && i < segment->facts->nr_cpus; i++)
		if (segment->fds[i] >= 0)
			(void)close(segment->fds[i]);
	free(segment->fds);
	free(segment->sizes);
	free(segment->first);
	free(segment->last);
	free(segment->names);
	free(segment);
}

/* Between file systems of different kinds only sendfile copies. */
static ssize_t copy_some(int to, int from, off_t *at, size_t size)
{
	ssize_t done = copy_file_range(from, at, to, NULL, size, 0);

	if (done < 0 &&
	    (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP))
		done = sendfile(to, from, at, size);
	return done;
}

static int copy_pages(int to, int from, uint64_t size)
{
	off_t at = 0;

	while (size) {
		const ssize_t done = copy_some(to, from, &at, size < COPY_MAX ? size : COPY_MAX);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? -errno : -EIO;
		size -= (uint64_t)done;
	}
	return 0;
}

/* The header with all that is known at the end, and the table. */
static int write_front(struct dt_trace_segment *segment, int fd, uint64_t *data)
{
	const struct dt_trace_facts *facts = segment->facts;
	unsigned char *header = NULL, *table = NULL;
	size_t header_size, table_size;
	char *names = NULL;
	int ret;

	for (uint32_t i = 0; i < facts->nr_cpus; i++)
		segment->last[i] = dt_trace_stats_since(&segment->last[i], &segment->first[i]);
	ret = dt_trace_names_read(facts->tracefs, facts->proc, segment->names, &names);
	if (!ret)
		ret = dt_trace_header_make(facts, names, segment->last, &header, &header_size);
	if (!ret)
		ret = dt_trace_table_make(facts, segment->sizes, header_size, &table, &table_size,
					  data);
	if (!ret)
		ret = dt_write_all(fd, header, header_size);
	if (!ret)
		ret = dt_write_all(fd, table, table_size);
	/* also where there are no pages: the table points there */
	if (!ret && (ftruncate(fd, (off_t)*data) || lseek(fd, (off_t)*data, SEEK_SET) < 0))
		ret = -errno;
	free(header);
	free(table);
	free(names);
	return ret;
}

static int write_finished(struct dt_trace_segment *segment, const char *path)
{
	uint64_t data;
	int fd, ret;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return -errno;
	ret = write_front(segment, fd, &data);
	for (uint32_t i = 0; i < segment->facts->nr_cpus && !ret; i++)
		ret = copy_pages(fd, segment->fds[i], segment->sizes[i]);
	/* file systems that write late say here that they could not */
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(path, segment->path))
		ret = -errno;
	if (ret)
		(void)unlink(path);
	return ret;
}

int dt_trace_segment_finish(struct dt_trace_segment *segment, struct dt_error *error)
{
	char path[PATH_MAX];
	int ret;

	(void)snprintf(path, sizeof(path), "%.*s.new", PATH_MAX - SUFFIX, segment->path);
	ret = write_finished(segment, path);
	for (uint32_t i = 0; i < segment->facts->nr_cpus && !ret; i++)
		if (segment->fds[i] >= 0)
			(void)unlink(cpu_path(segment, i, path));
	if (ret)
		(void)dt_fail(error, -ret,
			      "damon-trace reads it as it stands, with the .cpu files beside it; "
			      "closing it takes the space of its pages once more",
			      "cannot close %s: %s", segment->path, strerror(-ret));
	dt_trace_segment_free(segment);
	return ret;
}
