//! What compilers put into a library of their own, which no package manager lists.

use super::crates::Id;
use super::licenses::Notice;
use super::natives::Target;

pub struct Runtime {
    pub name: &'static str,
    pub description: &'static str,
    /// An SPDX expression.
    pub license: &'static str,
    /// What a copy must carry, if anything.
    text: &'static str,
    is_in: fn(&Target) -> bool,
}

const RUNTIMES: [Runtime; 4] = [
    Runtime {
        name: "glibc",
        description: "The functions of the GNU C library that are linked statically",
        license: "LGPL-2.1-or-later WITH GCC-exception-2.0-note",
        text: "",
        is_in: |target| target.glibc.is_some(),
    },
    Runtime {
        name: "libgcc",
        description: "GCC's unwinder",
        license: "GPL-3.0-or-later WITH GCC-exception-3.1",
        text: "",
        is_in: Target::is_linked_by_gcc,
    },
    Runtime {
        name: "libunwind",
        description: "LLVM's unwinder",
        license: "Apache-2.0 WITH LLVM-exception",
        text: "",
        is_in: |target| !target.is_linked_by_gcc(),
    },
    Runtime {
        name: "mingw-w64",
        description: "The start-up code of a DLL",
        license: "ZPL-2.1",
        text: include_str!("../../licenses/mingw-w64.txt"),
        is_in: Target::is_windows,
    },
];

/// Those in the libraries of these targets, each with the platforms it is on.
pub fn of_targets(targets: &[&'static Target]) -> Vec<(&'static Runtime, Vec<&'static str>)> {
    RUNTIMES
        .iter()
        .map(|runtime| {
            let with = targets.iter().filter(|target| (runtime.is_in)(target));
            (runtime, with.map(|target| target.rid).collect::<Vec<_>>())
        })
        .filter(|(_, rids)| !rids.is_empty())
        .collect()
}

impl Runtime {
    pub fn notice(&self) -> Notice {
        Notice {
            of: Id {
                name: self.name.to_owned(),
                version: "runtime".to_owned(),
            },
            license: self.license.to_owned(),
            file: "COPYING".to_owned(),
            text: self.text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::natives::TARGETS;
    use super::*;

    #[test]
    fn each_platform_has_its_compilers_runtimes() {
        let names = |rid: &str| -> Vec<&str> {
            let target = TARGETS.iter().find(|target| target.rid == rid).unwrap();
            let found = of_targets(&[target]);
            found.iter().map(|(runtime, _)| runtime.name).collect()
        };
        assert_eq!(names("win-x64"), ["libgcc", "mingw-w64"]);
        assert_eq!(names("win-arm64"), ["libunwind", "mingw-w64"]);
        assert_eq!(names("linux-arm64"), ["glibc", "libunwind"]);
        assert_eq!(names("linux-musl-x64"), ["libunwind"]);
    }
}
