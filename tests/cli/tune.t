#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tune --replay: models fitted to recordings of Linux 7.3, laws on them, and what is said of both.
# Bounds of the fits: the recorded cycle is 37.3 s long and decays by 0.40 a period.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

CONSIST=$FIXTURES/consist-oscillation-7.3.dat
TEMPORAL=$FIXTURES/temporal-steps-7.3.dat

# ---- wrong use
check "help" "tune --help" 0 "out:--replay" "out:hill-climb" "out:two-peaked" "out:[Ee]xample" \
	"!err:." "!out:^.{81}"
check "the commands name it" "--help" 0 "out:^  tune "
check "nothing to tune" "tune" 2 "err:hint" "!out:."
check "no such plant" "tune --replay nope" 1 "err:neither a recording nor a model"
check "no such law" "tune --replay temporal --law golde" 2 "err:did you mean golden"
check "no law at all" "tune --replay temporal --law ," 2 "err:names no law"
check "no such curve" "tune --replay temporal --objective round" 2 "err:no curve"
check "a search without an objective" "tune --replay temporal --law golden" 2 "err:objective"
check "a schedule is missing" "tune --replay temporal --law step" 2 "err:--schedule"
check "a set point is missing" "tune --replay temporal --law pi --objective quadratic" 2 \
	"err:--set-point"
check "bounds the wrong way round" "tune --replay temporal --min 60% --max 50%" 2 "err:--min"
check "0 divides by zero in the kernel" "tune --replay temporal --min 0" 2 "err:1 to 9999"
check "100 % does in the other scheme" "tune --replay temporal --max 100%" 2 "err:1 to 9999"
check "times must ascend" "tune --replay temporal --schedule 60%@9,50%@9" 2 "err:ascend"
check "a step outside of the bounds" \
	"tune --replay temporal --law step --max 70% --schedule 80%@0" 2 "err:8000"
check "a recording without goals" "tune --replay $FIXTURES/vaddr-phases-7.3.dat" 1 \
	"err:no goal events" "err:hint"

# ---- fits
# shellcheck disable=SC2016 # words of Python
check_json "CONSIST: the cycle and its decay come back" "tune --json --replay $CONSIST --law step" 0 '
	j["plant"]["tuner"] == "consist" and j["plant"]["evaluations"] == 189
	and abs(j["plant"]["recorded_period_s"] - 37.28) < 0.05
	and abs(j["plant"]["model_period_s"] / 37.28 - 1) < 0.1
	and abs(j["plant"]["model_decay"] - 0.40) < 0.2
	and j["plant"]["rms_bp"] < 800 and j["plant"]["rms_bp"] < j["plant"]["spread_bp"] / 3
	and 140e6 < j["plant"]["hot_bytes"] < 200e6'
check_json "TEMPORAL: the three steps are reached" "tune --json --replay $TEMPORAL --law step" 0 '
	j["plant"]["tuner"] == "temporal" and j["plant"]["quota_bytes"] == 8388608
	and j["plant"]["rms_bp"] < 500 and j["plant"]["rms_bp"] < j["plant"]["spread_bp"] / 4
	and [(s["target_bp"], s["verdict"]) for s in j["replay"]["steps"]]
	== [(6000, "REACHED"), (8000, "REACHED"), (3000, "REACHED")]
	and j["replay"]["laws"][0]["writes"] == 2 and j["replay"]["laws"][0]["miss_bp"] < 1000'
check_json "a recording of record, with its configuration" \
	"tune --json --replay $FIXTURES/pull-push-temporal-lab --law step" 0 '
	j["plant"]["tuner"] == "temporal" and j["plant"]["rms_bp"] < j["plant"]["spread_bp"] / 3
	and [s["target_bp"] for s in j["replay"]["steps"]] == [6000, 8000, 3000]'

# The built-in models are these fits, rounded.
for pair in "consist $CONSIST" "temporal $TEMPORAL"; do
	read -r model recording <<<"$pair"
	"$DAMON_TRACE" tune --json --replay "$model" >"$TMP/model.json"
	"$DAMON_TRACE" tune --json --replay "$recording" >"$TMP/fit.json"
	# shellcheck disable=SC2016 # words of Python
	same "$model is what the recording gives" True "$(python3 -c '
import json, sys
a, b = (json.load(open(f))["plant"] for f in sys.argv[1:])
keys = ["period_s", "rate_bytes_s", "hot_bytes", "folio_bytes", "lag_s", "noise_bp"]
print(a["tuner"] == b["tuner"] and all(abs(a[k] / b[k] - 1) < 0.02 for k in keys))
' "$TMP/model.json" "$TMP/fit.json")"
done

# ---- laws
# shellcheck disable=SC2016 # words of Python
check_json "a quiet optimum within 15 writes" "tune --json --replay temporal \
	--law golden,hill-climb,extremum --objective quadratic --budget 15" 0 '
	[l["law"] for l in j["replay"]["laws"]] == ["golden", "hill-climb", "extremum"]
	and max(l["share_of_optimum"] for l in j["replay"]["laws"]) >= 0.98
	and all(l["writes"] <= 15 and l["near_writes"] <= l["writes"] for l in j["replay"]["laws"])'
check_json "bounds hold" "tune --json --replay temporal --law golden,hill-climb,extremum \
	--objective noisy --budget 15 --min 30% --max 55%" 0 '
	all(3000 <= l["lowest_bp"] and l["highest_bp"] <= 5500 for l in j["replay"]["laws"])'
check_json "a schedule" "tune --json --replay temporal --law step,hold \
	--schedule 60%@0,80%@120s,30%@240s" 0 '
	[s["target_bp"] for s in j["replay"]["steps"]] == [6000, 8000, 3000, 6000]
	and [s["verdict"] for s in j["replay"]["steps"]] == ["REACHED"] * 4
	and j["replay"]["objective"] == "none" and j["replay"]["laws"][0]["time_s"] == 360'
check "words and a chart" "tune --ascii --replay temporal --law golden,extremum \
	--objective plateau --budget 9" 0 "out:was first within 2 %" "out:^  golden +[0-9]" \
	"out:REACHED" "!out:^.{81}" "!err:."
check "CSV" "tune --csv --replay server --law hold --deadline 60s" 0 "out:^law,end,time_s," "out:^hold,"

seeds=$(for seed in 1 1 2; do
	"$DAMON_TRACE" tune --json --replay temporal --law golden --objective noisy --seed $seed |
		cksum
done | uniq | wc -l)
same "one seed, one outcome; another seed, another one" 2 "$seeds"

if command -v gnuplot >/dev/null; then
	check "a picture" "tune --replay temporal --law step --schedule 60%@0 --plot $TMP/laws.svg" 0 \
		"!out:." "!err:."
	same "of value and target" 2 \
		"$(grep -o -E '>(value|target)<' "$TMP/laws.svg" | sort -u | wc -l)"
else
	skip "a picture" "gnuplot is not installed"
fi

done_testing
