/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of code: of this very program, of files that are not what was recorded, of a kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "damon-trace/symbols.h"
#include "readers/elf_file.h"

#define TEXT 0xffffffff81000000ull

/* A recording with one mapping in its processes and one of the kernel. */
struct recording {
	struct dt_reader reader;
	struct dt_mapping user, kernel;
};

static bool find_mapping(const struct dt_reader *reader, int32_t pid, uint64_t address,
			 struct dt_mapping *mapping)
{
	const struct recording *recording = (const struct recording *)reader;
	const struct dt_mapping *map = pid < 0 ? &recording->kernel : &recording->user;

	if (address < map->start || address >= map->end)
		return false;
	*mapping = *map;
	return true;
}

static const struct dt_reader_ops ops = {.mapping = find_mapping};

static char self[4096];

/* Two functions that the linker has to keep as they are. */
__attribute__((noinline, used)) int dt_test_symbol_one(int value);
__attribute__((noinline, used)) int dt_test_symbol_one(int value)
{
	__asm__("" : "+r"(value));
	return value + 1;
}

/* Where this program's code is mapped, as /proc tells. */
static void map_self(struct recording *recording, uint64_t address)
{
	FILE *file = fopen("/proc/self/maps", "re");
	uint64_t start, end, offset;
	char *line = NULL;
	size_t room = 0;
	bool found = false;

	assert_non_null(file);
	*recording = (struct recording){.reader = {.ops = &ops}};
	while (getline(&line, &room, file) > 0) {
		char *rest;

		/* start-end rwxp offset */
		start = strtoull(line, &rest, 16);
		end = strtoull(rest + 1, &rest, 16);
		offset = strtoull(rest + strlen(" rwxp"), NULL, 16);
		if (address < start || address >= end)
			continue;
		recording->user = (struct dt_mapping){
			.start = start, .end = end, .offset = offset, .name = self};
		found = true;
	}
	free(line);
	assert_int_equal(fclose(file), 0);
	assert_true(found);
}

static const char *name_of(struct dt_symbols *symbols, const struct recording *recording,
			   uint64_t address, enum dt_code_mode mode)
{
	struct dt_code code = {0};

	dt_symbols_find(symbols, &recording->reader, 7, address, mode, &code);
	assert_non_null(code.name);
	assert_non_null(code.file);
	return code.name;
}

static struct dt_symbols *begin(void)
{
	static const struct dt_roots roots = DT_ROOTS_DEFAULT;
	struct dt_symbols *symbols = dt_symbols_new(&roots);

	assert_non_null(symbols);
	return symbols;
}

static void test_own_program(void **state)
{
	const uint64_t one = (uint64_t)(uintptr_t)dt_test_symbol_one;
	struct dt_symbols *symbols = begin();
	struct recording recording;
	struct dt_elf_file elf;
	struct dt_build_id id;
	char text[512];

	(void)state;
	map_self(&recording, one);
	assert_string_equal(name_of(symbols, &recording, one, DT_CODE_USER), "dt_test_symbol_one");
	assert_string_equal(name_of(symbols, &recording, one + 1, DT_CODE_USER),
			    "dt_test_symbol_one");
	assert_string_not_equal(name_of(symbols, &recording, one - 1, DT_CODE_USER),
				"dt_test_symbol_one");
	assert_false(dt_symbols_explain(symbols, text, sizeof(text)));
	assert_string_equal(name_of(symbols, &recording, recording.user.end, DT_CODE_USER),
			    "[unknown]");
	assert_string_equal(name_of(symbols, &recording, one, DT_CODE_GUEST), "[guest]");
	/* the same build, named by its whole id */
	assert_true(dt_elf_file_read(&elf, self));
	id = elf.build_id;
	dt_elf_file_free(&elf);
	if (id.size) {
		recording.user.build_id = &id;
		assert_string_equal(name_of(symbols, &recording, one, DT_CODE_USER),
				    "dt_test_symbol_one");
	}
	dt_symbols_free(symbols);
}

/* Names of a file that is not the one that ran would be wrong ones. */
static void test_changed_file(void **state)
{
	static const struct dt_build_id other = {.size = 20, .bytes = {1, 2, 3}};
	const uint64_t one = (uint64_t)(uintptr_t)dt_test_symbol_one;
	struct dt_symbols *symbols = begin();
	struct recording recording;
	char expected[128], text[512];

	(void)state;
	map_self(&recording, one);
	(void)snprintf(expected, sizeof(expected), "[test_symbols]+0x%" PRIx64,
		       one - recording.user.start + recording.user.offset);
	recording.user.build_id = &other;
	assert_string_equal(name_of(symbols, &recording, one, DT_CODE_USER), expected);
	assert_true(dt_symbols_explain(symbols, text, sizeof(text)));
	assert_non_null(strstr(text, "test_symbols (another build than was recorded)"));
	dt_symbols_free(symbols);

	/* without an id nothing tells, but on another machine it is not believed */
	symbols = begin();
	recording.user.build_id = NULL;
	(void)snprintf(recording.reader.info.host, sizeof(recording.reader.info.host),
		       "no-such-host.invalid");
	assert_string_equal(name_of(symbols, &recording, one, DT_CODE_USER), expected);
	assert_true(dt_symbols_explain(symbols, text, sizeof(text)));
	assert_non_null(strstr(text, "another machine"));
	dt_symbols_free(symbols);
}

static void test_no_such_file(void **state)
{
	struct recording recording = {.reader = {.ops = &ops}};
	struct dt_symbols *symbols = begin();
	char path[] = "/tmp/dt-symbols-XXXXXX", fifo[64], text[512];

	(void)state;
	recording.user = (struct dt_mapping){
		.start = 0x1000, .end = 0x9000, .offset = 0x500, .name = "/no/such/libfoo.so"};
	assert_string_equal(name_of(symbols, &recording, 0x1123, DT_CODE_USER),
			    "[libfoo.so]+0x623");
	recording.user.name = "[vdso]";
	assert_string_equal(name_of(symbols, &recording, 0x1123, DT_CODE_USER), "[vdso]");
	recording.user.name = "//anon";
	assert_string_equal(name_of(symbols, &recording, 0x1123, DT_CODE_USER), "[//anon]");
	/* a pipe without a writer would be waited for */
	assert_non_null(mkdtemp(path));
	(void)snprintf(fifo, sizeof(fifo), "%s/fifo", path);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	recording.user.name = fifo;
	assert_string_equal(name_of(symbols, &recording, 0x1000, DT_CODE_USER), "[fifo]+0x500");
	recording.user.name = "/proc/self/status";
	assert_string_equal(name_of(symbols, &recording, 0x1000, DT_CODE_USER), "[status]+0x500");
	assert_true(dt_symbols_explain(symbols, text, sizeof(text)));
	assert_non_null(strstr(text, "libfoo.so, fifo, status"));
	assert_int_equal(unlink(fifo), 0);
	assert_int_equal(rmdir(path), 0);
	dt_symbols_free(symbols);
}

static void write_file(const char *directory, const char *name, const char *content)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* The name that a kernel with these symbols and that release gives to TEXT + 0x1234. */
static void kernel_name_is(const char *expected, const char *kallsyms, const char *release,
			   uint64_t recorded_text)
{
	char proc[] = "/tmp/dt-proc-XXXXXX", path[64];
	struct dt_roots roots = DT_ROOTS_DEFAULT;
	struct recording recording = {.reader = {.ops = &ops}};
	struct dt_symbols *symbols;

	assert_non_null(mkdtemp(proc));
	(void)snprintf(path, sizeof(path), "%s/sys", proc);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/sys/kernel", proc);
	assert_int_equal(mkdir(path, 0700), 0);
	write_file(proc, "kallsyms", kallsyms);
	write_file(proc, "sys/kernel/osrelease", release);
	roots.proc = proc;
	recording.kernel = (struct dt_mapping){.start = recorded_text,
					       .end = UINT64_MAX,
					       .offset = recorded_text,
					       .name = "[kernel.kallsyms]_text"};
	(void)snprintf(recording.reader.info.kernel, sizeof(recording.reader.info.kernel), "7.3.1");
	symbols = dt_symbols_new(&roots);
	assert_non_null(symbols);
	assert_string_equal(name_of(symbols, &recording, TEXT + 0x1234, DT_CODE_KERNEL), expected);
	dt_symbols_free(symbols);
	(void)snprintf(path, sizeof(path), "%s/kallsyms", proc);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/sys/kernel/osrelease", proc);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/sys/kernel", proc);
	assert_int_equal(rmdir(path), 0);
	(void)snprintf(path, sizeof(path), "%s/sys", proc);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(proc), 0);
}

static void test_kernel(void **state)
{
	static const char symbols[] = "ffffffff81000000 T _text\n"
				      "ffffffff81001000 t do_fault\n"
				      "ffffffff81001100 D no_code\n"
				      "ffffffff81001200 T __handle_mm_fault\n"
				      "ffffffff81001200 W handle_mm_fault\n"
				      "ffffffff81001240 t behind\n"
				      "not a line\n"
				      "ffffffffc0000000 t in_module\t[xfs]\n";
	static const char hidden[] = "0000000000000000 T _text\n"
				     "0000000000000000 t do_fault\n";

	(void)state;
	/* the strong name stands before the weak one */
	kernel_name_is("__handle_mm_fault", symbols, "7.3.1\n", TEXT);
	/* another kernel, another boot, hidden addresses */
	kernel_name_is("[kernel]", symbols, "7.3.2\n", TEXT);
	kernel_name_is("[kernel]", symbols, "7.3.1\n", TEXT - 0x200000);
	kernel_name_is("[kernel]", hidden, "7.3.1\n", TEXT);
	kernel_name_is("[kernel]", "", "7.3.1\n", TEXT);
}

static void test_labels(void **state)
{
	static const char *const labels[][2] = {{"/usr/lib/libc.so.6", "libc.so.6"},
						{"[heap]", "[heap]"},
						{"//anon", "//anon"},
						{"[kernel.kallsyms]_stext", "[kernel]"},
						{"/dev/zero (deleted)", "zero (deleted)"},
						{"/", "/"},
						{"", ""}};
	char label[32];

	(void)state;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		dt_mapping_label(label, sizeof(label), labels[i][0]);
		assert_string_equal(label, labels[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_program),  cmocka_unit_test(test_changed_file),
		cmocka_unit_test(test_no_such_file), cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_labels),
	};
	const ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (length <= 0)
		return 1;
	self[length] = '\0';
	return cmocka_run_group_tests_name("symbols", tests, NULL, NULL);
}
