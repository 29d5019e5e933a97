# What a golden case gives; sourced by tests/cli/golden.t and tests/bless.

# golden FORMAT CASE [OPTION...]: fold CASE.in; leaves ./out, ./err and its status.
# Messages name the case, not where it lies.
golden() {
	golden_format=$1
	golden_case=$2
	shift 2
	ln -sf "$top/tests/golden/$golden_format/$golden_case.in" "$golden_case.in"
	prof-fold "$@" "$golden_case.in" >out 2>err </dev/null
}
