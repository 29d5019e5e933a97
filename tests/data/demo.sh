# What make demo records: the profile of a C++ compiler is folded, merged, tabled and
# drawn, a few times over.
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	prof-fold --lines clang.perf | sort >clang.folded
	prof-merge -t pprof clang.perf -o clang.pb.gz
	prof-query --tree clang.pb.gz >clang.txt
	prof-flame clang.pb.gz -o clang.svg
done
