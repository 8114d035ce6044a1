'use strict';

// Search in Korean. elasticlunr takes Hangul for punctuation, so that mdBook's index has no Korean
// word; and a Korean noun carries a particle (소켓을, 소켓이). So words are split and stemmed here, and
// the index is made anew from the texts that mdBook's has. It takes a moment, once the search is opened.
(() => {
    const particles = /(?:입니다|에서는|에게는|으로는|으로부터|로부터|이라는|이라고|에서|에게|까지|부터|처럼|보다|마다|이나|으로|라는|라고|이라|을|를|이|가|은|는|에|의|로|와|과|도|만)$/u;
    const porter = elasticlunr.stemmer;

    function stem(word) {
        const bare = word.replace(particles, '');
        // 차이 and 회로 are no words with a particle; `f가` is.
        const noun = bare.length >= 2 || /^[a-z0-9_]+$/.test(bare) ? bare : word;
        return porter(noun);
    }

    // Whatever is no letter, number or underscore parts words: `TcpListener::bind` is two.
    elasticlunr.tokenizer.setSeperator(/[^\p{L}\p{N}_]+/u);
    // What the splitting leaves at the ends of a text is no word.
    const trim = word => word === '' ? undefined : word;
    trim.label = 'trimmer';
    stem.label = 'stemmer';
    // The script of the search bar calls this one by its name.
    elasticlunr.stemmer = stem;

    elasticlunr.Index.load = built => {
        const index = new elasticlunr.Index();
        // No word is left out: `let` and `for` are words of Rust.
        index.pipeline.add(trim, stem);
        index.setRef(built.ref);
        built.fields.forEach(field => index.addField(field));
        Object.values(built.documentStore.docs).forEach(doc => index.addDoc(doc, false));
        return index;
    };
})();
