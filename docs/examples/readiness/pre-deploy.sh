#!/bin/sh
# Runs the checklist before a deployment and stops it unless the decision is go.
#
#   APP_URL=https://staging.example ELSEWHERE_URL=https://monitoring.example ./pre-deploy.sh release.md
#
# Exit codes: 0 go; 2 go once somebody has approved or planned what is open; 1 no-go; 3 nothing could be decided, which is no go either.
# RIALTO names the command line, REPORTS the folder for the reports.
set -eu

checklist=${1:-release.md}
rialto=${RIALTO:-rialto}
reports=${REPORTS:-reports}
mkdir -p "$reports"

decision=0
$rialto readiness run "$checklist" || decision=$?

# Reports are wanted most when the answer is no; one that cannot be written changes no decision.
$rialto readiness report "$checklist" \
  --output "$reports/readiness.xml" "$reports/readiness.html" "$reports/readiness.pdf" "$reports/readiness.json" ||
  echo "The reports could not be written." >&2

case $decision in
  0) echo "Go: deploying." ;;
  2) echo "Held: what is open needs an approval or a plan (rialto readiness approve, plan)." >&2 ;;
  1) echo "No-go: see $reports/readiness.html" >&2 ;;
  *) echo "Nothing could be decided, so nothing is deployed." >&2; decision=3 ;;
esac
exit "$decision"
