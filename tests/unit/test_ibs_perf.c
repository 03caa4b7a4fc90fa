/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IBS registers against what perf 6.1 read in them (tests/fixtures/perf/ibs.txt, or the file that
 * DT_IBS_BY_PERF names; made by tests/tools/ibs_by_perf). perf prints bits as they are, but for the
 * errata that it knows; which of them hold for an operation is computed here from its text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "damon-trace/data_source.h"

/* A line of registers and perf's text of them, in one string that begins and ends with a blank. */
struct dump {
	struct dt_processor processor;
	bool zen4, fetch;
	unsigned char raw[128];
	size_t size;
	char text[8192];
};

/* The number behind a name; -1: perf did not print it. */
static int64_t printed(const struct dump *dump, const char *name, int base)
{
	char word[64];
	const char *at;

	(void)snprintf(word, sizeof(word), " %s ", name);
	at = strstr(dump->text, word);
	return at ? (int64_t)strtoull(at + strlen(word), NULL, base) : -1;
}

static int64_t number(const struct dump *dump, const char *name)
{
	return printed(dump, name, 10);
}

static bool set(const struct dump *dump, const char *name)
{
	return number(dump, name) == 1;
}

#define SAME(fact, expected)                                                                \
	do {                                                                                \
		int64_t got_ = (int64_t)(fact), want_ = (int64_t)(expected);                \
		if (got_ != want_)                                                          \
			fail_msg("%s is %lld, not %lld: family %u model %u\n%s", #fact,     \
				 (long long)got_, (long long)want_, dump->processor.family, \
				 dump->processor.model, dump->text);                        \
	} while (0)

static int64_t source_number(const struct dump *dump)
{
	const char *at = strstr(dump->text, " DataSrc ");

	return at ? strtol(at + 9, NULL, 10) : 0;
}

static void check_source(const struct dump *dump, const struct dt_ibs_facts *facts)
{
	bool l2_miss = facts->l2_miss_known && facts->l2_miss;
	int64_t source = source_number(dump);

	/* perf has no name for 13 and more */
	if (facts->source_known && facts->source > 12) {
		SAME(source, 0);
		return;
	}
	SAME(facts->source_known, source > 0 && l2_miss && facts->load);
	if (!facts->source_known)
		return;
	SAME(facts->source, source);
	SAME(facts->remote, number(dump, "RmtNode"));
	if (facts->hit_st_known)
		SAME(facts->hit_st, strstr(dump->text, " CacheHitSt 1=") != NULL);
}

static void check_misses(const struct dump *dump, const struct dt_ibs_facts *facts)
{
	bool cached = !set(dump, "DcUcMemAcc");
	bool missed = cached && set(dump, "DcMiss");

	SAME(facts->dc_miss_known, cached);
	SAME(facts->dc_miss, missed);
	SAME(facts->l2_miss_known, missed && number(dump, "L2Miss") >= 0);
	if (facts->l2_miss_known) {
		SAME(facts->l2_miss, number(dump, "L2Miss"));
		SAME(facts->open_requests, number(dump, "OpDcMissOpenMemReqs"));
	}
	SAME(facts->latency_known, missed && set(dump, "LdOp") && !set(dump, "SwPf"));
	if (facts->latency_known)
		SAME(facts->dc_miss_latency, number(dump, "DcMissLat"));
	check_source(dump, facts);
}

static void check_access(const struct dump *dump, const struct dt_ibs_op *op,
			 const struct dt_ibs_facts *facts)
{
	int64_t width = number(dump, "OpMemWidth");

	SAME(facts->locked, number(dump, "DcLockedOp"));
	SAME(facts->uncached, number(dump, "DcUcMemAcc"));
	SAME(facts->lin_addr_valid, number(dump, "DcLinAddrValid"));
	SAME(facts->phys_addr_valid, number(dump, "DcPhyAddrValid"));
	SAME(facts->width, width < 0 ? 0 : width);
	if (facts->lin_addr_valid)
		SAME(op->lin_addr, printed(dump, "IbsDCLinAd:", 16));
	if (facts->phys_addr_valid)
		SAME(op->phys_addr, printed(dump, "IbsDCPhysAd:", 16));
	SAME(facts->tlb_latency_known, facts->lin_addr_valid && set(dump, "DcL1TlbMiss"));
	if (facts->tlb_latency_known)
		SAME(facts->tlb_latency, number(dump, "TlbRefillLat"));
	check_misses(dump, facts);
}

static void check_op(const struct dump *dump)
{
	struct dt_ibs_facts facts;
	struct dt_ibs_op op;

	assert_true(dt_ibs_op_read(dump->raw, dump->size, &op));
	dt_ibs_op_facts(&op, &dump->processor, &facts);
	SAME(facts.valid, strstr(dump->text, " ibs_op_ctl: ") != NULL);
	if (!facts.valid)
		return;
	SAME(op.ctl, printed(dump, "ibs_op_ctl:", 16));
	SAME(op.data, printed(dump, "ibs_op_data:", 16));
	SAME(op.data3, printed(dump, "ibs_op_data3:", 16));
	SAME(facts.completion_to_retire, number(dump, "CompToRetCtr"));
	SAME(facts.tag_to_retire, number(dump, "TagToRetCtr"));
	SAME(facts.rip_valid, !number(dump, "RipInvalid"));
	if (facts.rip_valid)
		SAME(op.rip, printed(dump, "IbsOpRip:", 16));
	SAME(facts.load, number(dump, "LdOp"));
	SAME(facts.store, number(dump, "StOp"));
	SAME(facts.software_prefetch, number(dump, "SwPf"));
	if (facts.load || facts.store || facts.software_prefetch)
		check_access(dump, &op, &facts);
	else
		SAME(facts.access, DT_ACCESS_UNKNOWN);
	/* perf prints a target that was not recorded too, as whatever lies there */
	if (op.has_target && set(dump, "BrnRet") && op.target)
		SAME(op.target, printed(dump, "IbsBrTarget:", 16));
}

static uint64_t printed_page(const struct dump *dump)
{
	static const struct {
		const char *name;
		uint64_t size;
	} sizes[] = {{"4KB", 4096}, {"16KB", 16384}, {"2MB", 2 << 20}, {"1GB", 1 << 30}};
	const char *at = strstr(dump->text, " L1TlbPgSz ");

	for (size_t i = 0; at && i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (!strncmp(at + 11, sizes[i].name, strlen(sizes[i].name)))
			return sizes[i].size;
	return 0;
}

static void check_fetch(const struct dump *dump)
{
	struct dt_ibs_fetch_facts facts;
	struct dt_ibs_fetch fetch;

	assert_true(dt_ibs_fetch_read(dump->raw, dump->size, &fetch));
	dt_ibs_fetch_facts(&fetch, &dump->processor, &facts);
	SAME(facts.valid, strstr(dump->text, " ibs_fetch_ctl: ") != NULL);
	if (!facts.valid)
		return;
	SAME(fetch.lin_addr, printed(dump, "IbsFetchLinAd:", 16));
	if (facts.phys_addr_valid)
		SAME(fetch.phys_addr, printed(dump, "IbsFetchPhysAd:", 16));
	SAME(fetch.extended, printed(dump, "ic_ibs_ext_ctl:", 16));
	SAME(facts.tlb_latency, number(dump, "IbsItlbRefillLat"));
	SAME(facts.latency, number(dump, "Lat"));
	SAME(facts.complete, number(dump, "Comp"));
	SAME(facts.ic_miss_known ? facts.ic_miss : -1, number(dump, "IcMiss"));
	SAME(facts.phys_addr_valid, number(dump, "PhyAddrValid"));
	SAME(facts.page_size, printed_page(dump));
	SAME(facts.l1_tlb_miss, number(dump, "L1TlbMiss"));
	SAME(facts.l2_tlb_miss, number(dump, "L2TlbMiss"));
	SAME(facts.l2_miss_known ? facts.l2_miss : -1, number(dump, "L2Miss"));
	SAME(facts.l3_miss_known ? facts.l3_miss : -1, number(dump, "FetchL3Miss"));
	SAME(facts.l3_miss_known ? facts.op_cache_miss : -1, number(dump, "FetchOcMiss"));
}

static void put_little(unsigned char *to, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		to[i] = (unsigned char)(value >> (8 * i));
}

static void read_raw(struct dump *dump, char *numbers)
{
	dump->size = 0;
	for (char *word = strtok(numbers, " \n"); word; word = strtok(NULL, " \n")) {
		unsigned bytes = dump->size ? 8 : 4;

		assert_true(dump->size + bytes <= sizeof(dump->raw));
		put_little(dump->raw + dump->size, strtoull(word, NULL, 16), bytes);
		dump->size += bytes;
	}
	(void)snprintf(dump->text, sizeof(dump->text), " ");
}

static void add_text(struct dump *dump, char *line)
{
	size_t used = strlen(dump->text);

	line[strcspn(line, "\n")] = '\0';
	(void)snprintf(dump->text + used, sizeof(dump->text) - used, "%s ", line);
}

static void check_dump(const struct dump *dump, unsigned counts[2])
{
	if (!dump->size)
		return;
	(dump->fetch ? check_fetch : check_op)(dump);
	counts[dump->fetch]++;
}

static void decoded_as_perf_does(void **state)
{
	const char *path = getenv("DT_IBS_BY_PERF");
	FILE *file = fopen(path ? path : "tests/fixtures/perf/ibs.txt", "r");
	static struct dump dump;
	unsigned counts[2] = {0};
	char line[2048];

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		bool processor = !strncmp(line, "processor ", 10),
		     kind = !strncmp(line, "kind ", 5);

		if (processor || kind || !strncmp(line, "raw ", 4)) {
			check_dump(&dump, counts);
			dump.size = 0;
		}
		if (processor) {
			line[strcspn(line, "\n")] = '\0';
			assert_true(dt_processor_parse(line + 10, &dump.processor));
		} else if (kind) {
			dump.fetch = !strcmp(line + 5, "fetch\n");
		} else if (!strncmp(line, "raw ", 4)) {
			read_raw(&dump, line + 4);
		} else {
			add_text(&dump, line);
		}
	}
	check_dump(&dump, counts);
	assert_int_equal(fclose(file), 0);
	print_message("%u operations, %u fetches\n", counts[0], counts[1]);
	assert_true(counts[0] >= 54);
	assert_true(counts[1] >= 54);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decoded_as_perf_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
