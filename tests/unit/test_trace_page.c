/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages of the ring buffer, built byte by byte: every kind of record in both byte orders and with
 * both widths of the commit word, and every length at, before and beyond the page's end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "readers/trace_page.h"

/* kernel/trace/ring_buffer.c and include/linux/ring_buffer.h */
#define MISSED_EVENTS (1u << 31)
#define MISSED_STORED (1u << 30)
#define TYPE_PADDING  29
#define TYPE_EXTEND   30
#define TYPE_STAMP    31
#define MAX_DELTA     ((1u << 27) - 1)

#define PAGE_SIZE 512

/* A machine, and a page of it that is being put together. */
struct made {
	bool big;
	struct dt_page_layout layout;
	unsigned char bytes[PAGE_SIZE];
	size_t used; /* behind the page header */
};

static const struct {
	bool big;
	uint32_t long_size;
} machines[] = {{false, 8}, {false, 4}, {true, 8}, {true, 4}};

#define NR_MACHINES (sizeof(machines) / sizeof(machines[0]))

static void store(struct made *made, size_t at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		made->bytes[at + i] = (unsigned char)(value >> 8 * (made->big ? size - 1 - i : i));
}

static void begin(struct made *made, size_t machine, uint64_t time)
{
	const uint32_t size = machines[machine].long_size;

	*made = (struct made){.big = machines[machine].big,
			      .layout = {.commit_offset = 8,
					 .commit_size = size,
					 .data_offset = 8 + size,
					 .sub_buffer_size = PAGE_SIZE}};
	store(made, 0, time, 8);
}

static void put32(struct made *made, uint32_t value)
{
	store(made, made->layout.data_offset + made->used, value, 4);
	made->used += 4;
}

static void put_header(struct made *made, uint32_t type_len, uint32_t delta)
{
	put32(made, made->big ? type_len << 27 | delta : delta << 5 | type_len);
}

/* An event of words words, each of which is its number times 3. */
static void put_event(struct made *made, uint32_t words, uint32_t delta)
{
	put_header(made, words, delta);
	for (uint32_t i = 0; i < words; i++)
		put32(made, i * 3);
}

static int open_page(struct made *made, struct dt_trace_page *page, struct dt_page_head *head,
		     uint64_t commit, size_t size)
{
	store(made, made->layout.commit_offset, commit, made->layout.commit_size);
	return dt_trace_page_begin(page, head, &made->layout, made->bytes, size, made->big);
}

/* A page of all that was put, as it is on disk: its size is the sub-buffer's. */
static void open_all(struct made *made, struct dt_trace_page *page)
{
	struct dt_page_head head;

	assert_int_equal(open_page(made, page, &head, made->used, PAGE_SIZE), 0);
	assert_false(head.missed);
	assert_false(head.oversized);
}

static void expect_event(struct dt_trace_page *page, uint64_t time, uint32_t size)
{
	assert_int_equal(dt_trace_page_next(page), 1);
	assert_int_equal(page->time, time);
	assert_int_equal(page->size, size);
}

static void test_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_MACHINES; i++) {
		for (uint32_t words = 1; words <= DT_PAGE_TYPE_MAX; words++) {
			struct dt_trace_page page;
			struct made made;

			begin(&made, i, 1000);
			put_event(&made, words, 7);
			put_event(&made, 1, MAX_DELTA);
			open_all(&made, &page);
			expect_event(&page, 1007, words * 4);
			assert_int_equal(dt_page_load32(&page, page.data + page.size - 4),
					 (words - 1) * 3);
			expect_event(&page, 1007ull + MAX_DELTA, 4);
			assert_int_equal(dt_trace_page_next(&page), 0);
			assert_int_equal(dt_trace_page_next(&page), 0);
		}
	}
}

/* The length stands in a word of its own, which it counts; the next event is aligned to 4. */
static void test_explicit_lengths(void **state)
{
	static const uint32_t sizes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 113, 400};

	(void)state;
	for (size_t i = 0; i < NR_MACHINES * (sizeof(sizes) / sizeof(sizes[0])); i++) {
		const uint32_t size = sizes[i / NR_MACHINES];
		struct dt_trace_page page;
		struct made made;

		begin(&made, i % NR_MACHINES, 5);
		put_header(&made, 0, 10);
		put32(&made, size + 4);
		made.used += (size + 3) & ~3u;
		put_event(&made, 2, 1);
		open_all(&made, &page);
		expect_event(&page, 15, size);
		assert_ptr_equal(page.data, made.bytes + made.layout.data_offset + 8);
		expect_event(&page, 16, 8);
		assert_int_equal(dt_trace_page_next(&page), 0);
	}
}

/* Every commit from nothing to the whole: an event is there only when all its bytes are. */
static void test_commit_cuts(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_MACHINES; i++) {
		const size_t ends[] = {4 + 12, 4 + 12 + 8 + 20, 4 + 12 + 8 + 20 + 8 + 8};

		for (size_t commit = 0; commit <= ends[2]; commit++) {
			struct dt_trace_page page;
			struct dt_page_head head;
			struct made made;
			size_t found = 0;
			int ret;

			begin(&made, i, 0);
			put_event(&made, 3, 1);
			put_header(&made, 0, 1);
			put32(&made, 24);
			made.used += 20;
			put_header(&made, TYPE_EXTEND, 1);
			put32(&made, 1);
			put_event(&made, 1, 1);
			assert_int_equal(made.used, ends[2]);
			assert_int_equal(open_page(&made, &page, &head, commit, PAGE_SIZE), 0);
			while ((ret = dt_trace_page_next(&page)) == 1) {
				found++;
				assert_true(page.data + page.size <= page.end);
			}
			assert_true(ret == 0 || ret == -EBADMSG);
			assert_int_equal(found, (commit >= ends[0]) + (commit >= ends[1]) +
							(commit >= ends[2]));
			if (commit == 0 || commit == ends[0] || commit == ends[1] ||
			    commit == ends[2])
				assert_int_equal(ret, 0);
		}
	}
}

/* The bytes end with the allocation, so that a sanitizer sees one read too many. */
static void test_cut_in_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_MACHINES; i++) {
		struct made made;

		begin(&made, i, 0);
		put_event(&made, 3, 1);
		put_header(&made, TYPE_PADDING, 1);
		put32(&made, 12);
		made.used += 8;
		put_header(&made, 0, 1);
		put32(&made, 23);
		made.used += 20;
		for (size_t size = 0; size <= made.layout.data_offset + made.used; size++) {
			unsigned char *exact = malloc(size ? size : 1);
			struct dt_trace_page page;
			struct dt_page_head head;
			int ret;

			store(&made, 8, made.used | MISSED_EVENTS | MISSED_STORED,
			      made.layout.commit_size);
			assert_non_null(exact);
			memcpy(exact, made.bytes, size);
			ret = dt_trace_page_begin(&page, &head, &made.layout, exact, size,
						  made.big);
			assert_int_equal(ret, size < made.layout.data_offset ? -EBADMSG : 0);
			if (!ret) {
				assert_int_equal(head.oversized,
						 size < made.layout.data_offset + made.used);
				assert_true(head.missed);
				assert_int_equal(head.missed_count, 0);
				while (dt_trace_page_next(&page) == 1)
					assert_true(page.data + page.size <= exact + size);
			}
			free(exact);
		}
	}
}

static void test_impossible_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_MACHINES; i++) {
		/* behind the word itself there are 16 bytes */
		for (uint32_t length = 0; length <= 40; length++) {
			struct dt_trace_page page;
			struct made made;
			int ret;

			begin(&made, i, 0);
			put_header(&made, 0, 1);
			put32(&made, length);
			made.used += 16;
			open_all(&made, &page);
			ret = dt_trace_page_next(&page);
			assert_int_equal(ret, length < 4 || length > 20 ? -EBADMSG : 1);
			begin(&made, i, 0);
			put_header(&made, TYPE_PADDING, 1);
			put32(&made, length);
			made.used += 16;
			open_all(&made, &page);
			ret = dt_trace_page_next(&page);
			if (length > 20)
				assert_int_equal(ret, -EBADMSG);
		}
		for (uint32_t length = 0xfffffff0; length; length++) {
			struct dt_trace_page page;
			struct made made;

			begin(&made, i, 0);
			put_header(&made, 0, 1);
			put32(&made, length);
			made.used += 16;
			open_all(&made, &page);
			assert_int_equal(dt_trace_page_next(&page), -EBADMSG);
		}
	}
}

static void test_padding(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_MACHINES; i++) {
		struct dt_trace_page page;
		struct made made;

		/* a discarded event moves time; its length counts its own word */
		begin(&made, i, 100);
		put_event(&made, 1, 1);
		put_header(&made, TYPE_PADDING, 50);
		put32(&made, 16);
		made.used += 12;
		put_event(&made, 2, 1);
		/* without a delta: nothing behind it was ever written */
		put_header(&made, TYPE_PADDING, 0);
		put32(&made, 4);
		put_event(&made, 2, 1);
		open_all(&made, &page);
		expect_event(&page, 101, 4);
		expect_event(&page, 152, 8);
		assert_int_equal(dt_trace_page_next(&page), 0);
		assert_int_equal(dt_trace_page_next(&page), 0);
		assert_int_equal(page.time, 152);
		/* the end of the page may leave room for the header alone */
		begin(&made, i, 100);
		put_event(&made, 1, 1);
		put_header(&made, TYPE_PADDING, 0);
		open_all(&made, &page);
		expect_event(&page, 101, 4);
		assert_int_equal(dt_trace_page_next(&page), 0);
		begin(&made, i, 100);
		put_header(&made, TYPE_PADDING, 1);
		open_all(&made, &page);
		assert_int_equal(dt_trace_page_next(&page), -EBADMSG);
	}
}

static void test_time_extend(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_MACHINES; i++) {
		const uint64_t far = ((uint64_t)UINT32_MAX << 27) + MAX_DELTA;
		struct dt_trace_page page;
		struct made made;

		begin(&made, i, 100);
		put_header(&made, TYPE_EXTEND, 5);
		put32(&made, 3);
		put_event(&made, 1, 2);
		/* two in a row add up */
		put_header(&made, TYPE_EXTEND, MAX_DELTA);
		put32(&made, UINT32_MAX);
		put_header(&made, TYPE_EXTEND, 1);
		put32(&made, 0);
		put_event(&made, 1, 0);
		/* one with nothing behind it is the end of the page */
		put_header(&made, TYPE_EXTEND, 1);
		put32(&made, 0);
		open_all(&made, &page);
		expect_event(&page, 107 + (3ull << 27), 4);
		expect_event(&page, 108 + (3ull << 27) + far, 4);
		assert_int_equal(dt_trace_page_next(&page), 0);
		begin(&made, i, 100);
		put_header(&made, TYPE_EXTEND, 1);
		open_all(&made, &page);
		assert_int_equal(dt_trace_page_next(&page), -EBADMSG);
	}
}

static void put_stamp(struct made *made, uint64_t stamp)
{
	put_header(made, TYPE_STAMP, stamp & MAX_DELTA);
	put32(made, (uint32_t)(stamp >> 27));
}

static uint64_t after_stamp(size_t machine, uint64_t page_time, uint64_t stamp)
{
	struct dt_trace_page page;
	struct made made;

	begin(&made, machine, page_time);
	put_stamp(&made, stamp);
	put_event(&made, 1, 3);
	open_all(&made, &page);
	assert_int_equal(dt_trace_page_next(&page), 1);
	return page.time;
}

/* 59 bits are in the stamp; the upper five are those of the time before, or one more. */
static void test_absolute_time(void **state)
{
	const uint64_t wrap = 1ull << 59;

	(void)state;
	for (size_t i = 0; i < NR_MACHINES; i++) {
		assert_int_equal(after_stamp(i, 1000, 5000), 5003);
		assert_int_equal(after_stamp(i, 1000, 500), 503);
		assert_int_equal(after_stamp(i, 0, wrap - 1), wrap - 1 + 3);
		assert_int_equal(after_stamp(i, 3 * wrap + 10, 20), 3 * wrap + 23);
		assert_int_equal(after_stamp(i, 3 * wrap + 10, 10), 3 * wrap + 13);
		assert_int_equal(after_stamp(i, 3 * wrap + 10, 9), 4 * wrap + 12);
		assert_int_equal(after_stamp(i, 4 * wrap - 1, 0), 4 * wrap + 3);
		assert_int_equal(after_stamp(i, UINT64_MAX, wrap - 1), UINT64_MAX + 3);
	}
}

/* A mark of missed events, and their number behind the data where there was room for it. */
static void test_missed(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_MACHINES; i++) {
		struct dt_trace_page page;
		struct dt_page_head head;
		struct made made;
		size_t data;

		begin(&made, i, 77);
		put_event(&made, 2, 1);
		data = made.layout.data_offset + made.used;
		store(&made, data, 123456, made.layout.commit_size);
		assert_int_equal(
			open_page(&made, &page, &head, made.used | MISSED_EVENTS, PAGE_SIZE), 0);
		assert_true(head.missed);
		assert_int_equal(head.missed_count, 0);
		assert_int_equal(head.time, 77);
		assert_int_equal(open_page(&made, &page, &head,
					   made.used | MISSED_EVENTS | MISSED_STORED, PAGE_SIZE),
				 0);
		assert_true(head.missed);
		assert_int_equal(head.missed_count, 123456);
		expect_event(&page, 78, 8);
		assert_int_equal(dt_trace_page_next(&page), 0);
		/* one byte too few for the number */
		assert_int_equal(open_page(&made, &page, &head,
					   made.used | MISSED_EVENTS | MISSED_STORED,
					   data + made.layout.commit_size - 1),
				 0);
		assert_true(head.missed);
		assert_int_equal(head.missed_count, 0);
		assert_int_equal(open_page(&made, &page, &head,
					   made.used | MISSED_EVENTS | MISSED_STORED,
					   data + made.layout.commit_size),
				 0);
		assert_int_equal(head.missed_count, 123456);
		/* a stored number without the mark says nothing */
		assert_int_equal(
			open_page(&made, &page, &head, made.used | MISSED_STORED, PAGE_SIZE), 0);
		assert_false(head.missed);
		assert_int_equal(head.missed_count, 0);
	}
}

static void test_oversized(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_MACHINES; i++) {
		struct dt_trace_page page;
		struct dt_page_head head;
		struct made made;
		size_t room;

		begin(&made, i, 1);
		put_event(&made, 2, 1);
		room = PAGE_SIZE - made.layout.data_offset;
		assert_int_equal(open_page(&made, &page, &head, room, PAGE_SIZE), 0);
		assert_false(head.oversized);
		assert_int_equal(open_page(&made, &page, &head, room + 1, PAGE_SIZE), 0);
		assert_true(head.oversized);
		assert_ptr_equal(page.end, made.bytes + PAGE_SIZE);
		assert_int_equal(open_page(&made, &page, &head, (1u << 27) - 1, PAGE_SIZE), 0);
		assert_true(head.oversized);
		assert_ptr_equal(page.end, made.bytes + PAGE_SIZE);
		/* the bits between the count and the marks are none of the count's */
		assert_int_equal(open_page(&made, &page, &head, made.used | 7u << 27, PAGE_SIZE),
				 0);
		assert_false(head.oversized);
		expect_event(&page, 2, 8);
		assert_int_equal(dt_trace_page_next(&page), 0);
	}
}

/* Whatever the bytes are: no event reaches over the end, and every page comes to one. */
static void test_random_pages(void **state)
{
	uint64_t random = 42;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		struct dt_trace_page page;
		struct dt_page_head head;
		struct made made;
		unsigned events = 0;

		begin(&made, round % NR_MACHINES, 0);
		for (size_t i = 0; i < PAGE_SIZE; i += 4) {
			random = random * 6364136223846793005ull + 1442695040888963407ull;
			/* small numbers are lengths and types more often */
			store(&made, i, random >> (round & 4 ? 33 : 57), 4);
		}
		assert_int_equal(dt_trace_page_begin(&page, &head, &made.layout, made.bytes,
						     PAGE_SIZE, made.big),
				 0);
		assert_true(page.end <= made.bytes + PAGE_SIZE);
		while (dt_trace_page_next(&page) == 1) {
			assert_true(page.data > made.bytes);
			assert_true(page.data + page.size <= page.end);
			assert_true(page.position <= page.end);
			assert_true(++events < PAGE_SIZE / 4);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_explicit_lengths),
		cmocka_unit_test(test_commit_cuts),
		cmocka_unit_test(test_cut_in_memory),
		cmocka_unit_test(test_impossible_lengths),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_time_extend),
		cmocka_unit_test(test_absolute_time),
		cmocka_unit_test(test_missed),
		cmocka_unit_test(test_oversized),
		cmocka_unit_test(test_random_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
