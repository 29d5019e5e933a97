// A comparison side by side: the base, the new side, and the difference.

{
	let charts, graphs;
	const views = [['Base', 'only base', true], ['New', 'only new', true], ['Difference', 'new', false]];

	function totalOf(i) {
		return i === 0 ? shortAmount(sums.baseAll) : i === 1 ? shortAmount(sums.all) :
			changeText(sides(sums.baseAll, sums.all));
	}

	tabs.push({
		id: 'sides', title: 'Side by side', at: 4,
		there: () => conf.diff || conf.labels.some(l => l.values.length > 1) || !!conf.times,
		make() {
			charts = views.map(([name, , plain], i) => new Chart({label: name, plain,
				zoomTo: x => zoomInto(graphs[i], x),
				choose: x => graphs[i].name(x) >= 0 && go({name: names[graphs[i].name(x)]}, 'replaceState')}));
			this.heads = views.map(() => make('h3'));
			this.note = empty('Pick two values of a label, or a span of time, to compare them.');
			this.three = make('div', {class: 'sides'}, ...charts.map((c, i) =>
				make('section', {'aria-label': views[i][0]}, this.heads[i], c.box)));
			return make('div', {class: 'fill'}, this.note, this.three);
		},
		show() {
			this.note.hidden = !!sums.base;
			this.three.hidden = !sums.base;
			if (!sums.base)
				return;
			if (!graphs || graphs[0].sums !== sums)
				graphs = views.map(([, shape]) => new TopDown(sums, shape));
			views.forEach(([name], i) => {
				this.heads[i].textContent = `${name}: ${totalOf(i)}`;
				charts[i].show(graphs[i], zoomed(graphs[i]), {icicle: true});
			});
		},
	});
}
