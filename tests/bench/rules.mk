# Speed and memory beside other tools. BENCH=merge runs one task, ROUNDS=11 more rounds.

bench: all $(patsubst %,$(O)/tests/bench/%,measure generate overhead pairs) ## speed and memory against other tools
	tests/bench/run.sh $(O) $(BENCH)
$(O)/tests/bench/%: $(O)/tests/bench/%.o $(O)/libprof.a
	$(call link)

bench-store: all $(patsubst %,$(O)/tests/bench/%,measure day) ## size and speed of a store; HOURS=1 for less than a day
	tests/bench/store.sh $(O)

bench-store-growth: all $(patsubst %,$(O)/tests/bench/%,measure grow) ## does a question cost more as the store grows?
	tests/bench/store-growth.sh $(O)

bench-listen: all $(patsubst %,$(O)/tests/bench/%,load day) ## what prof-listen takes from 1,000 connections
	tests/bench/listen.sh $(O)

bench-server: all $(addprefix $(O)/tests/,bench/measure bench/generate stamp) ## prof-query URL beside the server's bare answer
	tests/bench/server.sh $(O)

bench-push: all $(patsubst %,$(O)/tests/%,bench/measure bench/day http_peer) ## profiles a second to a null receiver
	tests/bench/push.sh $(O)

bench-peers: ## get the other tools, with cargo, go, npm and Maven
	tests/bench/peers.sh

.PHONY: bench bench-store bench-store-growth bench-listen bench-server bench-push bench-peers
