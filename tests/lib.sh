# Sourced by the tests in sh: TAP, and a scratch directory of their own.
# The programs are on PATH, $top is the project's root, $tmp the current directory.

set -u
LC_ALL=C
export LC_ALL
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
tmp=$(mktemp -d)
# A test that is cut short leaves no process and no file. $(jobs -p) would be empty in dash.
clean_up() {
	jobs -p >"$tmp/jobs"
	# shellcheck disable=SC2046 # a list of numbers
	kill $(cat "$tmp/jobs") 2>/dev/null
	cd / && rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 143' TERM
cd "$tmp" || exit 1
data=$top/tests/data
tap_n=0
tap_failed=0

# ok STATUS NAME [what went wrong]
ok() {
	tap_n=$((tap_n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_n - $2"
		return 0
	fi
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_n - $2"
	if [ $# -gt 2 ]; then
		printf '%s\n' "$3" | head -40 | sed 's/^/# /'
	fi
	return 1
}

# is GOT EXPECTED NAME
is() {
	[ "$1" = "$2" ]
	ok $? "$3" "got:
$1
expected:
$2"
}

# same FILE EXPECTED-FILE NAME
same() {
	difference=$(diff -a "$2" "$1" 2>&1)
	ok $? "$3" "$difference"
}

# exits STATUS NAME COMMAND...: stdout is left in ./out, stderr in ./err
exits() {
	want=$1
	name=$2
	shift 2
	"$@" >out 2>err </dev/null
	got=$?
	[ "$got" -eq "$want" ]
	ok $? "$name" "status $got, not $want; standard error: $(head -c 1000 err)"
}

# says PATTERN NAME: the last command's standard error matches (grep -E)
says() {
	grep -Eq -- "$1" err
	ok $? "$2" "no '$1' in: $(head -c 1000 err)"
}

# Can commands run on a terminal of their own? script(1) makes one, where there is a place for it.
has_terminal() { script -qec true /dev/null </dev/null >/dev/null 2>&1; }

# has_python NAME: can python3 run? Without it, NAME is skipped.
has_python() {
	command -v python3 >/dev/null && return
	skip 'there is no python3: make deps-dev' "$1"
	return 1
}

# children PID: the pids of its children
children() { awk -v p="$1" '$4 == p { print $1 }' /proc/[0-9]*/stat 2>/dev/null; }

# skip REASON NAME
skip() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $2 # SKIP $1"
}

# skip_rest REASON: what has not run yet is skipped, and the test ends.
skip_rest() {
	skip "$1" 'the rest'
	finish
}

# sanitized: were the programs built with sanitizers? They use several times the memory then.
sanitized() { ldd "$BUILD/prof-fold" | grep -q 'libasan\|libtsan'; }

# names_addresses: were the programs built with elfutils (not ELFUTILS=no)? Leaves why not in ./err.
names_addresses() { echo 'a 1' | prof-fold --symbolize >/dev/null 2>err; }

finish() {
	echo "1..$tap_n"
	[ "$tap_failed" -eq 0 ]
	exit
}
