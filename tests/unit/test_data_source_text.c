/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * data_src as words, against what perf 6.1 printed (tests/fixtures/perf/data_src.txt, or the file
 * that DT_DATA_SRC_BY_PERF names), and words back, in the forms of several perfs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "damon-trace/data_source.h"

/* perf cuts the number, in 16 columns, a space and the words to 99 characters. */
#define PERF_CUT 82

static FILE *open_words(void)
{
	const char *path = getenv("DT_DATA_SRC_BY_PERF");
	FILE *file = fopen(path ? path : "tests/fixtures/perf/data_src.txt", "r");

	assert_non_null(file);
	return file;
}

static size_t length_without_blanks(const char *text, size_t length)
{
	while (length && strchr(" \n", text[length - 1]))
		length--;
	return length;
}

static void check_words(const char *line)
{
	char buffer[512];
	char *words;
	uint64_t word = strtoull(line, &words, 16);
	size_t expected, length;

	words++;
	expected = length_without_blanks(words, strlen(words));
	length = strlen(dt_data_src_text(buffer, sizeof(buffer), word));
	length = length_without_blanks(buffer, length > PERF_CUT ? PERF_CUT : length);
	if (length != expected || memcmp(buffer, words, length) != 0)
		fail_msg("%llx: %.*s\nperf:      %s", (unsigned long long)word, (int)length, buffer,
			 words);
}

static void words_are_those_of_perf(void **state)
{
	FILE *file = open_words();
	unsigned count = 0;
	char line[512];

	(void)state;
	for (; fgets(line, sizeof(line), file); count++)
		check_words(line);
	assert_int_equal(fclose(file), 0);
	assert_true(count >= 489);
}

/* What perf 6.1 does not know: numbers 5 to 8, hops above 4, region, bits without a meaning. */
static const struct {
	uint64_t word;
	const char *text;
} later[] = {
	{5ull << 33 | 2 << 5, "|OP No|LVL L2 MHB hit|SNP N/A|TLB N/A|LCK No|BLK  N/A"},
	{6ull << 33 | 2 << 5, "|OP No|LVL Memory-side Cache hit|SNP N/A|TLB N/A|LCK No|BLK  N/A"},
	{7ull << 33 | 2 << 5 | 2, "|OP LOAD|LVL L0 hit|SNP N/A|TLB N/A|LCK No|BLK  N/A"},
	{8ull << 33 | 2 << 5, "|OP No|LVL Uncached hit|SNP N/A|TLB N/A|LCK No|BLK  N/A"},
	{7ull << 43 | 13ull << 33, "|OP No|LVL hops 7 RAM|SNP N/A|TLB N/A|LCK No|BLK  N/A"},
	{1ull << 46, "|OP No|LVL N/A|SNP N/A|TLB N/A|LCK No|BLK  N/A|RGN 1"},
	{2ull << 46, "|OP No|LVL N/A|SNP N/A|TLB N/A|LCK No|BLK  N/A|RGN local shared cache"},
	{3ull << 46, "|OP No|LVL N/A|SNP N/A|TLB N/A|LCK No|BLK  N/A|RGN local non-shared cache"},
	{4ull << 46, "|OP No|LVL N/A|SNP N/A|TLB N/A|LCK No|BLK  N/A|RGN other I/O"},
	{5ull << 46, "|OP No|LVL N/A|SNP N/A|TLB N/A|LCK No|BLK  N/A|RGN other shared cache"},
	{6ull << 46, "|OP No|LVL N/A|SNP N/A|TLB N/A|LCK No|BLK  N/A|RGN other non-shared cache"},
	{7ull << 46 | 13ull << 33, "|OP No|LVL RAM|SNP N/A|TLB N/A|LCK No|BLK  N/A|RGN MMIO"},
	{8ull << 46, "|OP No|LVL N/A|SNP N/A|TLB N/A|LCK No|BLK  N/A|RGN memory 0"},
	{15ull << 46, "|OP No|LVL N/A|SNP N/A|TLB N/A|LCK No|BLK  N/A|RGN memory 7"},
	{16ull << 46, "|OP No|LVL N/A|SNP N/A|TLB N/A|LCK No|BLK  N/A|RGN 16"},
	{31ull << 46, "|OP No|LVL N/A|SNP N/A|TLB N/A|LCK No|BLK  N/A|RGN 31"},
	{1ull << 51, "|OP No|LVL N/A|SNP N/A|TLB N/A|LCK No|BLK  N/A|RSV 0x1"},
	{1ull << 63, "|OP No|LVL N/A|SNP N/A|TLB N/A|LCK No|BLK  N/A|RSV 0x1000"},
};

static void later_words(void **state)
{
	char buffer[512], again[512];
	uint64_t back;

	(void)state;
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		assert_string_equal(dt_data_src_text(buffer, sizeof(buffer), later[i].word),
				    later[i].text);
		assert_true(dt_data_src_parse(buffer, strlen(buffer), &back));
		assert_string_equal(dt_data_src_text(again, sizeof(again), back), later[i].text);
		/* the new fields; what is "not available" may have been a bit or none */
		assert_int_equal(back >> 43, later[i].word >> 43);
	}
}

static void any_word_fits(void **state)
{
	uint64_t word = 0;
	char buffer[512], small[8];

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		word = word * 6364136223846793005ull + 1442695040888963407ull;
		assert_true(strlen(dt_data_src_text(buffer, sizeof(buffer), word | word >> 7)) <
			    sizeof(buffer) - 1);
	}
	assert_true(strlen(dt_data_src_text(buffer, sizeof(buffer), ~0ull << 5)) <
		    sizeof(buffer) - 1);
	memset(small, 'x', sizeof(small));
	assert_string_equal(dt_data_src_text(small, sizeof(small), 2), "|OP LOA");
	assert_string_equal(dt_data_src_text(small, 1, 2), "");
}

/* Words without their number give a word that prints the same. */
static void words_come_back(void **state)
{
	FILE *file = open_words();
	char line[512], whole[512], again[512];

	(void)state;
	while (fgets(line, sizeof(line), file)) {
		uint64_t word = strtoull(line, NULL, 16), back;

		assert_true(dt_data_src_parse(line, strlen(line), &back));
		assert_int_equal(back, word);
		(void)dt_data_src_text(whole, sizeof(whole), word);
		assert_true(dt_data_src_parse(whole, strlen(whole), &back));
		assert_string_equal(dt_data_src_text(again, sizeof(again), back), whole);
		assert_int_equal(dt_data_src_tlb(back), dt_data_src_tlb(word));
	}
	assert_int_equal(fclose(file), 0);
}

#define LEVEL(bits, number) ((uint64_t)(bits) << 5 | (uint64_t)(number) << 33)

static const struct {
	const char *text;
	uint64_t word;
} forms[] = {
	/* the number alone, as perf report -D and perf script -F data_src give it */
	{"10268100142", 0x10268100142},
	{"0x5080021", 0x5080021},
	{"  5080021 |OP N/A|LVL", 0x5080021},
	{"10268100142\t|OP STORE|LVL L3 hit", 0x10268100142},
	{"ffffffffffffffff", UINT64_MAX},
	/* two blanks, one, a tab; columns behind */
	{"|OP LOAD|LVL L1 or L1 hit|SNP None|TLB L1 or L2 hit|LCK Yes|BLK  N/A    225 ffff",
	 2 | LEVEL(0xa, 1) | 2 << 19 | 2 << 24 | 0x1aull << 26 | 1ull << 40},
	{"|OP LOAD|LVL L1 hit|SNP None|TLB L1 or L2 hit|LCK No|BLK\t N/A\t5",
	 2 | LEVEL(0xa, 0) | 2 << 19 | 0x1aull << 26 | 1ull << 40},
	{"|OP STORE|LVL L1 miss|SNP N/A|TLB Walker hit|LCK N/A|BLK Data Addr",
	 4 | LEVEL(0xc, 0) | 1 << 19 | 1 << 24 | 0x22ull << 26 | 6ull << 40},
	/* older perf: no operation, no block */
	{"|LVL LFB/MAB or LFB/MAB hit|SNP None|TLB L2 miss|LCK No",
	 LEVEL(0x12, 12) | 2 << 19 | 0x14ull << 26},
	/* names that begin alike, or with the word that says remote */
	{"|LVL Remote RAM (1 hop) hit", LEVEL(0x102, 0)},
	{"|LVL Remote RAM hit", LEVEL(2, 13) | 1ull << 37},
	{"|LVL Remote Remote RAM (1 hop) or RAM hit", LEVEL(0x102, 13) | 1ull << 37},
	{"|LVL L3 or Remote Cache (1 hop) hit", LEVEL(0x442, 0)},
	{"|LVL Remote node, same socket Any cache hit", LEVEL(2, 11) | 1ull << 37 | 2ull << 43},
	{"|LVL Remote core, same node L2 hit", LEVEL(2, 2) | 1ull << 37 | 1ull << 43},
	{"|LVL board I/O hit", LEVEL(2, 10) | 4ull << 43},
	{"|LVL L2 MHB hit|SNP HitM or Fwd or Peer", LEVEL(2, 5) | 16 << 19 | 3ull << 38},
	{"|LVL L2 or L2 MHB hit|SNP Hit or HitM", LEVEL(0x22, 5) | 20 << 19},
	{"|LVL Uncached hit", LEVEL(0x2002, 0)},
	{"|LVL Uncached or Uncached hit", LEVEL(0x2002, 8)},
	/* cut, and words of perfs to come */
	{"|OP LOAD|LVL Local RAM or Remote Ca", 2 | LEVEL(0x80, 0)},
	{"|OP LOAD|LVL Warp cache hit|SNP None", 2 | 2 << 19},
	{"|OP LOAD|NEW what|SNP None", 2 | 2 << 19},
};

static void forms_of_several_perfs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		uint64_t word = 0;

		if (!dt_data_src_parse(forms[i].text, strlen(forms[i].text), &word) ||
		    word != forms[i].word)
			fail_msg("%s: %llx, not %llx", forms[i].text, (unsigned long long)word,
				 (unsigned long long)forms[i].word);
	}
}

/* The words of a line say where and how as its number does. Returns 1 when the line has both. */
static unsigned check_line(const char *line)
{
	const char *words = strstr(line, "|OP "), *number = words;
	uint64_t word, back;

	if (!words || strlen(words) < 60) /* prose */
		return 0;
	while (number > line && strchr(" \t", number[-1]))
		number--;
	while (number > line && !strchr(" \t", number[-1]))
		number--;
	assert_true(dt_data_src_parse(number, strlen(number), &word));
	assert_int_equal(word, strtoull(number, NULL, 16));
	assert_true(dt_data_src_parse(words, strlen(words), &back));
	if (dt_data_src_tier(word) != dt_data_src_tier(back) ||
	    dt_data_src_access(word) != dt_data_src_access(back) ||
	    dt_data_src_tlb(word) != dt_data_src_tlb(back))
		fail_msg("%s: %llx", line, (unsigned long long)back);
	return 1;
}

static void words_of_real_perfs(void **state)
{
	const char *shared = getenv("DT_SHARED");
	char path[4096], line[4096];
	unsigned count = 0;
	struct dirent *entry;
	DIR *directory;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/corpus/text",
		       shared && *shared ? shared : "../shared");
	directory = opendir(path);
	if (!directory) {
		print_message("SKIP: %s is absent (set DT_SHARED to the folder that has corpus/)\n",
			      path);
		skip();
		return;
	}
	while ((entry = readdir(directory))) {
		char name[8192];
		FILE *file;

		(void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		file = fopen(name, "r");
		while (file && fgets(line, sizeof(line), file))
			count += check_line(line);
		if (file)
			assert_int_equal(fclose(file), 0);
	}
	assert_int_equal(closedir(directory), 0);
	assert_true(count >= 20);
}

static void no_words(void **state)
{
	static const char *const texts[] = {
		"",	 " ", "|", "|OP", "LOAD", "g", "0x", "12345678901234567", "10268100142g",
		"|OPEN",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		uint64_t word = 42;

		assert_false(dt_data_src_parse(texts[i], strlen(texts[i]), &word));
		assert_int_equal(word, 42); /* untouched on failure */
	}
}

/* The end is where the size says, whatever follows. */
static void size_is_the_end(void **state)
{
	uint64_t word;

	(void)state;
	assert_true(dt_data_src_parse("1026|OP", 4, &word));
	assert_int_equal(word, 0x1026);
	assert_true(dt_data_src_parse("|LVL L2 or L3 hit", 7, &word));
	assert_int_equal(word, LEVEL(0x20, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_those_of_perf), cmocka_unit_test(later_words),
		cmocka_unit_test(any_word_fits),	   cmocka_unit_test(words_come_back),
		cmocka_unit_test(forms_of_several_perfs),  cmocka_unit_test(no_words),
		cmocka_unit_test(size_is_the_end),	   cmocka_unit_test(words_of_real_perfs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
