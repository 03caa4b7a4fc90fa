/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Directories of perf record --threads: `data` has the header, data.0, data.1, ... have the
 * records of one CPU each and no header.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/perf_data.h"
#include "readers/perf_reader.h"

/* More than perf's own limit of CPUs. */
#define MAX_PARTS 65536

struct numbers {
	uint32_t *list;
	size_t count, room;
};

static int numbers_add(struct numbers *numbers, uint32_t number)
{
	if (numbers->count == numbers->room) {
		size_t room = numbers->room ? 2 * numbers->room : 16;
		uint32_t *list = realloc(numbers->list, room * sizeof(*list));

		if (!list)
			return -ENOMEM;
		numbers->list = list;
		numbers->room = room;
	}
	numbers->list[numbers->count++] = number;
	return 0;
}

/* "data.17" is 17; anything else is no part. */
static bool part_number(const char *name, uint32_t *number)
{
	static const char prefix[] = "data.";
	char back[32];
	unsigned long value;

	if (strncmp(name, prefix, strlen(prefix)) != 0)
		return false;
	value = strtoul(name + strlen(prefix), NULL, 10);
	(void)snprintf(back, sizeof(back), "%s%lu", prefix, value);
	if (value >= MAX_PARTS || strcmp(back, name) != 0)
		return false;
	*number = (uint32_t)value;
	return true;
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

static int list_parts(const char *path, struct numbers *numbers, struct dt_error *error)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	int ret = 0;

	if (!directory)
		return dt_fail(error, errno, NULL, "cannot open %s: %s", path, strerror(errno));
	while (!ret && (entry = readdir(directory))) {
		uint32_t number;

		if (part_number(entry->d_name, &number))
			ret = numbers_add(numbers, number);
	}
	(void)closedir(directory);
	if (ret)
		return dt_fail(error, -ret, NULL, "out of memory");
	if (numbers->count)
		qsort(numbers->list, numbers->count, sizeof(*numbers->list), compare_numbers);
	return 0;
}

static int add_part(struct dt_perf_reader *reader, const char *path, uint32_t number,
		    struct dt_error *error)
{
	struct dt_source *source;
	char file[4096], name[32];
	int ret;

	(void)snprintf(name, sizeof(name), "data.%u", number);
	if (snprintf(file, sizeof(file), "%s/%s", path, name) >= (int)sizeof(file))
		return dt_fail(error, ENAMETOOLONG, NULL, "the path %s is too long", path);
	ret = dt_source_open(&source, file, error);
	if (ret)
		return ret;
	ret = dt_perf_reader_add_part(reader, source, name);
	if (ret) {
		dt_source_close(source);
		return dt_fail(error, -ret, NULL, "out of memory");
	}
	return 0;
}

/* Reports name what the user gave. */
static int name_after_directory(struct dt_source *source, const char *path, struct dt_error *error)
{
	char *name = strdup(path);

	if (!name)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	free(source->path);
	source->path = name;
	return 0;
}

static int open_main_file(struct dt_perf_reader **reader, const char *path, struct dt_error *error)
{
	struct dt_source *source;
	unsigned char head[8];
	char file[4096];
	int ret;

	if (snprintf(file, sizeof(file), "%s/data", path) >= (int)sizeof(file))
		return dt_fail(error, ENAMETOOLONG, NULL, "the path %s is too long", path);
	ret = dt_source_open(&source, file, error);
	if (ret)
		return ret;
	if (dt_source_read(source, head, 0, sizeof(head)) != (int64_t)sizeof(head) ||
	    !dt_perf_data_reader.probe(head, sizeof(head)))
		ret = dt_fail(error, ENOMSG, NULL, "%s does not begin as perf.data (PERFILE2)",
			      file);
	else
		ret = name_after_directory(source, path, error);
	if (!ret)
		ret = dt_perf_reader_new(reader, source, error);
	if (ret)
		dt_source_close(source);
	return ret;
}

static void describe(struct dt_perf_reader *reader, size_t parts)
{
	struct dt_input_info *info = &reader->base.info;

	(void)snprintf(info->version, sizeof(info->version), "2, directory mode%s",
		       reader->zstd ? ", zstd" : "");
	if (parts)
		return;
	dt_warn(&info->warnings, UINT64_MAX, "the directory has no data.0: its samples are gone");
	reader->damaged = true;
	info->complete = false;
}

int dt_perf_dir_open(struct dt_reader **reader, const char *path, struct dt_error *error)
{
	struct dt_perf_reader *made = NULL;
	struct numbers numbers = {0};
	int ret;

	ret = open_main_file(&made, path, error);
	if (!made)
		return ret;
	ret = list_parts(path, &numbers, error);
	for (size_t i = 0; i < numbers.count && !ret; i++)
		ret = add_part(made, path, numbers.list[i], error);
	if (ret) {
		dt_perf_data_reader.close(&made->base);
	} else {
		describe(made, numbers.count);
		*reader = &made->base;
	}
	free(numbers.list);
	return ret;
}
