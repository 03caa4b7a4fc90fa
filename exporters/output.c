/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that an export writes. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exporters/output.h"
#include "support/temporary.h"

static int cannot_write(const struct dt_output *output, int code, struct dt_error *error)
{
	return dt_fail(error, code, code == ENOSPC ? "free some space, or write elsewhere" : NULL,
		       "cannot write %s: %s", output->path ? output->path : "standard output",
		       strerror(code));
}

/* A file beside the target, with the rights that the target would have. */
static int open_beside(struct dt_output *output, const struct stat *there)
{
	const size_t size = strlen(output->path) + sizeof(".XXXXXX");
	mode_t mask;

	output->temporary = malloc(size);
	if (!output->temporary)
		return -ENOMEM;
	(void)snprintf(output->temporary, size, "%s.XXXXXX", output->path);
	output->fd = mkostemp(output->temporary, O_CLOEXEC);
	if (output->fd < 0) {
		const int code = errno;

		free(output->temporary);
		output->temporary = NULL;
		return -code;
	}
	mask = umask(0);
	(void)umask(mask);
	(void)fchmod(output->fd, there ? there->st_mode & 07777 : 0666 & ~mask);
	return 0;
}

/* What is no regular file (a pipe, a device, a link's target) has to be written as it is. */
static int open_target(struct dt_output *output)
{
	struct stat there;
	int fd;

	if (!output->path) {
		output->fd = STDOUT_FILENO;
		return 0;
	}
	if (lstat(output->path, &there))
		return errno == ENOENT ? open_beside(output, NULL) : -errno;
	if (S_ISREG(there.st_mode) && there.st_nlink == 1) {
		if (access(output->path, W_OK))
			return -errno;
		return open_beside(output, &there);
	}
	fd = open(output->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	output->fd = fd;
	return fd < 0 ? -errno : 0;
}

int dt_output_open(struct dt_output **result, const char *path, struct dt_error *error)
{
	struct dt_output *output = calloc(1, sizeof(*output));
	int ret = output ? 0 : -ENOMEM;

	if (output) {
		output->fd = -1;
		output->buffer = malloc(DT_OUTPUT_SIZE);
		output->path = path ? strdup(path) : NULL;
		if (!output->buffer || (path && !output->path))
			ret = -ENOMEM;
	}
	if (ret) {
		dt_output_close(output);
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	}
	ret = open_target(output);
	if (ret) {
		const char *hint = ret == -ENOENT || ret == -EACCES || ret == -EROFS
					   ? "-o names a file in a directory that you can write to"
					   : NULL;

		(void)dt_fail(error, -ret, hint, "cannot write %s: %s", path, strerror(-ret));
		dt_output_close(output);
		return ret;
	}
	*result = output;
	return 0;
}

void dt_output_flush(struct dt_output *output)
{
	if (!output->error)
		output->error = dt_write_all(output->fd, output->buffer, output->used);
	output->written += output->used;
	output->used = 0;
}

int dt_output_commit(struct dt_output *output, struct dt_error *error)
{
	int code;

	dt_output_flush(output);
	code = -output->error;
	/* a full disk may show only now; pipes and terminals cannot be synced */
	if (!code && output->temporary && fsync(output->fd) && errno != EINVAL)
		code = errno;
	if (!code && output->path && close(output->fd))
		code = errno;
	if (output->path)
		output->fd = -1;
	if (!code && output->temporary && rename(output->temporary, output->path))
		code = errno;
	if (code)
		return cannot_write(output, code, error);
	free(output->temporary);
	output->temporary = NULL;
	return 0;
}

void dt_output_close(struct dt_output *output)
{
	if (!output)
		return;
	if (output->temporary)
		(void)unlink(output->temporary);
	if (output->path && output->fd >= 0)
		(void)close(output->fd);
	free(output->temporary);
	free(output->path);
	free(output->buffer);
	free(output);
}

void dt_output_bytes(struct dt_output *output, const void *bytes, size_t size)
{
	const char *from = bytes;

	while (size) {
		size_t part = DT_OUTPUT_SIZE - output->used;

		if (!part) {
			dt_output_flush(output);
			continue;
		}
		part = size < part ? size : part;
		memcpy(output->buffer + output->used, from, part);
		output->used += part;
		from += part;
		size -= part;
	}
}

void dt_output_text(struct dt_output *output, const char *text)
{
	dt_output_bytes(output, text, strlen(text));
}

void dt_output_format(struct dt_output *output, const char *format, ...)
{
	char *to = dt_output_room(output);
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(to, DT_OUTPUT_ROOM, format, arguments);
	va_end(arguments);
	if (length > 0)
		output->used += length < DT_OUTPUT_ROOM ? (size_t)length : DT_OUTPUT_ROOM - 1;
}

char *dt_put_u64(char *to, uint64_t value)
{
	static const char pairs[] = "0001020304050607080910111213141516171819"
				    "2021222324252627282930313233343536373839"
				    "4041424344454647484950515253545556575859"
				    "6061626364656667686970717273747576777879"
				    "8081828384858687888990919293949596979899";
	char digits[24], *at = digits + sizeof(digits);
	size_t length;

	while (value >= 100) {
		at -= 2;
		memcpy(at, pairs + 2 * (value % 100), 2);
		value /= 100;
	}
	if (value >= 10) {
		at -= 2;
		memcpy(at, pairs + 2 * value, 2);
	} else {
		*--at = (char)('0' + value);
	}
	length = (size_t)(digits + sizeof(digits) - at);
	memcpy(to, at, length);
	return to + length;
}

char *dt_put_i64(char *to, int64_t value)
{
	if (value >= 0)
		return dt_put_u64(to, (uint64_t)value);
	*to++ = '-';
	return dt_put_u64(to, -(uint64_t)value);
}

char *dt_put_seconds(char *to, int64_t ns, unsigned decimals)
{
	uint64_t size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns, part = size % 1000000000u;
	char text[16];

	if (ns < 0)
		*to++ = '-';
	to = dt_put_u64(to, size / 1000000000u);
	*to++ = '.';
	(void)snprintf(text, sizeof(text), "%09u", (unsigned)part);
	memcpy(to, text, decimals);
	return to + decimals;
}
