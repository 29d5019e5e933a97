// Callers above and callees below the selected function.

{
	let title, up, down, note, shown, box;

	// Callers are drawn outwards from the function: it is the root at the bottom.
	class Upwards extends Callers {
		get upward() { return true; }
	}

	const pick = g => x => go({name: frameName(g.graph.name(x))});

	tabs.push({
		id: 'sandwich', title: 'Callers and callees', at: 2, there: () => true,
		make() {
			title = make('h2');
			note = empty('Select a function in the table, or a frame in the flame graph.');
			up = new Chart({label: 'Callers', zoomTo: x => pick(up)(x)});
			down = new Chart({label: 'Callees', zoomTo: x => pick(down)(x)});
			box = make('div', {class: 'sandwich'}, title, make('h3', {}, 'Callers'), up.box,
				make('h3', {}, 'Callees'), down.box);
			return make('div', {class: 'fill'}, note, box);
		},
		show() {
			note.hidden = selected >= 0;
			box.hidden = selected < 0;
			const key = `${selected} ${state.shape}`;
			if (selected < 0)
				return;
			const f = sums.functions;
			title.replaceChildren(names[selected], make('small', {}, ` self ${amount(f.self[selected])}, ` +
				`total ${amount(f.total[selected])}, ${percent(f.total[selected], sums.all)}`));
			if (shown?.key !== key || shown.sums !== sums)
				shown = {key, sums, callers: new Upwards(sums, selected, state.shape),
					callees: new Callees(sums, selected, state.shape)};
			up.show(shown.callers, shown.callers.root, {icicle: false});
			down.show(shown.callees, shown.callees.root, {icicle: true});
		},
	});
}
