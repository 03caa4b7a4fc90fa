/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trees like /proc and /sys out of one text file: dozens of files of one line each are easier to
 * read, to review and to change in one piece, and git keeps no empty directories.
 *
 * A line "== PATH" begins a file, "== PATH/" makes an empty directory, "== PATH MODE" (octal) gives
 * the file that mode; what follows up to the next such line is its content. Before the first one
 * the file is comment.
 */
#ifndef TESTS_TOOLS_TREE_H
#define TESTS_TOOLS_TREE_H

/* Unpack below a directory, which is made. 0 or -errno. */
int dt_tree_unpack(const char *tree, const char *directory);
/* Remove a directory with all that is in it. */
void dt_tree_remove(const char *directory);

#endif
