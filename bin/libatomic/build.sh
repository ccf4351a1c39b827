#!/bin/sh
# Builds both libraries anew, on Debian: apt-get install gcc gcc-aarch64-linux-gnu
set -eu
cd "$(dirname "$0")"

build() { # build <folder> <compiler> [<option>...]
  mkdir -p "$1"
  out=$1/libatomic.so.1
  compiler=$2
  shift 2
  "$compiler" -std=c11 -O2 -Wall -Wextra -Werror -ffreestanding -fPIC -fno-ident -fno-asynchronous-unwind-tables "$@" \
    -shared -nostdlib -Wl,-soname,libatomic.so.1,--version-script=exports.map,--build-id=none,--hash-style=gnu,--strip-all \
    -Wl,-z,noseparate-code,-z,norelro,-z,noexecstack -o "$out" compare-exchange.c
  chmod 644 "$out"
}
build linux-x64 x86_64-linux-gnu-gcc
# Instructions that every 64-bit ARM has, without asking libgcc which newer ones there are.
build linux-arm64 aarch64-linux-gnu-gcc -march=armv8-a -mno-outline-atomics
