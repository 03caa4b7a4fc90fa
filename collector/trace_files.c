/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading and writing tracefs: sizes are not known before, and a write counts as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/trace_files.h"

/* Files grow while they are read; nothing in tracefs that is read here is near that. */
#define MAX_TEXT (64u << 20)

int dt_trace_path(char *path, size_t size, const char *directory, const char *file)
{
	return snprintf(path, size, "%s/%s", directory, file) >= (int)size ? -ENAMETOOLONG : 0;
}

bool dt_trace_exists(const char *directory, const char *file)
{
	char path[PATH_MAX];

	return !dt_trace_path(path, sizeof(path), directory, file) && !access(path, F_OK);
}

static int open_file(const char *directory, const char *file, int flags)
{
	char path[PATH_MAX];
	int fd = dt_trace_path(path, sizeof(path), directory, file);

	if (fd)
		return fd;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Bytes read, or -errno. */
static ssize_t read_some(int fd, char *to, size_t size)
{
	ssize_t got;

	do
		got = read(fd, to, size);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

int dt_trace_read(const char *directory, const char *file, char **text, size_t *size)
{
	const int fd = open_file(directory, file, O_RDONLY);
	size_t room = 4096, used = 0;
	char *buffer = NULL;
	ssize_t got = 1;

	if (fd < 0)
		return fd;
	while (got > 0) {
		if (!buffer || used + 1 == room) {
			char *larger;

			room *= buffer ? 2 : 1;
			larger = room > MAX_TEXT ? NULL : realloc(buffer, room);
			if (!larger) {
				got = -ENOMEM;
				break;
			}
			buffer = larger;
		}
		got = read_some(fd, buffer + used, room - used - 1);
		used += got > 0 ? (size_t)got : 0;
	}
	(void)close(fd);
	if (got < 0) {
		free(buffer);
		return (int)got;
	}
	buffer[used] = '\0';
	*text = buffer;
	if (size)
		*size = used;
	return 0;
}

int dt_trace_read_into(const char *directory, const char *file, char *text, size_t size)
{
	const int fd = open_file(directory, file, O_RDONLY);
	size_t used = 0;
	ssize_t got = 1;

	text[0] = '\0';
	if (fd < 0)
		return fd;
	while (got > 0 && used + 1 < size) {
		got = read_some(fd, text + used, size - used - 1);
		used += got > 0 ? (size_t)got : 0;
	}
	(void)close(fd);
	text[got < 0 ? 0 : used] = '\0';
	return got < 0 ? (int)got : 0;
}

int dt_trace_write(const char *directory, const char *file, const char *text, bool append)
{
	const int fd = open_file(directory, file, O_WRONLY | (append ? O_APPEND : O_TRUNC));
	ssize_t done;
	int ret;

	if (fd < 0)
		return fd;
	do
		done = write(fd, text, strlen(text));
	while (done < 0 && errno == EINTR);
	ret = done < 0 ? -errno : 0;
	(void)close(fd);
	return ret;
}
