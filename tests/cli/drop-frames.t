#!/bin/sh
# Frames that a profile itself asks to drop: the same in all commands that show frames.
. "$(dirname "$0")/../lib.sh"

# A pprof profile: main calls a, a calls b; drop_frames is "a"; 5 ns of cpu.
printf '\012\004\010\001\020\002\052\004\010\001\020\003\042\010\010\001\042\004\010\001\020\012\052\004\010\002\020\004\042\010\010\002\042\004\010\002\020\024\052\004\010\003\020\005\042\010\010\003\042\004\010\003\020\036\052\004\010\004\020\006\042\010\010\004\042\004\010\004\020\050\022\010\012\003\003\002\001\022\001\005\070\004\062\000\062\003\143\160\165\062\013\156\141\156\157\163\145\143\157\156\144\163\062\004\155\141\151\156\062\001\141\062\001\142\062\001\143' >in

is "$(prof-fold in)" 'main 5' 'prof-fold'
is "$(prof-fold --all-frames in)" 'main;a;b 5' 'prof-fold --all-frames'
is "$(prof-flame -t text in | grep -c ' [ab]$')" 0 'prof-flame'
is "$(prof-flame -t text --all-frames in | grep -c ' [ab]$')" 2 'prof-flame --all-frames'
is "$(prof-query -t folded in)" 'main 5' 'prof-query'
is "$(prof-query -t folded --all-frames in)" 'main;a;b 5' 'prof-query --all-frames'
is "$(prof-diff -t folded in in)" 'main 5 5' 'prof-diff'
is "$(prof-diff -t folded --all-frames in in)" 'main;a;b 5 5' 'prof-diff --all-frames'
is "$(prof-merge -t folded in)" 'main;a;b 5' 'prof-merge keeps what it is given'
is "$(prof-merge -t pprof in | prof-fold)" 'main 5' 'and what the profile asks for'

finish
