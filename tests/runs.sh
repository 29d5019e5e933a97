# Sourced after lib.sh: runs of a made-up program, for comparisons.

# record DIRECTORY SIDE NUMBER SEED [FUNCTION FACTOR [FACT=VALUE...]]: one run. Functions
# take the times below, but for one of them, which takes FACTOR times as much; runs
# differ by about 1%, samples scatter as Poisson's law has it.
record() {
	mkdir -p "$1"
	where=$1/$3.pb.gz
	side=$2
	number=$3
	seed=$4
	function=${5-none}
	factor=${6-1}
	shift $(($# < 6 ? $# : 6))
	awk -v seed="$seed" -v name="$function" -v factor="$factor" -v total=20000 '
	function normal() { return sqrt(-2 * log(1 - rand())) * cos(6.283185307179586 * rand()) }
	BEGIN { srand(seed) }
	{
		n = split($1, frame, ";")
		mean = total * $2 * (1 + normal() / 100)
		split(frame[n], leaf, "@")
		if (leaf[1] == name)
			mean *= factor
		cpu += mean
		count = int(mean + sqrt(mean) * normal() + 0.5)
		if (count > 0)
			print $1, count
	}
	END { printf "cpu_time_ns=%.0f\n", cpu * 1000000 >"cpu" }' >folded <<END
main@main.c:10;serve@serve.c:20;parse@parse.c:30 0.15
main@main.c:10;serve@serve.c:20;parse@parse.c:30;hash@hash.c:40 0.08
main@main.c:10;serve@serve.c:20;parse@parse.c:30;lex@parse.c:50 0.20
main@main.c:10;serve@serve.c:20;reply@serve.c:60 0.30
main@main.c:10;serve@serve.c:20;reply@serve.c:60;hash@hash.c:40 0.02
main@main.c:10;collect@gc.c:70 0.12
main@main.c:10;log@log.c:80 0.08
main@main.c:10;log@log.c:80;format@log.c:90 0.05
END
	make_run "$(cat cpu)" host=h1 cpu_model=m1 kernel=k1 run=1 "round=$number" "side=$side" \
		"time=$((1000 + number * 20 + (number % 2 == 0) * (2 - side) * 10 +
			(number % 2) * (side - 1) * 10))" "$@" <folded >"$where"
}

# record_both K [FUNCTION FACTOR]: K rounds in ./base and ./new
record_both() {
	i=0
	while [ $i -lt "$1" ]; do
		record base 1 $i $((100 + i))
		record new 2 $i $((500 + i)) "${2-none}" "${3-1}"
		i=$((i + 1))
	done
}
