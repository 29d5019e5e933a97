#!/bin/sh
# The Makefile: whose flags count, what is compiled anew, where files are installed, which
# version it is. All of it in copies of the sources.
. "$(dirname "$0")/../lib.sh"

# What "make check" was called with is not for the copies.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES SAN O WERROR RECORD V AR OPT PREFIX DESTDIR \
	CFLAGS CPPFLAGS LDFLAGS LDLIBS
make=$(command -v gmake || command -v make)

# copy DIR: the sources, as a tarball has them
copy() {
	mkdir -p "$1/tests"
	(cd "$top" && tar -cf - Makefile VERSION .ci cmd lib man completions systemd tests/*/rules.mk \
		tests/unit tests/fuzz tests/oracle) | tar -xf - -C "$1"
}
# has WORD... NAME: does ./out have the words, in this order?
has() {
	missing=$(awk '
		BEGIN { n = ARGC - 3; for (i = 1; i <= n; i++) word[i] = ARGV[i + 1]; ARGC = 2 }
		{ text = text $0 " " }
		END {
			for (i = 1; i <= n; i++) {
				at = index(text, word[i])
				if (!at)
					print word[i]
				text = substr(text, at + length(word[i]))
			}
		}' out "$@")
	shift $(($# - 1))
	[ -z "$missing" ]
	ok $? "$1" "missing: $missing
$(head -c 1500 out)"
}
copy one
copy two
cd one || exit 1
object=build/lib/base/str.o

# Flags
"$make" -n V=1 $object CPPFLAGS=-DUSERS CFLAGS=-O3 >out 2>&1
has -D_GNU_SOURCE -Ilib -DUSERS -std=gnu11 -O2 -fstack-protector-strong -O3 -c \
	"the user's flags come after ours, from the command line"
CPPFLAGS=-DUSERS CFLAGS=-O3 "$make" -n V=1 $object >out 2>&1
has -Ilib -DUSERS -std=gnu11 -O2 -O3 -c 'and from the environment'
"$make" -n V=1 build/prof-fold LDFLAGS=-Lusers LDLIBS=-lusers CC=users-cc AR=users-ar >out 2>&1
has users-cc 'users-ar rcs' users-cc -Lusers -o -lzstd -lusers 'CC, AR, LDFLAGS and LDLIBS as well'
CC=users-cc "$make" -n V=1 $object >out 2>&1
has users-cc 'CC from the environment'
"$make" -n PKG_CONFIG=false $object >out 2>&1
has 'libraries are missing' 'make deps' 'a missing library is named, and how to get it'
exits 0 'make help needs none' "$make" help PKG_CONFIG=false

# What is compiled anew
exits 0 'an object is compiled' "$make" $object
exits 0 'a second time' "$make" $object
is "$(grep -c CC out)" 0 'it is not'
exits 0 'with other flags' "$make" $object CFLAGS=-O1
is "$(grep -c CC out)" 1 'it is compiled anew'
exits 0 'with the first flags again' "$make" $object
is "$(grep -c CC out)" 1 'too'
exits 0 'in another folder' "$make" -C ../two $object
cmp $object ../two/$object
ok $? 'the object is the same, byte for byte'
"$make" -n SAN=address,undefined O=build-address-undefined replays >out 2>&1
has CC lib/format/ replay-read 'programs that replay damaged input are built'
! grep -vE 'lib/query/select/(selector|selector_print|select|stack_selector|regex)\.c' out | grep -qE 'CC +(lib/(view|compare|query)|cmd)/'
ok $? 'without what they do not need'
"$make" -n RECORD=no all >out 2>&1
has lib/profile/ prof-fold 'RECORD=no builds the other commands'
! grep -qE 'CC +lib/(record|perf|unwind)/|prof-record' out
ok $? 'and neither prof-record nor what only it needs'

# Installing: "all" is taken as built
mkdir -p build
for prog in cmd/prof-*.c; do
	: >"build/$(basename "$prog" .c)"
done
: >build/libprof-alloc.so
for how in 'bindir=/bin mandir=/man' PREFIX=/opt/prof 'bindir=/usr/bin'; do
	# Only below $tmp, even when DESTDIR should be forgotten.
	# shellcheck disable=SC2046
	set -- $(echo "$how" | sed "s|=/|=$tmp/real/|g")
	exits 0 "make install DESTDIR $how" "$make" -o all install DESTDIR="$tmp/a root" \
		PREFIX="$tmp/real" "$@"
	[ ! -e "$tmp/real" ]
	ok $? 'writes nothing elsewhere' "$(find "$tmp/real" 2>&1)"
	is "$(find "$tmp/a root" -type f | wc -l)" "$(($(echo cmd/prof-*.c | wc -w) * 3 + 2 + \
		$(echo man/*.[1-9] man/*.json systemd/* | wc -w)))" \
		'commands, pages, completions and units are there'
	exits 0 'make uninstall' "$make" uninstall DESTDIR="$tmp/a root" PREFIX="$tmp/real" "$@"
	is "$(find "$tmp/a root" -type f)" '' 'takes all of it back'
done
DESTDIR=$tmp/root bindir=$tmp/real/bin "$make" -o all install PREFIX="$tmp/real" >out 2>&1
[ ! -e "$tmp/real" ] && [ -f "$tmp/root$tmp/real/bin/prof-fold" ]
ok $? 'folders from the environment' "$(cat out)"

# The version
version() {
	"$make" build/version.h >out 2>&1
	sed 's/.*"\(.*\)".*/\1/' build/version.h
}
echo 4.5.6 >VERSION
is "$(version)" 4.5.6 'a tarball has the version that was written into it'
if command -v git >/dev/null; then
	cd "$tmp" || exit 1
	export GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=e GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=e
	{
		git init -q . && echo x >x && git add x && git commit -q -m x && git tag v9.9
	} >git.log 2>&1
	cd one || exit 1
	is "$(version)" 4.5.6 'also inside the repository of something else'
	{
		git init -q . && git add VERSION && git commit -q -m y && git tag v7.7
	} >git.log 2>&1
	is "$(version)" v7.7 'a repository has the version of its tag'
	# The tarball
	"$make" dist >out 2>&1
	mv prof-v7.7.tar.gz first.tar.gz && sleep 1.1 && touch VERSION && "$make" dist >out 2>&1
	cmp first.tar.gz prof-v7.7.tar.gz
	ok $? 'make dist: the same commit, the same bytes' "$(cat out)"
	is "$(gzip -dc prof-v7.7.tar.gz | tar -xOf - prof-v7.7/VERSION)" v7.7 'with its version inside'
else
	skip 'there is no git' 'versions'
fi

# Help, documents, packages
cd "$top" || exit 1
"$make" help >"$tmp/help" 2>&1
cat README.md CONTRIBUTING.md | tr '\n' ' ' | sed 's/    make/\n`make/g; s/  *#/`/g' |
	grep -o '`make [^`]*`' | sed 's/^`make //; s/`$//' | tr ' ' '\n' |
	grep -x '[a-z-][a-z-]*' | sort -u >"$tmp/documented"
while read -r target; do
	grep -q "^make $target " "$tmp/help"
	ok $? "make $target: documents name it, and so does make help"
done <"$tmp/documented"
mkdir "$tmp/few"
for tool in awk tr grep sort cat; do
	ln -s "$(command -v $tool)" "$tmp/few/$tool"
done
needs() { PATH=$tmp/few /bin/sh .ci/deps "$@"; }
needs build check >"$tmp/needs"
grep -qx libzstd-dev "$tmp/needs" && ! grep -qE 'chromium|aarch64|clang|shellcheck|zsh' "$tmp/needs"
ok $? 'make deps installs a compiler and libraries, and no browser' "$(cat "$tmp/needs")"
needs all >"$tmp/needs"
is "$(grep -cE '^(chromium|afl\+\+|libclang-rt-dev|mandoc|shellcheck|zsh|libzstd-dev)$' "$tmp/needs")" 7 \
	'make deps-dev installs what any target needs'
finish
