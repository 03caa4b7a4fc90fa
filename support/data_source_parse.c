/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * data_src back from the words that perf versions print. A raw number in front says it all. Without
 * one, the words give a word of the same meaning: perf 6.8 and later name one level where earlier
 * ones named "L1 or L1", and no perf prints all bits.
 */
#include <string.h>

#include "damon-trace/data_source.h"
#include "support/data_source_text.h"

/* What is left of the text. */
struct cursor {
	const char *at, *end;
};

static bool take(struct cursor *cursor, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, word, length) != 0)
		return false;
	cursor->at += length;
	return true;
}

static void skip_blanks(struct cursor *cursor)
{
	while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t'))
		cursor->at++;
}

/* A word that is one of a list's, and ends there: "L2" is not in "L2 MHB", nor "Hit" in "HitM". */
static int take_name(struct cursor *cursor, const char *const *names, unsigned count)
{
	int best = -1;
	size_t longest = 0;

	for (unsigned i = 0; i < count; i++) {
		size_t length = names[i] ? strlen(names[i]) : 0;

		if (length > longest && (size_t)(cursor->end - cursor->at) >= length &&
		    !memcmp(cursor->at, names[i], length)) {
			best = (int)i;
			longest = length;
		}
	}
	cursor->at += longest;
	return best;
}

static unsigned count_names(const char *const *names)
{
	unsigned count = 0;

	while (names[count])
		count++;
	return count;
}

/* Names joined by " or ", as bits; stops at the first that is none. */
static uint64_t take_bits(struct cursor *cursor, const char *const *names)
{
	unsigned count = count_names(names);
	uint64_t bits = 0;

	do {
		int name = take_name(cursor, names, count);

		if (name < 0)
			break;
		bits |= 1ull << name;
	} while (take(cursor, " or "));
	return bits;
}

static uint64_t take_hit_miss(struct cursor *cursor)
{
	uint64_t bits = 0;

	skip_blanks(cursor);
	if (take(cursor, "hit"))
		bits |= DT_MEM_HIT;
	skip_blanks(cursor);
	if (take(cursor, "miss"))
		bits |= DT_MEM_MISS;
	return bits;
}

static uint64_t parse_op(struct cursor *cursor)
{
	return dt_mem_bits(DT_MEM_OP, take_bits(cursor, dt_mem_op_names));
}

/* "Remote" stands alone in front of the rest, or begins the name of an old level. */
static uint64_t take_way(struct cursor *cursor)
{
	uint64_t word = 0;
	struct cursor level = *cursor;
	int hops;

	if (take_name(&level, dt_mem_lvl_names, count_names(dt_mem_lvl_names)) < 0 &&
	    take(cursor, "Remote "))
		word |= dt_mem_bits(DT_MEM_REMOTE, 1);
	hops = take_name(cursor, dt_mem_hops_names, 8);
	if (hops > 0) {
		word |= dt_mem_bits(DT_MEM_HOPS, (uint64_t)hops);
	} else if (take(cursor, "hops ") && cursor->at < cursor->end && *cursor->at >= '0' &&
		   *cursor->at <= '7') {
		word |= dt_mem_bits(DT_MEM_HOPS, (uint64_t)(*cursor->at++ - '0'));
	}
	skip_blanks(cursor);
	return word;
}

/* A name that both lists have is the old level; the number when a level as high came before. */
static uint64_t parse_lvl(struct cursor *cursor)
{
	unsigned levels = count_names(dt_mem_lvl_names);
	uint64_t word = take_way(cursor), lvl = 0, number = 0;
	bool numbers_only = dt_mem_get(word, DT_MEM_HOPS);

	do {
		struct cursor as_level = *cursor, as_number = *cursor;
		int level = take_name(&as_level, dt_mem_lvl_names, levels);
		int value = take_name(&as_number, dt_mem_num_names, 16);

		if (level == 1 || level == 2) /* hit and miss, of no level */
			break;
		if (level >= 0 && !numbers_only && 1ull << level > lvl &&
		    as_level.at >= as_number.at) {
			lvl |= 1ull << level;
			*cursor = as_level;
		} else if (value > 0) {
			number = (uint64_t)value;
			*cursor = as_number;
		} else {
			break;
		}
	} while (take(cursor, " or "));
	lvl |= take_hit_miss(cursor);
	return word | dt_mem_bits(DT_MEM_LVL, lvl) | dt_mem_bits(DT_MEM_LVL_NUM, number);
}

static uint64_t parse_snoop(struct cursor *cursor)
{
	uint64_t snoop = take_bits(cursor, dt_mem_snoop_names);

	/* the first list ate the " or " before the second */
	return dt_mem_bits(DT_MEM_SNOOP, snoop) |
	       dt_mem_bits(DT_MEM_SNOOPX, take_bits(cursor, dt_mem_snoopx_names));
}

static uint64_t parse_tlb(struct cursor *cursor)
{
	uint64_t tlb = take_bits(cursor, dt_mem_tlb_names);

	return dt_mem_bits(DT_MEM_TLB, tlb | take_hit_miss(cursor));
}

static uint64_t parse_lock(struct cursor *cursor)
{
	static const char *const names[] = {"N/A", "Yes", NULL};

	return dt_mem_bits(DT_MEM_LOCK, take_bits(cursor, names));
}

/* Other columns follow behind. */
static uint64_t parse_blocked(struct cursor *cursor)
{
	static const char *const names[] = {"N/A", "Data", "Addr", NULL};
	uint64_t bits = 0;

	for (;;) {
		int name;

		skip_blanks(cursor);
		name = take_name(cursor, names, 3);
		if (name < 0)
			return dt_mem_bits(DT_MEM_BLK, bits);
		bits |= 1ull << name;
	}
}

static uint64_t take_number(struct cursor *cursor)
{
	uint64_t value = 0;

	for (; cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9'; cursor->at++)
		value = value * 10 + (uint64_t)(*cursor->at - '0');
	return value;
}

static uint64_t parse_region(struct cursor *cursor)
{
	int name = take_name(cursor, dt_mem_region_names, 32);

	return dt_mem_bits(DT_MEM_REGION, name > 0 ? (uint64_t)name : take_number(cursor));
}

static int hexadecimal(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* 1 to 16 digits; false leaves the cursor where it was. */
static bool take_hexadecimal(struct cursor *cursor, uint64_t *value)
{
	struct cursor digits = *cursor;
	unsigned count = 0;

	(void)take(&digits, "0x");
	for (*value = 0; digits.at < digits.end && hexadecimal(*digits.at) >= 0; digits.at++) {
		*value = *value << 4 | (uint64_t)hexadecimal(*digits.at);
		count++;
	}
	if (!count || count > 16)
		return false;
	*cursor = digits;
	return true;
}

static uint64_t parse_reserved(struct cursor *cursor)
{
	uint64_t value;

	return take_hexadecimal(cursor, &value) ? dt_mem_bits(DT_MEM_RESERVED, value) : 0;
}

static const struct {
	const char *name;
	uint64_t (*parse)(struct cursor *cursor);
} fields[] = {
	{"|OP", parse_op},	{"|LVL", parse_lvl},	  {"|SNP", parse_snoop},
	{"|TLB", parse_tlb},	{"|LCK", parse_lock},	  {"|BLK", parse_blocked},
	{"|RGN", parse_region}, {"|RSV", parse_reserved},
};

#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))

/* The name with the blank that parts it from its words. */
static bool take_field(struct cursor *cursor, const char *name)
{
	struct cursor field = *cursor;

	if (!take(&field, name) || field.at == field.end || !strchr(" \t", *field.at))
		return false;
	skip_blanks(&field);
	*cursor = field;
	return true;
}

/* Fields in any order; what stands between them is passed over. */
static bool parse_fields(struct cursor cursor, uint64_t *data_src)
{
	bool understood = false;

	*data_src = 0;
	while (cursor.at < cursor.end) {
		size_t i;

		for (i = 0; i < NR_FIELDS; i++)
			if (take_field(&cursor, fields[i].name))
				break;
		if (i == NR_FIELDS) {
			cursor.at++;
			continue;
		}
		*data_src |= fields[i].parse(&cursor);
		understood = true;
	}
	return understood;
}

/* The number alone, or followed by the words or by other columns. */
bool dt_data_src_parse(const char *text, size_t size, uint64_t *data_src)
{
	struct cursor cursor = {text, text + size};
	uint64_t value;

	skip_blanks(&cursor);
	if (!take_hexadecimal(&cursor, &value)) {
		if (!parse_fields(cursor, &value))
			return false;
		*data_src = value;
		return true;
	}
	if (cursor.at < cursor.end && !strchr(" \t\n|", *cursor.at))
		return false;
	*data_src = value;
	return true;
}
