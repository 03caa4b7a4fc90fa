/* SPDX-License-Identifier: GPL-2.0-only */
/* The bytes of an input: files, standard input, memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "readers/source.h"
#include "support/temporary.h"

/* Copies a pipe in pieces of this many bytes. */
#define SPOOL_CHUNK (256u << 10)

/* What a pipe may hold, without privilege. */
#define PIPE_SIZE (1 << 20)

static int spool_error(const char *path, int code, struct dt_error *error)
{
	return dt_fail(error, code,
		       "a stream is kept in a temporary file: set TMPDIR to a directory with room "
		       "for it",
		       "cannot spool %s: %s", path, strerror(code));
}

static int copy_stream(int from, int to, const char *path, struct dt_error *error)
{
	unsigned char *chunk = malloc(SPOOL_CHUNK);
	ssize_t got;
	int ret = 0;

	if (!chunk)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	while ((got = read(from, chunk, SPOOL_CHUNK)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			ret = dt_fail(error, errno, NULL, "cannot read %s: %s", path,
				      strerror(errno));
			break;
		}
		ret = dt_write_all(to, chunk, (size_t)got);
		if (ret) {
			ret = spool_error(path, -ret, error);
			break;
		}
	}
	free(chunk);
	return ret;
}

static void end_stream(struct dt_source *source)
{
	(void)close(source->stream);
	source->stream = -1;
}

int dt_source_settle(struct dt_source *source, struct dt_error *error)
{
	struct stat status;
	int temporary, ret;

	if (!source->head)
		return 0;
	temporary = dt_temporary_open();
	if (temporary < 0)
		return dt_fail(error, -temporary, "set TMPDIR to a writable directory",
			       "cannot create a temporary file in %s: %s", dt_temporary_directory(),
			       strerror(-temporary));
	ret = dt_write_all(temporary, source->head, source->head_size);
	if (ret)
		ret = spool_error(source->path, -ret, error);
	else if (source->stream >= 0)
		ret = copy_stream(source->stream, temporary, source->path, error);
	if (!ret && fstat(temporary, &status))
		ret = dt_fail(error, errno, NULL, "cannot stat the spooled %s: %s", source->path,
			      strerror(errno));
	if (ret) {
		(void)close(temporary);
		return ret;
	}
	if (source->stream >= 0)
		end_stream(source);
	free(source->head);
	source->head = NULL;
	source->fd = temporary;
	source->size = (uint64_t)status.st_size;
	return 0;
}

/* Read up to size bytes of a stream; short only at its end, which closes it. */
static int64_t read_stream(struct dt_source *source, unsigned char *buffer, size_t size)
{
	size_t done = 0;

	while (done < size && source->stream >= 0) {
		const ssize_t got = read(source->stream, buffer + done, size - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got) {
			end_stream(source);
			source->size = source->position;
		}
		done += (size_t)got;
		source->position += (size_t)got;
	}
	return (int64_t)done;
}

/* The descriptor is that of a stream: keep its beginning. */
static int begin_stream(struct dt_source *source, struct dt_error *error)
{
	int64_t got;

	source->head = malloc(DT_STREAM_HEAD);
	if (!source->head)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	source->stream = source->fd;
	source->fd = -1;
	/* fewer changes between the writer and us; a stream that is no pipe refuses */
	(void)fcntl(source->stream, F_SETPIPE_SZ, PIPE_SIZE);
	source->size = UINT64_MAX;
	got = read_stream(source, source->head, DT_STREAM_HEAD);
	if (got < 0)
		return dt_fail(error, (int)-got, NULL, "cannot read %s: %s", source->path,
			       strerror((int)-got));
	source->head_size = (size_t)got;
	return 0;
}

static int open_fd(const char *path, struct dt_error *error)
{
	int fd;

	if (!strcmp(path, "-"))
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return dt_fail(error, errno,
			       errno == EACCES ? "recordings made by root need root, or chown"
					       : NULL,
			       "cannot open %s: %s", path, strerror(errno));
	return fd;
}

static int look_at(struct dt_source *source, struct dt_error *error)
{
	struct stat status;

	if (fstat(source->fd, &status))
		return dt_fail(error, errno, NULL, "cannot stat %s: %s", source->path,
			       strerror(errno));
	if (S_ISDIR(status.st_mode))
		return dt_fail(error, EISDIR, NULL, "%s is a directory", source->path);
	/* stdin redirected from a file counts from the file's start: offsets in warnings fit */
	if (!S_ISREG(status.st_mode))
		return begin_stream(source, error);
	source->size = (uint64_t)status.st_size;
	(void)posix_fadvise(source->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

static int source_new(struct dt_source **source, const char *name)
{
	struct dt_source *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	made->fd = -1;
	made->stream = -1;
	made->path = strdup(name);
	if (!made->path) {
		free(made);
		return -ENOMEM;
	}
	*source = made;
	return 0;
}

int dt_source_open_stream(struct dt_source **source, const char *path, struct dt_error *error)
{
	struct dt_source *made;
	int ret;

	ret = source_new(&made, path);
	if (ret)
		return dt_fail(error, -ret, NULL, "out of memory");
	made->fd = open_fd(path, error);
	ret = made->fd < 0 ? made->fd : look_at(made, error);
	if (ret) {
		dt_source_close(made);
		return ret;
	}
	*source = made;
	return 0;
}

int dt_source_open(struct dt_source **source, const char *path, struct dt_error *error)
{
	struct dt_source *made = NULL;
	int ret = dt_source_open_stream(&made, path, error);

	if (ret || !made)
		return ret;
	ret = dt_source_settle(made, error);
	if (ret) {
		dt_source_close(made);
		return ret;
	}
	*source = made;
	return 0;
}

int dt_source_open_memory(struct dt_source **source, const void *data, size_t size,
			  const char *name)
{
	int ret = source_new(source, name);

	if (ret)
		return ret;
	(*source)->memory = data;
	(*source)->size = size;
	return 0;
}

void dt_source_close(struct dt_source *source)
{
	if (!source)
		return;
	if (source->fd >= 0)
		(void)close(source->fd);
	if (source->stream >= 0)
		(void)close(source->stream);
	free(source->head);
	for (size_t i = 0; i < source->nr_behind; i++)
		(void)close(source->behind[i].fd);
	free(source->behind);
	free(source->path);
	free(source);
}

int dt_source_append(struct dt_source *source, const char *path, uint64_t *offset)
{
	struct dt_source_behind *behind;
	struct stat status;
	int fd, ret;

	behind = realloc(source->behind, (source->nr_behind + 1) * sizeof(*behind));
	if (!behind)
		return -ENOMEM;
	source->behind = behind;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = fstat(fd, &status) ? -errno : S_ISREG(status.st_mode) ? 0 : -EINVAL;
	if (!ret && (uint64_t)status.st_size > INT64_MAX - source->size)
		ret = -EFBIG;
	if (ret) {
		(void)close(fd);
		return ret;
	}
	*offset = source->size;
	behind[source->nr_behind++] = (struct dt_source_behind){.fd = fd, .offset = *offset};
	source->size += (uint64_t)status.st_size;
	return 0;
}

int dt_source_join(struct dt_source *source, struct dt_source *other, uint64_t *offset)
{
	const size_t nr = source->nr_behind + 1 + other->nr_behind;
	struct dt_source_behind *behind = realloc(source->behind, nr * sizeof(*behind));

	if (!behind)
		return -ENOMEM;
	source->behind = behind;
	*offset = source->size;
	behind += source->nr_behind;
	*behind++ = (struct dt_source_behind){.fd = other->fd, .offset = *offset};
	for (size_t i = 0; i < other->nr_behind; i++)
		*behind++ = (struct dt_source_behind){.fd = other->behind[i].fd,
						      .offset = *offset + other->behind[i].offset};
	source->nr_behind = nr;
	source->size += other->size;
	other->fd = -1;
	other->nr_behind = 0;
	dt_source_close(other);
	return 0;
}

/* The file that has the byte at *offset, which becomes an offset in it; *end: where it ends. */
static int fd_at(const struct dt_source *source, uint64_t *offset, uint64_t *end)
{
	size_t i = source->nr_behind;

	while (i && source->behind[i - 1].offset > *offset)
		i--;
	*end = i < source->nr_behind ? source->behind[i].offset : source->size;
	if (!i)
		return source->fd;
	*end -= source->behind[i - 1].offset;
	*offset -= source->behind[i - 1].offset;
	return source->behind[i - 1].fd;
}

/* Of the beginning of a stream, or of what comes next of it. */
static int64_t read_head(struct dt_source *source, unsigned char *buffer, uint64_t offset,
			 size_t size)
{
	size_t done = 0;
	int64_t got;

	if (offset < source->head_size) {
		done = source->head_size - (size_t)offset;
		done = done < size ? done : size;
		memcpy(buffer, source->head + offset, done);
	}
	if (done == size || source->stream < 0)
		return (int64_t)done;
	if (offset + done != source->position)
		return done ? (int64_t)done : -ESPIPE;
	got = read_stream(source, buffer + done, size - done);
	return got < 0 ? got : (int64_t)done + got;
}

int64_t dt_source_read(const struct dt_source *source, void *buffer, uint64_t offset, size_t size)
{
	size_t done = 0;

	if (offset >= source->size)
		return 0;
	if (size > source->size - offset)
		size = (size_t)(source->size - offset);
	if (source->fd < 0) {
		if (size)
			memcpy(buffer, source->memory + offset, size);
		return (int64_t)size;
	}
	while (done < size) {
		uint64_t at = offset + done, end;
		const int fd = fd_at(source, &at, &end);
		const size_t left = end - at < size - done ? (size_t)(end - at) : size - done;
		ssize_t got = pread(fd, (char *)buffer + done, left, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		done += (size_t)got;
	}
	return (int64_t)done;
}

int64_t dt_source_take(struct dt_source *source, void *buffer, uint64_t offset, size_t size)
{
	return source->head ? read_head(source, buffer, offset, size)
			    : dt_source_read(source, buffer, offset, size);
}

int dt_window_init(struct dt_window *window, const struct dt_source *source, size_t capacity)
{
	*window = (struct dt_window){.source = source, .capacity = capacity};
	window->buffer = malloc(capacity);
	return window->buffer ? 0 : -ENOMEM;
}

void dt_window_free(struct dt_window *window)
{
	free(window->buffer);
	*window = (struct dt_window){0};
}

const unsigned char *dt_window_get(struct dt_window *window, uint64_t offset, size_t need,
				   size_t *available)
{
	int64_t got;

	if (offset < window->start || offset - window->start > window->filled ||
	    window->filled - (offset - window->start) < need) {
		got = dt_source_read(window->source, window->buffer, offset, window->capacity);
		window->error = got < 0 ? (int)got : 0;
		window->start = offset;
		window->filled = got < 0 ? 0 : (size_t)got;
	}
	*available = window->filled - (size_t)(offset - window->start);
	return *available < need ? NULL : window->buffer + (offset - window->start);
}

int dt_source_explain(const struct dt_source *source, int ret, struct dt_error *error)
{
	if (ret == -ENOMEM)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	if (ret == -EIO)
		return dt_fail(error, EIO, "the disk or the file system has a fault: see dmesg",
			       "cannot read %s: %s", source->path, strerror(EIO));
	return ret;
}
