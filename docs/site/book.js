'use strict';

// The language switch leads to the section that is being read, not only to its page.
(() => {
    const link = document.querySelector('.language-switch');
    // `mdbook serve` shows one language.
    if (!link) {
        return;
    }
    const page = link.getAttribute('href');
    const twins = JSON.parse(link.dataset.sections);
    const headings = [...document.querySelectorAll('main :is(h1, h2, h3, h4, h5, h6)[id]')];

    function current() {
        // The section that was asked for, as long as its heading can be seen.
        const asked = headings.findIndex(heading => heading.id === decodeURIComponent(location.hash.slice(1)));
        if (asked >= 0) {
            const { top, bottom } = headings[asked].getBoundingClientRect();
            if (bottom > 0 && top < innerHeight) {
                return asked;
            }
        }
        // Else the last one that begins above this line, a little below the menu bar.
        const line = 100;
        return headings.findLastIndex(heading => heading.getBoundingClientRect().top < line);
    }

    function aim() {
        const section = current();
        // The first heading is the title of the page.
        link.href = section > 0 ? `${page}#${encodeURIComponent(twins[section])}` : page;
    }

    for (const event of ['pointerenter', 'pointerdown', 'focus', 'click']) {
        link.addEventListener(event, aim);
    }
})();

// The copy button of a transcript copies its commands, ready to be run.
(() => {
    const whole = window.playground_text;
    window.playground_text = (block, hidden) => {
        const commands = [...block.querySelectorAll('.command')];
        return commands.length > 0
            ? commands.map(command => command.textContent).join('\n')
            : whole(block, hidden);
    };
})();

// On a phone a row of a wide table becomes a card, in which each cell says its column.
for (const table of document.querySelectorAll('main .table-wrapper table')) {
    const columns = [...table.querySelectorAll('thead th')].map(column => column.textContent);
    if (columns.length > 2) {
        table.classList.add('cards');
        for (const cell of table.querySelectorAll('tbody td')) {
            cell.dataset.column = columns[cell.cellIndex];
        }
    }
}

// On paper every answer is open.
if (location.pathname.endsWith('/print.html')) {
    document.querySelectorAll('details').forEach(answer => { answer.open = true; });
}
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach(answer => { answer.open = true; }));
