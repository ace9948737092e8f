#!/bin/bash
# For Harbor; Assay runs the same tests by the runner that task.toml names. Runs the project's own tests and the hidden
# ones on a copy of the candidate's workspace. All come from /tests/overlay, so that edits to them count for nothing. The reward is 1 only if every expected test ran and passed.
set -u
EXPECTED_TESTS=60
LOGS=/logs/verifier
WORK=/tmp/verify

mkdir -p "$LOGS"
echo 0 > "$LOGS/reward.txt"
rm -rf "$WORK" "$LOGS/ctrf.json"
reward=0

if mkdir -p "$WORK" && cp -R /app/. "$WORK" && rm -rf "$WORK/tests" &&
  cp -R /tests/overlay/tests "$WORK/tests" && cd "$WORK"; then
  timeout -k 2 40 python3 -I -B -X utf8 /tests/run_tests.py "$WORK" "$LOGS/ctrf.json" "$EXPECTED_TESTS" \
    tests.test_reports tests.test_tables tests.test_hidden_reports tests.test_hidden_tables
  status=$?
  # A run that ends before its report is written proves nothing.
  if [ "$status" -eq 0 ] && [ -s "$LOGS/ctrf.json" ]; then reward=1; fi
fi

cd / && rm -rf "$WORK"
echo "$reward" > "$LOGS/reward.txt"
