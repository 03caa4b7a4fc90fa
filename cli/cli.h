/* SPDX-License-Identifier: GPL-2.0-only */
/* What all commands share: exit statuses, errors, options, values. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "damon-trace/error.h"

#ifndef DT_VERSION
#define DT_VERSION "unknown"
#endif

enum dt_exit {
	DT_EXIT_OK = 0,
	DT_EXIT_FAILED = 1,	/* it failed, or a check did not hold */
	DT_EXIT_USAGE = 2,	/* wrong usage */
	DT_EXIT_INCOMPLETE = 3, /* done, but the input was incomplete or events were lost */
	DT_EXIT_MACHINE = 4,	/* the machine lacks something */
};

/* A subcommand. */
struct dt_command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv); /* argv[0] is the command's name; an enum dt_exit */
	void (*help)(FILE *out);
};

extern const struct dt_command dt_command_record;
extern const struct dt_command dt_command_report;
extern const struct dt_command dt_command_info;
extern const struct dt_command dt_command_doctor;
extern const struct dt_command dt_command_check;
extern const struct dt_command dt_command_event;
extern const struct dt_command dt_command_setup;
extern const struct dt_command dt_command_status;
extern const struct dt_command dt_command_stop;
extern const struct dt_command dt_command_restore;
extern const struct dt_command dt_command_tune;
extern const struct dt_command dt_command_export;
extern const struct dt_command dt_command_slice;

/* Ends with a NULL name. */
extern const struct dt_command *const dt_commands[];

/*
 * One option. target: the structure given to dt_options_parse. argument NULL: a flag, text is
 * then NULL. parse returns 0 or -EINVAL with *error filled.
 */
struct dt_option {
	const char *name; /* without the dashes */
	char letter;	  /* of the short form, or 0 */
	const char *argument;
	const char *help;
	int (*parse)(void *target, const char *text, struct dt_error *error);
};

/* Defines the parse function of an option that sets a flag among a command's own options. */
#define DT_OPTION_FLAG(function, options, flag)                                     \
	static int function(void *target, const char *text, struct dt_error *error) \
	{                                                                           \
		(void)text;                                                         \
		(void)error;                                                        \
		((options *)target)->flag = true;                                   \
		return 0;                                                           \
	}                                                                           \
	struct dt_error /* takes the semicolon */

/*
 * Parse argv[1..). What is no option is moved to the front of argv, and *nr_rest says how many
 * there are (argv[1..*nr_rest]). Prints the error. DT_EXIT_OK or DT_EXIT_USAGE. --help is an
 * option of every command: *help is set then and parsing ends.
 */
int dt_options_parse(const struct dt_option *options, void *target, const char *command, int argc,
		     char **argv, int *nr_rest, bool *help);

/*
 * The same for a command, with its help printed when that was asked for. True: go on; false: the
 * command is over, with *status (an enum dt_exit).
 */
bool dt_command_parse(const struct dt_command *command, const struct dt_option *options,
		      void *target, int argc, char **argv, int *nr_rest, int *status);
/* The options as lines of help, at most 80 columns wide. */
void dt_options_help(FILE *out, const struct dt_option *options);

/* The name most like the one given, or NULL when none is near. names ends with NULL. */
const char *dt_nearest(const char *given, const char *const *names);

/* "damon-trace COMMAND: message", then the hint; to stderr. */
void dt_print_error(const char *command, const struct dt_error *error);

/* Flush and check an output stream. 0, or DT_EXIT_FAILED with the error printed; quiet on EPIPE. */
int dt_finish_output(FILE *out, const char *command, const char *path);

/*
 * Strict values: the whole text must be one. 0 or -EINVAL with *error filled.
 * number: decimal, or hexadecimal with 0x. bytes: number with K, M, G, T (powers of 1024), an
 * optional iB or B. duration: decimal fraction with ns, us, ms, s, min, h; `unit` (in ns) is
 * that of a bare number.
 */
int dt_parse_number(const char *text, uint64_t *value, struct dt_error *error);
int dt_parse_bytes(const char *text, uint64_t *value, struct dt_error *error);
int dt_parse_duration(const char *text, uint64_t unit, uint64_t *ns, struct dt_error *error);

/* Split "A,B" at the first separator into two copies; -EINVAL when there is none. */
int dt_split(const char *text, char separator, char *left, char *right, size_t size,
	     struct dt_error *error);

#endif
