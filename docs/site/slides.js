'use strict';

// For a lesson: the sections of a page one at a time, large. Arrow keys turn them, Escape ends it.
(() => {
    const bar = document.querySelector('.right-buttons');
    const main = document.querySelector('main');
    if (!bar || location.pathname.endsWith('/print.html')) {
        return;
    }
    const slides = [];
    for (const part of main.children) {
        // A heading with nothing under it stands above the next one.
        const begins = /^H[123]$/.test(part.tagName) && slides.at(-1)?.length !== 1;
        if (begins || slides.length === 0) {
            slides.push([]);
        }
        slides.at(-1).push(part);
    }
    if (slides.length < 3) {
        return;
    }
    const title = document.documentElement.lang === 'ko' ? '슬라이드' : 'Slides';
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'slides-button';
    button.addEventListener('click', () => turn(now === null ? begin() : null));
    bar.prepend(button);
    let now = null;

    // The section that is being read.
    function begin() {
        const last = slides.findLastIndex(([heading]) => heading.getBoundingClientRect().top < 100);
        return Math.max(last, 0);
    }

    function turn(to) {
        const before = now;
        now = to;
        document.documentElement.classList.toggle('slides', now !== null);
        slides.forEach((parts, place) => parts.forEach(part => {
            part.classList.toggle('off-slide', now !== null && place !== now);
        }));
        button.textContent = now === null ? title : `${now + 1} / ${slides.length}`;
        button.title = title;
        button.setAttribute('aria-pressed', now !== null);
        if (now !== null) {
            scrollTo(0, 0);
        } else if (before !== null) {
            slides[before][0].scrollIntoView();
        }
    }

    // Before mdBook hears them, which would turn the page.
    addEventListener('keydown', event => {
        if (now === null || event.target.closest?.('.stepper, input')) {
            return;
        }
        const step = { ArrowLeft: -1, PageUp: -1, ArrowRight: 1, PageDown: 1 }[event.key];
        if (step || event.key === 'Escape') {
            event.preventDefault();
            event.stopImmediatePropagation();
            turn(step ? Math.max(0, Math.min(slides.length - 1, now + step)) : null);
        }
    }, true);

    turn(null);
})();
