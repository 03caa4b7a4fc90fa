/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gen_fake DIRECTORY VERSION LAYOUT [PID]: the DAMON part of a fake kernel's sysfs (tests/unit/
 * fake_kernel.h) below DIRECTORY, in place of what is there; with PID another program's kdamond
 * runs, with 0 it is set up and off.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/tree.h"
#include "tests/unit/fake_kernel.h"

static struct fake_kernel kernel;

/* A number of these arguments, which only tests give. */
static int number(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

int main(int argc, char **argv)
{
	char path[512];
	int ret;

	if (argc < 4) {
		(void)fputs("usage: gen_fake DIRECTORY VERSION LAYOUT [PID]\n", stderr);
		return 2;
	}
	(void)snprintf(path, sizeof(path), "%s/kernel/mm/damon", argv[1]);
	dt_tree_remove(path);
	ret = fake_kernel_make(&kernel, argv[1], (unsigned)number(argv[2]),
			       (enum fake_layout)number(argv[3]));
	if (!ret && argc > 4)
		ret = fake_kernel_other(&kernel, number(argv[4]));
	if (ret)
		(void)fprintf(stderr, "gen_fake: %s: %s\n", argv[1], strerror(-ret));
	return ret ? 1 : 0;
}
