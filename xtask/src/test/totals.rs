//! What came of a part, and what the runners say of theirs.

use std::fs;
use std::path::Path;
use std::process::ExitStatus;

use anyhow::{Context, Result, bail};
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::workspace::is_ci;

/// What came of a part.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    pub note: Option<String>,
}

impl Outcome {
    pub fn failed(note: String) -> Outcome {
        Outcome {
            failed: 1,
            note: Some(note),
            ..Outcome::default()
        }
    }

    pub fn skipped(note: String) -> Outcome {
        Outcome {
            skipped: 1,
            note: Some(note),
            ..Outcome::default()
        }
    }

    /// A part whose tool is not there: skipped, and on a build server a failure.
    pub fn missing(tool: &str, advice: &str) -> Outcome {
        Outcome::unavailable(format!("no {tool} here; {advice}"))
    }

    /// The same, in the words of who looked for it.
    pub fn unavailable(note: String) -> Outcome {
        if is_ci() {
            Outcome::failed(note)
        } else {
            Outcome::skipped(note)
        }
    }

    /// A runner that failed without naming a failed test has failed all the same.
    pub fn checked(mut self, status: ExitStatus) -> Outcome {
        if !status.success() && self.failed == 0 {
            self.failed = 1;
            self.note = Some(format!("the runner failed ({status})"));
        }
        self
    }

    /// A part that found no test tested nothing.
    pub fn expecting_tests(self) -> Outcome {
        if self.passed + self.failed + self.skipped > 0 {
            self
        } else {
            Outcome::failed("no test was found".to_owned())
        }
    }

    pub fn and(self, other: Outcome) -> Outcome {
        Outcome {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
            note: self.note.or(other.note),
        }
    }
}

/// `Summary [   1.234s] 5 tests run: 3 passed (1 slow, 1 flaky), 1 failed, 1 timed out, 2 skipped`
pub fn nextest_totals(output: &str) -> Option<Outcome> {
    let line = output
        .lines()
        .rev()
        .find(|line| line.trim_start().starts_with("Summary ["))?;
    let (_, counts) = line.split_once("run: ")?;
    let mut outcome = Outcome::default();
    let mut depth = 0;
    let plain: String = counts
        .chars()
        .filter(|c| {
            depth += i32::from(*c == '(');
            let keep = depth == 0;
            depth -= i32::from(*c == ')');
            keep
        })
        .collect();
    for part in plain.split(',') {
        let (count, what) = part.trim().split_once(' ')?;
        let count: usize = count.parse().ok()?;
        match what.trim() {
            "passed" => outcome.passed += count,
            "skipped" => outcome.skipped += count,
            _ => outcome.failed += count,
        }
    }
    Some(outcome)
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s`, once for each program
pub fn libtest_totals(output: &str) -> Outcome {
    let mut outcome = Outcome::default();
    for line in output.lines() {
        let Some(counts) = line.trim().strip_prefix("test result: ") else {
            continue;
        };
        for part in counts.split([';', '.']) {
            let Some((count, what)) = part.trim().split_once(' ') else {
                continue;
            };
            let Ok(count) = count.parse::<usize>() else {
                continue;
            };
            match what {
                "passed" => outcome.passed += count,
                "failed" => outcome.failed += count,
                "ignored" => outcome.skipped += count,
                _ => {}
            }
        }
    }
    outcome
}

/// The line of Invoke-Test.ps1: `tests: 3 passed, 0 failed, 1 skipped`
pub fn pester_totals(output: &str) -> Option<Outcome> {
    let counts = output
        .lines()
        .rev()
        .find_map(|line| line.trim().strip_prefix("tests: "))?;
    let mut numbers = counts
        .split(", ")
        .map(|part| part.split(' ').next().unwrap_or_default().parse().ok());
    Some(Outcome {
        passed: numbers.next()??,
        failed: numbers.next()??,
        skipped: numbers.next()??,
        note: None,
    })
}

/// The counters in every result file of a folder.
pub fn trx_totals(folder: &Path) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let files = fs::read_dir(folder).into_iter().flatten();
    for file in files {
        let file = file?.path();
        if file.extension().is_some_and(|extension| extension == "trx") {
            let text = fs::read_to_string(&file)?;
            outcome = outcome.and(trx_counters(&text).with_context(|| file.display().to_string())?);
        }
    }
    Ok(outcome)
}

/// `<Counters total="5" executed="4" passed="3" failed="1" …/>`; what was not executed was skipped.
fn trx_counters(text: &str) -> Result<Outcome> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event()? {
            Event::Empty(element) | Event::Start(element)
                if element.local_name().as_ref() == "Counters" =>
            {
                let count = |name: &str| -> Result<usize> {
                    let attribute = element
                        .try_get_attribute(name)?
                        .with_context(|| format!("no {name}"))?;
                    Ok(attribute.value.parse()?)
                };
                let (total, executed, passed) =
                    (count("total")?, count("executed")?, count("passed")?);
                return Ok(Outcome {
                    passed,
                    failed: executed.saturating_sub(passed),
                    skipped: total.saturating_sub(executed),
                    note: None,
                });
            }
            Event::Eof => bail!("no counters"),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(passed: usize, failed: usize, skipped: usize) -> Outcome {
        Outcome {
            passed,
            failed,
            skipped,
            note: None,
        }
    }

    #[test]
    fn nextest_summaries_are_counted() {
        let all = "     Summary [   0.123s] 3 tests run: 3 passed, 1 skipped\n";
        assert_eq!(nextest_totals(all), Some(outcome(3, 0, 1)));
        let some = "    Summary [  61.5s] 9/12 tests run: 5 passed (2 slow, 1 flaky), 2 failed, 2 timed out, 0 skipped\nerror: test run failed\n";
        assert_eq!(nextest_totals(some), Some(outcome(5, 4, 0)));
        assert_eq!(nextest_totals("error: could not compile"), None);
    }

    #[test]
    fn libtest_results_are_added_up() {
        let output = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                      test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.25s\n";
        assert_eq!(libtest_totals(output), outcome(7, 2, 1));
    }

    #[test]
    fn the_pester_line_is_read() {
        assert_eq!(
            pester_totals("Passed: 2\ntests: 12 passed, 1 failed, 2 skipped\n"),
            Some(outcome(12, 1, 2))
        );
        assert_eq!(pester_totals("a script that ended early"), None);
    }

    #[test]
    fn result_files_are_counted() {
        let text = r#"<?xml version="1.0"?><TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
            <ResultSummary outcome="Failed"><Counters total="5" executed="4" passed="3" failed="1" error="0" /></ResultSummary></TestRun>"#;
        assert_eq!(trx_counters(text).unwrap(), outcome(3, 1, 1));
        assert!(trx_counters("<TestRun></TestRun>").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_runner_that_fails_without_a_failed_test_has_failed() {
        use std::os::unix::process::ExitStatusExt;
        assert_eq!(
            outcome(3, 0, 0).checked(ExitStatus::from_raw(256)).failed,
            1
        );
        assert_eq!(
            outcome(3, 2, 0).checked(ExitStatus::from_raw(256)).failed,
            2
        );
        assert_eq!(
            outcome(3, 0, 0).checked(ExitStatus::from_raw(0)),
            outcome(3, 0, 0)
        );
    }
}
