// In a narrow window, the table does not fit beside the tabs, and is one of them: page.css shows
// the table in place of the panel.

tabs.push({
	id: 'functions', title: 'Functions', at: 0, there: () => true,
	make: () => make('div'),
	show() {},
});
