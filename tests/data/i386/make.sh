#!/bin/sh
# Builds chain, with unwind tables, and bare, without. Run it in this directory.
set -e
build() {
	gcc -m32 -nostdlib -static -fno-pic -no-pie -O2 -fomit-frame-pointer -fno-stack-protector \
		-fcf-protection=none -Wl,--build-id=none -Wl,--eh-frame-hdr "$@" chain.c
}
build -o chain
build -fno-asynchronous-unwind-tables -o bare
