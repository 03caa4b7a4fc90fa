/* SPDX-License-Identifier: GPL-2.0-only */
/* What of tune.jsonl restore goes by: the original values, and which later ones are the tuner's. */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/tracer.h"
#include "damon-trace/tune_journal.h"

#define SCHEMA 1

/* ---- in memory ---- */

void dt_tune_record_begin(struct dt_tune_record *record, const struct dt_tune_facts *facts)
{
	const struct dt_actuator *actuator = facts->actuator;

	*record = (struct dt_tune_record){.pid = (int32_t)getpid(),
					  .kdamond = actuator->kdamond,
					  .kdamond_pid = actuator->pid,
					  .dry_run = facts->dry_run,
					  .nr = actuator->nr};
	(void)snprintf(record->boot_id, sizeof(record->boot_id), "%s", facts->boot_id);
	(void)snprintf(record->command, sizeof(record->command), "%s", actuator->command);
	(void)snprintf(record->instance, sizeof(record->instance), "%s",
		       facts->instance ? facts->instance : "");
	for (size_t i = 0; i < actuator->nr; i++) {
		struct dt_tune_value *value = &record->values[i];

		memcpy(value->path, actuator->files[i].path, sizeof(value->path));
		value->original = actuator->files[i].original;
		value->ours = value->intended = value->original;
	}
}

void dt_tune_record_intend(struct dt_tune_record *record, const uint64_t *values, size_t nr)
{
	for (size_t i = 0; i < nr && i < record->nr; i++)
		record->values[i].intended = values[i];
}

void dt_tune_record_wrote(struct dt_tune_record *record, bool done)
{
	for (size_t i = 0; i < record->nr; i++) {
		struct dt_tune_value *value = &record->values[i];

		if (done)
			value->ours = value->intended;
		else
			value->intended = value->ours;
	}
}

/* ---- from the file ---- */

static bool take_number(const json_t *value, int64_t least, int64_t most, int64_t *number)
{
	if (!json_is_integer(value))
		return false;
	*number = json_integer_value(value);
	return *number >= least && *number <= most;
}

static bool take_text(const json_t *value, char *text, size_t size)
{
	return json_is_string(value) &&
	       snprintf(text, size, "%s", json_string_value(value)) < (int)size;
}

/* Nothing outside of DAMON's tree may be written because a file says so. */
static bool is_inside(const char *path)
{
	return *path >= '0' && *path <= '9' && !strstr(path, "..");
}

static bool take_files(struct dt_tune_record *record, const json_t *files)
{
	size_t i;
	json_t *file;

	if (!json_is_array(files) || json_array_size(files) > DT_ACTUATOR_FILES)
		return false;
	json_array_foreach(files, i, file)
	{
		struct dt_tune_value *value = &record->values[i];
		int64_t original;

		if (!take_text(json_array_get(file, 0), value->path, sizeof(value->path)) ||
		    !is_inside(value->path) ||
		    !take_number(json_array_get(file, 1), 0, INT64_MAX, &original))
			return false;
		value->original = value->ours = value->intended = (uint64_t)original;
	}
	record->nr = json_array_size(files);
	return record->nr > 0;
}

/* A command that changes more than the values would do more than restore. */
static bool is_commit(const char *command)
{
	return !strcmp(command, "commit") || !strcmp(command, "commit_schemes_quota_goals");
}

/* Nor may another's instance be removed. Tuners before this version named none. */
static bool take_instance(struct dt_tune_record *record, const json_t *name)
{
	char own[sizeof(record->instance)];

	if (!name || json_is_null(name))
		return true;
	(void)snprintf(own, sizeof(own), DT_INSTANCE_PREFIX "%d", (int)record->pid);
	return take_text(name, record->instance, sizeof(record->instance)) &&
	       !strcmp(record->instance, own);
}

static bool take_facts(struct dt_tune_record *record, const json_t *line)
{
	int64_t schema, pid, kdamond, kdamond_pid;

	*record = (struct dt_tune_record){.nr = 0};
	if (!take_number(json_object_get(line, "schema"), SCHEMA, SCHEMA, &schema) ||
	    !take_number(json_object_get(line, "pid"), 1, INT32_MAX, &pid) ||
	    !take_number(json_object_get(line, "kdamond"), 0, INT32_MAX, &kdamond) ||
	    !take_number(json_object_get(line, "kdamond_pid"), 0, INT32_MAX, &kdamond_pid) ||
	    !take_text(json_object_get(line, "boot_id"), record->boot_id,
		       sizeof(record->boot_id)) ||
	    !take_text(json_object_get(line, "command"), record->command,
		       sizeof(record->command)) ||
	    !is_commit(record->command))
		return false;
	record->pid = (int32_t)pid;
	record->kdamond = (unsigned)kdamond;
	record->kdamond_pid = (int32_t)kdamond_pid;
	record->dry_run = json_is_true(json_object_get(line, "dry_run"));
	return take_instance(record, json_object_get(line, "instance")) &&
	       take_files(record, json_object_get(line, "files"));
}

static bool take_intent(struct dt_tune_record *record, const json_t *line)
{
	const json_t *list = json_object_get(line, "values");
	uint64_t values[DT_ACTUATOR_FILES];
	int64_t number;

	if (!record->nr || json_array_size(list) != record->nr)
		return false;
	for (size_t i = 0; i < record->nr; i++) {
		if (!take_number(json_array_get(list, i), 0, INT64_MAX, &number))
			return false;
		values[i] = (uint64_t)number;
	}
	dt_tune_record_intend(record, values, record->nr);
	return true;
}

/* False: the line should not be there. */
static bool take_line(struct dt_tune_record *record, const json_t *line)
{
	const char *what = json_string_value(json_object_get(line, "what"));

	if (!what)
		return false;
	if (!strcmp(what, "tune"))
		return take_facts(record, line);
	if (!strcmp(what, "intend"))
		return take_intent(record, line);
	if (!strcmp(what, "wrote"))
		dt_tune_record_wrote(record, json_is_true(json_object_get(line, "done")));
	if (!strcmp(what, "restored"))
		record->settled = true;
	return true;
}

static int read_lines(struct dt_tune_record *record, FILE *file, const char *path,
		      struct dt_error *error)
{
	char *text = NULL;
	size_t size = 0, number = 0;
	ssize_t length;
	int ret = 0;

	while (!ret && (length = getline(&text, &size, file)) > 0) {
		json_t *line = json_loadb(text, (size_t)length, 0, NULL);

		number++;
		/* cut by a kill: what it was to say had not begun yet */
		if (!line)
			continue;
		if (!take_line(record, line))
			ret = dt_fail(error, EINVAL,
				      "put the values back by hand; its first lines say what they "
				      "were",
				      "%s: line %zu is damaged", path, number);
		json_decref(line);
	}
	if (!ret && ferror(file))
		ret = dt_fail(error, EIO, NULL, "cannot read %s", path);
	free(text);
	return ret;
}

int dt_tune_record_read(struct dt_tune_record *record, const char *directory,
			struct dt_error *error)
{
	char path[PATH_MAX];
	FILE *file;
	int ret;

	*record = (struct dt_tune_record){.nr = 0};
	if (snprintf(path, sizeof(path), "%s/" DT_TUNE_JOURNAL, directory) >= (int)sizeof(path))
		return dt_fail(error, ENAMETOOLONG, NULL, "%s: the path is too long", directory);
	file = fopen(path, "re");
	if (!file)
		return dt_fail(error, errno, errno == EACCES ? "run it as root" : NULL,
			       "cannot read %s: %s", path, strerror(errno));
	ret = read_lines(record, file, path, error);
	(void)fclose(file);
	if (!ret && !record->nr)
		ret = dt_fail(error, ENOENT, NULL, "%s tells of no tuner", path);
	return ret;
}
