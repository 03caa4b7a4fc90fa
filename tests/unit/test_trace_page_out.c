/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages that are written are read back by the reader of the kernel's pages: events of every length,
 * times as far apart as the format allows, marks of lost events, both byte orders and widths.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "readers/trace_page.h"
#include "readers/trace_page_out.h"

#define PAGE_SIZE 512
#define MOST	  64

/* What came out, read back. */
struct read_back {
	struct dt_page_layout layout;
	bool big;
	unsigned pages, events, marks;
	uint64_t missed; /* counts of the marks */
	uint64_t times[MOST];
	uint32_t sizes[MOST];
	unsigned char first[MOST]; /* byte of the event */
};

static int take(void *context, const unsigned char *bytes)
{
	struct read_back *back = context;
	struct dt_trace_page page;
	struct dt_page_head head;
	int ret;

	assert_int_equal(
		dt_trace_page_begin(&page, &head, &back->layout, bytes, PAGE_SIZE, back->big), 0);
	assert_false(head.oversized);
	back->pages++;
	back->marks += head.missed;
	back->missed += head.missed_count;
	while ((ret = dt_trace_page_next(&page)) == 1) {
		assert_true(back->events < MOST);
		back->times[back->events] = page.time;
		back->sizes[back->events] = page.size;
		back->first[back->events++] = page.size ? page.data[0] : 0;
	}
	assert_int_equal(ret, 0);
	return 0;
}

static void begin(struct dt_page_out *out, struct read_back *back, bool big, uint32_t long_size)
{
	*back = (struct read_back){.big = big,
				   .layout = {.commit_offset = 8,
					      .commit_size = long_size,
					      .data_offset = 8 + long_size}};
	*out = (struct dt_page_out){.layout = &back->layout,
				    .page_size = PAGE_SIZE,
				    .big_endian = big,
				    .take = take,
				    .context = back};
	assert_int_equal(dt_page_out_begin(out), 0);
}

static void end(struct dt_page_out *out)
{
	dt_page_out_flush(out);
	assert_int_equal(out->error, 0);
	dt_page_out_free(out);
}

/* Every width and byte order. */
static void each(void (*test)(bool big, uint32_t long_size))
{
	test(false, 8);
	test(false, 4);
	test(true, 8);
	test(true, 4);
}

static void lengths(bool big, uint32_t long_size)
{
	static const uint32_t sizes[] = {0, 1, 2, 4, 7, 8, 108, 112, 113, 116, 200, 480};
	unsigned char data[PAGE_SIZE];
	struct read_back back;
	struct dt_page_out out;

	memset(data, 0x5a, sizeof(data));
	begin(&out, &back, big, long_size);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		data[0] = (unsigned char)(i + 1);
		dt_page_out_event(&out, 1000 + i, data, sizes[i]);
	}
	end(&out);
	assert_int_equal(back.events, sizeof(sizes) / sizeof(sizes[0]));
	for (unsigned i = 0; i < back.events; i++) {
		assert_int_equal(back.sizes[i], sizes[i]);
		assert_int_equal(back.times[i], 1000 + i);
		assert_int_equal(back.first[i], sizes[i] ? i + 1 : 0);
	}
}

static void test_lengths(void **state)
{
	(void)state;
	each(lengths);
}

static void times(bool big, uint32_t long_size)
{
	/* around what fits into a delta, into a time extend, and backwards */
	static const uint64_t at[] = {
		5,	    5,		5 + (1u << 27) - 1, 5 + 2 * ((1ull << 27) - 1) + 1,
		1ull << 40, 1ull << 58, (1ull << 62) + 7,   3,
		UINT64_MAX};
	const unsigned char data[8] = {1};
	struct read_back back;
	struct dt_page_out out;

	begin(&out, &back, big, long_size);
	for (unsigned i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		dt_page_out_event(&out, at[i], data, sizeof(data));
	end(&out);
	assert_int_equal(back.events, sizeof(at) / sizeof(at[0]));
	for (unsigned i = 0; i < back.events; i++)
		assert_int_equal(back.times[i], at[i]);
}

static void test_times(void **state)
{
	(void)state;
	each(times);
}

static void marks(bool big, uint32_t long_size)
{
	unsigned char data[PAGE_SIZE] = {7};
	struct read_back back;
	struct dt_page_out out;

	begin(&out, &back, big, long_size);
	dt_page_out_event(&out, 10, data, 8);
	dt_page_out_missed(&out, 20, 3);
	dt_page_out_event(&out, 20, data, 8);
	/* not known how many */
	dt_page_out_missed(&out, 30, 0);
	/* one that leaves no room for the count comes on a page of its own */
	dt_page_out_missed(&out, 40, 5);
	dt_page_out_event(&out, 40, data, PAGE_SIZE - back.layout.data_offset - 8);
	end(&out);
	assert_int_equal(back.marks, 3);
	assert_int_equal(back.missed, 8);
	assert_int_equal(back.events, 3);
	assert_int_equal(back.pages, 5);
	assert_int_equal(back.times[2], 40);
}

static void test_marks(void **state)
{
	(void)state;
	each(marks);
}

static void test_too_large(void **state)
{
	static const unsigned char data[PAGE_SIZE];
	struct read_back back;
	struct dt_page_out out;

	(void)state;
	begin(&out, &back, false, 8);
	dt_page_out_event(&out, 1, data, PAGE_SIZE);
	assert_int_equal(out.error, -EBADMSG);
	dt_page_out_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
