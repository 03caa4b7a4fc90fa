/* SPDX-License-Identifier: GPL-2.0-only */
/* Making, bounding and replacing a recording's directory. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "collector/directory.h"
#include "damon-trace/recording.h"

/*
 * Kept back for the end: a full disk stops the recording, and host.json, the features of perf.data
 * and the header of trace.dat still have to go somewhere.
 */
#define RESERVE (512u << 10)

static const char *const segment_parts[] = {DT_RECORDING_TRACE, DT_RECORDING_PERF,
					    DT_RECORDING_WITNESS};
static const char *const single_parts[] = {DT_RECORDING_HOST, DT_RECORDING_HOST ".new",
					   "tune.jsonl"};

#define NR(array) (sizeof(array) / sizeof((array)[0]))

const char *dt_directory_part(char name[64], const char *part, unsigned segment)
{
	if (segment)
		(void)snprintf(name, 64, "%s.%u", part, segment);
	else
		(void)snprintf(name, 64, "%s", part);
	return name;
}

/* Is it "NAME" or "NAME.3", or that with ".cpu0" (being written) or ".new" (being closed)? */
static bool belongs_to(const char *file, const char *part)
{
	const size_t length = strlen(part);
	const char *rest;

	if (strncmp(file, part, length) != 0)
		return false;
	rest = file + length;
	if (*rest == '.' && rest[1] >= '0' && rest[1] <= '9')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (!strncmp(rest, ".cpu", 4))
		rest += 4 + strspn(rest + 4, "0123456789");
	else if (!strcmp(rest, ".new"))
		rest += 4;
	return !*rest;
}

static bool is_ours(const char *file)
{
	for (size_t i = 0; i < NR(segment_parts); i++)
		if (belongs_to(file, segment_parts[i]))
			return true;
	for (size_t i = 0; i < NR(single_parts); i++)
		if (!strcmp(file, single_parts[i]))
			return true;
	return false;
}

/* Call visit for every entry but . and ..; ends with the first result that is not 0. */
static int each_file(int fd, int (*visit)(int fd, const char *name, void *context), void *context)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	int ret = 0;

	if (!stream) {
		ret = -errno;
		if (copy >= 0)
			(void)close(copy);
		return ret;
	}
	while (!ret && (entry = readdir(stream)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			ret = visit(fd, entry->d_name, context);
	(void)closedir(stream);
	return ret;
}

static int check_ours(int fd, const char *name, void *context)
{
	(void)fd;
	if (is_ours(name))
		return 0;
	(void)snprintf(context, NAME_MAX + 1, "%s", name);
	return -ENOTEMPTY;
}

static int remove_file(int fd, const char *name, void *context)
{
	(void)context;
	return unlinkat(fd, name, 0) ? -errno : 0;
}

static int empty(struct dt_directory *directory, struct dt_error *error)
{
	char foreign[NAME_MAX + 1] = "";
	int ret = each_file(directory->fd, check_ours, foreign);

	if (ret == -ENOTEMPTY)
		return dt_fail(error, ENOTEMPTY,
			       "choose another directory with -o; --force replaces recordings only",
			       "%s holds %s, which is no part of a recording", directory->path,
			       foreign);
	if (!ret)
		ret = each_file(directory->fd, remove_file, NULL);
	if (ret)
		return dt_fail(error, -ret, NULL, "cannot empty %s: %s", directory->path,
			       strerror(-ret));
	return 0;
}

static int keep_reserve(const struct dt_directory *directory)
{
	static const char name[] = ".reserve";
	int fd = openat(directory->fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return -1;
	(void)unlinkat(directory->fd, name, 0);
	if (fallocate(fd, 0, 0, RESERVE)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

int dt_directory_make(struct dt_directory *directory, const char *path, bool force,
		      struct dt_error *error)
{
	bool exists = false;

	*directory = (struct dt_directory){.path = path, .fd = -1, .reserve = -1};
	if (mkdir(path, 0755)) {
		exists = errno == EEXIST;
		if (!exists)
			return dt_fail(error, errno,
				       "choose another place with -o; the directory above it must "
				       "exist and be writable",
				       "cannot make %s: %s", path, strerror(errno));
		if (!force)
			return dt_fail(error, EEXIST,
				       "choose another name with -o, or replace it with --force",
				       "%s exists already", path);
	}
	directory->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory->fd < 0)
		return dt_fail(error, errno, NULL, "cannot open %s: %s", path, strerror(errno));
	if (exists && empty(directory, error)) {
		dt_directory_close(directory);
		return -ENOTEMPTY;
	}
	directory->reserve = keep_reserve(directory);
	return 0;
}

void dt_directory_release(struct dt_directory *directory)
{
	if (directory->reserve >= 0)
		(void)close(directory->reserve);
	directory->reserve = -1;
}

void dt_directory_close(struct dt_directory *directory)
{
	dt_directory_release(directory);
	if (directory->fd >= 0)
		(void)close(directory->fd);
	directory->fd = -1;
}

static int add_size(int fd, const char *name, void *context)
{
	struct stat status;

	/* blocks, not length: a hole takes no space */
	if (!fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW))
		*(uint64_t *)context += (uint64_t)status.st_blocks * 512;
	return 0;
}

uint64_t dt_directory_bytes(const struct dt_directory *directory)
{
	uint64_t bytes = 0;

	(void)each_file(directory->fd, add_size, &bytes);
	return bytes;
}

bool dt_directory_forget(struct dt_directory *directory)
{
	char name[64];

	if (directory->oldest >= directory->youngest)
		return false;
	for (size_t i = 0; i < NR(segment_parts); i++)
		(void)unlinkat(directory->fd,
			       dt_directory_part(name, segment_parts[i], directory->oldest), 0);
	directory->oldest++;
	return true;
}
