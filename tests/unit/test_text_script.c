/* SPDX-License-Identifier: GPL-2.0-only */
/* perf script: every form of its columns, in lines of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/text_check.h"

#define KIND "perf script text"

/* data_src words in their text, as perf 6.1 and older ones print them */
#define RAM "     1068100842 |OP LOAD|LVL L3 or L3 hit|SNP None|TLB L1 or L2 hit|LCK No|BLK  N/A"
#define OLD "        68100142 L1 hit|SNP None|TLB L1 or L2 hit|LCK No"

static const struct text_case cases[] = {
	{"what perf script prints of itself",
	 "     cat   77 [003]   12.000345:       4000 cycles:P:      55d0c0ffee10 read+0x1 "
	 "(/bin/x)\n",
	 "sample event=cycles:P time=12000345000 pid=77 tid=77 cpu=3 ip=0x55d0c0ffee10 "
	 "period=0xfa0\n",
	 0},
	{"nanoseconds, pid and tid, an address",
	 " my tool  70/77    [011]    12.000345678:          1 page-faults:     7f00deadb000     "
	 "55d0c0ffee10 read+0x1 (/bin/x y)\n",
	 "sample event=page-faults time=12000345678 pid=70 tid=77 cpu=11 ip=0x55d0c0ffee10 "
	 "addr=0x7f00deadb000 period=0x1\n",
	 0},
	{"no CPU, no period, a name with blanks, digits and brackets",
	 "a [1] 5 9   77     12.000345: cpu/mem-loads,ldlat=30/P:     7f00deadb000\n",
	 "sample event=cpu/mem-loads,ldlat=30/P time=12000345000 pid=77 tid=77 "
	 "addr=0x7f00deadb000\n",
	 0},
	{"time, event, addr",
	 "   12.000345:       mem-loads:     7f00deadb000\n"
	 "   12.000346:       mem-loads:                0\n",
	 "sample event=mem-loads time=12000345000 addr=0x7f00deadb000\n"
	 "sample event=mem-loads time=12000346000 addr=0\n",
	 0},
	{"time, period, addr: no event", "   12.000345:         17     7f00deadb000\n",
	 "sample event=samples time=12000345000 addr=0x7f00deadb000 period=0x11\n", 0},
	{"addr and ip, both without names", "   12.000345: ev:     7f00deadb000     55d0c0ffee10\n",
	 "sample event=ev time=12000345000 ip=0x55d0c0ffee10 addr=0x7f00deadb000\n", 0},
	{"addr and phys_addr",
	 "   12.000345: ev:     7f00deadb000       1a2b3c000\n"
	 "   12.000346: ev:     7f00deadb010       123456789\n",
	 "sample event=ev time=12000345000 addr=0x7f00deadb000 phys=0x1a2b3c000\n"
	 "sample event=ev time=12000346000 addr=0x7f00deadb010 phys=0x123456789\n",
	 0},
	{"addr and weight", "   12.000345: ev:     7f00deadb000             123\n",
	 "sample event=ev time=12000345000 addr=0x7f00deadb000 weight=0x7b\n", 0},
	{"said: phys_addr alone",
	 "# fields: time,event,phys_addr\n   12.000345: ev:        123456000\n",
	 "sample event=ev time=12000345000 phys=0x123456000\n", 0},
	{"said: the process, not the thread",
	 "# fields: pid,time,addr\n   77     12.000345:     7f00deadb000\n",
	 "sample event=samples time=12000345000 pid=77 addr=0x7f00deadb000\n", 0},
	{"said: the thread, not the process",
	 "# fields: tid,time,addr\n   77     12.000345:     7f00deadb000\n",
	 "sample event=samples time=12000345000 tid=77 addr=0x7f00deadb000\n", 0},
	{"data_src and three weights",
	 "  x 77/77 [000] 12.000345:  9 e/ldlat=3/P: ffff888800001000 " RAM
	 "              47              60               2 ffffffff81000123 do_it+0x3 ([k])\n",
	 "sample event=e/ldlat=3/P time=12000345000 pid=77 tid=77 cpu=0 ip=0xffffffff81000123 "
	 "addr=0xffff888800001000 period=0x9 weight=0x2f data_src=0x1068100842 weight2=60 "
	 "weight3=2\n",
	 0},
	{"data_src, one weight, an ip without a name, in columns",
	 "  x 77/77 [000] 12.000345: e: ffff888800001000 " RAM
	 "              47 ffffffff81000123\n",
	 "sample event=e time=12000345000 pid=77 tid=77 cpu=0 ip=0xffffffff81000123 "
	 "addr=0xffff888800001000 weight=0x2f data_src=0x1068100842\n",
	 0},
	{"data_src and weight, nothing else, as perf mem's scripts have it",
	 RAM "              47\n" RAM "             960\n",
	 "sample event=samples weight=0x2f data_src=0x1068100842\n"
	 "sample event=samples weight=0x3c0 data_src=0x1068100842\n",
	 0},
	{"blanks squeezed by hand",
	 "x 77 12.000345: 5 e: ffff888800001000 1068100842 |OP LOAD|LVL L3 hit|SNP None|TLB "
	 "N/A|LCK "
	 "No|BLK N/A 47 60 0 ffffffff81000123 [unknown] (/lib/a)\n",
	 "sample event=e time=12000345000 pid=77 tid=77 ip=0xffffffff81000123 "
	 "addr=0xffff888800001000 period=0x5 weight=0x2f data_src=0x1068100842 weight2=60 "
	 "weight3=0\n",
	 0},
	{"the text of old perfs, which begins without a bar",
	 "  x 77 [000] 12.000345: 1 mem: ffff888800001000 " OLD
	 "              47 ffffffff81000123 do_it ([k])\n",
	 "sample event=mem time=12000345000 pid=77 tid=77 cpu=0 ip=0xffffffff81000123 "
	 "addr=0xffff888800001000 period=0x1 weight=0x2f data_src=0x68100142\n",
	 0},
	{"phys_addr and page size behind a name that looks like a number",
	 "  x 77 [000] 12.000345: 1 mem: ffff888800001000 " RAM
	 "              47 ffffffff81000123 add+0x2 ([kernel.kallsyms])       98765f000 2M\n",
	 "sample event=mem time=12000345000 pid=77 tid=77 cpu=0 ip=0xffffffff81000123 "
	 "addr=0xffff888800001000 phys=0x98765f000 period=0x1 weight=0x2f data_src=0x1068100842 "
	 "page=0x200000\n",
	 0},
	{"phys_addr where its digits are decimal, behind a symbol alone",
	 "  x 77 [000] 12.000345: mem:     7f00deadb000     55d0c0ffee10 dead       123456000\n",
	 "sample event=mem time=12000345000 pid=77 tid=77 cpu=0 ip=0x55d0c0ffee10 "
	 "addr=0x7f00deadb000 phys=0x123456000\n",
	 0},
	{"an address with a symbol and a file of its own",
	 " x 77 [000] 12.000345: page-faults:     7f00deadb000 buf+0x8 (/lib/my lib.so)     "
	 "55d0c0ffee10 main (/bin/x)\n",
	 "sample event=page-faults time=12000345000 pid=77 tid=77 cpu=0 ip=0x55d0c0ffee10 "
	 "addr=0x7f00deadb000\n",
	 0},
	{"the path of a cgroup",
	 " x 77 [000] 12.000345: e:     7f00deadb000              47 /user.slice/a.scope     "
	 "55d0c0ffee10 main (/bin/x)\n",
	 "sample event=e time=12000345000 pid=77 tid=77 cpu=0 ip=0x55d0c0ffee10 "
	 "addr=0x7f00deadb000 weight=0x2f\n",
	 0},
	{"a call chain behind its sample, a blank line, and no field at all",
	 "x 77 12.000345: 5 cycles: \n\t    7f00 main+0x1 (/bin/x)\n\tffffffff81 do_it ([k])\n\n"
	 "x 77 12.000346: 5 cycles: \n\n",
	 "sample event=cycles time=12000345000 pid=77 tid=77 period=0x5\n"
	 "sample event=cycles time=12000346000 pid=77 tid=77 period=0x5\n",
	 0},
	{"tracepoints: DAMON's among others",
	 "  kdamond.0  121 [001]  12.000345: damon:damon_aggregated: target_id=0 nr_regions=2 "
	 "4096-8192: 3 7\n"
	 "  bash  9 [001]  12.000346: sched:sched_switch: prev_comm=a prev_pid=1\n",
	 "region time=12000345000 kdamond=121 event=0 target=0 nr=2 start=4096 end=8192 "
	 "accesses=3 age=7 probes=\n",
	 0},
	{"perf's own records",
	 "  perf 9 [002] 12.000345: PERF_RECORD_LOST lost 117\n"
	 "  perf 0 [002] 12.000346: PERF_RECORD_COMM exec: cc:9/9\n"
	 "  perf 9 [002] 12.000347: PERF_RECORD_MMAP2 9/9: [0x5500(0x1000) @ 0 fd:01 1 2]: r-xp "
	 "/a\n"
	 "  x 77 [002] 12.000400: ev:     7f00deadb000\n",
	 "sample event=ev time=12000400000 pid=77 tid=77 cpu=2 addr=0x7f00deadb000\n"
	 "loss time=12000345000 cpu=2 what=1 117\n",
	 0},
	{"lines of others between, and the ends of lines of another system",
	 "   12.000345: ev:     7f00deadb000\r\nhello world\r\n   12.000346: ev:     "
	 "7f00deadb040\r\n"
	 "   12.000347: ev: what is this\r\n",
	 "sample event=ev time=12000345000 addr=0x7f00deadb000\n"
	 "sample event=ev time=12000346000 addr=0x7f00deadb040\n",
	 2},
};

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		text_check(&cases[i], KIND);
}

/* A walk that looks at few columns gives the same values of them. */
static void test_few_columns(void **state)
{
	static const char text[] = "  x 77/78 [001] 12.000345:  9 e: ffff888800001000 " RAM
				   "              47              60               2 "
				   "ffffffff81000123 do_it+0x3 ([k])\n"
				   "  x 77/78 [001] 12.000346:  9 e: 8888000010001000 " RAM
				   "              47              60               2 "
				   "ffffffff81000123 do_it+0x3 ([k])\n";
	struct dt_reader *reader = text_open(text, strlen(text));
	char *rows;

	(void)state;
	free(text_rows(reader, DT_COL_ALL));
	rows = text_rows(reader, DT_COL_TIME | DT_COL_ADDR);
	assert_string_equal(rows, "sample event=e time=12000345000 addr=0xffff888800001000\n"
				  "sample event=e time=12000346000 addr=0x8888000010001000\n");
	free(rows);
	rows = text_rows(reader, DT_COL_PID | DT_COL_WEIGHT);
	assert_string_equal(rows, "sample event=e pid=77 weight=0x2f\n"
				  "sample event=e pid=77 weight=0x2f\n");
	free(rows);
	assert_int_equal(reader->info.events[0].has, DT_COL_TIME | DT_COL_IP | DT_COL_PID |
							     DT_COL_TID | DT_COL_ADDR | DT_COL_CPU |
							     DT_COL_PERIOD | DT_COL_WEIGHT |
							     DT_COL_WEIGHTS | DT_COL_DATA_SRC);
	dt_reader_close(reader);
}

/* What stands in the heading of perf script --header, and the names of processes. */
static void test_heading(void **state)
{
	static const char text[] = "# ========\n# hostname : box\n# os release : 7.3.4\n"
				   "# arch : x86_64\n# nrcpus online : 12\n"
				   "# cpuid : AuthenticAMD,25,17,1\n# cmdline : perf record -d x \n"
				   "# event : name = e, , id = { 3 }\n# ========\n#\n"
				   " some name 77/78 [001] 12.000345:  e:     7f00deadb000\n"
				   " other 80 [001] 12.000346:  e:                0\n";
	struct dt_reader *reader = text_open(text, strlen(text));
	const struct dt_input_info *info = &reader->info;

	(void)state;
	free(text_rows(reader, DT_COL_ALL));
	assert_string_equal(info->host, "box");
	assert_string_equal(info->kernel, "7.3.4");
	assert_string_equal(info->arch, "x86_64");
	assert_string_equal(info->cpuid, "AuthenticAMD,25,17,1");
	assert_string_equal(info->command, "perf record -d x");
	assert_string_equal(info->version, "microseconds");
	assert_int_equal(info->cpus, 12);
	assert_string_equal(dt_reader_comm(reader, 77), "some name");
	assert_string_equal(dt_reader_comm(reader, 80), "other");
	assert_null(dt_reader_comm(reader, 78));
	assert_int_equal(info->start_ns, 12000345000);
	assert_int_equal(info->end_ns, 12000346000);
	assert_int_equal(info->samples_total, 2);
	assert_int_equal(info->samples_with_address, 1);
	assert_int_equal(info->samples_address_zero, 1);
	dt_reader_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_few_columns),
		cmocka_unit_test(test_heading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
