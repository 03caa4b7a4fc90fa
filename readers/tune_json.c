/* SPDX-License-Identifier: GPL-2.0-only */
/* When a tuner wrote targets, from the tune.jsonl beside a recording. */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/tune_journal.h"

/* The tuner whose lines are read. */
struct tuner {
	json_int_t kdamond, scheme, complement; /* pid and numbers; -1: none */
	json_int_t former, former_push;		/* targets before it wrote; -1: not known */
	json_int_t begun_ns, written_ns;	/* of the last write; 0: none */
	json_int_t last_ns;			/* of the last line */
};

static json_int_t number_of(const json_t *line, const char *key)
{
	const json_t *value = json_object_get(line, key);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

static bool is_index(json_int_t number)
{
	return number >= 0 && number <= INT32_MAX;
}

/* Room for what the lines give. */
struct list {
	struct dt_goal_write *writes;
	size_t nr, room;
};

static void add(struct list *list, const struct tuner *tuner, json_int_t scheme, json_int_t target,
		const struct dt_goal_write *like)
{
	struct dt_goal_write *write = &list->writes[list->nr];

	if (list->nr == list->room || !is_index(scheme) || target < DT_TARGET_LOWEST ||
	    target > DT_TARGET_HIGHEST)
		return;
	*write = *like;
	write->from = (uint64_t)tuner->begun_ns;
	write->time = (uint64_t)tuner->written_ns;
	write->scheme = (uint32_t)scheme;
	write->target = (uint32_t)target;
	write->kdamond = (int32_t)tuner->kdamond;
	list->nr++;
}

/* Both schemes' part of one write; what has no time cannot be shown in it. */
static void add_both(struct list *list, struct tuner *tuner, json_int_t pull, json_int_t push,
		     const struct dt_goal_write *like)
{
	if (tuner->written_ns > 0 && tuner->begun_ns >= 0 && is_index(tuner->kdamond)) {
		add(list, tuner, tuner->scheme, pull, like);
		add(list, tuner, tuner->complement, push, like);
	}
	tuner->written_ns = 0;
}

/* [path, value before] of a file. */
static json_int_t former_of(const json_t *line, size_t file)
{
	const json_t *value =
		json_array_get(json_array_get(json_object_get(line, "files"), file), 1);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

static void begin(struct tuner *tuner, const json_t *line)
{
	const char *actuator = json_string_value(json_object_get(line, "actuator"));
	const bool goals = actuator && !strcmp(actuator, "goals");

	*tuner = (struct tuner){.kdamond = number_of(line, "kdamond_pid"),
				.scheme = goals ? number_of(line, "scheme") : -1,
				.complement = goals ? number_of(line, "complement") : -1,
				.former = former_of(line, 0),
				.former_push = former_of(line, 1)};
}

static void take_write(struct list *list, struct tuner *tuner, const json_t *line, bool rollback)
{
	const char *reason = json_string_value(json_object_get(line, "text"));
	const json_int_t to = number_of(line, "to");
	struct dt_goal_write like = {.what = rollback ? DT_GOAL_ROLLBACK : DT_GOAL_WRITE,
				     .verified = json_is_true(json_object_get(line, "verified"))};

	(void)snprintf(like.reason, sizeof(like.reason), "%s", reason ? reason : "");
	add_both(list, tuner, to, DT_GOAL_WHOLE - to, &like);
}

/* "restored" has the time when the former values were back; they were begun behind the last line.
 */
static void take_restore(struct list *list, struct tuner *tuner, const json_t *line)
{
	const char *how = json_string_value(json_object_get(line, "how"));
	const struct dt_goal_write like = {
		.what = DT_GOAL_RESTORE, .verified = true, .reason = "the tuner has ended"};

	if (!how || strcmp(how, "back") != 0)
		return;
	tuner->begun_ns = tuner->last_ns;
	tuner->written_ns = number_of(line, "time_ns");
	add_both(list, tuner, tuner->former, tuner->former_push, &like);
}

/* "wrote" has the time of the command, "write" comes once it was verified. */
static void take(struct tuner *tuner, const json_t *line, struct list *list)
{
	const char *what = json_string_value(json_object_get(line, "what"));
	const json_int_t time = number_of(line, "time_ns");

	if (!what)
		return;
	if (!strcmp(what, "tune"))
		begin(tuner, line);
	else if (!strcmp(what, "intend"))
		tuner->begun_ns = time;
	else if (!strcmp(what, "wrote") && json_is_true(json_object_get(line, "done")))
		tuner->written_ns = time;
	else if (!strcmp(what, "write") || !strcmp(what, "rollback"))
		take_write(list, tuner, line, !strcmp(what, "rollback"));
	else if (!strcmp(what, "restored"))
		take_restore(list, tuner, line);
	if (time > 0)
		tuner->last_ns = time;
}

size_t dt_tune_writes_read(struct dt_goal_write *writes, size_t room, const char *directory,
			   struct dt_warnings *warnings)
{
	struct tuner tuner = {.kdamond = -1, .scheme = -1, .complement = -1};
	struct list list = {.writes = writes, .room = room};
	size_t size = 0, damaged = 0;
	char path[PATH_MAX], *text = NULL;
	ssize_t length;
	FILE *file;

	if (snprintf(path, sizeof(path), "%s/" DT_TUNE_JOURNAL, directory) >= (int)sizeof(path))
		return 0;
	file = fopen(path, "re");
	if (!file)
		return 0;
	while ((length = getline(&text, &size, file)) > 0) {
		json_t *line = json_loadb(text, (size_t)length, 0, NULL);

		damaged += !line;
		if (line)
			take(&tuner, line, &list);
		json_decref(line);
	}
	if (damaged)
		dt_warn(warnings, UINT64_MAX, DT_TUNE_JOURNAL ": %zu lines were left out", damaged);
	free(text);
	(void)fclose(file);
	return list.nr;
}
