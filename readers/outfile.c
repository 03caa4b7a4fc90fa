/* SPDX-License-Identifier: GPL-2.0-only */
/* See outfile.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "readers/outfile.h"

#define BUFFER_SIZE (256u << 10)

/* What perf gives its files: recordings hold addresses. */
#define OWN_MODE 0600

static void clear(struct dt_outfile *file)
{
	free(file->path);
	free(file->buffer);
	*file = (struct dt_outfile){.file.fd = -1};
}

static mode_t mode_like(const struct dt_source *source)
{
	struct stat status;

	if (source->fd < 0 || fstat(source->fd, &status) || !S_ISREG(status.st_mode))
		return OWN_MODE;
	return (status.st_mode & 0666) | OWN_MODE;
}

/* A header is written when what follows it is: no pipe and no device can take it. */
static bool is_special(const char *path)
{
	struct stat status;

	return !stat(path, &status) && !S_ISREG(status.st_mode);
}

int dt_outfile_begin(struct dt_outfile *file, const char *path, const struct dt_source *source,
		     const volatile sig_atomic_t *stop, struct dt_error *error)
{
	int ret = -ENOMEM;

	*file = (struct dt_outfile){.file.fd = -1, .stop = stop};
	if (is_special(path))
		return dt_fail(error, EINVAL, "choose another name",
			       "cannot write %s: it is no regular file", path);
	file->path = strdup(path);
	file->buffer = malloc(BUFFER_SIZE);
	if (file->path && file->buffer)
		ret = dt_replace_begin(&file->file, path);
	if (ret) {
		(void)dt_replace_fail(error, -ret, path);
		clear(file);
		return ret;
	}
	(void)fchmod(file->file.fd, mode_like(source));
	/* nothing is lost with it: the input is still there */
	file->file.quick = true;
	return 0;
}

int dt_outfile_error(struct dt_outfile *file)
{
	if (!file->error && file->stop && *file->stop)
		file->error = -EINTR;
	return file->error;
}

static void put(struct dt_outfile *file, const unsigned char *bytes, size_t size, uint64_t offset)
{
	while (size && !dt_outfile_error(file)) {
		const ssize_t written = pwrite(file->file.fd, bytes, size, (off_t)offset);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0) {
			file->error = written ? -errno : -ENOSPC;
			return;
		}
		bytes += written;
		offset += (uint64_t)written;
		size -= (size_t)written;
	}
}

static void flush(struct dt_outfile *file)
{
	put(file, file->buffer, file->filled, file->position - file->filled);
	file->filled = 0;
}

void dt_outfile_write(struct dt_outfile *file, const void *bytes, size_t size)
{
	if (size > BUFFER_SIZE - file->filled)
		flush(file);
	if (size > BUFFER_SIZE) {
		put(file, bytes, size, file->position);
	} else {
		memcpy(file->buffer + file->filled, bytes, size);
		file->filled += size;
	}
	file->position += size;
}

void dt_outfile_align(struct dt_outfile *file, uint64_t alignment)
{
	static const unsigned char zeros[4096];
	uint64_t missing = file->position % alignment;

	for (missing = missing ? alignment - missing : 0; missing && !file->error;) {
		const size_t piece = missing < sizeof(zeros) ? (size_t)missing : sizeof(zeros);

		dt_outfile_write(file, zeros, piece);
		missing -= piece;
	}
}

void dt_outfile_copy(struct dt_outfile *file, const struct dt_source *source, uint64_t offset,
		     uint64_t size)
{
	while (size && !file->error) {
		const size_t piece = size < BUFFER_SIZE ? (size_t)size : BUFFER_SIZE;
		int64_t got;

		flush(file);
		got = dt_source_read(source, file->buffer, offset, piece);
		if (got <= 0) {
			file->error = got ? (int)got : -EBADMSG;
			return;
		}
		file->filled = (size_t)got;
		file->position += (uint64_t)got;
		offset += (uint64_t)got;
		size -= (uint64_t)got;
	}
}

void dt_outfile_patch(struct dt_outfile *file, uint64_t offset, const void *bytes, size_t size)
{
	flush(file);
	put(file, bytes, size, offset);
}

int dt_outfile_finish(struct dt_outfile *file, struct dt_error *error)
{
	int ret;

	flush(file);
	ret = file->error;
	if (ret)
		dt_replace_drop(&file->file);
	else
		ret = dt_replace_end(&file->file);
	if (ret)
		(void)dt_replace_fail(error, -ret, file->path);
	clear(file);
	return ret;
}

void dt_outfile_drop(struct dt_outfile *file)
{
	dt_replace_drop(&file->file);
	clear(file);
}
