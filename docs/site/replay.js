'use strict';

// A replay becomes a stepper: one moment at a time, with the lines in which the servers are.
(() => {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;

    function element(tag, name, text = '') {
        const made = document.createElement(tag);
        made.className = name;
        made.textContent = text;
        return made;
    }

    // What the table says of each moment.
    function read(table, files) {
        return [...table.tBodies[0].rows].map(row => {
            const [, who, what, ...rest] = [...row.cells].map(cell => cell.textContent.trim());
            const places = rest.slice(0, files).map(cell => ({
                happens: cell !== '—',
                line: parseInt(cell, 10) || 0,
                waits: cell.includes(','),
            }));
            const client = /^(client|클라이언트)/.test(who);
            // Who takes something from the system: the arrow points to them.
            const takes = client ? /^receives|받음$|^←/.test(what) : /^(accept|recv|recvfrom):|^←/.test(what);
            // What a server prints goes to nobody of these.
            const waits = /^waits|기다림$|nothing$|못 받음$|^exit |^signal /.test(what)
                || (!client && /^["“]/.test(what));
            const ends = /^ends|^끝남/.test(what);
            return { who, what, places, client, takes, quiet: waits || ends, ends, system: rest.at(-1) };
        });
    }

    // Where everybody is in a program after the moment `now`: who stands in which line, and whether they wait.
    function standing(moments, program, now) {
        const places = new Map();
        for (const [index, moment] of moments.slice(0, now + 1).entries()) {
            const place = moment.places[program];
            if (!place.happens || moment.client) {
                continue;
            }
            if (moment.ends) {
                places.clear();
            }
            if (place.line > 0) {
                places.set(moment.who, { ...place, now: index === now });
            }
        }
        return places;
    }

    function stepper(replay) {
        const korean = replay.closest('[lang]').lang === 'ko';
        const say = (inKorean, inEnglish) => korean ? inKorean : inEnglish;
        const table = replay.querySelector('table');
        const programs = replay.querySelector('.programs');
        const listings = [...programs.querySelectorAll('.program')];
        const names = listings.map(listing => listing.previousElementSibling.textContent);
        const moments = read(table, listings.length);
        let now = 0;
        let timer = 0;

        const root = element('div', 'stepper');
        root.setAttribute('role', 'group');
        root.tabIndex = -1;
        root.setAttribute('aria-label', say('장면을 하나씩 보기', 'Moment by moment'));

        const controls = element('div', 'controls');
        const button = (text, label, act) => {
            const made = element('button', '', text);
            made.type = 'button';
            made.title = label;
            made.setAttribute('aria-label', label);
            made.addEventListener('click', act);
            controls.append(made);
            return made;
        };
        const previous = button('◀', say('이전 장면', 'Previous moment'), () => go(now - 1));
        const next = button('▶', say('다음 장면', 'Next moment'), () => go(now + 1));
        const [playing, paused] = [say('멈춤', 'Pause'), say('재생', 'Play')];
        const play = button(paused, paused, () => timer ? pause() : start());
        play.hidden = still;
        const slider = element('input', '');
        Object.assign(slider, { type: 'range', min: 1, max: moments.length, value: 1 });
        slider.setAttribute('aria-label', say('장면', 'Moment'));
        slider.addEventListener('input', () => go(slider.value - 1));
        const count = element('output', '');
        controls.append(slider, count);

        const said = element('p', 'moment');
        said.setAttribute('aria-live', 'polite');

        // Clients on one side, the server on the other, the system between them.
        const lanes = element('div', 'lanes');
        const sides = [true, false].map(client => {
            const side = element('div', 'side');
            for (const who of new Set(moments.filter(it => it.client === client).map(it => it.who))) {
                const lane = element('div', 'lane');
                lane.append(element('b', '', who), element('span', ''));
                lane.dataset.who = who;
                side.append(lane);
            }
            return side;
        });
        const arrows = [0, 1].map(() => element('div', 'arrow'));
        arrows.forEach(arrow => arrow.setAttribute('aria-hidden', 'true'));
        const system = element('div', 'lane system');
        system.append(element('b', '', table.tHead.rows[0].lastElementChild.textContent), element('span', ''));
        lanes.append(sides[0], arrows[0], system, arrows[1], sides[1]);

        const details = element('details', '');
        details.append(element('summary', '', say('표로 보기', 'As a table')));
        const wrapper = table.closest('.table-wrapper') ?? table;
        wrapper.before(root);
        details.append(wrapper);
        programs.hidden = false;
        root.append(controls, said, lanes, programs, details);

        function show() {
            const moment = moments[now];
            slider.value = now + 1;
            slider.setAttribute('aria-valuetext', `${moment.who}: ${moment.what}`);
            count.textContent = `${now + 1} / ${moments.length}`;
            said.textContent = `${moment.who}: ${moment.what}`;
            previous.disabled = now === 0;
            next.disabled = now === moments.length - 1;

            for (const lane of root.querySelectorAll('.lane[data-who]')) {
                const last = moments.slice(0, now + 1).findLast(it => it.who === lane.dataset.who);
                lane.lastChild.textContent = last?.what ?? '';
                lane.classList.toggle('now', last === moment);
            }
            // What the system holds is known when everybody rests; until then, the last that is known.
            system.lastChild.textContent = moments.slice(0, now + 1).findLast(it => it.system)?.system ?? '';
            arrows.forEach(arrow => { arrow.textContent = ''; });
            if (!moment.quiet) {
                // From the one who acts to the system, or the other way where it takes something.
                const toTheRight = moment.client !== moment.takes;
                arrows[moment.client ? 0 : 1].textContent = toTheRight ? '→' : '←';
            }

            listings.forEach((listing, program) => {
                const absent = !moment.places[program].happens;
                listing.parentElement.classList.toggle('absent', absent);
                listing.previousElementSibling.textContent =
                    names[program] + (absent ? say(': 여기에서는 일어나지 않음', ': does not happen here') : '');
                const places = standing(moments, program, now);
                for (const line of listing.children) {
                    const here = [...places].filter(([, place]) =>
                        place.line === Number(line.dataset.line) && (place.now || place.waits));
                    line.classList.toggle('now', here.some(([, place]) => place.now));
                    line.classList.toggle('waits', here.some(([, place]) => place.waits));
                    const at = here.map(([who, place]) => place.waits ? `${who} (${say('기다림', 'waits')})` : who).join(', ');
                    line.dataset.at = at;
                    if (at) {
                        line.setAttribute('aria-current', 'step');
                    } else {
                        line.removeAttribute('aria-current');
                    }
                }
                const marked = listing.querySelector('.now') ?? listing.querySelector('.waits');
                if (marked) {
                    listing.scrollTop = marked.offsetTop - listing.clientHeight / 2;
                }
            });
        }

        function go(to) {
            now = Math.max(0, Math.min(moments.length - 1, to));
            show();
            // What plays by itself leaves the address alone.
            if (!timer) {
                history.replaceState(null, '', `#${replay.id}-${now + 1}`);
            }
        }

        function start() {
            if (now === moments.length - 1) {
                now = -1;
            }
            timer = setInterval(() => now < moments.length - 1 ? go(now + 1) : pause(), 1500);
            name(playing);
            if (now < 0) {
                go(0);
            }
        }

        function pause() {
            clearInterval(timer);
            timer = 0;
            name(paused);
        }

        function name(text) {
            play.textContent = text;
            play.title = text;
            play.setAttribute('aria-label', text);
        }

        root.addEventListener('keydown', event => {
            const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
            if (step && !event.target.closest('.program')) {
                // Elsewhere mdBook turns the page at these keys.
                event.preventDefault();
                event.stopPropagation();
                pause();
                go(now + step);
            }
        });

        // A link to a moment, such as #second-client-5.
        function follow() {
            const [, id, number] = decodeURIComponent(location.hash).match(/^#(.+)-(\d+)$/) ?? [];
            if (id === replay.id && number >= 1 && number <= moments.length) {
                now = number - 1;
                show();
                for (let open = root.closest('details'); open; open = open.parentElement.closest('details')) {
                    open.open = true;
                }
                root.scrollIntoView({ block: 'start' });
            }
        }
        addEventListener('hashchange', follow);
        show();
        follow();
        if (replay.classList.contains('plays') && !still) {
            start();
        }
    }

    // Paper has the tables.
    if (!location.pathname.endsWith('/print.html')) {
        document.querySelectorAll('.replay').forEach(stepper);
    }
})();
