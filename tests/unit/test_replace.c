/* SPDX-License-Identifier: GPL-2.0-only */
/* Files that take the place of others: what stood there, its rights, what a failure leaves. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/temporary.h"
#include "support/replace.h"

static char directory[] = "/tmp/test_replace-XXXXXX";
static char path[64];

static int set_up(void **state)
{
	(void)state;
	(void)umask(022);
	(void)snprintf(directory, sizeof(directory), "/tmp/test_replace-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/report", directory);
	return 0;
}

/* The names in the directory; with remove they go. */
static int count_names(bool remove_them)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;
	int nr = 0;

	assert_non_null(stream);
	while ((entry = readdir(stream))) {
		if (entry->d_name[0] == '.')
			continue;
		nr++;
		if (remove_them && unlinkat(dirfd(stream), entry->d_name, 0))
			(void)unlinkat(dirfd(stream), entry->d_name, AT_REMOVEDIR);
	}
	(void)closedir(stream);
	return nr;
}

static int tear_down(void **state)
{
	(void)state;
	(void)count_names(true);
	return rmdir(directory);
}

static void put(const char *to, const char *text, mode_t mode)
{
	const int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(dt_write_all(fd, text, strlen(text)), 0);
	assert_int_equal(fchmod(fd, mode), 0);
	(void)close(fd);
}

static void assert_content(const char *of, const char *text, mode_t mode)
{
	char found[64] = "";
	const int fd = open(of, O_RDONLY);
	struct stat status;

	assert_true(fd >= 0);
	assert_true(read(fd, found, sizeof(found) - 1) >= 0);
	assert_int_equal(fstat(fd, &status), 0);
	(void)close(fd);
	assert_string_equal(found, text);
	assert_int_equal(status.st_mode & 07777, mode);
}

static void write_text(struct dt_replace *file, const char *text)
{
	assert_int_equal(dt_write_all(file->fd, text, strlen(text)), 0);
}

static void test_new(void **state)
{
	struct dt_replace file;

	(void)state;
	assert_int_equal(dt_replace_begin(&file, path), 0);
	write_text(&file, "new");
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(dt_replace_end(&file), 0);
	assert_content(path, "new", 0644);
	assert_int_equal(count_names(false), 1);
}

static void test_replaced(void **state)
{
	struct dt_replace file;
	FILE *stream;
	struct stat status;

	(void)state;
	put(path, "old", 0640);
	assert_int_equal(dt_replace_begin(&file, path), 0);
	assert_int_equal(fstat(file.fd, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	stream = dt_replace_stream(&file);
	assert_non_null(stream);
	assert_int_equal(fputs("new", stream) < 0, 0);
	assert_int_equal(fclose(stream), 0);
	assert_content(path, "old", 0640);
	assert_int_equal(dt_replace_end(&file), 0);
	assert_content(path, "new", 0640);
	assert_int_equal(count_names(false), 1);
}

static void test_dropped(void **state)
{
	struct dt_replace file;

	(void)state;
	put(path, "old", 0600);
	assert_int_equal(dt_replace_begin(&file, path), 0);
	write_text(&file, "new");
	dt_replace_drop(&file);
	dt_replace_drop(&file);
	assert_content(path, "old", 0600);
	assert_int_equal(count_names(false), 1);
}

/* The limit of a file's size stands for a disk that is full. */
static void test_no_room(void **state)
{
	const struct rlimit little = {16, RLIM_INFINITY};
	static const char text[] = "more than the sixteen bytes that there is room for";
	struct dt_replace file;
	struct rlimit before;
	int ret;

	(void)state;
	put(path, "old", 0600);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(dt_replace_begin(&file, path), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	ret = dt_write_all(file.fd, text, strlen(text));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(ret, -EFBIG);
	dt_replace_drop(&file);
	assert_content(path, "old", 0600);
	assert_int_equal(count_names(false), 1);
}

static void test_sentences(void **state)
{
	struct dt_error error;

	(void)state;
	assert_int_equal(dt_replace_fail(&error, ENOSPC, "a"), -ENOSPC);
	assert_string_equal(error.message, "cannot write a: No space left on device");
	assert_string_equal(error.hint, "free some space, or write elsewhere");
	assert_int_equal(dt_replace_fail(&error, EROFS, "a"), -EROFS);
	assert_string_equal(error.hint, "name a file in a directory that you can write to");
	assert_int_equal(dt_replace_fail(&error, EIO, "a"), -EIO);
	assert_string_equal(error.hint, "");
	assert_int_equal(dt_replace_fail(&error, EINTR, "a"), -EINTR);
	assert_string_equal(error.message, "interrupted: nothing was written");
}

/* A link keeps leading to the file, and a second name to the same content. */
static void test_links(void **state)
{
	struct dt_replace file;
	struct stat status;
	char link_path[80], second[80];

	(void)state;
	put(path, "old", 0600);
	(void)snprintf(link_path, sizeof(link_path), "%s/link", directory);
	(void)snprintf(second, sizeof(second), "%s/second", directory);
	assert_int_equal(symlink("report", link_path), 0);
	assert_int_equal(dt_replace_begin(&file, link_path), 0);
	write_text(&file, "new");
	assert_content(path, "old", 0600);
	assert_int_equal(dt_replace_end(&file), 0);
	assert_content(path, "new", 0600);
	assert_int_equal(lstat(link_path, &status), 0);
	assert_true(S_ISLNK(status.st_mode));

	assert_int_equal(link(path, second), 0);
	assert_int_equal(dt_replace_begin(&file, second), 0);
	write_text(&file, "both");
	assert_int_equal(dt_replace_end(&file), 0);
	assert_content(path, "both", 0600);
}

/* What a shell redirected is continued, not replaced by another file. */
static void test_open_file(void **state)
{
	struct dt_replace file;
	char through[32];
	int fd;

	(void)state;
	put(path, "old", 0600);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	(void)snprintf(through, sizeof(through), "/dev/fd/%d", fd);
	if (access(through, W_OK))
		skip();
	assert_int_equal(dt_replace_begin(&file, through), 0);
	write_text(&file, "new");
	assert_int_equal(dt_replace_end(&file), 0);
	assert_int_equal(pwrite(fd, "!", 1, 3), 1);
	(void)close(fd);
	assert_content(path, "new!", 0600);
}

/* root gives the file to whom the old one belonged */
static void test_owner(void **state)
{
	struct dt_replace file;
	struct stat status;

	(void)state;
	put(path, "old", 0640);
	if (chown(path, 1, 1))
		skip();
	assert_int_equal(dt_replace_begin(&file, path), 0);
	write_text(&file, "new");
	assert_int_equal(dt_replace_end(&file), 0);
	assert_content(path, "new", 0640);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_uid, 1);
	assert_int_equal(status.st_gid, 1);
}

static void test_refused(void **state)
{
	struct dt_replace file;
	char missing[80];

	(void)state;
	(void)snprintf(missing, sizeof(missing), "%s/not/there", directory);
	assert_int_equal(dt_replace_begin(&file, missing), -ENOENT);
	assert_int_equal(dt_replace_begin(&file, directory), -EISDIR);
	assert_int_equal(file.fd, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_new, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_dropped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_room, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sentences, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_links, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_open_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_owner, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
