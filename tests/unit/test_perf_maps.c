/* SPDX-License-Identifier: GPL-2.0-only */
/* Address spaces as MMAP and FORK records tell them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "readers/perf_maps.h"

static void put(struct dt_perf_maps *maps, int32_t pid, uint64_t start, uint64_t end,
		const char *name)
{
	const struct dt_mapping mapping = {.start = start, .end = end, .offset = start / 2};

	dt_perf_maps_put(maps, pid, &mapping, name, strlen(name) + 3);
}

static const char *name_at(const struct dt_perf_maps *maps, int32_t pid, uint64_t address)
{
	struct dt_mapping mapping = {0};

	if (!dt_perf_maps_find(maps, pid, address, &mapping))
		return "none";
	assert_in_range(address, mapping.start, mapping.end - 1);
	return mapping.name;
}

static void test_latest_covers(void **state)
{
	struct dt_perf_maps maps = {0};

	(void)state;
	put(&maps, 7, 0x1000, 0x9000, "libold.so\0\0\0");
	put(&maps, 7, 0x3000, 0x4000, "libnew.so\0\0\0");
	put(&maps, 7, 0x8000, 0x8000, "empty\0\0\0");
	put(&maps, 8, 0x1000, 0x2000, "other\0\0\0");
	put(&maps, -1, 0xffffffff81000000, 0xffffffff82000000, "[kernel.kallsyms]_text\0\0\0");
	assert_string_equal(name_at(&maps, 7, 0x1000), "none"); /* not sorted yet */
	dt_perf_maps_sort(&maps);
	assert_string_equal(name_at(&maps, 7, 0xfff), "none");
	assert_string_equal(name_at(&maps, 7, 0x1000), "libold.so");
	assert_string_equal(name_at(&maps, 7, 0x3000), "libnew.so");
	assert_string_equal(name_at(&maps, 7, 0x3fff), "libnew.so");
	/* behind the short mapping the long one is seen again */
	assert_string_equal(name_at(&maps, 7, 0x4000), "libold.so");
	assert_string_equal(name_at(&maps, 7, 0x9000), "none");
	assert_string_equal(name_at(&maps, 8, 0x1fff), "other");
	assert_string_equal(name_at(&maps, 9, 0x1000), "none");
	assert_string_equal(name_at(&maps, -1, 0xffffffff81000123), "[kernel.kallsyms]_text");
	dt_perf_maps_free(&maps);
}

/* The mapping of each address, and that it is the same in all of the stretch that is told. */
static void stretches_hold(const struct dt_perf_maps *maps, int32_t pid)
{
	for (uint64_t address = 0; address < 64; address++) {
		struct dt_mapping mapping = {0};
		const char *name =
			dt_perf_maps_find(maps, pid, address, &mapping) ? mapping.name : "none";
		const uint64_t end = mapping.same_to < 64 ? mapping.same_to : 64;

		assert_in_range(address, mapping.same_from, mapping.same_to - 1);
		for (uint64_t other = mapping.same_from; other < end; other++)
			assert_string_equal(name_at(maps, pid, other), name);
	}
}

static void test_stretches(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct dt_perf_maps maps = {0};
		char name[8] = {0};

		for (unsigned i = 0; i < round % 12; i++) {
			random = random * 1664525u + 1013904223u;
			name[0] = (char)('a' + i);
			put(&maps, (int32_t)(random >> 30), random >> 8 & 63,
			    (random >> 8 & 63) + (random >> 16 & 31), name);
		}
		dt_perf_maps_fork(&maps, 1, 0);
		dt_perf_maps_fork(&maps, 2, 1);
		dt_perf_maps_sort(&maps);
		for (int32_t pid = 0; pid < 4; pid++)
			stretches_hold(&maps, pid);
		dt_perf_maps_free(&maps);
	}
}

static void test_build_ids(void **state)
{
	static const struct dt_build_id id = {.size = 4, .bytes = {0xde, 0xad, 0xbe, 0xef}};
	static const struct dt_build_id wrong = {.size = 21};
	struct dt_perf_maps maps = {0};
	struct dt_mapping mapping;

	(void)state;
	/* perf tells ids before or behind the mappings */
	dt_perf_maps_build_id(&maps, "liba.so\0\0", 9, &id);
	put(&maps, 7, 0x1000, 0x2000, "liba.so\0\0\0");
	put(&maps, 7, 0x2000, 0x3000, "libb.so\0\0\0");
	dt_perf_maps_build_id(&maps, "libb.so", 7, &wrong);
	dt_perf_maps_sort(&maps);
	assert_true(dt_perf_maps_find(&maps, 7, 0x1000, &mapping));
	assert_non_null(mapping.build_id);
	assert_memory_equal(mapping.build_id, &id, sizeof(id));
	assert_true(dt_perf_maps_find(&maps, 7, 0x2000, &mapping));
	assert_null(mapping.build_id);
	dt_perf_maps_free(&maps);
}

static void test_children(void **state)
{
	struct dt_perf_maps maps = {0};

	(void)state;
	put(&maps, 10, 0x1000, 0x2000, "of the parent\0\0\0");
	put(&maps, 11, 0x1800, 0x1900, "of the child\0\0\0");
	dt_perf_maps_fork(&maps, 11, 10);
	dt_perf_maps_fork(&maps, 12, 11);
	dt_perf_maps_fork(&maps, 20, 21);
	dt_perf_maps_fork(&maps, 21, 20); /* a damaged file goes in circles */
	dt_perf_maps_sort(&maps);
	assert_string_equal(name_at(&maps, 12, 0x1000), "of the parent");
	assert_string_equal(name_at(&maps, 12, 0x1800), "of the child");
	assert_string_equal(name_at(&maps, 10, 0x1800), "of the parent");
	assert_string_equal(name_at(&maps, 20, 0x1000), "none");
	dt_perf_maps_free(&maps);
}

static void test_many(void **state)
{
	struct dt_perf_maps maps = {0};
	char name[32];

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		(void)memset(name, 0, sizeof(name));
		(void)snprintf(name, sizeof(name) - 4, "lib%u.so", i % 1000);
		put(&maps, (int32_t)(i % 10), 0x10000ull * (5000 - i), 0x10000ull * (5000 - i) + 16,
		    name);
		dt_perf_maps_cgroup(&maps, i, name, sizeof(name));
	}
	dt_perf_maps_sort(&maps);
	assert_int_equal(maps.nr_names, 1000);
	for (unsigned i = 0; i < 5000; i++) {
		(void)snprintf(name, sizeof(name), "lib%u.so", i % 1000);
		assert_string_equal(name_at(&maps, (int32_t)(i % 10), 0x10000ull * (5000 - i) + 15),
				    name);
		assert_string_equal(dt_perf_maps_find_cgroup(&maps, i), name);
	}
	assert_null(dt_perf_maps_find_cgroup(&maps, 5000));
	dt_perf_maps_free(&maps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_latest_covers), cmocka_unit_test(test_stretches),
		cmocka_unit_test(test_build_ids),     cmocka_unit_test(test_children),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
