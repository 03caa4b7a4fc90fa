/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What recorders that were killed left in the kernel: instances keep their rings' memory, dynamic
 * events keep a function patched.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/goal_probe.h"
#include "collector/trace_files.h"
#include "collector/tracer.h"

/* The pid behind the prefix, 0 when it is no such name. */
static long owner(const char *name, const char *prefix, char end)
{
	const size_t length = strlen(prefix);
	char *rest;
	long pid;

	if (strncmp(name, prefix, length) != 0 || name[length] < '1' || name[length] > '9')
		return 0;
	pid = strtol(name + length, &rest, 10);
	return *rest == end ? pid : 0;
}

static bool is_dead(const struct dt_roots *roots, long pid)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "%ld", pid);
	return !dt_trace_exists(roots->proc, name);
}

static int add(struct dt_leftovers *leftovers, const char *name, size_t length)
{
	char(*names)[128] = realloc(leftovers->names, (leftovers->nr + 1) * sizeof(*names));

	if (!names)
		return -ENOMEM;
	leftovers->names = names;
	(void)snprintf(names[leftovers->nr++], sizeof(*names), "%.*s", (int)length, name);
	return 0;
}

static int find_instances(const struct dt_roots *roots, struct dt_leftovers *leftovers)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *stream;
	int ret = 0;

	if (dt_trace_path(path, sizeof(path), roots->tracefs, "instances"))
		return -ENAMETOOLONG;
	stream = opendir(path);
	if (!stream)
		return errno == ENOENT ? 0 : -errno;
	while (!ret && (entry = readdir(stream))) {
		const long pid = owner(entry->d_name, DT_INSTANCE_PREFIX, '\0');

		if (pid && strlen(entry->d_name) < sizeof(*leftovers->names) && is_dead(roots, pid))
			ret = add(leftovers, entry->d_name, strlen(entry->d_name));
	}
	(void)closedir(stream);
	return ret;
}

/* Lines like "f:damon_trace_123/damos_node_eligible_mem_bp damos_quota_score%return ...". */
static int find_events(const struct dt_roots *roots, struct dt_leftovers *leftovers)
{
	char *text = NULL;
	int ret = dt_trace_read(roots->tracefs, "dynamic_events", &text, NULL);

	if (ret)
		return ret == -ENOENT ? 0 : ret;
	for (char *line = text, *next; line && *line && !ret; line = next) {
		const char *event = strchr(line, ':');
		size_t length;
		long pid;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!event)
			continue;
		length = strcspn(++event, " ");
		pid = owner(event, DT_PROBE_GROUP_PREFIX, '/');
		if (pid && length < sizeof(*leftovers->names) && is_dead(roots, pid))
			ret = add(leftovers, event, length);
	}
	free(text);
	return ret;
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

int dt_leftovers_find(const struct dt_roots *roots, struct dt_leftovers *leftovers,
		      struct dt_error *error)
{
	int ret;

	*leftovers = (struct dt_leftovers){0};
	ret = find_instances(roots, leftovers);
	if (!ret)
		ret = find_events(roots, leftovers);
	if (ret) {
		dt_leftovers_free(leftovers);
		return dt_fail(error, -ret, ret == -EACCES ? "run as root" : NULL,
			       "cannot look for leftovers in %s: %s", roots->tracefs,
			       strerror(-ret));
	}
	/* "damon-trace-" sorts before "damon_trace_": instances hold events */
	if (leftovers->nr)
		qsort(leftovers->names, leftovers->nr, sizeof(*leftovers->names), compare);
	return 0;
}

void dt_leftovers_keep(struct dt_leftovers *leftovers, int32_t pid)
{
	size_t nr = 0;

	for (size_t i = 0; i < leftovers->nr; i++) {
		const char *name = leftovers->names[i];

		if (owner(name, DT_INSTANCE_PREFIX, '\0') == pid ||
		    owner(name, DT_PROBE_GROUP_PREFIX, '/') == pid)
			memmove(leftovers->names[nr++], name, sizeof(*leftovers->names));
	}
	leftovers->nr = nr;
}

static int remove_instance(const struct dt_roots *roots, const char *name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/instances/%s", roots->tracefs, name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	return rmdir(path) ? -errno : 0;
}

int dt_leftovers_remove(const struct dt_roots *roots, const struct dt_leftovers *leftovers,
			struct dt_error *error)
{
	int kept = 0;

	for (size_t i = 0; i < leftovers->nr; i++) {
		const char *name = leftovers->names[i];
		const int ret = strchr(name, '/') ? dt_dynamic_event_remove(roots->tracefs, name)
						  : remove_instance(roots, name);

		/* the others go nevertheless */
		if (ret && ret != -ENOENT && !kept)
			kept = dt_fail(error, -ret,
				       ret == -EBUSY ? "somebody has its files open, or the event "
						       "enabled"
				       : ret == -EACCES ? "run as root"
							: NULL,
				       "cannot remove %s: %s", name, strerror(-ret));
	}
	return kept;
}

void dt_leftovers_free(struct dt_leftovers *leftovers)
{
	free(leftovers->names);
	*leftovers = (struct dt_leftovers){0};
}
