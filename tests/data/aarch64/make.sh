#!/bin/sh
# Build chain.c for aarch64 with signed return addresses, and run it in an emulator
# that signs them: writes the image `chain` and its samples beside this script.
set -eu
cd "$(dirname "$0")"
aarch64-linux-gnu-gcc -O2 -g0 -ffreestanding -nostdlib -static -fno-stack-protector -fno-ipa-ra \
	-fno-omit-frame-pointer -fasynchronous-unwind-tables -mbranch-protection=pac-ret \
	-Wl,--build-id=none -Wl,-z,max-page-size=4096 -Wl,--eh-frame-hdr -s -o chain chain.c
qemu-aarch64 -cpu max ./chain >chain.samples
