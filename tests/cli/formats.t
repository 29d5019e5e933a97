#!/bin/sh
# What others' tools write in odd ways: right, or an error, but never wrong in silence.
. "$(dirname "$0")/../lib.sh"

# A CR that ends only some lines
printf 'main;a 1\rmain;b 2\nmain;c 3\n' >mixed.folded
exits 2 'a CR within a line' prof-fold mixed.folded
says 'mixed.folded:1: expected .frame;frame COUNT.' 'is not part of a name'

finish
