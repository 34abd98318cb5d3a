//! When a token ends. The sources have five ways to say it.

use std::time::SystemTime;

use crate::azure::clock;

// `expires_on` below this (2001-01-01) is a span, not a time
const EARLIEST: i64 = 978_307_200;

/// The end in Unix seconds, from `expires_on` (seconds since 1970, a span, ISO 8601, or the two American forms of
/// App Service), else from `expires_in`, the lifetime (a span).
pub(super) fn unix_seconds(
    expires_on: Option<&str>,
    lifetime: Option<&str>,
    now: SystemTime,
) -> Option<i64> {
    let now = clock::unix_seconds(now);
    let after = |seconds: i64| now.checked_add(seconds);
    let end = match expires_on.map(str::trim) {
        Some(text) => match text.parse::<i64>() {
            Ok(seconds) if seconds < EARLIEST => after(seconds),
            Ok(seconds) => Some(seconds),
            Err(_) => iso(text).or_else(|| american(text)),
        },
        None => None,
    };
    end.or_else(|| after(lifetime?.trim().parse().ok()?))
}

/// `2026-11-25T14:03:09Z`, `…+00:00`, with or without a fraction. Azure always answers UTC.
fn iso(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', ' '])?;
    let time = time
        .strip_suffix('Z')
        .or_else(|| time.strip_suffix("+00:00"))?;
    let mut date = date.splitn(3, '-');
    let (year, month, day) = (
        number(date.next()?)?,
        number(date.next()?)?,
        number(date.next()?)?,
    );
    seconds(year, month, day, time.split('.').next()?, 0)
}

/// `05/22/2021 17:14:33 +00:00` and `1/16/2020 5:24:12 AM +00:00`.
fn american(text: &str) -> Option<i64> {
    let mut parts = text.split(' ');
    let mut date = parts.next()?.splitn(3, '/');
    let (month, day, year) = (
        number(date.next()?)?,
        number(date.next()?)?,
        number(date.next()?)?,
    );
    let time = parts.next()?;
    let rest: Vec<_> = parts.collect();
    let hour: i64 = number(time.split(':').next()?)?;
    let shift = match rest.as_slice() {
        ["AM", "+00:00"] if hour == 12 => -12,
        ["PM", "+00:00"] if hour < 12 => 12,
        ["AM" | "PM", "+00:00"] | ["+00:00"] => 0,
        _ => return None,
    };
    seconds(year, month, day, time, shift)
}

fn number(text: &str) -> Option<i64> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())?
}

fn seconds(year: i64, month: i64, day: i64, time: &str, shift_hours: i64) -> Option<i64> {
    let mut time = time.splitn(3, ':');
    let (hour, minute, second) = (
        number(time.next()?)?,
        number(time.next()?)?,
        number(time.next()?)?,
    );
    let valid = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 61;
    valid.then(|| {
        days(year, month, day) * 86_400 + (hour + shift_hours) * 3600 + minute * 60 + second
    })
}

/// Days since 1970-01-01 in the Gregorian calendar; the year is taken to begin in March, so that leap days come last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn end(on: Option<&str>, within: Option<&str>) -> Option<i64> {
        unix_seconds(
            on,
            within,
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        )
    }

    #[test]
    fn every_way_to_say_it_is_understood() {
        assert_eq!(end(Some("1586984735"), None), Some(1_586_984_735));
        assert_eq!(end(Some("3599"), None), Some(1_700_003_599));
        assert_eq!(end(None, Some("3599")), Some(1_700_003_599));
        assert_eq!(end(Some("1586984735"), Some("3599")), Some(1_586_984_735));
        assert_eq!(
            end(Some("05/22/2021 17:14:33 +00:00"), None),
            Some(1_621_703_673)
        );
        assert_eq!(
            end(Some("1/16/2020 5:24:12 AM +00:00"), None),
            Some(1_579_152_252)
        );
        assert_eq!(
            end(Some("1/16/2020 12:24:12 AM +00:00"), None),
            Some(1_579_134_252)
        );
        assert_eq!(
            end(Some("1/16/2020 12:24:12 PM +00:00"), None),
            Some(1_579_177_452)
        );
        assert_eq!(
            end(Some("1/16/2020 5:24:12 PM +00:00"), None),
            Some(1_579_195_452)
        );
        assert_eq!(end(Some("2024-02-29T23:59:59Z"), None), Some(1_709_251_199));
        assert_eq!(
            end(Some("2024-02-29T23:59:59.1234567+00:00"), None),
            Some(1_709_251_199)
        );
    }

    #[test]
    fn what_says_nothing_is_nothing() {
        for text in [
            "",
            "soon",
            "2024-13-01T00:00:00Z",
            "2024-01-01T25:00:00Z",
            "2024-01-01T00:00:00+02:00",
            "1/2/2020",
        ] {
            assert_eq!(end(Some(text), None), None, "{text}");
        }
        assert_eq!(end(None, None), None);
        assert_eq!(end(None, Some("")), None);
        assert_eq!(end(Some("soon"), Some("60")), Some(1_700_000_060));
        assert_eq!(end(Some("9223372036854775807"), None), Some(i64::MAX));
        assert_eq!(end(None, Some("9223372036854775807")), None);
    }
}
