#!/bin/bash
# For Harbor; Assay runs the same tests by the runner that task.toml names. Runs the module's own tests and the hidden
# ones on a copy of the candidate's workspace. All come from /tests/overlay, so that edits to them count for nothing. The reward is 1 only if every expected test ran and passed.
set -u
EXPECTED_TESTS=110
LOGS=/logs/verifier
WORK=/tmp/verify

mkdir -p "$LOGS"
echo 0 > "$LOGS/reward.txt"
rm -rf "$WORK" "$LOGS/junit.xml"
reward=0

if mkdir -p "$WORK" && cp -R /app/. "$WORK" && rm -rf "$WORK/test" &&
  cp -R /tests/overlay/test "$WORK/test" && cd "$WORK"; then
  timeout -k 2 40 node --test \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=junit --test-reporter-destination="$LOGS/junit.xml" \
    test/format.test.ts test/parse.test.ts test/hidden.test.ts
  status=$?
  ran=$(grep -c '<testcase ' "$LOGS/junit.xml")
  echo "ran $ran of $EXPECTED_TESTS tests, exit code $status"
  if [ "$status" -eq 0 ] && [ "$ran" -eq "$EXPECTED_TESTS" ]; then reward=1; fi
fi

cd / && rm -rf "$WORK"
echo "$reward" > "$LOGS/reward.txt"
