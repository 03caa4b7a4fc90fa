/* SPDX-License-Identifier: GPL-2.0-only */
/* What is judged: reports made of recordings, by the code of `report --json`, and saved ones. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/check.h"

/* The only format there is so far (render/json.c). */
#define FORMAT 1

static int no_memory(void)
{
	struct dt_error error;

	(void)dt_fail(&error, ENOMEM, NULL, "no memory for the report");
	dt_print_error("check", &error);
	return DT_EXIT_FAILED;
}

/* A report begins with a brace, no recording does. */
static bool is_saved_report(const char *path)
{
	struct stat status;
	int character;
	FILE *file;

	if (stat(path, &status) || !S_ISREG(status.st_mode))
		return false;
	file = fopen(path, "re");
	if (!file)
		return false;
	do
		character = getc(file);
	while (character != EOF && isspace(character));
	(void)fclose(file);
	return character == '{';
}

static int not_a_report(const char *name, const char *why)
{
	struct dt_error error;

	(void)dt_fail(&error, EINVAL, "make one: damon-trace report --json -o FILE RECORDING",
		      "%s: %s", name, why);
	dt_print_error("check", &error);
	return DT_EXIT_FAILED;
}

/* Room for one more. */
static bool reserve(struct dt_subjects *subjects)
{
	struct dt_subject *larger =
		realloc(subjects->subjects, (subjects->nr + 1) * sizeof(subjects->subjects[0]));

	if (larger)
		subjects->subjects = larger;
	return larger;
}

/* Take a report in; root is owned then, or let go. */
static int add_subject(struct dt_subjects *subjects, const char *name, json_t *root)
{
	const json_t *program = json_object_get(root, "damon_trace");
	const json_t *format = json_object_get(program, "format");
	struct dt_subject *subject;

	if (!reserve(subjects)) {
		json_decref(root);
		return no_memory();
	}
	subject = &subjects->subjects[subjects->nr];
	if (!json_is_integer(format) || json_integer_value(format) != FORMAT) {
		const bool is_report = json_is_integer(format);

		json_decref(root);
		return not_a_report(name, is_report ? "a report in a format of another version"
						    : "JSON, but no report of damon-trace");
	}
	*subject = (struct dt_subject){.name = strdup(name), .document.root = root};
	subjects->nr++;
	if (!subject->name)
		return no_memory();
	switch (dt_names_read(&subject->document.names, root)) {
	case 0:
		return DT_EXIT_OK;
	case -E2BIG:
		return not_a_report(name, "nested more deeply than any report");
	default:
		return no_memory();
	}
}

/* "host: FILE", or what the report of this machine was made of. */
static char *name_machine(const char *host, const char *saved, const json_t *report)
{
	const json_t *input;
	char *name = NULL;
	size_t size, i;
	FILE *out = open_memstream(&name, &size);

	if (!out)
		return NULL;
	(void)fprintf(out, "%s: %s", host, saved ? saved : "");
	json_array_foreach(json_object_get(report, "inputs"), i, input)
	{
		const char *path = json_string_value(json_object_get(input, "path"));

		if (!saved && path)
			(void)fprintf(out, "%s%s", i ? ", " : "", path);
	}
	if (!fclose(out))
		return name;
	free(name);
	return NULL;
}

static int add_machine(struct dt_subjects *subjects, const char *saved, const json_t *machine)
{
	const char *host = json_string_value(json_object_get(machine, "machine"));
	json_t *report = json_object_get(machine, "report");
	char *name;
	int ret;

	if (!host || !json_is_object(report))
		return not_a_report(saved ? saved : "the report", "a machine in it has no report");
	name = name_machine(host, saved, report);
	if (!name)
		return no_memory();
	ret = add_subject(subjects, name, json_incref(report));
	if (!ret) {
		struct dt_subject *subject = &subjects->subjects[subjects->nr - 1];

		subject->machine = strdup(host);
		ret = subject->machine ? DT_EXIT_OK : no_memory();
	}
	free(name);
	return ret;
}

/* A report, or those of several machines: each is judged by itself. Lets root go. */
static int add_reports(struct dt_subjects *subjects, const char *name, bool saved, json_t *root)
{
	const json_t *machines = json_object_get(root, "machines"), *machine;
	int ret = DT_EXIT_OK;
	size_t i;

	if (!json_is_array(machines))
		return add_subject(subjects, name, root);
	json_array_foreach(machines, i, machine)
	{
		if (!ret)
			ret = add_machine(subjects, saved ? name : NULL, machine);
	}
	json_decref(root);
	return ret;
}

static int load_saved(struct dt_subjects *subjects, const char *path)
{
	json_error_t problem;
	json_t *root = json_load_file(path, 0, &problem);
	char why[JSON_ERROR_TEXT_LENGTH + 64];

	if (root)
		return add_reports(subjects, path, true, root);
	(void)snprintf(why, sizeof(why), "line %d: %s", problem.line, problem.text);
	return not_a_report(path, why);
}

static int load_recordings(struct dt_subjects *subjects, struct dt_report_options *options, int nr,
			   char **paths)
{
	char *text = NULL, *name = NULL;
	size_t size = 0, name_size;
	json_error_t problem;
	json_t *root = NULL;
	FILE *names;
	int ret;

	options->stream = open_memstream(&text, &size);
	names = open_memstream(&name, &name_size);
	if (!options->stream || !names) {
		if (options->stream)
			(void)fclose(options->stream);
		if (names)
			(void)fclose(names);
		return no_memory();
	}
	for (int i = 0; i < nr; i++)
		(void)fprintf(names, "%s%s", i ? ", " : "", paths[i]);
	if (!nr)
		(void)fputs(DT_DEFAULT_INPUT, names);
	ret = dt_report_run(options, nr, paths);
	if (fclose(options->stream) || fclose(names))
		ret = no_memory();
	options->stream = NULL;
	/* that it is incomplete was said, and what is missing will be missed */
	if (ret == DT_EXIT_OK || ret == DT_EXIT_INCOMPLETE) {
		root = json_loadb(text, size, 0, &problem);
		ret = root ? add_reports(subjects, name, false, root)
			   : not_a_report(name, problem.text);
	}
	free(text);
	free(name);
	return ret;
}

int dt_subjects_load(struct dt_subjects *subjects, struct dt_report_options *options, int nr,
		     char **paths)
{
	char **recordings = calloc((size_t)nr + 1, sizeof(char *));
	int nr_recordings = 0, ret = DT_EXIT_OK;

	*subjects = (struct dt_subjects){0};
	if (!recordings)
		return no_memory();
	for (int i = 0; i < nr && !ret; i++) {
		if (is_saved_report(paths[i]))
			ret = load_saved(subjects, paths[i]);
		else
			recordings[nr_recordings++] = paths[i];
	}
	if (!ret && (nr_recordings || !nr))
		ret = load_recordings(subjects, options, nr_recordings, recordings);
	free(recordings);
	return ret;
}

void dt_subjects_free(struct dt_subjects *subjects)
{
	for (size_t i = 0; i < subjects->nr; i++) {
		struct dt_subject *subject = &subjects->subjects[i];

		dt_names_free(&subject->document.names);
		json_decref(subject->document.root);
		free(subject->name);
		free(subject->machine);
	}
	free(subjects->subjects);
	*subjects = (struct dt_subjects){0};
}
