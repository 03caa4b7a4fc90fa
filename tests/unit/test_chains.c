/* SPDX-License-Identifier: GPL-2.0-only */
/* Call chains: frames between marks, the tree of names, and the lines made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzers/chains.h"

/* include/uapi/linux/perf_event.h */
#define HYPERVISOR ((uint64_t)-32)
#define KERNEL	   ((uint64_t)-128)
#define USER	   ((uint64_t)-512)
#define GUEST_USER ((uint64_t)-2560)
#define DEFERRED   ((uint64_t)-640)
#define HIGHEST	   ((uint64_t)-4096) /* the last address below the marks */

struct expected {
	uint64_t address;
	enum dt_code_mode mode;
};

static void frames_are(const uint64_t *words, uint32_t nr, enum dt_code_mode mode,
		       const struct expected *expected, uint32_t nr_expected)
{
	struct dt_frame frames[16];
	bool cut;

	assert_int_equal(dt_chain_frames(words, nr, mode, frames, 16, &cut), nr_expected);
	assert_false(cut);
	for (uint32_t i = 0; i < nr_expected; i++) {
		assert_int_equal(frames[i].address, expected[i].address);
		assert_int_equal(frames[i].mode, expected[i].mode);
	}
}

/* The first address of each side is where it stands, the further ones are where calls return to. */
static void test_marks(void **state)
{
	static const uint64_t words[] = {KERNEL, 0xffffffff81000010, 0xffffffff81000020,
					 USER,	 0x401000,	     0x402000};
	static const struct expected frames[] = {{0xffffffff81000010, DT_CODE_KERNEL},
						 {0xffffffff8100001f, DT_CODE_KERNEL},
						 {0x401000, DT_CODE_USER},
						 {0x401fff, DT_CODE_USER}};
	static const uint64_t others[] = {HYPERVISOR, 0x10, GUEST_USER, 0x20, DEFERRED, 0x30};
	static const struct expected others_are[] = {
		{0x10, DT_CODE_HYPERVISOR}, {0x20, DT_CODE_GUEST}, {0x2f, DT_CODE_GUEST}};

	(void)state;
	frames_are(words, 6, DT_CODE_USER, frames, 4);
	frames_are(others, 6, DT_CODE_USER, others_are, 3);
}

static void test_without_marks(void **state)
{
	static const uint64_t words[] = {0x1000, 0x2000, 0, HIGHEST};
	static const struct expected user[] = {
		{0x1000, DT_CODE_USER}, {0x1fff, DT_CODE_USER}, {HIGHEST - 1, DT_CODE_USER}};
	static const struct expected kernel[] = {{0x1000, DT_CODE_KERNEL}};
	static const uint64_t marks[] = {KERNEL, USER};

	(void)state;
	frames_are(words, 4, DT_CODE_USER, user, 3);
	frames_are(words, 1, DT_CODE_KERNEL, kernel, 1);
	frames_are(words, 0, DT_CODE_USER, NULL, 0);
	frames_are(marks, 2, DT_CODE_USER, NULL, 0);
}

static void test_too_long(void **state)
{
	static const uint64_t words[] = {USER, 0x10, 0x20, 0x30, 0x40};
	struct dt_frame frames[3];
	bool cut;

	(void)state;
	assert_int_equal(dt_chain_frames(words, 5, DT_CODE_USER, frames, 3, &cut), 3);
	assert_true(cut);
	assert_int_equal(frames[2].address, 0x2f);
	assert_int_equal(dt_chain_frames(words, 4, DT_CODE_USER, frames, 3, &cut), 3);
	assert_false(cut);
}

/* "a b c" as names of the pool. */
static void add(struct dt_chain_tree *tree, struct dt_name_pool *pool, const char *text,
		double count)
{
	uint32_t names[8], nr = 0;
	char words[64];

	(void)snprintf(words, sizeof(words), "%s", text);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		names[nr++] = dt_name_put(pool, word);
	dt_chain_tree_add(tree, names, nr, count);
}

static void lines_are(struct dt_chain_tree *tree, struct dt_name_pool *pool, double left_out,
		      const char *expected)
{
	struct dt_folded *folded = dt_chain_tree_fold(tree, pool);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(folded);
	assert_non_null(out);
	assert_true(folded->left_out == left_out);
	assert_true(dt_folded_write(out, folded));
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, expected);
	free(text);
	dt_folded_free(folded);
	dt_name_pool_free(pool);
	dt_chain_tree_free(tree);
}

static void test_lines_are_sorted(void **state)
{
	struct dt_name_pool pool = {0};
	struct dt_chain_tree tree;

	(void)state;
	assert_int_equal(dt_chain_tree_init(&tree, 64), 0);
	add(&tree, &pool, "zsh main b", 2);
	add(&tree, &pool, "app main b", 1);
	add(&tree, &pool, "app main a", 4);
	add(&tree, &pool, "app main", 8);
	add(&tree, &pool, "app main b", 1);
	/* a recursion is as deep as it is, and a name stands where it was called from */
	add(&tree, &pool, "app b b b", 16);
	add(&tree, &pool, "app", 3);
	lines_are(&tree, &pool, 0,
		  "app 3\n"
		  "app;b;b;b 16\n"
		  "app;main 8\n"
		  "app;main;a 4\n"
		  "app;main;b 2\n"
		  "zsh;main;b 2\n");
}

static void test_signs_that_separate(void **state)
{
	struct dt_name_pool pool = {0};
	struct dt_chain_tree tree;
	uint32_t names[2];

	(void)state;
	assert_int_equal(dt_chain_tree_init(&tree, 64), 0);
	names[0] = dt_name_put(&pool, "Web Content");
	names[1] = dt_name_put(&pool, "f(int; char)\n");
	dt_chain_tree_add(&tree, names, 2, 18446744073709.0);
	lines_are(&tree, &pool, 0, "Web Content;f(int: char)_ 18446744073709\n");
}

/* Counts for which there is no node are told; what was there before is complete. */
static void test_bounded(void **state)
{
	struct dt_name_pool pool = {0};
	struct dt_chain_tree tree;

	(void)state;
	assert_int_equal(dt_chain_tree_init(&tree, 4), 0);
	add(&tree, &pool, "a b", 1);
	add(&tree, &pool, "a c", 2);
	add(&tree, &pool, "a d", 4);
	add(&tree, &pool, "e", 8);
	add(&tree, &pool, "a c", 16);
	lines_are(&tree, &pool, 12, "a;b 1\na;c 18\n");
}

static void test_many(void **state)
{
	struct dt_name_pool pool = {0};
	struct dt_chain_tree tree;
	struct dt_folded *folded;
	double sum = 0;
	char text[64];

	(void)state;
	assert_int_equal(dt_chain_tree_init(&tree, 1u << 16), 0);
	for (unsigned i = 0; i < 30000; i++) {
		(void)snprintf(text, sizeof(text), "p%u f%u g%u", i % 7, i % 101, i % 1009);
		add(&tree, &pool, text, 1);
	}
	folded = dt_chain_tree_fold(&tree, &pool);
	assert_non_null(folded);
	for (uint32_t i = 0; i < folded->nr; i++)
		sum += folded->nodes[i].count;
	assert_true(sum == 30000 && folded->left_out == 0);
	dt_folded_free(folded);
	dt_name_pool_free(&pool);
	dt_chain_tree_free(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_without_marks),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_lines_are_sorted),
		cmocka_unit_test(test_signs_that_separate),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("chains", tests, NULL, NULL);
}
