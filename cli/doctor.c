/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace doctor: what a recording would have on this machine, and what to do about the rest.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/terminal.h"
#include "collector/doctor.h"
#include "collector/tracer.h"
#include "support/json_writer.h"
#include "support/utf8.h"

/* Columns of the table: state, name, text. */
#define STATE_COLUMN 2
#define NAME_COLUMN  11
#define TEXT_COLUMN  27
/* Text narrower than this is hard to read, wider too. */
#define LEAST_WIDTH 72
#define MOST_WIDTH  100

struct doctor_options {
	struct dt_roots roots;
	bool json, clean;
	enum dt_color_choice color;
};

DT_OPTION_FLAG(set_json, struct doctor_options, json);
DT_OPTION_FLAG(set_clean, struct doctor_options, clean);

static int set_color(void *target, const char *text, struct dt_error *error)
{
	struct doctor_options *options = target;

	if (!strcmp(text, "auto"))
		options->color = DT_CHOICE_AUTO;
	else if (!strcmp(text, "always"))
		options->color = DT_CHOICE_ALWAYS;
	else if (!strcmp(text, "never"))
		options->color = DT_CHOICE_NEVER;
	else
		return dt_fail(error, EINVAL, NULL, "\"%s\" is none of: auto, always, never", text);
	return 0;
}

static int set_root(const char **root, const char *text, struct dt_error *error)
{
	if (!*text)
		return dt_fail(error, EINVAL, NULL, "an empty path");
	*root = text;
	return 0;
}

static int set_tracefs(void *target, const char *text, struct dt_error *error)
{
	return set_root(&((struct doctor_options *)target)->roots.tracefs, text, error);
}

static int set_sysfs(void *target, const char *text, struct dt_error *error)
{
	return set_root(&((struct doctor_options *)target)->roots.sysfs, text, error);
}

static int set_proc(void *target, const char *text, struct dt_error *error)
{
	return set_root(&((struct doctor_options *)target)->roots.proc, text, error);
}

static const struct dt_option option_table[] = {
	{"json", 0, NULL, "as a JSON object", set_json},
	{"clean", 0, NULL,
	 "remove what recorders that were killed left in the kernel: trace instances and dynamic "
	 "events of dead processes, nobody else's",
	 set_clean},
	{"color", 0, "WHEN", "auto (default), always, never", set_color},
	{"tracefs", 0, "DIR", "where tracefs is mounted (/sys/kernel/tracing)", set_tracefs},
	{"sysfs", 0, "DIR", "where sysfs is mounted (/sys)", set_sysfs},
	{"proc", 0, "DIR", "where procfs is mounted (/proc)", set_proc},
	{NULL, 0, NULL, NULL, NULL},
};

static void help(FILE *out)
{
	(void)fputs("Usage: damon-trace doctor [OPTIONS]\n"
		    "\n"
		    "What would a recording have on this machine? A table of what there is, what\n"
		    "is not, what that means, and the remedy. Nothing is changed. A row is\n"
		    "\n"
		    "  ok       there\n"
		    "  note     not there, and nothing to repair\n"
		    "  warn     recordings are poorer than they could be\n"
		    "  missing  record does not work without it\n"
		    "\n"
		    "Options:\n",
		    out);
	dt_options_help(out, option_table);
	(void)fputs("\n"
		    "Examples:\n"
		    "  damon-trace doctor\n"
		    "  damon-trace doctor --json | jq '.checks[] | select(.remedy)'\n"
		    "  damon-trace doctor --clean\n"
		    "\n"
		    "Exit status: 0 record would work, 1 failed, 2 wrong usage, 4 the machine\n"
		    "lacks something that record cannot do without.\n",
		    out);
}

/* ---- the table ---- */

struct table {
	FILE *out;
	bool color;
	int width;
};

static void paint(const struct table *table, const char *code)
{
	if (table->color)
		(void)fprintf(table->out, "\033[%sm", code);
}

/* Words from the column on, which is reached already; a word too long stands alone. */
static void write_wrapped(const struct table *table, const char *text, int column)
{
	int at = column;

	while (*text) {
		const int length = (int)strcspn(text, " ");
		char word[1024];

		if (at > column && at + 1 + length > table->width) {
			(void)fprintf(table->out, "\n%*s", column, "");
			at = column;
		} else if (at > column) {
			(void)fputc(' ', table->out);
			at++;
		}
		(void)snprintf(word, sizeof(word), "%.*s", length, text);
		dt_utf8_print(table->out, word);
		at += length;
		text += length;
		text += strspn(text, " ");
	}
	(void)fputc('\n', table->out);
}

/* "remedy: ..." below the detail, its words under each other. */
static void write_below(const struct table *table, const char *key, const char *text)
{
	char indented[1200];

	if (!*text)
		return;
	(void)snprintf(indented, sizeof(indented), "%s %s", key, text);
	(void)fprintf(table->out, "%*s", TEXT_COLUMN, "");
	write_wrapped(table, indented, TEXT_COLUMN);
}

static void write_check(const struct table *table, const struct dt_doctor_check *check)
{
	static const char *const colors[] = {"32", "36", "33", "1;31"};

	(void)fprintf(table->out, "%*s", STATE_COLUMN, "");
	paint(table, colors[check->state]);
	(void)fprintf(table->out, "%-*s", NAME_COLUMN - STATE_COLUMN,
		      dt_doctor_state_name(check->state));
	paint(table, "0");
	(void)fprintf(table->out, "%-*s", TEXT_COLUMN - NAME_COLUMN, check->name);
	write_wrapped(table, check->detail, TEXT_COLUMN);
	paint(table, "2");
	write_below(table, "->", check->effect);
	paint(table, "0");
	write_below(table, "remedy:", check->remedy);
}

static void write_verdict(const struct table *table, const struct dt_doctor *doctor)
{
	unsigned counts[DT_DOCTOR_MISSING + 1] = {0};

	for (size_t i = 0; i < doctor->nr; i++)
		counts[doctor->checks[i].state]++;
	(void)fputc('\n', table->out);
	paint(table, doctor->can_record ? "1;32" : "1;31");
	(void)fputs(doctor->can_record ? "record works here" : "record does not work here",
		    table->out);
	paint(table, "0");
	(void)fprintf(table->out, ": %u ok, %u note%s, %u warning%s, %u missing\n",
		      counts[DT_DOCTOR_OK], counts[DT_DOCTOR_NOTE],
		      counts[DT_DOCTOR_NOTE] == 1 ? "" : "s", counts[DT_DOCTOR_WARN],
		      counts[DT_DOCTOR_WARN] == 1 ? "" : "s", counts[DT_DOCTOR_MISSING]);
}

static void write_table(const struct doctor_options *options, const struct dt_doctor *doctor)
{
	const struct dt_host *host = &doctor->host;
	struct table table = {.out = stdout};
	struct dt_style style = {0};
	char head[1024];

	dt_terminal_style(&style, STDOUT_FILENO, options->color, false);
	table.color = style.color != DT_COLOR_NONE;
	table.width = (int)style.width - 1;
	table.width = table.width < LEAST_WIDTH ? LEAST_WIDTH : table.width;
	table.width = table.width > MOST_WIDTH ? MOST_WIDTH : table.width;
	(void)snprintf(head, sizeof(head), "%s: Linux %s, %s, %" PRIu32 " CPU%s", host->hostname,
		       host->release, host->cpu_model[0] ? host->cpu_model : host->arch,
		       host->cpus_online, host->cpus_online == 1 ? "" : "s");
	write_wrapped(&table, head, 0);
	for (size_t i = 0; i < doctor->nr; i++) {
		const struct dt_doctor_check *check = &doctor->checks[i];

		if (!i || check->group != doctor->checks[i - 1].group) {
			(void)fputc('\n', table.out);
			paint(&table, "1");
			(void)fprintf(table.out, "%s", dt_doctor_group_name(check->group));
			paint(&table, "0");
			(void)fputc('\n', table.out);
		}
		write_check(&table, check);
	}
	write_verdict(&table, doctor);
}

static void write_json(const struct dt_doctor *doctor)
{
	const struct dt_host *host = &doctor->host;
	struct dt_json json;

	dt_json_begin(&json, stdout);
	dt_json_object(&json, NULL);
	dt_json_string(&json, "damon_trace", DT_VERSION);
	dt_json_bool(&json, "record_works", doctor->can_record);
	dt_json_text(&json, "hostname", host->hostname);
	dt_json_text(&json, "kernel", host->release);
	dt_json_text(&json, "arch", host->arch);
	dt_json_text(&json, "cpu_model", host->cpu_model);
	dt_json_u64(&json, "cpus", host->cpus_online);
	dt_json_line(&json);
	dt_json_array(&json, "checks");
	for (size_t i = 0; i < doctor->nr; i++) {
		const struct dt_doctor_check *check = &doctor->checks[i];

		dt_json_line(&json);
		dt_json_object(&json, NULL);
		dt_json_string(&json, "group", dt_doctor_group_name(check->group));
		dt_json_string(&json, "name", check->name);
		dt_json_string(&json, "state", dt_doctor_state_name(check->state));
		dt_json_string(&json, "detail", check->detail);
		dt_json_text(&json, "effect", check->effect);
		dt_json_text(&json, "remedy", check->remedy);
		dt_json_object_end(&json);
	}
	dt_json_array_end(&json);
	dt_json_object_end(&json);
	dt_json_end(&json);
}

/* ---- what it does ---- */

/* The kernel's refusals are the machine's; what is asked for was right. */
static int status_of(int ret)
{
	return ret == -EACCES || ret == -EPERM || ret == -ENOENT ? DT_EXIT_MACHINE : DT_EXIT_FAILED;
}

static int clean(const struct doctor_options *options)
{
	struct dt_leftovers leftovers = {0};
	struct dt_error error = {0};
	int ret = dt_leftovers_find(&options->roots, &leftovers, &error);

	if (!ret && leftovers.nr)
		ret = dt_leftovers_remove(&options->roots, &leftovers, &error);
	if (ret) {
		dt_print_error("doctor", &error);
		dt_leftovers_free(&leftovers);
		return status_of(ret);
	}
	for (size_t i = 0; i < leftovers.nr; i++)
		(void)printf("removed %s\n", leftovers.names[i]);
	if (!leftovers.nr)
		(void)puts("nothing to remove: no recorder that was killed left anything");
	dt_leftovers_free(&leftovers);
	return dt_finish_output(stdout, "doctor", NULL);
}

static int examine(const struct doctor_options *options)
{
	struct dt_doctor doctor;
	struct dt_error error = {0};
	int ret, status;

	ret = dt_doctor_examine(&doctor, &options->roots, &error);
	if (ret) {
		dt_print_error("doctor", &error);
		dt_doctor_free(&doctor);
		return DT_EXIT_FAILED;
	}
	if (options->json)
		write_json(&doctor);
	else
		write_table(options, &doctor);
	status = doctor.can_record ? DT_EXIT_OK : DT_EXIT_MACHINE;
	dt_doctor_free(&doctor);
	ret = dt_finish_output(stdout, "doctor", NULL);
	return ret ? ret : status;
}

static int run(int argc, char **argv)
{
	struct doctor_options options = {.roots = DT_ROOTS_DEFAULT};
	struct dt_error error;
	int nr, ret;

	if (!dt_command_parse(&dt_command_doctor, option_table, &options, argc, argv, &nr, &ret))
		return ret;
	if (nr) {
		(void)dt_fail(&error, EINVAL, "damon-trace doctor --help",
			      "doctor takes no input: \"%s\"", argv[1]);
		dt_print_error("doctor", &error);
		return DT_EXIT_USAGE;
	}
	if (options.clean && options.json) {
		(void)dt_fail(&error, EINVAL, NULL, "--clean and --json exclude each other");
		dt_print_error("doctor", &error);
		return DT_EXIT_USAGE;
	}
	return options.clean ? clean(&options) : examine(&options);
}

const struct dt_command dt_command_doctor = {
	.name = "doctor",
	.summary = "what this machine can give to a recording, and remedies",
	.run = run,
	.help = help,
};
