/* SPDX-License-Identifier: GPL-2.0-only */
/* See pmu.h; the kernel's Documentation/ABI/testing/sysfs-bus-event_source-devices-* names them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/pmu.h"

#define DEVICES "bus/event_source/devices"

int dt_pmu_read(char *text, size_t size, const char *format, ...)
{
	char path[512];
	va_list arguments;
	ssize_t length;
	int fd;

	text[0] = '\0';
	va_start(arguments, format);
	(void)vsnprintf(path, sizeof(path), format, arguments);
	va_end(arguments);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, text, size - 1);
	(void)close(fd);
	if (length < 0)
		return -EIO;
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

/* A decimal number that is the whole text. */
static bool whole_number(const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !errno && !*end && *value <= max;
}

int dt_pmu_open(struct dt_pmu *pmu, const struct dt_roots *roots, const char *name)
{
	char text[64];
	uint64_t value;

	*pmu = (struct dt_pmu){.max_precise = -1};
	if (!*name || name[0] == '.' || strchr(name, '/') || strlen(name) >= sizeof(pmu->name))
		return -ENOENT;
	(void)snprintf(pmu->name, sizeof(pmu->name), "%s", name);
	(void)snprintf(pmu->path, sizeof(pmu->path), "%s/" DEVICES "/%s", roots->sysfs, name);
	if (dt_pmu_read(text, sizeof(text), "%s/type", pmu->path))
		return -ENOENT;
	if (!whole_number(text, UINT32_MAX, &value))
		return -EINVAL;
	pmu->type = (uint32_t)value;
	if (dt_pmu_read(pmu->cpus, sizeof(pmu->cpus), "%s/cpus", pmu->path))
		(void)dt_pmu_read(pmu->cpus, sizeof(pmu->cpus), "%s/cpumask", pmu->path);
	(void)dt_pmu_read(text, sizeof(text), "%s/caps/max_precise", pmu->path);
	if (whole_number(text, 3, &value))
		pmu->max_precise = (int)value;
	return 0;
}

/* "config1:0-7,21": the word, then ranges of bits. */
int dt_pmu_field(const struct dt_pmu *pmu, const char *name, struct dt_pmu_field *field)
{
	char text[128], *at = text;
	struct dt_pmu_field made = {0};

	if (!*name || name[0] == '.' || strchr(name, '/') ||
	    dt_pmu_read(text, sizeof(text), "%s/format/%s", pmu->path, name))
		return -ENOENT;
	if (strncmp(at, "config", 6) != 0)
		return -EINVAL;
	at += 6;
	if (*at >= '1' && *at < '0' + DT_PMU_WORDS)
		made.word = (unsigned)(*at++ - '0');
	do {
		unsigned long first, last;

		if (*at != ':' && *at != ',')
			return -EINVAL;
		first = last = strtoul(at + 1, &at, 10);
		if (*at == '-')
			last = strtoul(at + 1, &at, 10);
		if (last > 63 || first > last)
			return -EINVAL;
		made.mask |= (UINT64_MAX >> (63 - (last - first))) << first;
	} while (*at);
	*field = made;
	return 0;
}

int dt_pmu_deposit(const struct dt_pmu_field *field, uint64_t value, uint64_t *word)
{
	uint64_t placed = 0;

	for (uint64_t left = field->mask; left; left &= left - 1) {
		if (value & 1)
			placed |= left & -left;
		value >>= 1;
	}
	if (value)
		return -ERANGE;
	*word = (*word & ~field->mask) | placed;
	return 0;
}

/* "mem-loads.scale" and the like tell how to show an event; they are none. */
static bool is_event_name(const char *name)
{
	return *name && !strchr(name, '.') && !strchr(name, '/');
}

int dt_pmu_event(const struct dt_pmu *pmu, const char *name, char *terms, size_t size)
{
	if (!is_event_name(name) || dt_pmu_read(terms, size, "%s/events/%s", pmu->path, name))
		return -ENOENT;
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

size_t dt_pmu_list(const struct dt_roots *roots, const char *event, char (*names)[64], size_t max)
{
	char path[512];
	struct dirent *entry;
	size_t nr = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/" DEVICES, roots->sysfs);
	dir = opendir(path);
	while (dir && nr < max && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof(*names))
			continue;
		(void)snprintf(path, sizeof(path), "%s/" DEVICES "/%s/%s%s", roots->sysfs,
			       entry->d_name, event ? "events/" : "type", event ? event : "");
		if (!access(path, R_OK))
			memcpy(names[nr++], entry->d_name, strlen(entry->d_name) + 1);
	}
	if (dir)
		(void)closedir(dir);
	qsort(names, nr, sizeof(*names), compare_names);
	return nr;
}

static void offer_directory(struct dt_nearest *nearest, const char *path)
{
	struct dirent *entry;
	DIR *dir = opendir(path);

	while (dir && (entry = readdir(dir)))
		if (is_event_name(entry->d_name))
			dt_nearest_offer(nearest, entry->d_name);
	if (dir)
		(void)closedir(dir);
}

void dt_pmu_offer(const struct dt_roots *roots, struct dt_nearest *nearest)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/" DEVICES, roots->sysfs);
	offer_directory(nearest, path);
}

void dt_pmu_offer_terms(const struct dt_pmu *pmu, struct dt_nearest *nearest)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/format", pmu->path);
	offer_directory(nearest, path);
	(void)snprintf(path, sizeof(path), "%s/events", pmu->path);
	offer_directory(nearest, path);
}
