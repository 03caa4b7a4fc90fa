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
	json_int_t begun_ns, written_ns;	/* of the last write; 0: none */
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

static size_t add(struct dt_goal_write *writes, size_t nr, size_t room, const struct tuner *tuner,
		  json_int_t scheme, json_int_t target)
{
	if (nr == room || !is_index(scheme))
		return nr;
	writes[nr] = (struct dt_goal_write){.from = (uint64_t)tuner->begun_ns,
					    .time = (uint64_t)tuner->written_ns,
					    .scheme = (uint32_t)scheme,
					    .target = (uint32_t)target,
					    .kdamond = (int32_t)tuner->kdamond};
	return nr + 1;
}

/*
 * "wrote" has the time of the command, "write" comes once it was verified. What was written to
 * restore is no write of the loop's.
 */
static size_t take(struct tuner *tuner, const json_t *line, struct dt_goal_write *writes, size_t nr,
		   size_t room)
{
	const char *what = json_string_value(json_object_get(line, "what"));
	json_int_t to;

	if (!what)
		return nr;
	if (!strcmp(what, "tune")) {
		const char *actuator = json_string_value(json_object_get(line, "actuator"));
		const bool goals = actuator && !strcmp(actuator, "goals");

		*tuner = (struct tuner){.kdamond = number_of(line, "kdamond_pid"),
					.scheme = goals ? number_of(line, "scheme") : -1,
					.complement = goals ? number_of(line, "complement") : -1};
	} else if (!strcmp(what, "intend")) {
		tuner->begun_ns = number_of(line, "time_ns");
	} else if (!strcmp(what, "wrote") && json_is_true(json_object_get(line, "done"))) {
		tuner->written_ns = number_of(line, "time_ns");
	} else if ((!strcmp(what, "write") || !strcmp(what, "rollback")) &&
		   json_is_true(json_object_get(line, "verified"))) {
		to = number_of(line, "to");
		if (to < DT_TARGET_LOWEST || to > DT_TARGET_HIGHEST || tuner->written_ns <= 0 ||
		    tuner->begun_ns < 0 || !is_index(tuner->kdamond))
			return nr;
		nr = add(writes, nr, room, tuner, tuner->scheme, to);
		nr = add(writes, nr, room, tuner, tuner->complement, DT_GOAL_WHOLE - to);
		tuner->written_ns = 0;
	}
	return nr;
}

size_t dt_tune_writes_read(struct dt_goal_write *writes, size_t room, const char *directory,
			   struct dt_warnings *warnings)
{
	struct tuner tuner = {.kdamond = -1, .scheme = -1, .complement = -1};
	size_t size = 0, nr = 0, damaged = 0;
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
			nr = take(&tuner, line, writes, nr, room);
		json_decref(line);
	}
	if (damaged)
		dt_warn(warnings, UINT64_MAX, DT_TUNE_JOURNAL ": %zu lines were left out", damaged);
	free(text);
	(void)fclose(file);
	return nr;
}
