#!/bin/sh
# Functions of PHP in stacks, read by BPF at each sample: named, in their places, with the shares of
# CPU time that the program itself has measured, and none called by one that does not call it.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/interpreted.sh"

command -v php >/dev/null || {
	echo '1..0 # SKIP there is no php'
	exit 0
}
needs_bpf

cat >part.php <<'P'
<?php
work_b(0.01);
P
cat >app.php <<'P'
<?php
$used = [];

function now()
{
	$u = getrusage();
	return $u['ru_utime.tv_sec'] + $u['ru_stime.tv_sec'] + 1e-6 * ($u['ru_utime.tv_usec'] + $u['ru_stime.tv_usec']);
}

function burn($seconds)
{
	$stop = now() + $seconds;
	$x = 1;
	while (now() < $stop)
		for ($i = 0; $i < 1000; $i++)
			$x = ($x * 31 + $i) & 0xffffffff;
}

function work($name, $seconds)
{
	global $used;
	$start = now();
	burn($seconds);
	$used[$name] = ($used[$name] ?? 0) + now() - $start;
}

function work_a($s) { work('work_a', $s); }
function work_b($s) { work('work_b', $s); }

function recurse($n, $s)
{
	$n == 0 ? work_a($s) : recurse($n - 1, $s);
}

class Worker
{
	function run($s)
	{
		array_map(function ($x) use ($s) { work_b($s); }, [1, 2]);
	}

	static function still($s) { work_a($s); }
}

function generate($s)
{
	for ($i = 0; $i < 2; $i++) {
		work_b($s);
		yield $i;
	}
}

function raising($s)
{
	try {
		throw new Exception();
	} catch (Exception $e) {
		work_a($s);
	}
}

function in_fiber($s) { work_a($s); Fiber::suspend(); work_a($s); }

function loop($seconds)
{
	global $used;
	$stop = hrtime(true) + 20e9;
	do {
		recurse(60, 0.02);
		(new Worker())->run(0.01);
		Worker::still(0.01);
		foreach (generate(0.01) as $x);
		$values = [2, 1];
		usort($values, function ($a, $b) { work_b(0.01); return $a <=> $b; });
		raising(0.01);
		include 'part.php';
		eval('work_b(0.01);');
		if (class_exists('Fiber')) {
			$f = new Fiber('in_fiber');
			$f->start(0.01);
			$f->resume();
		}
	} while (array_sum($used) < $seconds && hrtime(true) < $stop);
}

loop(0.8);
foreach ($used as $name => $seconds)
	echo "$name $seconds\n";
P
prof-record -v -F 999 -o app.pb.gz -- php app.php >truth 2>report </dev/null
was_read report
prof-merge -t folded app.pb.gz >all.folded

names='main|loop|burn|now|work|work_a|work_b|recurse|Worker::run|Worker::still|generate|raising|in_fiber|eval'
names="$names|include part.php|(Worker::)?[{]closure.*|array_map|usort|getrusage|Fiber::start|Fiber::resume"
only_known "$names" all.folded >phps
has() {
	grep -q -- "$1;" phps
	ok $? "$2" "$(sed 's/ [0-9]*$//' phps | sort -u | head -40)"
}
has ';main;loop;Worker::run;array_map;Worker::{closure[^;]*;work_b;work;burn' 'a closure that a function in C calls'
has ';main;loop;Worker::still;work_a;work;burn' 'a static method'
has ';main;loop;usort;{closure[^;]*;work_b;work;burn' 'a comparison'
has ';main;loop;generate;work_b;work;burn' 'a generator'
has ';main;loop;raising;work_a;work;burn' 'after an exception'
has ';main;loop;include part.php;work_b;work;burn' 'an included file'
has ';main;loop;eval;work_b;work;burn' 'code that is evaluated'
has ';burn;now;getrusage' 'a function in C'
if php -r 'exit(class_exists("Fiber") ? 0 : 1);'; then
	has ';main;loop;Fiber::start;in_fiber;work_a;work;burn' 'a fiber, with its callers'
	has ';main;loop;Fiber::resume;in_fiber;work_a;work;burn' 'that continues'
	! grep -q '\[truncated\].*in_fiber' all.folded
	ok $? 'whose stack is whole' "$(grep -m1 '\[truncated\].*in_fiber' all.folded)"
fi
awk '/;recurse;.*work_a/ { n = gsub(/recurse;/, ""); seen++; if (n != 61) bad++ } END { exit bad > 0 || !seen }' phps
ok $? 'a recursion has each of its calls' "$(grep recurse phps | sort -u | head -3)"
awk -F ';' '{
	for (i = 2; i < NF; i++) {
		if ($i == "burn" && $(i - 1) != "work" ||
		    $i == "work" && $(i - 1) !~ /^work_[ab]$/ ||
		    $i == "recurse" && $(i - 1) !~ /^(recurse|loop)$/ ||
		    $i ~ /closure/ && $(i - 1) !~ /^(array_map|usort)$/ ||
		    $i == "in_fiber" && $(i - 1) !~ /^Fiber::/ ||
		    $i == "work_a" && $(i - 1) !~ /^(recurse|Worker::still|raising|in_fiber)$/)
			print $(i - 1), "calls", $i
	} }' phps >impossible
is "$(cat impossible)" '' 'no function calls one that it does not'
nearly_whole PHP report 'nearly all samples have all functions'
shares_hold truth phps
lines_within app.php 10 17 burn app.pb.gz

# The native stack of a fiber and its functions change one after the other.
cat >fibers.php <<'P'
<?php
function in_fiber() { while (true) Fiber::suspend(); }
function resume($stop)
{
	$f = new Fiber('in_fiber');
	for ($f->start(); microtime(true) < $stop;)
		for ($i = 0; $i < 100; $i++)
			$f->resume();
}
resume(microtime(true) + 1);
P
if php -r 'exit(class_exists("Fiber") ? 0 : 1);'; then
	prof-record -v -F 4999 -t folded -o fibers.folded -- php fibers.php 2>report </dev/null
	only_known 'main|resume|in_fiber|Fiber::[a-z]*|_start' fibers.folded |
		sed 's/ [0-9]*$//' | sort -u >fibers
	grep -q '^;main;resume;Fiber::resume;in_fiber;' fibers
	ok $? 'fibers that change all the time' "$(cat fibers report)"
	is "$(grep in_fiber fibers | grep -v '^;main;resume;Fiber::[rs][a-z]*;in_fiber;')" '' \
		'have their callers, and not the stack of the process'
	grep -q 'of a change of fibers' report
	ok $? 'between two, none has functions: counted' "$(cat report)"
fi

# Compiled code runs in the evaluator's frame.
for jit in tracing function; do
	options="-d opcache.enable_cli=1 -d opcache.jit_buffer_size=16M -d opcache.jit=$jit"
	# shellcheck disable=SC2086
	if ! php $options -r 'exit(opcache_get_status()["jit"]["on"] ? 0 : 1);' >/dev/null 2>&1; then
		skip 'this php has no JIT compiler' "opcache.jit=$jit"
		continue
	fi
	# shellcheck disable=SC2086
	prof-record -v -F 999 -t folded -o jit.folded -- php $options app.php >truth 2>report </dev/null
	nearly_whole PHP report "opcache.jit=$jit, too"
	only_known "$names" jit.folded >phps
	has ';main;loop;Worker::run;array_map;Worker::{closure[^;]*;work_b;work;burn' 'in their places'
	! grep -q 'burn;\[perf' jit.folded
	ok $? 'compiled code is the function that it is of' "$(grep -m1 'burn;\[perf' jit.folded)"
done

# A process that forks workers from compiled and shared code, as php-fpm does
if php -r 'exit(function_exists("pcntl_fork") ? 0 : 1);'; then
	cat >worker.php <<'P'
<?php
function work($seconds)
{
	for ($stop = hrtime(true) + $seconds * 1e9; hrtime(true) < $stop;)
		for ($i = 0, $x = 1; $i < 1000; $i++)
			$x = ($x * 31 + $i) & 0xffffffff;
}
work(0.05);
if (pcntl_fork() == 0) {
	work(1);
	exit(0);
}
pcntl_wait($status);
P
	prof-record -v -F 499 -t folded -o worker.folded -- php -d opcache.enable_cli=1 worker.php 2>report </dev/null
	nearly_whole PHP report 'a worker that shares its code'
fi

# A version that is not known, by the text that says which it is
exe=$(php -r 'echo PHP_BINARY;')
version=$(php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')
sed "s/X-Powered-By: PHP\/$version/X-Powered-By: PHP\/9.9/" "$exe" >php9
chmod +x php9
prof-record -F 499 -t folded -o new.folded -- ./php9 -r 'for ($i = 0; $i < 3e6; $i++);' 2>err </dev/null
says 'PHP 9\.9.*its version is not known' 'an unknown version is left out, and said'
! grep -q ';main' new.folded && grep -q execute_ex new.folded
ok $? 'its evaluator stays' "$(head -3 new.folded)"

finish
