//! One truth: sources = header = exports = the names that the C# library binds.

mod abi_support;

use std::collections::BTreeSet;
use std::fs;

use abi_support::*;
use cosmi::abi::status::cosmi_status_name;
use cosmi::abi::version::*;

/// What the build has generated from the sources.
const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/cosmi.h"));

fn committed() -> String {
    fs::read_to_string(root().join("include/cosmi.h")).expect("include/cosmi.h")
}

fn header_names() -> BTreeSet<String> {
    header_functions().into_keys().collect()
}

#[test]
fn the_committed_header_is_the_generated_one() {
    assert!(
        committed() == GENERATED,
        "include/cosmi.h is not what the sources say: run `cargo xtask header`"
    );
}

/// The code of the C# library's bindings.
fn csharp() -> String {
    let source = fs::read_to_string(root().join("powershell/Cosmi.Interop/NativeMethods.cs"))
        .expect("the bindings");
    source
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_csharp_library_binds_what_the_header_declares_and_nothing_else() {
    let code = csharp();
    let bound: BTreeSet<_> = code
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|name| name.starts_with("cosmi_"))
        .collect();
    let header = header_names();
    assert_eq!(bound, header.iter().map(String::as_str).collect());
}

#[test]
fn the_csharp_library_passes_as_many_parameters_as_the_header_declares() {
    let code = csharp();
    for (name, declaration) in header_functions() {
        let delegate = format!(" {name}_fn(");
        let at = code
            .find(&delegate)
            .unwrap_or_else(|| panic!("no delegate for {name}"));
        let passed = parameters(&code[at + delegate.len()..]);
        let declared = parameters(declaration.split_once('(').expect("parameters").1);
        assert_eq!(passed, declared, "{name}");
    }
}

/// How many parameters stand before the bracket that closes the list.
fn parameters(list: &str) -> usize {
    let mut depth = 0;
    let mut commas = 0;
    let mut list_end = list.len();
    for (at, letter) in list.char_indices() {
        match letter {
            ')' if depth == 0 => {
                list_end = at;
                break;
            }
            '(' | '[' | '<' => depth += 1,
            ')' | ']' | '>' => depth -= 1,
            ',' if depth == 0 => commas += 1,
            _ => {}
        }
    }
    match list[..list_end].trim() {
        "" | "void" => 0,
        _ => commas + 1,
    }
}

#[test]
fn the_csharp_library_asks_for_a_version_that_this_one_has() {
    let code = csharp();
    let (_, version) = code
        .split_once("RequiredAbiVersion = 0x")
        .expect("the version that is asked for");
    let digits: String = version
        .chars()
        .take_while(char::is_ascii_hexdigit)
        .collect();
    let required = u32::from_str_radix(&digits, 16).expect("a number");
    assert_eq!(required >> 16, COSMI_ABI_VERSION >> 16);
    assert!(required <= COSMI_ABI_VERSION);
}

#[test]
fn the_version_macro_is_the_function() {
    let header = committed();
    let defined = header
        .lines()
        .find_map(|line| line.strip_prefix("#define COSMI_ABI_VERSION "))
        .expect("the macro");
    assert_eq!(defined.parse(), Ok(cosmi_abi_version()));
}

#[test]
fn every_status_has_its_name_and_the_numbers_are_explicit() {
    let header = committed();
    let statuses: Vec<_> = header
        .lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("COSMI_STATUS_")?
                .strip_suffix(',')?
                .split_once(" = ")
        })
        .collect();
    assert_eq!(
        statuses.len(),
        header
            .lines()
            .filter(|line| line.starts_with("    COSMI_STATUS_"))
            .count(),
        "a status without a number"
    );
    assert!(statuses.len() >= 23, "numbers are never given up");
    for (name, number) in statuses {
        let number = number.parse().expect("a number");
        assert_eq!(
            unsafe { text(cosmi_status_name(number)) }.as_deref(),
            Some(name)
        );
    }
}

#[test]
fn every_declaration_is_documented_in_the_words_of_c() {
    let header = committed();
    let lines: Vec<_> = header.lines().collect();
    let documented = |index: usize| {
        let above = lines[..index]
            .iter()
            .rev()
            .find(|line| **line != "COSMI_MUST_USE");
        above.is_some_and(|line| line.trim_start().starts_with("//"))
    };
    let mut functions = 0;
    for (index, line) in lines.iter().enumerate() {
        let starts_item = line.starts_with("typedef struct ")
            || line.starts_with("typedef void ")
            || (line.starts_with("enum ") && !line.ends_with(';'))
            || line.starts_with("#define COSMI_ABI_VERSION")
            || line.trim_start().starts_with("COSMI_STATUS_");
        let starts_function = line.contains('(')
            && (line.contains(" cosmi_") || line.contains(" *cosmi_"))
            && (line.starts_with("COSMI_MUST_USE ")
                || line.starts_with(|letter: char| letter.is_ascii_lowercase()))
            && !line.starts_with("typedef");
        if starts_item || starts_function {
            assert!(
                documented(index),
                "line {} of the header has no comment: {line}",
                index + 1
            );
        }
        functions += usize::from(starts_function);
    }
    assert_eq!(functions, header_names().len());
    for rust in ["[`", "::", "&str", "Option<", "Result<", "Arc<", "`"] {
        assert!(!header.contains(rust), "{rust} in the header");
    }
}

#[test]
fn every_function_says_its_parameters_its_thread_and_its_first_version() {
    let header = committed();
    let (_, functions) = header.split_once("extern \"C\"").expect("functions");
    for (name, declaration) in header_functions() {
        let at = [format!(" {name}("), format!("*{name}(")]
            .iter()
            .find_map(|text| functions.find(text.as_str()));
        let before = &functions[..at.expect("declared")];
        let comment = &before[before.rfind("\n\n").expect("a blank line")..];
        assert!(comment.contains("Since "), "{name}");
        assert!(comment.contains("Any thread"), "{name}");
        if !declaration.contains("void cosmi_") {
            assert!(comment.contains("Returns "), "{name}");
        }
        let (_, parameters) = declaration.split_once('(').expect("parameters");
        for parameter in parameters
            .trim_end_matches(')')
            .split(',')
            .filter(|parameter| *parameter != "void")
        {
            let parameter = parameter.rsplit([' ', '*']).next().expect("a name");
            assert!(
                comment.contains(&format!("// {parameter}: ")),
                "{parameter} of {name}"
            );
        }
    }
}

#[test]
fn a_status_must_be_used() {
    for (name, declaration) in header_functions() {
        let is_status = declaration.contains("cosmi_status cosmi_");
        assert_eq!(declaration.contains("COSMI_MUST_USE"), is_status, "{name}");
    }
}

#[test]
fn every_type_lists_its_functions() {
    let header = committed();
    let listed: String = header
        .lines()
        .skip_while(|line| !line.starts_with("#ifndef COSMI_H"))
        .take_while(|line| !line.starts_with("extern \"C\""))
        .filter(|line| line.starts_with("//"))
        .collect();
    let about_no_type = ["cosmi_abi_version", "cosmi_version", "cosmi_log_set"];
    for name in header_names()
        .iter()
        .filter(|name| !about_no_type.contains(&name.as_str()))
    {
        let words = listed.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
        assert!(
            words.into_iter().any(|word| word == name),
            "{name} is in no list of methods"
        );
    }
}

/// What the linker has made of it.
#[cfg(target_os = "linux")]
mod shared_library {
    use std::env;
    use std::path::PathBuf;
    use std::process::Command;

    use super::*;

    /// The shared library that was built with this test.
    fn library() -> PathBuf {
        let test = env::current_exe().expect("a path");
        test.with_file_name("libcosmi.so")
    }

    /// The output of a program of binutils.
    fn binutils(program: &str, options: &[&str]) -> Option<String> {
        if !is_there(program) {
            return None;
        }
        let output = Command::new(program)
            .args(options)
            .arg(library())
            .output()
            .expect("binutils");
        assert!(
            output.status.success(),
            "{program}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Some(String::from_utf8(output.stdout).expect("UTF-8"))
    }

    #[test]
    fn the_library_exports_what_the_header_declares_and_nothing_else() {
        let Some(symbols) = binutils("nm", &["-D", "--defined-only"]) else {
            return;
        };
        let exported: BTreeSet<_> = symbols
            .lines()
            .filter_map(|line| line.rsplit(' ').next())
            .map(str::to_owned)
            .collect();
        assert_eq!(exported, header_names());
    }

    #[test]
    fn the_library_is_named_by_its_major_version_and_stays_loaded() {
        let Some(dynamic) = binutils("readelf", &["-d"]) else {
            return;
        };
        let soname = format!("Library soname: [libcosmi.so.{}]", COSMI_ABI_VERSION >> 16);
        assert!(dynamic.contains(&soname), "{dynamic}");
        assert!(dynamic.contains("NODELETE"), "{dynamic}");
    }
}
