use std::env;
use std::sync::OnceLock;

/// The language in which the reader is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// The locale is a Korean one.
    Korean,
    /// The locale names another language.
    English,
    /// The locale names no language: `한국어 · English`.
    Both,
}

impl Language {
    /// The language of this process: the locale of `LC_ALL`, else of `LC_MESSAGES`, else of `LANG`.
    #[must_use]
    pub fn of_the_reader() -> Self {
        static LANGUAGE: OnceLock<Language> = OnceLock::new();
        *LANGUAGE.get_or_init(|| {
            let set = |name| env::var(name).ok().filter(|locale| !locale.is_empty());
            let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
            Self::of(&locale.unwrap_or_default())
        })
    }

    fn of(locale: &str) -> Self {
        match locale.split(['.', '@']).next().unwrap_or_default() {
            "" | "C" | "POSIX" => Self::Both,
            language if language == "ko" || language.starts_with("ko_") => Self::Korean,
            _ => Self::English,
        }
    }

    /// What this reader is to read of a text in both languages, in one line.
    #[must_use]
    pub fn choose(self, korean: &str, english: &str) -> String {
        self.join(korean, english, " · ")
    }

    fn join(self, korean: &str, english: &str, between: &str) -> String {
        match self {
            Self::Korean => korean.to_owned(),
            Self::English => english.to_owned(),
            Self::Both if korean == english => korean.to_owned(),
            Self::Both => [korean, english].join(between),
        }
    }
}

/// What the reader is to read of a text in both languages: one of them, or both, a line each.
#[must_use]
pub fn in_lines(korean: impl AsRef<str>, english: impl AsRef<str>) -> String {
    Language::of_the_reader().join(korean.as_ref(), english.as_ref(), "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_names_the_language_or_none() {
        for (locale, language) in [
            ("ko_KR.UTF-8", Language::Korean),
            ("ko", Language::Korean),
            ("kok_IN", Language::English),
            ("en_US.UTF-8", Language::English),
            ("de_DE@euro", Language::English),
            ("C.UTF-8", Language::Both),
            ("POSIX", Language::Both),
            ("", Language::Both),
        ] {
            assert_eq!(Language::of(locale), language, "{locale}");
        }
    }
}
