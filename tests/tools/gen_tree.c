/* SPDX-License-Identifier: GPL-2.0-only */
/* gen_tree FILE.tree DIRECTORY: unpack a tree of the fixtures (tests/tools/tree.h). */
#include <stdio.h>
#include <string.h>

#include "tests/tools/tree.h"

int main(int argc, char **argv)
{
	int ret;

	if (argc != 3) {
		(void)fputs("usage: gen_tree FILE.tree DIRECTORY\n", stderr);
		return 2;
	}
	ret = dt_tree_unpack(argv[1], argv[2]);
	if (ret)
		(void)fprintf(stderr, "gen_tree: %s: %s\n", argv[1], strerror(-ret));
	return ret ? 1 : 0;
}
