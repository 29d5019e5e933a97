// Counts words: a small program that pulls in much of the standard library.
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <regex>
#include <string>
#include <unordered_map>
#include <vector>

template <typename Map> void count(Map &words, std::istream &in)
{
	std::regex word("[[:alpha:]]+");
	std::string line;

	while (std::getline(in, line))
		for (std::sregex_iterator i(line.begin(), line.end(), word), end; i != end; ++i)
			words[i->str()]++;
}

int main()
{
	std::unordered_map<std::string, int> words;
	std::map<int, std::vector<std::string>, std::greater<int>> by_count;

	count(words, std::cin);
	for (const auto &w : words)
		by_count[w.second].push_back(w.first);
	for (auto &c : by_count) {
		std::sort(c.second.begin(), c.second.end());
		for (const auto &w : c.second)
			std::cout << c.first << ' ' << w << '\n';
	}
}
