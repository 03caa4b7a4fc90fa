#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What hardware samples say, against perf's own output and against the truth of synthetic ones.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

tools=$TEST_BUILD/tests/tools
units=$TEST_BUILD/tests/unit

# same_lines NAME EXPECTED GOT: two files of at least ten lines are equal.
same_lines() {
	if [ "$(wc -l <"$2")" -lt 10 ]; then
		fail "$1" "$2 has $(wc -l <"$2") lines"
	elif difference=$(diff "$2" "$3" 2>&1); then
		pass "$1 ($(wc -l <"$2") samples)"
	else
		fail "$1" "$difference"
	fi
}

# as_perf NAME FIELDS FILE: perf script prints the same fields. Sorted by time, which is unique.
as_perf() {
	local fields="comm,pid,tid,cpu,time,event,addr,data_src,weight,ip" asked=$2

	case ,$asked, in *,period,*) fields+=,period ;; esac
	case ,$asked, in *,ins_lat,*) fields+=,ins_lat ;; esac
	case ,$asked, in *,phys,*) fields+=,phys_addr ;; esac
	case ,$asked, in *,page,*) fields+=,data_page_size ;; esac
	perf script --ns -F "$fields" -i "$3" 2>"$TMP/perf.err" |
		python3 tests/cli/perf_columns.py "$asked" 2>&1 | sort >"$TMP/perf"
	"$tools/gen_script" "$asked" "$3" 2>&1 | sort >"$TMP/ours"
	same_lines "$1" "$TMP/perf" "$TMP/ours"
}

# as_made NAME FIELDS "ARGUMENTS": the samples of a world are decoded as they were meant. Events come
# one after the other; the time, unique, is the first field.
as_made() {
	# shellcheck disable=SC2086 # arguments are words
	"$tools/gen_samples" $3 -n 5000 --list --truth "$TMP/truth" -o "$TMP/made.data"
	python3 tests/cli/samples_truth.py "$2" "$TMP/truth" 2>&1 | sort >"$TMP/expected"
	"$tools/gen_script" "$2" "$TMP/made.data" 2>&1 | sort >"$TMP/got"
	same_lines "$1" "$TMP/expected" "$TMP/got"
}

# ---- worlds with known truth
all=time,cpu,pid,tid,ip,addr,phys,period,weight,ins_lat,third,page
as_made "PEBS: columns" $all pebs
as_made "PEBS: what data_src says" time,tier,access,tlb pebs
for coding in "" --zen4; do
	as_made "IBS${coding:+, extended coding}: columns" $all "ibs-op $coding"
	as_made "IBS${coding:+, extended coding}: what the registers say" \
		time,ibs_tier,ibs_access,ibs_tlb,ibs_addr,ibs_phys "ibs-op $coding"
	as_made "IBS${coding:+, extended coding}: the kernel's data_src says the same tier" \
		time,tier,tlb "ibs-op $coding"
	as_made "IBS${coding:+, extended coding}: registers without data_src" \
		time,ibs_tier,ibs_access,ibs_tlb "ibs-op $coding --no-data-src"
done

# ---- a real recording, against what perf said of it; threads have names of their own there
golden=$SHARED/corpus/golden/quipper_weight_struct.script.txt
recorded=$SHARED/corpus/third-party/quipper/perf.data.weight_struct
fields=pid,tid,cpu,time,event,addr,data_src_cut,weight,ip
if [ -r "$golden" ]; then
	python3 tests/cli/perf_columns.py $fields <"$golden" 2>&1 | sort >"$TMP/golden"
	"$tools/gen_script" $fields "$recorded" | sort >"$TMP/got"
	same_lines "PEBS of a Skylake: every field is perf's" "$TMP/golden" "$TMP/got"
else
	skip "PEBS of a Skylake: every field is perf's" "$golden is absent"
fi

# ---- perf as the oracle
if have_peer perf; then
	tests/tools/data_src_words.py --full >"$TMP/words"
	"$tools/gen_samples" words -i "$TMP/words" -o "$TMP/words.data"
	perf script -i "$TMP/words.data" -F data_src 2>/dev/null |
		sed 's/^ *//; s/ *$//' | sort -u >"$TMP/words.perf"
	if DT_DATA_SRC_BY_PERF=$TMP/words.perf "$units/test_data_source_text" >"$TMP/out" 2>&1; then
		pass "data_src: perf's words for $(wc -l <"$TMP/words.perf") values"
	else
		fail "data_src: perf's words" "$(cat "$TMP/out")"
	fi
	tests/tools/ibs_by_perf "$TEST_BUILD" 100 1000 >"$TMP/ibs.perf"
	if DT_IBS_BY_PERF=$TMP/ibs.perf "$units/test_ibs_perf" >"$TMP/out" 2>&1; then
		pass "IBS: perf's reading of registers ($(grep '^[0-9]* operations' "$TMP/out"))"
	else
		fail "IBS: perf's reading of registers" "$(cat "$TMP/out")"
	fi
	fields=pid,tid,cpu,time,event,period,addr,data_src_cut,weight,ins_lat,ip,phys,page
	"$tools/gen_samples" pebs --lost 500 --throttle 700 -o "$TMP/pebs.data"
	as_perf "PEBS: every field is perf's" $fields "$TMP/pebs.data"
	"$tools/gen_samples" ibs-op -o "$TMP/ibs.data"
	as_perf "IBS: every field is perf's" $fields "$TMP/ibs.data"
	if [ -r "$recorded" ]; then
		as_perf "a real recording: every field is perf's" \
			pid,tid,cpu,time,event,addr,data_src_cut,weight,ins_lat,ip "$recorded"
	else
		skip "a real recording: every field is perf's" "$recorded is absent"
	fi
else
	skip_peer "data_src, IBS and samples as perf reads them" perf
fi

done_testing
