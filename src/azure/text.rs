//! Making foreign text safe to show.

/// A service's code or id, or nothing when it does not look like one.
pub(crate) fn code(text: &str) -> Option<String> {
    let fits = (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-:".contains(&b));
    fits.then(|| text.to_owned())
}

/// One printable line of at most `max` characters.
pub(crate) fn line(text: &str, max: usize) -> String {
    let mut line = String::new();
    let mut blank = false;
    for (count, c) in text.chars().enumerate() {
        if count >= max {
            line.push('…');
            break;
        }
        if c.is_whitespace() || c.is_control() {
            blank = !line.is_empty();
        } else {
            if std::mem::take(&mut blank) {
                line.push(' ');
            }
            line.push(c);
        }
    }
    line
}

/// A span as a person says it: `850 ms`, `12 s`, `61 min`.
pub(crate) fn span(duration: std::time::Duration) -> String {
    let ms = duration.as_millis();
    match ms {
        0..=9_999 if !ms.is_multiple_of(1000) => format!("{ms} ms"),
        0..=119_999 => format!("{} s", ms.div_ceil(1000)),
        _ => format!("{} min", (ms + 30_000) / 60_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn codes_are_words_only() {
        assert_eq!(
            code("AuthorizationFailed").as_deref(),
            Some("AuthorizationFailed")
        );
        assert_eq!(code(""), None);
        assert_eq!(code("two words"), None);
        assert_eq!(code(&"x".repeat(129)), None);
    }

    #[test]
    fn lines_have_no_control_characters_and_an_end() {
        assert_eq!(line("  a\r\n\tb\u{7}c  ", 20), "a b c");
        assert_eq!(line("abcdef", 3), "abc…");
    }

    #[test]
    fn spans_read_like_speech() {
        assert_eq!(span(Duration::from_millis(850)), "850 ms");
        assert_eq!(span(Duration::from_secs(12)), "12 s");
        assert_eq!(span(Duration::from_secs(3660)), "61 min");
    }
}
