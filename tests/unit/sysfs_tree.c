/* SPDX-License-Identifier: GPL-2.0-only */
/* See sysfs_tree.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/unit/sysfs_tree.h"

static char directory[] = "/tmp/test_tree-XXXXXX";

int sysfs_tree_set_up(void **state)
{
	(void)state;
	(void)snprintf(directory + sizeof(directory) - 7, 7, "XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

int sysfs_tree_tear_down(void **state)
{
	(void)state;
	return nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *sysfs_tree_root(void)
{
	return directory;
}

void sysfs_tree_put(const char *path, const char *text)
{
	char whole[512];
	FILE *file;

	(void)snprintf(whole, sizeof(whole), "%s/%s", directory, path);
	for (char *slash = whole + sizeof(directory); (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		(void)mkdir(whole, 0755);
		*slash = '/';
	}
	file = fopen(whole, "w");
	assert_non_null(file);
	assert_true(fprintf(file, "%s\n", text) > 0);
	assert_int_equal(fclose(file), 0);
}
