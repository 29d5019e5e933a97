<?php
// A fixed amount of work, 60 functions deep, after a line on standard input.
//
// It prints "took CPU TIME WAITED", in seconds: what it waited for a processor is Linux's count.

function waited(): float
{
	return explode(' ', file_get_contents('/proc/self/schedstat'))[1] / 1e9;
}

function cpu(): float
{
	$u = getrusage();
	return $u['ru_utime.tv_sec'] + $u['ru_stime.tv_sec'] + 1e-6 * ($u['ru_utime.tv_usec'] + $u['ru_stime.tv_usec']);
}

function leaf(int $n): int
{
	$x = 1;
	for ($i = 0; $i < $n; $i++)
		$x = ($x * 31 + $i) & 0xffffffff;
	return $x;
}

function recurse(int $depth, int $n): int
{
	return $depth > 0 ? recurse($depth - 1, $n) : leaf($n);
}

fgets(STDIN);
[$cpu, $wall, $wait] = [cpu(), hrtime(true), waited()];
for ($i = 0; $i < 20000; $i++)
	recurse(60, 20000);
printf("took %.6f %.6f %.6f\n", cpu() - $cpu, (hrtime(true) - $wall) / 1e9, waited() - $wait);
