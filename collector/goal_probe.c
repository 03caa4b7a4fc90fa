/* SPDX-License-Identifier: GPL-2.0-only */
/* See goal_probe.h. Whether the kernel takes the event is found out by trying. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collector/goal_probe.h"
#include "collector/trace_files.h"

/* The kernel takes lines up to 4095 bytes. */
#define DEFINITION_MAX 4096

/* An instance that is being removed may hold the event a moment longer. */
#define REMOVE_TRIES	20
#define REMOVE_PAUSE_NS 10000000

static _Thread_local char reason[256];

/* A text that grows; what does not fit makes it fail for good. */
struct line {
	char *text;
	size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...)
{
	va_list arguments;

	if (line->length >= line->size)
		return;
	va_start(arguments, format);
	line->length += (size_t)vsnprintf(line->text + line->length, line->size - line->length,
					  format, arguments);
	va_end(arguments);
}

/* " NAME=INNER(...(OFFSET($argN)))": the list node `steps` behind the head, then one more load. */
static void add_list_field(struct line *line, const char *name, unsigned number, int last,
			   unsigned steps, unsigned head, unsigned argument, const char *type)
{
	char index[16] = "";

	if (number)
		(void)snprintf(index, sizeof(index), "%u", number);
	add(line, " %s%s=%+d(", name, index, last);
	for (unsigned i = 1; i < steps; i++)
		add(line, "+0(");
	add(line, "%+d($arg%u)", (int)head, argument);
	for (unsigned i = 0; i < steps; i++)
		add(line, ")");
	add(line, ":%s", type);
}

static void add_goal(struct line *line, const struct dt_goal_offsets *offsets, unsigned goal)
{
	const char *const word = offsets->word_size == 8 ? "u64" : "u32";
	const struct {
		const char *name;
		unsigned offset;
		const char *type;
	} fields[] = {
		{"nid", offsets->goal_nid, "s32"},
		{"target_value", offsets->goal_target, word},
		{"current_value", offsets->goal_current, word},
		{"metric", offsets->goal_metric, "s32"},
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		add_list_field(line, fields[i].name, goal,
			       (int)fields[i].offset - (int)offsets->goal_list, goal + 1,
			       offsets->scheme_goals, offsets->scheme_argument, fields[i].type);
}

/* The node itself is what its neighbour's pointer holds: there is no way to add an offset. */
static void add_pointers(struct line *line, const struct dt_goal_offsets *offsets)
{
	const char *const pointer = offsets->word_size == 8 ? "x64" : "x32";
	const int previous = (int)offsets->word_size;

	add(line, " goal=%+d($arg%u):%s", (int)offsets->scheme_goals, offsets->scheme_argument,
	    pointer);
	for (unsigned i = 1; i < DT_GOAL_MAX; i++)
		add_list_field(line, "goal", i, 0, i, offsets->scheme_goals,
			       offsets->scheme_argument, pointer);
	add_list_field(line, "goals", 0, previous, 1, offsets->scheme_goals,
		       offsets->scheme_argument, pointer);
	add_list_field(line, "node", 0, previous, 1, offsets->scheme_list, offsets->scheme_argument,
		       pointer);
	add(line, " scheme0=%+d($arg%u):%s", (int)offsets->context_schemes,
	    offsets->context_argument, pointer);
	for (unsigned i = 1; i < DT_SCHEMES_MAX; i++)
		add_list_field(line, "scheme", i, 0, i, offsets->context_schemes,
			       offsets->context_argument, pointer);
}

size_t dt_goal_definition(char *text, size_t size, const struct dt_goal_offsets *offsets, char type,
			  const char *event)
{
	struct line line = {.text = text, .size = size};
	const char *const word = offsets->word_size == 8 ? "64" : "32";

	if (size)
		text[0] = '\0';
	add(&line, "%c:%s %s%s", type, event, DT_GOAL_FUNCTION, type == 'f' ? "%return" : "");
	add_goal(&line, offsets, 0);
	add(&line, " score=$retval:u%s scheme=$arg%u:x%s", word, offsets->scheme_argument, word);
	for (unsigned i = 1; i < DT_GOAL_MAX; i++)
		add_goal(&line, offsets, i);
	add_pointers(&line, offsets);
	return line.length < size ? line.length : 0;
}

int dt_dynamic_event_remove(const char *tracefs, const char *event)
{
	const struct timespec pause = {.tv_nsec = REMOVE_PAUSE_NS};
	char text[160];
	int ret = -EBUSY;

	if (snprintf(text, sizeof(text), "-:%s\n", event) >= (int)sizeof(text))
		return -ENAMETOOLONG;
	for (int i = 0; i < REMOVE_TRIES && ret == -EBUSY; i++) {
		if (i)
			(void)nanosleep(&pause, NULL);
		ret = dt_trace_write(tracefs, "dynamic_events", text, true);
	}
	return ret;
}

/* The last "[ 123.4] trace_fprobe: error: Unknown field" of error_log, when it has a new one. */
static void tell_refusal(const char *tracefs, int code, const char *before)
{
	static const char mark[] = "error: ";
	const char *found = NULL;
	char *log = NULL;

	if (!dt_trace_read(tracefs, "error_log", &log, NULL) && before && strcmp(log, before) != 0)
		for (const char *at = log; (at = strstr(at, mark)); at += strlen(mark))
			found = at + strlen(mark);
	if (code != EINVAL)
		(void)snprintf(reason, sizeof(reason), "the kernel refuses the dynamic event: %s",
			       strerror(code));
	else
		(void)snprintf(reason, sizeof(reason),
			       "the kernel refuses the dynamic event%s%.*s%s; it takes "
			       "CONFIG_FPROBE_EVENTS or CONFIG_KPROBE_EVENTS",
			       found ? " (" : "", found ? (int)strcspn(found, "\n") : 0,
			       found ? found : "", found ? ")" : "");
	free(log);
}

/* 0, or -errno with the reason told. */
static int define(struct dt_goal_probe *probe, const struct dt_goal_offsets *offsets)
{
	static const char types[] = {'f', 'r'};
	char definition[DEFINITION_MAX], *before = NULL;
	int ret = -EINVAL;

	(void)dt_trace_read(probe->tracefs, "error_log", &before, NULL);
	for (size_t i = 0; i < sizeof(types) && ret; i++) {
		if (!dt_goal_definition(definition, sizeof(definition), offsets, types[i],
					probe->event))
			break;
		ret = dt_trace_write(probe->tracefs, "dynamic_events", definition, true);
		/* the first refusal is the one to tell: fprobes are what the kernel should have */
		if (ret && !i)
			tell_refusal(probe->tracefs, -ret, before);
	}
	free(before);
	return ret;
}

int dt_goal_probe_make(struct dt_goal_probe *probe, const struct dt_roots *roots, const char **why)
{
	struct dt_goal_offsets offsets;
	char path[PATH_MAX], file[160];
	int ret;

	probe->event[0] = '\0';
	if (snprintf(probe->tracefs, sizeof(probe->tracefs), "%s", roots->tracefs) >=
		    (int)sizeof(probe->tracefs) ||
	    dt_trace_path(path, sizeof(path), roots->sysfs, "kernel/btf/vmlinux")) {
		*why = "the path of tracefs is too long";
		return -ENAMETOOLONG;
	}
	ret = dt_goal_offsets_read(&offsets, path, why);
	if (ret)
		return ret;
	(void)snprintf(probe->event, sizeof(probe->event), DT_PROBE_GROUP_PREFIX "%d/%s",
		       (int)getpid(), DT_GOAL_EVENT);
	(void)snprintf(file, sizeof(file), "events/%s", probe->event);
	/* the leftover of a recorder that had our pid */
	if (dt_trace_exists(roots->tracefs, file))
		(void)dt_dynamic_event_remove(roots->tracefs, probe->event);
	ret = define(probe, &offsets);
	if (ret) {
		probe->event[0] = '\0';
		*why = reason;
	}
	return ret;
}

int dt_goal_probe_remove(struct dt_goal_probe *probe)
{
	int ret = 0;

	if (probe->event[0])
		ret = dt_dynamic_event_remove(probe->tracefs, probe->event);
	probe->event[0] = '\0';
	return ret;
}
