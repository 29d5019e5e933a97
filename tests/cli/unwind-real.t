#!/bin/sh
# Stacks of real interpreters and of JIT code are whole, and those of elfutils: a short
# run of each that there is. (tests/validate/unwind.sh measures more, for longer.)
. "$(dirname "$0")/../lib.sh"
unwind=$BUILD/tests/validate/unwind
if [ ! -x "$unwind" ]; then
	echo '1..0 # SKIP there is no build/tests/validate/unwind to compare with: make check builds it'
	exit
fi
if ! "$unwind" true true >out 2>err; then
	echo "1..0 # SKIP $(head -1 err)"
	exit
fi

# enough WHOLE: at least WHOLE percent are whole, and 99 percent equal
enough() {
	grep -E '^\| ' out | awk -F'|' -v whole="$1" '
		{ n = $3 + 0; equal = $5 + 0; complete = $11 + 0 }
		END { exit !(n > 50 && equal >= 99 && complete >= whole) }'
}

# check NAME WHOLE COMMAND...: enough, in one of three runs. They are short, and the first
# samples, of the command being started, may be half of something else; what is wrong is
# wrong in each of them.
check() {
	name=$1
	whole=$2
	shift 2
	if ! "$@" >out 2>err </dev/null; then
		skip "$1 is not there or does not run" "$name"
		return
	fi
	for _ in 1 2 3; do
		"$unwind" -v 3 "$name" "$@" >out 2>err
		enough "$whole" && break
	done
	enough "$whole"
	ok $? "$name" "$(cat out err)"
}

cat >walk.py <<'end'
def count(n):
    return n and count(n - 1) + sum(sorted(range(n), key=lambda k: -k))
for _ in range(1500):
    count(40)
end
cat >walk.js <<'end'
function count(n) { return n ? count(n - 1) + [...Array(n).keys()].sort((a, b) => b - a)[0] : 0; }
let total = 0;
for (let i = 0; i < 3000; i++)
	total += count(60) + JSON.parse(JSON.stringify([...Array(100).keys()])).length;
end
cat >Walk.java <<'end'
public class Walk {
	static int count(int n) { return n == 0 ? 0 : 1 + count(n - 1) + new int[n % 7].length; }
	public static void main(String[] args) {
		long total = 0;
		for (int i = 0; i < 300000; i++) total += count(60);
		System.out.println(total);
	}
}
end
# The interpreters themselves, not scripts that choose one.
is_new='import sys; print(sys.executable); sys.exit(sys.version_info < (3, 12))'
python=$(python3 -c "$is_new" 2>err)
for p in "$python" "$HOME"/.pyenv/versions/3.*/bin/python3; do
	new_python=$("$p" -c "$is_new" 2>err) && break
	new_python=
done
check 'CPython' 99 "$python" walk.py
if [ "$new_python" ]; then
	check 'CPython with trampolines' 99 "$new_python" -X perf walk.py
else
	skip 'there is no CPython 3.12 or later' 'CPython with trampolines'
fi
check 'node' 97 node walk.js
check 'a JVM with frame pointers' 97 java -XX:+PreserveFramePointer Walk.java
finish
