#!/bin/sh
# tests/validate/kernels.sh BUILD KERNEL...: boot kernels (vmlinuz) under qemu. In each, load the
# program that reads functions of interpreters, as each compiler makes it, and hold profiles of
# Python, Ruby and PHP against the truth. Prints the tables of PYTHON.md. Needs qemu-system-x86_64,
# cpio, a static busybox, python3 and what else is to be recorded: ruby, php.
set -u
LC_ALL=C
export LC_ALL
build=$(cd "$1" && pwd)
shift
here=$(cd "$(dirname "$0")" && pwd)
lib=$here/../../lib
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
root=$tmp/root

# add FILE...: into the root, with the libraries that it needs
add() {
	for file; do
		for f in "$file" $(ldd "$file" 2>/dev/null | grep -o '/[^ ]*'); do
			[ -e "$root$f" ] || { mkdir -p "$root$(dirname "$f")" && cp -L "$f" "$root$f"; }
		done
	done
}

# tree DIR: a folder of libraries, without what no program here imports
tree() {
	mkdir -p "$root$1"
	tar -C "$1" -c --exclude=test --exclude=site-packages --exclude=dist-packages --exclude='config-*' \
		--exclude=idlelib --exclude=ensurepip . | tar -C "$root$1" -x
	find "$1" -name '*.so' -not -path '*-packages/*' >"$tmp/libraries"
	while read -r f; do
		add "$f"
	done <"$tmp/libraries"
}

mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/tmp" "$root/validate"
cp "$(command -v busybox)" "$root/bin/busybox"
"$root/bin/busybox" --install -s "$root/bin"
find "$root/bin" -type l -exec ln -sf busybox {} \;
python=$(python3 -c 'import sys; print(sys.executable)')
add "$build/prof-record" "$build/tests/validate/kernel_load" "$python"
tree "$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
cp -r "$here/python" "$here/ruby" "$here/php" "$here"/*.py "$root/validate/"
ruby=
php=
if command -v ruby >"$tmp/which"; then
	ruby=$(readlink -f "$(cat "$tmp/which")")
	add "$ruby"
	for d in $(ruby -e 'puts [RbConfig::CONFIG["rubylibdir"], RbConfig::CONFIG["rubyarchdir"]].uniq'); do
		tree "$d"
	done
fi
if command -v php >"$tmp/which"; then
	php=$(readlink -f "$(cat "$tmp/which")")
	add "$php"
fi

set_object() { "$@" -g -I"$lib" -c "$lib/interp/bpf/interpreters.bpf.c" -o "$root/$(basename "$1").o" 2>"$tmp/err"; }
headers="-idirafter /usr/include -idirafter /usr/include/$(cc -print-multiarch 2>/dev/null)"
# shellcheck disable=SC2086 # options
set_object clang -target bpf -O2 $headers || echo "without clang"
# shellcheck disable=SC2086
set_object bpf-gcc -O1 -gbtf -fno-tree-loop-distribute-patterns $headers || echo "without bpf-gcc"

measure() { echo "$python /validate/$1/measure.py $build/prof-record --hz 499 --seconds 3 $2"; }
cat >"$root/init" <<END
#!/bin/sh
export PATH=$(dirname "$python"):/bin HOME=/
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
ln -s /proc/self/fd /dev/fd
mkdir /dev/shm
for o in /*.o; do
	echo "\$(uname -r), \${o#/}"
	$build/tests/validate/kernel_load "\$o"
done
$(measure python "$python")
${ruby:+$(measure ruby "$ruby")}
${php:+$(measure php "$php")}
poweroff -f
END
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$tmp/initrd"

for kernel; do
	timeout "${LIMIT:-3600}" qemu-system-x86_64 -cpu max -m 2048 -smp 1 -no-reboot -display none \
		-monitor none -net none -serial stdio -kernel "$kernel" -initrd "$tmp/initrd" \
		-append 'console=ttyS0 quiet panic=-1' </dev/null | tr -d '\r' | sed -n '/, .*\.o$/,$p'
done
