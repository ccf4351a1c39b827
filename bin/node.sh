#!/bin/sh
# Runs a program with the Node that `npm ci` brought: `sh bin/node.sh src/app/main.ts`.
#
# A shell script, since npm's scripts find node_modules/.bin/node first, which does not start where libatomic is missing,
# and after it the system's Node, which may be too old for everything else: docs/decisions/0004-node-26-from-npm.md.
set -u
OLDEST=24

bin=$(dirname "$(readlink -f "$0")")
case $(uname -s)-$(uname -m) in
  Linux-x86_64) platform=linux-x64 ;;
  Linux-aarch64) platform=linux-arm64 ;;
  *) platform=none ;;
esac
brought=$bin/../node_modules/node-$platform/bin/node
libatomic=$bin/libatomic/$platform

# run <node> <argument>...: programs that it starts by name get the same Node.
run() {
  PATH=$(dirname "$1"):$PATH
  export PATH
  exec "$@"
}

# The first Node in the PATH that is new enough, if any.
system_node() (
  set -f
  IFS=:
  for folder in $PATH; do
    [ -x "$folder/node" ] || continue
    major=$("$folder/node" -p 'parseInt(process.versions.node)' 2>/dev/null) || continue
    [ "$major" -ge "$OLDEST" ] && echo "$folder/node" && return
  done
)

why=
if [ -e "$brought" ]; then
  brought=$(readlink -f "$brought")
  if why=$("$brought" -v 2>&1); then
    run "$brought" "$@"
  elif with=$libatomic${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} && LD_LIBRARY_PATH=$with "$brought" -v >/dev/null 2>&1; then
    export LD_LIBRARY_PATH="$with"
    run "$brought" "$@"
  fi
  echo "The Node that npm ci brought does not start here: $why" >&2
fi
node=$(system_node)
if [ -n "$node" ]; then
  [ -z "$why" ] || echo "Going on with $node, which is $("$node" -v)." >&2
  run "$node" "$@"
fi
echo "Rialto needs Node $OLDEST or newer, and there is none in the PATH. On Linux (x64, arm64; glibc), \"npm ci\" brings one along; elsewhere, install it from nodejs.org." >&2
exit 1
