/* SPDX-License-Identifier: GPL-2.0-only */
/* See trace_events.h. available_events is the kernel's own list of all that could be named. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/cost_tracer.h"
#include "collector/nearest.h"
#include "collector/trace_events.h"
#include "collector/trace_files.h"

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool dt_trace_events_has(const struct dt_trace_events *events, const char *name)
{
	for (size_t i = 0; i < events->nr; i++)
		if (!strcmp(events->names[i], name))
			return true;
	return false;
}

int dt_trace_events_add(struct dt_trace_events *events, const char *name)
{
	char **names = events->names;

	if (dt_trace_events_has(events, name))
		return 0;
	if (events->nr + 2 > events->room) {
		events->room = events->room ? events->room * 2 : 16;
		names = realloc(names, events->room * sizeof(*names));
		if (!names)
			return -ENOMEM;
		events->names = names;
	}
	names[events->nr] = strdup(name);
	if (!names[events->nr])
		return -ENOMEM;
	names[++events->nr] = NULL;
	qsort(names, events->nr, sizeof(*names), compare);
	return 0;
}

void dt_trace_events_free(struct dt_trace_events *events)
{
	for (size_t i = 0; i < events->nr; i++)
		free(events->names[i]);
	free(events->names);
	*events = (struct dt_trace_events){0};
}

/* Add what matches. 1: something did; 0; or -ENOMEM. list: lines that end with zeroes. */
static int add_matches(struct dt_trace_events *events, const char *list, const char *end,
		       const char *pattern)
{
	int ret = 0;

	for (; list < end; list += strlen(list) + 1) {
		if (fnmatch(pattern, list, 0))
			continue;
		if (dt_trace_events_add(events, list))
			return -ENOMEM;
		ret = 1;
	}
	return ret;
}

static int unknown(const char *list, const char *end, const char *pattern, struct dt_error *error)
{
	const char *colon = strchr(pattern, ':');
	struct dt_nearest nearest;
	char hint[256];

	if (!colon || colon == pattern || !colon[1])
		return dt_fail(error, EINVAL, "like damon:damon_aggregated, or raw_syscalls:*",
			       "\"%s\" is no SYSTEM:EVENT", pattern);
	dt_nearest_begin(&nearest, pattern, strlen(pattern));
	for (; list < end; list += strlen(list) + 1)
		dt_nearest_offer(&nearest, list);
	(void)dt_nearest_text(&nearest, hint, sizeof(hint));
	return dt_fail(error, EINVAL,
		       hint[0] ? hint : "available_events in tracefs lists what this kernel has",
		       "this kernel has no event %s", pattern);
}

int dt_trace_events_find(struct dt_trace_events *events, const struct dt_roots *roots, bool damon,
			 const char *const *patterns, struct dt_error *error)
{
	char *list;
	const char *end;
	size_t size;
	int ret;

	ret = dt_trace_read(roots->tracefs, "available_events", &list, &size);
	if (ret)
		return dt_fail(error, -ret, NULL, "cannot read %s/available_events: %s",
			       roots->tracefs, strerror(-ret));
	end = list + size;
	for (char *at = list; at < end; at++)
		if (*at == '\n')
			*at = '\0';
	if (damon)
		ret = add_matches(events, list, end, "damon:*");
	for (; ret >= 0 && patterns && *patterns; patterns++) {
		ret = add_matches(events, list, end, *patterns);
		if (!ret)
			ret = unknown(list, end, *patterns, error);
		else if (ret < 0)
			(void)dt_fail(error, -ret, NULL, "out of memory");
	}
	free(list);
	return ret < 0 ? ret : 0;
}

const char *dt_trace_event_file(char path[320], const char *name, const char *file)
{
	const int system = (int)strcspn(name, ":");

	(void)snprintf(path, 320, "events/%.*s/%s/%s", system, name,
		       name[system] ? name + system + 1 : "", file);
	return path;
}

/* Why the kernel refused the filter: it writes so into the filter's own file. */
static void read_reason(const struct dt_trace_instance *instance, const char *name, int code,
			char *reason, size_t size)
{
	static const char mark[] = "parse_error: ";
	char path[320], text[4096];
	const char *found;

	(void)dt_trace_read_into(instance->path, dt_trace_event_file(path, name, "filter"), text,
				 sizeof(text));
	found = strstr(text, mark);
	if (found)
		(void)snprintf(reason, size, "%.*s", (int)strcspn(found + strlen(mark), "\n"),
			       found + strlen(mark));
	else
		(void)snprintf(reason, size, "%s", strerror(code));
}

/* The event's own fields, for the hint. */
static void list_fields(const struct dt_trace_instance *instance, const char *name, char *hint,
			size_t size)
{
	char path[320], text[8192];
	size_t used;

	(void)dt_trace_read_into(instance->path, dt_trace_event_file(path, name, "format"), text,
				 sizeof(text));
	used = (size_t)snprintf(hint, size,
				"every event that is recorded must have the field; %s:", name);
	for (const char *at = strstr(text, "\tfield:"); at; at = strstr(at + 1, "\tfield:")) {
		const char *stop = strpbrk(at, ";\n");
		const char *word = stop;

		while (stop && word > at && word[-1] != ' ' && word[-1] != ':')
			word--;
		if (!stop || !strncmp(word, "common_", 7) || used >= size)
			continue;
		used += (size_t)snprintf(hint + used, size - used, " %.*s", (int)(stop - word),
					 word);
	}
}

static int set_filter(const struct dt_trace_instance *instance, const char *name,
		      const char *filter, struct dt_error *error)
{
	char path[320], reason[200], hint[sizeof(error->hint)];
	int ret;

	ret = dt_trace_write(instance->path, dt_trace_event_file(path, name, "filter"), filter,
			     false);
	if (!ret)
		return 0;
	read_reason(instance, name, -ret, reason, sizeof(reason));
	if (strstr(reason, "Field"))
		list_fields(instance, name, hint, sizeof(hint));
	else
		(void)snprintf(hint, sizeof(hint),
			       "a filter is FIELD OPERATOR VALUE, joined by && and ||: "
			       "\"nr_accesses > 0 && age > 5\"");
	return dt_fail(error, -ret, ret == -EINVAL ? hint : NULL,
		       "%s does not take the filter \"%s\": %s", name, filter, reason);
}

int dt_trace_events_set(const struct dt_trace_events *events,
			const struct dt_trace_instance *instance, const char *filter,
			struct dt_error *error)
{
	char path[320];
	int ret = 0;

	for (size_t i = 0; i < events->nr && filter && !ret; i++)
		if (!dt_cost_is_event(events->names[i]))
			ret = set_filter(instance, events->names[i], filter, error);
	for (size_t i = 0; i < events->nr && !ret; i++) {
		const char *name = events->names[i];

		ret = dt_trace_write(instance->path, dt_trace_event_file(path, name, "enable"), "1",
				     false);
		if (ret)
			(void)dt_fail(error, -ret,
				      ret == -EPERM ? "the kernel may be locked down: "
						      "/sys/kernel/security/lockdown"
						    : NULL,
				      "cannot enable %s: %s", name, strerror(-ret));
	}
	return ret;
}
