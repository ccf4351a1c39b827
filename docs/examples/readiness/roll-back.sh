#!/bin/sh
# Puts the timetable before this one back. Replace the line below by what does it where you are.
set -eu
echo "would put the previous timetable back"
