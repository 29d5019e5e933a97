// The flame graph of everything, or of everything leaf first.

{
	let drawn, graph, shape;

	const zoomTo = x => zoomInto(graph, x);

	// Matches in the order in which they are drawn.
	function step(by) {
		const boxes = drawn.boxes.filter(b => found.hit?.[graph.name(b.x)]);
		if (!boxes.length)
			return;
		const at = boxes.findIndex(b => b.x === drawn.current);
		const next = boxes[at < 0 ? (by > 0 ? 0 : boxes.length - 1) : (at + by + boxes.length) % boxes.length];
		drawn.setCurrent(next.x);
		drawn.box.focus({preventScroll: true});
	}

	const forFrame = (how, e) => {
		const k = drawn.box.contains(document.activeElement) ? graph.name(drawn.current) : selected;
		if (k >= 0)
			addPattern(how, names[k]);
		return true;
	};

	tabs.push({
		id: 'flame', title: 'Flame graph', at: 1, there: () => true,
		make() {
			chart.main = drawn = new Chart({label: 'Flame graph', zoomTo,
				choose: x => graph.name(x) >= 0 && go({name: names[graph.name(x)]}, 'replaceState')});
			return drawn.box;
		},
		show() {
			const wanted = `${state.reversed} ${state.shape}`;
			if (!graph || graph.sums !== sums || shape !== wanted) {
				graph = state.reversed ? new BottomUp(sums, state.shape) : new TopDown(sums, state.shape);
				shape = wanted;
			}
			drawn.show(graph, zoomed(graph), {icicle: state.icicle});
		},
		key(e) {
			const run = {n: () => step(1), N: () => step(-1), F: () => forFrame('focus'),
				X: () => forFrame('ignore'), H: () => forFrame('hide'), i: () => tools.icicle.click(),
				r: () => tools.reversed.click(), s: () => tools.order.click(),
				0: () => go({zoom: ''}),
				w: () => sums.base && go({shape: shapes[(shapes.indexOf(state.shape) + 1) % shapes.length]}),
			}[e.key];
			run?.();
			return !!run;
		},
	});
}
