/* SPDX-License-Identifier: GPL-2.0-only */
/* Sparsity told: what the pages of each block say, block by block and over all. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "analyzers/blocks.h"
#include "analyzers/sparsity.h"
#include "damon-trace/section.h"

/*
 * A block is mostly unused when its samples hit fewer pages than they would, by more than chance,
 * if half of its pages were used evenly; with fewer samples nothing is said.
 */
#define USED_PAGES    256
#define LEAST_SAMPLES 32
#define DEVIATIONS    3
#define MOST_ROWS     256
#define TEXT_ROWS     10
#define NR_CLASSES    10

/* What a block says. */
enum verdict { TOO_FEW, USED, MOSTLY_UNUSED };

struct row {
	const struct dt_sparsity_block *block;
	uint32_t pages;
	double expected, ratio;
	enum verdict verdict;
};

/* Pages that n samples hit out of so many, evenly used: the mean. */
static double expect(double pages, double n)
{
	return -pages * expm1(n * log1p(-1 / pages));
}

/* And the standard deviation: of the number of occupied boxes. */
static double deviation(double pages, double n)
{
	const double one = exp(n * log1p(-1 / pages)), two = exp(n * log1p(-2 / pages));
	const double variance = pages * (pages - 1) * two + pages * one - pages * pages * one * one;

	return variance > 0 ? sqrt(variance) : 0;
}

static enum verdict judge(uint32_t pages, uint64_t samples)
{
	const double n = (double)samples;

	if (samples < LEAST_SAMPLES)
		return TOO_FEW;
	return pages < expect(USED_PAGES, n) - DEVIATIONS * deviation(USED_PAGES, n) ? MOSTLY_UNUSED
										     : USED;
}

static struct row look(const struct dt_sparsity_block *block)
{
	struct row row = {.block = block};

	for (unsigned i = 0; i < DT_SPARSITY_PAGES / 64; i++)
		row.pages += (uint32_t)__builtin_popcountll(block->pages[i]);
	row.expected = expect(DT_SPARSITY_PAGES, (double)block->samples);
	row.ratio = row.pages / row.expected;
	row.verdict = judge(row.pages, block->samples);
	return row;
}

/* Mostly unused ones by their samples; then the rest, the sparsest first. */
static int worst_first(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	if ((left->verdict == MOSTLY_UNUSED) != (right->verdict == MOSTLY_UNUSED))
		return left->verdict == MOSTLY_UNUSED ? -1 : 1;
	if (left->verdict == MOSTLY_UNUSED && left->block->samples != right->block->samples)
		return left->block->samples > right->block->samples ? -1 : 1;
	if (left->ratio < right->ratio || left->ratio > right->ratio)
		return left->ratio < right->ratio ? -1 : 1;
	if (left->block->pid != right->block->pid)
		return left->block->pid < right->block->pid ? -1 : 1;
	return left->block->number < right->block->number
		       ? -1
		       : left->block->number > right->block->number;
}

struct totals {
	uint64_t blocks, judged, unused, pages, samples, unused_samples;
	double expected;
	uint64_t classes[NR_CLASSES];
};

static void add_up(struct totals *totals, const struct row *row)
{
	unsigned class = (unsigned)(row->ratio * NR_CLASSES);

	totals->blocks++;
	totals->judged += row->verdict != TOO_FEW;
	totals->unused += row->verdict == MOSTLY_UNUSED;
	totals->pages += row->pages;
	totals->expected += row->expected;
	totals->samples += row->block->samples;
	totals->unused_samples += row->verdict == MOSTLY_UNUSED ? row->block->samples : 0;
	/* by chance there may be more than expected */
	totals->classes[class < NR_CLASSES ? class : NR_CLASSES - 1]++;
}

static void add_classes(const struct totals *totals, struct dt_section *section)
{
	static const struct dt_heading columns[] = {
		{"from", "pages of expected, from", DT_UNIT_SHARE},
		{"to", "to", DT_UNIT_SHARE},
		{"blocks", "blocks", DT_UNIT_COUNT},
		{"share", "of blocks", DT_UNIT_SHARE},
	};
	struct dt_table *table = dt_section_table(section, "classes", "Blocks by sparsity", columns,
						  sizeof(columns) / sizeof(columns[0]));

	for (unsigned i = 0; i < NR_CLASSES; i++) {
		struct dt_value *row = dt_table_row(table);

		dt_value_number(row, 0, i / (double)NR_CLASSES);
		/* the last one is open */
		if (i + 1 < NR_CLASSES)
			dt_value_number(row, 1, (i + 1) / (double)NR_CLASSES);
		dt_value_integer(row, 2, totals->classes[i]);
		dt_value_number(row, 3, (double)totals->classes[i] / (double)totals->blocks);
	}
}

static void add_rows(const struct row *rows, size_t nr, struct dt_section *section)
{
	static const struct dt_heading columns[] = {
		{"pid", "process", DT_UNIT_NONE},	{"start", "block", DT_UNIT_ADDRESS},
		{"samples", "samples", DT_UNIT_COUNT},	{"pages", "pages", DT_UNIT_COUNT},
		{"expected", "expected", DT_UNIT_NONE}, {"ratio", "of expected", DT_UNIT_SHARE},
		{"verdict", "it is", DT_UNIT_NONE},
	};
	static const char *const verdicts[] = {"too few samples", "used", "mostly unused"};
	struct dt_table *table = dt_section_table(section, "sparsest", "The sparsest blocks",
						  columns, sizeof(columns) / sizeof(columns[0]));

	if (table)
		table->text_rows = TEXT_ROWS;
	for (size_t i = 0; i < nr && i < MOST_ROWS; i++) {
		struct dt_value *row = dt_table_row(table);

		if (rows[i].block->pid != DT_SPARSITY_NO_PID)
			dt_value_integer(row, 0, (uint64_t)rows[i].block->pid);
		dt_value_integer(row, 1, rows[i].block->number << DT_BLOCK_SHIFT);
		dt_value_integer(row, 2, rows[i].block->samples);
		dt_value_integer(row, 3, rows[i].pages);
		dt_value_number(row, 4, rows[i].expected);
		dt_value_number(row, 5, rows[i].ratio);
		dt_value_text(row, 6, verdicts[rows[i].verdict]);
	}
}

static void say(const struct totals *totals, struct dt_section *section)
{
	const uint64_t unclear = totals->blocks - totals->judged;

	if (totals->judged)
		dt_section_say(section,
			       "Of %" PRIu64 " blocks of 2 MiB with %d samples or more, %.0f %% "
			       "are mostly unused: their samples hit fewer pages than they would "
			       "if half of the block were used evenly.",
			       totals->judged, LEAST_SAMPLES,
			       100 * (double)totals->unused / (double)totals->judged);
	if (unclear)
		dt_section_say(section,
			       "%" PRIu64 " of %" PRIu64 " blocks have too few samples to tell.",
			       unclear, totals->blocks);
}

static void add_figures(const struct dt_sparsity *sparsity, const struct totals *totals,
			struct dt_section *section)
{
	dt_section_absent(section, "refused", NULL);
	dt_section_absent(section, "remedy", NULL);
	dt_section_text(section, "space", "addresses",
			sparsity->view->phys ? "physical" : "virtual");
	dt_section_integer(section, "blocks", "blocks with samples", DT_UNIT_COUNT, totals->blocks);
	dt_section_integer(section, "blocks_judged", "with enough to tell", DT_UNIT_COUNT,
			   totals->judged);
	dt_section_integer(section, "blocks_mostly_unused", "mostly unused", DT_UNIT_COUNT,
			   totals->unused);
	dt_section_number(section, "mostly_unused", "of those judged", DT_UNIT_SHARE,
			  totals->judged ? (double)totals->unused / (double)totals->judged : NAN);
	dt_section_number(section, "samples_in_mostly_unused", "samples there", DT_UNIT_SHARE,
			  totals->samples ? (double)totals->unused_samples / (double)totals->samples
					  : NAN);
	dt_section_integer(section, "pages", "pages sampled", DT_UNIT_COUNT, totals->pages);
	dt_section_number(section, "pages_expected", "expected", DT_UNIT_COUNT, totals->expected);
	dt_section_number(section, "ratio", "of expected", DT_UNIT_SHARE,
			  totals->expected > 0 ? (double)totals->pages / totals->expected : NAN);
	dt_section_integer(section, "samples", "samples", DT_UNIT_COUNT, sparsity->samples);
	dt_section_integer(section, "samples_without_address", "without address", DT_UNIT_COUNT,
			   sparsity->no_address);
	dt_section_integer(section, "looked_at_one_in", sparsity->part ? "blocks: one in" : NULL,
			   DT_UNIT_COUNT, 1ull << sparsity->part);
}

static void refuse(const struct dt_sparsity *sparsity, struct dt_section *section)
{
	const char *message = "no memory samples in the input", *remedy =
									"record them: damon-trace "
									"record -p PID, or perf "
									"record -d -p PID";

	if (sparsity->no_address && sparsity->view->phys) {
		message = "no sample has a physical address";
		remedy = "record them with perf record -d --phys-data as root, from an event that "
			 "has them (PEBS, IBS; page-faults come before the page exists)";
	} else if (sparsity->no_address) {
		message = "none of the samples has an address";
		remedy = "record with addresses: perf record -d ...";
	}
	dt_section_say(section, "No sparsity: %s.", message);
	dt_section_say(section, "%s.", remedy);
	dt_section_text(section, "refused", NULL, message);
	dt_section_text(section, "remedy", NULL, remedy);
}

int dt_sparsity_tell(const struct dt_sparsity *sparsity, struct dt_report *report)
{
	struct dt_section *section;
	struct totals totals = {0};
	struct row *rows;

	/* among all views, what does not apply is left out */
	if (!sparsity->nr && !sparsity->view->sections_asked)
		return 0;
	section = dt_report_section(report, "sparsity", "Sparsity of 2 MiB blocks", false);
	if (!sparsity->nr) {
		refuse(sparsity, section);
		return 0;
	}
	rows = calloc(sparsity->nr, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	for (uint32_t i = 0; i <= sparsity->mask; i++) {
		if (!sparsity->blocks[i].used)
			continue;
		rows[totals.blocks] = look(&sparsity->blocks[i]);
		add_up(&totals, &rows[totals.blocks]);
	}
	qsort(rows, totals.blocks, sizeof(*rows), worst_first);
	say(&totals, section);
	add_figures(sparsity, &totals, section);
	add_classes(&totals, section);
	add_rows(rows, totals.blocks, section);
	free(rows);
	if (sparsity->part)
		dt_report_note(
			report,
			"sparsity: there are more than %u blocks; one in %llu was looked at, "
			"%" PRIu64 " samples in the others are left out",
			DT_SPARSITY_BLOCKS, 1ull << sparsity->part, sparsity->left_out);
	return 0;
}
