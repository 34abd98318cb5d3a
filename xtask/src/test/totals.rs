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
    /// Why something was skipped.
    pub note: Option<String>,
    /// What failed, and what was said of it. May be fewer than `failed`.
    pub failures: Vec<String>,
}

impl Outcome {
    pub fn passed() -> Outcome {
        Outcome {
            passed: 1,
            ..Outcome::default()
        }
    }

    pub fn failed(what: String) -> Outcome {
        Outcome {
            failed: 1,
            failures: vec![what],
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
            self.failures.push(format!("the runner failed ({status})"));
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

    /// With what a runner said of the tests that failed.
    pub fn explained_by(mut self, output: &str) -> Outcome {
        if self.failed > 0 {
            self.failures.extend(failures(output));
        }
        self
    }

    pub fn and(mut self, other: Outcome) -> Outcome {
        self.failures.extend(other.failures);
        Outcome {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
            note: self.note.or(other.note),
            failures: self.failures,
        }
    }
}

/// How many lines of a failure are kept.
const FAILURE_LINES: usize = 40;

/// What a runner begins a line with when it tells of a test that failed.
const FAILED: [&str; 7] = [
    "[-] ",
    "FAIL [",
    "TIMEOUT [",
    "SIGABRT [",
    "SIGSEGV [",
    "---- ",
    "Failed ",
];
/// What it begins a line with when it goes on to something else.
const GOES_ON: [&str; 14] = [
    "[+] ",
    "[!] ",
    "[?] ",
    "Describing ",
    "Context ",
    "Running tests",
    "Tests completed",
    "tests: ",
    "PASS [",
    "Summary [",
    "Passed ",
    "Skipped ",
    "Total tests: ",
    "failures:",
];

/// The failed tests in a runner's output, each with the lines after it: Pester's, nextest's, libtest's, dotnet's.
fn failures(output: &str) -> Vec<String> {
    let begins =
        |line: &str, marks: &[&str]| marks.iter().any(|mark| line.trim_start().starts_with(mark));
    let mut found: Vec<Vec<&str>> = Vec::new();
    let mut within = false;
    for line in output.lines() {
        if begins(line, &FAILED) {
            within = true;
            found.push(vec![line.trim()]);
        } else if begins(line, &GOES_ON) {
            within = false;
            // Below its summary nextest names every failure again.
            if begins(line, &["Summary ["]) && !found.is_empty() {
                break;
            }
        } else if within
            && let Some(lines) = found.last_mut()
            && lines.len() < FAILURE_LINES
        {
            lines.push(line.trim_end());
        }
    }
    found
        .iter()
        .map(|lines| lines.join("\n").trim_end().to_owned())
        .collect()
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
        ..Outcome::default()
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
                    ..Outcome::default()
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
            ..Outcome::default()
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

    #[test]
    fn a_failure_is_told_with_its_reason() {
        let pester = "Describing x\n [+] good 1ms\n [-] bad 12ms\n  Expected 1, but got 2.\n  at x.Tests.ps1:3\n [+] good 2ms\n\
                      Tests completed in 1s\ntests: 2 passed, 1 failed, 0 skipped\n";
        let nextest = "        PASS [   0.01s] cosmi::a one\n        FAIL [   0.02s] cosmi::a two\n  stderr ───\n    \
                       thread 'two' panicked at tests/a.rs:3:5:\n    left: 1\n\n     Summary [   0.03s] 2 tests run: 1 \
                       passed, 1 failed, 0 skipped\n        FAIL [   0.02s] cosmi::a two\n";
        let libtest = "test two ... FAILED\n\nfailures:\n\n---- two stdout ----\nthread 'two' panicked at src/a.rs:3:5:\nno\n\n\n\
                       failures:\n    two\n\ntest result: FAILED. 0 passed; 1 failed;\n";
        let dotnet = "  Passed A.One [1 ms]\n  Failed A.Two [1 ms]\n  Error Message:\n   it differs\n  Passed A.Three [1 ms]\n";
        assert_eq!(
            failures(pester),
            ["[-] bad 12ms\n  Expected 1, but got 2.\n  at x.Tests.ps1:3"]
        );
        assert_eq!(
            failures(nextest),
            [
                "FAIL [   0.02s] cosmi::a two\n  stderr ───\n    thread 'two' panicked at tests/a.rs:3:5:\n    left: 1"
            ]
        );
        assert_eq!(
            failures(libtest),
            ["---- two stdout ----\nthread 'two' panicked at src/a.rs:3:5:\nno"]
        );
        assert_eq!(
            failures(dotnet),
            ["Failed A.Two [1 ms]\n  Error Message:\n   it differs"]
        );
        let total = outcome(2, 0, 0)
            .explained_by(pester)
            .and(outcome(1, 1, 0).explained_by(pester));
        assert_eq!(total.failures.len(), 1);
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
