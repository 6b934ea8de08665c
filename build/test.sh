#!/usr/bin/env bash
# Runs all checks and says how long each took. The stages that mostly use one core run beside the one with the race detector; the
# end-to-end tests, which wait for real servers, have the machine to themselves. What they need is fetched and compiled in the background
# meanwhile: on a machine that has nothing yet, the Mattermost server takes about five minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .cache

prepared=.cache/e2e-ready.log
nice make --no-print-directory chromium e2e-ready >"$prepared" 2>&1 &
preparing=$!
raced=.cache/race.log
trap 'kill "$preparing" "${racing:-$preparing}" 2>/dev/null || true' EXIT

# explain shows the ends of the logs that the failed end-to-end tests left.
explain() {
	find e2e/artifacts -name '*.log' -size +0 2>/dev/null | sort | while read -r log; do
		printf '\n--- end of %s\n' "$log"
		tail -n 25 "$log" | cut -c 1-400
	done
}

stage() {
	local started=$SECONDS
	printf '\n=== %s\n' "$1"
	if ! make --no-print-directory "$1"; then
		if [ "$1" = e2e ]; then explain; fi
		printf '\n=== %s failed after %d s\n' "$1" $((SECONDS - started))
		exit 1
	fi
	printf '=== %s passed in %d s\n' "$1" $((SECONDS - started))
}

stage race >"$raced" 2>&1 &
racing=$!
stage webapp
stage arch
stage exhaustive
stage check-style
wait "$racing" && passed=yes || passed=
cat "$raced"
[ -n "$passed" ]

printf '\n=== waiting for what the end-to-end tests need\n'
if ! wait "$preparing"; then
	tail -n 40 "$prepared"
	echo "=== preparing the end-to-end tests failed"
	exit 1
fi
stage e2e
printf '\n=== all passed in %d s\n' "$SECONDS"
