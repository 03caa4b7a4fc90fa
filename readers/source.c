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
			ret = dt_fail(error, -ret,
				      "a stream is kept in a temporary file: set TMPDIR to a "
				      "directory with room for it",
				      "cannot spool %s: %s", path, strerror(-ret));
			break;
		}
	}
	free(chunk);
	return ret;
}

/* Replace a descriptor that cannot be seeked by a file with the same bytes. */
static int spool(int *fd, const char *path, struct dt_error *error)
{
	int temporary = dt_temporary_open();
	int ret;

	if (temporary < 0)
		return dt_fail(error, -temporary, "set TMPDIR to a writable directory",
			       "cannot create a temporary file in %s: %s", dt_temporary_directory(),
			       strerror(-temporary));
	ret = copy_stream(*fd, temporary, path, error);
	if (ret) {
		(void)close(temporary);
		return ret;
	}
	(void)close(*fd);
	*fd = temporary;
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

static int settle_size(int *fd, const char *path, uint64_t *size, struct dt_error *error)
{
	struct stat status;
	int ret;

	if (fstat(*fd, &status))
		return dt_fail(error, errno, NULL, "cannot stat %s: %s", path, strerror(errno));
	if (S_ISDIR(status.st_mode))
		return dt_fail(error, EISDIR, NULL, "%s is a directory", path);
	/* stdin redirected from a file counts from the file's start: offsets in warnings fit */
	if (!S_ISREG(status.st_mode)) {
		ret = spool(fd, path, error);
		if (ret)
			return ret;
		if (fstat(*fd, &status))
			return dt_fail(error, errno, NULL, "cannot stat the spooled %s: %s", path,
				       strerror(errno));
	}
	*size = (uint64_t)status.st_size;
	return 0;
}

static int source_new(struct dt_source **source, const char *name)
{
	struct dt_source *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	made->fd = -1;
	made->path = strdup(name);
	if (!made->path) {
		free(made);
		return -ENOMEM;
	}
	*source = made;
	return 0;
}

int dt_source_open(struct dt_source **source, const char *path, struct dt_error *error)
{
	struct dt_source *made;
	int ret;

	ret = source_new(&made, path);
	if (ret)
		return dt_fail(error, -ret, NULL, "out of memory");
	made->fd = open_fd(path, error);
	ret = made->fd < 0 ? made->fd : settle_size(&made->fd, made->path, &made->size, error);
	if (ret) {
		dt_source_close(made);
		return ret;
	}
	(void)posix_fadvise(made->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
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
	free(source->path);
	free(source);
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
		ssize_t got = pread(source->fd, (char *)buffer + done, size - done,
				    (off_t)(offset + done));

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
