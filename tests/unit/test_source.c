/* SPDX-License-Identifier: GPL-2.0-only */
/* The bytes of inputs: files, pipes, standard input, memory, and the bounded walks over them. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "readers/bytes.h"

/* More than one piece of a spooled stream, and no multiple of anything. */
#define SIZE 700001

static unsigned char content[SIZE];
static char directory[] = "/tmp/test_source-XXXXXX";

static const char *in_directory(const char *name)
{
	static char path[64];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static int set_up(void **state)
{
	FILE *file;

	(void)state;
	for (size_t i = 0; i < SIZE; i++)
		content[i] = (unsigned char)(i * 2654435761u >> 13);
	if (!mkdtemp(directory))
		return -1;
	file = fopen(in_directory("file"), "w");
	if (!file || fwrite(content, 1, SIZE, file) != SIZE)
		return -1;
	return fclose(file);
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(in_directory("file"));
	(void)unlink(in_directory("pipe"));
	(void)unlink(in_directory("shrinks"));
	return rmdir(directory);
}

/* All bytes are there, and none behind them. */
static void check_content(const struct dt_source *source)
{
	unsigned char *buffer = malloc(SIZE + 10);

	assert_non_null(buffer);
	assert_int_equal(source->size, SIZE);
	assert_int_equal(dt_source_read(source, buffer, 0, SIZE + 10), SIZE);
	assert_memory_equal(buffer, content, SIZE);
	assert_int_equal(dt_source_read(source, buffer, SIZE - 3, 10), 3);
	assert_memory_equal(buffer, content + SIZE - 3, 3);
	assert_int_equal(dt_source_read(source, buffer, SIZE, 10), 0);
	assert_int_equal(dt_source_read(source, buffer, UINT64_MAX, 10), 0);
	assert_int_equal(dt_source_read(source, buffer, UINT64_MAX - 5, SIZE_MAX), 0);
	assert_int_equal(dt_source_read(source, buffer, 17, 0), 0);
	assert_int_equal(dt_source_read(source, buffer, 1, 1), 1);
	assert_int_equal(buffer[0], content[1]);
	free(buffer);
}

static void test_file(void **state)
{
	struct dt_source *source;
	struct dt_error error;

	(void)state;
	assert_int_equal(dt_source_open(&source, in_directory("file"), &error), 0);
	assert_string_equal(source->path, in_directory("file"));
	check_content(source);
	dt_source_close(source);
	dt_source_close(NULL);
}

static void test_memory(void **state)
{
	struct dt_source *source;
	char byte;

	(void)state;
	assert_int_equal(dt_source_open_memory(&source, content, SIZE, "memory"), 0);
	check_content(source);
	dt_source_close(source);
	assert_int_equal(dt_source_open_memory(&source, NULL, 0, "nothing"), 0);
	assert_int_equal(dt_source_read(source, &byte, 0, 1), 0);
	dt_source_close(source);
}

static void test_cannot_open(void **state)
{
	struct dt_error error = {0};
	struct dt_source *source;

	(void)state;
	assert_int_equal(dt_source_open(&source, in_directory("none"), &error), -ENOENT);
	assert_non_null(strstr(error.message, "none"));
	assert_int_equal(dt_source_open(&source, directory, &error), -EISDIR);
	assert_int_equal(dt_source_open(&source, "", &error), -ENOENT);
	assert_int_equal(dt_source_open(&source, in_directory("file/more"), NULL), -ENOTDIR);
}

/* A child that writes the content in uneven pieces and ends. */
static pid_t start_writer(int to)
{
	const pid_t pid = fork();

	if (pid)
		return pid;
	for (size_t done = 0; done < SIZE;) {
		const size_t piece = done % 9973 + 1;
		const ssize_t wrote =
			write(to, content + done, piece < SIZE - done ? piece : SIZE - done);

		if (wrote < 0)
			_exit(1);
		done += (size_t)wrote;
	}
	_exit(0);
}

static void end_writer(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Number of entries of a directory. */
static unsigned count_entries(const char *path)
{
	DIR *list = opendir(path);
	unsigned nr = 0;

	assert_non_null(list);
	for (const struct dirent *entry; (entry = readdir(list));)
		nr += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	assert_int_equal(closedir(list), 0);
	return nr;
}

/* What cannot be seeked is kept in a file that has no name. */
static void test_pipe(void **state)
{
	struct dt_source *source;
	struct dt_error error;
	pid_t writer;

	(void)state;
	assert_int_equal(setenv("TMPDIR", directory, 1), 0);
	assert_int_equal(mkfifo(in_directory("pipe"), 0600), 0);
	writer = fork();
	if (!writer) {
		const int to = open(in_directory("pipe"), O_WRONLY);
		int status;
		const pid_t inner = to < 0 ? -1 : start_writer(to);

		_exit(inner < 0 || waitpid(inner, &status, 0) != inner || status);
	}
	assert_int_equal(dt_source_open(&source, in_directory("pipe"), &error), 0);
	end_writer(writer);
	check_content(source);
	assert_int_equal(count_entries(directory), 2);
	dt_source_close(source);
	assert_int_equal(unsetenv("TMPDIR"), 0);
}

/* Standard input, redirected and piped; it stays open for those who come later. */
static void test_standard_input(void **state)
{
	const int old = dup(STDIN_FILENO);

	(void)state;
	for (int piped = 0; piped < 2; piped++) {
		int ends[2] = {open(in_directory("file"), O_RDONLY), -1};
		struct dt_source *source;
		struct dt_error error;
		pid_t writer = 0;

		if (piped) {
			assert_int_equal(close(ends[0]), 0);
			assert_int_equal(pipe(ends), 0);
			writer = start_writer(ends[1]);
			assert_int_equal(close(ends[1]), 0);
		}
		assert_true(ends[0] >= 0);
		assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
		assert_int_equal(close(ends[0]), 0);
		assert_int_equal(dt_source_open(&source, "-", &error), 0);
		if (piped)
			end_writer(writer);
		assert_string_equal(source->path, "-");
		check_content(source);
		dt_source_close(source);
		assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	}
	assert_true(old < 0 || dup2(old, STDIN_FILENO) >= 0);
	assert_true(old < 0 || close(old) == 0);
}

static void test_no_place_for_pipe(void **state)
{
	struct dt_error error = {0};
	struct dt_source *source;
	int ends[2], old = dup(STDIN_FILENO);

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(close(ends[1]), 0);
	assert_int_equal(setenv("TMPDIR", in_directory("none"), 1), 0);
	assert_int_equal(dt_source_open(&source, "-", &error), -ENOENT);
	assert_non_null(strstr(error.hint, "TMPDIR"));
	assert_int_equal(unsetenv("TMPDIR"), 0);
	assert_true(old < 0 || dup2(old, STDIN_FILENO) >= 0);
	assert_true(old < 0 || close(old) == 0);
}

/* A file that becomes shorter after it was opened: a short read, never a fault. */
static void test_shrinks(void **state)
{
	struct dt_source *source;
	struct dt_window window;
	struct dt_error error;
	char buffer[100];
	size_t available;
	FILE *file = fopen(in_directory("shrinks"), "w");

	(void)state;
	assert_non_null(file);
	assert_int_equal(fwrite(content, 1, 1000, file), 1000);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(dt_source_open(&source, in_directory("shrinks"), &error), 0);
	assert_int_equal(truncate(in_directory("shrinks"), 550), 0);
	assert_int_equal(dt_source_read(source, buffer, 500, 100), 50);
	assert_int_equal(dt_source_read(source, buffer, 600, 100), 0);
	assert_int_equal(dt_window_init(&window, source, 100), 0);
	assert_non_null(dt_window_get(&window, 500, 50, &available));
	assert_int_equal(available, 50);
	assert_null(dt_window_get(&window, 500, 51, &available));
	assert_int_equal(available, 50);
	assert_int_equal(window.error, 0);
	dt_window_free(&window);
	dt_source_close(source);
}

static void test_window(void **state)
{
	uint64_t random = 1;
	struct dt_source *source;
	struct dt_window window;

	(void)state;
	assert_int_equal(dt_source_open_memory(&source, content, SIZE, "memory"), 0);
	assert_int_equal(dt_window_init(&window, source, 4096), 0);
	for (unsigned i = 0; i < 20000; i++) {
		const unsigned char *got;
		uint64_t offset;
		size_t need, available;

		random = random * 6364136223846793005ull + 1442695040888963407ull;
		/* near the last one, or anywhere, also behind the end */
		offset =
			i % 5 ? window.start + (random >> 40) % 5000 : (random >> 33) % (SIZE + 99);
		need = (size_t)(random >> 20) % 4097;
		got = dt_window_get(&window, offset, need, &available);
		if (offset + need <= SIZE) {
			assert_non_null(got);
			assert_true(available >= need);
			assert_memory_equal(got, content + offset, available);
		} else {
			assert_true(!got && available < need);
		}
	}
	assert_null(dt_window_get(&window, UINT64_MAX, 1, &(size_t){0}));
	dt_window_free(&window);
	dt_source_close(source);
}

static void start_bytes(struct dt_bytes *bytes, struct dt_source **source, const void *data,
			size_t size, bool swap)
{
	assert_int_equal(dt_source_open_memory(source, data, size, "memory"), 0);
	assert_int_equal(dt_bytes_init(bytes, *source, 0, UINT64_MAX, swap), 0);
	assert_int_equal(dt_bytes_left(bytes), size);
}

static void end_bytes(struct dt_bytes *bytes, struct dt_source *source)
{
	dt_bytes_free(bytes);
	dt_source_close(source);
}

static void test_numbers(void **state)
{
	static const unsigned char data[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
	const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

	(void)state;
	for (int big = 0; big < 2; big++) {
		struct dt_source *source;
		struct dt_bytes bytes;

		start_bytes(&bytes, &source, data, sizeof(data), little == big);
		assert_int_equal(dt_bytes_u8(&bytes), 1);
		assert_int_equal(dt_bytes_u16(&bytes), big ? 0x0203 : 0x0302);
		assert_int_equal(dt_bytes_u32(&bytes), big ? 0x04050607 : 0x07060504);
		assert_int_equal(dt_bytes_u64(&bytes),
				 big ? 0x08090a0b0c0d0e0f : 0x0f0e0d0c0b0a0908);
		assert_false(bytes.failed);
		/* one byte is left; the first read over the end fails, and all after it */
		assert_int_equal(dt_bytes_u16(&bytes), 0);
		assert_true(bytes.failed);
		assert_int_equal(dt_bytes_u8(&bytes), 0);
		assert_int_equal(dt_bytes_left(&bytes), 0);
		assert_int_equal(bytes.position, 15);
		end_bytes(&bytes, source);
	}
}

static void test_bounds(void **state)
{
	struct dt_source *source;
	struct dt_bytes bytes;
	unsigned char *all = malloc(SIZE);

	(void)state;
	assert_non_null(all);
	start_bytes(&bytes, &source, content, SIZE, false);
	/* longer than the window */
	assert_true(dt_bytes_copy(&bytes, all, SIZE));
	assert_memory_equal(all, content, SIZE);
	assert_false(bytes.failed);
	dt_bytes_skip(&bytes, 0);
	assert_false(bytes.failed);
	dt_bytes_skip(&bytes, 1);
	assert_true(bytes.failed);
	dt_bytes_free(&bytes);
	/* a part of the source, and parts that are none */
	assert_int_equal(dt_bytes_init(&bytes, source, 10, 13, false), 0);
	assert_false(dt_bytes_copy(&bytes, all, 4));
	assert_int_equal(all[0] | all[3], 0);
	dt_bytes_free(&bytes);
	assert_int_equal(dt_bytes_init(&bytes, source, SIZE + 1ull, UINT64_MAX, false), 0);
	assert_true(bytes.failed);
	dt_bytes_free(&bytes);
	assert_int_equal(dt_bytes_init(&bytes, source, 13, 10, false), 0);
	assert_true(bytes.failed);
	dt_bytes_free(&bytes);
	assert_int_equal(dt_bytes_init(&bytes, source, 10, UINT64_MAX, false), 0);
	dt_bytes_skip(&bytes, UINT64_MAX);
	assert_true(bytes.failed);
	assert_int_equal(bytes.position, 10);
	end_bytes(&bytes, source);
	free(all);
}

static void test_strings(void **state)
{
	static const char data[] = "first\0\0a longer one\0open end";
	struct dt_source *source;
	struct dt_bytes bytes;
	char text[7];

	(void)state;
	start_bytes(&bytes, &source, data, sizeof(data) - 1, false);
	assert_true(dt_bytes_string(&bytes, text, sizeof(text)));
	assert_string_equal(text, "first");
	assert_true(dt_bytes_string(&bytes, text, sizeof(text)));
	assert_string_equal(text, "");
	/* cut to what fits, and passed over as a whole */
	assert_true(dt_bytes_string(&bytes, text, sizeof(text)));
	assert_string_equal(text, "a long");
	assert_false(dt_bytes_string(&bytes, text, sizeof(text)));
	assert_true(bytes.failed);
	assert_string_equal(text, "open e");
	end_bytes(&bytes, source);
	start_bytes(&bytes, &source, data, sizeof(data) - 1, false);
	assert_true(dt_bytes_expect(&bytes, "first\0\0a longer one", 19));
	assert_int_equal(bytes.position, 19);
	assert_false(dt_bytes_expect(&bytes, "x", 1));
	assert_true(bytes.failed);
	end_bytes(&bytes, source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),	       cmocka_unit_test(test_memory),
		cmocka_unit_test(test_cannot_open),    cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_standard_input), cmocka_unit_test(test_no_place_for_pipe),
		cmocka_unit_test(test_shrinks),	       cmocka_unit_test(test_window),
		cmocka_unit_test(test_numbers),	       cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_strings),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
