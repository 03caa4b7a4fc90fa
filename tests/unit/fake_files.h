/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fake kernel's directories hold when they were just made. */
#ifndef TESTS_UNIT_FAKE_FILES_H
#define TESTS_UNIT_FAKE_FILES_H

#include "tests/unit/fake_kernel.h"

/* Make the files of a numbered directory of that kind ("schemes", ...). 0 or -errno. */
int fake_files_make(const struct fake_kernel *kernel, const char *directory, const char *kind);

/* Does the kernel take the value for the file of that path? 0 or -EINVAL. */
int fake_files_check(const struct fake_kernel *kernel, const char *path, const char *value);

/* Write a file, with the directories above it. 0 or -errno. */
int fake_files_put(const char *path, const char *text, unsigned mode);

#endif
