/* SPDX-License-Identifier: GPL-2.0-only */
/* Which kdamond was configured, when it ran only in the middle of a recording. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "damon-trace/witnesses.h"
#include "readers/host_json.h"

#define KDAMOND(state, pid, sample)                                                               \
	"{\"state\":\"" state "\",\"pid\":\"" pid "\",\"nr_contexts\":\"1\",\"contexts\":{\"0\":" \
	"{\"operations\":\"vaddr\",\"monitoring_attrs\":{\"intervals\":{\"sample_us\":\"" sample  \
	"\",\"aggr_us\":\"100000\"}}}}}"
#define KDAMONDS(list, nr) "\"kdamonds\":{" list ",\"nr_kdamonds\":\"" nr "\"}"
#define MODULE(enabled) \
	",\"modules\":{\"damon_reclaim\":{\"enabled\":\"" enabled "\",\"kdamond_pid\":\"-1\"}}"

#define OFF	 KDAMONDS("\"0\":" KDAMOND("off", "-1", "5000"), "1")
#define OFF_FAST KDAMONDS("\"0\":" KDAMOND("off", "-1", "1000"), "1")
#define ON	 KDAMONDS("\"0\":" KDAMOND("on", "70", "5000"), "1")
#define TWO_OFF \
	KDAMONDS("\"0\":" KDAMOND("off", "-1", "5000") ",\"1\":" KDAMOND("off", "-1", "5000"), "2")

static void parse(struct dt_host_damon *damon, const char *tree)
{
	char text[2048];

	(void)snprintf(text, sizeof(text), "{\"damon\":{%s}}", tree);
	assert_int_equal(dt_host_damon_parse(damon, text, strlen(text)), 0);
}

/* The pid that the kdamond at the start has, once the witnesses have seen so many, the first 99. */
static int32_t pid_of(const char *start, const char *end, size_t seen)
{
	struct dt_witness_kdamond_report kdamonds[2] = {{.pid = 99}, {.pid = 100}};
	const struct dt_witnesses witnesses = {.nr_kdamonds = seen, .kdamonds = kdamonds};
	struct dt_host_context host = {0};
	int32_t pid;

	parse(&host.at_start, start);
	if (end)
		parse(&host.at_end, end);
	dt_host_name_kdamond(&host, &witnesses);
	pid = host.at_start.kdamonds[0].pid;
	dt_host_damon_clear(&host.at_start);
	dt_host_damon_clear(&host.at_end);
	return pid;
}

static void test_the_only_one(void **state)
{
	(void)state;
	assert_int_equal(pid_of(OFF, OFF, 1), 99);
	assert_int_equal(pid_of(OFF MODULE("N"), OFF MODULE("N"), 1), 99);
	/* the recorder was killed */
	assert_int_equal(pid_of(OFF, NULL, 1), 99);
}

static void test_not_certain(void **state)
{
	(void)state;
	assert_int_equal(pid_of(OFF, OFF, 0), -1);
	assert_int_equal(pid_of(OFF, OFF, 2), -1);
	assert_int_equal(pid_of(TWO_OFF, TWO_OFF, 1), -1);
	/* set to something else in between */
	assert_int_equal(pid_of(OFF, OFF_FAST, 1), -1);
	/* it may be the module's */
	assert_int_equal(pid_of(OFF MODULE("Y"), OFF, 1), -1);
	assert_int_equal(pid_of(OFF, OFF MODULE("Y"), 1), -1);
}

static void test_known_already(void **state)
{
	(void)state;
	assert_int_equal(pid_of(ON, OFF, 1), 70);
	/* the end tells by itself */
	assert_int_equal(pid_of(OFF, ON, 1), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_only_one),
		cmocka_unit_test(test_not_certain),
		cmocka_unit_test(test_known_already),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
