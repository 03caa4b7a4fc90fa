/* SPDX-License-Identifier: GPL-2.0-only */
/* Trees of files in a directory of their own, to stand for /sys or /proc. */
#ifndef TESTS_UNIT_SYSFS_TREE_H
#define TESTS_UNIT_SYSFS_TREE_H

/* Make an empty one, and remove it with all that is in it: setup and teardown of a test. */
int sysfs_tree_set_up(void **state);
int sysfs_tree_tear_down(void **state);

/* Its path; static. */
const char *sysfs_tree_root(void);

/* Write a file, text and newline, with the directories above it. Fails the test. */
void sysfs_tree_put(const char *path, const char *text);

#endif
