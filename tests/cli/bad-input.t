#!/bin/sh
# Inputs and outputs that are not what one hopes for.
. "$(dirname "$0")/../lib.sh"
printf 'main;a 1\nmain;b 2\n' >good

# What is no input

exits 2 'a file that is not there' prof-fold nowhere
says '^prof-fold: nowhere: cannot open: No such file' 'is named with the reason'
exits 2 'a directory' prof-fold .
says '^prof-fold: \.: is a directory' 'is reported as one'
: >empty
exits 2 'an empty file' prof-fold empty
says '^prof-fold: empty: is empty' 'is reported as empty'
gzip -c empty >empty.gz
exits 2 'a compressed empty file' prof-fold empty.gz
says 'empty.gz: is empty' 'too'
prof-fold - - <good >out 2>err
is $? 2 'standard input twice'
says 'standard input: can be read only once' 'is refused'
exits 2 'what is in no format' prof-fold "$top/Makefile"
says 'in no known format \(pprof, folded, perf-script' 'names those there are, and --from'
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	cp "$(command -v prof-fold)" "$tmp/copy"
	chmod 755 "$tmp"
	chmod 000 good
	setpriv --reuid=65534 "$tmp/copy" good 2>err
	is $? 2 'a file that may not be read'
	says 'good: cannot open: Permission denied' 'says so'
	chmod 644 good
else
	skip 'needs root, and setpriv (make deps-dev)' 'a file that may not be read'
fi

# Several inputs, one bad: the others count, the status does not hide it.

printf 'main;a 1\nmain;b\n' >half
exits 2 'one bad input among good ones' prof-fold good half good
same out - 'the good ones are folded, of the bad one nothing' <<'END'
main;a 2
main;b 4
END
says '^prof-fold: half:2: expected' 'and it is named'
exits 2 'one that is missing' prof-merge good nowhere
is "$(cat out)" "$(cat good)" 'leaves the other'

# Compressed data

gzip -c good >good.gz
for n in 5 12 20 30; do
	head -c $n good.gz >cut.gz
	exits 2 "gzip data cut at $n" prof-fold cut.gz
	says 'cut.gz: gzip data ends early, at byte' 'is an error of its own'
done
printf '\037\213\010garbage that is no gzip' >bad.gz
exits 2 'gzip data that is damaged' prof-fold bad.gz
says 'gzip data is damaged near byte' 'is reported'
gzip -c good.gz | gzip -c >three.gz
is "$(prof-fold three.gz)" "$(cat good)" 'packed three times'
gzip -c three.gz >four.gz
exits 2 'packed four times' prof-fold four.gz
says 'packed more than 3 times' 'is too much'
if command -v bzip2 >/dev/null; then
	bzip2 -c good >packed
	exits 2 'bzip2 data' prof-fold packed
	says "unpack it with 'bzip2 -dc'" 'is refused with the command that unpacks it'
else
	skip 'there is no bzip2: make deps-dev' 'bzip2 data'
fi
printf '\004\042\115\030xxxxxxxx' >packed
exits 2 'lz4 data' prof-fold packed
says "unpack it with 'lz4 -dc'" 'likewise'

# What is recognised and cannot be read.
refused() { # BYTES ADVICE NAME
	# shellcheck disable=SC2059 # escapes in the bytes
	printf "$1" >refused
	exits 2 "$3" prof-fold refused
	says "^prof-fold: refused: .*$2" 'is refused with advice'
}
refused 'Nettrace\024\0\0\0!FastSerialization.1' "'dotnet-trace convert --format Speedscope FILE'" 'a trace of .NET'
refused 'JAVA PROFILE 1.0.2\0\0\0\0\010' 'JFR' 'a heap dump of Java'
refused 'DTiJ\001\0\0\0\050\0\0\0' 'prof-record' 'a jitdump'
refused 'rbspy02\n{}\n' "'rbspy report" "rbspy's samples"
refused '\004\010{\015:\014version' "'stackprof --json FILE'" 'a dump of stackprof'
refused '\177ELF\002\001\001' "'prof-record -- FILE'" 'a program'
refused 'v8-version,11,3,244,8,0\n' "'node --prof-process" "V8's log"
tar -cf archive.tar good
exits 2 'a tar archive' prof-fold archive.tar
says "archive.tar: refused: a tar archive: unpack it with 'tar -xf FILE'" 'is refused with advice'
refused 'gmon\001\0\0\0' "'gprof PROGRAM FILE'" 'gmon.out'
exits 2 'asking for them' prof-fold -f refused good
says '--from is one of pprof, folded' 'is no choice'

# What an input holds is quoted without effect on a terminal.
printf 'main 1\n\033[2Jno count \302\233\n' >escapes
exits 2 'escape sequences in an input' prof-fold -f folded escapes
says 'escapes:2: .*\\x1b\[2Jno count \\x9b' 'are shown as text'
! grep -q "$(printf '\033')" err
ok $? 'and are not sent'

# A gigabyte of zeros in a megabyte: one frame, one line.
(printf 'a;b'; head -c 300000000 /dev/zero | tr '\0' x) | gzip -9 >bomb.gz
exits 2 'a decompression bomb' prof-fold --max-memory 64M bomb.gz
says 'bomb.gz: needs more than 64 MiB of memory \(unpacked\): --max-memory allows more' 'is stopped in time'
(printf '\012'; head -c 300000000 /dev/zero) | gzip -9 >bomb.pb.gz
exits 2 'one for the pprof reader' prof-fold --max-memory 64M -f pprof bomb.pb.gz
says 'bomb.pb.gz: needs more than 64 MiB of memory' 'too'

# Numbers packed into a byte each take eight: such an input fails, and the next is read.
(printf '\012\004\010\001\020\002\022\205\200\200\012\012\200\200\200\012'; head -c 20971520 /dev/zero
	printf '\062\000\062\001a\062\001b') | gzip -9 >packed.pb.gz
exits 2 'a pprof that asks for more memory than there is' prof-merge --max-memory 64M packed.pb.gz good
says 'packed.pb.gz: needs more than 64 MiB of memory' 'fails that input'
is "$(cat out)" 'main;a 1
main;b 2' 'and not the others'

# What begins like a pprof is none for that.
awk 'BEGIN { for (i = 0; i < 300; i++) print "Z\303\274rich;main;f" i " 1" }' >zurich
exits 0 'a folded file whose first bytes are a tag' prof-fold zurich
[ "$(wc -l <out)" -eq 300 ]
ok $? 'is folded'
printf 'j;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 4\n' >j
exits 0 'one that is a whole field' prof-fold j
is "$(cat out)" "$(cat j)" 'likewise'
printf '\012\012\012\004\012\002\010\001\022\002\010\001' >otlp
exits 2 'another protobuf message' prof-fold otlp
says 'in no known format' 'is none either'

# Zeros after the last member are padding; xz is read.
(gzip -c good; head -c 1000 /dev/zero) >padded.gz
exits 0 'a gzip file with padding' prof-fold padded.gz
is "$(cat out)" "$(cat good)" 'is read'
prof-merge -t pprof -z none good >one.pb
(head -c 6 one.pb | gzip; tail -c +7 one.pb | gzip) >two.pb.gz
exits 0 'a pprof in two members, cut between fields' prof-fold two.pb.gz
is "$(cat out)" "$(cat good)" 'is one'
if command -v xz >/dev/null; then
	(xz -c good; xz -c good) >twice.xz
	exits 0 'an xz file of two streams' prof-fold twice.xz
	is "$(cat out)" 'main;a 2
main;b 4' 'is read'
	head -c 100 twice.xz >short.xz
	exits 2 'one that is cut short' prof-fold short.xz
	says 'short.xz:2: xz data ends early, at byte 100' 'says where'
	prof-merge -t pprof good | xz >good.pb.xz
	exits 0 'a pprof in xz' prof-fold good.pb.xz
	is "$(cat out)" "$(cat good)" 'is read'
else
	skip 'there is no xz' 'xz data'
fi

# Outputs

if [ -e /dev/full ]; then
	prof-fold good >/dev/full 2>err
	is $? 2 'a full disk'
	says 'standard output: cannot write: No space left' 'is not hidden'
	exits 2 'a full disk named' prof-merge -t pprof good -o /dev/full
	says '/dev/full: cannot write: No space left' 'neither'
	prof-fold --help >/dev/full 2>err
	is $? 2 'nor for --help'
else
	skip 'there is no /dev/full' 'a full disk'
fi
(ulimit -f 0 && exec prof-merge -t pprof good -o limited) 2>&1 | cat >err
says 'limited: cannot write: File too large' 'a limit of the size of files'
i=0
while [ $i -lt 50000 ]; do
	i=$((i + 1))
	echo "a;b$i;cccccccccccccccccccccccccc 1"
done >large
{
	prof-fold large 2>err
	echo $? >status
} | head -n 1 >out
is "$(cat status)" 141 'a closed pipe ends a filter'
is "$(cat err)" '' 'quietly'
exits 2 'an output in a folder that is not there' prof-fold good -o no/where
says 'no/where: cannot open' 'is named'
prof-fold good -o result && prof-fold result good -o result
is "$(cat result)" "$(printf 'main;a 2\nmain;b 4')" 'a command may write the file that it reads'
chmod 640 result
prof-fold good -o result
is "$(stat -c %a result)" 640 'whose mode stays'
ln -s result link
prof-fold good -o link
is "$(readlink link)" result 'and a link stays a link'

# Sizes

(yes a | head -n 99999 | tr '\n' ';'; echo 'leaf 7') >deep
is "$(prof-fold deep | tr ';' '\n' | wc -l)" 100000 '100,000 frames deep'
is "$(prof-merge -t pprof deep | prof-fold | cmp - deep)" '' 'through pprof'
is "$(prof-fold --reverse --max-depth 3 deep)" 'leaf;a;a 7' 'turned round and cut'
is "$(prof-fold --collapse-recursion deep)" 'a;leaf 7' 'and collapsed'
(head -c 1000000 /dev/zero | tr '\0' n; echo ' 3') >long
is "$(prof-merge -t pprof long | prof-fold | cmp - long)" '' 'a name of a megabyte'
(
	echo 'x 1 1.0: 7 cycles:'
	i=0
	while [ $i -lt 300 ]; do
		i=$((i + 1))
		printf '\t%x f%d (/x)\n' $i $i
	done
) >one
is "$(prof-fold one | tr ';' '\n' | wc -l)" 301 '300 frames of perf script'

# Names

printf 'a\001b;c\td;]]>;</script>;"q";it'"'"'s;\377\376 3\n' >names
is "$(prof-fold names)" "$(printf 'a b;c d;]]>;</script>;"q";it'"'"'s;\377\376 3')" \
	'control characters in names become blanks, the rest passes'
is "$(prof-merge -t pprof names | prof-fold)" "$(prof-fold names)" 'also through pprof'
printf 'thread 7;run 3\n' | prof-merge -t pprof | prof-fold >out
is "$(cat out)" 'thread 7_;run 3' 'a name that ends in a number stays a name'
is "$(prof-fold out)" 'thread 7_;run 3' 'for good'

# Usage

exits 2 'an option that is not there' prof-fold --nonsense
says "there is no option '--nonsense'" 'is named'
says "Try 'prof-fold --help'" 'with where to look'
exits 2 'an argument that is missing' prof-fold -o
says "option '-o' needs an argument" 'is reported'
exits 2 'a word that is none of those there are' prof-fold -t gif good
says '--to is one of pprof, folded' 'gets the list'
exits 2 'a format that cannot be written' prof-fold -t austin good
says "--to is one of pprof, folded.*, not 'austin'" 'is reported at once'
exits 2 'a sample type that is not there' prof-fold --type walltime good
says "no profile has sample type 'walltime' \\(all types: samples\\)" 'gets the list'
for factor in nan inf -inf 1e999; do
	exits 2 "a factor of $factor" prof-merge --scale=$factor good
	says "'$factor' is not a valid FACTOR for --scale" 'is refused'
done
exits 2 'nonsense for memory' prof-fold --max-memory lots good
says "'lots' is not a valid SIZE for --max-memory" 'is refused'
for c in prof-fold prof-merge; do
	exits 0 "$c --help" "$c" --help
	[ "$(wc -L <out)" -le 80 ]
	ok $? "$c --help fits 80 columns"
	exits 0 "$c --version" "$c" --version
	is "$(cut -d ' ' -f 1 out)" "$c" "$c --version names it"
done
finish
