/* SPDX-License-Identifier: GPL-2.0-only */
/* perf's -vv logs: lines of all forms, mails, what is an event and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "readers/perf_log.h"

#define RULE   "------------------------------------------------------------\n"
#define HEAD   RULE "perf_event_attr:\n"
#define OPENED RULE "sys_perf_event_open: pid -1  cpu 0  group_fd -1  flags 0x8 = 3\n"
#define REFUSED                                                             \
	RULE "sys_perf_event_open: pid -1  cpu 0  group_fd -1  flags 0x8\n" \
	     "sys_perf_event_open failed, error -13\n"
#define RATE  "  { sample_period, sample_freq }   4000\n  freq                             1\n"
#define LOADS "  type                             4 (cpu)\n  config                     0x1cd\n"

/* A text of our own copy, as the parser writes into it. */
static int parse(struct dt_perf_log *log, const char *text, struct dt_error *error)
{
	char *copy = strdup(text);
	int ret;

	assert_non_null(copy);
	*error = (struct dt_error){0};
	ret = dt_perf_log_parse(log, copy, strlen(copy), error);
	free(copy);
	return ret;
}

/* The events of a text; the caller frees. code: what choosing them returns. */
static struct dt_log_choice *choose(const char *text, const char *pmu, int code,
				    struct dt_error *error)
{
	struct dt_log_choice *choice = calloc(1, sizeof(*choice));
	struct dt_perf_log log;

	assert_non_null(choice);
	assert_int_equal(parse(&log, text, error), 0);
	assert_int_equal(dt_perf_log_choose(&log, pmu, choice, error), code);
	dt_perf_log_free(&log);
	return choice;
}

static void test_fields(void **state)
{
	static const char text[] =
		"Opening: cpu/mem-loads,ldlat=30/uP\n" HEAD "  type                  4 (cpu)\n"
		"  size                             136\n"
		"  config                           0x1cd (mem-loads)\n"
		"  { sample_period, sample_freq }   4000\n"
		"  sample_type                      IP|TID|TIME|ADDR\n"
		"  exclude_kernel                   1\n"
		"  exclude_hv                       1\n"
		"  freq                             1\n"
		"  precise_ip                       3\n"
		"  exclude_guest                    1\n"
		"  { bp_addr, config1 }             0x1f\n"
		"  { bp_len, config2 }              0x2\n"
		"  config3                          0x3\n" OPENED;
	struct dt_error error;
	struct dt_perf_log log;
	const struct dt_hw_event *event;

	(void)state;
	assert_int_equal(parse(&log, text, &error), 0);
	assert_int_equal(log.nr, 1);
	assert_int_equal(log.dumps[0].outcome, DT_LOG_OPENED);
	assert_int_equal(log.dumps[0].line, 3);
	assert_string_equal(log.dumps[0].problem, "");
	assert_string_equal(log.dumps[0].unknown, "");
	event = &log.dumps[0].event;
	assert_string_equal(event->name, "cpu/mem-loads,ldlat=30/uP");
	assert_string_equal(event->pmu, "cpu");
	assert_int_equal(event->type, 4);
	assert_int_equal(event->config, 0x1cd);
	assert_int_equal(event->config1, 0x1f);
	assert_int_equal(event->config2, 2);
	assert_int_equal(event->config3, 3);
	assert_int_equal(event->freq, 4000);
	assert_int_equal(event->period, 0);
	assert_true(event->has_precise);
	assert_int_equal(event->precise, 3);
	assert_false(event->exclude_user);
	assert_true(event->exclude_kernel && event->exclude_hv && event->exclude_guest);
	dt_perf_log_free(&log);
}

/* The order of the lines does not matter. */
static void test_frequency_first(void **state)
{
	struct dt_error error;
	struct dt_log_choice *choice =
		choose(HEAD "freq 1\n{ sample_period, sample_freq } 77\n" OPENED, NULL, 0, &error);

	(void)state;
	assert_int_equal(choice->events.list[0].freq, 77);
	assert_int_equal(choice->events.list[0].period, 0);
	free(choice);
}

/* What a dump does not show is 0, also the type. */
static void test_absent_is_zero(void **state)
{
	struct dt_error error;
	struct dt_log_choice *choice = choose(HEAD RATE OPENED, NULL, 0, &error);

	(void)state;
	assert_int_equal(choice->events.nr, 1);
	assert_int_equal(choice->events.list[0].type, 0);
	assert_int_equal(choice->events.list[0].config, 0);
	assert_int_equal(choice->events.list[0].precise, 0);
	free(choice);
}

/* Ways in which a value cannot be one. */
static void test_odd_values(void **state)
{
	static const char *const lines[] = {
		"type 4294967296",   "type four (cpu)",
		"type 4 cpu",	     "type",
		"config 0x",	     "config 12ab",
		"config1 -1",	     "config2 0x1ffffffffffffffff",
		"precise_ip 4",	     "exclude_kernel 2",
		"exclude_user yes",  "freq 1x",
		"sample_period 1e3", "{ bp_addr, config1 } (none)",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct dt_log_choice *choice;
		struct dt_error error;
		char text[512];

		(void)snprintf(text, sizeof(text), HEAD RATE "%s\n" OPENED, lines[i]);
		choice = choose(text, NULL, -ENOENT, &error);
		assert_int_equal(choice->nr_skipped, 1);
		if (!strstr(choice->skipped[0].why, "is not understood"))
			fail_msg("%s: %s", lines[i], choice->skipped[0].why);
		free(choice);
	}
}

static void test_unknown_lines_are_named(void **state)
{
	struct dt_error error;
	struct dt_log_choice *choice = choose(
		HEAD LOADS RATE "  new_flag 1\n  { one, other_flag } 2\n" OPENED, NULL, 0, &error);

	(void)state;
	assert_int_equal(choice->events.nr, 1);
	assert_string_equal(choice->unknown, "new_flag, other_flag");
	free(choice);
}

/* Refused, then taken with less; the other CPU's refusal counts for all. */
static void test_last_attempt(void **state)
{
	static const char text[] =
		"Opening: cpu/mem-loads/P\n" HEAD LOADS RATE
		"  precise_ip 3\n" REFUSED HEAD LOADS RATE "  precise_ip 2\n" OPENED
		"sys_perf_event_open: pid -1  cpu 1  group_fd -1  flags 0x8\n"
		"sys_perf_event_open failed, error -22\n" HEAD LOADS RATE "  precise_ip 1\n" OPENED;
	struct dt_error error;
	struct dt_log_choice *choice = choose(text, NULL, 0, &error);

	(void)state;
	assert_int_equal(choice->events.nr, 1);
	assert_int_equal(choice->events.list[0].precise, 1);
	assert_string_equal(choice->events.list[0].name, "cpu/mem-loads/P");
	assert_int_equal(choice->untold, 0);
	assert_int_equal(choice->nr_skipped, 2);
	assert_non_null(strstr(choice->skipped[0].why, "errno 13"));
	assert_non_null(strstr(choice->skipped[1].why, "errno 22"));
	free(choice);
}

static void test_ended_threads_do_not_matter(void **state)
{
	struct dt_error error;
	struct dt_log_choice *choice =
		choose(HEAD LOADS RATE OPENED REFUSED "WARNING: Ignored open failure for pid 77\n",
		       NULL, 0, &error);

	(void)state;
	assert_int_equal(choice->events.nr, 1);
	free(choice);
}

/* Tracepoints, breakpoints, dummies and helpers are none; what is only counted is one at need. */
static void test_what_is_no_event(void **state)
{
	static const char none[] =
		HEAD "type 2\nconfig 77\n" RATE OPENED HEAD "type 5\n" RATE OPENED HEAD
		     "type 1 (software)\nconfig 0x9\n" RATE OPENED HEAD
		     "type 4 (cpu)\nconfig 0x8203 (mem-loads-aux)\n" RATE OPENED;
	static const char counted[] = HEAD LOADS OPENED HEAD "type 1\nconfig 0x2\n" RATE OPENED;
	struct dt_error error;
	struct dt_log_choice *choice = choose(none, NULL, -ENOENT, &error);

	(void)state;
	assert_int_equal(choice->nr_skipped, 4);
	free(choice);
	choice = choose(counted, NULL, 0, &error);
	assert_int_equal(choice->events.nr, 1);
	assert_int_equal(choice->events.list[0].config, 2);
	assert_false(choice->counted);
	free(choice);
	choice = choose(HEAD LOADS OPENED, NULL, 0, &error);
	assert_int_equal(choice->events.list[0].config, 0x1cd);
	assert_true(choice->counted);
	free(choice);
}

static void test_which_pmu(void **state)
{
	static const char text[] = HEAD "type 10 (cpu_atom)\nconfig 0x5d0\n" RATE OPENED HEAD
					"type 4 (cpu_core)\nconfig 0x1cd\n" RATE OPENED HEAD
					"type 0\nconfig 0xa00000000\n" RATE OPENED HEAD
					"type 1\nconfig 2\n" RATE OPENED;
	struct dt_error error;
	struct dt_log_choice *choice = choose(text, NULL, -ENOTUNIQ, &error);

	(void)state;
	assert_non_null(strstr(error.message, "cpu_atom, cpu_core"));
	free(choice);
	/* the generic event is that of the core whose number it carries */
	choice = choose(text, "cpu_atom", 0, &error);
	assert_int_equal(choice->events.nr, 2);
	assert_int_equal(choice->events.list[0].config, 0x5d0);
	assert_int_equal(choice->events.list[1].config, 0xa00000000);
	assert_string_equal(choice->events.list[1].pmu, "cpu_atom");
	free(choice);
	choice = choose(text, "cpu", -EINVAL, &error);
	free(choice);
}

/* The log of an older perf has no names: the only number without one gets the name given. */
static void test_name_for_a_number(void **state)
{
	static const char text[] = HEAD "type 11\nconfig 0x80000\n" RATE OPENED;
	struct dt_error error;
	struct dt_log_choice *choice = choose(text, NULL, 0, &error);

	(void)state;
	assert_string_equal(choice->events.list[0].pmu, "");
	free(choice);
	choice = choose(text, "ibs_op", 0, &error);
	assert_string_equal(choice->events.list[0].pmu, "ibs_op");
	free(choice);
	/* the name of the event says it too */
	choice = choose("Opening: ibs_op/cnt_ctl=1/\n" HEAD "type 11\n" RATE OPENED, NULL, 0,
			&error);
	assert_string_equal(choice->events.list[0].pmu, "ibs_op");
	free(choice);
}

static void test_groups(void **state)
{
	struct dt_error error;
	struct dt_log_choice *choice =
		choose(HEAD LOADS RATE RULE
		       "sys_perf_event_open: pid -1  cpu 0  group_fd 5  flags 0x8 = 7\n",
		       NULL, 0, &error);

	(void)state;
	assert_true(choice->events.list[0].grouped);
	free(choice);
}

/* ---- mails ---- */

struct mail {
	const char *text, *decoded;
	bool base64;
};

#define LONG "sample_type                      IP|TID|TIME|ADDR|PERIOD|IDENTIFIER|DAT"

static const struct mail mails[] = {
	/* as perf prints it: none of these is an escape */
	{"Opening: cpu/mem-loads,ldlat=30/P\nURLS=\nflags 0x8 = 5\n",
	 "Opening: cpu/mem-loads,ldlat=30/P\nURLS=\nflags 0x8 = 5\n", false},
	{"Opening: cpu/mem-loads,ldlat=30/P\n", "Opening: cpu/mem-loads,ldlat=30/P\n", false},
	/* lines keep their numbers */
	{LONG "=\nA_SRC|X\nnext\n", LONG "A_SRC|X\n\nnext\n", false},
	{LONG "= \r\nA_SRC\n", LONG "A_SRC\n\n", false},
	{"ldlat=3D30 =3D 7\n", "ldlat=30 = 7\n", false},
	{"a=3Db=3Dc\nd=", "a=b=c\nd=", false},
	{"a=3Db=4", "a=3Db=4", false},
	/* the header decides */
	{"content-transfer-encoding:  Quoted-Printable\n\nldlat=3D30\nx=3\n",
	 "content-transfer-encoding:  Quoted-Printable\n\nldlat=30\nx=3\n", false},
	{"Content-Transfer-Encoding: 8bit\n\nx=3D\n", "Content-Transfer-Encoding: 8bit\n\nx=3D\n",
	 false},
	{"Content-Transfer-Encoding: base64\n\nPT09\n",
	 "Content-Transfer-Encoding: base64\n\nPT09\n", true},
	{"", "", false},
};

static void test_mails(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mails) / sizeof(mails[0]); i++) {
		char *text = strdup(mails[i].text);
		bool base64;
		size_t length;

		assert_non_null(text);
		length = dt_mail_decode(text, strlen(text), &base64);
		text[length] = '\0';
		assert_string_equal(text, mails[i].decoded);
		assert_int_equal(base64, mails[i].base64);
		free(text);
	}
}

static void test_quoted_and_wrapped(void **state)
{
	struct dt_error error;
	struct dt_log_choice *choice =
		choose("> > perf_event_attr:\n> >   type  4 (cpu)\r\n> >   sample_type\n"
		       "> > IP|TID|TIME\n> >\n> > config 0x1cd\n> > sample_period 7\n> > " OPENED,
		       NULL, 0, &error);

	(void)state;
	assert_int_equal(choice->events.nr, 1);
	assert_int_equal(choice->events.list[0].config, 0x1cd);
	assert_int_equal(choice->events.list[0].period, 7);
	free(choice);
}

/* ---- the ends ---- */

static void test_no_dump(void **state)
{
	struct dt_perf_log log;
	struct dt_error error;

	(void)state;
	assert_int_equal(parse(&log, "", &error), -EINVAL);
	dt_perf_log_free(&log);
	assert_int_equal(parse(&log, "perf_event_attr: none\n", &error), -EINVAL);
	assert_non_null(strstr(error.hint, "perf mem record -vv"));
	dt_perf_log_free(&log);
}

/* Every beginning of a log is either the whole event or none of it. */
static void test_cut_anywhere(void **state)
{
	static const char text[] = HEAD LOADS RATE "  { bp_addr, config1 }  0x1f\n" OPENED;
	const size_t whole = strlen(HEAD LOADS RATE "  { bp_addr, config1 }  0x1f\n") + 5;
	char *copy;

	(void)state;
	for (size_t length = strlen(HEAD); length <= strlen(text); length++) {
		struct dt_log_choice *choice;
		struct dt_error error;

		copy = strndup(text, length);
		assert_non_null(copy);
		choice = choose(copy, NULL, length < whole ? -ENOENT : 0, &error);
		if (length >= whole)
			assert_int_equal(choice->events.list[0].config1, 0x1f);
		free(choice);
		free(copy);
	}
}

static void test_many_dumps(void **state)
{
	const size_t times = DT_LOG_DUMPS_MAX + 3, size = strlen(HEAD LOADS RATE OPENED);
	char *text = malloc(times * size + 1);
	struct dt_log_choice *choice = calloc(1, sizeof(*choice));
	struct dt_perf_log log;
	struct dt_error error;

	(void)state;
	assert_non_null(text);
	assert_non_null(choice);
	for (size_t i = 0; i < times; i++)
		memcpy(text + i * size, HEAD LOADS RATE OPENED, size + 1);
	assert_int_equal(dt_perf_log_parse(&log, text, times * size, &error), 0);
	assert_int_equal(log.nr, DT_LOG_DUMPS_MAX);
	assert_int_equal(log.left_out, 3);
	assert_int_equal(dt_perf_log_choose(&log, NULL, choice, &error), 0);
	assert_int_equal(choice->events.nr, 1);
	dt_perf_log_free(&log);
	free(choice);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_frequency_first),
		cmocka_unit_test(test_absent_is_zero),
		cmocka_unit_test(test_odd_values),
		cmocka_unit_test(test_unknown_lines_are_named),
		cmocka_unit_test(test_last_attempt),
		cmocka_unit_test(test_ended_threads_do_not_matter),
		cmocka_unit_test(test_what_is_no_event),
		cmocka_unit_test(test_which_pmu),
		cmocka_unit_test(test_name_for_a_number),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_mails),
		cmocka_unit_test(test_quoted_and_wrapped),
		cmocka_unit_test(test_no_dump),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_many_dumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
