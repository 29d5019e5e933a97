// About the profile: its facts and its contents.

{
	const readable = {command: 'Command', host: 'Host', lost: 'Lost samples', truncated: 'Truncated stacks',
		cpu_time_ns: 'CPU time (ns)', exit_status: 'Exit status', kernel: 'Kernel', cpu_model: 'Processor',
		run: 'Run', work: 'Work'};

	function rows() {
		const all = [];
		if (conf.time)
			all.push(['Began', new Date(conf.time).toISOString().replace('T', ' ')]);
		if (conf.duration)
			all.push(['Lasted', span(conf.duration)]);
		all.push(['Profiles', conf.profiles], ['Functions', grouping.format(names.length - 1)],
			['Nodes of the call tree', grouping.format(conf.nodes)], ['Samples', grouping.format(conf.rows.n)]);
		conf.types.forEach((t, i) => {
			const sum = model.rows.values[i].reduce((a, b) => a + b, 0);
			all.push([`Total of ${t.name}`, `${grouping.format(sum * conf.factor)} ${t.countname}`]);
		});
		for (const [key, value] of conf.facts)
			all.push([readable[key] || key || 'Note', value]);
		return all;
	}

	tabs.push({
		id: 'about', title: 'About', at: 9, there: () => true,
		make: () => make('div', {class: 'fill scroll'}, make('table', {class: 'about'},
			...rows().map(([key, value]) => make('tr', {}, make('th', {scope: 'row'}, key), make('td', {}, String(value)))))),
		show() {},
	});
}
