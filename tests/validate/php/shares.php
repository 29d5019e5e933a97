<?php
// Programs whose functions take known shares of CPU time; measure.py holds profiles against them.
//
//	shares.php PROGRAM SECONDS
//
// Each work function counts the CPU time of the process that it used, so the truth is of the same run.
// On standard output: a line "NAME SECONDS" for each.

$used = [];

function clock(): float
{
	$u = getrusage();
	return $u['ru_utime.tv_sec'] + $u['ru_stime.tv_sec'] + 1e-6 * ($u['ru_utime.tv_usec'] + $u['ru_stime.tv_usec']);
}

function burn(float $seconds): int
{
	$stop = clock() + $seconds;
	$x = 1;
	while (clock() < $stop)
		for ($i = 0; $i < 2000; $i++)
			$x = ($x * 31 + $i) & 0xffffffff;
	return $x;
}

function work(string $name, float $seconds): void
{
	global $used;
	$start = clock();
	burn($seconds);
	$used[$name] = ($used[$name] ?? 0) + clock() - $start;
}

function work_a(float $seconds): void
{
	work('work_a', $seconds);
}

function work_b(float $seconds): void
{
	work('work_b', $seconds);
}

function work_c(float $seconds): void
{
	work('work_c', $seconds);
}

function plain(): void
{
	work_a(0.006);
	work_b(0.003);
	work_c(0.001);
}

function recurse(int $n, Closure $f): void
{
	if ($n == 0)
		$f();
	else
		recurse($n - 1, $f);
}

function deep(): void
{
	recurse(60, function () { work_a(0.006); });
	recurse(400, function () { work_b(0.003); });
	recurse(5, fn() => work_c(0.001));
}

function callbacks(): void
{
	array_map(function ($x) { work_a(0.0006); return -$x; }, range(0, 9));
	preg_replace_callback('/[aeiou]/', function ($m) { work_b(0.0006); return strtoupper($m[0]); }, 'education');
	$values = [3, 1, 2, 5, 4];
	usort($values, function ($a, $b) { work_c(0.0001); return $a <=> $b; });
}

class Methods
{
	public function run(): void
	{
		work_a(0.006);
	}

	public static function still(): void
	{
		work_b(0.003);
	}

	public function __call($name, $arguments)
	{
		work_c(0.001);
	}
}

function methods(): void
{
	$m = new Methods();
	$m->run();
	Methods::still();
	$m->missing();
}

function generate()
{
	for ($i = 0; $i < 3; $i++) {
		work_a(0.002);
		yield $i;
	}
}

function delegate()
{
	yield from [1, 2];
	work_c(0.001);
}

function generators(): void
{
	foreach (generate() as $x)
		work_b(0.001);
	foreach (delegate() as $x);
}

function includes(): void
{
	static $folder = null;
	if ($folder === null) {
		$folder = sys_get_temp_dir() . '/shares' . getmypid();
		mkdir($folder);
		foreach (['a' => 0.006, 'b' => 0.003, 'c' => 0.001] as $name => $seconds)
			file_put_contents("$folder/part_$name.php", "<?php work_$name($seconds);");
		register_shutdown_function(function () use ($folder) {
			array_map('unlink', glob("$folder/*"));
			rmdir($folder);
		});
	}
	foreach (['a', 'b', 'c'] as $name)
		include "$folder/part_$name.php";
}

function raise_deep(int $n): void
{
	try {
		if ($n == 0) {
			work_a(0.006);
			throw new Exception();
		}
		raise_deep($n - 1);
	} finally {
		work_b(0.0003);
	}
}

function exceptions(): void
{
	try {
		raise_deep(10);
	} catch (Exception $e) {
		work_c(0.001);
	}
}

function fibers(): void
{
	$f = new Fiber(function () {
		for ($i = 0; $i < 3; $i++) {
			work_a(0.002);
			work_b(0.001);
			Fiber::suspend();
		}
	});
	$f->start();
	while (!$f->isTerminated())
		$f->resume();
	work_c(0.001);
}

// Functions that are made and dropped: later ones get their memory.
function churn(): void
{
	foreach (['a', 'a', 'a', 'a', 'a', 'a', 'b', 'b', 'b', 'c'] as $i => $name) {
		$f = eval(str_repeat("\n", $i) . "return function (\$s) { work_$name(\$s); };");
		$f(0.001);
		unset($f);
	}
}

function forks(): void
{
	global $used;
	for ($i = 0; $i < 2; $i++) {
		[$here, $there] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
		if (pcntl_fork() == 0) {
			$used = [];
			plain();
			fwrite($there, json_encode($used) . "\n");
			posix_kill(getmypid(), SIGKILL);
		}
		foreach (json_decode(fgets($here)) as $name => $seconds)
			$used[$name] = ($used[$name] ?? 0) + $seconds;
		pcntl_wait($status);
	}
}

$limit = microtime(true) + 60 * (float)$argv[2];
while (array_sum($used) < (float)$argv[2] && microtime(true) < $limit)
	$argv[1]();
foreach ($used as $name => $seconds)
	printf("%s %.6f\n", $name, $seconds);
