//! This Azure's idea of now, and the formats it writes it in.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp, fmt::strtime, tz::TimeZone};

/// A clock that tests can set wrong.
#[derive(Debug, Default)]
pub struct Clock {
    offset_seconds: AtomicI64,
}

impl Clock {
    pub fn new(offset_seconds: i64) -> Clock {
        Clock {
            offset_seconds: AtomicI64::new(offset_seconds),
        }
    }

    pub fn set_offset(&self, seconds: i64) {
        self.offset_seconds.store(seconds, Ordering::Relaxed);
    }

    pub fn now(&self) -> Timestamp {
        let offset = SignedDuration::from_secs(self.offset_seconds.load(Ordering::Relaxed));
        Timestamp::now()
            .saturating_add(offset)
            .expect("adding seconds to a time saturates")
    }
}

/// `Thu, 18 Jun 2020 20:22:40 GMT`
pub fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `Thu, 18 Jun 2020 19:18:15.024 GMT`
pub fn http_date_with_millis(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S.%3f GMT").to_string()
}

/// `05/22/2021 17:14:33 +00:00`, what App Service's first protocol version writes on Linux.
pub fn linux_date(time: Timestamp) -> String {
    time.strftime("%m/%d/%Y %H:%M:%S +00:00").to_string()
}

/// `5/22/2021 5:14:33 PM +00:00`, what it writes on Windows.
pub fn windows_date(time: Timestamp) -> String {
    time.strftime("%-m/%-d/%Y %-I:%M:%S %p +00:00").to_string()
}

/// `2020-12-18T07:36:36.1633568Z`
pub fn iso_date(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%7fZ").to_string()
}

/// Reads an RFC 1123 date in any letter case.
pub fn parse_http_date(text: &str) -> Option<Timestamp> {
    let (date, zone) = text.trim().rsplit_once(' ')?;
    if !zone.eq_ignore_ascii_case("gmt") {
        return None;
    }
    let date = strtime::parse("%a, %d %b %Y %H:%M:%S", date)
        .ok()?
        .to_datetime()
        .ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats() {
        let time: Timestamp = "2020-06-18T20:22:04.163356Z".parse().unwrap();
        assert_eq!(http_date(time), "Thu, 18 Jun 2020 20:22:04 GMT");
        assert_eq!(
            http_date_with_millis(time),
            "Thu, 18 Jun 2020 20:22:04.163 GMT"
        );
        assert_eq!(linux_date(time), "06/18/2020 20:22:04 +00:00");
        assert_eq!(windows_date(time), "6/18/2020 8:22:04 PM +00:00");
        assert_eq!(iso_date(time), "2020-06-18T20:22:04.1633560Z");
    }

    #[test]
    fn reads_dates_in_any_case() {
        let expected: Timestamp = "2020-06-18T20:22:04Z".parse().unwrap();
        assert_eq!(
            parse_http_date("Thu, 18 Jun 2020 20:22:04 GMT"),
            Some(expected)
        );
        assert_eq!(
            parse_http_date("thu, 18 jun 2020 20:22:04 gmt"),
            Some(expected)
        );
        assert_eq!(parse_http_date("2020-06-18T20:22:04Z"), None);
        assert_eq!(parse_http_date("Thu, 18 Jun 2020 20:22:04 CET"), None);
    }

    #[test]
    fn an_offset_moves_now() {
        let clock = Clock::new(-3600);
        let behind = Timestamp::now().duration_since(clock.now()).as_secs();
        assert!((3599..=3601).contains(&behind));
    }
}
