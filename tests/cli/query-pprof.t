#!/bin/sh
# prof-query's reports are those of pprof, on real profiles and with all filters.
# Only blanks are normalised, with two exceptions: the lines that name the filters
# have our options' names; and pprof calls a frame of which nothing is known
# <unknown> and we [unknown], so that where there are such frames the order of equal
# rows, and sums over rows, are not compared.
. "$(dirname "$0")/../lib.sh"

corpus=$top/../shared/corpus
if [ -x "$BUILD/peers/bin/pprof" ]; then
	pprof=$BUILD/peers/bin/pprof
elif [ -x "$top/build/peers/bin/pprof" ]; then
	pprof=$top/build/peers/bin/pprof
elif command -v pprof >/dev/null; then
	pprof=pprof
elif pprof=$(go tool -n pprof 2>/dev/null) && "$pprof" -h 2>&1 | grep -q -- -top; then
	: # "go tool pprof" would look for it anew at each call
else
	echo '1..0 # SKIP there is no pprof to compare with: make bench-peers'
	exit
fi
if [ ! -d "$corpus/pprof" ]; then
	echo '1..0 # SKIP there are no profiles in ../shared/corpus/pprof'
	exit
fi
PPROF_TMPDIR=$tmp
export PPROF_TMPDIR

normal() {
	sed -e 's/[[:blank:]][[:blank:]]*/ /g; s/^ //; s/ $//; s/( /(/g' \
		-e '/^Active filters:$/d; /^[a-z_-]*=/d' "$1"
}

unordered() {
	sed -E 's/<unknown>/[unknown]/; s/^([^ ]+ [^ ]+%) [^ ]+%/\1/' "$1" | sort
}

# Their and our spelling of filters "show_from=RE", one a line, and the profile.
theirs() {
	[ $# -eq 0 ] || printf -- '-%s\n' "$@"
	printf '%s\n' "$profile"
}

ours() {
	theirs "$@" | sed 's/^-tagfocus=/--tag=/; s/^-tagignore=/--no-tag=/
		s/^-\(show\|prune\)_/--\1-/; s/^-\([a-z]\)/--\1/'
}

# agree "THEIR REPORT" "OUR REPORT" [FILTER...]: on $profile
agree() {
	their_report=$1
	our_report=$2
	shift 2
	# shellcheck disable=SC2086
	theirs "$@" | xargs -d '\n' $pprof -symbolize=none -nodefraction=0 -edgefraction=0 \
		$their_report >their_out 2>their_err
	their_status=$?
	# shellcheck disable=SC2086
	ours "$@" | xargs -d '\n' prof-query $our_report >our_out 2>our_err
	our_status=$?
	# Nothing to peek at is an error there.
	if grep -q 'no matches found' their_err && grep -q 'no such function' our_err; then
		their_status=0
		cp our_out their_out
	fi
	normal their_out >want
	normal our_out >have
	if grep -Fq '<unknown>' want; then
		unordered want >want.sorted
		unordered have >have.sorted
		mv want.sorted want
		mv have.sorted have
	fi
	difference=$(diff -a want have)
	[ "$their_status$our_status$difference" = 00 ]
	ok $? "$(basename "$profile" | cut -c 1-30): $our_report $*" \
		"status $their_status and $our_status; $(cat their_err our_err)
$difference"
}

# A pattern that matches a text, and no more than it.
quote() {
	sed 's/[][\.*^$+?(){}|]/\\&/g; s/^/^/; s/$/$/'
}

# Expressions from the profile's own names: a leaf, a function in the midst of
# stacks, a part of a name, a file.
choose() {
	leaf=$(prof-query --top=1 -t tsv "$profile" | sed 1d | cut -f 6 | quote)
	middle=$(prof-query --top=12 --cum -t tsv "$profile" | tail -n 1 | cut -f 6 | quote)
	part=$(printf '%s' "$leaf" | grep -oE '[A-Za-z]{3,}' | tail -n 1)
	file=$(prof-query --raw -t tsv "$profile" |
		awk -F '\t' '$1 == "function" && $3 == "file" { print $4 }' |
		sort | uniq -c | sort -rn | sed -n '2s/.*[\/ ]\([^\/ ]*\)$/\1/p' | quote |
		sed 's/^^//')
	label=$(prof-query --labels -t tsv "$profile" | sed -n 2p | cut -f 1,2 | tr '\t' '=')
}

# Lines of the source files that this machine has.
annotated() {
	grep -aE '^ *[^ ]+ +[^ ]+ +[0-9]+:.' "$1" | grep -avE '^ *\. +\. ' | tr -s ' \t' ' '
}

lists() {
	$pprof -symbolize=none -list . "$profile" >their_out 2>their_err
	prof-query --list . "$profile" >our_out 2>our_err
	annotated their_out >want
	annotated our_out >have
	same have want "$(basename "$profile"): $(wc -l <want) lines of --list"
	sed -n 's/^ROUTINE =* //p' their_out | sort >want
	sed -n 's/^ROUTINE =* //p' our_out | grep -a ' in ' | sort >have
	same have want "$(basename "$profile"): and its functions"
}

filters() {
	choose
	agree -top --top "focus=$middle"
	agree -top --top "ignore=$leaf"
	agree '-top -cum' '--top --cum' "hide=$part"
	agree -top --top "show=$part"
	agree '-top -cum' '--top --cum' "show_from=$middle"
	agree -top --top "prune_from=$middle"
	agree '-peek .' '--peek .' "focus=$part" "ignore=$middle"
	agree '-peek .' '--peek .' "hide=$leaf" "show_from=$middle"
	agree '-peek .' '--peek .' "prune_from=$part" "ignore=$leaf" "hide=$middle"
	if [ -n "$file" ]; then
		agree -top --top "focus=$file"
		agree '-peek .' '--peek .' "show=$file" "prune_from=$part"
	fi
	case $label in
	*[a-z]*=*[!0-9]*) agree -tags --labels "tagfocus=$label" "focus=$part" ;;
	*) agree -tags --labels "focus=$part" ;;
	esac
}

# Is it in a format that both read?
readable() {
	# shellcheck disable=SC2086
	if ! $pprof -raw "$profile" >/dev/null 2>&1; then
		skip 'pprof does not read it' "$(basename "$profile")"
		return 1
	fi
	if ! prof-query --types "$profile" >/dev/null 2>&1; then
		skip 'prof-query does not read it' "$(basename "$profile")"
		return 1
	fi
}

for profile in "$corpus"/pprof/* "$corpus"/jfr/*.pb.gz; do
	readable || continue
	agree -top --top
	agree '-top -cum' '--top --cum'
	case $profile in
	*/jfr/*) continue ;;
	esac
	agree '-peek .' '--peek .'
	agree -tags --labels
	agree '-top -sample_index=0' '--top --type 0'
	agree '-peek . -lines' '--peek . --granularity lines'
	filters
	# Seconds of pprof for each question, and nothing that the others do not have.
	case $profile in
	*/heap | */heap_go_*) continue ;;
	esac
	for what in filefunctions lines addresses; do
		agree "-top -$what" "--top --granularity $what"
	done
	# pprof has a row for each function's first line, where profiles have that.
	if [ -z "$($pprof -symbolize=none -nodefraction=0 -top -files "$profile" 2>/dev/null |
		sed '1,/flat%/d' | awk '{ print $6 }' | sort | uniq -d)" ]; then
		agree '-top -files' '--top --granularity files'
	fi
	agree '-top -noinlines' '--top --no-inlines'
	agree '-top -relative_percentages' '--top --relative-percentages' 'focus=[aeiou]l'
	[ "$(prof-query --types "$profile" | wc -l)" -eq 1 ] || agree '-top -mean' '--top --mean'
	case $(prof-query --types "$profile" | grep default) in
	*/nanoseconds*) agree '-peek . -unit ms' '--peek . --unit ms' ;;
	*/bytes*) agree '-peek . -unit mb' '--peek . --unit mb' ;;
	esac
	key=$(prof-query --labels -t tsv "$profile" | sed -n 2p | cut -f 1)
	if [ -n "$key" ]; then
		agree "-top -tagroot x,$key" "--top --tagroot x,$key"
		agree "-peek . -tagleaf $key" "--peek . --tagleaf $key"
	fi
	lists
done

# A differential: the net, and shares of the base.
profile=$tmp/diff.pb.gz
printf 'a;b;c 5 10\na;b 3 3\na;d 7 0\na;d;e;d 0 2\n' | prof-merge -t pprof -o "$profile"
agree -top --top
agree '-top -cum' '--top --cum'
agree '-peek .' '--peek .'
agree '-top' '--top' 'hide=d'
printf 'a;b 10\na;c 5\nd 7\n' | prof-merge -t pprof -o base.pb.gz
printf 'a;b 20\na;c 30\ne 61\n' | prof-merge -t pprof -o "$profile"
agree '-top -diff_base base.pb.gz' '--top --base base.pb.gz'
agree '-top -normalize -diff_base base.pb.gz' '--top --normalize --base base.pb.gz'
finish
