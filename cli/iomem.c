/* SPDX-License-Identifier: GPL-2.0-only */
/* Physical memory ranges from /proc/iomem, for recordings without host context. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"

/* Below this a range is firmware's or a device's, too small to be seen in a picture. */
#define LEAST_BYTES (16ull << 20)

static bool is_memory(const char *name)
{
	static const char *const kinds[] = {"System RAM", "Persistent Memory", "CXL Window",
					    "Soft Reserved", "dax"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(name, kinds[i], strlen(kinds[i])))
			return true;
	return false;
}

/* "  00100000-7ffdbfff : System RAM": nested lines are indented by two. */
static bool parse_line(char *line, struct dt_node_range *range)
{
	static const char separator[] = " : ";
	unsigned long long first, last;
	char *rest;

	line[strcspn(line, "\n")] = '\0';
	first = strtoull(line, &rest, 16);
	if (rest == line || *rest != '-')
		return false;
	line = rest + 1;
	last = strtoull(line, &rest, 16);
	if (rest == line || strncmp(rest, separator, strlen(separator)) != 0 || last < first)
		return false;
	*range = (struct dt_node_range){
		.node = -1, .start = first, .end = last == ULLONG_MAX ? last : last + 1};
	(void)snprintf(range->label, sizeof(range->label), "%s", rest + strlen(separator));
	/* System RAM may be of either kind */
	range->cpus = strncmp(range->label, "System RAM", strlen("System RAM")) ? -1 : 0;
	return true;
}

int dt_iomem_read(const char *path, struct dt_node_range *ranges, size_t *nr, size_t room,
		  struct dt_error *error)
{
	FILE *file = fopen(path, "re");
	struct dt_node_range range;
	bool any = false, too_many = false;
	size_t size = 0;
	char *line = NULL;

	if (!file)
		return dt_fail(error, errno, NULL, "cannot open %s: %s", path, strerror(errno));
	while (getline(&line, &size, file) > 0) {
		if (line[0] == ' ' || !parse_line(line, &range))
			continue;
		any |= range.end > 1;
		if (!is_memory(range.label) || range.end - range.start < LEAST_BYTES)
			continue;
		too_many |= *nr == room;
		if (*nr < room)
			ranges[(*nr)++] = range;
	}
	free(line);
	(void)fclose(file);
	if (too_many)
		return dt_fail(error, E2BIG, "give the ones of interest with --nodes",
			       "%s names more than %zu ranges of memory", path, room);
	if (!any)
		return dt_fail(
			error, EINVAL,
			"/proc/iomem shows addresses to root only: sudo cat /proc/iomem > FILE",
			"%s has no address ranges", path);
	if (!*nr)
		return dt_fail(error, EINVAL, NULL, "%s names no memory", path);
	return 0;
}
